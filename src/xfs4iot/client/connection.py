"""A connection to one service: commands, their events and completions, unsolicited events.

The peer is not trusted. A message that is malformed, unexpected or unknown is reported and passed
over; nothing it sends makes the connection grow without bound.
"""

import asyncio
import logging
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Self

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from xfs4iot import names
from xfs4iot.client.pending import Completion, Event, Pending
from xfs4iot.errors import (
    CompletionMissing,
    ConnectionLost,
    NotAcknowledged,
    NotConnected,
)
from xfs4iot.messages import (
    MESSAGE_BYTES_MAX,
    VERSION,
    BadMessage,
    Dialect,
    Header,
    Kind,
    Message,
    Payload,
    decode,
    encode,
)

log = logging.getLogger("xfs4iot.client")

ACKNOWLEDGE_MS = 5_000
"""How long an acknowledgement may take; services give it before they do anything."""
GRACE_MS = 5_000
"""How much later than its own timeout a command may complete before it counts as lost."""
COMPLETION_MS = 120_000
"""How long a command without a timeout of its own may take."""
UNSOLICITED_MAX = 256
"""Unsolicited events kept for a subscriber that is slow; the oldest are dropped and counted."""
GIVEN_UP_MAX = 1_000
VIOLATIONS_MAX = 100
"""Reports of wrong messages kept; the number of all is kept too."""

Observer = Callable[[str, bytes | str], None]
"""Sees every message: direction (``in`` or ``out``) and text."""


class Violation(msgspec.Struct, frozen=True):
    """Something a service sent that it must not send."""

    reason: str
    excerpt: str
    """The beginning of the message."""


class Subscription:
    """The unsolicited events of a connection, from when it was made. Iterate over it."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=UNSOLICITED_MAX)
        self._wake = asyncio.Event()
        self._ended = False
        self.dropped = 0
        """Events lost because they were not read in time."""

    def put(self, event: Event) -> None:
        if len(self._events) == self._events.maxlen:
            self.dropped += 1
        self._events.append(event)
        self._wake.set()

    def end(self) -> None:
        """No more events will come."""
        self._ended = True
        self._wake.set()

    async def get(self) -> Event:
        """The next event. Raises NotConnected when the connection has ended."""
        while not self._events:
            if self._ended:
                raise NotConnected("the connection has ended")
            self._wake.clear()
            await self._wake.wait()
        return self._events.popleft()

    async def __aiter__(self) -> AsyncIterator[Event]:
        with suppress(NotConnected):
            while True:
                yield await self.get()


class Connection:
    """An open connection to a service; make one with ``await Connection.open(uri)``."""

    def __init__(
        self,
        socket: ClientConnection,
        uri: str,
        *,
        dialect: Dialect = Dialect.IN_HEADER,
        acknowledge_ms: int = ACKNOWLEDGE_MS,
        grace_ms: int = GRACE_MS,
        completion_ms: int = COMPLETION_MS,
        observer: Observer | None = None,
    ) -> None:
        self.uri = uri
        self.dialect = dialect
        self.violations: deque[Violation] = deque(maxlen=VIOLATIONS_MAX)
        self.violation_count = 0
        self._socket = socket
        self._acknowledge_ms = acknowledge_ms
        self._grace_ms = grace_ms
        self._completion_ms = completion_ms
        self._observer = observer
        self._last_id = 0
        self._pending: dict[int, Pending] = {}
        self._given_up: deque[int] = deque(maxlen=GIVEN_UP_MAX)
        """Requests nobody waits for any more; what still comes for them is no violation."""
        self._subscriptions: set[Subscription] = set()
        self._reader = asyncio.create_task(self._read(), name=f"xfs4iot {uri}")

    @classmethod
    async def open(
        cls,
        uri: str,
        *,
        dialect: Dialect = Dialect.IN_HEADER,
        tls: ssl.SSLContext | None = None,
        open_ms: int = 5_000,
        message_bytes_max: int = MESSAGE_BYTES_MAX,
        acknowledge_ms: int = ACKNOWLEDGE_MS,
        grace_ms: int = GRACE_MS,
        completion_ms: int = COMPLETION_MS,
        observer: Observer | None = None,
    ) -> Self:
        """Connect. Raises NotConnected when nobody answers there or what answers is no service."""
        try:
            socket = await connect(
                uri,
                ssl=tls or (True if uri.startswith("wss:") else None),
                open_timeout=open_ms / 1000,
                max_size=message_bytes_max,
                compression=None,
                proxy=None,
                close_timeout=1,
            )
        except (OSError, InvalidHandshake, InvalidURI, EOFError) as problem:
            raise NotConnected(f"{uri}: {problem or type(problem).__name__}") from problem
        return cls(
            socket,
            uri,
            dialect=dialect,
            acknowledge_ms=acknowledge_ms,
            grace_ms=grace_ms,
            completion_ms=completion_ms,
            observer=observer,
        )

    async def close(self) -> None:
        """Say goodbye. Commands without a completion end with ConnectionLost."""
        await self._socket.close()
        await asyncio.gather(self._reader, return_exceptions=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def is_open(self) -> bool:
        return not self._reader.done()

    async def closed(self) -> None:
        """Wait until the connection has ended, for whatever reason."""
        await asyncio.wait([self._reader])

    def subscribe(self) -> Subscription:
        """Unsolicited events from now on. Give it back with ``unsubscribe``."""
        subscription = Subscription()
        if self.is_open:
            self._subscriptions.add(subscription)
        else:
            subscription.end()
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        self._subscriptions.discard(subscription)
        subscription.end()

    # Commands

    async def start(
        self,
        name: str,
        payload: Payload | None = None,
        *,
        timeout_ms: int = 0,
        on_event: Callable[[Event], None] | None = None,
    ) -> Pending:
        """Send a command and return once it is acknowledged.

        ``timeout_ms`` is the service's, 0 for none. Raises Rejected when the service refuses it,
        NotConnected when it could not be sent, OutcomeUnknown when it was and no acknowledgement
        came.
        """
        if not self.is_open:
            raise NotConnected(f"{self.uri}: the connection has ended")
        self._last_id += 1
        pending = Pending(name, self._last_id, timeout_ms, on_event)
        self._pending[pending.request_id] = pending
        header = Header(
            type=Kind.COMMAND,
            name=name,
            version=VERSION,
            request_id=pending.request_id,
            timeout=timeout_ms,
        )
        text = encode(Message(header=header, payload=payload or {}), self.dialect)
        if self._observer:
            self._observer("out", text)
        try:
            await self._socket.send(text, text=True)
            async with asyncio.timeout(self._acknowledge_ms / 1000):
                await asyncio.shield(pending.acknowledged)
        except ConnectionClosed as problem:
            raise ConnectionLost(f"{self.uri}: {problem}", pending.request_id) from None
        except TimeoutError:
            raise NotAcknowledged(
                f"{name} was not acknowledged within {self._acknowledge_ms} ms", pending.request_id
            ) from None
        finally:
            if not pending.acknowledged.done() or pending.acknowledged.exception():
                self._forget(pending)
        return pending

    async def finish(self, pending: Pending) -> Completion:
        """Wait for the completion of a command.

        Raises the exception of its completion code unless that is ``success``, CompletionMissing
        when none comes in time, ConnectionLost when the connection breaks first.
        """
        limit_ms = (
            pending.timeout_ms + self._grace_ms if pending.timeout_ms else self._completion_ms
        )
        try:
            async with asyncio.timeout(limit_ms / 1000):
                return await asyncio.shield(pending.completed)
        except TimeoutError:
            raise CompletionMissing(
                f"{pending.name} was acknowledged and not completed within {limit_ms} ms",
                pending.request_id,
            ) from None
        finally:
            self._forget(pending)

    async def execute(
        self,
        name: str,
        payload: Payload | None = None,
        *,
        timeout_ms: int = 0,
        on_event: Callable[[Event], None] | None = None,
    ) -> Completion:
        """Send a command and wait for its completion; see ``start`` and ``finish`` for errors.

        When the calling task is canceled, so is the command at the service, as far as it can.
        """
        pending = await self.start(name, payload, timeout_ms=timeout_ms, on_event=on_event)
        try:
            return await self.finish(pending)
        except asyncio.CancelledError:
            if self.is_open:
                with suppress(Exception):
                    await asyncio.shield(asyncio.create_task(self.cancel(pending)))
            raise

    async def cancel(self, *pending: Pending) -> None:
        """Ask the service to cancel these commands; their completions say what became of them.

        Raises CommandErrorCode ``noMatchingRequestIDs`` when they have completed meanwhile.
        """
        ids = [one.request_id for one in pending]
        await self.execute("Common.Cancel", {"requestIds": ids} if ids else None)

    def _forget(self, pending: Pending) -> None:
        if self._pending.pop(pending.request_id, None) and not pending.completed.done():
            self._given_up.append(pending.request_id)
        pending.drop()

    # Reading

    async def _read(self) -> None:
        reason = "the service closed the connection"
        try:
            async for text in self._socket:
                if self._observer:
                    self._observer("in", text)
                self._receive(text)
        except ConnectionClosed as problem:
            reason = str(problem)
        finally:
            for pending in list(self._pending.values()):
                pending.fail(ConnectionLost(f"{self.uri}: {reason}", pending.request_id))
            self._pending.clear()
            for subscription in self._subscriptions:
                subscription.end()
            self._subscriptions.clear()

    def _receive(self, text: bytes | str) -> None:
        try:
            message = decode(text)
        except BadMessage as bad:
            # An acknowledgement of something the service could not read may carry no id.
            self._violation(f"unreadable: {bad}", text)
            return
        header = message.header
        event = Event(header.name, message.payload)
        if header.type is Kind.UNSOLICITED:
            if not names.is_event(header.name, unsolicited=True):
                self._violation(f"unknown unsolicited event {header.name[:80]}", text)
            for subscription in self._subscriptions:
                subscription.put(event)
            return
        pending = self._pending.get(header.request_id or 0)
        if pending is None and header.request_id in self._given_up:
            log.info("%s: a late %s of %s", self.uri, header.type, header.name[:80])
        elif pending is None:
            self._violation(f"{header.type} for a request that is not open", text)
        elif header.type is Kind.EVENT:
            if not names.is_event(header.name, unsolicited=False):
                self._violation(f"unknown event {header.name[:80]}", text)
            pending.add_event(event)
        elif header.name != pending.name and header.type is not Kind.ACKNOWLEDGE:
            self._violation(f"{header.type} with the name of another command", text)
        elif header.type is Kind.ACKNOWLEDGE:
            pending.acknowledge(header.status, header.error_description or "")
        elif header.type is Kind.COMPLETION:
            if not pending.complete(message):
                self._violation("a completion before the acknowledgement", text)
        else:
            self._violation(f"a {header.type} from a service", text)

    def _violation(self, reason: str, text: bytes | str) -> None:
        excerpt = text[:200] if isinstance(text, str) else text[:200].decode("utf-8", "replace")
        self.violation_count += 1
        self.violations.append(Violation(reason, excerpt))
        log.warning("%s: %s", self.uri, reason)

"""One client's connection to one service: reading, acknowledging, writing in order."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from xfs4iot.errors import CommandErrorCode, CommandFailed
from xfs4iot.messages import (
    VERSION,
    AcknowledgeStatus,
    BadMessage,
    Dialect,
    Header,
    Kind,
    Message,
    Payload,
    decode,
    encode,
)
from xfs4iot.server.requests import Request

if TYPE_CHECKING:
    from xfs4iot.server.service import Service

log = logging.getLogger("xfs4iot.server")

OUTGOING_MAX = 1_000
"""Messages waiting for a client that does not read; beyond that it is disconnected."""
IDS_REMEMBERED = 4_096
"""Request ids kept to notice one used twice."""

Observer = Callable[[str, bytes | str, Dialect], None]
"""Sees every message: direction (``in`` or ``out``), the text, the dialect it is written in."""


class Session:
    """A client of a service."""

    def __init__(
        self,
        socket: ServerConnection,
        service: "Service",
        dialect: Dialect,
        observer: Observer | None = None,
    ) -> None:
        self.socket = socket
        self.service = service
        self.dialect = dialect
        """Taken from the client's first command, where that shows one."""
        self._observer = observer
        self._dialect_known = False
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue(OUTGOING_MAX)
        self._seen: set[int] = set()
        self._seen_in_order: deque[int] = deque()
        self._closed = False

    async def run(self) -> None:
        """Serve the client until it leaves."""
        self.service.session_opened(self)
        writer = asyncio.create_task(self._write())
        try:
            async for text in self.socket:
                self._receive(text)
        except ConnectionClosed:
            pass
        finally:
            self._closed = True
            self.service.sessions.discard(self)
            self.service.cancel(self, None)
            self.service.session_closed(self)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    # In

    def _receive(self, text: bytes | str) -> None:
        if self._observer:
            self._observer("in", text, self.dialect)
        try:
            message = decode(text)
        except BadMessage as bad:
            refusal = (
                AcknowledgeStatus.INVALID_REQUEST_ID
                if bad.bad_id
                else AcknowledgeStatus.INVALID_MESSAGE
            )
            self._acknowledge(bad.name, bad.request_id, refusal, str(bad))
            return
        header = message.header
        number = header.request_id
        if header.type is not Kind.COMMAND or number is None:
            self._acknowledge(
                header.name, number, AcknowledgeStatus.INVALID_MESSAGE, "only commands are accepted"
            )
            return
        if message.dialect is not None and not self._dialect_known:
            self.dialect, self._dialect_known = message.dialect, True
        if number in self._seen:
            self._acknowledge(
                header.name,
                number,
                AcknowledgeStatus.INVALID_REQUEST_ID,
                "the request id was used before in this connection",
            )
        elif not self.service.accepts():
            self._acknowledge(
                header.name, number, AcknowledgeStatus.TOO_MANY_REQUESTS, "the queue is full"
            )
        else:
            self._remember(number)
            self._acknowledge(header.name, number)
            request = Request(self, header.name, number, header.timeout or 0)
            self.service.submit(self, header.name, request, message.payload)

    def _remember(self, number: int) -> None:
        self._seen.add(number)
        self._seen_in_order.append(number)
        if len(self._seen_in_order) > IDS_REMEMBERED:
            self._seen.discard(self._seen_in_order.popleft())

    # Out

    def _acknowledge(
        self,
        name: str,
        number: int | None,
        refusal: AcknowledgeStatus | None = None,
        reason: str | None = None,
    ) -> None:
        self._send(
            Header(
                type=Kind.ACKNOWLEDGE,
                name=name,
                version=VERSION,
                request_id=number,
                status=refusal,
                error_description=reason,
            ),
            {},
        )

    def complete(self, request: Request, outcome: CommandFailed | Payload) -> None:
        """Send the completion of ``request``."""
        payload, code, description = outcome, "success", None
        if isinstance(outcome, CommandFailed):
            payload, code, description = outcome.payload, outcome.code, outcome.description or None
            if isinstance(outcome, CommandErrorCode):
                payload = {**payload, "errorCode": outcome.error_code}
        if isinstance(payload, CommandFailed):
            raise TypeError("a failure has become a payload")
        header = Header(
            type=Kind.COMPLETION,
            name=request.name,
            version=VERSION,
            request_id=request.id,
            completion_code=code,
            error_description=description,
        )
        self._send(header, payload)

    def send_event(self, name: str, request_id: int, payload: Payload) -> None:
        """Send an event of a running command."""
        self._send(
            Header(type=Kind.EVENT, name=name, version=VERSION, request_id=request_id), payload
        )

    def send_unsolicited(self, name: str, payload: Payload) -> None:
        """Send an event that no command asked for."""
        self._send(Header(type=Kind.UNSOLICITED, name=name, version=VERSION), payload)

    def _send(self, header: Header, payload: Payload) -> None:
        if self._closed:
            return
        data = encode(Message(header=header, payload=payload), self.dialect)
        if self._observer:
            self._observer("out", data, self.dialect)
        try:
            self._outgoing.put_nowait(data)
        except asyncio.QueueFull:
            log.warning("%s: a client does not read and is disconnected", self.service.name)
            self._closed = True
            self.socket.transport.abort()

    async def _write(self) -> None:
        while True:
            data = await self._outgoing.get()
            try:
                await self.socket.send(data, text=True)
            except ConnectionClosed:
                return

"""A client that stays: it reconnects with back-off and reads the device's status again each time."""

import asyncio
import logging
import random
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Self

from xfs4iot.client.connection import Connection
from xfs4iot.client.pending import Completion, Event
from xfs4iot.errors import NotConnected, XfsError
from xfs4iot.messages import Dialect, Payload

log = logging.getLogger("xfs4iot.client")

FIRST_WAIT_MS = 200
LONGEST_WAIT_MS = 30_000


def waits_ms(first: int = FIRST_WAIT_MS, longest: int = LONGEST_WAIT_MS) -> Iterator[int]:
    """How long to wait before each further try: doubling, spread so that clients do not march."""
    wait = first
    while True:
        yield random.randint(wait // 2, wait)  # noqa: S311 no secret hangs on it
        wait = min(wait * 2, longest)


def merge(state: Payload, changes: Payload) -> Payload:
    """``state`` with the ``changes`` of a Common.StatusChangedEvent, level by level."""
    merged = dict(state)
    for key, value in changes.items():
        before = merged.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            merged[key] = merge(before, value)
        else:
            merged[key] = value
    return merged


class LastingClient:
    """Keeps a connection to a service as long as it runs.

        async with LastingClient(uri, on_status=show) as client:
            await client.connected()
            await client.execute("Lights.SetLight", {...})

    ``on_status`` is told the whole status after each (re)connection and each change, and None when
    the connection is lost; ``on_event`` every unsolicited event.
    """

    def __init__(
        self,
        uri: str,
        *,
        dialect: Dialect = Dialect.IN_HEADER,
        tls: ssl.SSLContext | None = None,
        on_status: Callable[[Payload | None], None] | None = None,
        on_event: Callable[[Event], None] | None = None,
        first_wait_ms: int = FIRST_WAIT_MS,
        longest_wait_ms: int = LONGEST_WAIT_MS,
        acknowledge_ms: int = 5_000,
    ) -> None:
        self.uri = uri
        self.status: Payload | None = None
        """The device's last known status; None while there is no connection."""
        self.capabilities: Payload = {}
        self.connection: Connection | None = None
        self.connections = 0
        """How often it has connected."""
        self._dialect = dialect
        self._tls = tls
        self._on_status = on_status
        self._on_event = on_event
        self._waits = (first_wait_ms, longest_wait_ms)
        self._acknowledge_ms = acknowledge_ms
        self._up = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep(), name=f"xfs4iot lasting {self.uri}")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def connected(self) -> None:
        """Wait until there is a connection and the status has been read."""
        await self._up.wait()

    async def execute(
        self,
        name: str,
        payload: Payload | None = None,
        *,
        timeout_ms: int = 0,
        on_event: Callable[[Event], None] | None = None,
    ) -> Completion:
        """As ``Connection.execute``; raises NotConnected at once while there is no connection.

        A command is never sent twice: after OutcomeUnknown the caller decides.
        """
        if self.connection is None:
            raise NotConnected(f"{self.uri}: not connected now")
        return await self.connection.execute(
            name, payload, timeout_ms=timeout_ms, on_event=on_event
        )

    async def _keep(self) -> None:
        waits = waits_ms(*self._waits)
        while True:
            try:
                async with await Connection.open(
                    self.uri,
                    dialect=self._dialect,
                    tls=self._tls,
                    acknowledge_ms=self._acknowledge_ms,
                ) as connection:
                    await self._attend(connection)
                    waits = waits_ms(*self._waits)
            except XfsError as problem:
                log.info("%s", problem)
            finally:
                self._lost()
            await asyncio.sleep(next(waits) / 1000)

    async def _attend(self, connection: Connection) -> None:
        """Serve one connection until it ends."""
        events = connection.subscribe()  # before the status is read, so that no change is missed
        self.capabilities = (await connection.execute("Common.Capabilities")).payload
        status = (await connection.execute("Common.Status")).payload
        self.connection = connection
        self.connections += 1
        self._tell(status)
        self._up.set()
        with suppress(NotConnected):
            while True:
                event = await events.get()
                if event.name == "Common.StatusChangedEvent":
                    self._tell(merge(self.status or {}, self._nested(event.payload)))
                if self._on_event:
                    self._on_event(event)

    @staticmethod
    def _nested(changes: Payload) -> Payload:
        """Release 2021-1 sends the common status without a level of its own."""
        flat = any(not isinstance(value, dict) for value in changes.values())
        return {"common": changes} if flat else changes

    def _tell(self, status: Payload | None) -> None:
        self.status = status
        if self._on_status:
            self._on_status(status)

    def _lost(self) -> None:
        self._up.clear()
        self.connection = None
        if self.status is not None:
            self._tell(None)

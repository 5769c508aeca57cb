"""A command on its way through a service: its events, its time limit, its cancellation."""

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from xfs4iot.errors import Canceled, TimeOut
from xfs4iot.messages import Payload

T = TypeVar("T")


class Watched(Protocol):
    """Something that changes by itself and tells who listens (a physical world)."""

    def listen(self, heard: Callable[[], None]) -> None: ...
    def unlisten(self, heard: Callable[[], None]) -> None: ...


class Client(Protocol):
    """Where a request came from."""

    def send_event(self, name: str, request_id: int, payload: Payload) -> None: ...


class Request:
    """One command, from acknowledgement to completion.

    A handler waits only through ``until`` and ``pause``: those are the places where a command can
    be canceled and where its timeout counts. Between them it runs undisturbed, so what it moves and
    what it counts stay together.
    """

    def __init__(self, client: Client, name: str, request_id: int, timeout_ms: int) -> None:
        self.client = client
        self.name = name
        self.id = request_id
        self.timeout_ms = timeout_ms
        self._ends_at: float | None = None
        self._cancel_asked = False
        self._wake: Callable[[], None] | None = None

    def begin(self) -> None:
        """Start the clock: the timeout counts from when the device takes the command up."""
        if self.timeout_ms:
            self._ends_at = asyncio.get_running_loop().time() + self.timeout_ms / 1000

    def cancel(self) -> None:
        """Ask the command to stop; it may still complete otherwise if it is nearly done."""
        self._cancel_asked = True
        if self._wake is not None:
            self._wake()

    @property
    def cancel_asked(self) -> bool:
        return self._cancel_asked

    def event(self, name: str, payload: Payload | None = None) -> None:
        """Send an event of this command to its client."""
        self.client.send_event(name, self.id, payload or {})

    async def until(self, world: Watched, ready: Callable[[], T | None]) -> T:
        """Wait until ``ready`` gives something other than None and False, and give that.

        ``ready`` is asked again whenever the world changes. Raises TimeOut and Canceled, and
        whatever ``ready`` raises.
        """
        wake = asyncio.Event()
        self._wake = wake.set
        world.listen(wake.set)
        try:
            while True:
                wake.clear()
                value = ready()
                if value is not None and value is not False:
                    return value
                if self._cancel_asked:
                    raise Canceled
                await self._sleep(wake)
        finally:
            world.unlisten(wake.set)
            self._wake = None

    async def _sleep(self, wake: asyncio.Event) -> None:
        if self._ends_at is None:
            await wake.wait()
            return
        left = self._ends_at - asyncio.get_running_loop().time()
        if left <= 0:
            raise TimeOut
        try:
            async with asyncio.timeout(left):
                await wake.wait()
        except TimeoutError:
            raise TimeOut from None

"""The framework that every service is written with: queue, acknowledgement, Common interface.

A service is one device behind one URI. Commands that move something run one after another; those
marked ``immediate`` run beside them. The framework writes exactly one completion for each command
it acknowledged, unless the power of the whole machine fails.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from typing import Any, ClassVar

import msgspec

from xfs4iot import names
from xfs4iot.errors import (
    Canceled,
    CommandErrorCode,
    CommandFailed,
    DeviceNotReady,
    InternalError,
    InvalidCommand,
    InvalidData,
    UnsupportedCommand,
)
from xfs4iot.messages import Dialect, Payload
from xfs4iot.server.commands import Command, commands_of, read_payload
from xfs4iot.server.requests import Request
from xfs4iot.server.session import Session

log = logging.getLogger("xfs4iot.server")

REQUESTS_MAX = 32
"""Commands a service holds at a time, queued and running; one more is answered
``tooManyRequests``."""


class Service:
    """A device's service. Subclasses add interfaces; see ``xfs4iot.virtual`` for whole ones."""

    interfaces: ClassVar[tuple[str, ...]] = ("Common",)
    events: ClassVar[tuple[str, ...]] = ("Common.StatusChangedEvent", "Common.NonceClearedEvent")
    """The events it may send, for Common.Capabilities."""

    def __init__(self, name: str) -> None:
        self.name = name
        """The last part of its URI, unique in its host."""
        self.commands: dict[str, Command] = commands_of(type(self))
        self.sessions: set[Session] = set()
        self._queue: deque[tuple[Command, Request, Payload]] = deque()
        self._running: dict[Request, asyncio.Task[None]] = {}
        self._exclusive: asyncio.Task[None] | None = None
        self._last_status: dict[str, Payload] = {}

    # What subclasses say of themselves

    @property
    def powered(self) -> bool:
        """Whether the device has power; without it most commands end with ``deviceNotReady``."""
        return True

    def require_power(self) -> None:
        """Raise DeviceNotReady when the device has no power."""
        if not self.powered:
            raise DeviceNotReady("the device has no power")

    def status(self) -> dict[str, Payload]:
        """The status of each interface, as in Common.Status, the key ``common`` first."""
        return {"common": {"device": "online"}}

    def capabilities(self) -> dict[str, Payload]:
        """The capabilities of each interface, as in Common.Capabilities."""
        return {"common": {"serviceVersion": "1.0"}}

    def session_closed(self, session: Session) -> None:
        """A client went away; forget what was kept for it."""

    def machine_lost_power(self) -> None:
        """The machine the service runs on lost power: forget what lives in memory only."""

    def machine_started(self) -> None:
        """The machine runs again after a power loss."""

    def session_opened(self, session: Session) -> None:
        """A client has come; from now on it is told what changes."""
        self.sessions.add(session)
        if not self._last_status:
            self._last_status = self.status()

    # Requests

    def accepts(self) -> bool:
        """Whether there is room for one more command."""
        return len(self._queue) + len(self._running) < REQUESTS_MAX

    def submit(self, session: Session, name: str, request: Request, payload: Payload) -> None:
        """Take an acknowledged command; its completion goes to ``session`` later."""
        known = self.commands.get(name)
        if known is None:
            if names.is_command(name):
                session.complete(
                    request, UnsupportedCommand(f"{self.name} does not support {name}")
                )
            else:
                session.complete(request, InvalidCommand(f"there is no command {name!r}"))
        elif known.immediate:
            self._running[request] = asyncio.create_task(self._run(known, request, payload))
        else:
            self._queue.append((known, request, payload))
            if self._exclusive is None or self._exclusive.done():
                self._exclusive = asyncio.create_task(self._drain())

    def cancel(self, session: Session, request_ids: Iterable[int] | None) -> int:
        """Cancel the session's commands with these ids, or all; give how many there were."""
        wanted = None if request_ids is None else set(request_ids)

        def meant(request: Request) -> bool:
            return request.client is session and (wanted is None or request.id in wanted)

        waiting = [entry for entry in self._queue if meant(entry[1])]
        for entry in waiting:
            self._queue.remove(entry)
            session.complete(entry[1], Canceled("canceled while it was queued"))
        running = [request for request in self._running if meant(request)]
        for request in running:
            request.cancel()
        return len(waiting) + len(running)

    def open_requests(self, session: Session) -> list[int]:
        """The ids of the session's commands that have no completion yet."""
        entries = [*(request for _, request, _ in self._queue), *self._running]
        return [request.id for request in entries if request.client is session]

    async def _drain(self) -> None:
        while self._queue:
            known, request, payload = self._queue.popleft()
            task = asyncio.create_task(self._run(known, request, payload))
            self._running[request] = task
            await asyncio.wait([task])

    async def _run(self, known: Command, request: Request, payload: Payload) -> None:
        session = request.client
        if not isinstance(session, Session):
            raise TypeError("a request of a service comes from a session")
        try:
            request.begin()
            if not known.works_without_power:
                self.require_power()
            given = read_payload(known.payload, payload)
            reply = await getattr(self, known.method)(request, given)
        except asyncio.CancelledError:
            raise
        except msgspec.ValidationError as problem:
            outcome: CommandFailed | Payload = InvalidData(str(problem))
        except CommandFailed as failure:
            outcome = failure
        except Exception:
            log.exception("%s: %s failed", self.name, known.name)
            outcome = InternalError(f"{known.name} failed inside the service")
        else:
            outcome = reply or {}
        finally:
            self._running.pop(request, None)
        self.status_changed()
        session.complete(request, outcome)

    async def abandon(self) -> None:
        """Drop every command without a completion, as when the machine loses power."""
        self._queue.clear()
        tasks = [*self._running.values()]
        if self._exclusive is not None:
            tasks.append(self._exclusive)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._running.clear()
        self._exclusive = None

    # Events for everybody

    def broadcast(self, name: str, payload: Payload | None = None) -> None:
        """Send an unsolicited event to every client."""
        for session in list(self.sessions):
            session.send_unsolicited(name, payload or {})

    def status_changed(self) -> None:
        """Tell clients what changed in the status since they were last told."""
        now = self.status()
        changed: dict[str, Payload] = {}
        for interface, state in now.items():
            before = self._last_status.get(interface, {})
            differing = {key: value for key, value in state.items() if before.get(key) != value}
            if differing:
                changed[interface] = differing
        first, self._last_status = not self._last_status, now
        if first or not changed:
            return
        for session in list(self.sessions):
            # Release 2021-1 tells of the common status only, without a level of its own.
            if session.dialect is Dialect.IN_HEADER:
                session.send_unsolicited("Common.StatusChangedEvent", changed)
            elif "common" in changed:
                session.send_unsolicited("Common.StatusChangedEvent", changed["common"])

    def interface_list(self) -> list[dict[str, Any]]:
        """Interfaces with their commands and events and the versions of these."""
        versions = {"versions": ["1.0"]}
        return [
            {
                "name": interface,
                "commands": {
                    name: versions for name in self.commands if name.startswith(interface + ".")
                },
                "events": {
                    name: versions for name in self.events if name.startswith(interface + ".")
                },
                "maximumRequests": REQUESTS_MAX,
            }
            for interface in self.interfaces
        ]


def refuse(error_code: str, description: str = "", **payload: Any) -> CommandErrorCode:
    """The exception for a completion with ``commandErrorCode`` and this ``errorCode``."""
    return CommandErrorCode(error_code, description, payload)

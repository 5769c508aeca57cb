"""Maintenance windows of all branches: in memory, every change written with its event."""

import msgspec
import sqlalchemy as sa

from tingtang.devices.faults import tables as t
from tingtang.devices.faults.model import problems as p
from tingtang.devices.faults.model import windows as w
from tingtang.devices.faults.model.intervals import Stretch
from tingtang.devices.model.problems import UNKNOWN_DEVICE
from tingtang.devices.register import Register
from tingtang.kernel.clock import Clock
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.log import Append, EventLog
from tingtang.kernel.permissions import Actor


class Maintenance:
    """Who is being worked on, and when."""

    def __init__(self, log: EventLog, clock: Clock, register: Register) -> None:
        self._log = log
        self._clock = clock
        self._register = register
        self._windows: dict[str, w.MaintenanceWindow] = {}
        log.follow((w.WindowPlanned, w.WindowEnded), self._follow)

    async def start(self) -> None:
        """Read the windows that still count."""
        query = sa.select(t.windows.c.body)
        oldest_ms = self._clock.now_ms() - w.KEPT_MS
        for body in await self._log.database.read(lambda c: c.scalars(query).all()):
            window = msgspec.json.decode(body, type=w.MaintenanceWindow)
            if window.until_ms > oldest_ms:
                self._windows[window.id] = window

    def of_branch(self, branch: str) -> list[w.MaintenanceWindow]:
        """A branch's windows, past ones too, by their beginning."""
        found = [one for one in self._windows.values() if one.branch == branch]
        return sorted(found, key=lambda one: (one.from_ms, one.id))

    def is_on(self, branch: str, device: str, at_ms: int) -> bool:
        """Whether a device is being maintained."""
        return any(
            one.branch == branch and one.covers(device, at_ms) for one in self._windows.values()
        )

    def of_device(self, branch: str, device: str) -> list[Stretch]:
        """When a device was, or will be, maintained."""
        return [
            (one.from_ms, one.until_ms)
            for one in self._windows.values()
            if one.branch == branch and one.concerns(device)
        ]

    async def plan(self, window: w.MaintenanceWindow, actor: Actor) -> w.MaintenanceWindow:
        """Plan work; what begins in the past begins now, so that no failure is made undone."""
        now_ms = self._clock.now_ms()
        window = msgspec.structs.replace(window, from_ms=max(window.from_ms, now_ms))
        w.check(window, self.of_branch(window.branch), now_ms)
        for device in window.devices:
            found = self._register.device(device)
            if found.branch != window.branch:
                raise Refused(UNKNOWN_DEVICE)
        await self._write(window.branch, w.WindowPlanned(window=window), window, actor)
        return window

    async def end(self, branch: str, window: str, actor: Actor) -> None:
        """Cancel a window, or end it early; the time it has taken so far stays maintenance."""
        found = self._windows.get(window)
        now_ms = self._clock.now_ms()
        if found is None or found.branch != branch or found.until_ms <= now_ms:
            raise Refused(p.UNKNOWN_WINDOW)
        event = w.WindowEnded(window=window, at_ms=now_ms)
        await self._write(branch, event, w.ended(found, now_ms) or found, actor)

    async def _write(
        self, branch: str, event: Event, window: w.MaintenanceWindow, actor: Actor
    ) -> None:
        row = {"id": window.id, "branch": branch, "body": msgspec.json.encode(window).decode()}
        statement: sa.Executable
        if isinstance(event, w.WindowEnded) and event.at_ms <= window.from_ms:
            statement = sa.delete(t.windows).where(t.windows.c.id == window.id)
        else:
            insert = upsert(self._log.database, t.windows).values(row)
            statement = insert.on_conflict_do_update(
                index_elements=["id"], set_={"body": insert.excluded.body}
            )
        await self._log.append(
            Append(
                stream=f"maintenance/{branch}",
                branch=branch,
                events=[event],
                time_ms=self._clock.now_ms(),
                actor=actor.name,
                work=lambda c: c.execute(statement).rowcount,
            )
        )

    def _follow(self, recorded: Recorded) -> None:
        event = recorded.event
        if isinstance(event, w.WindowPlanned):
            self._windows[event.window.id] = event.window
        elif isinstance(event, w.WindowEnded) and event.window in self._windows:
            left = w.ended(self._windows.pop(event.window), event.at_ms)
            if left is not None:
                self._windows[event.window] = left

"""Cabinets at work: doors are told to open, and what they say is taken in.

An opening is written down before its door is told. The command carries the opening as its
idempotency key, so that the same opening never opens twice; after a restart what was told is
followed, and what never was is given up.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from tingtang.delivery.model import cabinet as m
from tingtang.delivery.model import cabinet_events as e
from tingtang.delivery.model import problems as p
from tingtang.delivery.model.kinds import Size
from tingtang.devices.model import events as device_events
from tingtang.devices.model import records as r
from tingtang.devices.model.state import CommandState
from tingtang.devices.service import DeviceService
from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import EventLog, Key
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.reactions import UNABLE, Trigger
from tingtang.kernel.snapshots import Snapshots
from tingtang.kernel.streams import Done, StreamHost

TYPE = "locker"
OUTCOMES = {
    CommandState.DONE: m.Outcome.DONE,
    CommandState.FAILED: m.Outcome.FAILED,
    CommandState.UNKNOWN: m.Outcome.UNKNOWN,
}

logger = logging.getLogger(__name__)


def stream_of(device: str) -> str:
    return f"cabinet/{device}"


class Cabinets:
    """All cabinets of all branches."""

    def __init__(self, log: EventLog, clock: Clock, devices: DeviceService) -> None:
        snapshots = Snapshots(log, m.Cabinet, revision=2)
        self.host: StreamHost[m.Cabinet, m.Command] = StreamHost(
            log, clock, m.CabinetCore(), snapshots
        )
        self._log = log
        self._devices = devices
        self._tasks: dict[str, asyncio.Task[m.Outcome]] = {}

    # -- which there are ------------------------------------------------------------------------

    def of_branch(self, branch: str) -> list[r.Device]:
        """The cabinets that stand in a branch."""
        register = self._devices.register
        return [one for one in register.of_branch(branch) if one.type == TYPE and one.active]

    def ids_of_type(self, branch: str, type_: str) -> list[str]:
        """Ids of the devices of another type there."""
        register = self._devices.register
        return [one.id for one in register.of_branch(branch) if one.type == type_ and one.active]

    def cabinet(self, branch: str, device: str) -> r.Device:
        """One of them; refused (not_a_cabinet)."""
        for one in self.of_branch(branch):
            if one.id == device:
                return one
        raise Refused(p.NOT_A_CABINET)

    async def state(self, device: str) -> m.Cabinet:
        """Its cells."""
        return await self.host.state(stream_of(device))

    # -- cells and doors ------------------------------------------------------------------------

    async def reserve(
        self, device: str, branch: BranchId, order: str, size: Size, sizes: Mapping[int, Size],
        actor: str,
    ) -> int:  # fmt: skip
        """A cell for an order; the same where it has one already."""
        await self._run(device, branch, m.Reserve(order, size, sizes), actor)
        return (await self.state(device)).cell_of(order)

    async def give_up(self, device: str, branch: BranchId, order: str, actor: str) -> None:
        """A reserved cell that is not needed."""
        await self._run(device, branch, m.GiveUp(order), actor)

    async def open(
        self,
        device: str,
        branch: BranchId,
        order: str,
        purpose: e.Purpose,
        opening: str,
        by: str,
        key: Key | None = None,
    ) -> None:
        """Open the cell of an order. Refused (cell_busy) while it is in doubt or open. For a retry
        the cell's number is kept with ``key``, and the door is told no second time.
        """
        command = m.Open(order, purpose, opening, by)
        if (await self._run(device, branch, command, by, key)).events:
            self._follow(device, branch, opening)

    async def give_up_opening(
        self, device: str, branch: BranchId, order: str, opening: str
    ) -> None:
        """See to it that an opening that was never begun never is; the order follows by itself."""
        await self._run(device, branch, m.GiveUpOpening(order, opening), SYSTEM.name)

    async def outcome(self, device: str, opening: str) -> m.Outcome:
        """What came of an opening, at the latest by the command's own time-out."""
        cells = (await self.state(device)).cells.values()
        state = next((one.state for one in cells if one.opening == opening), None)
        if state is m.CellState.OPENING:  # perhaps asked for before this process took it up
            branch = self._devices.register.device(device).branch
            self._follow(device, branch, opening, again=True)
        task = self._tasks.get(opening)
        if task is not None:
            return await asyncio.shield(task)
        if state is None:
            return m.Outcome.FAILED
        return m.Outcome.DONE if state is m.CellState.OPEN else m.Outcome.UNKNOWN

    async def inspect(
        self, device: str, branch: BranchId, cell: int, actor: str, witness: str = "",
        key: Key | None = None, *, is_full: bool,
    ) -> None:  # fmt: skip
        """Somebody has looked into a cell that was in doubt, or left open, and shut it."""
        await self._run(device, branch, m.Inspect(cell, is_full, actor, witness), actor, key)

    async def tend(self, device: r.Device, door_ms: int) -> None:
        """Notice doors that stand open."""
        await self._run(device.id, device.branch, m.Tend(door_ms), SYSTEM.name)

    # -- the device -----------------------------------------------------------------------------

    async def start(self) -> None:
        """Take up what was under way."""
        for device in self._devices.register.all():
            if device.type != TYPE:
                continue
            state = await self.state(device.id)
            for one in state.cells.values():
                if one.state is m.CellState.OPENING:
                    self._follow(device.id, device.branch, one.opening, again=True)

    async def stop(self) -> None:
        """Leave off; it is taken up again."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def on_device(self, trigger: Trigger) -> None:
        """A reaction: what a cabinet's doors said, however late."""
        recorded = trigger.recorded
        device = self._devices.register.get(recorded.stream.partition("/")[2])
        if device is None or device.type != TYPE:
            return
        event = recorded.event
        if isinstance(event, device_events.DeviceHappened):
            said = _said(event)
            if said is not None:
                await self._run(device.id, device.branch, said, f"device:{device.id}")
        elif isinstance(event, device_events.CommandEnded):
            cells = (await self.state(device.id)).cells.values()
            opening = next((one.opening for one in cells if one.command == event.command), "")
            if opening and event.state in OUTCOMES:
                outcome = m.NoteOutcome(opening, OUTCOMES[event.state], event.code)
                await self._run(device.id, device.branch, outcome, f"device:{device.id}")

    def _follow(self, device: str, branch: BranchId, opening: str, *, again: bool = False) -> None:
        if opening in self._tasks:
            return
        task = asyncio.create_task(self._tell(device, branch, opening, again=again))
        self._tasks[opening] = task
        task.add_done_callback(lambda _: self._tasks.pop(opening, None))

    async def _tell(self, device: str, branch: BranchId, opening: str, *, again: bool) -> m.Outcome:
        try:
            outcome, code = await self._told(device, branch, opening, again=again)
        except Exception:
            logger.exception("the door of an opening in cabinet %s could not be followed", device)
            outcome, code = m.Outcome.UNKNOWN, "fault"
        await self._run(device, branch, m.NoteOutcome(opening, outcome, code), SYSTEM.name)
        return outcome

    async def _told(
        self, device: str, branch: BranchId, opening: str, *, again: bool
    ) -> tuple[m.Outcome, str]:
        state = await self.state(device)
        number = next((n for n, one in state.cells.items() if one.opening == opening), 0)
        key = Key(f"delivery:opening:{opening}", "")
        if again:
            # A door does not open by itself after a restart: nobody may stand before it any more.
            answered = await self._log.answer(key)
            if answered is None:
                return m.Outcome.FAILED, "not_told"
            command = answered.decode()
        else:
            try:
                command = await self._devices.give(
                    device, "open_cell", {"cell": float(number)}, SYSTEM, key
                )
            except Refused as refused:
                unsure = refused.problem.status >= UNABLE
                return m.Outcome.UNKNOWN if unsure else m.Outcome.FAILED, refused.code
        await self._run(device, branch, m.NoteTold(opening, command), SYSTEM.name)
        try:
            ended = await self._devices.outcome(device, command)
        except Refused:  # so long ago that the device's state has forgotten it
            return m.Outcome.UNKNOWN, "forgotten"
        return OUTCOMES[ended], ""

    async def _run(
        self, device: str, branch: str, command: m.Command, actor: str, key: Key | None = None
    ) -> Done:
        return await self.host.run(
            stream_of(device), branch, command, actor=actor, key=key, answer=_cell_of
        )


def _cell_of(_state: m.Cabinet, events: Sequence[Event], _at_ms: int) -> bytes:
    """What is kept for a retry: the cell that it was about."""
    return str(next((one.cell for one in events if hasattr(one, "cell")), 0)).encode()


def _said(event: device_events.DeviceHappened) -> m.Command | None:
    cell = event.data.get("cell")
    if not isinstance(cell, float | int) or isinstance(cell, bool):
        return None
    if event.name == "cell_opened":
        return m.DoorOpened(int(cell))
    if event.name == "cell_closed":
        occupied = event.data.get("occupied")
        return m.DoorShut(int(cell), occupied if isinstance(occupied, bool) else None)
    return None

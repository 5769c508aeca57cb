"""Alarms and repairs of all devices: devices are looked at, people do something about them."""

import asyncio
import logging
import re
from collections.abc import Iterable, Sequence

from tingtang.devices.faults.history import History
from tingtang.devices.faults.maintenance import Maintenance
from tingtang.devices.faults.model import commands as c
from tingtang.devices.faults.model import problems as p
from tingtang.devices.faults.model.decide import decide, needs_timer
from tingtang.devices.faults.model.evolve import evolve
from tingtang.devices.faults.model.settings import AlarmSettings
from tingtang.devices.faults.model.signs import Seen, signs, still_beyond
from tingtang.devices.faults.model.state import DeviceFaults
from tingtang.devices.model import events as e
from tingtang.devices.model import records as r
from tingtang.devices.model.problems import UNKNOWN_MODULE
from tingtang.devices.model.state import Condition, DeviceState, condition
from tingtang.devices.model.wire import Health
from tingtang.devices.register import device_stream
from tingtang.devices.service import DeviceService
from tingtang.kernel.clock import DAY_MS, SECOND_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.ids import Ids
from tingtang.kernel.live import LiveViews
from tingtang.kernel.log import EventLog, Key
from tingtang.kernel.permissions import SYSTEM, Actor, ActorKind, Permission, granted
from tingtang.kernel.streams import StreamHost
from tingtang.kernel.waiting import set_within
from tingtang.org.directory import Directory
from tingtang.org.model.records import StaffFacts

BRANCH_VIEW, DEVICE_VIEW = "devices.faults", "devices.device_faults"
LOOK_SECONDS = 2.0
ALL_EVERY_MS = 30 * SECOND_MS
"""How often every device is looked at, for what is measured."""
AT_ONCE_MAX = 128
PERSONAL = re.compile(r"(?<!\d)(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|\d{15,19}|\d{17}[Xx])(?!\d)")
"""Mobile numbers, and what is as long as an ID or card number; serial and part numbers are welcome."""
TOLD = (e.LinkChanged, e.AppChanged, e.ModuleChanged, e.ModuleSwitched, e.DeviceFlagged, e.FlagCleared)  # fmt: skip

logger = logging.getLogger(__name__)


def faults_stream(device: str) -> str:
    """The stream of one device's faults."""
    return f"faults/{device}"


class FaultCore:
    """``faults/<device>``."""

    def initial(self, stream: str) -> DeviceFaults:  # noqa: ARG002
        return DeviceFaults()

    def decide(self, state: DeviceFaults, command: c.FaultCommand, at_ms: int) -> Sequence[Event]:
        return decide(state, command, at_ms)

    def evolve(self, state: DeviceFaults, event: Event, at_ms: int) -> None:
        evolve(state, event, at_ms)


class FaultService:
    """The faults of all devices of this process."""

    def __init__(
        self,
        log: EventLog,
        ids: Ids,
        live: LiveViews,
        devices: DeviceService,
        directory: Directory,
        maintenance: Maintenance,
        history: History,
    ) -> None:
        self.devices = devices
        self.directory = directory
        self.maintenance = maintenance
        self.history = history
        self.clock = devices.clock
        self._log = log
        self._ids = ids
        self._live = live
        self._still: dict[str, dict[str, int]] = {}
        """By device, since when what it measures is beyond its marks."""
        self._dirty: set[str] = set()
        self._news = asyncio.Event()
        self._all_ms = self._forgot_ms = 0
        self._task: asyncio.Task[None] | None = None
        self.host: StreamHost[DeviceFaults, c.FaultCommand] = StreamHost(
            log, self.clock, FaultCore()
        )
        self.host.on_change(self._on_change)
        devices.host.on_change(self._on_device_change)

    async def start(self) -> None:
        """Load what is known of every device, and begin to look."""
        for device in self.devices.register.all():
            await self.state(device.id)
        self._forgot_ms = self.clock.now_ms()
        self._task = asyncio.create_task(self._look_on(), name="device-faults")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    # -- reading -------------------------------------------------------------------------------

    async def state(self, device: str) -> DeviceFaults:
        """What is known of a device's faults. Never change it."""
        return await self.host.state(faults_stream(device))

    async def states_before(self, streams: Iterable[str], at_ms: int) -> dict[str, DeviceFaults]:
        """The states of streams as they were at an earlier moment; one's own to change."""
        found = {}
        for stream in streams:
            state = found[stream] = DeviceFaults()
            for recorded in await self._log.read_stream(stream):
                if recorded.time_ms < at_ms:
                    evolve(state, recorded.event, recorded.time_ms)
        return found

    def settings(self, branch: str) -> AlarmSettings:
        """How a branch's alarms are graded and handed on."""
        return self.directory.section(branch, AlarmSettings)

    def owners(self, branch: str) -> list[StaffFacts]:
        """Who may see to devices of a branch, those posted there first."""
        found = []
        for staff in self.directory.all_staff():
            reach = self.directory.branches_below(staff.unit)
            if (
                staff.active
                and (reach is None or branch in reach)
                and Permission.DEVICE_OPERATE in granted(frozenset(staff.roles))
            ):
                found.append(staff)
        return sorted(found, key=lambda one: (one.unit != branch, one.id))

    def new_id(self) -> str:
        return self._ids.new(self.clock.now_ms())

    # -- people --------------------------------------------------------------------------------

    async def accept(self, device: str, alarm: str, actor: Actor, key: Key | None = None) -> None:
        """The actor sees to it."""
        command = c.Accept(device=device, alarm=alarm, staff=_staff(actor))
        await self._run(device, command, actor, key)

    async def hand_over(
        self, device: str, alarm: str, to: str, note: str, actor: Actor, key: Key | None = None
    ) -> None:
        """Somebody else sees to it from now on."""
        self._check_owner(device, to)
        command = c.HandOver(
            device=device, alarm=alarm, by=_staff(actor), to=to, note=check_note(note)
        )
        await self._run(device, command, actor, key)

    async def suspend(
        self,
        device: str,
        alarm: str,
        until_ms: int,
        note: str,
        actor: Actor,
        key: Key | None = None,
    ) -> None:
        """It is known, and put off until a moment."""
        command = c.Suspend(
            device=device, alarm=alarm, by=_staff(actor), until_ms=until_ms, note=check_note(note)
        )
        await self._run(device, command, actor, key)

    async def close(
        self, device: str, alarm: str, outcome: str, actor: Actor, key: Key | None = None
    ) -> None:
        """It is settled; should the same still be so, it is no alarm again until it was over."""
        command = c.Close(device=device, alarm=alarm, by=_staff(actor), outcome=check_note(outcome))
        await self._run(device, command, actor, key)

    async def open_repair(
        self,
        device: str,
        part: str,
        description: str,
        actor: Actor,
        alarm: str = "",
        key: Key | None = None,
    ) -> str:
        """Report something for repair; gives the repair's id."""
        found = self.devices.register.device(device)
        type_ = self.devices.register.type_of(found)
        if part and not alarm and type_.module_named(part) is None:
            raise Refused(UNKNOWN_MODULE, type=type_.text, module=part)
        command = c.OpenRepair(
            device=device,
            repair=self.new_id(),
            by=_staff(actor),
            part=part,
            description=check_note(description),
            alarm=alarm,
        )
        done = await self._run(device, command, actor, key, command.repair.encode())
        return done.decode()

    async def step_repair(
        self, command: c.StepRepair, actor: Actor, key: Key | None = None
    ) -> None:
        """Something is done with a repair; ``by`` is the actor."""
        if command.to:
            self._check_owner(command.device, command.to)
        for words in (command.note, command.vendor, command.parts):
            check_note(words)
        await self._run(command.device, command, actor, key)

    # -- looking -------------------------------------------------------------------------------

    async def look(self, devices: Iterable[str] | None = None) -> None:
        """Look at these devices, or at all."""
        register = self.devices.register
        chosen = [one.id for one in register.all()] if devices is None else list(devices)
        for start in range(0, len(chosen), AT_ONCE_MAX):
            found = [register.get(one) for one in chosen[start : start + AT_ONCE_MAX]]
            await asyncio.gather(*(self._look_at(one) for one in found if one is not None))

    async def _look_at(self, device: r.Device) -> None:
        try:
            command = await self._observation(device)
            if command is None:
                return
            state = await self.state(device.id)
            if decide(state, command, self.clock.now_ms()):
                await self._run(device.id, command, SYSTEM)
        except Refused as refused:
            logger.warning("faults of %s: %s", device.id, refused.code)
        except Exception:
            logger.exception("faults of %s", device.id)

    async def _observation(self, device: r.Device) -> c.Observe | None:
        type_ = self.devices.register.types.get(device.type)
        if type_ is None or not self.directory.has_branch(device.branch):
            return None
        # A device out of use is as one never heard of: nothing is wrong with it.
        heard = self.devices.host.committed(device_stream(device.id)) if device.active else None
        state = heard or DeviceState()
        now_ms = self.clock.now_ms()
        latest = self.devices.telemetry.latest.get(device.id, {})
        measured = {name: point.value for name, point in latest.items()}
        still = still_beyond(type_, measured, self._still.get(device.id, {}), now_ms)
        self._still[device.id] = still
        settings = self.settings(device.branch)
        now = condition(state)
        broken = tuple(
            name
            for name, module in state.modules.items()
            if module.enabled and module.health is Health.FAULT
        )
        seen = signs(type_, state, measured, settings, still, now_ms)
        if not device.active:
            # Taken out of use: whatever was wrong with it is nobody's business any more.
            seen = Seen((), frozenset((await self.state(device.id)).open))
        return c.Observe(
            device=device.id,
            condition=now,
            parts=broken if now is Condition.FAULT else (),
            seen=seen,
            settings=settings,
            is_muted=self.maintenance.is_on(device.branch, device.id, now_ms),
            id=self._ids.new(now_ms),
        )

    async def _look_on(self) -> None:
        while True:
            self._news.clear()
            try:
                await self._look_once()
            except Exception:
                logger.exception("devices could not be looked at; the next look comes")
            await set_within(self._news, LOOK_SECONDS)

    async def _look_once(self) -> None:
        now_ms = self.clock.now_ms()
        if now_ms - self._all_ms >= ALL_EVERY_MS:
            self._all_ms = now_ms
            self._dirty.clear()
            await self.look()
        else:
            dirty, self._dirty = self._dirty, set()
            await self.look(dirty | self._waiting())
        if now_ms - self._forgot_ms >= DAY_MS:
            self._forgot_ms = now_ms
            await self._forget()

    def _waiting(self) -> set[str]:
        """Devices for which time alone may change something."""
        found = set()
        for device in self.devices.register.all():
            state = self.host.committed(faults_stream(device.id))
            if state is not None and needs_timer(state):
                found.add(device.id)
        return found

    async def _forget(self) -> None:
        try:
            await self.history.forget()
        except Refused as refused:
            logger.warning("old conditions could not be forgotten: %s", refused.code)

    # -- inside --------------------------------------------------------------------------------

    def _check_owner(self, device: str, staff: str) -> None:
        branch = self.devices.register.device(device).branch
        if all(one.id != staff for one in self.owners(branch)):
            raise Refused(p.NO_SUCH_OWNER)

    async def _run(
        self,
        device: str,
        command: c.FaultCommand,
        actor: Actor,
        key: Key | None = None,
        body: bytes = b"",
    ) -> bytes:
        branch = self.devices.register.device(device).branch
        done = await self.host.run(
            faults_stream(device),
            branch,
            command,
            actor=actor.name,
            key=key,
            answer=lambda _state, _events, _at_ms: body,
        )
        return done.answer

    def _on_device_change(self, stream: str, events: Sequence[Recorded]) -> None:
        if any(isinstance(one.event, TOLD) for one in events):
            self._dirty.add(stream.partition("/")[2])
            self._news.set()

    def _on_change(self, stream: str, _events: Sequence[Recorded]) -> None:
        device = self.devices.register.get(stream.partition("/")[2])
        if device is not None:
            self._live.touch(DEVICE_VIEW, f"{device.branch}/{device.id}")
            self._live.touch(BRANCH_VIEW, device.branch)


def check_note(note: str) -> str:
    """``note``, unless it holds what is personal: that has no place in the log."""
    if PERSONAL.search(note):
        raise Refused(p.PERSONAL_NOTE)
    return note.strip()


def _staff(actor: Actor) -> str:
    """Who acts; only staff own alarms and repairs."""
    if actor.kind is not ActorKind.STAFF:
        raise Refused(p.NO_SUCH_OWNER)
    return actor.id

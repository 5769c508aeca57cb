"""Devices in use: takes in what they say, tells them what to do, notices when they fall silent."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from tingtang.devices.core import DeviceCore
from tingtang.devices.model import commands as c
from tingtang.devices.model import events as e
from tingtang.devices.model import problems as p
from tingtang.devices.model import records as r
from tingtang.devices.model import wire
from tingtang.devices.model.decide import SET, WAKE
from tingtang.devices.model.declared import fits
from tingtang.devices.model.kinds import DeviceType
from tingtang.devices.model.state import OPEN_COMMANDS, CommandState, DeviceState
from tingtang.devices.ports import DeviceLink
from tingtang.devices.register import Register, device_stream
from tingtang.devices.sending import Sender
from tingtang.devices.telemetry import Telemetry
from tingtang.kernel.clock import MINUTE_MS, Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Recorded
from tingtang.kernel.ids import Ids
from tingtang.kernel.live import LiveViews
from tingtang.kernel.log import EventLog, Key
from tingtang.kernel.permissions import SYSTEM, Actor, Permission
from tingtang.kernel.recurring import Recurring
from tingtang.kernel.snapshots import Snapshots
from tingtang.kernel.streams import StreamHost

__all__ = ["BRANCH_VIEW", "DEVICE_VIEW", "DeviceService", "Register", "device_stream"]

BRANCH_VIEW, DEVICE_VIEW = "devices.branch", "devices.device"
STATE_REVISION = 1
"""Raise it when ``evolve`` makes another state of the same events: saved states are then made anew."""
BEATS_MISSED = 3
"""Beats after which a silent device counts as lost."""
LOOK_SECONDS = 0.5
CLOCK_OFF_MS = 2 * MINUTE_MS
"""A device's clock that differs by more is flagged, and its samples get our time."""
HEARD_WAITING_MAX = 64
"""Inputs of one device that wait to be written; more is a flood, and the oldest are let go."""

logger = logging.getLogger(__name__)


class DeviceService:
    """All devices of this process; the :class:`~tingtang.devices.ports.Inbox` of its links."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        ids: Ids,
        live: LiveViews,
        register: Register,
        telemetry: Telemetry,
    ) -> None:
        self.register = register
        self.telemetry = telemetry
        self.clock = clock
        self.pace = 1.0
        """How many times as fast as real time the hall's clock runs. Wires and machines take as long
        as ever, so that by that clock all patience with them is so many times longer."""
        self._ids = ids
        self._live = live
        self._heard: dict[str, list[c.DeviceInput]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._heard_ms: dict[str, int] = {}
        """When each device was last heard of, by our clock."""
        self._ends: dict[str, asyncio.Event] = {}
        self._watching = Recurring("device watch", LOOK_SECONDS, self.look)
        self._sender = Sender(register, self.known_state, self._not_sent, self._switch_on)
        # A device's stream goes on for as long as it stands there: a start must not read it whole.
        snapshots = Snapshots(log, DeviceState, revision=STATE_REVISION)
        self.host: StreamHost[DeviceState, c.DeviceInput] = StreamHost(
            log, clock, DeviceCore(), snapshots
        )
        self.host.on_change(self._on_change)
        self.host.on_change(self._sender.send_given, own_only=True)
        log.follow((r.DeviceRemoved,), self._on_removed)

    # -- assembly ------------------------------------------------------------------------------

    def add_link(self, protocol: r.Protocol, link: DeviceLink) -> None:
        """Reach the devices of ``protocol`` through ``link``."""
        self._sender.add_link(protocol, link)

    async def start(self) -> None:
        """Load every device's state; those said to be on line must be heard of again soon."""
        now_ms = self.clock.now_ms()
        for device in self.register.all():
            await self.state(device.id)
            self._heard_ms[device.id] = now_ms
        await self._watching.start()

    async def stop(self) -> None:
        """Finish what was heard, then stop."""
        await self._watching.stop()
        await asyncio.gather(*self._workers.values(), return_exceptions=True)

    # -- asking and telling --------------------------------------------------------------------

    def known_state(self, device: str) -> DeviceState | None:
        """The state of a device if it is in memory; devices that speak are."""
        return self.host.committed(device_stream(device))

    async def state(self, device: str) -> DeviceState:
        """What is known of a device."""
        return await self.host.state(device_stream(device))

    async def give(
        self,
        device: str,
        name: str,
        parameters: dict[str, wire.Value],
        actor: Actor,
        key: Key | None = None,
    ) -> str:
        """Tell a device to do something, once it is on disk; gives the command's id.

        What comes of it is in the device's state: refused here is only what it cannot do or what
        could not be sent.
        """
        found = self.register.device(device)
        type_ = self.register.type_of(found)
        if name == WAKE and type_.wakes and not self.can_wake(device):
            raise Refused(p.CANNOT_WAKE, device=found.name)
        command = self._ids.new(self.clock.now_ms())
        may_maintain = actor.may(Permission.DEVICE_MAINTAIN, found.branch)
        done = await self._run(
            found,
            c.Give(
                type=type_,
                command=command,
                name=name,
                parameters=parameters,
                may_maintain=may_maintain,
                pace=self.pace,
            ),
            actor,
            key,
            command.encode(),
        )
        return done.decode() or command

    async def outcome(self, device: str, command: str) -> CommandState:
        """Wait until a command has ended, at the latest by its time-out. Refused (unknown_device) where
        the device is taken out of the register meanwhile: nobody will ever know.
        """
        while True:
            state = await self.state(device)
            given = state.commands.get(command)
            if given is not None and given.state not in OPEN_COMMANDS:
                return given.state
            if given is None or self.register.get(device) is None:
                raise Refused(p.UNKNOWN_DEVICE)
            await self._ends.setdefault(command, asyncio.Event()).wait()

    def can_wake(self, device: str) -> bool:
        """Whether there is a way to wake the device while it sleeps or is off."""
        return self._sender.can_wake(device)

    async def switch_module(
        self, device: str, module: str, enabled: bool, actor: Actor, key: Key | None = None
    ) -> None:
        """Take a part of a device out of use, or put it back; works for one that is away too."""
        found = self.register.device(device)
        type_ = self.register.type_of(found)
        await self._run(
            found, c.SwitchModule(type=type_, module=module, enabled=enabled), actor, key
        )
        link = self._sender.link_of(found)
        if link is not None:
            await link.use_modules(device, await self.modules_in_use(device))

    async def enrol(self, device: r.Device, actor: Actor) -> str:
        """Register a device; it is on every list at once. Gives its secret."""
        secret = await self.register.enrol(device, actor)
        self._live.touch(BRANCH_VIEW, device.branch)
        return secret

    async def save(self, device: r.Device, actor: Actor) -> r.Device:
        """Change what is registered; the connection of a device taken out of use is ended."""
        saved = await self.register.save(device, actor)
        if not saved.active:
            await self._cut_off(saved)
        self._live.touch(BRANCH_VIEW, saved.branch)
        self._live.touch(DEVICE_VIEW, f"{saved.branch}/{saved.id}")
        return saved

    async def renew_secret(self, device: str, actor: Actor) -> str:
        """A new secret for a device; a connection with the old one is ended."""
        secret = await self.register.renew_secret(device, actor)
        await self._cut_off(self.register.device(device))
        return secret

    async def remove(self, device: str, actor: Actor) -> None:
        """Take a device out of the register and end its connection."""
        found = self.register.device(device)
        await self.register.remove(device, actor)
        await self._cut_off(found)
        self._live.touch(BRANCH_VIEW, found.branch)

    async def _cut_off(self, device: r.Device) -> None:
        link = self._sender.link_of(device)
        if link is not None:
            await link.forget(device.id)

    def touch(self, device: str) -> None:
        """Something that is shown of a device has changed beside its state."""
        found = self.register.get(device)
        if found is not None:
            self._live.touch(DEVICE_VIEW, f"{found.branch}/{found.id}")

    async def modules_in_use(self, device: str) -> dict[str, bool]:
        """Every part of a device and whether it is in use."""
        found, state = self.register.device(device), await self.state(device)
        return {
            module.name: module.name not in state.modules or state.modules[module.name].enabled
            for module in self.register.type_of(found).modules
        }

    @property
    def is_busy(self) -> bool:
        """Whether something that was heard is still being written."""
        return bool(self._workers)

    def waiting_of(self, device: str) -> int:
        """Inputs of one device that are yet to be written."""
        return len(self._heard.get(device, ()))

    # -- hearing: the inbox --------------------------------------------------------------------

    def link(self, device: str, state: wire.LinkState, why: str = "said") -> None:
        self._hear(device, lambda type_: c.HearState(type=type_, state=state, why=why))

    def beat(self, device: str, beat: wire.Beat) -> None:
        self._alive(device)
        self._check_clock(device, beat.time_ms)
        state = self.host.committed(device_stream(device))
        if state is not None and state.link is wire.Link.OFFLINE and state.link_why == "silence":
            # It says its state when that changes, and for the device nothing has.
            again = wire.LinkState(wire.Link.ONLINE, state.app, state.firmware, state.boot)
            self._hear(device, lambda type_: c.HearState(type=type_, state=again, why="beat"))

    def modules(self, device: str, modules: dict[str, wire.ModuleReport]) -> None:
        self._hear(device, lambda type_: c.HearModules(type=type_, modules=modules))

    def properties(self, device: str, values: wire.Values) -> None:
        self._hear(device, lambda type_: c.HearProperties(type=type_, values=values))

    def samples(self, device: str, samples: wire.Samples) -> None:
        """Samples: what the type does not declare or what cannot be is left out and flagged."""
        self._alive(device)
        found = self.register.get(device)
        type_ = None if found is None else self.register.types.get(found.type)
        if type_ is None:
            return
        known = {one.name: one for one in type_.measured}
        good: dict[str, float] = {}
        for name, value in samples.values.items():
            quantity = known.get(name)
            if quantity is None or isinstance(value, str) or not fits(quantity, value):
                self.flag(device, "implausible", name)
            else:
                good[name] = float(value)
        time_ms = samples.time_ms if self._check_clock(device, samples.time_ms) else 0
        if good:
            self.telemetry.add(device, time_ms or self.clock.now_ms(), good)

    def happening(self, device: str, happening: wire.DeviceHappening) -> None:
        self._check_clock(device, happening.time_ms)
        self._hear(device, lambda type_: c.HearHappening(type=type_, happening=happening))

    def result(self, device: str, result: wire.CommandResult) -> None:
        self._hear(device, lambda type_: _heard(type_, result))

    def flag(self, device: str, code: str, detail: str) -> None:
        # Not a sign of life: a stranger who tries passwords must not hide that a device is gone.
        self._hear(
            device, lambda type_: c.RaiseFlag(type=type_, code=code, detail=detail), is_alive=False
        )

    # -- inside --------------------------------------------------------------------------------

    def _alive(self, device: str) -> None:
        self._heard_ms[device] = self.clock.now_ms()

    def _check_clock(self, device: str, said_ms: int) -> bool:
        off_ms = abs(said_ms - self.clock.now_ms())
        if said_ms and off_ms > CLOCK_OFF_MS * self.pace:
            self.flag(device, "clock_off", f"{off_ms // 1000} s")
            return False
        return bool(said_ms)

    def _hear(
        self, device: str, make: Callable[[DeviceType], c.DeviceInput], *, is_alive: bool = True
    ) -> None:
        found = self.register.get(device)
        type_ = None if found is None else self.register.types.get(found.type)
        if found is None or type_ is None:
            return
        if is_alive:
            self._alive(device)
        waiting = self._heard.setdefault(device, [])
        waiting.append(make(type_))
        if len(waiting) > HEARD_WAITING_MAX:
            # The newest is what counts; what is lost is no more than an older state.
            del waiting[0]
        if device not in self._workers:
            self._workers[device] = asyncio.create_task(self._write_heard(found))

    async def _write_heard(self, device: r.Device) -> None:
        waiting = self._heard[device.id]
        try:
            while waiting:
                try:
                    await self._run(device, waiting.pop(0), SYSTEM)
                except Refused as refused:
                    logger.warning("what device %s said was not kept: %s", device.id, refused.code)
                except Exception:
                    logger.exception("what device %s said was not kept", device.id)
        finally:
            del self._workers[device.id]

    async def _run(
        self,
        device: r.Device,
        command: c.DeviceInput,
        actor: Actor,
        key: Key | None = None,
        body: bytes = b"",
    ) -> bytes:
        done = await self.host.run(
            device_stream(device.id),
            device.branch,
            command,
            actor=actor.name,
            key=key,
            answer=lambda _state, _events, _at_ms: body,
        )
        return done.answer

    async def look(self) -> None:
        """Notice silence, and run the timers of commands under way."""
        now_ms = self.clock.now_ms()
        for device in list(self.register.all()):
            try:
                await self._look_at(device, now_ms)
            except Refused as refused:
                logger.warning("device %s: %s", device.id, refused.code)
            except Exception:
                logger.exception("device %s", device.id)

    async def _look_at(self, device: r.Device, now_ms: int) -> None:
        type_ = self.register.types.get(device.type)
        state = self.host.committed(device_stream(device.id))
        if type_ is None or state is None:
            return
        silent_ms = now_ms - self._heard_ms.get(device.id, now_ms)
        if (
            state.link is wire.Link.ONLINE
            and silent_ms > BEATS_MISSED * type_.beat_seconds * 1000 * self.pace
            and device.id not in self._workers
        ):
            await self._run(device, c.Lose(type=type_), SYSTEM)
        if any(one.state in OPEN_COMMANDS for one in state.commands.values()):
            await self._run(device, c.RunTimers(type=type_, pace=self.pace), SYSTEM)

    def _on_change(self, stream: str, events: Sequence[Recorded]) -> None:
        device = self.register.get(stream.partition("/")[2])
        if device is None:
            return
        self._live.touch(DEVICE_VIEW, f"{device.branch}/{device.id}")
        self._live.touch(BRANCH_VIEW, device.branch)
        for recorded in events:
            if isinstance(recorded.event, e.CommandEnded):
                ended = self._ends.pop(recorded.event.command, None)
                if ended is not None:
                    ended.set()

    def _on_removed(self, _recorded: Recorded) -> None:
        """Whoever waits for a device looks whether it is still there."""
        ends, self._ends = self._ends, {}
        for ended in ends.values():
            ended.set()

    def _not_sent(self, device: str, result: wire.CommandResult) -> None:
        # Not a sign of life: nothing reached the device.
        self._hear(device, lambda type_: _heard(type_, result), is_alive=False)

    async def _switch_on(self, plug: str) -> None:
        await self.give(plug, SET, {"on": True}, SYSTEM)


def _heard(type_: DeviceType, result: wire.CommandResult) -> c.HearResult:
    return c.HearResult(
        type=type_,
        command=result.command,
        step=result.step,
        code=result.code,
        detail=result.detail,
        data=result.data,
    )

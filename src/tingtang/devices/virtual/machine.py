"""A virtual device as seen from its wire: it is told things, and says things. No I/O, no clock."""

from random import Random

import msgspec

from tingtang.devices.model import wire
from tingtang.devices.model.decide import WAKE
from tingtang.devices.model.kinds import DeviceType, Wake
from tingtang.devices.model.wire import CommandStep, Link, LinkState
from tingtang.devices.virtual import orders
from tingtang.devices.virtual.behaviours import step_of
from tingtang.devices.virtual.body import Body, Moment, live, new_body
from tingtang.devices.virtual.surroundings import Surroundings

TELEMETRY_EVERY_MS = 15_000
PROPERTIES_EVERY_MS = 500
"""What moves by itself is reported this often at most."""
BOOT_MS = (12_000, 25_000)
STARTS_ITSELF_AFTER_MS = 5 * 60_000
"""What was shut down starts itself again, as by a start-up time set in its firmware."""
REMEMBERED_MAX = 50
"""Commands whose results are repeated when they arrive twice."""
STEP_MAX_S = 5.0
"""Longer steps are walked in parts, so that things that move do not leap."""


UPLOAD = "file"
"""What is said over HTTP rather than MQTT."""
NOTHING = wire.CommandResult("", CommandStep.DONE)


class Said(msgspec.Struct, frozen=True):
    """One message to the platform: the end of its topic, and what it holds."""

    topic: str
    body: object
    is_retained: bool = False


class Upload(msgspec.Struct, frozen=True):
    """A picture or a log, and the result that is said once it was sent."""

    kind: str
    body: bytes
    result: wire.CommandResult


class Doing(msgspec.Struct, frozen=True):
    """A command under way."""

    call: wire.CommandCall
    due_ms: int


class Machine:
    """One virtual device. Every call gives what it says then."""

    def __init__(
        self,
        id_: str,
        type_: DeviceType,
        random: Random,
        *,
        is_open: bool = False,
        fault_factor: float = 1.0,
        tells_time: bool = True,
    ) -> None:
        self.id = id_
        self.type = type_
        self.random = random
        self.body: Body = new_body(type_, random, is_open=is_open, fault_factor=fault_factor)
        self.boots = 0
        self._boot = ""
        self.away_until_ms = 0
        """Switched off or starting anew: it says and hears nothing before this."""
        self._is_asleep = False
        """Switched off by command, and not starting anew."""
        self._step = step_of(type_.code)
        self._doing: list[Doing] = []
        self._known: dict[str, wire.CommandResult | None] = {}
        """By command: what came of it, or None while it is under way."""
        self._restarted: list[str] = []
        """Restart commands whose result is said once it is up again."""
        self._tells_time = tells_time
        self._last_ms = 0
        self._told_app = self.body.app
        self._told_modules: dict[str, wire.ModuleReport] = {}
        self._told_properties: dict[str, wire.Value] = {}
        self._due_ms = {"beat": 0, "telemetry": 0, "properties": 0}
        self._beats = 0

    @property
    def is_up(self) -> bool:
        return self.away_until_ms == 0

    @property
    def listens(self) -> bool:
        """Up, or asleep with the part of it awake that takes ``wake``."""
        return self.is_up or (self._is_asleep and Wake.LINK in self.type.wakes)

    def wake(self, now_ms: int) -> None:
        """A magic packet, or power: what sleeps comes up after the time that takes."""
        if self._is_asleep:
            self.away_until_ms = min(self.away_until_ms, now_ms + self.random.randint(*BOOT_MS))

    def start(self, now_ms: int) -> list[Said]:
        """Come up: a new boot, and everything it is."""
        self.boots += 1
        self._boot = f"{now_ms:x}-{self.boots}"
        self.away_until_ms = 0
        self._is_asleep = False
        self._last_ms = now_ms
        done = [
            Said("result", wire.CommandResult(one, CommandStep.DONE)) for one in self._restarted
        ]
        self._restarted.clear()
        # Not all devices of a branch measure at the same moment.
        self._due_ms["telemetry"] = now_ms + self.random.randrange(TELEMETRY_EVERY_MS)
        return [*self.introduce(now_ms), *done]

    def introduce(self, now_ms: int) -> list[Said]:
        """Everything that is kept of it: said at each start and each new connection."""
        self._told_app = self.body.app
        self._told_modules = dict(self.body.modules)
        self._told_properties = dict(self.body.properties)
        return [
            Said("state", self._link_state(now_ms), is_retained=True),
            Said("modules", self._told_modules, is_retained=True),
            Said("properties", self._told_properties, is_retained=True),
        ]

    def hear(self, call: wire.CommandCall, now_ms: int) -> list[Said]:
        """A command arrives. The same one again is answered again, not done again."""
        if not self.is_up:
            if call.name == WAKE and self.listens:
                self.wake(now_ms)
                return [Said("result", wire.CommandResult(call.id, CommandStep.ACCEPTED))]
            return []
        if call.id in self._known:
            known = self._known[call.id]
            return [Said("result", known or wire.CommandResult(call.id, CommandStep.ACCEPTED))]
        if call.until_ms and self._tells_time and now_ms > call.until_ms:
            return [self._ended(call, orders.failed("too_late"))]
        refused = orders.refusal(self.body, call)
        if refused is not None:
            return [self._ended(call, refused)]
        self._known[call.id] = None
        seconds = orders.seconds_of(call, self.random)
        self._doing.append(Doing(call, now_ms + round(seconds * 1000)))
        return [Said("result", wire.CommandResult(call.id, CommandStep.ACCEPTED))]

    def use_modules(self, in_use: dict[str, bool]) -> None:
        """Which parts the branch has put in or out of use."""
        self.body.in_use = {name: on for name, on in in_use.items() if name in self.body.modules}

    def step(self, around: Surroundings, now_ms: int) -> list[Said]:
        """Time passes."""
        if not self.is_up:
            return self.start(now_ms) if now_ms >= self.away_until_ms else []
        self._live(around, now_ms)
        said = [Said("event", one) for one in self.body.happenings]
        self.body.happenings.clear()
        for doing in [one for one in self._doing if one.due_ms <= now_ms]:
            self._doing.remove(doing)
            said += self._finish(doing.call, Moment(around, 0.0, self.random), now_ms)
            if self.away_until_ms > now_ms:
                return said
        return said + self._news(now_ms)

    # -- parts ---------------------------------------------------------------------------------

    def _live(self, around: Surroundings, now_ms: int) -> None:
        left_s = min(3600.0, max(0.0, (now_ms - self._last_ms) / 1000))
        self._last_ms = now_ms
        while left_s > 0:
            part_s = min(left_s, STEP_MAX_S)
            live(self.body, Moment(around, part_s, self.random), self._step)
            left_s -= part_s

    def _finish(self, call: wire.CommandCall, moment: Moment, now_ms: int) -> list[Said]:
        if call.name in {"restart", "shut_down"}:
            return self._go_away(call, now_ms)
        came_of_it = orders.finish(self.body, call, moment)
        ended = self._ended(call, came_of_it)
        if came_of_it.file:
            kind = "picture" if call.name == "screenshot" else "log"
            ended = Said(UPLOAD, Upload(kind, came_of_it.file, self._known[call.id] or NOTHING))
        # What was set is reported before the result: who waits for it finds it done.
        return [*self._changes(now_ms), ended]

    def sent(self, result: wire.CommandResult) -> None:
        """What came of an upload is what is answered to the same command again."""
        self._known[result.command] = result

    def _go_away(self, call: wire.CommandCall, now_ms: int) -> list[Said]:
        self._doing.clear()
        link = Link.OFFLINE if call.name == "restart" else Link.SLEEPING
        away = LinkState(link, self.body.app, self.body.firmware, self._boot, self._time(now_ms))
        said = [Said("state", away, is_retained=True)]
        if call.name == "restart":
            self._restarted.append(call.id)
            self._known[call.id] = wire.CommandResult(call.id, CommandStep.DONE)
            self.away_until_ms = now_ms + self.random.randint(*BOOT_MS)
            return said
        self._is_asleep = True
        self.away_until_ms = now_ms + STARTS_ITSELF_AFTER_MS
        return [self._ended(call, orders.Ended()), *said]

    def _ended(self, call: wire.CommandCall, ended: orders.Ended) -> Said:
        result = wire.CommandResult(call.id, ended.step, ended.code, ended.detail, ended.data)
        self._known[call.id] = result
        while len(self._known) > REMEMBERED_MAX:
            del self._known[next(iter(self._known))]
        return Said("result", result)

    def _news(self, now_ms: int) -> list[Said]:
        said: list[Said] = []
        if now_ms >= self._due_ms["properties"]:
            self._due_ms["properties"] = now_ms + PROPERTIES_EVERY_MS
            said += self._changes(now_ms)
        if now_ms >= self._due_ms["beat"]:
            self._due_ms["beat"] = now_ms + self.type.beat_seconds * 1000
            self._beats += 1
            said.append(Said("beat", wire.Beat(self._beats, self._time(now_ms))))
        if now_ms >= self._due_ms["telemetry"]:
            self._due_ms["telemetry"] = now_ms + TELEMETRY_EVERY_MS
            left = {name: round(value, 1) for name, value in self.body.left.items()}
            values = {**self.body.measured, **left}
            if values:
                said.append(Said("telemetry", wire.Samples(self._time(now_ms), values)))
        return said

    def _changes(self, now_ms: int) -> list[Said]:
        said: list[Said] = []
        if self.body.app is not self._told_app:
            self._told_app = self.body.app
            said.append(Said("state", self._link_state(now_ms), is_retained=True))
        if self.body.modules != self._told_modules:
            self._told_modules = dict(self.body.modules)
            said.append(Said("modules", self._told_modules, is_retained=True))
        if self.body.properties != self._told_properties:
            self._told_properties = dict(self.body.properties)
            said.append(Said("properties", self._told_properties, is_retained=True))
        return said

    def _link_state(self, now_ms: int) -> LinkState:
        return LinkState(
            Link.ONLINE, self.body.app, self.body.firmware, self._boot, self._time(now_ms)
        )

    def _time(self, now_ms: int) -> int:
        return now_ms if self._tells_time else 0

"""The demo's machines have a past: months of faults, who saw to them, and repairs.

Nothing is drawn on the screens' behalf: the past is told to the same rules that decide today, event by
event, with the times at which it happened.
"""

import asyncio
import math
from collections.abc import Sequence
from random import Random

import msgspec

from tingtang.devices.faults.model import commands as c
from tingtang.devices.faults.model.decide import decide
from tingtang.devices.faults.model.evolve import evolve
from tingtang.devices.faults.model.settings import AlarmKind, AlarmSettings
from tingtang.devices.faults.model.signs import Seen, Sign
from tingtang.devices.faults.model.state import Cause, DeviceFaults, RepairStep
from tingtang.devices.faults.service import faults_stream
from tingtang.devices.model import records as r
from tingtang.devices.model.kinds import DeviceType, Group
from tingtang.devices.model.state import Condition
from tingtang.devices.virtual.body import CODES
from tingtang.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from tingtang.kernel.events import Event
from tingtang.kernel.log import Append, EventLog

DAYS = 160
FAILS_EVERY_DAYS = {
    Group.SELF_SERVICE: 40.0,
    Group.CASH: 45.0,
    Group.DELIVERY: 60.0,
    Group.AUDIO_VIDEO: 90.0,
    Group.COMPANION: 60.0,
    Group.DISPLAY: 120.0,
    Group.NETWORK: 90.0,
}
"""The mean time between failures, by kind of device; others fail every 150 days."""
OTHERS_EVERY_DAYS = 150.0
UNLIKE = 0.8
"""The shape of what single devices differ by: some fail again and again."""
LINK_SHARE = 0.25
"""Of all failures, those of the link."""
REPAIR_SHARE = 0.45
"""Of faults of parts, those reported for repair."""
WORDS = (
    "反复出现，已重启无效",
    "客户反映无法使用",
    "部件有异响，需上门检查",
    "更换后仍报错",
    "定期检查发现",
)
PARTS = ("滚轮组件", "打印头", "读卡模块", "电源适配器", "传感器")
CAUSES = (Cause.WEAR, Cause.WEAR, Cause.DEFECT, Cause.SOFTWARE, Cause.MISUSE, Cause.SUPPLIES)
DONE_NOTES = ("清洁并校准", "更换部件，测试正常", "升级驱动后恢复", "取出异物")


class People(msgspec.Struct, frozen=True):
    """Who saw to things."""

    engineer: str
    manager: str


class Told(msgspec.Struct, frozen=True):
    """What one device's past wrote at one moment."""

    at_ms: int
    events: tuple[Event, ...]
    actor: str


class Past:
    """One device's past, told in order."""

    def __init__(self, device: r.Device, type_: DeviceType, people: People, random: Random) -> None:
        self.told: list[Told] = []
        self._device = device.id
        self._type = type_
        self._people = people
        self._random = random
        self._state = DeviceFaults()
        self._number = 0

    def tell(self, from_ms: int, until_ms: int, opening_hours: Sequence[tuple[int, int]]) -> None:
        """Months of it; failures happen while the branch is open."""
        random = self._random
        every = FAILS_EVERY_DAYS.get(self._type.group, OTHERS_EVERY_DAYS)
        every /= random.gammavariate(UNLIKE, 1 / UNLIKE) + 0.05
        self._observe(from_ms, Condition.OK)
        free_ms = from_ms
        for start, end in opening_hours:
            at_ms = start + round(random.random() * (end - start - HOUR_MS))
            if random.random() < 1 - math.exp(-1 / every) and at_ms > free_ms:
                free_ms = self._fail(at_ms, until_ms)
                if free_ms >= until_ms:
                    break

    def leave_open(self, at_ms: int) -> None:
        """A repair that is not over yet: parts were ordered yesterday."""
        part = self._type.modules[0].name if self._type.modules else ""
        repair = self._report(at_ms, part, "")
        self._step(at_ms + HOUR_MS, repair, RepairStep.ASSIGN, vendor="海棠智能售后")
        self._step(at_ms + 2 * HOUR_MS, repair, RepairStep.START)
        more = {"parts": self._random.choice(PARTS), "note": "备件预计三日内到"}
        self._step(at_ms + 3 * HOUR_MS, repair, RepairStep.WAIT_FOR_PARTS, **more)

    # -- inside --------------------------------------------------------------------------------

    def _fail(self, at_ms: int, until_ms: int) -> int:
        """One failure; gives when all of it is over."""
        random = self._random
        is_link = random.random() < LINK_SHARE or not self._type.modules
        sign = self._link(at_ms) if is_link else self._part(at_ms)
        condition = Condition.OFFLINE if is_link else Condition.FAULT
        minutes = random.lognormvariate(math.log(20 if is_link else 55), 0.8)
        back_ms = at_ms + round(minutes * MINUTE_MS)
        over_ms = back_ms + 3 * MINUTE_MS
        if over_ms + DAY_MS >= until_ms:
            return until_ms
        self._observe(at_ms, condition, sign)
        raised_ms = at_ms + 31 * SECOND_MS
        self._observe(raised_ms, condition, sign)
        taken_ms = raised_ms + round(random.uniform(1, 14) * MINUTE_MS)
        alarm = next(iter(self._state.open.values()), "")
        repair = ""
        if alarm and taken_ms < back_ms:
            accept = c.Accept(device=self._device, alarm=alarm, staff=self._people.engineer)
            self._run(taken_ms, accept, self._people.engineer)
            if not is_link and random.random() < REPAIR_SHARE:
                repair = self._report(taken_ms + 20 * SECOND_MS, sign.part, alarm)
                self._step(taken_ms + MINUTE_MS, repair, RepairStep.START)
        self._observe(max(back_ms, taken_ms + 2 * MINUTE_MS), Condition.OK)
        over_ms = max(over_ms, taken_ms + 6 * MINUTE_MS)
        self._observe(over_ms, Condition.OK)
        if repair:
            finish: dict[str, object] = {
                "cause": random.choice(CAUSES),
                "note": random.choice(DONE_NOTES),
                "cost_fen": random.choice((None, 0, 8_000, 12_800, 36_000)),
            }
            self._step(over_ms, repair, RepairStep.FINISH, **finish)
            over_ms += round(random.uniform(5, 120) * MINUTE_MS)
            self._step(over_ms, repair, RepairStep.VERIFY, by=self._people.manager)
        return over_ms

    def _link(self, at_ms: int) -> Sign:
        grade = AlarmSettings().grade(self._type, AlarmKind.LINK, "")
        return Sign(about="link", kind=AlarmKind.LINK, grade=grade, code="will", since_ms=at_ms)

    def _part(self, at_ms: int) -> Sign:
        part = self._random.choice(self._type.modules).name
        return Sign(
            about=f"module:{part}",
            kind=AlarmKind.MODULE_FAULT,
            part=part,
            grade=AlarmSettings().grade(self._type, AlarmKind.MODULE_FAULT, part),
            code=self._random.choice(CODES.get(part, ("fault",))),
            since_ms=at_ms,
        )

    def _observe(self, at_ms: int, condition: Condition, *present: Sign) -> None:
        known = frozenset({*self._state.open, *(one.about for one in present)})
        command = c.Observe(
            device=self._device,
            condition=condition,
            parts=tuple(one.part for one in present if one.part),
            seen=Seen(present, known),
            settings=AlarmSettings(),
            is_muted=False,
            id=self._new_id(at_ms),
        )
        self._run(at_ms, command, "system:tingtang")

    def _report(self, at_ms: int, part: str, alarm: str) -> str:
        repair = self._new_id(at_ms)
        command = c.OpenRepair(
            device=self._device,
            repair=repair,
            by=self._people.engineer if alarm else self._people.manager,
            part=part,
            description=self._random.choice(WORDS),
            alarm=alarm,
        )
        self._run(at_ms, command, command.by)
        return repair

    def _step(self, at_ms: int, repair: str, step: RepairStep, **more: object) -> None:
        given = {"by": self._people.engineer, **more}
        given |= {"device": self._device, "repair": repair, "step": step}
        command = msgspec.convert(given, c.StepRepair)
        self._run(at_ms, command, command.by)

    def _run(self, at_ms: int, command: c.FaultCommand, by: str) -> None:
        events = tuple(decide(self._state, command, at_ms))
        for event in events:
            evolve(self._state, event, at_ms)
        if events:
            self.told.append(Told(at_ms, events, by if ":" in by else f"staff:{by}"))

    def _new_id(self, at_ms: int) -> str:
        self._number += 1
        return f"past-{self._device}-{at_ms}-{self._number}"


async def write_past(
    log: EventLog,
    devices: Sequence[tuple[r.Device, DeviceType]],
    opening_hours: Sequence[tuple[int, int]],
    people: People,
    random: Random,
    now_ms: int,
) -> int:
    """Write the past of devices that have none; gives how many appends it took.

    ``opening_hours`` are the branch's, of the last :data:`DAYS` days, one stretch a day.
    """
    appends = []
    shown = {"document_camera", "coffee_printer"}
    for device, type_ in devices:
        past = Past(device, type_, people, random)
        past.tell(now_ms - DAYS * DAY_MS, now_ms - HOUR_MS, opening_hours)
        if type_.code in shown:
            shown.remove(type_.code)
            past.leave_open(now_ms - DAY_MS + 2 * HOUR_MS)
        appends += [
            Append(
                stream=faults_stream(device.id),
                branch=device.branch,
                events=told.events,
                time_ms=told.at_ms,
                actor=told.actor,
            )
            for told in past.told
        ]
    await asyncio.gather(*(log.append(one) for one in appends))
    return len(appends)

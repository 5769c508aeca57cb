"""Alarms: raised from what a device says, counted, calmed, handed on, closed."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingtang.devices.faults.model import commands as c
from tingtang.devices.faults.model import events as e
from tingtang.devices.faults.model.decide import decide
from tingtang.devices.faults.model.evolve import evolve
from tingtang.devices.faults.model.settings import AlarmKind, AlarmSettings, GradeRule
from tingtang.devices.faults.model.signs import Seen, Sign, beyond, signs, still_beyond
from tingtang.devices.faults.model.state import ALARMS_KEPT, AlarmState, DeviceFaults
from tingtang.devices.model.kinds import AlarmGrade, Group, Threshold
from tingtang.devices.model.state import Condition, DeviceState, Flag, ModuleState
from tingtang.devices.model.wire import App, Health, Link
from tingtang.devices.register import shipped_types
from tingtang.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import Role
from tingtang.kernel.text import Text

TYPES = shipped_types()
SETTINGS = AlarmSettings()
START_MS = 1_000_000_000_000
LINK = Sign(about="link", kind=AlarmKind.LINK, grade=AlarmGrade.MAJOR, since_ms=START_MS)
JAM = Sign(
    about="module:cash", kind=AlarmKind.MODULE_FAULT, part="cash", grade=AlarmGrade.MAJOR,
    code="note_jam", since_ms=START_MS,
)  # fmt: skip


class Case:
    """A device's faults and a clock."""

    def __init__(self, settings: AlarmSettings = SETTINGS) -> None:
        self.state = DeviceFaults()
        self.settings = settings
        self.at_ms = START_MS
        self.events: list[Any] = []
        self.looks = 0

    def run(self, command: c.FaultCommand) -> list[Any]:
        events = list(decide(self.state, command, self.at_ms))
        for event in events:
            evolve(self.state, event, self.at_ms)
        self.events += events
        return events

    def look(self, *present: Sign, after_ms: int = 0, muted: bool = False) -> list[str]:
        """Look at the device; gives the names of what happened."""
        self.at_ms += after_ms
        self.looks += 1
        known = frozenset({"link", "app", "module:cash", *(one.about for one in present)})
        command = c.Observe(
            device="k1", condition=self.state.condition, parts=(), seen=Seen(present, known),
            settings=self.settings, is_muted=muted, id=str(self.looks),
        )  # fmt: skip
        return [type(event).__name__ for event in self.run(command)]

    @property
    def only(self) -> Any:
        [alarm] = self.state.alarms.values()
        return alarm


def refused(case: Case, command: c.FaultCommand) -> str:
    with pytest.raises(Refused) as caught:
        case.run(command)
    return caught.value.code


@pytest.mark.shows(
    "R138", part="an alarm raised, cleared by itself, and counted when it comes back"
)
def test_an_alarm_is_raised_once_and_closes_itself_when_all_is_well_for_a_while() -> None:
    case = Case()
    assert case.look(JAM) == ["AlarmRaised"]
    assert case.look(JAM, after_ms=SECOND_MS) == []
    assert case.look(after_ms=SECOND_MS) == ["AlarmCeased"]
    assert case.look(after_ms=119 * SECOND_MS) == []
    assert case.look(after_ms=SECOND_MS) == ["AlarmCleared"]
    assert (case.only.state, case.only.count) == (AlarmState.CLEARED, 1)
    assert case.state.open == {}


def test_what_comes_back_soon_is_the_same_alarm_and_later_a_new_one() -> None:
    case = Case()
    case.look(JAM)
    case.look(after_ms=SECOND_MS)
    assert case.look(JAM, after_ms=SECOND_MS) == ["AlarmRepeated"]
    case.look(after_ms=SECOND_MS)
    case.look(after_ms=2 * MINUTE_MS)
    assert case.look(JAM, after_ms=29 * MINUTE_MS) == ["AlarmRepeated"]
    assert (case.only.count, case.only.state) == (3, AlarmState.OPEN)
    case.look(after_ms=SECOND_MS)
    case.look(after_ms=2 * MINUTE_MS)
    assert case.look(JAM, after_ms=31 * MINUTE_MS) == ["AlarmRaised"]
    assert len(case.state.alarms) == 2


def test_another_fault_of_the_same_part_is_another_alarm_once_the_first_is_over() -> None:
    case = Case()
    case.look(JAM)
    case.look(after_ms=SECOND_MS)
    case.look(after_ms=2 * MINUTE_MS)
    other = msgspec.structs.replace(JAM, code="shutter")
    assert case.look(other, after_ms=MINUTE_MS) == ["AlarmRaised"]


@pytest.mark.shows("R138", part="flapping is damped")
def test_what_flaps_is_one_alarm_until_it_has_been_quiet_for_long() -> None:
    case = Case()
    for _ in range(5):
        case.look(JAM, after_ms=MINUTE_MS)
        case.look(after_ms=MINUTE_MS)
    assert case.only.count == 5
    assert case.look(after_ms=29 * MINUTE_MS) == []
    assert case.look(after_ms=MINUTE_MS) == ["AlarmCleared"]


def test_a_link_lost_for_a_moment_is_no_alarm() -> None:
    case = Case()
    assert case.look(LINK) == []
    assert case.look(LINK, after_ms=29 * SECOND_MS) == []
    assert case.look(after_ms=SECOND_MS) == []
    later = msgspec.structs.replace(LINK, since_ms=case.at_ms)
    assert case.look(later, after_ms=30 * SECOND_MS) == ["AlarmRaised"]


def test_an_alarm_rises_and_falls_in_grade() -> None:
    case = Case()
    mild = msgspec.structs.replace(JAM, kind=AlarmKind.MODULE_WARNING, grade=AlarmGrade.NOTICE)
    case.look(mild)
    assert case.look(JAM) == ["AlarmChanged"]
    assert (case.only.grade, case.only.kind) == (AlarmGrade.MAJOR, AlarmKind.MODULE_FAULT)
    assert case.look(msgspec.structs.replace(JAM, detail="other words")) == []
    assert case.look(mild) == ["AlarmChanged"]


@pytest.mark.shows("R138", part="an alarm that nobody takes on goes to the next")
def test_who_does_not_answer_is_passed_over() -> None:
    case = Case()
    case.look(JAM)
    assert case.only.role is Role.DEVICE_ENGINEER
    assert case.look(JAM, after_ms=15 * MINUTE_MS - 1) == []
    assert case.look(JAM, after_ms=1) == ["AlarmEscalated"]
    assert (case.only.role, case.only.level) == (Role.BRANCH_MANAGER, 1)
    assert case.look(JAM, after_ms=15 * MINUTE_MS) == ["AlarmEscalated"]
    assert case.only.role is Role.MANAGING_BRANCH
    assert case.look(JAM, after_ms=DAY_MS) == []


def test_who_has_taken_it_on_is_left_alone_and_may_hand_it_over() -> None:
    case = Case()
    case.look(JAM)
    alarm = case.only.id
    case.run(c.Accept(device="k1", alarm=alarm, staff="jiang"))
    assert case.look(JAM, after_ms=HOUR_MS) == []
    assert refused(case, c.Accept(device="k1", alarm=alarm, staff="zhou")) == "not_your_alarm"
    assert case.run(c.Accept(device="k1", alarm=alarm, staff="jiang")) == []
    over = c.HandOver(device="k1", alarm=alarm, by="zhou", to="lin")
    assert refused(case, over) == "not_your_alarm"
    case.run(c.HandOver(device="k1", alarm=alarm, by="jiang", to="zhou", note="at lunch"))
    assert (case.only.owner, case.only.note) == ("zhou", "at lunch")


def test_what_is_put_off_comes_up_again_at_its_time_and_closes_itself_if_it_is_over() -> None:
    case = Case()
    case.look(JAM)
    alarm = case.only.id
    late = c.Suspend(device="k1", alarm=alarm, by="jiang", until_ms=case.at_ms + 31 * DAY_MS)
    assert refused(case, late) == "suspended_too_long"
    case.run(c.Suspend(device="k1", alarm=alarm, by="jiang", until_ms=case.at_ms + 2 * HOUR_MS))
    assert case.look(JAM, after_ms=2 * HOUR_MS - 1) == []
    assert case.look(JAM, after_ms=1) == ["AlarmResumed"]
    assert case.only.state is AlarmState.OPEN
    case.run(c.Suspend(device="k1", alarm=alarm, by="jiang", until_ms=case.at_ms + 2 * HOUR_MS))
    case.look(after_ms=SECOND_MS)
    assert case.look(after_ms=2 * MINUTE_MS) == ["AlarmCleared"]


def test_what_was_closed_by_hand_is_an_alarm_again_only_after_it_was_over_or_worse() -> None:
    case = Case()
    case.look(JAM)
    case.run(c.Close(device="k1", alarm=case.only.id, by="zhou", outcome="as agreed"))
    assert case.only.state is AlarmState.CLOSED
    assert case.look(JAM, after_ms=HOUR_MS) == []
    worse = msgspec.structs.replace(JAM, grade=AlarmGrade.CRITICAL)
    assert case.look(worse) == ["AlarmRaised"]
    newest = list(case.state.alarms)[-1]
    case.run(c.Close(device="k1", alarm=newest, by="zhou", outcome="as agreed"))
    assert case.look(after_ms=SECOND_MS) == ["SignGone"]
    assert case.look(JAM, after_ms=SECOND_MS) == ["AlarmRaised"]
    assert refused(case, c.Close(device="k1", alarm="?", by="z", outcome="x")) == "unknown_alarm"
    again = c.Close(device="k1", alarm=newest, by="z", outcome="x")
    assert refused(case, again) == "alarm_over"


@pytest.mark.shows("R138", part="nobody is alarmed during maintenance")
def test_nobody_is_alarmed_while_a_device_is_maintained() -> None:
    case = Case()
    assert case.look(JAM, muted=True) == []
    assert case.look(JAM, after_ms=HOUR_MS, muted=True) == []
    assert case.look(JAM, after_ms=HOUR_MS) == ["AlarmRaised"]
    assert case.look(JAM, after_ms=HOUR_MS, muted=True) == []


def test_what_cannot_be_judged_stays_as_it_is() -> None:
    case = Case()
    case.look(JAM)
    unseen = c.Observe(
        device="k1", condition=Condition.UNKNOWN, parts=(), seen=Seen((), frozenset()),
        settings=SETTINGS, is_muted=False, id="x",
    )  # fmt: skip
    case.at_ms += HOUR_MS
    assert [type(one).__name__ for one in case.run(unseen)] == ["AlarmEscalated"]
    assert case.only.gone_ms == 0


def test_a_change_of_condition_is_written_once() -> None:
    case = Case()
    for condition in (Condition.OK, Condition.OK, Condition.FAULT):
        case.run(
            c.Observe(
                device="k1",
                condition=condition,
                parts=("cash",),
                seen=Seen((), frozenset()),
                settings=SETTINGS,
                is_muted=False,
                id="x",
            )
        )
    assert [one.condition for one in case.events] == [Condition.OK, Condition.FAULT]


@given(st.lists(st.tuples(st.sampled_from(["jam", "link", "both", "none"]), st.integers(0, 3_600_000)), max_size=60))  # fmt: skip
def test_whatever_comes_and_goes_there_is_one_open_alarm_for_each_thing_wrong(
    course: list[tuple[str, int]],
) -> None:
    case = Case(AlarmSettings(offline_seconds=0))
    for what, after_ms in course:
        present = {"jam": (JAM,), "link": (LINK,), "both": (JAM, LINK), "none": ()}[what]
        case.look(*present, after_ms=after_ms)
        open_ = {id_: one for id_, one in case.state.alarms.items() if not one.is_over}
        assert {one.about for one in present} <= set(case.state.open)
        assert sorted(case.state.open.values()) == sorted(open_)
        assert all(case.state.alarms[id_].about == about for about, id_ in case.state.open.items())
        assert sum(one.is_over for one in case.state.alarms.values()) <= ALARMS_KEPT
    raised = sum(isinstance(one, e.AlarmRaised) for one in case.events)
    repeated = sum(isinstance(one, e.AlarmRepeated) for one in case.events)
    if len(case.state.alarms) < ALARMS_KEPT:
        assert sum(one.count for one in case.state.alarms.values()) == raised + repeated


def test_what_is_over_does_not_grow_without_bound() -> None:
    case = Case()
    for _ in range(ALARMS_KEPT + 20):
        case.look(JAM, after_ms=2 * HOUR_MS)
        case.look(after_ms=SECOND_MS)
        case.look(after_ms=2 * MINUTE_MS)
    assert len(case.state.alarms) == ALARMS_KEPT


# -- signs -------------------------------------------------------------------------------------


def about(state: DeviceState, measured: dict[str, float] | None = None, type_: str = "kiosk") -> dict[str, Sign]:  # fmt: skip
    values = measured or {}
    still = still_beyond(TYPES[type_], values, {}, START_MS)
    seen = signs(TYPES[type_], state, values, SETTINGS, still, START_MS)
    return {one.about: one for one in seen.present}


@pytest.mark.shows(
    "R138", part="network, application, parts, supplies, measured values and oddities"
)
def test_each_thing_wrong_with_a_device_is_a_sign_of_its_own() -> None:
    state = DeviceState(
        link=Link.ONLINE,
        app=App.FAULT,
        modules={
            "cash": ModuleState(Health.FAULT, "note_jam", since_ms=5),
            "camera": ModuleState(Health.WARNING),
            "bill": ModuleState(Health.FAULT, enabled=False),
        },
        flags={"clock_off": Flag("90 s", 7)},
    )
    found = about(state, {"receipt_paper": 10, "notes": 0.0, "certificates": 150})
    assert {name: (one.kind, one.grade) for name, one in found.items()} == {
        "app": (AlarmKind.APP, AlarmGrade.MAJOR),
        "module:cash": (AlarmKind.MODULE_FAULT, AlarmGrade.MAJOR),
        "module:camera": (AlarmKind.MODULE_WARNING, AlarmGrade.NOTICE),
        "flag:clock_off": (AlarmKind.ODD, AlarmGrade.NOTICE),
        "consumable:receipt_paper": (AlarmKind.CONSUMABLE_LOW, AlarmGrade.MINOR),
        "consumable:notes": (AlarmKind.CONSUMABLE_OUT, AlarmGrade.MAJOR),
    }


def test_a_device_that_is_away_says_nothing_of_its_parts() -> None:
    state = DeviceState(link=Link.OFFLINE, modules={"cash": ModuleState(Health.FAULT)})
    assert set(about(state, {"notes": 0.0})) == {"link"}
    seen = signs(TYPES["kiosk"], state, {}, SETTINGS, {}, START_MS)
    assert seen.judges("link")
    assert not seen.judges("module:cash")
    assert about(DeviceState()) == {}
    assert about(DeviceState(link=Link.SLEEPING)) == {}


def test_a_flag_that_is_gone_is_known_to_be_gone() -> None:
    seen = signs(TYPES["kiosk"], DeviceState(link=Link.ONLINE), {}, SETTINGS, {}, START_MS)
    assert seen.judges("flag:clock_off")


def test_a_mark_must_be_passed_for_long_enough_and_come_back_by_its_margin() -> None:
    ups, online = TYPES["ups"], DeviceState(link=Link.ONLINE)
    still: dict[str, int] = {}

    def look(runtime: float, at_ms: int) -> tuple[bool, bool]:
        """Whether it is a sign, and whether it is judged at all."""
        nonlocal still
        still = still_beyond(ups, {"runtime": runtime}, still, at_ms)
        seen = signs(ups, online, {"runtime": runtime}, SETTINGS, still, at_ms)
        mark = "threshold:runtime_short"
        return any(one.about == mark for one in seen.present), seen.judges(mark)

    assert look(20, 0) == (False, True)
    assert look(9, 1_000) == (False, False)
    assert look(9, 30_999) == (False, False)
    assert look(9, 31_000) == (True, True)
    assert look(14, 32_000) == (True, True)
    assert look(15, 33_000) == (False, True)
    assert look(14, 34_000) == (False, True)


def test_a_value_never_heard_of_is_not_judged() -> None:
    mark = Threshold(name="m", text=Text("m"), value="v", above=5, below=1, grade=AlarmGrade.MINOR)
    assert [beyond(mark, value, was_beyond=False) for value in (0.9, 1, 5, 5.1)] == [
        True, False, False, True,
    ]  # fmt: skip
    seen = signs(TYPES["ups"], DeviceState(link=Link.ONLINE), {}, SETTINGS, {}, START_MS)
    assert not seen.judges("threshold:runtime_short")


@pytest.mark.shows("R138", part="grades by rules that a bank may change")
def test_the_first_rule_that_fits_gives_the_grade() -> None:
    kiosk, lamp = TYPES["kiosk"], TYPES["light"]
    assert SETTINGS.grade(kiosk, AlarmKind.LINK, "") is AlarmGrade.MAJOR
    assert SETTINGS.grade(lamp, AlarmKind.LINK, "") is AlarmGrade.MINOR
    assert SETTINGS.grade(TYPES["router"], AlarmKind.LINK, "") is AlarmGrade.CRITICAL
    own = GradeRule(
        kind=AlarmKind.MODULE_FAULT, type="kiosk", part="cash", grade=AlarmGrade.CRITICAL
    )
    other = GradeRule(kind=AlarmKind.MODULE_FAULT, group=Group.SELF_SERVICE, grade=AlarmGrade.MINOR)
    settings = AlarmSettings(rules=(own, other))
    assert settings.grade(kiosk, AlarmKind.MODULE_FAULT, "cash") is AlarmGrade.CRITICAL
    assert settings.grade(kiosk, AlarmKind.MODULE_FAULT, "camera") is AlarmGrade.MINOR
    assert settings.grade(lamp, AlarmKind.MODULE_FAULT, "driver") is AlarmGrade.NOTICE

"""Availability: exact arithmetic of time, checked against counting every minute."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingtang.devices.faults.model.availability import (
    Account,
    Spell,
    account,
    failures_of,
    figures,
)
from tingtang.devices.faults.model.intervals import Stretch, common, length, union, without
from tingtang.devices.model.state import Condition
from tingtang.kernel.clock import HOUR_MS, MINUTE_MS

C = Condition
ENDS = 60
stretches = st.lists(st.tuples(st.integers(0, ENDS), st.integers(0, ENDS)), max_size=12)


def moments(of: list[Stretch]) -> set[int]:
    return {at for start, end in of for at in range(start, end)}


def is_set(of: list[Stretch]) -> bool:
    flat = [at for one in of for at in one]
    return flat == sorted(set(flat))


@given(stretches, stretches)
def test_sets_of_time_are_sets(one: list[Stretch], other: list[Stretch]) -> None:
    a, b = union(one), union(other)
    assert moments(a) == moments(one)
    assert moments(common(a, b)) == moments(a) & moments(b)
    assert moments(without(a, b)) == moments(a) - moments(b)
    assert all(map(is_set, (a, common(a, b), without(a, b))))
    assert length(a) == len(moments(a))
    assert common(a, b) == common(b, a)


conditions = st.lists(st.tuples(st.sampled_from(list(C)), st.integers(1, 10)), max_size=12)


def laid_out(course: list[tuple[Condition, int]], start: int, *, lasts: bool) -> list[Spell]:
    spells, at = [], start
    for condition, minutes in course:
        spells.append(Spell("k1", condition, at, at + minutes))
        at += minutes
    if spells and lasts:
        last = spells[-1]
        spells[-1] = Spell("k1", last.condition, last.from_ms, None)
    return spells


@given(conditions, st.lists(stretches, max_size=3), stretches, st.integers(0, 20), st.booleans())
def test_every_minute_is_counted_once(
    course: list[tuple[Condition, int]],
    days: list[list[Stretch]],
    planned: list[Stretch],
    start: int,
    lasts: bool,
) -> None:
    spells = laid_out(course, start, lasts=lasts)
    found = account(spells, days, planned, 5, 50)
    state = {}
    for one in spells:
        until = 50 if one.until_ms is None else one.until_ms
        state |= dict.fromkeys(range(one.from_ms, until), one.condition)
    business = {at for day in days for at in moments(union(day)) if 5 <= at < 50}
    required = business - moments(planned)
    down = {at for at in required if state.get(at) in {C.FAULT, C.OFFLINE}}
    unknown = {at for at in required if state.get(at, C.UNKNOWN) is C.UNKNOWN}
    stopped = {at for at in required if state.get(at) in {C.PAUSED, C.SLEEPING}}
    assert found.required_ms == len(required)
    assert found.down_ms == len(down)
    assert found.unknown_ms == len(unknown)
    assert found.stopped_ms == len(stopped)
    assert found.planned_ms == len(business) - len(required)
    assert found.up_ms + found.down_ms + found.unknown_ms == found.required_ms
    assert found.restored <= found.failures
    shown = figures(found)
    for ratio in (shown.availability, shown.in_service):
        assert ratio is None or 0 <= ratio <= 1


@pytest.mark.shows("R139", part="availability, failure rate, MTBF and MTTR, by hand")
def test_a_day_reckoned_by_hand() -> None:
    """Open 9 to 17; maintained 12 to 13; a fault 10:00-10:30, a loss of the link right after until
    11:00, a blip at 14:00, a fault over night from 16:00 to 9:30 of the next day."""

    def at(hour: float) -> int:
        return round(hour * HOUR_MS)

    spells = [
        Spell("k1", C.OK, at(8), at(10)),
        Spell("k1", C.FAULT, at(10), at(10.5)),
        Spell("k1", C.OFFLINE, at(10.5), at(11)),
        Spell("k1", C.OK, at(11), at(14)),
        Spell("k1", C.OFFLINE, at(14), at(14) + MINUTE_MS // 2),
        Spell("k1", C.PAUSED, at(14) + MINUTE_MS // 2, at(15)),
        Spell("k1", C.WARNING, at(15), at(16)),
        Spell("k1", C.FAULT, at(16), at(24 + 9.5)),
        Spell("k1", C.OK, at(24 + 9.5), None),
    ]
    days = [[(at(9), at(17))], [(at(24 + 9), at(24 + 17))]]
    found = account(spells, days, [(at(12), at(13))], 0, at(48))
    half = MINUTE_MS // 2
    assert found == Account(
        required_ms=at(15),
        up_ms=at(15) - at(2.5) - half,
        down_ms=at(2.5) + half,
        stopped_ms=at(1) - half,
        unknown_ms=0,
        planned_ms=at(1),
        device_days=2,
        failures=2,
        restored=2,
        restored_down_ms=at(2.5),
    )
    shown = figures(found)
    assert shown.mttr_hours == 1.25
    assert shown.mtbf_hours == pytest.approx((12.5 - 1 / 120) / 2)
    assert shown.failure_rate == 1.0
    assert shown.availability == pytest.approx((12.5 - 1 / 120) / 15)


def test_a_failure_that_lasts_is_counted_and_has_no_time_to_restoration() -> None:
    spells = [Spell("k1", C.OK, 0, 100_000), Spell("k1", C.FAULT, 100_000, None)]
    found = account(spells, [[(0, 200_000)]], [], 0, 200_000)
    assert (found.failures, found.restored) == (1, 0)
    assert figures(found).mttr_hours is None
    short = failures_of(spells, [(0, 110_000)], 110_000)
    assert [one.until_ms for one in short] == [None]


def test_what_failed_before_the_time_looked_at_is_down_time_and_no_new_failure() -> None:
    spells = [Spell("k1", C.FAULT, 0, 500_000), Spell("k1", C.OK, 500_000, None)]
    found = account(spells, [[(0, 1_000_000)]], [], 300_000, 1_000_000)
    assert (found.failures, found.down_ms) == (0, 200_000)


def test_a_failure_outside_required_time_is_none() -> None:
    spells = [Spell("k1", C.FAULT, 0, 500_000), Spell("k1", C.OK, 500_000, None)]
    found = account(spells, [[(600_000, 1_000_000)]], [], 0, 1_000_000)
    assert (found.failures, found.down_ms, found.device_days) == (0, 0, 1)
    assert figures(found).availability == 1.0


def test_with_nothing_to_divide_by_there_is_no_figure() -> None:
    shown = figures(Account())
    assert (shown.availability, shown.mtbf_hours, shown.mttr_hours, shown.failure_rate) == (
        None, None, None, None,
    )  # fmt: skip

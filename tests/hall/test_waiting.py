"""The waiting-time estimator: sane at every input, honest about doubt, better with evidence."""

import math
import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tingtang.hall.model.waiting import (
    Calibration,
    Desk,
    Estimate,
    Group,
    Patience,
    Rate,
    ServiceTimes,
    Situation,
    WaitModel,
    count,
    estimate,
    gave_up,
    learn,
    mean_ms,
    merged,
    observe_service,
    patience_ms,
    per_hour,
    quantile_ms,
    record,
    situate,
    was_served,
)
from tingtang.hall.model.waiting.predict import LINES_KEPT, MAX_WAIT_MS

MINUTE = 60_000


def figure(most: float) -> st.SearchStrategy[float]:
    return st.floats(0, most, allow_nan=False)


def situations(**fixed: st.SearchStrategy[object]) -> st.SearchStrategy[Situation]:
    fields: dict[str, st.SearchStrategy[object]] = {
        "line": st.sampled_from(["cash", "loans", ""]),
        "servers": figure(1e4).filter(lambda n: n > 0),
        "service_ms": figure(1e9).filter(lambda n: n > 0),
        "ahead": figure(1e7),
        "work_ahead_ms": figure(1e12),
        "elapsed_ms": figure(1e9),
        "at_once": st.booleans(),
        "just_free": figure(100),
        "lately_free": figure(100),
        "last_wait_ms": st.none() | figure(1e9),
        "overtaking_per_hour": figure(1e6),
        "patience_ms": st.none() | figure(1e9),
        "waited_ms": figure(1e9),
    }
    return st.builds(Situation, **{**fields, **fixed})


lessons = st.lists(st.tuples(situations(), figure(1e9)), max_size=30)


def taught(lesson: list[tuple[Situation, float]]) -> WaitModel:
    model = WaitModel()
    for situation, waited_ms in lesson:
        learn(model, situation, waited_ms)
    return model


def told(model: WaitModel, situation: Situation) -> Estimate:
    answer = estimate(model, situation)
    assert answer is not None
    return answer


# Whatever the hall looks like and whatever was learned


@given(lessons, situations())
def test_an_estimate_is_ordered_and_within_a_day(
    lesson: list[tuple[Situation, float]], situation: Situation
) -> None:
    answer = told(taught(lesson), situation)
    assert 0 <= answer.low_ms <= answer.median_ms <= answer.high_ms <= MAX_WAIT_MS


@given(lessons, situations(), figure(1e6), figure(1e12))
def test_more_people_ahead_never_lower_the_median(
    lesson: list[tuple[Situation, float]], situation: Situation, people: float, work_ms: float
) -> None:
    model = taught(lesson)
    longer = msgspec.structs.replace(
        situation,
        ahead=situation.ahead + people,
        work_ahead_ms=situation.work_ahead_ms + work_ms,
    )
    # One millisecond for the last bit of a logarithm.
    assert told(model, longer).median_ms >= told(model, situation).median_ms - 1


@given(lessons, situations())
def test_a_kept_model_answers_as_before(
    lesson: list[tuple[Situation, float]], situation: Situation
) -> None:
    model = taught(lesson)
    again = msgspec.json.decode(msgspec.json.encode(model), type=WaitModel)
    assert estimate(again, situation) == estimate(model, situation)


def test_with_no_counter_that_can_serve_there_is_no_estimate() -> None:
    closed = Situation("cash", servers=0, service_ms=5 * MINUTE, ahead=3)
    model = WaitModel()
    learn(model, closed, 60 * MINUTE)
    assert estimate(model, closed) is None
    assert model == WaitModel()


def test_thousands_ahead_get_a_long_but_finite_answer() -> None:
    crowd = Situation("cash", 4, 5 * MINUTE, ahead=5_000, work_ahead_ms=5_000 * 5.0 * MINUTE)
    assert told(WaitModel(), crowd).median_ms == MAX_WAIT_MS


def test_a_wait_that_is_no_number_is_not_learned() -> None:
    model = WaitModel()
    learn(model, Situation("cash", 1, 5 * MINUTE), math.nan)
    assert model == WaitModel()


def test_the_model_stays_small() -> None:
    model = WaitModel()
    for number in range(LINES_KEPT + 50):
        learn(model, Situation(f"line {number}", 2, 5 * MINUTE), 3 * MINUTE)
    assert len(model.lines) == LINES_KEPT
    assert len(msgspec.json.encode(model)) < 40_000


def test_a_model_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="another version"):
        WaitModel(weights=[0.0, 1.0])


# The first day: nothing but the catalogue


@pytest.mark.shows("R036", part="estimate from catalogue times on the first day")
def test_a_new_branch_expects_what_queueing_theory_does() -> None:
    # Three ahead, two counters, five minutes each: the fourth departure is about 9 minutes off.
    situation = Situation("cash", 2, 5 * MINUTE, ahead=3, work_ahead_ms=3 * 5 * MINUTE)
    answer = told(WaitModel(), situation)
    assert 8 * MINUTE < answer.median_ms < 10 * MINUTE
    assert answer.low_ms < 4 * MINUTE
    assert 17 * MINUTE < answer.high_ms < 35 * MINUTE


def test_a_second_counter_about_halves_the_wait() -> None:
    one = Situation("cash", 1, 5 * MINUTE, ahead=6, work_ahead_ms=6 * 5 * MINUTE)
    two = msgspec.structs.replace(one, servers=2)
    model = WaitModel()
    assert told(model, two).median_ms == pytest.approx(told(model, one).median_ms / 2, rel=0.05)


def test_people_who_give_up_shorten_the_wait_of_those_behind() -> None:
    stays = Situation("cash", 2, 5 * MINUTE, ahead=10, work_ahead_ms=50 * MINUTE)
    leaves = msgspec.structs.replace(stays, patience_ms=15.0 * MINUTE)
    model = WaitModel()
    assert told(model, leaves).median_ms < 0.75 * told(model, stays).median_ms


def test_a_counter_that_stands_ready_calls_within_seconds() -> None:
    ready = Situation("cash", 3, 5 * MINUTE, at_once=True)
    answer = told(WaitModel(), ready)
    assert answer.median_ms < MINUTE / 2
    model = WaitModel()
    for _ in range(200):
        learn(model, ready, 40_000)
    assert told(model, ready).median_ms == pytest.approx(40_000, rel=0.2)


# Evidence


def exponential_line(seed: int, factor: float, customers: int) -> list[tuple[Situation, float]]:
    """Waits of a line whose services take ``factor`` times what the situation says."""
    draw = random.Random(seed)
    found = []
    for _ in range(customers):
        ahead = draw.randrange(12)
        situation = Situation("cash", 3, 4 * MINUTE, ahead=ahead, work_ahead_ms=ahead * 4 * MINUTE)
        services = (draw.expovariate(3 / (4 * MINUTE * factor)) for _ in range(ahead + 1))
        found.append((situation, sum(services)))
    return found


def judged(model: WaitModel, waits: list[tuple[Situation, float]]) -> Calibration:
    calibration = Calibration()
    for situation, waited_ms in waits:
        record(calibration, told(model, situation), waited_ms)
        learn(model, situation, waited_ms)
    return calibration


@pytest.mark.shows("R036", part="90 % interval")
@pytest.mark.parametrize("factor", [0.5, 1.0, 2.5])
def test_the_intervals_cover_nine_waits_in_ten_however_wrong_the_catalogue(factor: float) -> None:
    model = WaitModel()
    judged(model, exponential_line(1, factor, 150))
    later = judged(model, exponential_line(2, factor, 1_500))
    assert later.coverage == pytest.approx(0.9, abs=0.03)
    assert later.over_median / later.count == pytest.approx(0.5, abs=0.06)


def test_evidence_halves_the_error_of_a_wrong_catalogue() -> None:
    waits = exponential_line(3, 2.5, 300)
    model = WaitModel()
    judged(model, waits[:100])
    learned = judged(model, waits[100:]).mean_error_ms
    untaught = Calibration()
    for situation, waited_ms in waits[100:]:
        record(untaught, told(WaitModel(), situation), waited_ms)
    assert learned is not None
    assert untaught.mean_error_ms is not None
    assert learned < 0.6 * untaught.mean_error_ms


def test_what_the_late_are_told_is_learned_apart_from_what_is_told_on_arrival() -> None:
    model, draw = WaitModel(), random.Random(5)
    fresh = Situation("cash", 1, 5 * MINUTE, ahead=4, work_ahead_ms=20.0 * MINUTE)
    late = msgspec.structs.replace(fresh, waited_ms=60.0 * MINUTE)
    for _ in range(800):
        learn(model, fresh, 20 * MINUTE * draw.lognormvariate(0.0, 0.3))
        learn(model, late, 20 * MINUTE * draw.lognormvariate(0.0, 0.9))
    early, later = told(model, fresh), told(model, late)
    assert early.high_ms / early.median_ms < 2 < 3 < later.high_ms / later.median_ms
    assert early.low_ms / early.median_ms > 0.5 > 0.35 > later.low_ms / later.median_ms


def test_a_change_of_pace_is_followed_after_years_of_evidence() -> None:
    model = WaitModel()
    judged(model, exponential_line(4, 1.0, 5_000))
    judged(model, exponential_line(5, 2.0, 600))
    assert judged(model, exponential_line(6, 2.0, 400)).coverage == pytest.approx(0.9, abs=0.05)


def test_a_line_learns_its_own_correction() -> None:
    model = WaitModel()
    slow, quick = (Situation(line, 2, 4 * MINUTE, ahead=1, work_ahead_ms=4 * MINUTE)
                   for line in ("loans", "cash"))  # fmt: skip
    for _ in range(100):
        learn(model, slow, 8 * MINUTE)
        learn(model, quick, 2 * MINUTE)
    assert told(model, slow).median_ms > 2 * told(model, quick).median_ms


# What the hall counts


def test_service_times_begin_at_the_standard_and_move_to_what_is_seen() -> None:
    times = ServiceTimes(300_000)
    assert mean_ms(times) == 300_000
    for _ in range(200):
        observe_service(times, 600_000)
    assert mean_ms(times) == pytest.approx(600_000, rel=0.02)
    assert quantile_ms(times, 0.1) < quantile_ms(times, 0.5) < quantile_ms(times, 0.9)


def test_quantiles_of_service_times_are_those_of_what_was_seen() -> None:
    draw = random.Random(7)
    times = ServiceTimes(300_000)
    seen = [draw.lognormvariate(math.log(200_000), 0.7) for _ in range(2_000)]
    for took in seen:
        observe_service(times, took)
    within = sum(took <= quantile_ms(times, 0.9) for took in seen) / len(seen)
    assert within == pytest.approx(0.9, abs=0.03)


@given(st.lists(figure(1e13), max_size=5))
def test_a_few_absurd_services_do_not_move_the_mean_far(absurd: list[float]) -> None:
    times = ServiceTimes(300_000)
    for _ in range(100):
        observe_service(times, 300_000)
    for took in absurd:
        observe_service(times, took)
    assert 0.9 * 300_000 < mean_ms(times) < 1.3 * 300_000


def test_a_standard_time_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        ServiceTimes(0)


def test_patience_takes_those_served_as_censored() -> None:
    # Everyone would wait ten minutes on average; half are served before that and do not tell.
    draw = random.Random(8)
    patience = Patience()
    for _ in range(2_000):
        ready, needed = draw.expovariate(1 / 10), draw.expovariate(1 / 10)
        if needed <= ready:
            was_served(patience, needed * MINUTE)
        else:
            gave_up(patience, ready * MINUTE)
    assert patience_ms(patience) == pytest.approx(10 * MINUTE, rel=0.1)


def test_a_rate_is_per_hour_from_the_first_minutes_on() -> None:
    rate = Rate(since_ms=1_000 * MINUTE)
    for minute in range(1_000, 1_120):
        count(rate, minute * MINUTE)
        if minute >= 1_010:
            assert per_hour(rate, minute * MINUTE) == pytest.approx(60, rel=0.12)
    assert per_hour(rate, 2_000 * MINUTE) < 0.1


def test_a_clock_that_jumps_back_does_no_harm() -> None:
    rate = Rate(since_ms=1_000 * MINUTE)
    count(rate, 1_060 * MINUTE)
    before = per_hour(rate, 1_060 * MINUTE)
    count(rate, 900 * MINUTE)
    assert before < per_hour(rate, 1_060 * MINUTE) <= 2.1 * before


# Lines and counters


def test_only_the_share_of_other_lines_that_is_in_the_way_counts() -> None:
    situation = situate(
        "cash/plain",
        [Desk(busy_ms=60_000, service_ms=200_000), Desk(busy_ms=180_000, service_ms=400_000)],
        [Group(3, 200_000, desks=2, shared=2), Group(4, 600_000, desks=4, shared=1)],
        service_ms=250_000,
    )
    assert situation.servers == 2
    assert situation.service_ms == 300_000
    assert situation.elapsed_ms == 120_000
    assert situation.ahead == 3 + 4 / 4
    assert situation.work_ahead_ms == 3 * 200_000 + 600_000


def test_a_line_that_nobody_serves_is_in_nobodys_way() -> None:
    situation = situate("a", [Desk(free_ms=0)], [Group(5, 1_000, desks=0, shared=0)], 1_000)
    assert situation.ahead == 0


def test_counters_that_were_just_freed_are_told_from_those_long_free() -> None:
    desks = [Desk(free_ms=ms) for ms in (1_000, 20_000, 80_000, 500_000)]
    situation = situate("a", [*desks, Desk(busy_ms=0, service_ms=300_000)], [], 300_000)
    assert (situation.just_free, situation.lately_free) == (2, 1)


# Calibration


waits = st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), max_size=20)


@settings(max_examples=50)
@given(waits, waits)
def test_merged_calibrations_are_that_of_all_waits(
    one: list[tuple[int, int]], two: list[tuple[int, int]]
) -> None:
    def of(pairs: list[tuple[int, int]]) -> Calibration:
        calibration = Calibration()
        for median, waited in pairs:
            record(calibration, Estimate(median, median // 2, median * 2), waited)
        return calibration

    assert merged(of(one), of(two)) == of(one + two)


@pytest.mark.shows("R036", part="calibration of the estimates")
def test_calibration_counts_what_the_monitor_shows() -> None:
    calibration = Calibration()
    for waited in (5, 30, 60, 200):
        record(calibration, Estimate(40, 10, 100), waited)
    assert calibration.coverage == 0.5
    assert (calibration.below, calibration.above) == (1, 1)
    assert calibration.mean_width_ms == 90
    assert calibration.mean_error_ms == (35 + 10 + 20 + 160) / 4
    assert Calibration().coverage is None
    assert Calibration().mean_error_ms is None

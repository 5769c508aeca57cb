"""Who is next, policy by policy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hall.world import CARD, CASH, LOAN, Hall
from tingtang.hall.model import dispatch
from tingtang.hall.model.settings import (
    CalledFewer,
    FirstCome,
    GeneralisedCMu,
    HallSettings,
    Policy,
    ProfileStep,
    Segment,
    StrictPriority,
    WaitOver,
    WorkProfile,
    WorkProfiles,
)
from tingtang.hall.model.state import Rule
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.text import Text


def hall(policy: Policy) -> Hall:
    return Hall(HallSettings(policy=policy)).open(4)


def test_first_come_is_by_arrival_whatever_the_segment() -> None:
    here = hall(FirstCome())
    early = here.issue(LOAN)
    here.wait(1).issue(CASH, segment=Segment.VIP_HEAD_OFFICE)
    called = here.wait(1).call(4)
    assert called is early
    assert called.why is not None
    assert (called.why.rule, called.why.waited_ms) == (Rule.FIRST_COME, 2 * MINUTE_MS)


def test_strict_priority_is_by_segment_then_by_arrival() -> None:
    here = hall(StrictPriority())
    ordinary = here.issue(CASH)
    vip = here.wait(1).issue(CASH, segment=Segment.VIP_BRANCH)
    care = here.wait(1).issue(CASH, segment=Segment.CARE)
    second_vip = here.wait(1).issue(LOAN, segment=Segment.VIP_BRANCH)
    assert [here.serve(4) for _ in range(4)] == [vip, second_vip, care, ordinary]


def test_a_booked_customer_who_is_early_does_not_go_before_those_who_wait() -> None:
    here = hall(StrictPriority())
    booked = here.issue(CASH, segment=Segment.BOOKED, booked_ms=here.now_ms + 10 * MINUTE_MS)
    walk_in = here.wait(1).issue(CASH)
    assert here.call(4) is walk_in
    here.issue(CASH)
    here.wait(9)
    assert here.call(4, finish=walk_in) is booked


PLATINUM = (Segment.VIP_HEAD_OFFICE,)
GOLD = (Segment.VIP_MANAGING_BRANCH,)
P_P_G_S = WorkProfiles(
    (
        WorkProfile(
            "vip",
            Text("贵宾窗口"),
            (
                ProfileStep(WaitOver(30)),
                ProfileStep(CalledFewer(2), segments=PLATINUM),
                ProfileStep(CalledFewer(1), segments=GOLD),
            ),
        ),
    ),
    "vip",
)


@pytest.mark.shows("R034", part="work profiles")
def test_a_work_profile_gives_platinum_platinum_gold_silver() -> None:
    here = hall(P_P_G_S)
    silver = [here.issue(CASH) for _ in range(2)]
    gold = [here.issue(CASH, segment=GOLD[0]) for _ in range(2)]
    platinum = [here.issue(CASH, segment=PLATINUM[0]) for _ in range(4)]
    order = [here.serve(4, minutes=0.1) for _ in range(8)]
    assert order == [
        platinum[0], platinum[1], gold[0], silver[0], platinum[2], platinum[3], gold[1], silver[1],
    ]  # fmt: skip


def test_a_work_profile_takes_a_long_wait_first_and_says_which_condition() -> None:
    here = hall(P_P_G_S)
    silver = here.issue(CASH)
    here.wait(31).issue(CASH, segment=PLATINUM[0])
    called = here.call(4)
    assert called is silver
    assert called.why is not None
    assert (called.why.rule, called.why.step) == (Rule.PROFILE, 1)


@pytest.mark.shows("R034", part="generalised cμ")
def test_generalised_cmu_takes_the_largest_slope_times_rate() -> None:
    here = hall(GeneralisedCMu(bound_minutes=240))
    loan = here.issue(LOAN)  # 20 min standard: index 1 * 8 / 20 = 0.4
    here.wait(5)
    cash = here.issue(CASH)  # 4 min: 1 * 3 / 4 = 0.75
    here.wait(2)
    care = here.issue(CARD, segment=Segment.CARE)  # 8 min: 4 * 1 / 8 = 0.5
    here.wait(1)
    assert here.call(4) is cash
    assert here.call(4, finish=cash) is care
    assert here.call(4, finish=care) is loan


@pytest.mark.shows("R034", part="nobody is passed over without bound")
def test_past_the_bound_the_longest_wait_goes_first() -> None:
    here = hall(GeneralisedCMu(bound_minutes=40))
    loan = here.issue(LOAN)
    here.wait(39)
    here.issue(CASH, segment=Segment.VIP_HEAD_OFFICE)
    here.wait(1)
    called = here.call(4)
    assert called is loan
    assert called.why is not None
    assert called.why.rule is Rule.BOUND


@given(
    st.sampled_from([FirstCome(), StrictPriority(), P_P_G_S, GeneralisedCMu()]),
    st.lists(
        st.tuples(
            st.sampled_from([CASH, CARD, LOAN]), st.sampled_from(list(Segment)), st.integers(0, 600)
        ),
        min_size=1,
        max_size=25,
    ),
)
def test_every_policy_calls_everybody_once_and_first_come_within_a_line(
    policy: Policy, arrivals: list[tuple[str, Segment, int]]
) -> None:
    here = hall(policy)
    waiting = {}
    for service, segment, seconds in arrivals:
        here.wait(seconds / 60)
        ticket = here.issue(service, segment=segment)  # type: ignore[arg-type]
        waiting[ticket.id] = ticket
    while waiting:
        preview = next(dispatch.in_order(here.state, here.state.counters["4"], here.now_ms, 1))  # type: ignore[index]
        called = here.serve(4, minutes=1)
        assert preview == called.id
        del waiting[called.id]
        same_line = [t for t in waiting.values() if t.line == called.line]
        assert all(called.since_ms <= t.since_ms for t in same_line)
    assert here.state.waiting == 0
    assert not here.state.lines


def test_reasons_read_as_sentences_in_both_languages() -> None:
    here = hall(GeneralisedCMu())
    here.issue(CASH, segment=Segment.CARE)
    here.wait(6)
    why = here.call(4).why
    assert why is not None
    text = dispatch.words(why, Segment.CARE)
    assert (
        text.zh
        == "等候代价最高：关怀客户，已等候 6 分钟，权重 4，平均办理 4 分钟，可叫的 1 队中得分最高"
    )
    assert text.en.startswith("Highest cost of waiting: customer with care needs, waited 6 min")

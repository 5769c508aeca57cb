"""The hall's rules by example: tickets, calls, counters, the day."""

import pytest

from tests.hall.world import CARD, CASH, LOAN, SERVICES, START_MS, Hall, setup
from tingtang.hall.model import commands as c
from tingtang.hall.model import events as e
from tingtang.hall.model.evolve import evolve
from tingtang.hall.model.settings import (
    HallSettings,
    Numbering,
    NumberList,
    PassRule,
    Place,
    Segment,
)
from tingtang.hall.model.state import (
    Channel,
    CounterState,
    HallDay,
    Source,
    Stage,
    TicketState,
)
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import CounterId, CustomerId, StaffId, TicketId, VisitId, ZoneId


def refusal(hall: Hall, command: c.Command) -> str:
    before = len(hall.events)
    with pytest.raises(Refused) as refused:
        hall.do(command)
    assert len(hall.events) == before
    return refused.value.code


# -- numbers -------------------------------------------------------------------------------------


@pytest.mark.shows("R027")
def test_numbers_run_from_one_by_letter_and_segment() -> None:
    hall = Hall()
    numbers = [
        hall.issue(CASH).number,
        hall.issue(CARD).number,
        hall.issue(LOAN).number,
        hall.issue(CASH, segment=Segment.CARE).number,
        hall.issue(CASH, segment=Segment.VIP_BRANCH).number,
        hall.issue(CASH, segment=Segment.BOOKED, booked_ms=START_MS).number,
    ]
    assert numbers == ["A001", "A002", "C001", "E001", "V001", "Y001"]


def test_a_list_that_outgrows_its_digits_goes_on() -> None:
    hall = Hall(HallSettings(numbering=Numbering(lists=(), digits=2)))
    numbers = [hall.issue(CASH).number for _ in range(101)]
    assert numbers[0] == "A01"
    assert numbers[-2:] == ["A100", "A101"]
    assert len(set(numbers)) == 101


def test_a_service_or_list_that_reached_its_quota_gives_no_more() -> None:
    hall = Hall(quota=2)
    hall.issue(CASH)
    hall.issue(CASH)
    with pytest.raises(Refused, match="2 a day"):
        hall.issue(CASH)
    assert hall.issue(CARD).number == "A003"
    # A booked place was promised before: the quota is for those who walk in.
    assert hall.issue(CASH, segment=Segment.BOOKED, booked_ms=START_MS).number == "Y001"
    vip = Hall(
        HallSettings(numbering=Numbering((NumberList("V", (Segment.VIP_BRANCH,), quota=1),)))
    )
    vip.issue(CASH, segment=Segment.VIP_BRANCH)
    with pytest.raises(Refused, match="1 a day"):
        vip.issue(CASH, segment=Segment.VIP_BRANCH)


def test_tickets_need_an_open_day_a_service_that_is_offered_and_a_fresh_id() -> None:
    hall = Hall()
    ticket = hall.issue(CASH)

    def request(**change: object) -> c.IssueTicket:
        values: dict[str, object] = {
            "ticket": "new", "visit": "v", "services": (CASH,), "channel": Channel.KIOSK,
        }  # fmt: skip
        return c.IssueTicket(**(values | change))  # type: ignore[arg-type]

    assert refusal(hall, request(services=())) == "no_service"
    assert refusal(hall, request(services=("unknown",))) == "unknown_service"
    assert refusal(hall, request(ticket=ticket.id)) == "ticket_exists"
    hall.do(c.StopTaking())
    assert refusal(hall, request()) == "taking_stopped"
    hall.do(c.ResumeTaking())
    assert hall.issue(CASH).number == "A002"
    shut = Hall()
    shut.state = HallDay("2026-03-02")
    shut.events.clear()
    assert refusal(shut, request()) == "day_not_open"


# -- calling -------------------------------------------------------------------------------------


@pytest.mark.shows("R031", part="call")
def test_calls_are_announced_one_after_the_other_and_never_the_same_customer() -> None:
    hall = Hall().open(1, 2)
    first, second = hall.issue(CASH), hall.issue(CASH)
    assert hall.call(1).id == first.id
    assert hall.call(2).id == second.id
    calls = list(hall.state.announcements)
    assert [(a.sequence, a.number, a.counter) for a in calls] == [
        (1, "A001", "1"),
        (2, "A002", "2"),
    ]
    assert refusal(hall, c.CallNext(counter=CounterId("1"))) == "counter_busy"


@pytest.mark.shows("R031", part="recall")
def test_a_recall_is_announced_again() -> None:
    hall = Hall().open(1)
    hall.issue(CASH)
    ticket = hall.call(1)
    hall.do(c.Recall(ticket=ticket.id))
    assert [a.again for a in hall.state.announcements] == [False, True]
    hall.do(c.StartService(ticket=ticket.id))
    assert refusal(hall, c.Recall(ticket=ticket.id)) == "wrong_state"


def test_finish_and_call_is_one_step_and_repeating_it_calls_nobody_twice() -> None:
    hall = Hall().open(1)
    hall.issue(CASH)
    hall.issue(CASH)
    first = hall.call(1)
    second = hall.call(1, finish=first)
    assert (first.state, second.number) == (TicketState.FINISHED, "A002")
    assert refusal(hall, c.CallNext(counter=CounterId("1"), finish=first.id)) == "counter_busy"
    hall.do(c.CallNext(counter=CounterId("1"), finish=second.id))
    assert hall.state.counters[CounterId("1")].state is CounterState.OPEN


@pytest.mark.shows("R031", part="pass")
def test_who_does_not_come_may_return_behind_two_others_and_is_gone_the_second_time() -> None:
    hall = Hall(HallSettings(passing=PassRule(30, Place.AFTER, 2, 2))).open(1)
    late = hall.issue(CASH)
    others = [hall.issue(CASH) for _ in range(3)]
    assert hall.call(1) is late
    hall.do(c.Pass(ticket=late.id))
    assert late.state is TicketState.PASSED
    hall.wait(5).do(c.Return(ticket=late.id))
    order = [hall.serve(1).number for _ in range(3)]
    assert order == [others[0].number, others[1].number, late.number]
    again = hall.issue(CASH)
    assert hall.call(1) is others[2]
    hall.do(c.Pass(ticket=others[2].id))
    hall.do(c.Return(ticket=others[2].id))
    hall.serve(1)
    assert hall.call(1) is others[2]
    hall.do(c.Pass(ticket=others[2].id))
    assert others[2].state is TicketState.ABANDONED
    assert others[2].reason == "no_show"
    assert again.state is TicketState.FINISHED
    assert hall.state.counters[CounterId("1")].state is CounterState.OPEN


def test_who_never_returns_is_taken_as_gone_when_the_time_runs_out() -> None:
    hall = Hall(HallSettings(passing=PassRule(return_minutes=30))).open(1)
    ticket = hall.issue(CASH)
    hall.call(1)
    hall.do(c.Pass(ticket=ticket.id))
    assert not hall.wait(29).do(c.RunTimers())
    hall.wait(1).do(c.RunTimers())
    assert (ticket.state, ticket.reason) == (TicketState.ABANDONED, "never_returned")


@pytest.mark.shows("R031", part="hold")
def test_a_hold_frees_the_counter_and_reports_when_its_time_is_over() -> None:
    hall = Hall().open(1, 2)
    ticket = hall.issue(CASH)
    hall.call(1)
    hall.do(c.HoldTicket(ticket=ticket.id, reason="form"))
    assert hall.state.counters[CounterId("1")].state is CounterState.OPEN
    assert refusal(hall, c.HoldTicket(ticket=ticket.id, reason="form")) == "wrong_state"
    ended = hall.wait(8).do(c.RunTimers())
    assert ended == [e.HoldEnded(ticket=ticket.id)]
    assert not hall.do(c.RunTimers())
    hall.do(c.CallTicket(counter=CounterId("2"), ticket=ticket.id))
    assert (ticket.state, ticket.counter) == (TicketState.CALLED, "2")


def test_an_unknown_hold_or_pause_reason_is_refused_by_name() -> None:
    hall = Hall().open(1)
    ticket = hall.issue(CASH)
    hall.call(1)
    assert refusal(hall, c.HoldTicket(ticket=ticket.id, reason="nap")) == "unknown_reason"
    hall.do(c.FinishService(ticket=ticket.id))
    assert refusal(hall, c.PauseCounter(counter=CounterId("1"), reason="nap")) == "unknown_reason"


@pytest.mark.shows("R031", part="transfer")
def test_a_transfer_keeps_the_number_and_goes_first_or_last() -> None:
    hall = Hall().open(1, 4)
    waiting = hall.issue(LOAN)
    first, last = hall.issue(CASH), hall.issue(CASH)
    hall.wait(1)
    assert hall.call(1) is first
    hall.do(c.Transfer(ticket=first.id, service=LOAN, place=Place.FIRST))
    assert hall.call(1) is last
    hall.do(c.Transfer(ticket=last.id, service=LOAN, place=Place.LAST))
    assert [hall.serve(4).number for _ in range(3)] == ["A001", waiting.number, "A002"]
    assert [leg.outcome for leg in first.legs] == ["transferred", "finished"]


def test_a_transfer_to_one_counter_waits_for_it_until_it_closes() -> None:
    hall = Hall().open(1, 2, 3)
    ticket = hall.issue(CASH)
    hall.call(1)
    hall.do(c.Transfer(ticket=ticket.id, counter=CounterId("2")))
    assert refusal(hall, c.CallNext(counter=CounterId("3"))) == "nobody_waiting"
    hall.do(c.CloseCounter(counter=CounterId("2")))
    assert hall.call(3) is ticket
    other = hall.issue(CASH)
    hall.call(1)
    bad = c.Transfer(ticket=other.id, service=LOAN, counter=CounterId("1"))
    assert refusal(hall, bad) == "cannot_serve"


@pytest.mark.shows("R031", part="abandon")
def test_a_waiting_customer_may_give_up_but_not_while_being_served() -> None:
    hall = Hall().open(1)
    leaving, staying = hall.issue(CASH), hall.issue(CASH)
    hall.do(c.Abandon(ticket=leaving.id))
    assert hall.state.waiting == 1
    assert hall.call(1) is staying
    hall.do(c.StartService(ticket=staying.id))
    assert refusal(hall, c.Abandon(ticket=staying.id)) == "wrong_state"


def test_one_ticket_carries_several_services_here_or_in_the_next_line() -> None:
    hall = Hall().open(1, 4)
    both = hall.issue(CASH, LOAN, CARD)
    hall.call(1)
    hall.do(c.FinishService(ticket=both.id))
    assert (both.state, both.service) == (TicketState.WAITING, LOAN)
    assert hall.call(4) is both
    hall.do(c.FinishService(ticket=both.id, stay=True))
    assert (both.state, both.counter, both.service) == (TicketState.CALLED, "4", CARD)
    hall.do(c.AddService(ticket=both.id, service=CASH))
    hall.do(c.FinishService(ticket=both.id, stay=True))
    hall.do(c.FinishService(ticket=both.id))
    assert both.state is TicketState.FINISHED
    assert [leg.service for leg in both.legs] == [CASH, LOAN, CARD, CASH]
    assert all(leg.outcome == "finished" for leg in both.legs)


# -- counters ------------------------------------------------------------------------------------


@pytest.mark.shows("R033")
def test_a_counter_opens_pauses_resumes_and_closes_in_legal_steps_only() -> None:
    hall = Hall()
    one = CounterId("1")
    seat = hall.state.counters[one]
    assert refusal(hall, c.CallNext(counter=one)) == "counter_wrong_state"
    hall.open(1)
    assert refusal(hall, c.ResumeCounter(counter=one)) == "counter_wrong_state"
    hall.do(c.PauseCounter(counter=one, reason="meal"))
    assert (seat.state, seat.pause_reason) == (CounterState.PAUSED, "meal")
    hall.wait(10).do(c.ResumeCounter(counter=one))
    assert seat.paused_total_ms == 10 * MINUTE_MS
    hall.issue(CASH)
    hall.call(1)
    assert refusal(hall, c.CloseCounter(counter=one)) == "counter_busy"
    assert refusal(hall, c.PauseCounter(counter=one, reason="meal")) == "counter_busy"
    hall.wait(4).do(c.FinishService(ticket=seat.ticket))
    hall.do(c.CloseCounter(counter=one))
    assert (seat.state, seat.busy_total_ms) == (CounterState.CLOSED, 4 * MINUTE_MS)
    assert seat.open_total_ms == 14 * MINUTE_MS


def test_nobody_sits_at_two_counters_and_nobody_without_the_skill() -> None:
    hall = Hall().open(1)
    again = c.OpenCounter(
        counter=CounterId("2"), staff=StaffId("clerk1"), skills=frozenset(SERVICES)
    )
    assert refusal(hall, again) == "staff_elsewhere"
    unable = c.OpenCounter(counter=CounterId("2"), staff=StaffId("new"), skills=frozenset({LOAN}))
    assert refusal(hall, unable) == "no_skill"


@pytest.mark.shows("R034", part="elastic windows")
def test_an_elastic_window_switches_to_what_it_and_its_clerk_can_do() -> None:
    hall = Hall().open(3)
    three = CounterId("3")
    waiting = hall.issue(LOAN)
    assert refusal(hall, c.CallNext(counter=three)) == "nobody_waiting"
    switch = c.SwitchServices(counter=three, services=frozenset({LOAN}), skills=frozenset(SERVICES))
    hall.do(switch)
    assert not hall.do(switch)
    assert hall.call(3) is waiting
    wrong = c.SwitchServices(
        counter=CounterId("3"), services=frozenset({LOAN}), skills=frozenset({CASH})
    )
    assert refusal(hall, wrong) == "no_skill"
    hall.open(2)
    beyond = c.SwitchServices(
        counter=CounterId("2"), services=frozenset({LOAN}), skills=frozenset(SERVICES)
    )
    assert refusal(hall, beyond) == "not_at_this_counter"


# -- visits --------------------------------------------------------------------------------------


@pytest.mark.shows("R003")
@pytest.mark.shows("R023", part="arrivals from camera, PAD, booking and phone")
def test_one_visit_holds_arrival_identity_tickets_and_leaving() -> None:
    hall = Hall().open(1)
    visit = VisitId("guest")
    hall.do(c.Arrive(visit=visit, source=Source.CAMERA, zone=ZoneId("door")))
    assert refusal(hall, c.Arrive(visit=visit, source=Source.PHONE)) == "visit_exists"
    ticket = hall.issue(CASH, visit=visit)
    hall.do(c.Identify(visit=visit, customer=CustomerId("k1"), by="id_card"))
    assert ticket.customer == "k1"
    assert refusal(hall, c.Leave(visit=visit)) == "still_waits"
    hall.serve(1)
    assert hall.state.visits[visit].left_ms == hall.now_ms


@pytest.mark.shows("R007")
def test_the_path_through_the_hall_is_recorded_by_station() -> None:
    hall = Hall().open(1)
    visit = VisitId("guest")
    hall.do(c.Arrive(visit=visit, source=Source.PAD))
    hall.issue(CASH, visit=visit)
    hall.wait(2).do(c.UseMachine(visit=visit, machine="kiosk-1"))
    hall.wait(3).do(c.LeaveMachine(visit=visit))
    hall.do(c.ReachStage(visit=visit, stage=Stage.INTEREST, at="wall"))
    hall.serve(1)
    stages = [stage for stage, _ in hall.state.visits[visit].stages]
    assert stages == [Stage.TRIAGE, Stage.SELF_SERVICE, Stage.INTEREST, Stage.COUNTER]


@pytest.mark.shows("R037")
def test_time_at_a_machine_is_known_while_it_lasts() -> None:
    hall = Hall()
    visit = VisitId("guest")
    hall.do(c.Arrive(visit=visit, source=Source.KIOSK))
    hall.do(c.UseMachine(visit=visit, machine="stm-2"))
    known = hall.wait(4).state.visits[visit]
    assert (known.busy_at, hall.now_ms - known.busy_since_ms) == ("stm-2", 4 * MINUTE_MS)
    hall.do(c.LeaveMachine(visit=visit))
    assert not hall.do(c.LeaveMachine(visit=visit))


# -- rating, notices, the end of the day ---------------------------------------------------------


@pytest.mark.shows("R043", part="one rating a service")
def test_each_finished_service_is_rated_once_with_known_reasons() -> None:
    hall = Hall().open(1)
    waiting = hall.issue(CASH)
    assert refusal(hall, c.Rate(ticket=waiting.id, score=5)) == "not_finished_yet"
    hall.serve(1)
    assert refusal(hall, c.Rate(ticket=waiting.id, score=6)) == "bad_score"
    bad = c.Rate(ticket=waiting.id, score=1, reasons=("weather",))
    assert refusal(hall, bad) == "unknown_reason"
    hall.do(c.Rate(ticket=waiting.id, score=2, reasons=("wait",)))
    assert waiting.legs[0].score == 2
    assert refusal(hall, c.Rate(ticket=waiting.id, score=5)) == "already_rated"


def test_a_message_reaches_all_until_its_time_is_over_or_it_is_withdrawn() -> None:
    hall = Hall()
    hall.do(c.SendNotice(notice="n1", zh="系统升级，请稍候", minutes=10))
    hall.do(c.SendNotice(notice="n2", zh="今日提前打烊"))
    assert refusal(hall, c.SendNotice(notice="n3", zh="  ")) == "empty_notice"
    hall.do(c.WithdrawNotice(notice="n2"))
    assert [n.id for n in hall.state.notices] == ["n1"]
    assert refusal(hall, c.WithdrawNotice(notice="n2")) == "unknown_notice"


def test_the_day_closes_when_nobody_is_served_and_the_rest_are_released() -> None:
    hall = Hall().open(1, 2)
    served, waiting = hall.issue(CASH), hall.issue(CASH)
    hall.call(1)
    assert refusal(hall, c.CloseDay()) == "still_serving"
    hall.do(c.FinishService(ticket=served.id))
    hall.do(c.CloseDay())
    assert (waiting.state, waiting.reason) == (TicketState.ABANDONED, "day_closed")
    assert all(s.state is CounterState.CLOSED for s in hall.state.counters.values())
    assert refusal(hall, c.CloseDay()) == "day_closed"
    assert refusal(hall, c.OpenDay(date="2026-03-02", setup=setup())) == "day_closed"


def test_tickets_kept_overnight_come_first_with_new_numbers() -> None:
    settings = HallSettings(keep_overnight=True)
    hall = Hall(settings)
    kept = hall.issue(CASH, CARD)
    closed = hall.do(c.CloseDay())[-1]
    assert closed == e.DayClosed(carried=(kept.id,))
    morning = HallDay("2026-03-03")
    carried = c.Carried(kept.id, kept.visit, (CASH, CARD), kept.segment, kept.channel, "2026-03-02")
    from tingtang.hall.model.decide import decide

    for event in decide(
        morning, c.OpenDay(date="2026-03-03", setup=setup(settings), carried=(carried,)), START_MS
    ):
        evolve(morning, event, START_MS)
    ticket = morning.tickets[kept.id]
    assert (ticket.number, ticket.carried, ticket.later) == ("A001", True, (CARD,))


def test_what_the_organisation_changes_takes_hold_during_the_day() -> None:
    hall = Hall().open(1)
    changed = setup(HallSettings(keep_overnight=True))
    fewer = {k: v for k, v in changed.counters.items() if k in ("1", "2")}
    import msgspec

    smaller = msgspec.structs.replace(changed, counters=fewer)
    hall.do(c.ChangeSetup(setup=smaller))
    assert set(hall.state.counters) == {"1", "2"}
    assert not hall.do(c.ChangeSetup(setup=smaller))


def test_unknown_things_are_refused_by_name() -> None:
    hall = Hall()
    assert refusal(hall, c.Recall(ticket=TicketId("x"))) == "unknown_ticket"
    assert refusal(hall, c.CallNext(counter=CounterId("x"))) == "unknown_counter"
    assert refusal(hall, c.Move(visit=VisitId("x"), zone=ZoneId("z"))) == "unknown_visit"
    assert refusal(hall, c.OpenDay(date="d", setup=setup())) == "day_already_open"

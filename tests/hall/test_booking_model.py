"""Bookings by example, and under any sequence of commands."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tingtang.hall.model.booking import commands as c
from tingtang.hall.model.booking import events as e
from tingtang.hall.model.booking.decide import HOLDS_MAX, decide
from tingtang.hall.model.booking.evolve import evolve
from tingtang.hall.model.booking.plan import DayPlan, PersonPlan, ServicePlan
from tingtang.hall.model.booking.state import BookingDay, BookingState
from tingtang.hall.model.settings import BookingRules
from tingtang.kernel.clock import HOUR_MS, MINUTE_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import BookingId, ServiceId, StaffId, TicketId

CASH, CARD, LOAN = ServiceId("cash"), ServiceId("card"), ServiceId("loan")
ANN, BEN, EVE = StaffId("ann"), StaffId("ben"), StaffId("eve")
OPENS = 1_760_000_400_000
RULES = BookingRules(slot_minutes=30, share=0.4, per_customer_a_day=2)
PLAN = DayPlan(
    spans=((OPENS, OPENS + 3 * HOUR_MS), (OPENS + 4 * HOUR_MS, OPENS + 6 * HOUR_MS)),
    positions=3,
    services={
        CASH: ServicePlan(4 * MINUTE_MS, 3),
        CARD: ServicePlan(10 * MINUTE_MS, 2),
        LOAN: ServicePlan(45 * MINUTE_MS, 1),
    },
    people=(
        PersonPlan(ANN, frozenset({CASH})),
        PersonPlan(BEN, frozenset({CASH, CARD})),
        PersonPlan(EVE, frozenset({CASH, CARD, LOAN})),
    ),
)


def at(hour: float) -> int:
    return OPENS + round(hour * HOUR_MS)


@dataclass
class Day:
    """A day of bookings whose time the test moves by hand."""

    rules: BookingRules = RULES
    plan: DayPlan = PLAN
    now_ms: int = OPENS - HOUR_MS
    state: BookingDay = field(default_factory=BookingDay)
    events: list[tuple[int, Event]] = field(default_factory=list)
    made: int = 0

    def __post_init__(self) -> None:
        self.do(c.PlanDay(rules=self.rules, plan=self.plan))

    def do(self, command: c.BookingCommand) -> Sequence[Event]:
        events = decide(self.state, command, self.now_ms)
        for event in events:
            evolve(self.state, event, self.now_ms)
            self.events.append((self.now_ms, event))
        return events

    def hold(
        self, hour: float, service: ServiceId = CASH, staff: str = "", holder: str = ""
    ) -> BookingId:
        self.made += 1
        booking = BookingId(f"b{self.made}")
        self.do(
            c.HoldSlot(
                booking=booking,
                service=service,
                start_ms=at(hour),
                holder=holder or f"phone{self.made}",
                staff=StaffId(staff),
            )
        )
        return booking

    def confirm(self, booking: BookingId, party: str = "") -> BookingId:
        self.do(c.Confirm(booking=booking, party=party or booking, codes=(f"code-{booking}",)))
        return booking

    def book(
        self, hour: float, service: ServiceId = CASH, staff: str = "", party: str = ""
    ) -> BookingId:
        return self.confirm(self.hold(hour, service, staff), party)

    def left(self, hour: float, service: ServiceId = CASH) -> int:
        return self.state.grid(self.rules, self.plan).places_left(service, at(hour))

    def who(self, booking: BookingId) -> StaffId:
        return self.state.bookings[booking].staff


def refused(day: Day, command: c.BookingCommand) -> str:
    before = len(day.events)
    with pytest.raises(Refused) as found:
        day.do(command)
    assert len(day.events) == before
    assert "{" not in found.value.message("zh") + found.value.message("en")
    return found.value.code


# -- capacity ------------------------------------------------------------------------------------


def test_each_persons_share_of_a_slot_is_open_and_no_more() -> None:
    # 12 of 30 minutes each: three times 4 minutes of cash, with three people.
    day = Day()
    assert day.left(0) == 9
    for taken in range(9):
        assert day.left(0) == 9 - taken
        day.book(0)
    assert day.left(0) == 0
    assert day.left(0.5) == 9
    with pytest.raises(Refused, match="fully booked"):
        day.hold(0)


def test_a_place_goes_to_the_person_who_can_do_least_else() -> None:
    day = Day()
    assert [day.who(day.book(0)) for _ in range(4)] == [ANN, ANN, ANN, BEN]
    assert day.who(day.book(0, LOAN)) == EVE


def test_who_has_no_booking_may_take_one_longer_than_their_share() -> None:
    day = Day()
    loan = day.book(0, LOAN)
    assert day.who(loan) == EVE
    # 45 minutes reach into the next slot, and there Eve is booked too.
    assert day.left(0, LOAN) == day.left(0.5, LOAN) == 0
    assert day.left(1, LOAN) == 1
    assert day.left(0.5, CARD) == 1  # Ben's; Eve's slot is full


def test_a_service_must_end_before_the_doors_close() -> None:
    day = Day()
    assert day.left(2, LOAN) == 1
    assert day.left(2.5, LOAN) == 0  # would end in the lunch break
    assert day.left(2.5, CARD) == 2
    with pytest.raises(Refused, match="no such time slot"):
        day.hold(2.5, LOAN)
    with pytest.raises(Refused, match="no such time slot"):
        day.hold(3.5)
    with pytest.raises(Refused, match="no such time slot"):
        day.hold(0.25)


def test_there_are_no_more_places_than_counters() -> None:
    one_card_counter = DayPlan(
        PLAN.spans, 2, {**PLAN.services, CARD: ServicePlan(10 * MINUTE_MS, 1)}, PLAN.people
    )
    day = Day(plan=one_card_counter)
    assert day.left(0, CARD) == 1
    assert day.left(0, CASH) == 6  # two of the three people at a time
    day.book(0, CARD)
    assert day.left(0, CARD) == 0
    assert Day(rules=BookingRules(share=0)).left(0) == 0


@pytest.mark.shows("R029", part="a chosen person")
def test_a_named_person_is_booked_once_a_slot_and_others_make_room() -> None:
    day = Day()
    cards = [day.book(0, CARD), day.book(0, CARD)]
    assert [day.who(b) for b in cards] == [BEN, EVE]
    cash = day.book(0, CASH)
    assert day.who(cash) == ANN
    day.do(c.Cancel(booking=cards[0], by="customer"))
    # Eve has a card booking that named nobody: Ben takes it, and Eve is free to be asked for.
    loan = day.book(0, LOAN, staff=EVE)
    assert day.who(loan) == EVE
    assert day.who(cards[1]) == BEN
    with pytest.raises(Refused, match="already booked"):
        day.hold(0, CASH, staff=EVE)
    with pytest.raises(Refused, match="already booked"):
        day.hold(0.5, CARD, staff=EVE)  # the loan reaches into this slot
    with pytest.raises(Refused, match="does not do that"):
        day.hold(0, LOAN, staff=BEN)


def test_planning_again_keeps_bookings_and_finds_others_for_those_whose_person_left() -> None:
    day = Day()
    first, second = day.book(0, CARD), day.book(0, CARD, staff=EVE)
    without_ben = DayPlan(PLAN.spans, 3, PLAN.services, (PLAN.people[0], PLAN.people[2]))
    assert day.do(c.PlanDay(rules=RULES, plan=without_ben))[0] == e.DayPlanned(
        rules=RULES, plan=without_ben
    )
    assert day.do(c.PlanDay(rules=RULES, plan=without_ben)) == ()
    assert (day.who(first), day.who(second)) == (BEN, EVE)  # nobody is free: it stands
    later = day.book(1, CARD)
    only_ann_and_ben = DayPlan(PLAN.spans, 3, PLAN.services, PLAN.people[:2])
    day.do(c.PlanDay(rules=RULES, plan=only_ann_and_ben))
    assert day.who(later) == BEN
    assert day.who(second) == EVE  # asked for by name: a person decides what becomes of it


# -- steps ---------------------------------------------------------------------------------------


def test_a_held_time_is_taken_until_it_is_confirmed_or_runs_out() -> None:
    day = Day()
    loan = day.hold(0, LOAN)
    assert day.left(0, LOAN) == 0
    day.now_ms += 5 * MINUTE_MS
    confirm = c.Confirm(booking=loan, party="p", codes=("1",))
    assert refused(day, confirm) == "booking_state"
    assert [type(event) for event in day.do(c.RunBookingTimers())] == [e.HoldExpired]
    assert day.left(0, LOAN) == 1
    assert refused(day, confirm) == "booking_state"
    assert refused(day, c.Cancel(booking=loan, by="customer")) == "booking_state"


def test_nobody_keeps_more_than_a_few_times_without_confirming() -> None:
    day = Day()
    for _ in range(HOLDS_MAX):
        day.hold(0, holder="phone")
    with pytest.raises(Refused, match="holding first"):
        day.hold(0, holder="phone")
    day.now_ms += 5 * MINUTE_MS  # they ran out, though no timer has run
    day.hold(0, holder="phone")


def test_a_customer_books_so_often_a_day_and_no_more() -> None:
    day = Day()
    first = day.book(0, party="wang")
    day.book(1, party="wang")
    third = day.hold(2)
    confirm = c.Confirm(booking=third, party="wang", codes=("x",))
    assert refused(day, confirm) == "too_many_bookings"
    day.do(c.Cancel(booking=first, by="customer"))
    day.do(confirm)
    assert day.do(confirm) == ()  # repeated


def test_a_code_is_given_once_a_day() -> None:
    day = Day()
    first, second, third = day.hold(0), day.hold(0), day.hold(0)
    day.do(c.Confirm(booking=first, party="a", codes=("11", "22")))
    day.do(c.Confirm(booking=second, party="b", codes=("11", "22")))
    assert [day.state.bookings[b].code for b in (first, second)] == ["11", "22"]
    assert refused(day, c.Confirm(booking=third, party="c", codes=("11", "22"))) == "codes_used"


@pytest.mark.shows("R041", part="change")
def test_a_booking_moves_to_another_time_and_its_old_one_is_free_again() -> None:
    day = Day()
    loan = day.book(0, LOAN)
    day.book(2, LOAN)
    assert refused(day, c.MoveBooking(booking=loan, start_ms=at(2))) == "slot_full"
    assert refused(day, c.MoveBooking(booking=loan, start_ms=at(0.2))) == "unknown_slot"
    # Its own place is no hindrance: by half an hour, though 45 minutes overlap.
    day.do(c.MoveBooking(booking=loan, start_ms=at(0.5)))
    assert day.left(0, LOAN) == 0
    day.do(c.MoveBooking(booking=loan, start_ms=at(1)))
    assert day.left(0, LOAN) == 1
    assert day.do(c.MoveBooking(booking=loan, start_ms=at(1))) == ()


@pytest.mark.shows("R041", part="early, late, no-show")
def test_check_in_is_refused_early_counts_in_time_and_queues_when_late() -> None:
    day = Day()
    first, second = day.book(1), day.book(1)
    check_in = c.CheckIn(booking=first, ticket=TicketId("t"), channel="kiosk")
    day.now_ms = at(1) - 16 * MINUTE_MS
    assert refused(day, check_in) == "too_early"
    day.now_ms = at(1) - 15 * MINUTE_MS
    day.do(check_in)
    assert day.state.bookings[first].state is BookingState.CHECKED_IN
    assert not day.state.bookings[first].late
    assert refused(day, check_in) == "booking_state"
    day.now_ms = at(1) + 16 * MINUTE_MS
    assert day.do(c.RunBookingTimers())[-1] == e.BookingMissed(booking=second)
    assert day.left(1) == 8
    day.do(c.CheckIn(booking=second, ticket=TicketId("u"), channel="kiosk"))
    assert day.state.bookings[second].late
    assert day.left(1) == 8  # the time that was given up is not taken again


@pytest.mark.shows("R041", part="reminders")
def test_a_reminder_is_due_once_and_anew_after_a_move() -> None:
    day = Day()
    booking = day.book(5)
    assert day.do(c.RunBookingTimers()) == []
    day.now_ms = at(4)
    assert day.do(c.RunBookingTimers()) == [e.BookingReminded(booking=booking, start_ms=at(5))]
    assert day.do(c.RunBookingTimers()) == []
    day.do(c.MoveBooking(booking=booking, start_ms=at(5.5)))
    day.now_ms = at(4.5)
    assert day.do(c.RunBookingTimers()) == [e.BookingReminded(booking=booking, start_ms=at(5.5))]


def test_a_time_that_has_begun_cannot_be_had() -> None:
    day = Day(now_ms=at(1))
    with pytest.raises(Refused, match="has passed"):
        day.hold(1)
    day.hold(1.5)
    day.state.rules = None
    assert refused(day, c.HoldSlot(booking=BookingId("x"), service=CASH, start_ms=at(5), holder="y")) == "no_booking_day"  # fmt: skip


# -- under any sequence --------------------------------------------------------------------------

PICK = st.integers(0, 10_000)
HOURS = st.sampled_from([n / 2 for n in range(12)])
SERVICES = st.sampled_from([CASH, CARD, LOAN])


class BookingMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.day = Day()
        self.was: dict[BookingId, BookingState] = {}

    def attempt(self, command: c.BookingCommand) -> None:
        try:
            self.day.do(command)
        except Refused as no:
            assert "{" not in no.message("zh") + no.message("en")

    def some(self, pick: int) -> BookingId:
        bookings = list(self.day.state.bookings)
        return bookings[pick % len(bookings)] if bookings else BookingId("none")

    @rule(
        hour=HOURS,
        service=SERVICES,
        staff=st.sampled_from(["", "", "", ANN, BEN, EVE]),
        holder=st.sampled_from("wxyz"),
        sure=st.booleans(),
    )
    def hold(self, hour: float, service: ServiceId, staff: str, holder: str, sure: bool) -> None:
        could = self.day.left(hour, service)
        try:
            booking = self.day.hold(hour, service, staff, holder)
        except Refused as no:
            if no.code == "slot_full":
                assert could == 0
            return
        assert staff or could > 0
        if sure:
            self.confirm_it(booking, holder)

    def confirm_it(self, booking: BookingId, party: str) -> None:
        self.attempt(c.Confirm(booking=booking, party=party, codes=(booking,)))

    @rule(pick=PICK, party=st.sampled_from("abcdefgh"))
    def confirm(self, pick: int, party: str) -> None:
        self.confirm_it(self.some(pick), party)

    @rule(pick=PICK, hour=HOURS)
    def move(self, pick: int, hour: float) -> None:
        self.attempt(c.MoveBooking(booking=self.some(pick), start_ms=at(hour)))

    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        self.attempt(c.Cancel(booking=self.some(pick), by="customer"))

    @rule(pick=PICK)
    def check_in(self, pick: int) -> None:
        booking = self.some(pick)
        self.attempt(c.CheckIn(booking=booking, ticket=TicketId(booking), channel="kiosk"))

    @rule(minutes=st.integers(0, 30))
    def time_passes(self, minutes: int) -> None:
        self.day.now_ms += minutes * MINUTE_MS
        self.attempt(c.RunBookingTimers())

    @invariant()
    def nobody_is_booked_twice(self) -> None:
        """Recomputed from the bookings alone, without the code that places them."""
        taken = list(self.day.state.taken.values())
        for slot in range(12):
            begins, ends = at(slot / 2), at(slot / 2) + 30 * MINUTE_MS
            inside = [t for t in taken if t.start_ms < ends and t.start_ms + t.took_ms > begins]
            assert len({t.staff for t in inside}) <= PLAN.positions
            for person in PLAN.people:
                mine = [t for t in inside if t.staff == person.staff]
                assert all(t.service in person.services for t in mine)
                minutes = sum(
                    min(ends, t.start_ms + t.took_ms) - max(begins, t.start_ms) for t in mine
                )
                assert len(mine) <= 1 or minutes <= 12 * MINUTE_MS
                assert len(mine) <= 1 or not any(t.is_named for t in mine)
            for service, planned in PLAN.services.items():
                assert len({t.staff for t in inside if t.service == service}) <= planned.places

    @invariant()
    def a_party_keeps_to_its_limit(self) -> None:
        live = (BookingState.BOOKED,)
        parties = [b.party for b in self.day.state.bookings.values() if b.state in live]
        assert all(parties.count(party) <= RULES.per_customer_a_day for party in parties)

    @invariant()
    def states_follow_one_another_legally(self) -> None:
        legal = {
            BookingState.HELD: {
                BookingState.BOOKED, BookingState.CANCELLED, BookingState.EXPIRED,
                BookingState.CHECKED_IN, BookingState.MISSED,
            },
            BookingState.BOOKED: {
                BookingState.CANCELLED, BookingState.CHECKED_IN, BookingState.MISSED,
            },
            BookingState.MISSED: {BookingState.CHECKED_IN},
        }  # fmt: skip
        for booking in self.day.state.bookings.values():
            before = self.was.get(booking.id, BookingState.HELD)
            assert booking.state is before or booking.state in legal.get(before, ())
            self.was[booking.id] = booking.state
            if booking.state is BookingState.HELD:
                assert booking.id in self.day.state.taken

    def teardown(self) -> None:
        """The log alone gives the same state."""
        again = BookingDay()
        for at_ms, event in self.day.events:
            evolve(again, event, at_ms)
        for name in BookingDay.__slots__:
            assert getattr(again, name) == getattr(self.day.state, name), name


BookingMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.mark.shows("R041", part="no double booking under any sequence of commands")
class TestBookings(BookingMachine.TestCase):
    pass

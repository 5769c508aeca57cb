"""The hall under any sequence of commands: a state machine and the invariants of numbers, lines
and counters. Every sequence is also replayed from its events and must give the same state."""

from collections import Counter as Count

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.hall.world import SERVICES, Hall
from tingtang.hall.model import commands as c
from tingtang.hall.model import events as e
from tingtang.hall.model.evolve import evolve
from tingtang.hall.model.kpis import kpis
from tingtang.hall.model.settings import (
    FirstCome,
    GeneralisedCMu,
    HallSettings,
    PassRule,
    Place,
    Segment,
    StrictPriority,
)
from tingtang.hall.model.state import CounterState, HallDay, TicketState
from tingtang.hall.model.waits import WaitBook
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import CounterId, StaffId, TicketId

COUNTERS = st.sampled_from([CounterId(str(n)) for n in range(1, 5)])
PICK = st.integers(0, 10_000)
POLICIES = (FirstCome(), StrictPriority(), GeneralisedCMu(bound_minutes=20))


class HallMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.hall = Hall(HallSettings(passing=PassRule(passes_max=3)))
        self.book = WaitBook()
        self.followed = 0

    def attempt(self, command: c.Command) -> None:
        """Refusals are fine; anything else that is raised is a defect."""
        try:
            self.hall.do(command)
        except Refused as refused:
            assert refused.message("zh")
            assert "{" not in refused.message("zh") + refused.message("en")

    def some_ticket(self, pick: int) -> TicketId:
        tickets = list(self.hall.state.tickets)
        return tickets[pick % len(tickets)] if tickets else TicketId("none")

    @rule(
        services=st.lists(st.sampled_from(SERVICES), min_size=1, max_size=3),
        segment=st.sampled_from(list(Segment)),
        ahead_minutes=st.integers(-10, 30),
        same_visit=st.booleans(),
    )
    def issue(self, services: list, segment: Segment, ahead_minutes: int, same_visit: bool) -> None:
        booked = self.hall.now_ms + ahead_minutes * 60_000 if segment is Segment.BOOKED else 0
        visits = list(self.hall.state.visits)
        visit = visits[-1] if same_visit and visits else None
        try:
            self.hall.issue(*services, segment=segment, booked_ms=booked, visit=visit)
        except Refused as refused:
            assert refused.code == "taking_stopped"

    @rule(counter=COUNTERS, skills=st.sets(st.sampled_from(SERVICES), min_size=1))
    def open(self, counter: CounterId, skills: set) -> None:
        self.attempt(
            c.OpenCounter(
                counter=counter, staff=StaffId(f"clerk{counter}"), skills=frozenset(skills)
            )
        )

    @rule(counter=COUNTERS, finish=st.booleans())
    def call(self, counter: CounterId, finish: bool) -> None:
        present = self.hall.state.counters[counter].ticket or None
        self.attempt(c.CallNext(counter=counter, finish=present if finish else None))

    @rule(counter=COUNTERS, pick=PICK)
    def call_out_of_turn(self, counter: CounterId, pick: int) -> None:
        self.attempt(c.CallTicket(counter=counter, ticket=self.some_ticket(pick)))

    @rule(
        pick=PICK,
        step=st.sampled_from(
            [
                "recall",
                "start",
                "pass",
                "return",
                "hold",
                "finish",
                "stay",
                "abandon",
                "rate",
                "add",
            ]
        ),
    )
    def step(self, pick: int, step: str) -> None:
        ticket = self.some_ticket(pick)
        commands: dict[str, c.Command] = {
            "recall": c.Recall(ticket=ticket),
            "start": c.StartService(ticket=ticket),
            "pass": c.Pass(ticket=ticket),
            "return": c.Return(ticket=ticket),
            "hold": c.HoldTicket(ticket=ticket, reason="form"),
            "finish": c.FinishService(ticket=ticket),
            "stay": c.FinishService(ticket=ticket, stay=True),
            "abandon": c.Abandon(ticket=ticket),
            "rate": c.Rate(ticket=ticket, score=4),
            "add": c.AddService(ticket=ticket, service=SERVICES[pick % 3]),
        }
        self.attempt(commands[step])

    @rule(
        pick=PICK,
        service=st.none() | st.sampled_from(SERVICES),
        counter=st.none() | COUNTERS,
        place=st.sampled_from([Place.FIRST, Place.LAST]),
    )
    def transfer(self, pick: int, service, counter, place: Place) -> None:
        ticket = self.some_ticket(pick)
        self.attempt(c.Transfer(ticket=ticket, service=service, counter=counter, place=place))

    @rule(counter=COUNTERS, what=st.sampled_from(["pause", "resume", "close", "switch"]))
    def counter_step(self, counter: CounterId, what: str) -> None:
        commands: dict[str, c.Command] = {
            "pause": c.PauseCounter(counter=counter, reason="break"),
            "resume": c.ResumeCounter(counter=counter),
            "close": c.CloseCounter(counter=counter),
            "switch": c.SwitchServices(
                counter=counter, services=frozenset(SERVICES[:2]), skills=frozenset(SERVICES)
            ),
        }
        self.attempt(commands[what])

    @rule(policy=st.sampled_from(POLICIES))
    def change_policy(self, policy) -> None:
        present = self.hall.state.setup
        assert present is not None
        changed = msgspec.structs.replace(present.settings, policy=policy)
        self.attempt(c.ChangeSetup(setup=msgspec.structs.replace(present, settings=changed)))

    @rule(minutes=st.integers(0, 40))
    def time_passes(self, minutes: int) -> None:
        self.hall.wait(minutes)
        self.attempt(c.RunTimers())

    @invariant()
    def no_number_twice(self) -> None:
        numbers = [t.number for t in self.hall.state.tickets.values()]
        assert len(set(numbers)) == len(numbers) == self.hall.state.issued

    @invariant()
    def a_customer_is_in_one_place(self) -> None:
        state = self.hall.state
        standing = Count(t for line in state.lines.values() for t in line)
        assert all(count == 1 for count in standing.values())
        waiting = {t.id for t in state.tickets.values() if t.state is TicketState.WAITING}
        assert set(standing) == waiting
        assert state.waiting == len(waiting)
        for ticket in state.tickets.values():
            at = [s.id for s in state.counters.values() if s.ticket == ticket.id]
            served = ticket.state in (TicketState.CALLED, TicketState.SERVING)
            assert at == ([ticket.counter] if served else [])
            assert bool(ticket.counter) == served

    @invariant()
    def counters_are_coherent(self) -> None:
        for seat in self.hall.state.counters.values():
            assert bool(seat.ticket) == (seat.state in (CounterState.CALLING, CounterState.SERVING))
            assert bool(seat.staff) == (seat.state is not CounterState.CLOSED)
            assert bool(seat.services) == (seat.state is not CounterState.CLOSED)

    @invariant()
    def lines_are_in_order(self) -> None:
        for line in self.hall.state.lines.values():
            since = list(line.values())
            assert since
            assert since == sorted(since)

    @invariant()
    def calls_are_announced_in_sequence(self) -> None:
        sequences = [a.sequence for a in self.hall.state.announcements]
        last = self.hall.state.announced
        assert sequences == list(range(last - len(sequences) + 1, last + 1))

    @invariant()
    def those_to_look_after_are_known_without_looking_at_all(self) -> None:
        tickets, visits = self.hall.state.tickets.values(), self.hall.state.visits.values()
        overdue = {t.id for t in tickets if t.state is TicketState.HELD and not t.due_ms}
        assert set(self.hall.state.overdue) == overdue
        assert set(self.hall.state.at_machines) == {v.id for v in visits if v.busy_at}
        for line in self.hall.state.lines.values():
            assert list(line.values()) == sorted(line.values()), (
                "alerts stop at the first to wait less"
            )

    @invariant()
    def figures_and_estimates_can_always_be_told(self) -> None:
        state, now_ms = self.hall.state, self.hall.now_ms
        for at_ms, event in self.hall.events[self.followed :]:
            # Followed late, on the newest state: harder than production ever makes it.
            if not isinstance(event, e.ServiceFinished):
                self.book.follow(state, event, at_ms)
        self.followed = len(self.hall.events)
        figures = kpis(state, now_ms)
        assert figures.waiting == state.waiting
        assert figures.finished + figures.abandoned <= figures.issued
        for ticket in state.tickets.values():
            if ticket.state is TicketState.WAITING:
                told = self.book.for_ticket(state, ticket, now_ms)
                assert told is None or 0 <= told.low_ms <= told.median_ms <= told.high_ms

    def teardown(self) -> None:
        """The log alone gives the same state."""
        again = HallDay("2026-03-02")
        for at_ms, event in self.hall.events:
            evolve(again, event, at_ms)
        for name in HallDay.__slots__:
            assert getattr(again, name) == getattr(self.hall.state, name), name


HallMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.mark.shows("R034", part="under any sequence of commands")
class TestHall(HallMachine.TestCase):
    pass

"""The simulator calls exactly whom the production hall would call."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tingtang.hall.model import commands as c
from tingtang.hall.model import events as e
from tingtang.hall.model.decide import decide
from tingtang.hall.model.evolve import evolve
from tingtang.hall.model.settings import (
    FirstCome,
    GeneralisedCMu,
    HallSettings,
    HeadStart,
    Policy,
    Segment,
    StrictPriority,
)
from tingtang.hall.model.state import Channel, CounterSetup, DaySetup, HallDay, ServiceSetup
from tingtang.kernel.clock import HOUR_MS, MINUTE_MS
from tingtang.kernel.ids import CounterId, ServiceId, StaffId, TicketId, VisitId, ZoneId
from tingtang.twin.engine import Shift, run_day
from tingtang.twin.population import NEVER_MS, Customer, Demand, Population

A, B = ServiceId("a"), ServiceId("b")
POLICIES: tuple[Policy, ...] = (
    FirstCome(), StrictPriority(), GeneralisedCMu(), HeadStart({Segment.CARE: 300}),
)  # fmt: skip


def setup(policy: Policy, counters: int) -> DaySetup:
    services = frozenset({A, B})
    return DaySetup(
        {A: ServiceSetup(A, "A", 3 * MINUTE_MS), B: ServiceSetup(B, "B", 12 * MINUTE_MS)},
        {
            CounterId(str(n)): CounterSetup(CounterId(str(n)), str(n), ZoneId("z"), services)
            for n in range(counters)
        },
        HallSettings(policy=policy),
        0,
        0,
    )


def through_the_hall(
    day: DaySetup, shifts: Sequence[Shift], customers: Sequence[Customer]
) -> list[int]:
    """The order of calls when the same customers go through commands and events."""
    state, order = HallDay(), []
    agenda: list[tuple[int, int, int, str, object]] = []
    import heapq

    made = 0

    def at(time_ms: int, rank: int, kind: str, what: object) -> None:
        nonlocal made
        made += 1
        heapq.heappush(agenda, (time_ms, rank, made, kind, what))

    def do(command: c.Command, now_ms: int) -> list[object]:
        events = list(decide(state, command, now_ms))
        for event in events:
            evolve(state, event, now_ms)
        return events

    free: list[CounterId] = []

    def call(counter: CounterId, now_ms: int) -> bool:
        seat = state.counters[counter]
        if not any(key.service in seat.services for key in state.lines):
            return False
        called = do(c.CallNext(counter=counter), now_ms)[0]
        assert isinstance(called, e.TicketCalled)
        index = int(called.ticket)
        order.append(index)
        at(now_ms + customers[index].service_ms, 1, "done", (counter, called.ticket))
        return True

    do(c.OpenDay(date="d", setup=day), 0)
    for shift in shifts:
        do(
            c.OpenCounter(
                counter=shift.counter, staff=StaffId(shift.counter), skills=shift.services
            ),
            0,
        )
        free.append(shift.counter)
    for index, customer in enumerate(customers):
        at(customer.arrival_ms, 0, "come", index)
    while agenda:
        now_ms, _, _, kind, what = heapq.heappop(agenda)
        if kind == "come":
            customer = customers[what]  # type: ignore[call-overload]
            do(
                c.IssueTicket(
                    ticket=TicketId(str(what)),
                    visit=VisitId(f"v{what}"),
                    services=(customer.service,),
                    segment=customer.segment,
                    channel=Channel.KIOSK,
                ),
                now_ms,
            )
            for counter in free:
                if customer.service in state.counters[counter].services and call(counter, now_ms):
                    free.remove(counter)
                    break
        else:
            counter, ticket = what  # type: ignore[misc]
            do(c.FinishService(ticket=ticket), now_ms)
            if not call(counter, now_ms):
                free.append(counter)
    return order


@settings(max_examples=60, deadline=None)
@given(
    policy=st.sampled_from(POLICIES),
    counters=st.integers(1, 4),
    rows=st.lists(
        st.tuples(
            st.integers(0, 400),
            st.sampled_from([A, B]),
            st.sampled_from([Segment.ORDINARY, Segment.CARE, Segment.VIP_BRANCH]),
            st.integers(20, 900),
        ),
        max_size=40,
    ),
)
def test_engine_and_hall_call_in_the_same_order(
    policy: Policy, counters: int, rows: list[tuple[int, ServiceId, Segment, int]]
) -> None:
    customers, now_ms = [], 0
    for number, (gap, service, segment, seconds) in enumerate(rows):
        now_ms += gap * 1000 + 1
        # Odd milliseconds: nothing happens at the same moment, whose order is nobody's promise.
        customers.append(Customer(now_ms, service, segment, seconds * 1000 + 7 * number, NEVER_MS))
    day = setup(policy, counters)
    shifts = [
        Shift(CounterId(str(n)), frozenset({A, B}) if n % 2 == 0 else frozenset({A}))
        for n in range(counters)
    ]
    outcome = run_day(day, shifts, customers)
    assert outcome.order == through_the_hall(day, shifts, customers)


def test_who_runs_out_of_patience_leaves_and_a_closed_shift_calls_nobody() -> None:
    day = setup(FirstCome(), 1)
    shift = Shift(CounterId("0"), frozenset({A}), 0, 10 * MINUTE_MS)
    customers = [
        Customer(1, A, Segment.ORDINARY, 9 * MINUTE_MS, NEVER_MS),
        Customer(2, A, Segment.ORDINARY, MINUTE_MS, 5 * MINUTE_MS),
        Customer(3, A, Segment.ORDINARY, 3 * MINUTE_MS, NEVER_MS),
        Customer(4, A, Segment.ORDINARY, MINUTE_MS, NEVER_MS),
    ]
    outcome = run_day(day, [shift], customers)
    assert outcome.called == [True, False, True, False]
    assert outcome.waited_ms[1] == 5 * MINUTE_MS
    assert outcome.busy_ms == 12 * MINUTE_MS
    assert outcome.open_ms == 10 * MINUTE_MS


def test_a_many_server_queue_agrees_with_theory() -> None:
    """The mean wait of M/M/3 at 80 % load, from Erlang's C formula, within 10 %."""
    day = setup(FirstCome(), 3)
    random, now_ms, customers = Random(5), 0.0, []
    for _ in range(60_000):
        now_ms += random.expovariate(3 * 0.8 / 60_000)
        service_ms = int(random.expovariate(1 / 60_000))
        customers.append(Customer(int(now_ms), A, Segment.ORDINARY, service_ms, NEVER_MS))
    outcome = run_day(day, [Shift(CounterId(str(n)), frozenset({A})) for n in range(3)], customers)
    load = 2.4
    waiting = load**3 / 6 / (1 - 0.8)
    erlang_c = waiting / (1 + load + load**2 / 2 + waiting)
    expected_ms = erlang_c * 60_000 / (3 - load)
    measured = sum(outcome.waited_ms) / len(outcome.waited_ms)
    assert measured == pytest.approx(expected_ms, rel=0.1)


def test_a_population_keeps_its_rates_shares_and_times() -> None:
    population = Population(
        per_hour=(60.0, 0.0, 120.0),
        services={A: Demand(3, 120_000.0), B: Demand(1, 600_000.0, 0.3)},
        segments={Segment.ORDINARY: 4, Segment.CARE: 1},
        patience_mean_ms=1_200_000,
    )
    days = [list(population.day(Random(seed))) for seed in range(60)]
    people = [who for day in days for who in day]
    hours = [who.arrival_ms // HOUR_MS for who in people]
    assert hours.count(1) == 0
    assert hours.count(0) / 60 == pytest.approx(60, rel=0.08)
    assert hours.count(2) / 60 == pytest.approx(120, rel=0.08)
    assert sum(who.service == A for who in people) / len(people) == pytest.approx(0.75, abs=0.03)
    times = [who.service_ms for who in people if who.service == A]
    assert sum(times) / len(times) == pytest.approx(120_000, rel=0.06)
    assert days[0] == list(population.day(Random(0)))

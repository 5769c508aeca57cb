"""A hall without screens: virtual customers and servers through the production dispatch.

The engine keeps the very lines and counters of :class:`HallDay` and lets
:func:`tingtang.hall.model.dispatch.choose` decide every call, but leaves out what a simulation does
not look at (numbers, visits, announcements, the log). A test runs the same customers through the
full core and compares every call.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush

import msgspec

from tingtang.hall.model.dispatch import choose
from tingtang.hall.model.lines import count_call, insert, observe
from tingtang.hall.model.settings import Segment
from tingtang.hall.model.state import Counter, CounterState, DaySetup, HallDay, LineKey
from tingtang.kernel.ids import CounterId, ServiceId, StaffId, TicketId
from tingtang.twin.population import NEVER_MS, Customer

_END, _BEGIN, _LEAVE, _DONE = range(4)


class Shift(msgspec.Struct, frozen=True):
    """A counter that works from ``start_ms`` to ``end_ms`` for these services.

    At the end of a shift the present customer is still served.
    """

    counter: CounterId
    services: frozenset[ServiceId]
    start_ms: int = 0
    end_ms: int = NEVER_MS


class Outcome(msgspec.Struct):
    """What became of each customer, by their place in the order of arrival."""

    waited_ms: list[int]
    """Time in line, of everybody."""
    called: list[bool]
    """False: gave up, or was still waiting when no counter was left."""
    segments: list[Segment]
    services: list[ServiceId]
    order: list[int]
    """Customers in the order in which they were called."""
    counters: list[CounterId]
    """The counter of each call, in the same order."""
    busy_ms: int = 0
    open_ms: int = 0
    ended_ms: int = 0


def run_day(setup: DaySetup, shifts: Sequence[Shift], customers: Iterable[Customer]) -> Outcome:
    """Run one day until everybody is served or gone.

    ``customers`` come in order of arrival. Who is free longest calls first.
    """
    state = HallDay()
    state.setup = setup
    outcome = Outcome([], [], [], [], [], [])
    lines, line_of = state.lines, []
    people: list[Customer] = []
    agenda: list[tuple[int, int, int, int]] = []
    seats = [Counter(shift.counter, services=shift.services) for shift in shifts]
    for seat, shift in enumerate(shifts):
        seats[seat].staff = StaffId(shift.counter)
        heappush(agenda, (shift.start_ms, _BEGIN, seat, 0))
        if shift.end_ms < NEVER_MS:
            heappush(agenda, (shift.end_ms, _END, seat, 0))
    free: OrderedDict[int, None] = OrderedDict()
    on_shift = [False] * len(shifts)
    state.counters = {seat.id: seat for seat in seats}

    def call(seat: int, now_ms: int) -> bool:
        counter = seats[seat]
        choice = choose(state, counter, now_ms)
        if choice is None:
            return False
        index = int(choice.ticket)
        key = line_of[index]
        line = lines[key]
        since_ms = line.pop(choice.ticket)
        if not line:
            del lines[key]
        state.waiting -= 1
        count_call(state, choice.why)
        customer = people[index]
        outcome.waited_ms[index] = now_ms - since_ms
        outcome.called[index] = True
        outcome.order.append(index)
        outcome.counters.append(counter.id)
        outcome.busy_ms += customer.service_ms
        heappush(agenda, (now_ms + customer.service_ms, _DONE, seat, index))
        return True

    arrivals = iter(customers)
    coming = next(arrivals, None)
    now_ms = 0
    while agenda or coming is not None:
        if coming is not None and (not agenda or coming.arrival_ms <= agenda[0][0]):
            now_ms = coming.arrival_ms
            index = len(people)
            people.append(coming)
            key = LineKey(coming.service, coming.segment)
            line_of.append(key)
            outcome.waited_ms.append(0)
            outcome.called.append(False)
            outcome.segments.append(coming.segment)
            outcome.services.append(coming.service)
            line = lines.get(key)
            if line is None:
                line = lines[key] = OrderedDict()
            insert(line, TicketId(str(index)), now_ms)
            state.waiting += 1
            for seat in free:
                if coming.service in seats[seat].services and call(seat, now_ms):
                    del free[seat]
                    break
            else:
                if coming.patience_ms < NEVER_MS:
                    heappush(agenda, (now_ms + coming.patience_ms, _LEAVE, index, 0))
            coming = next(arrivals, None)
            continue
        if not any(on_shift) and coming is None and not _more(agenda):
            break
        now_ms, kind, which, index = heappop(agenda)
        if kind == _DONE:
            observe(state, people[index].service, people[index].service_ms)
            if on_shift[which] and not call(which, now_ms):
                free[which] = None
        elif kind == _LEAVE:
            line = lines.get(line_of[which])
            ticket = TicketId(str(which))
            if line is not None and ticket in line:
                outcome.waited_ms[which] = now_ms - line.pop(ticket)
                state.waiting -= 1
                if not line:
                    del lines[line_of[which]]
        elif kind == _BEGIN:
            on_shift[which] = True
            seats[which].state = CounterState.OPEN
            if not call(which, now_ms):
                free[which] = None
        else:
            on_shift[which] = False
            seats[which].state = CounterState.CLOSED
            free.pop(which, None)
    for key, line in lines.items():  # the doors closed on them
        for ticket, since_ms in line.items():
            outcome.waited_ms[int(ticket)] = now_ms - since_ms
    outcome.ended_ms = now_ms
    outcome.open_ms = sum(min(shift.end_ms, now_ms) - shift.start_ms for shift in shifts)
    return outcome


def _more(agenda: list[tuple[int, int, int, int]]) -> bool:
    """True if a service is still going on, or a counter is still to open."""
    return any(kind in (_DONE, _BEGIN) for _, kind, _, _ in agenda)

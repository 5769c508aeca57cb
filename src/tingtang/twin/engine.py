"""A hall without screens: virtual customers and servers through the production dispatch.

The engine keeps the very lines and counters of :class:`HallDay` and lets
:func:`tingtang.hall.model.dispatch.choose` decide every call, but leaves out what a simulation does
not look at (numbers, visits, announcements, the log). A test runs the same customers through the
full core and compares every call.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
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
    return _Day(setup, shifts).run(iter(customers))


class _Day:
    """The day under way."""

    def __init__(self, setup: DaySetup, shifts: Sequence[Shift]) -> None:
        self.shifts = shifts
        self.state = state = HallDay()
        state.setup = setup
        self.seats = [Counter(shift.counter, services=shift.services) for shift in shifts]
        for seat in self.seats:
            seat.staff = StaffId(seat.id)
            state.counters[seat.id] = seat
        self.on_shift = [False] * len(shifts)
        self.free: OrderedDict[int, None] = OrderedDict()
        self.people: list[Customer] = []
        self.line_of: list[LineKey] = []
        self.outcome = Outcome([], [], [], [], [], [])
        self.agenda: list[tuple[int, int, int, int]] = []
        for number, shift in enumerate(shifts):
            heappush(self.agenda, (shift.start_ms, _BEGIN, number, 0))
            if shift.end_ms < NEVER_MS:
                heappush(self.agenda, (shift.end_ms, _END, number, 0))

    def run(self, customers: Iterator[Customer]) -> Outcome:
        agenda, now_ms = self.agenda, 0
        steps = {
            _END: self._end_shift,
            _BEGIN: self._begin_shift,
            _LEAVE: self._leave,
            _DONE: self._done,
        }
        coming = next(customers, None)
        while agenda or coming is not None:
            if coming is not None and (not agenda or coming.arrival_ms <= agenda[0][0]):
                now_ms = coming.arrival_ms
                self._arrive(coming)
                coming = next(customers, None)
                continue
            if coming is None and not any(self.on_shift) and not _more(agenda):
                break
            now_ms, kind, which, index = heappop(agenda)
            steps[kind](which, index, now_ms)
        outcome = self.outcome
        for line in self.state.lines.values():  # the doors closed on them
            for ticket, since_ms in line.items():
                outcome.waited_ms[int(ticket)] = now_ms - since_ms
        outcome.ended_ms = now_ms
        outcome.open_ms = sum(min(s.end_ms, now_ms) - s.start_ms for s in self.shifts)
        return outcome

    def _arrive(self, customer: Customer) -> None:
        outcome, state, now_ms = self.outcome, self.state, customer.arrival_ms
        index = len(self.people)
        self.people.append(customer)
        key = LineKey(customer.service, customer.segment)
        self.line_of.append(key)
        outcome.waited_ms.append(0)
        outcome.called.append(False)
        outcome.segments.append(customer.segment)
        outcome.services.append(customer.service)
        line = state.lines.get(key)
        if line is None:
            line = state.lines[key] = OrderedDict()
        insert(line, TicketId(str(index)), now_ms)
        state.waiting += 1
        for seat in self.free:
            if customer.service in self.seats[seat].services and self._call(seat, now_ms):
                del self.free[seat]
                return
        if customer.patience_ms < NEVER_MS:
            heappush(self.agenda, (now_ms + customer.patience_ms, _LEAVE, index, 0))

    def _call(self, seat: int, now_ms: int) -> bool:
        state, outcome, counter = self.state, self.outcome, self.seats[seat]
        choice = choose(state, counter, now_ms)
        if choice is None:
            return False
        index = int(choice.ticket)
        outcome.waited_ms[index] = now_ms - self._take_out(index, choice.ticket)
        count_call(state, choice.why)
        service_ms = self.people[index].service_ms
        outcome.called[index] = True
        outcome.order.append(index)
        outcome.counters.append(counter.id)
        outcome.busy_ms += service_ms
        heappush(self.agenda, (now_ms + service_ms, _DONE, seat, index))
        return True

    def _take_out(self, index: int, ticket: TicketId) -> int:
        """Out of the line; since when the customer stood in it."""
        lines, key = self.state.lines, self.line_of[index]
        line = lines[key]
        since_ms = line.pop(ticket)
        if not line:
            del lines[key]
        self.state.waiting -= 1
        return since_ms

    def _call_or_wait(self, seat: int, now_ms: int) -> None:
        if not self._call(seat, now_ms):
            self.free[seat] = None

    def _done(self, seat: int, index: int, now_ms: int) -> None:
        customer = self.people[index]
        observe(self.state, customer.service, customer.service_ms)
        if self.on_shift[seat]:
            self._call_or_wait(seat, now_ms)

    def _leave(self, index: int, _: int, now_ms: int) -> None:
        ticket, line = TicketId(str(index)), self.state.lines.get(self.line_of[index])
        if line is not None and ticket in line:
            self.outcome.waited_ms[index] = now_ms - self._take_out(index, ticket)

    def _begin_shift(self, seat: int, _: int, now_ms: int) -> None:
        self.on_shift[seat] = True
        self.seats[seat].state = CounterState.OPEN
        self._call_or_wait(seat, now_ms)

    def _end_shift(self, seat: int, _index: int, _now_ms: int) -> None:
        self.on_shift[seat] = False
        self.seats[seat].state = CounterState.CLOSED
        self.free.pop(seat, None)


def _more(agenda: list[tuple[int, int, int, int]]) -> bool:
    """True if a service is still going on, or a counter is still to open."""
    return any(kind in (_DONE, _BEGIN) for _, kind, _, _ in agenda)

"""Waiting times told from the hall's state: :mod:`.waiting` applied to :class:`HallDay`.

A branch keeps one :class:`WaitBook`. It follows the hall's events, keeps with every ticket what it
was told, learns when the ticket is called, and answers how long somebody has to wait now.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from tingtang.hall.model import events as e
from tingtang.hall.model.ahead import ahead_of, goes_before
from tingtang.hall.model.state import OFF, HallDay, LineKey, Ticket
from tingtang.hall.model.waiting import (
    Calibration,
    Desk,
    Estimate,
    Outlook,
    Patience,
    Rate,
    ServiceTimes,
    Situation,
    WaitModel,
    count,
    due_at_once,
    foresee,
    gave_up,
    learn,
    mean_ms,
    observe_service,
    outlook,
    patience_ms,
    per_hour,
    record,
    situate,
    was_served,
)
from tingtang.kernel.events import Event
from tingtang.kernel.ids import CounterId, ServiceId, TicketId

STANDARD_MS = 5 * 60_000
"""For a service that is not in the branch's setup (it was removed while people waited)."""
MEASURED_MS = 1_000
"""For how long a line's counters are not looked at again while nothing happens to them: at a rush
on the ticket machines only the people in line change."""


class Learned(msgspec.Struct):
    """What a branch keeps from day to day; serialisable and bounded."""

    model: WaitModel = msgspec.field(default_factory=WaitModel)
    times: dict[ServiceId, ServiceTimes] = {}
    patience: Patience = msgspec.field(default_factory=Patience)


class Measured(msgspec.Struct, frozen=True):
    """What is the same for everybody in a line for a moment: its counters and their pace."""

    at_ms: int
    able: frozenset[CounterId]
    situation: Situation
    """Of one with nobody ahead."""
    outlook: Outlook | None
    has_free: bool


class Ask(msgspec.Struct, frozen=True, gc=False):
    """Where in the line somebody stands."""

    line: Measured
    in_front: int
    """People expected to be called first by counters that can serve this one too."""
    ahead: float
    """The same, each as the share of these counters that can serve them."""
    work_ahead_ms: float
    waited_ms: float

    @property
    def at_once(self) -> bool:
        return self.line.has_free and not self.ahead

    @property
    def situation(self) -> Situation:
        """All that an estimate for them rests on."""
        return msgspec.structs.replace(
            self.line.situation,
            ahead=self.ahead,
            work_ahead_ms=self.work_ahead_ms,
            waited_ms=self.waited_ms,
            at_once=self.at_once,
        )

    def estimate(self) -> Estimate | None:
        """Their time left; None where no open counter can serve them."""
        line = self.line.outlook
        if line is None:
            return None
        if self.line.has_free and not self.ahead:
            return due_at_once(line, self.waited_ms)
        return foresee(line, self.ahead, self.work_ahead_ms, self.waited_ms)


class Told(msgspec.Struct, gc=False):
    """What a customer was told on arrival, and what it rested on."""

    ask: Ask
    estimate: Estimate | None
    late: Ask | None = None
    """What the first answer rested on that was given after the median had passed, at ``late_ms``."""
    late_ms: int = 0

    def is_outwaited(self, waited_ms: int) -> bool:
        """True once the median has passed, until an answer was given after that."""
        said = self.estimate
        return self.late is None and said is not None and waited_ms >= said.median_ms


class WaitBook:
    """A branch's waiting times on one day. Not part of the log: it can be made anew from it."""

    def __init__(self, learned: Learned | None = None) -> None:
        self.learned = learned or Learned()
        self.calibration = Calibration()
        self.told: dict[TicketId, Told] = {}
        self._able: dict[ServiceId, frozenset[CounterId]] | None = None
        self._measured: dict[LineKey, Measured] = {}
        self._means: dict[ServiceId, float] = {}
        self._last: dict[LineKey, int] = {}
        self._arrivals: dict[LineKey, Rate] = {}

    # -- asking --------------------------------------------------------------------------------

    def for_ticket(self, state: HallDay, ticket: Ticket, at_ms: int) -> Estimate | None:
        """The time left for one who waits; None where no open counter can serve them. The first answer
        after the median has passed is kept, and learned when they are called.
        """
        ask = self._ask(state, ticket.line, ticket, at_ms)
        told = self.told.get(ticket.id)
        if told is not None and told.is_outwaited(at_ms - ticket.issued_ms):
            told.late, told.late_ms = ask, at_ms
        return ask.estimate()

    def for_newcomer(self, state: HallDay, key: LineKey, at_ms: int) -> Estimate | None:
        """The wait of somebody who would take a ticket for this line now."""
        return self._ask(state, key, None, at_ms).estimate()

    def tell(self, state: HallDay, ticket: Ticket, at_ms: int) -> tuple[int, Estimate | None]:
        """People ahead of a ticket that was just issued, and its estimate, kept to be judged."""
        ask = self._ask(state, ticket.line, ticket, at_ms)
        said = ask.estimate()
        if not ticket.booked_ms:
            self.told[ticket.id] = Told(ask, said)
        return ask.in_front, said

    def people_ahead(self, state: HallDay, ticket: Ticket, at_ms: int) -> int:
        """How many are expected to be called before this ticket by counters that can serve it."""
        return self._ask(state, ticket.line, ticket, at_ms).in_front

    def _ask(self, state: HallDay, key: LineKey, ticket: Ticket | None, at_ms: int) -> Ask:
        """Where ``ticket``, or a newcomer to the line ``key``, stands."""
        measured = self._measured.get(key)
        if measured is None or not 0 <= at_ms - measured.at_ms < MEASURED_MS:
            measured = self._measured[key] = self._measure(state, key, at_ms)
        able, mine = self._able_for(state), measured.able
        in_front, people, work_ms = 0, 0.0, 0.0
        for other, number in ahead_of(state, key, ticket, at_ms, self._mean_ms):
            theirs = able.get(other.service)
            if theirs and (shared := len(theirs if theirs is mine else theirs & mine)):
                share = number * shared / len(theirs)
                people += share
                work_ms += share * self._mean_ms(state, other.service)
                in_front += number
            elif not mine or not theirs:
                in_front += number  # whoever opens a counter may call them first
        waited_ms = at_ms - ticket.since_ms if ticket is not None else 0
        return Ask(measured, in_front, people, work_ms, float(waited_ms) if waited_ms > 0 else 0.0)

    def _measure(self, state: HallDay, key: LineKey, at_ms: int) -> "Measured":
        """All of a line's situation but the people in it."""
        mine = self._able_for(state).get(key.service, frozenset())
        if key.counter:
            mine = mine & {key.counter}
        own_ms = self._mean_ms(state, key.service)
        desks, has_free = [], False
        for counter_id in mine:
            counter = state.counters[counter_id]
            since_ms = float(max(0, at_ms - counter.since_ms))
            if counter.ticket:
                serving = state.tickets[counter.ticket].service
                desks.append(Desk(busy_ms=since_ms, service_ms=self._mean_ms(state, serving)))
            else:
                has_free = True
                desks.append(Desk(free_ms=since_ms))
        situation = situate(
            f"{key.service}/{key.segment}",
            desks,
            (),
            own_ms,
            last_wait_ms=self._last.get(LineKey(key.service, key.segment)),
            overtaking_per_hour=self._overtaking(state, key, mine, own_ms, at_ms),
            patience_ms=patience_ms(self.learned.patience),
        )
        return Measured(at_ms, mine, situation, outlook(self.learned.model, situation), has_free)

    def what_if(self) -> "WaitBook":
        """A book that knows the same and has yet to look at the counters: to try a change with."""
        other = WaitBook(self.learned)
        other._last, other._arrivals = self._last, self._arrivals
        return other

    # -- following -----------------------------------------------------------------------------

    def follow(self, state: HallDay, event: Event, at_ms: int) -> None:
        """Take in an event that was just applied to ``state``."""
        if type(event) is not e.TicketIssued and (self._measured or self._means):
            self._measured.clear()
            self._means.clear()
        follower = _FOLLOWERS.get(type(event))
        if follower is not None:
            follower(self, state, event, at_ms)

    def _issued(self, state: HallDay, event: e.TicketIssued, at_ms: int) -> None:
        ticket = state.tickets[event.ticket]
        if not ticket.booked_ms and ticket.id not in self.told:
            ask = self._ask(state, ticket.line, ticket, at_ms)
            self.told[ticket.id] = Told(ask, ask.estimate())
        rate = self._arrivals.get(ticket.line)
        if rate is None:
            rate = self._arrivals[ticket.line] = Rate(state.opened_ms)
        count(rate, at_ms)

    def _called(self, state: HallDay, event: e.TicketCalled, at_ms: int) -> None:
        ticket = state.tickets[event.ticket]
        told = self.told.pop(event.ticket, None)
        if told is None:
            return
        waited_ms = at_ms - ticket.issued_ms
        self._last[LineKey(ticket.line.service, ticket.line.segment)] = waited_ms
        was_served(self.learned.patience, waited_ms)
        if told.estimate is not None:
            record(self.calibration, told.estimate, waited_ms)
        learn(self.learned.model, told.ask.situation, waited_ms)
        if told.late is not None:
            learn(self.learned.model, told.late.situation, at_ms - told.late_ms)

    def _abandoned(self, state: HallDay, event: e.TicketAbandoned, at_ms: int) -> None:
        told = self.told.pop(event.ticket, None)
        if told is not None and event.reason == "left":
            gave_up(self.learned.patience, at_ms - state.tickets[event.ticket].issued_ms)

    def _moved(self, _state: HallDay, event: e.TicketTransferred, _at_ms: int) -> None:
        self.told.pop(event.ticket, None)  # another wait than the one that was asked about

    def _finished(self, state: HallDay, event: e.ServiceFinished, _at_ms: int) -> None:
        legs = state.tickets[event.ticket].legs
        leg = legs[-1] if legs[-1].outcome else legs[-2]
        observe_service(self._times(state, leg.service), max(1, leg.ended_ms - leg.started_ms))

    def _counters_changed(self, _state: HallDay, _event: Event, _at_ms: int) -> None:
        self._able = None

    # -- parts ---------------------------------------------------------------------------------

    def _able_for(self, state: HallDay) -> dict[ServiceId, frozenset[CounterId]]:
        """Which signed-on counters can do each service; made anew when a counter changes."""
        if self._able is None:
            able: dict[ServiceId, set[CounterId]] = {}
            for counter in state.counters.values():
                if counter.state not in OFF:
                    for service in counter.services:
                        able.setdefault(service, set()).add(counter.id)
            self._able = {service: frozenset(ids) for service, ids in able.items()}
        return self._able

    def _times(self, state: HallDay, service: ServiceId) -> ServiceTimes:
        times = self.learned.times.get(service)
        if times is None:
            setup = state.setup.services.get(service) if state.setup is not None else None
            times = ServiceTimes(setup.standard_ms if setup is not None else STANDARD_MS)
            self.learned.times[service] = times
        return times

    def _mean_ms(self, state: HallDay, service: ServiceId) -> float:
        mean = self._means.get(service)
        if mean is None:
            mean = self._means[service] = mean_ms(self._times(state, service))
        return mean

    def _overtaking(
        self,
        state: HallDay,
        key: LineKey,
        mine: frozenset[CounterId],
        own_ms: float,
        at_ms: int,
    ) -> float:
        """Arrivals an hour that will be called before this line's newest all the same."""
        if state.setup is None or not mine:
            return 0.0
        policy, able = state.setup.settings.policy, self._able_for(state)
        total = 0.0
        for other, rate in self._arrivals.items():
            if not goes_before(policy, other, key):
                continue
            theirs = able.get(other.service, frozenset())
            if theirs and (shared := len(theirs & mine)):
                share = shared / len(theirs) * self._mean_ms(state, other.service) / own_ms
                total += per_hour(rate, at_ms) * share
        return total


_FOLLOWERS: dict[type[Event], Callable[[WaitBook, HallDay, Any, int], None]] = {
    e.DayOpened: WaitBook._counters_changed,
    e.TicketIssued: WaitBook._issued,
    e.TicketCalled: WaitBook._called,
    e.TicketAbandoned: WaitBook._abandoned,
    e.TicketTransferred: WaitBook._moved,
    e.ServiceFinished: WaitBook._finished,
    e.CounterOpened: WaitBook._counters_changed,
    e.CounterClosed: WaitBook._counters_changed,
    e.CounterPaused: WaitBook._counters_changed,
    e.CounterResumed: WaitBook._counters_changed,
    e.CounterServicesChanged: WaitBook._counters_changed,
}

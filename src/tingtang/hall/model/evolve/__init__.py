"""How each event changes the hall. Nothing is checked here: what is in the log has happened."""

from collections.abc import Callable
from typing import Any

from tingtang.hall.model import events as e
from tingtang.hall.model.evolve import counters, day, tickets, visits
from tingtang.hall.model.state import HallDay
from tingtang.kernel.events import Event


def evolve(state: HallDay, event: Event, at_ms: int) -> None:
    """Apply ``event``, which happened at ``at_ms``, to ``state`` in place."""
    _EVOLVERS[type(event)](state, event, at_ms)


_EVOLVERS: dict[type[Event], Callable[[HallDay, Any, int], None]] = {
    e.DayOpened: day.day_opened,
    e.SetupChanged: day.setup_changed,
    e.TakingStopped: day.taking_stopped,
    e.TakingResumed: day.taking_resumed,
    e.DayClosed: day.day_closed,
    e.VisitArrived: visits.visit_arrived,
    e.VisitIdentified: visits.visit_identified,
    e.VisitMoved: visits.visit_moved,
    e.VisitStaged: visits.visit_staged,
    e.MachineUsed: visits.machine_used,
    e.MachineLeft: visits.machine_left,
    e.VisitLeft: visits.visit_left,
    e.TicketIssued: tickets.ticket_issued,
    e.TicketCalled: tickets.ticket_called,
    e.TicketRecalled: tickets.ticket_recalled,
    e.ServiceStarted: tickets.service_started,
    e.TicketPassed: tickets.ticket_passed,
    e.TicketReturned: tickets.ticket_returned,
    e.TicketHeld: tickets.ticket_held,
    e.HoldEnded: tickets.hold_ended,
    e.TicketTransferred: tickets.ticket_transferred,
    e.ServiceFinished: tickets.service_finished,
    e.ServiceAdded: tickets.service_added,
    e.TicketAbandoned: tickets.ticket_abandoned,
    e.TicketRated: tickets.ticket_rated,
    e.CounterOpened: counters.counter_opened,
    e.CounterPaused: counters.counter_paused,
    e.CounterResumed: counters.counter_resumed,
    e.CounterClosed: counters.counter_closed,
    e.CounterServicesChanged: counters.services_changed,
    e.NoticeSent: day.notice_sent,
    e.NoticeWithdrawn: day.notice_withdrawn,
}

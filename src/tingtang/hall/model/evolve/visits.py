"""What happened to a customer's stay."""

from tingtang.hall.model import events as e
from tingtang.hall.model.state import (
    OPEN_STATES,
    HallDay,
    Stage,
    Visit,
)
from tingtang.kernel.ids import VisitId


def visit_arrived(state: HallDay, event: e.VisitArrived, at_ms: int) -> None:
    state.visits[event.visit] = Visit(
        event.visit,
        at_ms,
        event.source,
        event.customer,
        event.care,
        zone=event.zone,
        zone_since_ms=at_ms,
    )


def visit_identified(state: HallDay, event: e.VisitIdentified, _at_ms: int) -> None:
    visit = state.visits[event.visit]
    visit.customer = event.customer
    visit.care = event.care or visit.care
    for ticket_id in visit.tickets:
        state.tickets[ticket_id].customer = event.customer


def visit_moved(state: HallDay, event: e.VisitMoved, at_ms: int) -> None:
    visit = state.visits[event.visit]
    visit.zone, visit.zone_since_ms = event.zone, at_ms


def visit_staged(state: HallDay, event: e.VisitStaged, at_ms: int) -> None:
    visit = state.visits[event.visit]
    reach(visit, event.stage, at_ms)
    visit.diverted = visit.diverted or event.diverted


def machine_used(state: HallDay, event: e.MachineUsed, at_ms: int) -> None:
    visit = state.visits[event.visit]
    visit.busy_at, visit.busy_since_ms = event.machine, at_ms
    state.at_machines[visit.id] = None
    reach(visit, Stage.SELF_SERVICE, at_ms)


def machine_left(state: HallDay, event: e.MachineLeft, _at_ms: int) -> None:
    visit = state.visits[event.visit]
    visit.busy_at, visit.busy_since_ms = "", 0
    state.at_machines.pop(visit.id, None)


def visit_left(state: HallDay, event: e.VisitLeft, at_ms: int) -> None:
    state.visits[event.visit].left_ms = at_ms


def reach(visit: Visit, stage: Stage, at_ms: int) -> None:
    if not visit.stages or visit.stages[-1][0] is not stage:
        visit.stages += ((stage, at_ms),)


def leave_if_done(state: HallDay, visit_id: VisitId, at_ms: int) -> None:
    visit = state.visits[visit_id]
    if not visit.busy_at and all(state.tickets[t].state not in OPEN_STATES for t in visit.tickets):
        visit.left_ms = at_ms

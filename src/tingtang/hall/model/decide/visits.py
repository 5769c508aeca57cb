"""Commands about a customer's stay."""

from tingtang.hall.model import commands as c
from tingtang.hall.model import events as e
from tingtang.hall.model import problems as p
from tingtang.hall.model.decide.checks import Events, setup_of, visit_of
from tingtang.hall.model.state import (
    OPEN_STATES,
    HallDay,
)
from tingtang.kernel.errors import Refused


def arrive(state: HallDay, command: c.Arrive, _at_ms: int) -> Events:
    setup_of(state)
    if command.visit in state.visits:
        raise Refused(p.VISIT_EXISTS)
    return (
        e.VisitArrived(
            visit=command.visit,
            source=command.source,
            customer=command.customer,
            care=command.care,
            zone=command.zone,
        ),
    )


def identify(state: HallDay, command: c.Identify, _at_ms: int) -> Events:
    visit = visit_of(state, command.visit)
    if visit.customer == command.customer:
        return ()
    return (
        e.VisitIdentified(
            visit=command.visit, customer=command.customer, by=command.by, care=command.care
        ),
    )


def move(state: HallDay, command: c.Move, _at_ms: int) -> Events:
    if visit_of(state, command.visit).zone == command.zone:
        return ()
    return (e.VisitMoved(visit=command.visit, zone=command.zone),)


def reach_stage(state: HallDay, command: c.ReachStage, _at_ms: int) -> Events:
    visit_of(state, command.visit)
    return (
        e.VisitStaged(
            visit=command.visit, stage=command.stage, at=command.at, diverted=command.diverted
        ),
    )


def use_machine(state: HallDay, command: c.UseMachine, _at_ms: int) -> Events:
    if visit_of(state, command.visit).busy_at == command.machine:
        return ()
    return (e.MachineUsed(visit=command.visit, machine=command.machine),)


def leave_machine(state: HallDay, command: c.LeaveMachine, _at_ms: int) -> Events:
    return (e.MachineLeft(visit=command.visit),) if visit_of(state, command.visit).busy_at else ()


def leave(state: HallDay, command: c.Leave, _at_ms: int) -> Events:
    visit = visit_of(state, command.visit)
    for ticket_id in visit.tickets:
        ticket = state.tickets[ticket_id]
        if ticket.state in OPEN_STATES:
            raise Refused(p.STILL_WAITS, number=ticket.number)
    return () if visit.left_ms else (e.VisitLeft(visit=command.visit),)

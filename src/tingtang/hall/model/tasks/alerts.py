"""重点关怀: what in the hall calls for somebody, and how urgently. Pure.

Every need has a name (``about``) that stays the same while it lasts, so that it is raised once,
rises in grade as it grows, and is withdrawn when it has resolved itself.
"""

from collections.abc import Iterator, Sequence

import msgspec

from tingtang.hall.model.kpis import online_counters
from tingtang.hall.model.settings import Grades, Thresholds
from tingtang.hall.model.state import CounterState, HallDay, Ticket
from tingtang.hall.model.tasks.state import GRADE_ORDER, Grade, TaskBoard, TaskKind, TaskState
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.ids import ServiceId, ZoneId

KINDS = frozenset(
    {
        TaskKind.LONG_WAIT, TaskKind.CARE, TaskKind.STUCK, TaskKind.HOLD_ENDED,
        TaskKind.SERVICE_LONG, TaskKind.CROWDED,
    }
)  # fmt: skip
"""The kinds that this page raises and withdraws; all others are raised by people and events."""


class Need(msgspec.Struct, frozen=True):
    """Something that somebody should look after."""

    about: str
    kind: TaskKind
    grade: Grade
    subject: str = ""
    zone: ZoneId = ZoneId("")
    skill: ServiceId = ServiceId("")


def needs(state: HallDay, at_ms: int) -> Iterator[Need]:
    """Everything that calls for somebody at ``at_ms``."""
    if state.setup is None or state.closed_ms:
        return
    limits = state.setup.settings.thresholds
    yield from _waits(state, limits, at_ms)
    yield from _counters(state, limits, at_ms)
    yield from _visits(state, limits, at_ms)
    crowding = state.waiting / max(1, online_counters(state))
    grade = _grade(limits.waiting_per_counter, crowding)
    if grade is not None:
        yield Need("crowded", TaskKind.CROWDED, grade)


def _waits(state: HallDay, limits: Thresholds, at_ms: int) -> Iterator[Need]:
    least = min(limits.wait_minutes_care.yellow, limits.wait_minutes.yellow)
    for line in state.lines.values():
        for ticket_id, since_ms in line.items():
            minutes = (at_ms - since_ms) / MINUTE_MS
            if minutes < least:
                break  # nobody behind has waited longer
            ticket = state.tickets[ticket_id]
            table = limits.wait_minutes_care if ticket.care else limits.wait_minutes
            grade = _grade(table, minutes)
            if grade is not None:
                kind = TaskKind.CARE if ticket.care else TaskKind.LONG_WAIT
                yield Need(f"wait:{ticket_id}", kind, grade, ticket_id, _zone(state, ticket))


def _counters(state: HallDay, limits: Thresholds, at_ms: int) -> Iterator[Need]:
    """Services that take much longer than their standard time."""
    setup = state.setup
    for counter in state.counters.values():
        if counter.state is not CounterState.SERVING or setup is None:
            continue
        ticket = state.tickets[counter.ticket]
        standard = setup.services.get(ticket.service)
        place = setup.counters.get(counter.id)
        if standard is None or place is None:
            continue
        ratio = (at_ms - ticket.leg.started_ms) / standard.standard_ms
        grade = _grade(limits.service_over_standard, ratio)
        if grade is not None:
            about = f"service:{ticket.id}:{len(ticket.legs)}"
            yield Need(about, TaskKind.SERVICE_LONG, grade, ticket.id, place.zone, ticket.service)


def _visits(state: HallDay, limits: Thresholds, at_ms: int) -> Iterator[Need]:
    """Who is stuck at a machine, and who was set aside for longer than was said."""
    for visit in map(state.visits.__getitem__, state.at_machines):
        minutes = (at_ms - visit.busy_since_ms) / MINUTE_MS
        grade = _grade(limits.stuck_minutes, minutes)
        if grade is not None and not visit.left_ms:
            yield Need(f"stuck:{visit.id}", TaskKind.STUCK, grade, visit.id, visit.zone)
    for ticket in map(state.tickets.__getitem__, state.overdue):
        visit = state.visits[ticket.visit]
        if not visit.left_ms:
            yield Need(
                f"hold:{ticket.id}", TaskKind.HOLD_ENDED, Grade.YELLOW, ticket.id, visit.zone
            )


def _grade(limits: Grades, value: float) -> Grade | None:
    reached = limits.of(value)
    return Grade(reached) if reached else None


def _zone(state: HallDay, ticket: Ticket) -> ZoneId:
    visit = state.visits.get(ticket.visit)
    return visit.zone if visit is not None else ZoneId("")


class Changes(msgspec.Struct, frozen=True):
    """What the board must be told: needs to raise or raise in grade, and those to withdraw."""

    raise_: Sequence[Need] = ()
    withdraw: Sequence[str] = ()


def changes(board: TaskBoard, present: Sequence[Need], repeat_minutes: int, at_ms: int) -> Changes:
    """Compare what the hall needs with what the board knows.

    A need that somebody has dealt with comes back after ``repeat_minutes``, or at once in a higher
    grade. A task that somebody has accepted is not withdrawn: they say what came of it.
    """
    again_ms = at_ms - repeat_minutes * MINUTE_MS
    raise_ = [need for need in present if _is_news(board, need, again_ms)]
    there = {need.about for need in present}
    withdraw = [
        about
        for about, task_id in board.open.items()
        if about not in there
        and (task := board.tasks[task_id]).kind in KINDS
        and task.state is not TaskState.ACCEPTED
    ]
    return Changes(raise_, withdraw)


def _is_news(board: TaskBoard, need: Need, again_ms: int) -> bool:
    rank = GRADE_ORDER.index(need.grade)
    if need.about in board.open:
        return rank > GRADE_ORDER.index(board.tasks[board.open[need.about]].grade)
    if need.about in board.closed:
        last = board.tasks[board.closed[need.about]]
        return last.closed_ms <= again_ms or rank > GRADE_ORDER.index(last.grade)
    return True

"""Who is asked: by role, then skill, load and zone."""

from typing import NamedTuple

from tingtang.hall.model.tasks.state import Grade, Task, TaskBoard, TaskKind
from tingtang.kernel.clock import MINUTE_MS, SECOND_MS
from tingtang.kernel.ids import StaffId
from tingtang.kernel.permissions import Role

Levels = tuple[frozenset[Role], ...]

DEFAULT_ESCALATION: Levels = (
    frozenset({Role.LOBBY_MANAGER}),
    frozenset({Role.ACCOUNT_MANAGER, Role.WEALTH_MANAGER}),
    frozenset({Role.BRANCH_MANAGER}),
)
ESCALATION: dict[TaskKind, Levels] = {
    TaskKind.VIP_RECEPTION: (
        frozenset({Role.ACCOUNT_MANAGER, Role.WEALTH_MANAGER}),
        frozenset({Role.LOBBY_MANAGER}),
        frozenset({Role.BRANCH_MANAGER}),
    ),
    TaskKind.COMPLAINT: (frozenset({Role.LOBBY_MANAGER}), frozenset({Role.BRANCH_MANAGER})),
    TaskKind.CROWDED: (frozenset({Role.LOBBY_MANAGER}), frozenset({Role.BRANCH_MANAGER})),
}
"""Who is asked first, then second, ...; kinds not named here follow ``DEFAULT_ESCALATION``."""
ACCEPT_WITHIN_MS = {
    Grade.NOTE: 2 * MINUTE_MS,
    Grade.YELLOW: 90 * SECOND_MS,
    Grade.ORANGE: 60 * SECOND_MS,
    Grade.RED: 30 * SECOND_MS,
}
"""How long an offer stands before the next person is asked."""


class Asked(NamedTuple):
    """Somebody, and the level of escalation at which they were found."""

    staff: StaffId
    level: int


def levels_of(kind: TaskKind) -> Levels:
    """The roles that are asked, in order."""
    return ESCALATION.get(kind, DEFAULT_ESCALATION)


def next_person(board: TaskBoard, task: Task, asked: frozenset[StaffId]) -> Asked | None:
    """The best person not yet asked; None if nobody is left.

    Within a level: who has the skill, then who has least to do, then who is in the zone.
    """
    levels = levels_of(task.kind)
    for level in range(task.level, len(levels)):
        fit = [
            person
            for person in board.people.values()
            if person.staff not in asked and not person.roles.isdisjoint(levels[level])
        ]
        if fit:
            best = min(
                fit,
                key=lambda p: (
                    bool(task.skill) and task.skill not in p.skills,
                    board.load(p.staff),
                    bool(task.zone) and task.zone != p.zone,
                    p.staff,
                ),
            )
            return Asked(best.staff, level)
    return None

"""Who may see a journey and go on with it: whoever holds it, and the staff of its branch."""

import sqlalchemy as sa

from tingtang.hall.service import HallService
from tingtang.journeys import tables as t
from tingtang.journeys.model.problems import NOT_IN_HALL, TOO_MANY_OPEN, UNKNOWN_JOURNEY
from tingtang.journeys.model.state import OVER
from tingtang.journeys.store import Open
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, TicketId, VisitId
from tingtang.kernel.permissions import Actor, ActorKind, Permission


def holder_of(actor: Actor) -> str:
    """Under which name an actor holds a journey: a phone by what its link is about."""
    if actor.kind is ActorKind.CUSTOMER and actor.subject:
        return f"{actor.kind}:{actor.subject}"
    return actor.name


def may_hold(opened: Open, actor: Actor) -> bool:
    """True for its holder, and for a phone whose link is about this journey."""
    if actor.kind is ActorKind.CUSTOMER:
        return opened.journey.id == actor.subject or opened.journey.holder == holder_of(actor)
    if actor.kind is ActorKind.STAFF:
        return actor.may(Permission.JOURNEY_SERVE, opened.branch)
    return opened.journey.holder == holder_of(actor)


def holds(opened: Open, holder: str) -> bool:
    """True for whom it is shown to in full: its holder alone, so that nothing stays on a screen
    that it went away from.
    """
    return opened.journey.holder == holder


def check_holder(opened: Open, actor: Actor) -> None:
    """Refuse (unknown_journey, so that nothing is given away) whom it does not concern."""
    if not may_hold(opened, actor):
        raise Refused(UNKNOWN_JOURNEY)


def check_here(opened: Open, actor: Actor) -> None:
    """Refuse (unknown_journey) all but its holder: a phone that it went away from, or staff who have
    not taken it over, answer nothing in it.
    """
    if not (may_hold(opened, actor) and holds(opened, holder_of(actor))):
        raise Refused(UNKNOWN_JOURNEY)


def check_may_leave(opened: Open, actor: Actor) -> None:
    """Refuse (unknown_journey) all but its holder and the staff of its branch, who see to what was
    left behind.
    """
    check_holder(opened, actor)
    if actor.kind is not ActorKind.STAFF:
        check_here(opened, actor)


async def visit_of(hall: HallService, branch: BranchId, named: str, actor: Actor) -> VisitId:
    """The visit that business belongs to: one of this branch, of today; a phone names none but that of
    the ticket its own link is about. Refused (visit_not_here) otherwise.
    """
    day = await hall.state(branch)
    visit = VisitId(named)
    own = day.tickets.get(TicketId(actor.subject))
    is_own = actor.kind is not ActorKind.CUSTOMER or (own is not None and own.visit == visit)
    if visit not in day.visits or not is_own:
        raise Refused(NOT_IN_HALL)
    return visit


PHONE_OPEN_MAX = 10
"""Journeys that one phone may have under way."""


async def check_few(database: Database, holder: str) -> None:
    """Anybody can open a page on a phone: what it may leave behind is bounded. Refused
    (too_many_journeys) where it has too many under way.
    """
    over = [one.value for one in OVER]
    columns = t.journeys.c
    query = sa.select(sa.func.count()).where(columns.holder == holder, columns.status.not_in(over))
    if (await database.read(lambda c: c.scalar(query)) or 0) >= PHONE_OPEN_MAX:
        raise Refused(TOO_MANY_OPEN)

"""HTTP of tickets: take one, follow it, and everything staff do with it."""

from typing import Annotated

import msgspec
from litestar import get, post

from tingtang.hall import views
from tingtang.hall.answers import Handled, IssuedTicket
from tingtang.hall.model import commands as c
from tingtang.hall.model import problems as p
from tingtang.hall.model.settings import Place
from tingtang.hall.model.state import Care
from tingtang.hall.service import HallService, channel_of
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import (
    BranchId,
    CounterId,
    CustomerId,
    ServiceId,
    StaffId,
    TicketId,
    VisitId,
)
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.kernel.web import encoded, permit

SERVICES_MAX = 10
"""Services on one ticket; nobody comes for more."""

Services = Annotated[list[ServiceId], msgspec.Meta(min_length=1, max_length=SERVICES_MAX)]


class TicketRequest(msgspec.Struct, frozen=True):
    """What a ticket is taken for. ``care`` is what the customer or staff say; no proof is asked."""

    services: Services
    care: Annotated[list[Care], msgspec.Meta(max_length=4)] = []
    visit: str | None = None
    customer: str | None = None
    """Only staff and kiosks that have identified the customer may name one."""


class HoldRequest(msgspec.Struct, frozen=True):
    reason: str
    minutes: Annotated[int, msgspec.Meta(ge=1, le=240)] | None = None


class TransferRequest(msgspec.Struct, frozen=True):
    """To another service, counter or person; the number stays."""

    service: str | None = None
    counter: str | None = None
    staff: str | None = None
    place: Place = Place.FIRST


class FinishRequest(msgspec.Struct, frozen=True):
    stay: bool = False
    """With services to come: go on at this counter instead of queueing."""


class ServiceRequest(msgspec.Struct, frozen=True):
    service: str


class AbandonRequest(msgspec.Struct, frozen=True):
    reason: Annotated[str, msgspec.Meta(pattern="^[a-z_]{1,40}$")] = "left"


class RatingRequest(msgspec.Struct, frozen=True):
    """1 (bad) to 5 (very good); ``leg`` says which service of the ticket, the last one by default."""

    score: Annotated[int, msgspec.Meta(ge=1, le=5)]
    reasons: Annotated[list[str], msgspec.Meta(max_length=6)] = []
    leg: int = -1


@post(
    "/api/branches/{branch:str}/tickets",
    summary="Take a ticket",
    **permit(Permission.TICKET_ISSUE, fast=True),
)
async def issue_ticket(
    branch: str, data: TicketRequest, hall: HallService, actor: Actor, key: Key | None
) -> IssuedTicket:
    """Give out a ticket for one or several services. Safe to repeat with an Idempotency-Key."""
    if data.visit and data.visit not in (await hall.state(BranchId(branch))).visits:
        raise Refused(p.UNKNOWN_VISIT)
    customer = None
    if data.customer and actor.may(Permission.CUSTOMER_IDENTIFY, branch):
        customer = CustomerId(data.customer)
    body = await hall.issue_ticket(
        BranchId(branch),
        tuple(data.services),
        actor,
        channel=channel_of(actor),
        visit=VisitId(data.visit) if data.visit else None,
        customer=customer,
        care=tuple(data.care),
        key=key,
    )
    return encoded(body)  # type: ignore[no-any-return]


@get(
    "/api/branches/{branch:str}/tickets/{ticket:str}",
    summary="Follow a ticket",
    **permit(Permission.TICKET_FOLLOW),
)
async def read_ticket(
    branch: str, ticket: str, hall: HallService, actor: Actor
) -> views.TicketView:
    """A ticket as its holder sees it: place, time, window."""
    check_subject(actor, ticket)
    state, book, names, now_ms = await hall.in_day(BranchId(branch))
    found = views.ticket(state, book, names, TicketId(ticket), now_ms)
    if found is None:
        raise Refused(p.UNKNOWN_TICKET)
    return found


@get(
    "/api/branches/{branch:str}/numbers/{number:str}",
    summary="Find a ticket by its number",
    **permit(Permission.TICKET_HANDLE),
)
async def find_number(branch: str, number: str, hall: HallService) -> views.StaffTicket:
    """Today's ticket with this number, for staff."""
    state, book, names, now_ms = await hall.in_day(BranchId(branch))
    ticket_id = state.ticket_ids.get(number.upper())
    if ticket_id is None:
        raise Refused(p.UNKNOWN_TICKET)
    return views.staff_ticket(state, book, names, state.tickets[ticket_id], now_ms)


def _step(action: str, summary: str, permission: Permission = Permission.TICKET_HANDLE) -> dict:  # type: ignore[type-arg]
    return {
        "path": f"/api/branches/{{branch:str}}/tickets/{{ticket:str}}/{action}",
        "summary": summary,
        "status_code": 200,
        **permit(permission),
    }


@post(**_step("recall", "Call again"))
async def recall(
    branch: str, ticket: str, hall: HallService, actor: Actor, key: Key | None
) -> Handled:
    """Announce the call once more."""
    return await _handle(hall, branch, ticket, c.Recall(ticket=TicketId(ticket)), actor, key)


@post(**_step("start", "Start the service"))
async def start(
    branch: str, ticket: str, hall: HallService, actor: Actor, key: Key | None
) -> Handled:
    """The customer is at the counter."""
    return await _handle(hall, branch, ticket, c.StartService(ticket=TicketId(ticket)), actor, key)


@post(**_step("pass", "Pass over"))
async def pass_over(
    branch: str, ticket: str, hall: HallService, actor: Actor, key: Key | None
) -> Handled:
    """The customer did not come; the branch's rule says whether they may come back."""
    return await _handle(hall, branch, ticket, c.Pass(ticket=TicketId(ticket)), actor, key)


@post(**_step("return", "Back into the line"))
async def come_back(
    branch: str, ticket: str, hall: HallService, actor: Actor, key: Key | None
) -> Handled:
    """A passed or held customer is back."""
    return await _handle(hall, branch, ticket, c.Return(ticket=TicketId(ticket)), actor, key)


@post(**_step("hold", "Put on hold"))
async def hold(
    branch: str, ticket: str, data: HoldRequest, hall: HallService, actor: Actor, key: Key | None
) -> Handled:
    """Set the customer aside with a reason and a timer; the counter is free."""
    command = c.HoldTicket(ticket=TicketId(ticket), reason=data.reason, minutes=data.minutes)
    return await _handle(hall, branch, ticket, command, actor, key)


@post(**_step("transfer", "Transfer"))
async def transfer(
    branch: str,
    ticket: str,
    data: TransferRequest,
    hall: HallService,
    actor: Actor,
    key: Key | None,
) -> Handled:
    """Hand over to another service, counter or person."""
    if data.place is Place.AFTER:
        raise Refused(p.UNKNOWN_REASON, reason=data.place)
    command = c.Transfer(
        ticket=TicketId(ticket),
        service=ServiceId(data.service) if data.service else None,
        counter=CounterId(data.counter) if data.counter else None,
        staff=StaffId(data.staff) if data.staff else None,
        place=data.place,
    )
    return await _handle(hall, branch, ticket, command, actor, key)


@post(**_step("finish", "Finish the service"))
async def finish(
    branch: str, ticket: str, data: FinishRequest, hall: HallService, actor: Actor, key: Key | None
) -> Handled:
    """The present service is done; the next one, if any, follows here or in the queue."""
    command = c.FinishService(ticket=TicketId(ticket), stay=data.stay)
    return await _handle(hall, branch, ticket, command, actor, key)


@post(**_step("services", "Add a service"))
async def add_service(
    branch: str, ticket: str, data: ServiceRequest, hall: HallService, actor: Actor, key: Key | None
) -> Handled:
    """One more service on the same ticket."""
    command = c.AddService(ticket=TicketId(ticket), service=ServiceId(data.service))
    return await _handle(hall, branch, ticket, command, actor, key)


@post(**_step("abandon", "Give the ticket up", Permission.TICKET_ABANDON))
async def abandon(
    branch: str, ticket: str, data: AbandonRequest, hall: HallService, actor: Actor, key: Key | None
) -> Handled:
    """The customer left, or gave the ticket up on the phone."""
    check_subject(actor, ticket)
    command = c.Abandon(ticket=TicketId(ticket), reason=data.reason)
    return await _handle(hall, branch, ticket, command, actor, key)


@post(**_step("ratings", "Rate the service", Permission.RATING_GIVE))
async def rate(
    branch: str, ticket: str, data: RatingRequest, hall: HallService, actor: Actor, key: Key | None
) -> Handled:
    """The customer's opinion of a finished service, once each."""
    check_subject(actor, ticket)
    command = c.Rate(
        ticket=TicketId(ticket),
        score=data.score,
        reasons=tuple(data.reasons),
        leg=data.leg,
        at=actor.kind.value,
    )
    return await _handle(hall, branch, ticket, command, actor, key)


def check_subject(actor: Actor, subject: str) -> None:
    """A customer's link reaches its own ticket only; others do not even learn that one exists."""
    if actor.kind is ActorKind.CUSTOMER and actor.subject != subject:
        raise Refused(p.UNKNOWN_TICKET)


async def _handle(
    hall: HallService, branch: str, ticket: str, command: c.Command, actor: Actor, key: Key | None
) -> Handled:
    body = await hall.handle(BranchId(branch), TicketId(ticket), command, actor, key)
    return encoded(body)  # type: ignore[no-any-return]


ROUTES = (
    issue_ticket, read_ticket, find_number, recall, start, pass_over, come_back, hold, transfer,
    finish, add_service, abandon, rate,
)  # fmt: skip

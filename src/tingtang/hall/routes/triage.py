"""HTTP of triage: what to propose, what was chosen, and trying a table before it is saved."""

from typing import Annotated

import msgspec
from litestar import post

from tingtang.hall.model.state import Care, Channel
from tingtang.hall.model.triage import Advice, Case, TriageTable, Way, advise
from tingtang.hall.service import channel_of
from tingtang.hall.triage import TriageService, WayTaken
from tingtang.kernel.ids import BranchId, CustomerId, ServiceId, VisitId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.web import permit

PATH = "/api/branches/{branch:str}/triage"


class TriageRequest(msgspec.Struct, frozen=True):
    """What the customer came for. ``booked``: they come at a time that they booked."""

    service: str
    care: Annotated[list[Care], msgspec.Meta(max_length=4)] = []
    customer: str | None = None
    booked: bool = False


class TakeRequest(msgspec.Struct, frozen=True):
    """The way chosen, of those that the table's ``row`` proposed."""

    way: Way
    row: Annotated[str, msgspec.Meta(max_length=40)] = ""
    visit: Annotated[str, msgspec.Meta(max_length=80)] | None = None


class DryRun(msgspec.Struct, frozen=True):
    """A table that is not saved yet, and a case to try it on."""

    table: TriageTable
    case: Case


def place_of(channel: Channel) -> str:
    """Where the customer stands, as the table's conditions call it."""
    return "kiosk" if channel is Channel.KIOSK else "phone" if channel is Channel.PHONE else "pad"


@post(PATH, summary="Which way is best now", status_code=200, **permit(Permission.TICKET_ISSUE))
async def ask(branch: str, data: TriageRequest, triage: TriageService, actor: Actor) -> Advice:
    """Phone, self-service, counter, VIP room or a later time, each with its own expected time."""
    may_name = actor.may(Permission.CUSTOMER_IDENTIFY, branch)
    return await triage.advise(
        BranchId(branch),
        ServiceId(data.service),
        place_of(channel_of(actor)),
        care=tuple(data.care),
        customer=CustomerId(data.customer) if data.customer and may_name else None,
        booked=data.booked,
    )


@post(
    f"{PATH}/taken",
    summary="Record the way taken",
    status_code=200,
    **permit(Permission.TICKET_ISSUE),
)
async def take(
    branch: str, data: TakeRequest, triage: TriageService, actor: Actor, key: Key | None
) -> WayTaken:
    """What the customer chose, on their visit; self-service and phone count as diverted."""
    return await triage.take(
        BranchId(branch),
        data.way,
        data.row,
        channel_of(actor),
        actor,
        visit=VisitId(data.visit) if data.visit else None,
        key=key,
    )


@post(
    "/api/triage/dry-run",
    summary="Try a triage table",
    status_code=200,
    **permit(Permission.RULES_SEE),
)
async def dry_run(data: DryRun) -> Advice:
    """What a table would propose in a case, before it is saved; nothing is changed."""
    return advise(data.table, data.case)


ROUTES = (ask, take, dry_run)

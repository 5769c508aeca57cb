"""HTTP of journeys: what a terminal can do, step by step."""

from typing import Annotated, Any

import msgspec
from litestar import Request, get, post

from tingtang.hall.service import HallService
from tingtang.journeys import views
from tingtang.journeys.access import holder_of, holds, visit_of
from tingtang.journeys.desk import JourneyDesk
from tingtang.journeys.model.problems import UNKNOWN_JOURNEY
from tingtang.journeys.model.scenario import Channel
from tingtang.journeys.service import JourneyService
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, CustomerId, JourneyId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.kernel.web import permit

BRANCH = "/api/branches/{branch:str}"
ONE = "/api/journeys/{journey:str}"
CHANNEL_OF_KIND = {
    ActorKind.TERMINAL: Channel.KIOSK,
    ActorKind.STAFF: Channel.COUNTER,
    ActorKind.CUSTOMER: Channel.PHONE,
}


class BeginRequest(msgspec.Struct, frozen=True):
    """``channel`` is needed of staff alone, who may hold a PAD or sit at a counter. ``given`` is
    what was filled in before (预填单), by the names of the scenario's own fields. ``after`` is the
    journey that said this one is ``next``: within a minute, at the same terminal, it goes on with the
    same customer.
    """

    scenario: Annotated[str, msgspec.Meta(max_length=80, examples=["passbook_loss"])]
    channel: Channel | None = None
    visit: Annotated[str, msgspec.Meta(max_length=80)] = ""
    customer: Annotated[str, msgspec.Meta(max_length=80)] = ""
    given: dict[str, Any] = {}
    after: Annotated[str, msgspec.Meta(max_length=80)] = ""


class AnswerRequest(msgspec.Struct, frozen=True):
    """``step`` as the screen names it; ``values`` by the names of its fields, amounts in fen."""

    step: Annotated[str, msgspec.Meta(max_length=200, examples=["passbook_loss/choose#0"])]
    values: dict[str, Any] = {}


class TakeRequest(msgspec.Struct, frozen=True):
    """The code that the other terminal shows, or what stands behind its QR."""

    code: Annotated[str, msgspec.Meta(max_length=600)]
    channel: Channel | None = None


class Menu(msgspec.Struct, frozen=True):
    entries: list[views.MenuEntry]


class JourneyList(msgspec.Struct, frozen=True):
    journeys: list[views.JourneyRow]


class Handover(msgspec.Struct, frozen=True):
    """``url`` is what the QR holds, ``code`` the same without its address; ``digits`` are typed at
    another machine of the branch.
    """

    code: str
    url: str
    digits: str
    until_ms: int


class OwnLink(msgspec.Struct, frozen=True):
    """What the phone keeps, to come back to the journey."""

    token: str


@get(f"{BRANCH}/scenarios", summary="Business offered here", **permit(Permission.JOURNEY_RUN))
async def list_scenarios(
    branch: str, journey_desk: JourneyDesk, actor: Actor, channel: Channel | None = None
) -> Menu:
    """What can be done on this channel, and what this machine cannot do now and why."""
    return Menu(journey_desk.menu(BranchId(branch), _channel(actor, channel), actor))


@get(f"{BRANCH}/journeys", summary="Journeys of the branch", **permit(Permission.JOURNEY_SERVE))
async def list_journeys(
    branch: str, journey_desk: JourneyDesk, unended_only: bool = True
) -> JourneyList:
    """Where each stands; nothing of what was entered."""
    return JourneyList(await journey_desk.of_branch(BranchId(branch), unended_only=unended_only))


@post(f"{BRANCH}/journeys", summary="Begin a journey", **permit(Permission.JOURNEY_RUN, fast=True))
async def begin_journey(
    branch: str,
    data: BeginRequest,
    journeys: JourneyService,
    journey_desk: JourneyDesk,
    hall: HallService,
    actor: Actor,
    key: Key | None,
) -> views.JourneyView:
    """Begin a scenario at this terminal. Safe to repeat with an Idempotency-Key."""
    is_staff = actor.kind is ActorKind.STAFF
    visit = await visit_of(hall, BranchId(branch), data.visit, actor) if data.visit else None
    opened = await journeys.begin(
        BranchId(branch),
        data.scenario,
        actor,
        _channel(actor, data.channel),
        visit=visit,
        customer=CustomerId(data.customer) if data.customer and is_staff else None,
        given=data.given,
        key=key,
        after=JourneyId(data.after) if data.after else None,
    )
    return journey_desk.view(opened, holder_of(actor))


@get(ONE, summary="Where a journey stands", **permit(Permission.JOURNEY_RUN, fast=True))
async def read_journey(journey: str, journey_desk: JourneyDesk, actor: Actor) -> views.JourneyView:
    """The step to answer, or what is under way."""
    return await journey_desk.seen(JourneyId(journey), actor)


@post(f"{ONE}/answers", summary="Answer a step", **permit(Permission.JOURNEY_RUN, fast=True))
async def answer_step(
    journey: str,
    data: AnswerRequest,
    journeys: JourneyService,
    journey_desk: JourneyDesk,
    actor: Actor,
    key: Key | None,
) -> views.JourneyView:
    """Refused field by field; nothing is lost: the next screen comes once the answer is on disk."""
    opened = await journeys.answer(JourneyId(journey), data.step, data.values, actor, key)
    return journey_desk.view(opened, holder_of(actor))


@post(f"{ONE}/back", summary="Take back the last answer", **permit(Permission.JOURNEY_RUN))
async def go_back(
    journey: str,
    journeys: JourneyService,
    journey_desk: JourneyDesk,
    actor: Actor,
    key: Key | None,
) -> views.JourneyView:
    """Refused (no_way_back) where something was done since. With an Idempotency-Key it goes back once."""
    opened = await journeys.back(JourneyId(journey), actor, key)
    return journey_desk.view(opened, holder_of(actor))


@post(f"{ONE}/retry", summary="Try again what was refused", **permit(Permission.JOURNEY_RUN))
async def retry_step(
    journey: str,
    journeys: JourneyService,
    journey_desk: JourneyDesk,
    actor: Actor,
    key: Key | None,
) -> views.JourneyView:
    """The same, under a new trace."""
    opened = await journeys.retry(JourneyId(journey), actor, key)
    return journey_desk.view(opened, holder_of(actor))


@post(f"{ONE}/cancel", summary="Leave a journey", **permit(Permission.JOURNEY_RUN))
async def cancel_journey(
    journey: str, journeys: JourneyService, journey_desk: JourneyDesk, actor: Actor
) -> views.JourneyView:
    """What was done stays done. Refused (still_at_work) while something is under way."""
    opened = await journeys.cancel(JourneyId(journey), actor)
    return journey_desk.view(opened, holder_of(actor))


@post(f"{ONE}/withdraw", summary="Wait no longer", **permit(Permission.JOURNEY_RUN))
async def withdraw_request(
    journey: str, journeys: JourneyService, journey_desk: JourneyDesk, actor: Actor
) -> views.JourneyView:
    """Call off a request for somebody's yes; the customer may then do something else."""
    opened = await journeys.withdraw(JourneyId(journey), actor)
    return journey_desk.view(opened, holder_of(actor))


@post(f"{ONE}/code", summary="Hand a journey over", **permit(Permission.JOURNEY_RUN))
async def hand_over(
    journey: str,
    journeys: JourneyService,
    journey_desk: JourneyDesk,
    actor: Actor,
    request: Request[Any, Any, Any],
    now_ms: int,
) -> Handover:
    """A code by which another terminal, or the customer's phone, goes on with it."""
    await journey_desk.seen(JourneyId(journey), actor)
    opened = await journeys.store.get(JourneyId(journey))
    code, digits, until_ms = await journey_desk.code(opened, now_ms)
    url = journey_desk.url(code, str(request.base_url).rstrip("/"))
    return Handover(code, url, digits, until_ms)


@post(f"{ONE}/here", summary="Go on with a journey here", **permit(Permission.JOURNEY_RUN))
async def go_on_here(
    journey: str,
    journeys: JourneyService,
    journey_desk: JourneyDesk,
    actor: Actor,
    channel: Channel | None = None,
) -> views.JourneyView:
    """For staff of the branch, who take it over, and for the phone whose link is about it."""
    await journey_desk.seen(JourneyId(journey), actor)
    return journey_desk.view(
        await journeys.move(JourneyId(journey), actor, _channel(actor, channel))
    )


@post(f"{ONE}/link", summary="A link that lasts", **permit(Permission.JOURNEY_RUN))
async def lasting_link(
    journey: str, journeys: JourneyService, journey_desk: JourneyDesk, actor: Actor
) -> OwnLink:
    """For the phone that holds the journey, which uses it from now on: the code that it scanned, and
    every link before this one, is dead.
    """
    opened = await journeys.store.get(JourneyId(journey))
    if actor.kind is not ActorKind.CUSTOMER or not holds(opened, holder_of(actor)):
        raise Refused(UNKNOWN_JOURNEY)
    return OwnLink(await journey_desk.link(opened, actor))


@post("/api/journeys/take", summary="Take a journey over", **permit(Permission.JOURNEY_RUN))
async def take_over(
    data: TakeRequest, journey_desk: JourneyDesk, actor: Actor, key: Key | None
) -> views.JourneyView:
    """Go on here, at the very step at which it stands, with all that was entered."""
    channel = _channel(actor, data.channel)
    return journey_desk.view(await journey_desk.take(data.code, actor, channel, key))


def _channel(actor: Actor, wished: Channel | None) -> Channel:
    """Where somebody works: terminals and phones have one place, staff say which."""
    if actor.kind is ActorKind.STAFF and wished in (Channel.PAD, Channel.COUNTER):
        return wished
    return CHANNEL_OF_KIND.get(actor.kind, Channel.PHONE)


ROUTES = [
    list_scenarios, list_journeys, begin_journey, read_journey, answer_step, go_back, retry_step,
    cancel_journey, withdraw_request, hand_over, go_on_here, lasting_link, take_over,
]  # fmt: skip

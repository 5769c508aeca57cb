"""HTTP of authorisations: the queue, and a yes or no."""

from typing import Annotated, Any

import msgspec
from litestar import get, post

from tingtang.journeys.access import check_here, check_holder
from tingtang.journeys.authorisation.centre import CentreWork
from tingtang.journeys.authorisation.desk import AuthorisationDesk
from tingtang.journeys.authorisation.evidence import Evidence
from tingtang.journeys.authorisation.service import Authorisations
from tingtang.journeys.authorisation.views import AskedView, Queue
from tingtang.journeys.model.screens import Screen
from tingtang.journeys.service import JourneyService
from tingtang.kernel.ids import BranchId, JourneyId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.text import Text
from tingtang.kernel.web import Door, permit

PATH = "/api/authorisations"
ONE = f"{PATH}/{{authorisation:str}}"


class DenyRequest(msgspec.Struct, frozen=True):
    """Why not, in words that the customer will read."""

    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]


class GiveRequest(msgspec.Struct, frozen=True):
    """What was entered in the form of a piece of work, by its fields; nothing for a yes."""

    values: dict[str, Any] = {}


class OnSiteRequest(msgspec.Struct, frozen=True):
    """The name and password of whoever stands beside the customer; ``code`` where they have a
    second factor.
    """

    login: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    code: Annotated[str, msgspec.Meta(max_length=20)] = ""


class EvidenceList(msgspec.Struct, frozen=True):
    """``rule`` and ``risks`` say why a yes is asked for; after ``until_ms`` it goes back to all.
    ``form`` is what a piece of work asks for; none where it is checked. ``is_escalated``: it was asked
    for elsewhere first, where nobody took it in time.
    """

    evidence: list[Evidence]
    rule: Text
    risks: list[str]
    until_ms: int
    form: Screen | None = None
    is_escalated: bool = False


class Told(msgspec.Struct, frozen=True):
    """It is on disk."""

    authorisation: str


@get(PATH, summary="Requests that wait for a yes", **permit(Permission.AUTHORISATION_GIVE))
async def list_authorisations(
    authorisation_desk: AuthorisationDesk, actor: Actor, branch: str = ""
) -> Queue:
    """Those that this person may answer, the most urgent first."""
    return await authorisation_desk.queue(actor, BranchId(branch) if branch else None)


@post(f"{ONE}/take", summary="Take a request", **permit(Permission.AUTHORISATION_GIVE))
async def take_authorisation(
    authorisation: str,
    authorisations: Authorisations,
    centre_work: CentreWork,
    actor: Actor,
    key: Key | None,
) -> EvidenceList:
    """Nobody else can answer it then; gives what it is about."""
    await authorisations.take(authorisation, actor, key)
    return await _evidence(authorisations, centre_work, authorisation, actor)


@get(f"{ONE}/evidence", summary="What it is about", **permit(Permission.AUTHORISATION_GIVE))
async def read_evidence(
    authorisation: str, authorisations: Authorisations, centre_work: CentreWork, actor: Actor
) -> EvidenceList:
    """For whoever took it."""
    return await _evidence(authorisations, centre_work, authorisation, actor)


@post(f"{ONE}/put-back", summary="Put it back", **permit(Permission.AUTHORISATION_GIVE))
async def put_back_authorisation(
    authorisation: str, authorisations: Authorisations, actor: Actor, key: Key | None
) -> Told:
    """Others may take it again."""
    await authorisations.put_back(authorisation, actor, key)
    return Told(authorisation)


@post(f"{ONE}/give", summary="Say yes", **permit(Permission.AUTHORISATION_GIVE))
async def give_authorisation(
    authorisation: str,
    centre_work: CentreWork,
    actor: Actor,
    key: Key | None,
    data: GiveRequest | None = None,
) -> Told:
    """Never by whoever handled the business, nor twice by one person. A piece of work is done so too,
    with what its form asks for.
    """
    await centre_work.give(authorisation, data.values if data is not None else {}, actor, key)
    return Told(authorisation)


@post(f"{ONE}/deny", summary="Say no", **permit(Permission.AUTHORISATION_GIVE))
async def deny_authorisation(
    authorisation: str,
    data: DenyRequest,
    authorisations: Authorisations,
    actor: Actor,
    key: Key | None,
) -> Told:
    """The customer is told why."""
    await authorisations.deny(authorisation, actor, data.reason, key)
    return Told(authorisation)


@get(
    "/api/journeys/{journey:str}/authorisation",
    summary="What a journey waits for",
    **permit(Permission.JOURNEY_RUN),
)
async def read_authorisation(
    journey: str,
    authorisations: Authorisations,
    authorisation_desk: AuthorisationDesk,
    journeys: JourneyService,
    actor: Actor,
) -> AskedView:
    """Where a yes may come from, and whether somebody looks at it."""
    opened = await journeys.store.get(JourneyId(journey))
    check_holder(opened, actor)
    return await authorisation_desk.asked(await authorisations.of_journey(JourneyId(journey)))


@post(
    "/api/journeys/{journey:str}/authorise",
    summary="Authorise on site",
    **permit(Permission.JOURNEY_RUN),
)
async def authorise_on_site(
    journey: str,
    data: OnSiteRequest,
    authorisations: Authorisations,
    authorisation_desk: AuthorisationDesk,
    journeys: JourneyService,
    actor: Actor,
    door: Door,
    key: Key | None,
) -> Told:
    """Somebody of the branch says yes at the customer's terminal, with their own name and password."""
    opened = await journeys.store.get(JourneyId(journey))
    check_here(opened, actor)
    told = await authorisations.told(key)
    if told is not None:
        return Told(told)
    authorisation = await authorisations.of_journey(JourneyId(journey))
    person = await authorisation_desk.person(data.login, data.password, data.code, door)
    person.require(Permission.AUTHORISATION_GIVE, opened.branch)
    await authorisations.give(authorisation, person, on_site=True, key=key)
    return Told(authorisation)


async def _evidence(
    authorisations: Authorisations, centre: CentreWork, authorisation: str, actor: Actor
) -> EvidenceList:
    sheet = await centre.sheet(authorisation, actor)
    state = await authorisations.state(authorisation)
    asked = state.asked
    until_ms = state.taken_ms + await authorisations.claim_ms(authorisation)
    return EvidenceList(
        sheet.shown,
        Text(asked.rule, asked.rule_en) if asked else Text(""),
        list(asked.risks) if asked else [],
        until_ms,
        sheet.form,
        state.is_escalated,
    )


ROUTES = [
    list_authorisations, take_authorisation, read_evidence, put_back_authorisation,
    give_authorisation, deny_authorisation, read_authorisation, authorise_on_site,
]  # fmt: skip

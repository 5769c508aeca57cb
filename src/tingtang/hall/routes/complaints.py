"""HTTP of complaints: register, follow, assign, note, answer, rate the answer."""

from typing import Annotated

import msgspec
from litestar import get, post

from tingtang.hall.complaint_book import ComplaintView
from tingtang.hall.complaints import ComplaintService, Registered, Words
from tingtang.hall.model.complaints import ComplaintId
from tingtang.hall.model.problems import UNKNOWN_TICKET
from tingtang.hall.model.settings import HallSettings, Reason
from tingtang.hall.service import channel_of
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, StaffId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.kernel.web import permit
from tingtang.org.directory import Directory

PATH = "/api/branches/{branch:str}/complaints"
ONE = f"{PATH}/{{complaint:str}}"

Prose = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class ComplaintRequest(msgspec.Struct, frozen=True):
    """``category`` is one of the branch's own; phone and name are for the answer, if wished.

    A customer's link always speaks of its own ticket; others may name a ``subject``.
    """

    category: Annotated[str, msgspec.Meta(max_length=40, examples=["wait"])]
    text: Prose
    phone: Annotated[str, msgspec.Meta(pattern=r"^(\+?\d[\d \-]{5,18})?$")] = ""
    name: Annotated[str, msgspec.Meta(max_length=40)] = ""
    subject: Annotated[str, msgspec.Meta(max_length=80)] = ""


class AssignRequest(msgspec.Struct, frozen=True):
    staff: str


class ProseRequest(msgspec.Struct, frozen=True):
    text: Prose


class ScoreRequest(msgspec.Struct, frozen=True):
    """1 (bad) to 5 (very good)."""

    score: Annotated[int, msgspec.Meta(ge=1, le=5)]


class Categories(msgspec.Struct, frozen=True):
    categories: tuple[Reason, ...]


class ComplaintList(msgspec.Struct, frozen=True):
    complaints: list[ComplaintView]


@post(PATH, summary="Register a complaint", **permit(Permission.COMPLAINT_RAISE))
async def register_complaint(
    branch: str,
    data: ComplaintRequest,
    complaints: ComplaintService,
    actor: Actor,
    key: Key | None,
) -> Registered:
    """From kiosk, phone, counter or staff; what is written is sealed at rest."""
    is_staff = actor.kind is ActorKind.STAFF
    return await complaints.register(
        BranchId(branch),
        data.category,
        Words(data.text, data.phone, data.name),
        actor,
        channel="staff" if is_staff else channel_of(actor).value,
        subject=data.subject,
        key=key,
    )


@get(
    "/api/branches/{branch:str}/complaint-categories",
    summary="What complaints may be about",
    **permit(Permission.COMPLAINT_RAISE),
)
async def list_categories(branch: str, directory: Directory) -> Categories:
    """The branch's own categories, to choose from."""
    return Categories(directory.section(branch, HallSettings).complaints.categories)


@get(PATH, summary="The branch's complaints", **permit(Permission.COMPLAINT_HANDLE))
async def list_complaints(
    branch: str, complaints: ComplaintService, unsettled: bool = False
) -> ComplaintList:
    """The newest first; ``unsettled`` leaves out those that were answered."""
    return ComplaintList(await complaints.book.newest(BranchId(branch), unsettled_only=unsettled))


@get(
    "/api/branches/{branch:str}/tickets/{ticket:str}/complaints",
    summary="The complaints of a ticket",
    **permit(Permission.COMPLAINT_RAISE),
)
async def list_own_complaints(
    branch: str, ticket: str, complaints: ComplaintService, actor: Actor
) -> ComplaintList:
    """What the customer wrote on the phone that follows this ticket, with the answers."""
    if not actor.may(Permission.COMPLAINT_HANDLE, branch) and actor.subject != ticket:
        raise Refused(UNKNOWN_TICKET)
    return ComplaintList(await complaints.book.of_ticket(BranchId(branch), ticket))


@get(ONE, summary="Read a complaint", **permit(Permission.COMPLAINT_RAISE))
async def read_complaint(
    branch: str, complaint: str, complaints: ComplaintService, actor: Actor
) -> ComplaintView:
    """The customer's own with its answer; those who handle complaints see notes too."""
    return await complaints.book.read(BranchId(branch), ComplaintId(complaint), actor)


@post(
    f"{ONE}/assign",
    summary="Assign a complaint",
    status_code=204,
    **permit(Permission.COMPLAINT_HANDLE),
)
async def assign_complaint(
    branch: str,
    complaint: str,
    data: AssignRequest,
    complaints: ComplaintService,
    actor: Actor,
    key: Key | None,
) -> None:
    """Give it to somebody to look into."""
    place, one = BranchId(branch), ComplaintId(complaint)
    await complaints.assign(place, one, StaffId(data.staff), actor, key)


@post(
    f"{ONE}/notes",
    summary="Note on a complaint",
    status_code=204,
    **permit(Permission.COMPLAINT_HANDLE),
)
async def note_complaint(
    branch: str,
    complaint: str,
    data: ProseRequest,
    complaints: ComplaintService,
    actor: Actor,
    key: Key | None,
) -> None:
    """What was found; the customer does not see it."""
    await complaints.note(BranchId(branch), ComplaintId(complaint), data.text, actor, key)


@post(
    f"{ONE}/answer",
    summary="Answer a complaint",
    status_code=204,
    **permit(Permission.COMPLAINT_HANDLE),
)
async def answer_complaint(
    branch: str,
    complaint: str,
    data: ProseRequest,
    complaints: ComplaintService,
    actor: Actor,
    key: Key | None,
) -> None:
    """The customer reads it by their link, and is told where they left a phone number."""
    await complaints.answer(BranchId(branch), ComplaintId(complaint), data.text, actor, key)


@post(
    f"{ONE}/rating",
    summary="Rate the answer",
    status_code=204,
    **permit(Permission.COMPLAINT_RAISE),
)
async def rate_answer(
    branch: str,
    complaint: str,
    data: ScoreRequest,
    complaints: ComplaintService,
    actor: Actor,
    key: Key | None,
) -> None:
    """1 or 2 opens the complaint again."""
    await complaints.rate(BranchId(branch), ComplaintId(complaint), data.score, actor, key)


ROUTES = (
    list_categories, register_complaint, list_complaints, list_own_complaints, read_complaint,
    assign_complaint, note_complaint, answer_complaint, rate_answer,
)  # fmt: skip

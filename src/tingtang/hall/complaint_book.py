"""Reading complaints: each as those may see it who ask."""

from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.customers.model import mask_middle, mask_name
from tingtang.hall import tables as t
from tingtang.hall.model.complaints import (
    UNKNOWN_COMPLAINT,
    UNSETTLED,
    ComplaintId,
    ComplaintState,
)
from tingtang.hall.model.settings import HallSettings
from tingtang.hall.model.state import Channel
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, StaffId
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.kernel.sealed import unseal
from tingtang.kernel.text import Text
from tingtang.kernel.vault import Vault
from tingtang.org.directory import Directory

LISTED_MAX = 200
OWN = Channel.PHONE.value
"""Written by the customer, by the link to their ticket."""


class ComplaintNote(msgspec.Struct, frozen=True):
    staff_name: str
    time_ms: int
    text: str


class ComplaintView(msgspec.Struct, frozen=True):
    """A complaint. Customers do not see notes and who handles it; staff see masked contacts."""

    complaint: ComplaintId
    branch: BranchId
    state: ComplaintState
    category: str
    category_name: Text
    channel: str
    subject: str
    registered_ms: int
    due_ms: int
    answered_ms: int
    score: int
    text: str
    answer: str
    staff: StaffId
    staff_name: str
    name: str
    phone: str
    notes: tuple[ComplaintNote, ...] = ()


class ComplaintBook:
    """All complaints, with what is sealed opened for those who may read it."""

    def __init__(self, database: Database, vault: Vault, directory: Directory) -> None:
        self._database = database
        self._vault = vault
        self._directory = directory

    async def read(self, branch: BranchId, complaint: ComplaintId, actor: Actor) -> ComplaintView:
        """One complaint: the customer's own, or any of the branch for those who handle them."""
        handles = actor.may(Permission.COMPLAINT_HANDLE, branch)
        mine = (t.complaints.c.complaint == complaint) & (t.complaints.c.branch == branch)
        query = sa.select(t.complaints).where(mine)
        notes = (
            sa.select(t.complaint_notes)
            .where(t.complaint_notes.c.complaint == complaint)
            .order_by(t.complaint_notes.c.time_ms)
        )
        row, written = await self._database.read(
            lambda c: (c.execute(query).first(), c.execute(notes).all())
        )
        if row is None:
            raise Refused(UNKNOWN_COMPLAINT)
        view = self._view(row._asdict())
        if not handles:
            _check_own(actor, view.complaint, view.channel, view.subject)
            return _for_customer(view)
        return msgspec.structs.replace(view, notes=tuple(map(self._note, written)))

    async def newest(self, branch: BranchId, *, unsettled_only: bool) -> list[ComplaintView]:
        """The newest complaints of the branch; at most two hundred."""
        columns = t.complaints.c
        query = sa.select(t.complaints).where(columns.branch == branch)
        if unsettled_only:
            query = query.where(columns.state.in_([state.value for state in UNSETTLED]))
        query = query.order_by(columns.registered_ms.desc()).limit(LISTED_MAX)
        rows = await self._database.read(lambda c: c.execute(query).all())
        return [self._view(row._asdict()) for row in rows]

    async def of_ticket(self, branch: BranchId, ticket: str) -> list[ComplaintView]:
        """What was written on the phone that follows this ticket, as its customer sees it."""
        columns = t.complaints.c
        query = (
            sa.select(t.complaints)
            .where(columns.branch == branch, columns.subject == ticket, columns.channel == OWN)
            .order_by(columns.registered_ms.desc())
            .limit(LISTED_MAX)
        )
        rows = await self._database.read(lambda c: c.execute(query).all())
        return [_for_customer(self._view(row._asdict())) for row in rows]

    async def due_before(self, branch: BranchId, at_ms: int) -> list[ComplaintId]:
        """Unsettled complaints of the branch that must be answered by ``at_ms``."""
        columns = t.complaints.c
        query = sa.select(columns.complaint).where(
            columns.branch == branch,
            columns.state.in_([state.value for state in UNSETTLED]),
            columns.due_ms <= at_ms,
        )
        rows = await self._database.read(lambda c: c.execute(query).all())
        return [ComplaintId(row.complaint) for row in rows]

    async def contact(self, complaint: ComplaintId) -> str:
        """The phone number left with a complaint; "" where there is none."""
        query = sa.select(t.complaints).where(t.complaints.c.complaint == complaint)
        row = await self._database.read(lambda c: c.execute(query).first())
        return "" if row is None else unseal(self._vault, t.complaints.c.phone, row._asdict()) or ""

    def _view(self, row: dict[str, Any]) -> ComplaintView:
        columns, branch = t.complaints.c, BranchId(row["branch"])
        staff = StaffId(row["staff"])
        return ComplaintView(
            complaint=ComplaintId(row["complaint"]),
            branch=branch,
            state=ComplaintState(row["state"]),
            category=row["category"],
            category_name=self._category(branch, row["category"]),
            channel=row["channel"],
            subject=row["subject"],
            registered_ms=row["registered_ms"],
            due_ms=row["due_ms"],
            answered_ms=row["answered_ms"],
            score=row["score"],
            text=unseal(self._vault, columns.text, row) or "",
            answer=unseal(self._vault, columns.answer, row) or "",
            staff=staff,
            staff_name=self._directory.person(staff).name if staff else "",
            name=mask_name(unseal(self._vault, columns.name, row) or ""),
            phone=mask_middle(unseal(self._vault, columns.phone, row) or "", 3, 4),
        )

    def _note(self, row: sa.Row[Any]) -> ComplaintNote:
        text = unseal(self._vault, t.complaint_notes.c.text, row._asdict())
        return ComplaintNote(self._directory.person(row.staff).name, row.time_ms, text or "")

    def _category(self, branch: BranchId, code: str) -> Text:
        rules = self._directory.section(branch, HallSettings).complaints
        return next((one.name for one in rules.categories if one.code == code), Text(code))


def _check_own(actor: Actor, complaint: ComplaintId, channel: str, subject: str) -> None:
    """A customer's link reaches its own complaint, and those written by a ticket's own link.

    What staff or a kiosk took down about a ticket may be somebody else's words.
    """
    mine = actor.kind is ActorKind.CUSTOMER and bool(actor.subject)
    if not mine or (actor.subject != complaint and (actor.subject, OWN) != (subject, channel)):
        raise Refused(UNKNOWN_COMPLAINT)


def _for_customer(view: ComplaintView) -> ComplaintView:
    return msgspec.structs.replace(view, staff=StaffId(""), staff_name="")

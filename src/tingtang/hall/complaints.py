"""Use cases of complaints: register, assign, note, answer, rate the answer."""

from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.hall import tables as t
from tingtang.hall.complaint_book import ComplaintBook
from tingtang.hall.model.complaints import (
    ALLOWED,
    COMPLAINT_STATE,
    STATES,
    UNKNOWN_CATEGORY,
    UNKNOWN_COMPLAINT,
    ComplaintAnswered,
    ComplaintAssigned,
    ComplaintId,
    ComplaintNoted,
    ComplaintRated,
    ComplaintRegistered,
    ComplaintState,
    Step,
    after,
)
from tingtang.hall.model.settings import HallSettings
from tingtang.hall.ports import Links
from tingtang.kernel.clock import DAY_MS, Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import BranchId, Ids, StaffId
from tingtang.kernel.log import Answered, Append, EventLog, Key, Work
from tingtang.kernel.permissions import Actor, ActorKind
from tingtang.kernel.sealed import seal
from tingtang.kernel.vault import Vault
from tingtang.org.directory import Directory

LINK_MS = 60 * DAY_MS
"""How long a customer's link to their complaint is good: the longest time for an answer."""


class Words(msgspec.Struct, frozen=True):
    """What a customer complains of, and how to reach them if they wish."""

    text: str
    phone: str = ""
    name: str = ""


class Registered(msgspec.Struct, frozen=True):
    """A complaint that was taken in; ``link`` is the token by which its customer follows it."""

    complaint: ComplaintId
    due_ms: int
    link: str


class ComplaintService:
    """Complaints of all branches: plain records, each change with its event."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        ids: Ids,
        vault: Vault,
        directory: Directory,
        links: Links,
    ) -> None:
        self._log = log
        self._clock = clock
        self._ids = ids
        self._vault = vault
        self._directory = directory
        self._links = links
        self.book = ComplaintBook(log.database, vault, directory)

    # -- steps ---------------------------------------------------------------------------------

    async def register(
        self,
        branch: BranchId,
        category: str,
        words: Words,
        actor: Actor,
        *,
        channel: str,
        subject: str = "",
        key: Key | None = None,
    ) -> Registered:
        """Take a complaint in; it is due within the branch's time for an answer."""
        rules = self._directory.section(branch, HallSettings).complaints
        if category not in {one.code for one in rules.categories}:
            raise Refused(UNKNOWN_CATEGORY, category=category)
        if actor.kind is ActorKind.CUSTOMER and actor.subject:
            subject = actor.subject
        now_ms = self._clock.now_ms()
        complaint = ComplaintId(self._ids.new(now_ms))
        due_ms = now_ms + rules.answer_days * DAY_MS
        row = {"complaint": complaint}
        columns = t.complaints.c
        insert = sa.insert(t.complaints).values(
            {
                **row,
                "branch": branch,
                "state": ComplaintState.OPEN.value,
                "category": category,
                "channel": channel,
                "subject": subject,
                "registered_ms": now_ms,
                "due_ms": due_ms,
                "answered_ms": 0,
                "score": 0,
                "staff": "",
                **seal(self._vault, columns.text, row, words.text),
                **seal(self._vault, columns.phone, row, words.phone or None),
                **seal(self._vault, columns.name, row, words.name or None),
            }
        )
        event = ComplaintRegistered(
            complaint=complaint, category=category, channel=channel, due_ms=due_ms, subject=subject
        )
        answer = msgspec.json.encode(Registered(complaint, due_ms, self.link(branch, complaint)))
        try:
            await self._write(branch, event, lambda c: c.execute(insert), actor, key, answer)
        except Answered as before:
            answer = before.body
        return msgspec.json.decode(answer, type=Registered)

    async def assign(
        self,
        branch: BranchId,
        complaint: ComplaintId,
        staff: StaffId,
        actor: Actor,
        key: Key | None = None,
    ) -> None:
        """Give it to somebody to look into."""
        self._directory.staff(staff)
        event = ComplaintAssigned(complaint=complaint, staff=staff)
        await self._step(branch, complaint, Step.ASSIGN, event, {"staff": staff}, actor, key)

    async def note(
        self,
        branch: BranchId,
        complaint: ComplaintId,
        text: str,
        actor: Actor,
        key: Key | None = None,
    ) -> None:
        """Write down what was found; only staff see it."""
        now_ms = self._clock.now_ms()
        note = self._ids.new(now_ms)
        row = {"note": note}
        insert = sa.insert(t.complaint_notes).values(
            {
                **row,
                "complaint": complaint,
                "staff": actor.id,
                "time_ms": now_ms,
                **seal(self._vault, t.complaint_notes.c.text, row, text),
            }
        )
        event = ComplaintNoted(complaint=complaint, note=note)
        await self._step(branch, complaint, Step.NOTE, event, {}, actor, key, insert)

    async def answer(
        self,
        branch: BranchId,
        complaint: ComplaintId,
        text: str,
        actor: Actor,
        key: Key | None = None,
    ) -> None:
        """Answer the customer."""
        row = {"complaint": complaint}
        values = {
            "answered_ms": self._clock.now_ms(),
            **seal(self._vault, t.complaints.c.answer, row, text),
        }
        event = ComplaintAnswered(complaint=complaint)
        await self._step(branch, complaint, Step.ANSWER, event, values, actor, key)

    async def rate(
        self,
        branch: BranchId,
        complaint: ComplaintId,
        score: int,
        actor: Actor,
        key: Key | None = None,
    ) -> None:
        """The customer's opinion of the answer; a bad one opens the complaint again."""
        if actor.kind is not ActorKind.CUSTOMER:
            raise Refused(UNKNOWN_COMPLAINT)
        await self.book.read(branch, complaint, actor)  # refuses whom it does not concern
        event = ComplaintRated(complaint=complaint, score=score)
        await self._step(
            branch, complaint, Step.RATE, event, {"score": score}, actor, key, score=score
        )

    def link(self, branch: BranchId, complaint: ComplaintId) -> str:
        """The token of the customer's link to their own complaint."""
        now_ms = self._clock.now_ms()
        return self._links.token(complaint, branch, now_ms, now_ms + LINK_MS)

    # -- parts ---------------------------------------------------------------------------------

    async def _step(
        self,
        branch: BranchId,
        complaint: ComplaintId,
        step: Step,
        event: Event,
        values: dict[str, Any],
        actor: Actor,
        key: Key | None,
        *more: sa.Executable,
        score: int = 0,
    ) -> None:
        """Check the step against the state and write it, in one transaction."""
        mine = (t.complaints.c.complaint == complaint) & (t.complaints.c.branch == branch)

        def work(connection: sa.Connection) -> None:
            found = connection.scalar(sa.select(t.complaints.c.state).where(mine))
            if found is None:
                raise Refused(UNKNOWN_COMPLAINT)
            state = ComplaintState(found)
            allowed, action = ALLOWED[step]
            if state not in allowed:
                raise Refused(COMPLAINT_STATE, state=STATES[state], action=action)
            changed = {"state": after(step, state, score).value, **values}
            connection.execute(sa.update(t.complaints).where(mine).values(changed))
            for statement in more:
                connection.execute(statement)

        try:
            await self._write(branch, event, work, actor, key, b"")
        except Answered:
            return

    async def _write(
        self,
        branch: BranchId,
        event: Event,
        work: Work,
        actor: Actor,
        key: Key | None,
        answer: bytes,
    ) -> None:
        await self._log.append(
            Append(
                stream=f"complaint/{branch}",
                branch=branch,
                events=[event],
                time_ms=self._clock.now_ms(),
                actor=actor.name,
                key=key,
                answer=answer,
                work=work,
            )
        )

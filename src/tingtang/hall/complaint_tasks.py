"""Somebody in the hall looks after whoever is not satisfied, and deadlines are not forgotten."""

from tingtang.hall.complaints import ComplaintService
from tingtang.hall.model import events as hall
from tingtang.hall.model.complaints import (
    CONTENT_SCORE,
    ComplaintAnswered,
    ComplaintId,
    ComplaintRated,
    ComplaintRegistered,
)
from tingtang.hall.model.kpis import BAD_SCORE
from tingtang.hall.model.settings import HallSettings
from tingtang.hall.model.state import HallDay
from tingtang.hall.model.tasks.state import Grade, TaskKind
from tingtang.hall.ports import Links, MessagePort
from tingtang.hall.service import HallService
from tingtang.hall.tasks import TaskService
from tingtang.kernel.clock import DAY_MS, MINUTE_MS
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.reactions import Reactions, Trigger

LOOK_MS = 10 * MINUTE_MS
STALE_MS = 30 * MINUTE_MS
"""Who gave a bad rating before this has left the hall."""


class ComplaintTasks:
    """Tasks and messages that follow from complaints and bad ratings."""

    def __init__(
        self,
        complaints: ComplaintService,
        tasks: TaskService,
        halls: HallService,
        messages: MessagePort | None,
        links: Links,
    ) -> None:
        self._complaints = complaints
        self._tasks = tasks
        self._halls = halls
        self._messages = messages
        self._links = links
        self._looked_ms: dict[str, int] = {}

    def register(self, reactions: Reactions) -> None:
        """Follow the log."""
        followed = (ComplaintRegistered, ComplaintAnswered, ComplaintRated)
        reactions.register("complaint.tasks", followed, self.follow)
        reactions.register("hall.bad_ratings", (hall.TicketRated,), self.unhappy, from_now=True)

    async def follow(self, trigger: Trigger) -> None:
        """A complaint is a task until it is answered; a bad answer makes it an urgent one."""
        branch, event = BranchId(trigger.recorded.branch), trigger.recorded.event
        match event:
            case ComplaintRegistered():
                await self._raise(branch, event.complaint, Grade.ORANGE, trigger)
            case ComplaintRated() if event.score < CONTENT_SCORE:
                await self._raise(branch, event.complaint, Grade.RED, trigger)
            case ComplaintAnswered():
                await self._tasks.withdraw(branch, f"complaint:{event.complaint}", "answered")
                await self._tell(branch, event.complaint, trigger)
            case _:
                return

    async def unhappy(self, trigger: Trigger) -> None:
        """A bad rating: somebody speaks with the customer while they are still here."""
        event = trigger.recorded.event
        now_ms = self._halls.clock.now_ms()
        if (
            not isinstance(event, hall.TicketRated)
            or event.score > BAD_SCORE
            or now_ms - trigger.recorded.time_ms > STALE_MS
        ):
            return
        await self._tasks.raise_task(
            BranchId(trigger.recorded.branch),
            TaskKind.COMPLAINT,
            f"rating:{event.ticket}",
            SYSTEM,
            subject=event.ticket,
            note=",".join(event.reasons),
            cause=trigger.cause,
            key=trigger.key(),
        )

    async def tend(self, branch: BranchId, _state: HallDay, now_ms: int) -> None:
        """One beat: remind of answers that are due."""
        if now_ms - self._looked_ms.get(branch, 0) < LOOK_MS:
            return
        self._looked_ms[branch] = now_ms
        rules = self._halls.directory.section(branch, HallSettings).complaints
        near_ms = now_ms + rules.remind_days * DAY_MS
        for complaint in await self._complaints.book.due_before(branch, near_ms):
            await self._raise(branch, complaint, Grade.RED)

    async def _raise(
        self,
        branch: BranchId,
        complaint: ComplaintId,
        grade: Grade,
        trigger: Trigger | None = None,
    ) -> None:
        await self._tasks.raise_task(
            branch,
            TaskKind.COMPLAINT,
            f"complaint:{complaint}",
            SYSTEM,
            grade=grade,
            subject=complaint,
            cause=trigger.cause if trigger is not None else "",
            key=trigger.key() if trigger is not None else None,
        )

    async def _tell(self, branch: BranchId, complaint: ComplaintId, trigger: Trigger) -> None:
        phone = await self._complaints.book.contact(complaint)
        if not phone or self._messages is None:
            return
        token = self._complaints.link(branch, complaint)
        values = {
            "language": "zh",
            "branch": self._halls.directory.branch(branch).name.zh,
            "link": self._links.url(token),
        }
        await self._messages.send("complaint_answered", phone, values, trigger.key().name)

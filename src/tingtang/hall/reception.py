"""贵宾接待: somebody of importance is in the hall, and the right person goes to meet them."""

from typing import Any

from tingtang.hall.model import events as e
from tingtang.hall.model.settings import VIP_SEGMENTS
from tingtang.hall.model.tasks.state import Grade, TaskKind
from tingtang.hall.ports import CustomerBook
from tingtang.hall.service import HallService
from tingtang.hall.tasks import TaskService
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, CustomerId, ServiceId, VisitId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.reactions import Reactions, Trigger

STALE_MS = 30 * MINUTE_MS
"""Nobody is sent to meet a customer who came before this: the process was down meanwhile."""
GRADE_OF_TIER = (Grade.NOTE, Grade.YELLOW, Grade.ORANGE, Grade.RED)


def may_be_somebody(event: Any) -> bool:
    """False for the many of whom nothing is known."""
    if isinstance(event, e.TicketIssued) and event.segment in VIP_SEGMENTS:
        return True
    return bool(event.customer)


class Reception:
    """Raises a task for each visit of a VIP, once, however we learn who it is."""

    def __init__(self, hall: HallService, tasks: TaskService, customers: CustomerBook) -> None:
        self._hall = hall
        self._tasks = tasks
        self._customers = customers

    def register(self, reactions: Reactions) -> None:
        """Follow the log."""
        arrivals = (e.TicketIssued, e.VisitArrived, e.VisitIdentified)
        reactions.register(
            "hall.reception", arrivals, self.meet, from_now=True, only=may_be_somebody
        )
        reactions.register("hall.tasks_end", (e.DayClosed,), self.end, from_now=True)

    async def meet(self, trigger: Trigger) -> None:
        """Ask somebody to receive the customer of this event, if they are a VIP."""
        recorded = trigger.recorded
        if self._hall.clock.now_ms() - recorded.time_ms > STALE_MS:
            return
        branch, event = BranchId(recorded.branch), recorded.event
        tier, visit, skill = await self._who(event)
        if tier <= 0:
            return
        state = await self._hall.state(branch)
        seen = state.visits.get(visit)
        await self._tasks.raise_task(
            branch,
            TaskKind.VIP_RECEPTION,
            f"vip:{visit}",
            SYSTEM,
            grade=GRADE_OF_TIER[min(tier, len(GRADE_OF_TIER) - 1)],
            zone=seen.zone if seen is not None else "",
            skill=skill,
            subject=visit,
            cause=trigger.cause,
            key=trigger.key(),
        )

    async def end(self, trigger: Trigger) -> None:
        """At the end of the day nothing calls for anybody any more."""
        branch = BranchId(trigger.recorded.branch)
        state = await self._hall.host.state(trigger.recorded.stream)
        if trigger.recorded.stream == self._hall.stream_now(branch):
            await self._tasks.look_over(branch, state, self._hall.clock.now_ms())

    async def _who(self, event: Any) -> tuple[int, VisitId, ServiceId]:
        """The customer's tier (0: not a VIP, or not known), their visit, and what they come for."""
        skill = event.services[0] if isinstance(event, e.TicketIssued) else ServiceId("")
        tier = await self._tier(event.customer) if event.customer else 0
        if isinstance(event, e.TicketIssued) and event.segment in VIP_SEGMENTS:
            tier = max(tier, 1)
        return tier, event.visit, skill

    async def _tier(self, customer: CustomerId) -> int:
        try:
            return (await self._customers.standing(customer)).tier
        except Refused:  # erased meanwhile
            return 0

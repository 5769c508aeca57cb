"""Virtual clerks at the counters. One steps back where a person takes the counter over."""

from collections.abc import Sequence
from random import Random

import msgspec

from tingtang.hall.model import commands as c
from tingtang.hall.model.state import CounterState, HallDay, TicketState
from tingtang.hall.service import HallService
from tingtang.kernel.clock import HOUR_MS, MINUTE_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Recorded
from tingtang.kernel.ids import BranchId, CounterId, ServiceId, StaffId, TicketId
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.twin.agenda import Agenda
from tingtang.twin.customers import Customers

TWIN = Actor(ActorKind.SYSTEM, "twin", permissions=frozenset(Permission), branches=None)
"""Who acts in the log where virtual people act."""
TAKEN_OVER_MS = 10 * MINUTE_MS
"""A counter that a person worked at stays theirs for this long after their last act."""
LUNCH_FROM_HOUR, LUNCH_MINUTES = 2.7, 35
NO_SHOW = 0.04
HOLD, TRANSFER, RATE = 0.03, 0.02, 0.6


class _Post(msgspec.Struct):
    """One clerk's day."""

    staff: StaffId
    counter: CounterId
    lunch_ms: int
    eaten: bool = False
    own_until_ms: int = 0
    """Until then a person works here and the virtual clerk watches."""


class Tellers:
    """All virtual clerks of one branch."""

    def __init__(
        self,
        hall: HallService,
        branch: BranchId,
        seats: dict[StaffId, CounterId],
        agenda: Agenda,
        customers: Customers,
        random: Random,
    ) -> None:
        self._hall = hall
        self._branch = branch
        self._agenda = agenda
        self._customers = customers
        self._random = random
        self._posts = [_Post(staff, counter, 0) for staff, counter in seats.items()]
        self._post_at = {post.counter: post for post in self._posts}
        hall.host.on_change(self._notice_people)

    def begin(self, opens_ms: int) -> None:
        """Have everybody come to work around the opening."""
        for number, post in enumerate(self._posts):
            wave = number % 3 * LUNCH_MINUTES * MINUTE_MS
            post.eaten, post.own_until_ms = False, 0
            post.lunch_ms = opens_ms + round(LUNCH_FROM_HOUR * HOUR_MS) + wave
            start_ms = opens_ms - MINUTE_MS + self._random.randrange(0, 6 * MINUTE_MS)
            self._agenda.at(start_ms, lambda post=post: self._turn(post))  # type: ignore[misc]

    async def _turn(self, post: _Post) -> None:
        """Whatever is to be done at this counter now; then look again."""
        now_ms = self._agenda.clock.now_ms()
        state = await self._hall.state(self._branch)
        seat = state.counters.get(post.counter)
        if seat is None or state.closed_ms:
            return
        if post.own_until_ms > now_ms:
            self._again(post, 20)
        elif seat.state is CounterState.CLOSED:
            self._again(post, 5)
            await self._hall.open_counter(self._branch, post.counter, post.staff, TWIN)
        elif seat.state is CounterState.PAUSED:
            await self._hall.run(self._branch, c.ResumeCounter(counter=post.counter), TWIN)
            self._again(post, 10)
        elif seat.ticket:
            # A person began here and went away.
            if not await self._finish(post, seat.ticket, state):
                self._again(post, 10)
        elif not post.eaten and now_ms >= post.lunch_ms:
            post.eaten = True
            self._again(post, LUNCH_MINUTES * 60)
            await self._hall.run(
                self._branch, c.PauseCounter(counter=post.counter, reason="meal"), TWIN
            )
        else:
            await self._call(post, state)

    async def _call(self, post: _Post, state: HallDay) -> None:
        seat = state.counters[post.counter]
        if not any(key.service in seat.services for key in state.lines):
            self._again(post, self._random.uniform(4, 15))
            return
        try:
            body = await self._hall.call_next(self._branch, post.counter, TWIN)
        except Refused:
            self._again(post, 10)  # somebody else was faster
            return
        ticket = TicketId(msgspec.json.decode(body)["ticket"])
        self._agenda.after(self._random.uniform(12, 40), lambda: self._meet(post, ticket))

    async def _meet(self, post: _Post, ticket: TicketId) -> None:
        """The customer comes, or does not."""
        if not await self._still_here(post, ticket, TicketState.CALLED):
            return
        if self._customers.has_gone(ticket) or self._random.random() < NO_SHOW:
            await self._hall.handle(self._branch, ticket, c.Recall(ticket=ticket), TWIN)
            self._agenda.after(25, lambda: self._give_up(post, ticket))
            return
        await self._hall.handle(self._branch, ticket, c.StartService(ticket=ticket), TWIN)
        self._customers.arrived_at_counter(ticket, post.counter)
        held = await self._hall.ticket(self._branch, ticket)
        seconds = self._service_seconds(held.service)
        self._agenda.after(seconds, lambda: self._end(post, ticket))

    async def _give_up(self, post: _Post, ticket: TicketId) -> None:
        if await self._still_here(post, ticket, TicketState.CALLED):
            await self._hall.handle(self._branch, ticket, c.Pass(ticket=ticket), TWIN)
            if not self._customers.has_gone(ticket) and self._random.random() < 0.6:
                self._agenda.after(self._random.uniform(60, 400), lambda: self._come_back(ticket))
            self._again(post, 8)

    async def _come_back(self, ticket: TicketId) -> None:
        await self._hall.handle(self._branch, ticket, c.Return(ticket=ticket), TWIN)

    async def _end(self, post: _Post, ticket: TicketId) -> None:
        if not await self._still_here(post, ticket, TicketState.SERVING):
            return
        dice = self._random.random()
        if dice < HOLD:
            reason = self._random.choice(["form", "copy"])
            command = c.HoldTicket(ticket=ticket, reason=reason)
            await self._hall.handle(self._branch, ticket, command, TWIN)
            self._agenda.after(self._random.uniform(120, 420), lambda: self._come_back(ticket))
        elif dice < HOLD + TRANSFER:
            await self._pass_on(post, ticket)
        else:
            state = await self._hall.state(self._branch)
            if await self._finish(post, ticket, state):
                return
        self._again(post, self._random.uniform(5, 25))

    async def _pass_on(self, post: _Post, ticket: TicketId) -> None:
        """The business belongs to a colleague after all: to another counter that can do it."""
        state = await self._hall.state(self._branch)
        service = state.tickets[ticket].service
        others = [
            seat.id
            for seat in state.counters.values()
            if seat.id != post.counter
            and seat.state is CounterState.OPEN
            and service in seat.services
        ]
        command = c.Transfer(ticket=ticket, counter=self._random.choice(others) if others else None)
        await self._hall.handle(self._branch, ticket, command, TWIN)

    async def _finish(self, post: _Post, ticket: TicketId, state: HallDay) -> bool:
        """End the present service; True if the same customer goes on here with the next."""
        if state.tickets[ticket].state not in (TicketState.SERVING, TicketState.CALLED):
            return False
        await self._hall.handle(
            self._branch, ticket, c.FinishService(ticket=ticket, stay=True), TWIN
        )
        after = await self._hall.ticket(self._branch, ticket)
        if after.counter:  # the next service of the same ticket, at the same counter
            if after.state is TicketState.CALLED:
                await self._hall.handle(self._branch, ticket, c.StartService(ticket=ticket), TWIN)
            seconds = self._service_seconds(after.service)
            self._agenda.after(seconds, lambda: self._end(post, ticket))
            return True
        if self._random.random() < RATE:
            self._customers.rate_later(ticket)
        return False

    async def _still_here(self, post: _Post, ticket: TicketId, state: TicketState) -> bool:
        if post.own_until_ms > self._agenda.clock.now_ms():
            return False
        held = await self._hall.ticket(self._branch, ticket)
        if held.state is state and held.counter == post.counter:
            return True
        self._again(post, 5)
        return False

    def _again(self, post: _Post, seconds: float) -> None:
        self._agenda.after(seconds, lambda: self._turn(post))

    def _service_seconds(self, service: ServiceId) -> float:
        mean_ms = self._hall.directory.service(service).standard_ms
        return max(25.0, self._random.lognormvariate(-0.3, 0.5) * mean_ms / 1000)

    def _notice_people(self, stream: str, events: Sequence[Recorded]) -> None:
        """A real person did something at a counter: it is theirs for a while."""
        if stream.split("/")[1] != self._branch:
            return
        state = self._hall.host.committed(stream)
        for recorded in events:
            if not recorded.actor.startswith("staff:") or state is None:
                continue
            counter = getattr(recorded.event, "counter", "")
            ticket = state.tickets.get(TicketId(getattr(recorded.event, "ticket", "")))
            if not counter and ticket is not None:
                counter = ticket.leg.counter
            post = self._post_at.get(CounterId(counter))
            if post is not None:
                post.own_until_ms = recorded.time_ms + TAKEN_OVER_MS

"""Use cases of the hall: one business day of one branch, its tickets, counters and visits."""

import functools
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from tingtang.hall import views
from tingtang.hall.answers import IssuedTicket, call_answer, handled
from tingtang.hall.core import HallCore
from tingtang.hall.model import commands as c
from tingtang.hall.model import problems as p
from tingtang.hall.model.settings import Segment
from tingtang.hall.model.state import OPEN_STATES, Care, Channel, HallDay, Ticket
from tingtang.hall.model.waits import WaitBook
from tingtang.hall.names import BranchNames
from tingtang.hall.planning import may_sign_on
from tingtang.hall.ports import CustomerBook, Links, staff_id
from tingtang.hall.setup import BusinessDates, day_setup, day_stream, skills_of
from tingtang.hall.wait_books import WaitBooks
from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.ids import (
    BranchId,
    CounterId,
    CustomerId,
    Ids,
    ServiceId,
    StaffId,
    TicketId,
    VisitId,
)
from tingtang.kernel.live import LiveViews
from tingtang.kernel.log import EventLog, Key
from tingtang.kernel.permissions import SYSTEM, Actor, Permission, Role
from tingtang.kernel.streams import Done, StreamHost
from tingtang.org.directory import Directory

TIER_SEGMENTS = (
    Segment.ORDINARY,
    Segment.VIP_BRANCH,
    Segment.VIP_MANAGING_BRANCH,
    Segment.VIP_HEAD_OFFICE,
)
ORDINARY = Segment.ORDINARY
DAY_VIEWS = (
    "hall.board", "hall.pad", "hall.monitor", "hall.counter", "hall.window", "hall.ticket",
)  # fmt: skip

_encode = msgspec.json.Encoder().encode


class HallService:
    """Commands and views of halls; other features call this."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        ids: Ids,
        live: LiveViews,
        directory: Directory,
        customers: CustomerBook,
        links: Links,
    ) -> None:
        self.directory = directory
        self.clock = clock
        self.ids = ids
        self.dates = BusinessDates(directory)
        self.host: StreamHost[HallDay, c.Command] = StreamHost(log, clock, HallCore())
        self.books = WaitBooks(log, self.host)
        self._customers = customers
        self._links = links
        self._live = live
        self.host.on_change(self._on_change)

    # -- commands ------------------------------------------------------------------------------

    def run(
        self,
        branch: BranchId,
        command: c.Command,
        actor: Actor,
        *,
        key: Key | None = None,
        cause: str = "",
        answer: Callable[[HallDay, Sequence[Event], int], bytes] | None = None,
    ) -> Awaitable[Done]:
        """Run any command of the hall in the branch's business day of now."""
        return self.host.run(
            self.stream_now(branch),
            branch,
            command,
            actor=actor.name,
            cause=cause,
            key=key,
            answer=answer,
        )

    def stream_now(self, branch: BranchId) -> str:
        """The stream of the branch's present business day."""
        return day_stream(branch, self.dates.at(branch, self.clock.now_ms()))

    async def open_day(
        self, branch: BranchId, actor: Actor = SYSTEM, key: Key | None = None
    ) -> Done:
        """Open the business day, with the tickets that were kept overnight."""
        date = self.dates.at(branch, self.clock.now_ms())
        setup = day_setup(self.directory, branch, date)
        carried = await self.books.carried(branch, date) if setup.settings.keep_overnight else ()
        await self.books.prepare(branch, date)
        command = c.OpenDay(date=date, setup=setup, carried=carried)
        done = await self.run(branch, command, actor, key=key)
        # What the organisation changed while the day opened no reaction told a day that was not open.
        await self.refresh_setup(branch, "")
        return done

    async def refresh_setup(self, branch: BranchId, cause: str) -> None:
        """Take over what the organisation changed, if the day is open."""
        state = await self.state(branch)
        if views.is_open(state):
            setup = day_setup(self.directory, branch, state.date)
            await self.run(branch, c.ChangeSetup(setup=setup), SYSTEM, cause=cause)

    async def issue_ticket(
        self,
        branch: BranchId,
        services: tuple[ServiceId, ...],
        actor: Actor,
        *,
        channel: Channel,
        visit: VisitId | None = None,
        customer: CustomerId | None = None,
        care: tuple[Care, ...] = (),
        booked_ms: int = 0,
        ticket: TicketId | None = None,
        key: Key | None = None,
    ) -> bytes:
        """Give out a ticket; the answer is an encoded :class:`IssuedTicket`."""
        now_ms = self.clock.now_ms()
        segment = Segment.CARE if care else ORDINARY
        if customer is not None:
            standing = await self._customers.standing(customer)
            care = care or standing.care
            segment = segment_of(standing.tier, care)
        if booked_ms:
            segment = Segment.BOOKED
        command = c.IssueTicket(
            ticket=ticket or TicketId(self.ids.new(now_ms)),
            visit=visit or VisitId(self.ids.new(now_ms)),
            services=services,
            channel=channel,
            segment=segment,
            customer=customer,
            care=care,
            booked_ms=booked_ms,
        )
        book = self.books.of(branch)

        def answer(state: HallDay, _events: Sequence[Event], at_ms: int) -> bytes:
            issued = state.tickets[command.ticket]
            ahead, wait = book.tell(state, issued, at_ms)
            return _encode(
                IssuedTicket(
                    issued.id,
                    issued.number,
                    issued.visit,
                    at_ms,
                    ahead,
                    views.told(wait),
                    self._links.make(branch, issued.id, at_ms),
                )
            )

        done = await self.host.run(
            day_stream(branch, self.dates.at(branch, now_ms)),
            branch,
            command,
            actor=actor.name,
            key=key,
            answer=answer,
        )
        return done.answer

    async def call_next(
        self,
        branch: BranchId,
        counter: CounterId,
        actor: Actor,
        *,
        finish: TicketId | None = None,
        key: Key | None = None,
    ) -> bytes:
        """Call whoever is next for a counter; the answer is an encoded :class:`Called`."""
        self.check_counter(branch, counter, actor)
        return await self.call(branch, c.CallNext(counter=counter, finish=finish), actor, key)

    async def call(
        self, branch: BranchId, command: c.Command, actor: Actor, key: Key | None = None
    ) -> bytes:
        """Run a command that calls somebody; the answer is an encoded :class:`Called`."""
        return (await self.run(branch, command, actor, key=key, answer=call_answer)).answer

    async def handle(
        self,
        branch: BranchId,
        ticket: TicketId,
        command: c.Command,
        actor: Actor,
        key: Key | None = None,
    ) -> bytes:
        """Do something with a ticket; the answer is an encoded :class:`Handled`.

        Who may not assign counters may touch only tickets at their own counter and those at none.
        """
        state = self.host.committed(self.stream_now(branch))
        held = state.tickets.get(ticket) if state is not None else None
        if held is not None and held.counter:
            self.check_counter(branch, held.counter, actor)

        def answer(after: HallDay, _events: Sequence[Event], _at_ms: int) -> bytes:
            return _encode(handled(after.tickets[ticket]))

        return (await self.run(branch, command, actor, key=key, answer=answer)).answer

    async def open_counter(
        self,
        branch: BranchId,
        counter: CounterId,
        staff: StaffId,
        actor: Actor,
        key: Key | None = None,
    ) -> None:
        """Sign ``staff`` on at a counter for the services that both can do."""
        person = self.directory.staff(staff)
        place = next((one for one in self.directory.counters(branch) if one.id == counter), None)
        if place is not None and not may_sign_on(person, place):
            raise Refused(p.SIGN_ON_NOT_ALLOWED, counter=place.sign)
        skills = skills_of(self.directory, person, branch)
        command = c.OpenCounter(counter=counter, staff=staff, skills=skills)
        await self.run(branch, command, actor, key=key)

    async def switch_services(
        self,
        branch: BranchId,
        counter: CounterId,
        services: frozenset[ServiceId],
        actor: Actor,
        key: Key | None = None,
    ) -> None:
        """Elastic window: let the counter do these services now."""
        state = await self.state(branch)
        seat = state.counters.get(counter)
        if seat is None:
            raise Refused(p.UNKNOWN_COUNTER)
        self.check_counter(branch, counter, actor)
        skills: frozenset[ServiceId] = frozenset()
        if seat.staff:
            skills = skills_of(self.directory, self.directory.staff(seat.staff), branch)
        command = c.SwitchServices(counter=counter, services=services, skills=skills)
        await self.run(branch, command, actor, key=key)

    def check_counter(self, branch: BranchId, counter: CounterId, actor: Actor) -> None:
        """Refuse (not_your_counter) who neither works at the counter nor may assign counters."""
        if actor.may(Permission.COUNTER_ASSIGN, branch) or actor.kind == "system":
            return
        state = self.host.committed(self.stream_now(branch))
        seat = state.counters.get(counter) if state is not None else None
        if seat is not None and seat.staff and seat.staff != staff_id(actor):
            sign = self.directory.counter(counter).sign
            raise Refused(p.NOT_YOUR_COUNTER, counter=sign)

    # -- reading -------------------------------------------------------------------------------

    async def state(self, branch: BranchId) -> HallDay:
        """The durable state of the branch's present business day. Never change it."""
        return await self.host.state(self.stream_now(branch))

    async def ticket(self, branch: BranchId, ticket: TicketId) -> Ticket:
        """A ticket of today; refused (unknown_ticket) where there is none."""
        held = (await self.state(branch)).tickets.get(ticket)
        if held is None:
            raise Refused(p.UNKNOWN_TICKET)
        return held

    def link_url(self, branch: BranchId, subject: str, base: str) -> str:
        """Where a phone follows a ticket; ``base`` is our address as the caller sees it."""
        return self._links.url(self._links.make(branch, subject, self.clock.now_ms()), base)

    def names(self, branch: BranchId) -> BranchNames:
        """What things of the branch are called."""
        return BranchNames(self.directory, self._customers, branch)

    async def in_day(self, branch: BranchId) -> tuple[HallDay, WaitBook, BranchNames, int]:
        """What every view is made of: state, waiting times, names, and the time."""
        state = await self.state(branch)
        return state, self.books.of(branch), self.names(branch), self.clock.now_ms()

    def open_branches(self) -> list[BranchId]:
        """Branches whose present business day is in memory and open."""
        found = []
        for stream in self.host.in_memory():
            branch = BranchId(stream.split("/")[1])
            state = self.host.committed(stream)
            if state is not None and views.is_open(state) and stream == self.stream_now(branch):
                found.append(branch)
        return found

    def refresh(self, branch: str) -> None:
        """Have every view of the branch's day made anew."""
        self._live.touch_branch(branch, *DAY_VIEWS)

    def _on_change(self, stream: str, _events: Sequence[Recorded]) -> None:
        self.refresh(stream.split("/")[1])


def segment_of(tier: int, care: tuple[Care, ...]) -> Segment:
    """A customer's segment: the tier first, then the care they need."""
    if tier > 0:
        return TIER_SEGMENTS[min(tier, len(TIER_SEGMENTS) - 1)]
    return Segment.CARE if care else Segment.ORDINARY


CHANNEL_OF_ROLE = {
    Role.KIOSK: Channel.KIOSK,
    Role.DOOR_QR: Channel.PHONE,
    Role.CUSTOMER_LINK: Channel.PHONE,
    Role.LOBBY_MANAGER: Channel.PAD,
    Role.BRANCH_MANAGER: Channel.PAD,
    Role.ACCOUNT_MANAGER: Channel.PAD,
    Role.WEALTH_MANAGER: Channel.PAD,
    Role.TELLER_HIGH: Channel.COUNTER,
    Role.TELLER_LOW: Channel.COUNTER,
}


def channel_of(actor: Actor) -> Channel:
    """Where somebody with these roles gives out tickets."""
    return _channel_of(actor.roles)


@functools.lru_cache(maxsize=256)
def _channel_of(roles: frozenset[Role]) -> Channel:
    for role, channel in CHANNEL_OF_ROLE.items():
        if role in roles:
            return channel
    return Channel.PHONE


def is_open_ticket(ticket: Ticket) -> bool:
    """True while something is still to come for the ticket."""
    return ticket.state in OPEN_STATES

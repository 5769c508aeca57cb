"""智能引导分流: builds the case from hall, catalogue, machines and bookings, and asks the table."""

from collections.abc import Iterable

import msgspec

from tingtang.hall.bookings import BookingService
from tingtang.hall.model import commands as c
from tingtang.hall.model.kpis import busy_now
from tingtang.hall.model.problems import UNKNOWN_VISIT
from tingtang.hall.model.settings import VIP_SEGMENTS, HallSettings, Segment
from tingtang.hall.model.state import OFF, Care, Channel, HallDay, LineKey, Source, Stage
from tingtang.hall.model.triage import Advice, Case, TriageTable, Way, advise, machine_wait_ms
from tingtang.hall.ports import CustomerBook
from tingtang.hall.service import HallService, segment_of
from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.ids import BranchId, CounterId, CustomerId, ServiceId, VisitId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor
from tingtang.org.model.records import CounterLevel, Service, ServiceChannel

NOT_OFFERED = Problem(
    "not_offered", 422, "本网点不办理该业务", "This branch does not offer that service"
)
SOURCE_OF = {Channel.KIOSK: Source.KIOSK, Channel.PHONE: Source.PHONE}
DIVERTED = frozenset({Way.SELF_SERVICE, Way.PHONE})
"""Ways that lead away from the counters (分流)."""


class WayTaken(msgspec.Struct, frozen=True):
    """The visit on which the customer's choice was recorded."""

    visit: VisitId


class TriageService:
    """What to propose to a customer, and what they chose."""

    def __init__(
        self, hall: HallService, bookings: BookingService, customers: CustomerBook
    ) -> None:
        self._hall = hall
        self._bookings = bookings
        self._customers = customers

    async def advise(
        self,
        branch: BranchId,
        service: ServiceId,
        channel: str,
        *,
        care: tuple[Care, ...] = (),
        customer: CustomerId | None = None,
        booked: bool = False,
    ) -> Advice:
        """The ways proposed by the branch's table, each with its own expected time."""
        case = await self.case(
            branch, service, channel, care=care, customer=customer, booked=booked
        )
        return advise(self._hall.directory.section(branch, TriageTable), case)

    async def case(
        self,
        branch: BranchId,
        service: ServiceId,
        channel: str,
        *,
        care: tuple[Care, ...] = (),
        customer: CustomerId | None = None,
        booked: bool = False,
    ) -> Case:
        """What is known of the customer and the hall at this moment."""
        offered = {one.id: one for one in self._hall.directory.services_of(branch)}
        wanted = offered.get(service)
        if wanted is None:
            raise Refused(NOT_OFFERED)
        segment = Segment.CARE if care else Segment.ORDINARY
        if customer is not None:
            standing = await self._customers.standing(customer)
            care = care or standing.care
            segment = segment_of(standing.tier, care)
        state, book, _, now_ms = await self._hall.in_day(branch)
        machines = self._hall.directory.section(branch, HallSettings).self_service
        counter = book.for_newcomer(state, LineKey(service, segment), now_ms)
        own_ms = wanted.standard_ms
        wait_ms = {Way.PHONE: 0}
        service_ms = {
            Way.COUNTER: round(state.mean_service_ms(service)) if state.setup else own_ms,
            Way.SELF_SERVICE: round(own_ms * machines.time_factor),
            Way.PHONE: round(own_ms * machines.time_factor),
        }
        if counter is not None:
            wait_ms[Way.COUNTER] = counter.median_ms
        if machines.count:
            busy = sum(bool(v.busy_at) and not v.left_ms for v in state.visits.values())
            self_ms = service_ms[Way.SELF_SERVICE]
            wait_ms[Way.SELF_SERVICE] = machine_wait_ms(machines.count, busy, self_ms)
        rooms = [
            told.median_ms
            for room in self._rooms(branch, state, service)
            if (told := book.for_newcomer(state, LineKey(service, segment, room), now_ms))
        ]
        if rooms:
            wait_ms[Way.VIP_ROOM] = min(rooms)
            service_ms[Way.VIP_ROOM] = service_ms[Way.COUNTER]
        later_ms = await self._bookings.next_free_ms(branch, service) if wanted.bookable else 0
        return Case(
            service=service,
            segment=segment,
            channel=channel,
            care=bool(care),
            booked=booked,
            busy=busy_now(state, now_ms),
            possible=tuple(_possible(wanted, bool(machines.count), bool(rooms), segment, later_ms)),
            wait_ms=wait_ms,
            service_ms=service_ms,
            later_ms=later_ms,
        )

    async def take(
        self,
        branch: BranchId,
        way: Way,
        row: str,
        channel: Channel,
        actor: Actor,
        *,
        visit: VisitId | None = None,
        key: Key | None = None,
    ) -> WayTaken:
        """Record the way that the customer chose on their visit; without one, a visit begins here.

        Raises :class:`Refused` for a ``visit`` that is not of this business day.
        """
        state = await self._hall.state(branch)
        if visit is None:
            visit = await self._arrive(branch, channel, actor, key)
        elif visit not in state.visits:
            raise Refused(UNKNOWN_VISIT)
        proposal = c.ReachStage(visit=visit, stage=Stage.TRIAGE, at=f"{row}/{way}")
        answer = msgspec.json.encode(WayTaken(visit))
        if way in DIVERTED:
            await self._hall.run(branch, proposal, actor)
            proposal = c.ReachStage(
                visit=visit, stage=Stage.SELF_SERVICE, at=way.value, diverted=True
            )
        done = await self._hall.run(branch, proposal, actor, key=key, answer=lambda *_: answer)
        return msgspec.json.decode(done.answer, type=WayTaken)

    async def _arrive(
        self, branch: BranchId, channel: Channel, actor: Actor, key: Key | None
    ) -> VisitId:
        """Begin a visit; a repeated request gets the one that its first began."""
        visit = VisitId(self._hall.ids.new(self._hall.clock.now_ms()))
        done = await self._hall.run(
            branch,
            c.Arrive(visit=visit, source=SOURCE_OF.get(channel, Source.PAD)),
            actor,
            key=Key(f"{key.name}/arrival", key.request) if key else None,
            answer=lambda *_: msgspec.json.encode(WayTaken(visit)),
        )
        return msgspec.json.decode(done.answer, type=WayTaken).visit

    def _rooms(self, branch: BranchId, state: HallDay, service: ServiceId) -> list[CounterId]:
        """The VIP rooms that are signed on and can do the service."""
        return [
            counter.id
            for counter in self._hall.directory.counters(branch)
            if counter.level is CounterLevel.ROOM
            and (seat := state.counters.get(counter.id)) is not None
            and seat.state not in OFF
            and service in seat.services
        ]


def _possible(
    service: Service, has_machines: bool, has_rooms: bool, segment: Segment, later_ms: int
) -> Iterable[Way]:
    """The ways in which the service can be done here and now."""
    if ServiceChannel.COUNTER in service.channels:
        yield Way.COUNTER
    if ServiceChannel.SELF_SERVICE in service.channels and has_machines:
        yield Way.SELF_SERVICE
    if ServiceChannel.ONLINE in service.channels:
        yield Way.PHONE
    if has_rooms and segment in VIP_SEGMENTS:
        yield Way.VIP_ROOM
    if later_ms:
        yield Way.LATER

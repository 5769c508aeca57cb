"""Virtual customers: they come, are guided, take tickets, wait, give up, are served and rate."""

from random import Random

import msgspec

from tingtang.hall.complaints import ComplaintService, Words
from tingtang.hall.model import commands as c
from tingtang.hall.model.state import Care, Channel, Source, Stage, TicketState
from tingtang.hall.service import HallService
from tingtang.kernel.clock import HOUR_MS, MINUTE_MS
from tingtang.kernel.ids import (
    BranchId,
    CounterId,
    CustomerId,
    ServiceId,
    TicketId,
    VisitId,
    ZoneId,
)
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.org.model.records import ServiceChannel, ZoneKind
from tingtang.twin.agenda import Agenda

PER_HOUR = (78.0, 120.0, 124.0, 80.0, 52.0, 84.0, 100.0, 64.0)
"""Arrivals an hour from the opening on a busy working day of a flagship branch: two waves, with
the pause of noon between them."""
CHANNELS = {Channel.KIOSK: 0.62, Channel.PHONE: 0.2, Channel.PAD: 0.18}
KNOWN, CARE, SECOND_SERVICE = 0.35, 0.14, 0.08
SELF_SERVICE = 0.45
"""Of those whose business a machine can do, how many let themselves be guided there."""
STUCK = 0.08
LAST_BEFORE_MS = 10 * MINUTE_MS
"""Nobody comes later than this before the doors close."""
PATIENCE_MEDIAN_MINUTES = 45
COMPLAINS = 0.35
"""Of those who rated badly, how many also write a complaint."""
GRIEVANCES = (
    ("wait", "等了很久，叫号的顺序也不明白。"),
    ("service", "问了两次，都没有人说清楚要带什么材料。"),
    ("business", "同一张表填了两遍，办得太慢。"),
    ("fee", "办理前没有说明要收手续费。"),
)
LOOKS = Actor(ActorKind.SYSTEM, "twin", permissions=frozenset(Permission), branches=None)


class Popular(msgspec.Struct, frozen=True):
    """A service and how often it is what somebody came for."""

    service: ServiceId
    weight: float


class Customers:
    """All virtual customers of one branch."""

    def __init__(
        self,
        hall: HallService,
        branch: BranchId,
        agenda: Agenda,
        random: Random,
        popular: list[Popular],
        known: list[CustomerId],
        complaints: ComplaintService,
    ) -> None:
        self._hall = hall
        self._complaints = complaints
        self._branch = branch
        self._agenda = agenda
        self._random = random
        self._popular = popular
        self._known = known
        self._gone: set[TicketId] = set()
        zones = hall.directory.zones(branch)
        self._zones: dict[ZoneKind, list[ZoneId]] = {}
        for zone in zones:
            self._zones.setdefault(zone.kind, []).append(zone.id)
        self._scale = 1.0

    def begin(self, opens_ms: int, closes_ms: int, scale: float = 1.0) -> None:
        """Let the day's customers come; ``scale`` is the branch's size against the flagship's."""
        self._scale = scale
        self._opens_ms = opens_ms
        self._last_ms = min(closes_ms - LAST_BEFORE_MS, opens_ms + len(PER_HOUR) * HOUR_MS)
        self._gone.clear()
        self._next_arrival(opens_ms)

    def has_gone(self, ticket: TicketId) -> bool:
        """True for one who left without a word."""
        return ticket in self._gone

    def arrived_at_counter(self, ticket: TicketId, counter: CounterId) -> None:
        """The customer walks to the counter's zone."""
        zone = self._hall.directory.counter(counter).zone
        self._agenda.after(1, lambda: self._walk(ticket, zone))

    def rate_later(self, ticket: TicketId) -> None:
        """Press a face within a minute."""
        self._agenda.after(self._random.uniform(5, 60), lambda: self._rate(ticket))

    # -- coming --------------------------------------------------------------------------------

    def _next_arrival(self, now_ms: int) -> None:
        """Thinning: candidates at the peak rate, kept with the hour's share of it."""
        peak = max(PER_HOUR) * self._scale
        at_ms = now_ms + round(self._random.expovariate(peak) * HOUR_MS)
        if at_ms >= self._last_ms:
            return
        hour = (at_ms - self._opens_ms) // HOUR_MS
        comes = self._random.random() * max(PER_HOUR) <= PER_HOUR[hour]

        async def arrive() -> None:
            self._next_arrival(at_ms)
            if comes:
                await self._arrive()

        self._agenda.at(at_ms, arrive)

    async def _arrive(self) -> None:
        random = self._random
        service = random.choices(
            [p.service for p in self._popular], [p.weight for p in self._popular]
        )[0]
        known = random.choice(self._known) if self._known and random.random() < KNOWN else None
        care = (random.choice([Care.ELDER] * 5 + [Care.PREGNANT, Care.CHILD, Care.DISABLED]),)
        visit = VisitId(self._hall.ids.new(self._agenda.clock.now_ms()))
        arrive = c.Arrive(
            visit=visit,
            source=random.choice([Source.CAMERA, Source.CAMERA, Source.PAD]),
            customer=known,
            care=care if random.random() < CARE else (),
            zone=self._zone(ZoneKind.GUIDANCE),
        )
        await self._hall.run(self._branch, arrive, LOOKS)
        channels = self._hall.directory.service(service).channels
        if ServiceChannel.SELF_SERVICE in channels and random.random() < SELF_SERVICE:
            self._agenda.after(random.uniform(15, 60), lambda: self._go_to_machine(visit))
        else:
            wait = random.uniform(10, 50)
            self._agenda.after(wait, lambda: self._take_ticket(visit, service, arrive))

    async def _take_ticket(self, visit: VisitId, service: ServiceId, arrived: c.Arrive) -> None:
        random = self._random
        services = [service]
        if random.random() < SECOND_SERVICE:
            services.append(random.choice(self._popular).service)
        body = await self._hall.issue_ticket(
            self._branch,
            tuple(dict.fromkeys(services)),
            LOOKS,
            channel=random.choices(list(CHANNELS), list(CHANNELS.values()))[0],
            visit=visit,
            customer=arrived.customer,
            care=arrived.care,
        )
        self.waits(TicketId(msgspec.json.decode(body)["ticket"]))

    def waits(self, ticket: TicketId) -> None:
        """The holder of a ticket that was just issued sits down, and waits as long as they will."""
        random = self._random
        self._agenda.after(
            random.uniform(5, 30), lambda: self._walk(ticket, self._zone(ZoneKind.WAITING))
        )
        patience = random.lognormvariate(0, 0.6) * PATIENCE_MEDIAN_MINUTES * 60
        self._agenda.after(patience, lambda: self._lose_patience(ticket))

    # -- waiting and leaving -------------------------------------------------------------------

    async def _lose_patience(self, ticket: TicketId) -> None:
        held = await self._hall.ticket(self._branch, ticket)
        if held.state is not TicketState.WAITING:
            return
        if self._random.random() < 0.5:
            await self._hall.handle(self._branch, ticket, c.Abandon(ticket=ticket), LOOKS)
        else:
            self._gone.add(ticket)

    async def _walk(self, ticket: TicketId, zone: ZoneId) -> None:
        held = await self._hall.ticket(self._branch, ticket)
        if zone:
            await self._hall.run(self._branch, c.Move(visit=held.visit, zone=zone), LOOKS)

    async def _rate(self, ticket: TicketId) -> None:
        random = self._random
        score = random.choices([5, 4, 3, 2, 1], [62, 26, 7, 3, 2])[0]
        reasons = (random.choice(["wait", "slow", "unclear"]),) if score <= 3 else ()
        command = c.Rate(ticket=ticket, score=score, reasons=reasons, at="counter_screen")
        await self._hall.handle(self._branch, ticket, command, LOOKS)
        if score <= 2 and random.random() < COMPLAINS:
            self._agenda.after(random.uniform(30, 240), lambda: self._complain(ticket))

    async def _complain(self, ticket: TicketId) -> None:
        category, words = self._random.choice(GRIEVANCES)
        await self._complaints.register(
            self._branch, category, Words(words), LOOKS, channel="phone", subject=ticket
        )

    # -- self-service --------------------------------------------------------------------------

    async def _go_to_machine(self, visit: VisitId) -> None:
        zone = self._zone(ZoneKind.SMART_SERVICE)
        if zone:
            await self._hall.run(self._branch, c.Move(visit=visit, zone=zone), LOOKS)
        machine = f"kiosk-{self._random.randint(3, 7)}"
        stage = c.ReachStage(visit=visit, stage=Stage.SELF_SERVICE, at=machine, diverted=True)
        await self._hall.run(self._branch, stage, LOOKS)
        await self._hall.run(self._branch, c.UseMachine(visit=visit, machine=machine), LOOKS)
        minutes = self._random.lognormvariate(0.9, 0.45)
        if self._random.random() < STUCK:
            minutes += 6
        self._agenda.after(minutes * 60, lambda: self._leave_machine(visit))

    async def _leave_machine(self, visit: VisitId) -> None:
        await self._hall.run(self._branch, c.LeaveMachine(visit=visit), LOOKS)
        await self._hall.run(self._branch, c.Leave(visit=visit), LOOKS)

    def _zone(self, kind: ZoneKind) -> ZoneId:
        return self._random.choice(self._zones.get(kind) or [ZoneId("")])

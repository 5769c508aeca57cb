"""Virtual customers who book: some the day before, who then come about their time, or do not."""

from random import Random

from tingtang.hall.bookings import BookingService
from tingtang.hall.check_in import CheckIn
from tingtang.hall.contacts import Contact
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BookingId, BranchId, CustomerId, ServiceId
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.twin.agenda import Agenda
from tingtang.twin.customers import Customers

BOOKER = Actor(ActorKind.SYSTEM, "twin", permissions=frozenset(Permission), branches=None)
BOOKINGS_A_DAY = 26
"""At the flagship."""
KNOWN, CANCELS, STAYS_AWAY = 0.5, 0.06, 0.09
EARLY_MINUTES, SPREAD_MINUTES = 4.0, 6.0
"""People come some minutes before their time, give or take."""
NAMES = ["赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈"]


class Bookers:
    """Everybody who books at one branch."""

    def __init__(
        self,
        bookings: BookingService,
        check_in: CheckIn,
        branch: BranchId,
        agenda: Agenda,
        customers: Customers,
        known: list[tuple[CustomerId, Contact]],
        random: Random,
    ) -> None:
        self._bookings = bookings
        self._check_in = check_in
        self._branch = branch
        self._agenda = agenda
        self._customers = customers
        self._known = known
        self._random = random
        self._made = 0

    def begin(self, opens_ms: int, size: float) -> None:
        """Have the day's times booked before the doors open."""
        for _ in range(round(BOOKINGS_A_DAY * size)):
            at_ms = opens_ms - self._random.randrange(1, 15) * MINUTE_MS
            self._agenda.at(at_ms, self._book)

    async def _book(self) -> None:
        offered = [s for s in self._bookings.directory.services_of(self._branch) if s.bookable]
        if not offered:
            return
        service = self._random.choice(offered).id
        today = self._bookings.today(self._branch)
        listed = await self._bookings.slots(self._branch, service, today, 1)
        free = [slot.start_ms for day in listed for slot in day.slots if slot.places]
        if free:
            await self._take(service, self._random.choice(free))

    async def _take(self, service: ServiceId, start_ms: int) -> None:
        held = await self._bookings.hold(self._branch, service, start_ms, BOOKER)
        customer, contact = self._somebody()
        confirmed = await self._bookings.confirm(
            self._branch, held.booking, contact, BOOKER, customer=customer
        )
        dice = self._random.random()
        if dice < CANCELS:
            at_ms = start_ms - self._random.randrange(20, 90) * MINUTE_MS
            self._agenda.at(at_ms, lambda: self._cancel(held.booking))
        elif dice >= CANCELS + STAYS_AWAY:
            minutes = self._random.gauss(-EARLY_MINUTES, SPREAD_MINUTES)
            at_ms = start_ms + round(minutes * MINUTE_MS)
            self._agenda.at(at_ms, lambda: self._come(confirmed.code))

    def _somebody(self) -> tuple[CustomerId | None, Contact]:
        if self._known and self._random.random() < KNOWN:
            return self._random.choice(self._known)
        self._made += 1
        name = self._random.choice(NAMES) + self._random.choice(["先生", "女士"])
        return None, Contact(f"1990001{self._made:04}", name)

    async def _cancel(self, booking: BookingId) -> None:
        await self._bookings.cancel(self._branch, booking, BOOKER)

    async def _come(self, code: str) -> None:
        """Check in at a kiosk; whoever is too early tries again."""
        try:
            done = await self._check_in.by_code(self._branch, code, BOOKER)
        except Refused:
            self._agenda.after(300, lambda: self._try_again(code))
            return
        self._customers.waits(done.ticket.ticket)

    async def _try_again(self, code: str) -> None:
        done = await self._check_in.by_code(self._branch, code, BOOKER)
        self._customers.waits(done.ticket.ticket)

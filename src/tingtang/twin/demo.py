"""The demo hall: the whole application on a made-up bank, with virtual customers and staff.

Everything is the production code: virtual people use the services that screens use, and whoever
signs in at a screen takes that role over while the rest goes on.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from random import Random

import msgspec

from tingtang.bank.identity.client import COVERED
from tingtang.bank.port import CoreBank
from tingtang.bank.reference.people import made_up
from tingtang.bank.trades import ListCards
from tingtang.customers.model import Details, Facts, Purpose, Tier
from tingtang.customers.service import CustomerService
from tingtang.devices.model.wire import Link
from tingtang.devices.mqtt.options import EMBEDDED, MqttOptions
from tingtang.devices.mqtt.wiring import Mqtt
from tingtang.devices.scenes.service import SceneService
from tingtang.devices.service import DeviceService
from tingtang.hall.contacts import Contact
from tingtang.hall.service import HallService
from tingtang.http.app import App, build
from tingtang.http.options import WebOptions
from tingtang.journeys.authorisation.service import Authorisations
from tingtang.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS, local_date, moment_ms
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, CounterId, CustomerId, ServiceId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.vault import Suite, open_or_create_vault
from tingtang.messages import reference
from tingtang.messages.feature import MessageOptions
from tingtang.org.demo import DemoBank, seed_demo_bank
from tingtang.org.directory import Directory
from tingtang.org.model.hours import coming_spans
from tingtang.org.model.records import CareNeed, CounterLevel, ZoneKind
from tingtang.org.sign_in.model.rules import STAFF_LONGEST_MS, TerminalKind
from tingtang.org.sign_in.service import SignIn
from tingtang.org.sign_in.sessions import Terminal
from tingtang.org.structure import OrgService
from tingtang.twin import past
from tingtang.twin.agenda import Agenda, StageClock
from tingtang.twin.authorisers import Authorisers
from tingtang.twin.booked import Bookers
from tingtang.twin.customers import Customers, Popular
from tingtang.twin.days import Begin, BranchDays
from tingtang.twin.hardware import Hardware
from tingtang.twin.managers import Managers
from tingtang.twin.stock import THERE_S, TRIES, Stock
from tingtang.twin.tellers import Tellers
from tingtang.twin.wallets import Wallets

ZONE = "Asia/Shanghai"
MORNING = "08:00"
"""Before anybody is there."""
START_AFTER_OPENING_MS = round(1.6 * HOUR_MS)
"""The demo begins with the morning's wave under way."""
SEED = 20_260_302
SIZES = (1.0, 0.14, 0.11)
"""How busy each branch is against the flagship."""
NIGHT_ENDS_BEFORE_MS = 25 * MINUTE_MS
"""Before the first branch opens."""


class Doorway(msgspec.Struct, frozen=True):
    """One surface of the demo and the one-time link that opens it, from the server's root on or
    whole."""

    title: str
    path: str


class Demo:
    """The demo, assembled; :meth:`prepare` plays the morning, :meth:`live` lets it run."""

    def __init__(self, folder: Path, *, messages_url: str, seed: int = SEED) -> None:
        self.random = Random(seed)  # noqa: S311 - virtual people, not secrets
        now_ms = _machine_now_ms()
        date = local_date(now_ms, ZONE)
        self.date = date
        """The business day that the demo begins with; the flagship has worked the day before too."""
        self.clock = StageClock(moment_ms(date, MORNING, ZONE) - DAY_MS)
        vault = open_or_create_vault(folder / "keys.json", Suite.AES_256_GCM, now_ms)
        self.gateway = reference.ReferenceGateway()
        """Where the demo's messages really go, over a socket of this machine."""
        options = WebOptions(
            database_url=f"sqlite:///{folder / 'demo.db'}",
            data_folder=folder,
            is_demo=True,
            messages_url=messages_url,
            staff_idle_ms=STAFF_LONGEST_MS,  # its links work once: a pause must not lock people out
            messages=MessageOptions(
                url=self.gateway.base, key_id=reference.KEY_ID, secret=reference.SECRET.decode()
            ),
            mqtt=MqttOptions(broker=EMBEDDED, or_any_port=True),
        )
        self.app: App = build(options, vault=vault, clock=self.clock)
        self.app.parts.on_start(self.gateway.start)
        self.app.parts.on_stop(self.gateway.stop)
        self.agenda = Agenda(self.clock)
        self.hardware = Hardware(
            self.app.parts.service("devices", DeviceService), self.clock, folder
        )
        self._wallets = Wallets(self.app.parts, self.hardware)
        self._stock: Stock | None = None
        self.bank: DemoBank | None = None
        self._days: list[BranchDays] = []
        self._contacts: dict[CustomerId, Contact] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def prepare(self, progress: Callable[[str], None]) -> None:
        """Found the bank, open its halls and play the morning at once."""
        services = self.app.parts.services
        org: OrgService = services["org"]
        progress("bank")
        self.bank = await seed_demo_bank(org)
        known = await self._register_customers(services["customers"])
        flagship, year = self.bank.branches[0], int(self.date[:4])
        progress("yesterday")
        with self.app.parts.database.unflushed():
            await self._play_yesterday(flagship, known)
        await self.hardware.enrol(flagship, year, self._wallets.next_at)
        self._stock = Stock(self.app.parts, flagship, self.bank.staff)
        await self._stock.cash(list(self.bank.seats))
        directory = self.app.parts.service("directory", Directory)
        Authorisers(
            self.app.parts.service("authorisations", Authorisations), flagship,
            [directory.staff(one) for one in self.bank.staff.values()], self.agenda,
        ).begin()  # fmt: skip
        await self._write_past(self.bank)
        progress("morning")
        for branch, size in list(zip(self.bank.branches, SIZES, strict=True))[1:]:
            self._branch_days(branch, size, known).plan(self.date)
        with self.app.parts.database.unflushed():
            await self.agenda.push_to(
                max(days.opens_ms for days in self._days) + START_AFTER_OPENING_MS
            )

    async def live(self, speed: float, server: str = "") -> None:
        """Let the day run from here on, ``speed`` times as fast as real time. ``server`` is where
        machines send their pictures and logs; empty: nowhere."""
        self.clock.run(speed)
        await self.hardware.start(self.app.parts.service("mqtt", Mqtt).port, speed, server)
        self._tasks.append(asyncio.create_task(self.agenda.live(), name="demo"))
        if self._stock is not None and self.hardware.runs:
            self._tasks.append(asyncio.create_task(self._stock.fill(), name="demo-stock"))
            self._tasks.append(asyncio.create_task(self._switch_on(), name="demo-machines"))

    async def _switch_on(self) -> None:
        """The morning was played before the machines were there: bring them to where they would be."""
        branch = self._days[0].branch
        devices = self.app.parts.service("devices", DeviceService)
        for _ in range(TRIES):
            states = [await devices.state(one.id) for one in devices.register.of_branch(branch)]
            if all(one.link is Link.ONLINE for one in states):
                break
            await asyncio.sleep(THERE_S)
        with contextlib.suppress(Refused):  # somebody sets it at this very moment
            await self.app.parts.service("scenes", SceneService).run(branch, "open", SYSTEM)

    async def stop(self) -> None:
        await self.hardware.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def doorways(self) -> list[Doorway]:
        """One-time links to every surface of the flagship branch, and of head office."""
        if self.bank is None:
            return []
        sign_in: SignIn = self.app.parts.services["sign_in"]
        branch = self.bank.branches[0]
        staff = self.bank.staff

        async def person(title: str, login: str, surface: str) -> Doorway:
            return Doorway(title, await sign_in.demo.for_staff(staff[login], surface))

        async def machine(
            title: str, kind: TerminalKind, surface: str, counter: str = ""
        ) -> Doorway:
            own = "" if "-" in surface else f"-{kind}"
            terminal = Terminal(
                id=f"demo-{surface}{f'-{counter}' if counter else own}",
                branch=branch,
                kind=kind,
                label=title,
                counter=counter,
            )
            return Doorway(title, await sign_in.demo.for_terminal(terminal, surface))

        return [
            await machine("智慧取号引导机 · kiosk", TerminalKind.KIOSK, "kiosk"),
            await machine("自提柜屏 · locker", TerminalKind.KIOSK, "kiosk-locker"),
            await machine("产品领取机屏 · dispenser", TerminalKind.KIOSK, "kiosk-dispenser"),
            await machine("叫号大屏 · board", TerminalKind.BOARD, "board"),
            await person("窗口柜员 · counter", "chen.yutong", "counter"),
            await machine(
                "窗口客户屏 · customer screen",
                TerminalKind.COUNTER_SCREEN,
                "counter-customer",
                self.bank.seats[staff["chen.yutong"]],
            ),
            await person("大堂经理 PAD · lobby manager", "zhou.qihang", "pad"),
            await person("远程授权员 · authorisation centre", "tan.siqi", "centre"),
            await person("网点负责人 · branch manager", "lin.xiaolan", "office"),
            await person("总行 · head office", "gao.mingyuan", "office"),
            Doorway("客户手机 · phone", f"/phone/?branch={branch}"),
            Doorway("客户手机短信 · text messages", self.gateway.base),
        ]

    # -- parts ---------------------------------------------------------------------------------

    async def _play_yesterday(self, flagship: BranchId, known: list[CustomerId]) -> None:
        """The flagship's day before: its reports can be read, automations tried on it, and today's
        waits are told from what it taught."""
        days = self._branch_days(flagship, SIZES[0], known)
        days.plan(local_date(self.clock.now_ms(), ZONE))
        await self.agenda.push_to(moment_ms(self.date, MORNING, ZONE))

    def _branch_days(self, branch: BranchId, size: float, known: list[CustomerId]) -> BranchDays:
        hall: HallService = self.app.parts.services["hall"]
        begin = self._people(branch, size, known)
        days = BranchDays(hall, branch, self.agenda, begin, self._skip_night, worked=self.date)
        self._days.append(days)
        return days

    async def _write_past(self, bank: DemoBank) -> None:
        """The flagship's machines have failed, and been repaired, for months."""
        parts, now_ms = self.app.parts, self.clock.now_ms()
        register = parts.service("devices", DeviceService).register
        branch = parts.service("directory", Directory).branch(bank.branches[0])
        first = local_date(now_ms - past.DAYS * DAY_MS, branch.time_zone)
        await past.write_past(
            parts.log,
            [(one, register.type_of(one)) for one in register.of_branch(branch.id)],
            coming_spans(branch.hours, first, past.DAYS, branch.time_zone),
            past.People(bank.staff["jiang.haoran"], bank.staff["zhou.qihang"]),
            self.random,
            now_ms,
        )

    def _skip_night(self) -> None:
        """When the last branch has closed, it is the next morning."""
        opens_ms = min(days.opens_ms for days in self._days)
        if opens_ms > self.clock.now_ms():
            self.clock.skip_to(opens_ms - NIGHT_ENDS_BEFORE_MS)

    def _people(self, branch: BranchId, size: float, known: list[CustomerId]) -> Begin:
        """The virtual people of a branch; the answer sends them in for a day."""
        if self.bank is None:
            raise RuntimeError("the bank was not founded")
        services, agenda, random = self.app.parts.services, self.agenda, self.random
        hall: HallService = services["hall"]
        here = {c.id for c in hall.directory.counters(branch)}
        seats = {staff: seat for staff, seat in self.bank.seats.items() if seat in here}
        popular = _popular(hall, branch, set(seats.values()))
        floor = [one for one in hall.directory.staff_at(branch) if one.id not in seats]
        guidance = [z.id for z in hall.directory.zones(branch) if z.kind is ZoneKind.GUIDANCE]
        zone = guidance[0] if guidance else ""
        complaints = services["complaints"]
        customers = Customers(hall, branch, agenda, random, popular, known, complaints)
        tellers = Tellers(hall, branch, seats, agenda, customers, random)
        managers = Managers(services["tasks"], complaints, branch, floor, zone, agenda, random)
        contacts = [(one, self._contacts[one]) for one in known]
        bookers = Bookers(
            services["bookings"], services["check_in"], branch, agenda, customers, contacts, random
        )

        def begin(opens_ms: int, closes_ms: int) -> None:
            customers.begin(opens_ms, closes_ms, size)
            tellers.begin(opens_ms)
            managers.begin(opens_ms)
            bookers.begin(opens_ms, size)

        return begin

    async def _register_customers(self, customers: CustomerService) -> list[CustomerId]:
        """The made-up customers of the bank behind, so that the hall's people have accounts."""
        if self.bank is None:
            return []
        known = []
        bank: CoreBank = self.app.parts.services["core_bank"]
        for person in made_up():
            cards = (await bank.look(ListCards(person.customer)))["cards"]
            facts = Facts(
                id=CustomerId(f"customer-{person.number:03}"),
                tier=Tier(person.level),
                branch=self.bank.branches[0],
                care=(CareNeed.ELDER,) if person.is_elder else (),
            )
            details = Details(
                name=person.name,
                phone=person.phone,
                id_number=person.id_number if person.id_kind in COVERED else "",
                cards=tuple(card["card"] for card in cards if card["kind"] == "debit"),
            )
            customer = await customers.save(facts, details, SYSTEM, is_new=True)
            self._contacts[customer] = Contact(details.phone, person.name)
            if person.number % 4:
                await customers.record_consent(
                    customer,
                    Purpose.SHOW_NAME,
                    given=True,
                    how="paper",
                    branch=facts.branch,
                    actor=SYSTEM,
                )
            known.append(customer)
        return known


def _popular(hall: HallService, branch: BranchId, seats: set[CounterId]) -> list[Popular]:
    """What people come for: everything that a staffed counter does, cash and cards most of all."""
    served: set[ServiceId] = set()
    for counter in hall.directory.counters(branch):
        if counter.id in seats:
            served |= set(counter.services)
    found = []
    for service in hall.directory.services_of(branch):
        if service.id in served:
            cash = CounterLevel.HIGH in service.levels
            short = max(0.2, 600_000 / service.standard_ms)
            found.append(Popular(service.id, short * (1.6 if cash else 1.0)))
    return found


def _machine_now_ms() -> int:
    import time

    return time.time_ns() // 1_000_000

"""A branch with all that stands behind its business: the reference bank and the identity check over
their sockets, a kiosk that speaks XFS4IoT, a dispenser, people who authorise, and a customer.
"""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from tests.http.world import World, open_world
from tingtang.bank.embedded import EmbeddedBank
from tingtang.bank.identity.server import Citizen, EmbeddedIdentityCheck
from tingtang.bank.options import BankOptions
from tingtang.bank.pins import DEMO_PIN
from tingtang.bank.port import Booking
from tingtang.bank.reference.counter import BankCounter
from tingtang.bank.reference.founding import enrol
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.model.channels import pem_body
from tingtang.bank.reference.people import FIRST_NUMBER, Person, citizen_number, made_up
from tingtang.bank.trades import TRADES, IdKind
from tingtang.delivery.service import Items
from tingtang.devices.model import wire
from tingtang.devices.model.demo_pin_key import DEMO_PIN_KEY_NAME
from tingtang.devices.model.records import Protocol
from tingtang.devices.service import DeviceService
from tingtang.devices.virtual.ukey import token
from tingtang.devices.virtual.xfs_machines import LOADED, demo_pin_key
from tingtang.devices.virtual.xfs_machines import kiosk as kiosk_services
from tingtang.hall.clockwork import Clockwork
from tingtang.journeys.authorisation.centre import CentreWork
from tingtang.journeys.authorisation.model import SETTLED
from tingtang.journeys.authorisation.service import Authorisations
from tingtang.journeys.service import JourneyService
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import Actor, ActorKind, Permission, Role
from xfs4iot.server import Host
from xfs4iot.virtual.card_world import Card, bank_card, identity_card
from xfs4iot.virtual.cash_world import notes
from xfs4iot.virtual.pin_pad import PinPad
from xfs4iot.virtual.printer_world import Passbook

KIOSK, MACHINE, DISPENSER = "k1", "kiosk-x", "east-dispenser"
HOPPER = f"machine:{DISPENSER}"
NEW_PIN = "246802"
LOBBY, REMOTE, ENGINEER = "lin.xiaolan", ("tan.siqi", "shen.yiran"), "jiang.haoran"
TELLER = "chen.yutong"
LOADED_FEN = LOADED * (100 + 50 + 10) * 100
HOPPER_EACH = 400
MODULES = 12
PEOPLE = made_up()
WORK = {"number": "CD20261118", "tracking": "EX123456789CN", "stamped": True}
READ_BY_CHIP = frozenset(
    {IdKind.RESIDENT, IdKind.HK_MACAO_RESIDENCE, IdKind.TAIWAN_RESIDENCE}
)  # fmt: skip


def another(base: int, place: int) -> Person:
    """Somebody who has what the made-up person ``base`` has; no two of a ``place``."""
    one = PEOPLE[base]
    id_number = f"{one.id_number[:-6]}{place:06}"
    if len(one.id_number) == 18:
        region = f"{one.id_number[:2]}{place // 1000:04}"
        id_number = citizen_number(region, one.birth_date, place % 1000)
    return msgspec.structs.replace(
        one, customer=f"{FIRST_NUMBER + place}", id_number=id_number, phone=f"198{place:08}"
    )


HELD_AS = {"debit_card": "DC", "token": "UK"}
"""What the numbers of a kind of blank begin with."""


class Hopper:
    """The link to a dispenser that gives out numbered things, in order, each once."""

    def __init__(self) -> None:
        self.devices: DeviceService
        self.held: dict[str, list[str]] = {}
        self.out: list[str] = []
        self.fails: Callable[[], str] = lambda: ""
        """What goes wrong with the next command: ``jam``, ``silent`` (it never acts),
        ``unheard`` (it acts, and is not heard).
        """

    async def send(self, device: str, call: wire.CommandCall) -> bool:
        if call.name == "dispense":
            asyncio.get_running_loop().call_soon(self._give, device, call)
        return True

    def _give(self, device: str, call: wire.CommandCall) -> None:
        fault, held = self.fails(), self.held[str(call.parameters["module"])]
        if fault == "silent":
            return
        if fault == "jam" or not held:
            self.devices.result(device, wire.CommandResult(call.id, wire.CommandStep.FAILED, "jam"))
            return
        number = held.pop(0)
        self.out.append(number)
        if fault == "unheard":
            return
        self.devices.result(
            device, wire.CommandResult(call.id, wire.CommandStep.DONE, data={"number": number})
        )

    async def use_modules(self, device: str, modules: dict[str, bool]) -> None:
        pass

    async def forget(self, device: str) -> None:
        pass


def paper_of(one: Person) -> Card:
    """What somebody lays on the reader; a household book and a permit have no chip that it reads."""
    if one.id_kind not in READ_BY_CHIP:
        return Card(one.id_number)
    more = {"kind": one.id_kind.value, "birth_date": one.birth_date}
    return identity_card(one.id_number, one.name, **more)


class Visitor:
    """Whoever stands before the kiosk: lays on what is asked for, takes what comes out."""

    def __init__(self, worlds: Mapping[str, Any]) -> None:
        self.worlds = worlds
        self.paper: Person = PEOPLE[0]
        """Whose paper is laid on the reader."""
        self.cash = 0
        """Hundred-yuan notes that they put in."""
        self.book = ""
        """The stripe of the passbook that they brought."""
        self.card = ""
        """The number of the bank card that they brought."""
        self.token: Callable[[], Card] | None = None
        """The U盾 that they brought."""
        self.pin = DEMO_PIN
        self.bills = count(500_001)

    def act(self) -> None:
        """Do what the devices want now."""
        reader = self.worlds["IdReader"]
        if reader.wanted and reader.slot is None:
            reader.insert(paper_of(self.paper))
        cards = self.worlds["CardReader"]
        if cards.wanted and cards.slot is None and cards.transport is None:
            cards.insert(bank_card(self.card))
        port = self.worlds["KeyPort"]
        if port.wanted and port.transport is None and self.token is not None:
            port.insert(self.token())
        cash = self.worlds["CashCabinet"]
        if cash.wanted and not cash.input:
            first = next(self.bills)
            self.bills = count(first + self.cash)
            cash.put_in(notes("typeCNY100", self.cash, first=first))
        elif cash.output:
            cash.take()
        keypad = self.worlds["Keypad"]
        if keypad.listening and not keypad.pressed:
            keypad.press(self.pin)
        printer = self.worlds["CertificateCabinet"]
        if printer.wanted and printer.slot is None and printer.inside is None:
            printer.insert(Passbook(self.book, stripe=self.book))
        if self.worlds["ReceiptPrinter"].slot is not None:
            self.worlds["ReceiptPrinter"].take()

    def take_back(self) -> None:
        """Take the card or the book that is given back."""
        for name in ("CardReader", "CertificateCabinet"):
            if self.worlds[name].slot is not None:
                self.worlds[name].take()

    def collect(self) -> None:
        """Take back what was given back; while nothing is under way."""
        if self.worlds["KeyPort"].transport is not None:
            self.worlds["KeyPort"].take()
        for name in ("IdReader", "CertificateCabinet"):
            if self.worlds[name].slot is not None:
                self.worlds[name].take()
        if self.worlds["CashCabinet"].output:
            self.worlds["CashCabinet"].take()


class Hall:
    """All of it."""

    def __init__(self, world: World, worlds: Mapping[str, Any], hopper: Hopper) -> None:
        self.world, self.worlds, self.hopper = world, worlds, hopper
        self.visitor = Visitor(worlds)
        parts = world.app.parts
        self.journeys = parts.service("journeys", JourneyService)
        self.authorisations = parts.service("authorisations", Authorisations)
        self.centre = parts.service("centre_work", CentreWork)
        self.items = parts.service("items", Items)
        self.bank = parts.service("core_bank", EmbeddedBank)
        self.register = parts.service("identity_check", EmbeddedIdentityCheck).server.register
        self._places, self._traces = count(1_000), count(1)

    def token_of(self, one: Person, private: int) -> Card:
        """The U盾 of somebody for whose key the bank issued a certificate."""
        held = next(x for x in self.of(r.Token, one) if x.state == "certified")
        return token(held.id, private, b64decode(pem_body(held.certificate)))

    @property
    def books(self) -> BankCounter:
        """The bank without its wires: to be looked at while it is asked nothing."""
        assert self.bank.server is not None
        return self.bank.server.bank

    async def do(self, name: str, **fields: Any) -> dict[str, Any]:
        """A trade before the business begins."""
        trace = f"before-{next(self._traces)}"
        booking = Booking(trace, "east", "test", "staff:test")
        return (await self.bank.trade(TRADES[name](**fields), booking)).data

    async def welcome(self, base: int) -> Person:
        """A new customer of the bank."""
        (one,) = await self.welcome_all([base])
        return one

    async def welcome_all(self, bases: list[int]) -> list[Person]:
        """Several at once."""
        people = [another(base, next(self._places)) for base in bases]
        now_ms, books = self.world.clock.now_ms(), self.books
        trace = f"welcome-{people[0].customer}"
        assert self.bank.server is not None
        await self.bank.server.run(lambda: enrol(books, people, trace, now_ms))  # type: ignore[arg-type,return-value]
        for one in people:
            if len(one.id_number) == 18:
                self.register[one.id_number] = Citizen(one.name)  # type: ignore[index]
        return people

    async def say_yes(self, trace: str) -> None:
        """Whoever may authorises what a journey waits for."""
        state = await self.authorisations.state(trace)
        if state.asked is None or state.standing in SETTLED:
            return
        is_remote = state.asked.mode.value == "remote"
        role = Role.AUTHORISER if is_remote else Role.LOBBY_MANAGER
        for login in REMOTE[: state.asked.people] if is_remote else (LOBBY,):
            person = Actor(
                kind=ActorKind.STAFF, id=self.world.staff(login), roles=frozenset({role}),
                branches=None if is_remote else frozenset({"east"}),  # type: ignore[arg-type]
                permissions=frozenset({Permission.AUTHORISATION_GIVE}),
            )  # fmt: skip
            with suppress(Refused):
                await self.authorisations.take(trace, person)
                await self.authorisations.give(trace, person)

    async def do_work(self, trace: str) -> None:
        """The operations centre does what a journey waits for: one does it, another checks."""
        for login in REMOTE:
            state = await self.authorisations.state(trace)
            if state.asked is None or state.standing in SETTLED:
                return
            person = Actor(
                kind=ActorKind.STAFF, id=self.world.staff(login), branches=None,
                roles=frozenset({Role.AUTHORISER}),
                permissions=frozenset({Permission.AUTHORISATION_GIVE}),
            )  # fmt: skip
            with suppress(Refused):
                await self.authorisations.take(trace, person)
                await self.centre.give(trace, WORK, person)

    def link_dispenser(self) -> None:
        """It is there, and works."""
        state = wire.LinkState(wire.Link.ONLINE, boot="1", firmware="1.0")
        self.hopper.devices.link(DISPENSER, state)

    async def see_machines(self) -> None:
        """Whatever the clock did meanwhile, both machines are there, and known to be."""
        devices = self.hopper.devices
        self.link_dispenser()
        devices.beat(MACHINE, wire.Beat(0, 0))

        def is_up(device: str) -> bool:
            state = devices.known_state(device)
            return state is not None and state.link is wire.Link.ONLINE

        await until(lambda: not devices.is_busy and is_up(MACHINE) and is_up(DISPENSER))

    def stock(self, kind: str, holder: str) -> int:
        """Blank vouchers of a holder in the bank's books."""
        return self.books.store.ledger.balances[f"voucher:{kind}:{holder}", "XVC"] // 100

    def of(self, kind: type[r.Record], one: Person) -> list[Any]:
        """What somebody has in the bank."""
        return self.books.store.ledger.of(kind, one.customer)


async def until(what: Callable[[], bool], seconds: float = 60.0) -> None:
    for _ in range(int(seconds / 0.005)):
        if what():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come to be")


async def _enrol(world: World, host: Host) -> None:
    engineer = await world.as_staff(ENGINEER)
    kiosk = {"id": MACHINE, "type": "kiosk", "protocol": "xfs", "address": host.uri}
    for body in (kiosk | {"terminal": KIOSK}, {"id": DISPENSER, "type": "dispenser"}):
        named = {"name": body["id"], "zone": "", **body}
        answer = await engineer.post("/api/branches/east/devices", json=named)
        assert answer.status_code == 201, answer.text


@asynccontextmanager
async def open_hall(seeded: Path, folder: Path) -> AsyncIterator[Hall]:
    """One for a module of tests; each of them welcomes customers of its own."""
    services = kiosk_services(step_ms=0)
    for one in services:
        if isinstance(one, PinPad):
            one.store.put(DEMO_PIN_KEY_NAME, demo_pin_key())
    options = BankOptions(seconds=30.0, with_faults=True)
    async with open_world(seeded, folder, bank=options) as world, Host(services) as host:
        await world.app.parts.service("clockwork", Clockwork).stop()
        devices, hopper = world.app.parts.service("devices", DeviceService), Hopper()
        hopper.devices = devices
        devices.add_link(Protocol.MQTT, hopper)
        await _enrol(world, host)
        hall = Hall(world, {one.name: one.world for one in services}, hopper)
        hall.link_dispenser()
        await hall.bank.client()
        for box in (MACHINE, world.staff(TELLER)):
            await hall.do("cashbox.move", from_box="vault", to_box=box, amount=LOADED_FEN)
        for kind, module in (("debit_card", "card_hopper"), ("token", "key_hopper")):
            prefix = HELD_AS[kind]
            hopper.held[module] = [f"{prefix}{n:08}" for n in range(1, HOPPER_EACH + 1)]
            await hall.do(
                "voucher.move", kind=kind, first=f"{prefix}{1:08}", from_holder="vault",
                last=f"{prefix}{HOPPER_EACH:08}", to_holder=HOPPER,
            )  # fmt: skip
        await devices.state(MACHINE)
        await until(lambda: len(devices.known_state(MACHINE).modules) == MODULES)  # type: ignore[union-attr]
        yield hall

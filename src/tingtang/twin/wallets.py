"""Who stands before the demo's machines: made-up customers of the bank, one after another.

What they carry is read from the bank as they step up, so that a card that was replaced a moment ago
is the new one; so is a U盾, for whose key the demo has the bank issue a certificate. When a journey at a machine has ended, the next one steps up.
"""

import secrets
import ssl
from base64 import b64encode

from tingtang.bank.port import Booking, CoreBank
from tingtang.bank.reference.people import Person, made_up
from tingtang.bank.service import FindCustomer
from tingtang.bank.trades import DownloadCertificate, ListAccounts, ListCards, ReadEbank
from tingtang.devices.model import sm2
from tingtang.devices.model.records import Device, Protocol
from tingtang.devices.service import DeviceService
from tingtang.devices.virtual.wallet import Token, Wallet
from tingtang.journeys.model.events import JourneyEnded
from tingtang.journeys.service import JourneyService
from tingtang.kernel.feature import Parts
from tingtang.kernel.ids import JourneyId
from tingtang.kernel.reactions import Trigger
from tingtang.twin.hardware import Hardware

NUMBERS = (6, 10, 22, 34, 46, 4, 16, 28, 40)
"""People with a debit card, a passbook and a term book: they can do nearly everything. The first has a
U盾, the others have no e-banking yet. The first five have had their risk assessed."""
BOOKS = ("passbook", "term_book")


def comers() -> list[Person]:
    """Who comes to the machines, in this order, again and again."""
    people = made_up()
    return [people[number] for number in NUMBERS]


class Wallets:
    """The people before the machines that are some terminal's."""

    def __init__(self, parts: Parts, hardware: Hardware) -> None:
        self._parts = parts
        self._hardware = hardware
        self._came: dict[str, int] = {}
        """By machine: how many have come."""
        self._tokens: dict[str, tuple[Token, str]] = {}
        """By number: the U盾 of those who come, and the serial number of its certificate."""
        parts.reactions.register(
            "demo.wallets", (JourneyEnded,), self.on_journey_ended, from_now=True
        )

    async def next_at(self, device: str) -> Wallet:
        """Whoever comes to a machine next."""
        people, came = comers(), self._came.get(device, 0)
        self._came[device] = came + 1
        return await self.of(people[came % len(people)])

    async def of(self, person: Person) -> Wallet:
        """What somebody has with them now."""
        bank: CoreBank = self._parts.services["core_bank"]
        found = await bank.look(FindCustomer(id_kind=person.id_kind, id_number=person.id_number))
        cards = (await bank.look(ListCards(person.customer)))["cards"]
        accounts = (await bank.look(ListAccounts(person.customer)))["accounts"]
        held = [one["card"] for one in cards if one["kind"] == "debit" and one["state"] == "active"]
        return Wallet(
            name=person.name, id_number=person.id_number, id_kind=person.id_kind.value,
            birth_date=person.birth_date, id_expires=found["id_expires"],
            card=held[0] if held else "",
            books=tuple(x["account"] for x in accounts if x["kind"] in BOOKS and not x["lost"]),
            token=await self._token_of(person),
        )  # fmt: skip

    async def _token_of(self, person: Person) -> Token | None:
        """Somebody's U盾, with a certificate that the bank knows; None where they have none, or where
        its certificate was made anew since, for a key that is not here.
        """
        bank: CoreBank = self._parts.services["core_bank"]
        for one in (await bank.look(ReadEbank(person.customer)))["tokens"]:
            number = one["token"]
            if one["state"] != "certified":
                self._tokens[number] = await self._certified(bank, person, number)
                return self._tokens[number][0]
            held = self._tokens.get(number)
            if held is not None and held[1] == one["certificate"]:
                return held[0]
        return None

    async def _certified(self, bank: CoreBank, person: Person, number: str) -> tuple[Token, str]:
        """A key of its own, and what the bank issues for it."""
        private = 1 + secrets.randbelow(sm2.N - 2)
        key = sm2.encoded(sm2.public_point(private)).hex()
        trade = DownloadCertificate(customer=person.customer, token=number, public_key=key)
        booking = Booking(f"demo-token-{number}", branch="", terminal="", operator="demo")
        done = await bank.trade(trade, booking)
        der = ssl.PEM_cert_to_DER_cert(done.data["certificate"])
        held = Token(number, f"{private:x}", b64encode(der).decode())
        return held, done.data["serial"]

    async def on_journey_ended(self, trigger: Trigger) -> None:
        """A reaction: whoever stood at that machine leaves."""
        journeys = self._parts.service("journeys", JourneyService)
        opened = await journeys.store.get(JourneyId(trigger.recorded.stream.partition("/")[2]))
        kind, _, terminal = opened.journey.holder.partition(":")
        device = self._machine_of(terminal) if kind == "terminal" else None
        if device is not None:
            await self._hardware.step_up(device.id, await self.next_at(device.id))

    def _machine_of(self, terminal: str) -> Device | None:
        register = self._parts.service("devices", DeviceService).register
        return next(
            (
                x for x in register.all()
                if terminal and x.terminal == terminal and x.protocol is Protocol.XFS
            ), None,
        )  # fmt: skip

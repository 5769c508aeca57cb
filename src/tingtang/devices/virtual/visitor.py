"""Somebody who stands before a virtual machine: with papers, cards, books and notes of their own."""

from base64 import b64decode
from collections.abc import Callable, Sequence

from tingtang.devices.virtual.ukey import token
from tingtang.devices.virtual.wallet import Wallet
from xfs4iot.virtual import Customer
from xfs4iot.virtual.card_world import Card, CardWorld, bank_card, identity_card
from xfs4iot.virtual.cash_world import CashWorld, notes
from xfs4iot.virtual.device import VirtualDevice
from xfs4iot.virtual.pin_pad import KeypadWorld
from xfs4iot.virtual.printer_world import Passbook, PrinterWorld
from xfs4iot.virtual.world import World

BRINGS_AFTER_MS = 1_500
"""How long they look for what a machine asks for: time enough to read what the screen says."""
FIRST_SERIAL = 700_001
IDENTITY, BOOKS, TOKENS = "IdReader", "CertificateCabinet", "KeyPort"


class Visitor:
    """Brings what the services of one machine ask for, and takes what they present."""

    def __init__(
        self, services: Sequence[VirtualDevice], wallet: Wallet, delay_ms: int = BRINGS_AFTER_MS
    ) -> None:
        self.wallet = wallet
        self._serial = FIRST_SERIAL
        self._books_shown = 0
        self._token: Card | None = None
        """Their U盾, once it was plugged in: it counts its own wrong tries."""
        self._ports = [one.world for one in services if one.name == TOKENS]
        things = {one.world: act for one in services if (act := self._act(one)) is not None}
        self._customer = Customer(
            *(one.world for one in services), delay_ms=delay_ms, things=things
        )

    def start(self) -> None:
        """Begin to watch; needs a running event loop."""
        self._customer.start()

    def stop(self) -> None:
        self._customer.stop()

    def lingers(self, delay_ms: int) -> None:
        """From now on they look for what is asked for as long as this."""
        self._customer.delay_ms = delay_ms

    def gives_way_to(self, wallet: Wallet) -> None:
        """The next one steps up to the machine; whoever leaves unplugs their U盾."""
        self.wallet = wallet
        self._books_shown = 0
        self._token = None
        for port in self._ports:
            if isinstance(port, CardWorld) and port.transport is not None:
                port.take()

    def _act(self, service: VirtualDevice) -> Callable[[], None] | None:
        world: World = service.world
        match world:
            case CardWorld() if service.name == IDENTITY:
                return lambda: self._show_paper(world)
            case CardWorld() if service.name == TOKENS:
                return lambda: self._plug_token_in(world)
            case CardWorld():
                return lambda: self._put_card_in(world)
            case PrinterWorld() if service.name == BOOKS:
                return lambda: self._put_book_in(world)
            case CashWorld():
                return lambda: self._put_notes_in(world)
            case KeypadWorld():
                return lambda: world.press(self.wallet.pin, "enter")
            case _:
                return None

    def _show_paper(self, reader: CardWorld) -> None:
        mine = self.wallet
        if reader.slot is None and reader.transport is None:
            reader.insert(
                identity_card(
                    mine.id_number, mine.name, kind=mine.id_kind, birth_date=mine.birth_date,
                    expires=mine.id_expires,
                )
            )  # fmt: skip

    def _put_card_in(self, reader: CardWorld) -> None:
        if self.wallet.card and reader.slot is None and reader.transport is None:
            reader.insert(bank_card(self.wallet.card))

    def _plug_token_in(self, port: CardWorld) -> None:
        """It stays in the port until they leave."""
        mine = self.wallet.token
        if mine is None or port.transport is not None:
            return
        if self._token is None:
            private, certificate = int(mine.private, 16), b64decode(mine.certificate)
            self._token = token(mine.number, private, certificate, self.wallet.pin)
        port.insert(self._token)

    def _put_book_in(self, printer: PrinterWorld) -> None:
        """One book after another: who put in the wrong one tries the next."""
        books = self.wallet.books
        if books and printer.slot is None and printer.inside is None:
            account = books[self._books_shown % len(books)]
            self._books_shown += 1
            printer.insert(Passbook(account, stripe=account))

    def _put_notes_in(self, machine: CashWorld) -> None:
        if machine.shutter_open and not machine.input:
            machine.put_in(notes("typeCNY100", self.wallet.hundreds, first=self._serial))
            self._serial += self.wallet.hundreds

"""Cards, and the reader they move through. Every card is in exactly one place at any time."""

from enum import StrEnum

import msgspec

from xfs4iot.virtual.world import World

NO_SUCH_COMMAND = bytes.fromhex("6D00")
"""Status words of ISO 7816-4: instruction not supported."""


class Chip(msgspec.Struct):
    """A chip that answers: to reset or selection, and to commands it knows."""

    answer: bytes
    """Answer to reset (contact), to selection (contactless), or an identity card's record."""
    replies: dict[bytes, bytes] = {}

    def reply(self, command: bytes) -> bytes:
        return self.replies.get(command, NO_SUCH_COMMAND)


class Card(msgspec.Struct, eq=False):
    """A card; equal only to itself."""

    id: str
    track1: str | None = None
    track2: str | None = None
    track3: str | None = None
    chip: Chip | None = None
    contactless: bool = False
    front: tuple[str, ...] = ()
    """Lines on the front, for the image scanner."""
    back: tuple[str, ...] = ()
    front_picture: bytes = b""
    """What the scanner sees of the front, as a picture file; drawn from its lines where empty."""
    readable: bool = True
    """False for one that was put in the wrong way round or is no card."""


def bank_card(number: str, *, contactless: bool = True) -> Card:
    """A payment card: tracks 2 as ISO 7813 writes it, a chip with a payment directory (EMV)."""
    select = bytes.fromhex("00A404000E") + b"1PAY.SYS.DDF01"
    directory = b"\x84\x0e1PAY.SYS.DDF01\xa5\x03\x88\x01\x01"
    chip = Chip(
        bytes.fromhex("3B6800000073C84013009000"),
        {select: b"\x6f" + bytes([len(directory)]) + directory + b"\x90\x00"},
    )
    return Card(number, track2=f"{number}=30121010000000000", chip=chip, contactless=contactless)


def identity_card(number: str, name: str, **more: str) -> Card:
    """An identity card: a contactless chip with a record, and two sides to take pictures of.

    ``more`` stands in the record too: ``kind``, ``birth_date``, ``expires``.
    """
    record = msgspec.json.encode({"number": number, "name": name, **more})
    return Card(
        number,
        chip=Chip(record),
        contactless=True,
        front=("NAME", "NO " + number),
        back=("ISSUED",),
    )


class UnitKind(StrEnum):
    """What a storage unit for cards is for."""

    DISPENSE = "dispense"
    RETAIN = "retain"


class CardUnit(msgspec.Struct):
    """A storage unit: the cards in it, and what its counter says."""

    kind: UnitKind
    capacity: int
    cards: list[Card] = []
    initial: int = 0
    count: int = 0
    retained: int = 0
    card_id: str = ""
    threshold: int = 5

    def level(self) -> str:
        if self.kind is UnitKind.DISPENSE:
            if self.count == 0:
                return "empty"
            return "low" if self.count <= self.threshold else "ok"
        if self.count >= self.capacity:
            return "full"
        return "high" if self.capacity - self.count <= self.threshold else "ok"


class CardWorld(World):
    """A card reader's insides and its customer.

    Places: ``customer``, ``slot`` (the card sticks out), ``transport`` (inside), the units, and
    ``field`` for cards held to the contactless antenna, which their owner keeps.
    """

    def __init__(
        self, *, units: dict[str, CardUnit] | None = None, motor: bool = True, step_ms: int = 0
    ) -> None:
        super().__init__(step_ms=step_ms)
        self.motor = motor
        self.slot: Card | None = None
        self.transport: Card | None = None
        self.customer: list[Card] = []
        self.field: list[Card] = []
        self.units = units or {}
        self.taken_count = 0
        """How often a card was taken out of the slot."""

    # What people do

    def insert(self, card: Card) -> None:
        """The customer puts a card into the slot. Raises ValueError when there is one."""
        if self.slot or (self.transport and not self.motor):
            raise ValueError("there is a card in the slot")
        if card in self.customer:
            self.customer.remove(card)
        if self.motor:
            self.slot = card
        else:
            self.transport = card
        self.changed()

    def take(self) -> Card:
        """The customer takes the card that sticks out. Raises ValueError when none does."""
        card = self.slot if self.motor else self.transport
        if card is None:
            raise ValueError("there is no card to take")
        if self.motor:
            self.slot = None
        else:
            self.transport = None
        self.customer.append(card)
        self.taken_count += 1
        self.changed()
        return card

    def tap(self, *cards: Card) -> None:
        """The customer holds cards to the antenna, or nothing."""
        self.field = list(cards)
        self.changed()

    def load(self, unit: str, cards: list[Card]) -> None:
        """Staff put cards into a unit; its counter does not know until it is set."""
        self.units[unit].cards.extend(cards)
        self.changed()

    def empty(self, unit: str) -> list[Card]:
        """Staff take all cards out of a unit; its counter does not know until it is set."""
        cards, self.units[unit].cards = self.units[unit].cards, []
        self.changed()
        return cards

    # What the mechanism does, one movement at a time

    def take_in(self) -> None:
        self.transport, self.slot = self.slot, None
        self.changed()

    def push_out(self) -> None:
        self.slot, self.transport = self.transport, None
        self.changed()

    def store(self, unit: CardUnit) -> None:
        """Move the card inside into a unit, and count it."""
        if self.transport is None:
            raise ValueError("there is no card inside")
        unit.cards.append(self.transport)
        unit.count += 1
        if unit.kind is UnitKind.RETAIN:
            unit.retained += 1
        self.transport = None
        self.changed()

    def feed(self, unit: CardUnit) -> None:
        """Move a card from a unit inside, and count it. Raises ValueError when it is empty."""
        if not unit.cards:
            raise ValueError("the unit is empty")
        self.transport = unit.cards.pop(0)
        unit.count = max(0, unit.count - 1)
        self.changed()

    def everywhere(self) -> list[Card]:
        """Every card there is, in whatever place."""
        held = [card for card in (self.slot, self.transport) if card]
        stored = [card for unit in self.units.values() for card in unit.cards]
        return held + stored + self.customer

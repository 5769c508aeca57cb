"""What can happen to an item order. Who it is for lies in a table from which it can be erased."""

from tingtang.delivery.model.kinds import How, ItemKind, Size
from tingtang.kernel.events import Event, EventTypes


class ItemOrdered(Event, frozen=True):
    """``traders`` are the actors of the trade leg; ``amount`` in hundredths of ``currency``."""

    kind: ItemKind
    how: How
    keep_ms: int
    traders: tuple[str, ...] = ()
    is_trade_done: bool = False
    trace: str = ""
    """Of the trade that it belongs to."""
    size: Size = Size.SMALL
    device: str = ""
    """Of a dispenser: where it is handed out."""
    amount: int = 0
    currency: str = ""
    note: str = ""
    """Of cash packs: pieces by denomination. What people write of an item lies sealed in the table of
    receivers; before 2026-11-22 it stood here.
    """


class ItemTradeDone(Event, frozen=True):
    by: str
    trace: str


class ItemStocked(Event, frozen=True):
    by: str
    numbers: tuple[str, ...] = ()


class ItemSealed(Event, frozen=True):
    by: str
    seal: str


class WrongSealSeen(Event, frozen=True):
    """Somebody held a parcel with another seal than the one on record."""

    by: str
    device: str


class ItemLoading(Event, frozen=True):
    """A cell was found; its door opens now."""

    by: str
    device: str
    cell: int
    witness: str = ""
    """The second person at the door."""


class ItemLoaded(Event, frozen=True):
    by: str
    device: str = ""
    cell: int = 0


class ItemPosted(Event, frozen=True):
    by: str
    carrier: str
    tracking: str


class ItemReady(Event, frozen=True):
    expires_ms: int


class WrongTry(Event, frozen=True):
    by: str


class PickUpUnlocked(Event, frozen=True):
    by: str


class ItemReleased(Event, frozen=True):
    """Paper and code go together; ``release`` is the opening or dispensing that follows."""

    by: str
    release: str


class ItemStillThere(Event, frozen=True):
    release: str
    why: str


class ItemPickedUp(Event, frozen=True):
    by: str
    number: str = ""


class ItemReminded(Event, frozen=True):
    """The time to fetch it is nearly over."""


class ItemExpired(Event, frozen=True):
    """Nobody fetched it in time."""


class ItemTakingBack(Event, frozen=True):
    by: str
    release: str
    witness: str = ""
    """The second person at the door."""


class ItemReturned(Event, frozen=True):
    by: str


class ItemMissing(Event, frozen=True):
    """Its place was found empty, and it had not been released to anybody."""

    by: str


class ItemSettled(Event, frozen=True):
    by: str


class ItemCancelled(Event, frozen=True):
    """``reason`` lies sealed in the table of receivers; before 2026-11-22 it stood here."""

    by: str
    reason: str = ""


HANDLING = (
    ItemStocked, ItemSealed, ItemLoading, ItemLoaded, ItemPosted, ItemReleased, ItemPickedUp,
    ItemTakingBack, ItemReturned,
)  # fmt: skip
"""Whoever does one of these holds the delivery leg."""

TYPES = EventTypes(
    "item",
    [
        ItemOrdered, ItemTradeDone, ItemStocked, ItemSealed, WrongSealSeen, ItemLoading, ItemLoaded,
        ItemPosted, ItemReady, WrongTry, PickUpUnlocked, ItemReleased, ItemStillThere,
        ItemPickedUp, ItemReminded, ItemExpired, ItemTakingBack, ItemReturned, ItemMissing, ItemSettled,
        ItemCancelled,
    ],
)  # fmt: skip

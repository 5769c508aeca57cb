"""One item order, ``item/<order>``: what is asked of it, and how its events leave it. Pure."""

import msgspec

from tingtang.delivery.model import item_events as e
from tingtang.delivery.model.kinds import Status
from tingtang.kernel.events import Event

TRIES_MAX = 5
"""Wrong tries before an order is locked."""


class Item(msgspec.Struct):
    """An order as its events leave it."""

    ordered: e.ItemOrdered | None = None
    status: Status = Status.CREATED
    is_trade_done: bool = False
    traders: frozenset[str] = frozenset()
    handlers: frozenset[str] = frozenset()
    """Actors of the two legs."""
    numbers: tuple[str, ...] = ()
    seal: str = ""
    device: str = ""
    cell: int = 0
    release: str = ""
    """The opening or the dispensing that it was released to."""
    wrong_tries: int = 0
    expires_ms: int = 0
    is_reminded: bool = False
    carrier: str = ""
    tracking: str = ""


class Order(msgspec.Struct, frozen=True):
    event: e.ItemOrdered


class FinishTrade(msgspec.Struct, frozen=True):
    by: str
    trace: str


class Stock(msgspec.Struct, frozen=True):
    by: str
    numbers: tuple[str, ...]


class Seal(msgspec.Struct, frozen=True):
    by: str
    seal: str


class Load(msgspec.Struct, frozen=True):
    """Into a cell that was found for it. A wrong seal is written down and nothing else."""

    by: str
    seal: str
    device: str
    cell: int
    witness: str = ""


class NoteLoaded(msgspec.Struct, frozen=True):
    """The door was shut on it, it lies at the counter, or the machine has it in stock."""

    by: str
    device: str = ""
    cell: int = 0


class Post(msgspec.Struct, frozen=True):
    by: str
    carrier: str
    tracking: str


class Release(msgspec.Struct, frozen=True):
    """Somebody asks for it. ``is_recognised``: paper and code go together."""

    by: str
    release: str
    is_recognised: bool


class HandedOver(msgspec.Struct, frozen=True):
    """It left: the cell is empty, the machine gave out ``number``, the receipt was signed."""

    by: str
    release: str = ""
    number: str = ""
    is_by_hand: bool = False
    """A person says so, not a machine."""


class StillThere(msgspec.Struct, frozen=True):
    """It was released and not taken: the door never opened, or was shut on it."""

    release: str
    why: str
    by: str = ""
    """The person who has looked; empty for a machine's word."""


class Unlock(msgspec.Struct, frozen=True):
    by: str


class TakeBack(msgspec.Struct, frozen=True):
    """By staff, out of its place, because it expired, was called off or came back."""

    by: str
    release: str
    witness: str = ""


class Return(msgspec.Struct, frozen=True):
    by: str
    release: str = ""


class Miss(msgspec.Struct, frozen=True):
    """Its cell was found empty, and it had not been released."""

    by: str


class Settle(msgspec.Struct, frozen=True):
    by: str


class Cancel(msgspec.Struct, frozen=True):
    by: str


class Tend(msgspec.Struct, frozen=True):
    """Look at the clock."""

    remind_ms: int
    """So long before it expires the customer is reminded."""


Command = (
    Order | FinishTrade | Stock | Seal | Load | NoteLoaded | Post | Release | HandedOver
    | StillThere | Unlock | TakeBack | Return | Miss | Settle | Cancel | Tend
)  # fmt: skip


def evolve(state: Item, event: Event) -> None:
    """Apply what has happened, in place."""
    by = getattr(event, "by", "")
    match event:
        case e.ItemOrdered():
            state.ordered, state.is_trade_done = event, event.is_trade_done
            state.traders = frozenset(event.traders)
            state.device = event.device
        case e.ItemTradeDone():
            state.is_trade_done = True
            state.traders = state.traders | {by}
        case e.ItemStocked():
            state.status, state.numbers = Status.STOCKED, event.numbers
        case e.ItemSealed():
            state.status, state.seal = Status.SEALED, event.seal
        case e.ItemLoading():
            state.device, state.cell = event.device, event.cell
        case e.ItemLoaded():
            state.status, state.device, state.cell = Status.LOADED, event.device, event.cell
        case e.ItemPosted():
            state.status, state.carrier, state.tracking = (
                Status.LOADED, event.carrier, event.tracking,
            )  # fmt: skip
        case e.ItemReady():
            state.status, state.expires_ms = Status.READY, event.expires_ms
        case e.WrongTry():
            state.wrong_tries += 1
        case e.PickUpUnlocked():
            state.wrong_tries = 0
        case e.ItemReleased() | e.ItemTakingBack():
            state.status, state.release = Status.RELEASED, event.release
            state.wrong_tries = 0
        case e.ItemStillThere():
            state.status = Status.READY if state.is_trade_done else Status.LOADED
            state.release = ""
        case e.ItemPickedUp():
            state.status = Status.PICKED_UP
            if event.number:
                state.numbers = (event.number,)
        case e.ItemReminded():
            state.is_reminded = True
        case e.ItemExpired():
            state.status = Status.EXPIRED
        case e.ItemReturned():
            state.status = Status.RETURNED
        case e.ItemMissing():
            state.status = Status.MISSING
        case e.ItemSettled():
            state.status = Status.SETTLED
        case e.ItemCancelled():
            state.status = Status.CANCELLED
    if isinstance(event, e.HANDLING):
        # Whoever stood beside at the door has handled it too.
        state.handlers |= {one for one in (by, getattr(event, "witness", "")) if one}

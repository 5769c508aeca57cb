"""One item order, ``item/<order>``: what can happen to it, and who may do it. Pure.

The trade leg and the delivery leg are held by different people, and each blocks the other: who did
the trade touches no item of it; nothing is handed over before the trade is done, and nothing is
settled before the hand-over, by somebody who did not handle the item.
"""

from collections.abc import Sequence

import msgspec

from tingtang.delivery.model import item_events as e
from tingtang.delivery.model import problems as p
from tingtang.delivery.model.kinds import OVER, STATUS_NAMES, How, Status
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event

STAFF = "staff:"
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


class StillThere(msgspec.Struct, frozen=True):
    """It was released and not taken: the door never opened, or was shut on it."""

    release: str
    why: str


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


class ItemCore:
    """Decides and evolves orders."""

    def initial(self, stream: str) -> Item:
        """Nothing was ordered yet."""
        del stream
        return Item()

    def decide(self, state: Item, command: Command, at_ms: int) -> Sequence[Event]:
        """What follows from a command; refused in words for whoever gave it."""
        if isinstance(command, Order):
            return () if state.ordered is not None else _order(command.event, at_ms)
        if state.ordered is None:
            raise Refused(p.UNKNOWN_ORDER)
        return _decide(state, state.ordered, command, at_ms)

    def evolve(self, state: Item, event: Event, at_ms: int) -> None:
        """Apply what has happened, in place."""
        del at_ms
        evolve(state, event)


def _order(event: e.ItemOrdered, at_ms: int) -> Sequence[Event]:
    found: list[Event] = [event]
    if event.is_trade_done and event.how is How.DISPENSER:
        found.append(e.ItemReady(expires_ms=_expiry(event, at_ms)))
    return found


def _decide(state: Item, ordered: e.ItemOrdered, command: Command, at_ms: int) -> Sequence[Event]:
    match command:
        case FinishTrade():
            return _finish_trade(state, ordered, command, at_ms)
        case Stock():
            _check(state, command.by, Status.CREATED)
            return (e.ItemStocked(by=command.by, numbers=command.numbers),)
        case Seal():
            _check(state, command.by, Status.STOCKED)
            return (e.ItemSealed(by=command.by, seal=command.seal),)
        case Load():
            _check(state, command.by, Status.SEALED)
            if command.seal != state.seal:
                return (e.WrongSealSeen(by=command.by, device=command.device),)
            _check_witness(state, command.by, command.witness)
            return (
                e.ItemLoading(
                    by=command.by, device=command.device, cell=command.cell,
                    witness=command.witness,
                ),
            )  # fmt: skip
        case NoteLoaded():
            return _loaded(state, ordered, command, at_ms)
        case Post():
            _check(state, command.by, Status.SEALED)
            if not state.is_trade_done:
                raise Refused(p.TRADE_NOT_DONE)
            return (
                e.ItemPosted(by=command.by, carrier=command.carrier, tracking=command.tracking),
            )
        case Release() | HandedOver() | StillThere() | Unlock():
            return _hand_over(state, ordered, command)
        case TakeBack() | Return():
            return _back(state, command)
        case Miss():
            is_kept = state.status in TO_TAKE_BACK or state.status is Status.RELEASED
            return (e.ItemMissing(by=command.by),) if is_kept else ()
        case Settle():
            return _settle(state, command)
        case Cancel():
            if state.status in OVER:
                return ()
            is_early = state.status is Status.CREATED
            is_pack = ordered.how is How.MACHINE and not state.is_trade_done
            if not is_early and not (is_pack and state.status is Status.SEALED):
                raise Refused(p.NOT_NOW, status=STATUS_NAMES[state.status])
            return (e.ItemCancelled(by=command.by),)
        case Tend():
            return _tend(state, command, at_ms)
    raise AssertionError(command)


def _finish_trade(
    state: Item, ordered: e.ItemOrdered, command: FinishTrade, at_ms: int
) -> Sequence[Event]:
    if state.is_trade_done:
        return ()
    if state.status in OVER:
        raise Refused(p.NOT_NOW, status=STATUS_NAMES[state.status])
    if command.by in state.handlers and command.by.startswith(STAFF):
        raise Refused(p.DELIVERED_BY_SAME)
    found: list[Event] = [e.ItemTradeDone(by=command.by, trace=command.trace)]
    is_there = state.status is Status.LOADED and ordered.how is not How.MAIL
    if is_there or (ordered.how is How.DISPENSER and state.status is Status.CREATED):
        found.append(e.ItemReady(expires_ms=_expiry(ordered, at_ms)))
    return found


def _loaded(
    state: Item, ordered: e.ItemOrdered, command: NoteLoaded, at_ms: int
) -> Sequence[Event]:
    if state.status in {Status.LOADED, Status.READY} and command.cell == state.cell:
        return ()
    at_counter = ordered.how is How.COUNTER and state.status is Status.STOCKED
    if not at_counter:
        _check(state, command.by, Status.SEALED)
    else:
        _check_person(state, command.by)
    found: list[Event] = [e.ItemLoaded(by=command.by, device=command.device, cell=command.cell)]
    if ordered.how is How.MACHINE:
        found.append(e.ItemPickedUp(by=command.by))
    elif state.is_trade_done:
        found.append(e.ItemReady(expires_ms=_expiry(ordered, at_ms)))
    return found


def _hand_over(
    state: Item, ordered: e.ItemOrdered, command: Release | HandedOver | StillThere | Unlock
) -> Sequence[Event]:
    if isinstance(command, Unlock):
        _check_person(state, command.by)
        return (e.PickUpUnlocked(by=command.by),) if state.wrong_tries else ()
    if isinstance(command, Release):
        if state.status is not Status.READY:
            if not state.is_trade_done:
                raise Refused(p.TRADE_NOT_DONE)
            raise Refused(p.NOT_NOW, status=STATUS_NAMES[state.status])
        if state.wrong_tries >= TRIES_MAX:
            raise Refused(p.LOCKED)
        _check_person(state, command.by)
        if not command.is_recognised:
            return (e.WrongTry(by=command.by),)
        return (e.ItemReleased(by=command.by, release=command.release),)
    if isinstance(command, StillThere):
        if state.status is not Status.RELEASED or state.release != command.release:
            return ()
        return (e.ItemStillThere(release=command.release, why=command.why),)
    if ordered.how is How.MAIL and state.status is Status.LOADED:
        _check_person(state, command.by)
        return (e.ItemPickedUp(by=command.by),)
    if state.status is not Status.RELEASED or state.release != command.release:
        return ()
    return (e.ItemPickedUp(by=command.by, number=command.number),)


TO_TAKE_BACK = frozenset({Status.EXPIRED, Status.READY, Status.LOADED})


def _back(state: Item, command: TakeBack | Return) -> Sequence[Event]:
    if isinstance(command, TakeBack):
        if state.status is Status.RELEASED and state.release == command.release:
            return ()  # asked for again, before its door was told
        if state.status not in TO_TAKE_BACK:
            raise Refused(p.NOT_NOW, status=STATUS_NAMES[state.status])
        _check_person(state, command.by)
        _check_witness(state, command.by, command.witness)
        taking = e.ItemTakingBack(by=command.by, release=command.release, witness=command.witness)
        return (taking,)
    if command.release:
        if state.status is not Status.RELEASED or state.release != command.release:
            return ()
        return (e.ItemReturned(by=command.by),)
    if state.status not in TO_TAKE_BACK:
        raise Refused(p.NOT_NOW, status=STATUS_NAMES[state.status])
    _check_person(state, command.by)
    return (e.ItemReturned(by=command.by),)


def _settle(state: Item, command: Settle) -> Sequence[Event]:
    if state.status is Status.SETTLED:
        return ()
    if state.status not in {Status.PICKED_UP, Status.RETURNED, Status.MISSING}:
        raise Refused(p.NOT_HANDED_OVER)
    if command.by in state.handlers and command.by.startswith(STAFF):
        raise Refused(p.DELIVERED_BY_SAME)
    return (e.ItemSettled(by=command.by),)


def _tend(state: Item, clock: Tend, at_ms: int) -> Sequence[Event]:
    if state.status is not Status.READY:
        return ()
    if at_ms >= state.expires_ms:
        return (e.ItemExpired(),)
    if not state.is_reminded and state.expires_ms - at_ms <= clock.remind_ms:
        return (e.ItemReminded(),)
    return ()


def _check(state: Item, by: str, *wanted: Status) -> None:
    if state.status not in wanted:
        raise Refused(p.NOT_NOW, status=STATUS_NAMES[state.status])
    _check_person(state, by)


def _check_person(state: Item, by: str) -> None:
    """Machines may stand in both legs; people may not."""
    if by in state.traders and by.startswith(STAFF):
        raise Refused(p.SAME_PERSON)


def _check_witness(state: Item, by: str, witness: str) -> None:
    """The second person is another than the first, and did not do the trade."""
    if witness and witness == by:
        raise Refused(p.TWO_PEOPLE)
    _check_person(state, witness)


def _expiry(ordered: e.ItemOrdered, at_ms: int) -> int:
    return at_ms + ordered.keep_ms


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
    if by and isinstance(event, e.HANDLING):
        state.handlers = state.handlers | {by}

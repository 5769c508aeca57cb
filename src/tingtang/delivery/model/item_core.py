"""What may be done with an item order, and by whom. Pure.

The trade leg and the delivery leg are held by different people, and each blocks the other: who did
the trade touches no item of it; nothing is handed over before the trade is done, and nothing is
settled before the hand-over, by somebody who did not handle the item.
"""

from collections.abc import Sequence

from tingtang.delivery.model import item as m
from tingtang.delivery.model import item_events as e
from tingtang.delivery.model import problems as p
from tingtang.delivery.model.kinds import HOW_NAMES, OVER, STATUS_NAMES, How, Status
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event

STAFF = "staff:"


class ItemCore:
    """Decides and evolves orders."""

    def initial(self, stream: str) -> m.Item:
        """Nothing was ordered yet."""
        del stream
        return m.Item()

    def decide(self, state: m.Item, command: m.Command, at_ms: int) -> Sequence[Event]:
        """What follows from a command; refused in words for whoever gave it."""
        if isinstance(command, m.Order):
            return () if state.ordered is not None else _order(command.event, at_ms)
        if state.ordered is None:
            raise Refused(p.UNKNOWN_ORDER)
        return _decide(state, state.ordered, command, at_ms)

    def evolve(self, state: m.Item, event: Event, at_ms: int) -> None:
        """Apply what has happened, in place."""
        del at_ms
        m.evolve(state, event)


def _order(event: e.ItemOrdered, at_ms: int) -> Sequence[Event]:
    found: list[Event] = [event]
    if event.is_trade_done and event.how is How.DISPENSER:
        found.append(e.ItemReady(expires_ms=_expiry(event, at_ms)))
    return found


def _decide(
    state: m.Item, ordered: e.ItemOrdered, command: m.Command, at_ms: int
) -> Sequence[Event]:
    match command:
        case m.FinishTrade():
            return _finish_trade(state, ordered, command, at_ms)
        case m.Stock():
            _check(state, command.by, Status.CREATED)
            return (e.ItemStocked(by=command.by, numbers=command.numbers),)
        case m.Seal():
            _check(state, command.by, Status.STOCKED)
            return (e.ItemSealed(by=command.by, seal=command.seal),)
        case m.Load():
            _check_way(ordered, How.LOCKER, How.MACHINE)
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
        case m.NoteLoaded():
            return _loaded(state, ordered, command, at_ms)
        case m.Post():
            _check_way(ordered, How.MAIL)
            _check(state, command.by, Status.SEALED)
            if not state.is_trade_done:
                raise Refused(p.TRADE_NOT_DONE)
            return (
                e.ItemPosted(by=command.by, carrier=command.carrier, tracking=command.tracking),
            )
        case m.Release() | m.HandedOver() | m.StillThere() | m.Unlock():
            return _hand_over(state, ordered, command)
        case m.TakeBack() | m.Return():
            return _back(state, command)
        case m.Miss():
            is_kept = state.status in TO_TAKE_BACK or state.status is Status.RELEASED
            return (e.ItemMissing(by=command.by),) if is_kept else ()
        case m.Settle():
            return _settle(state, command)
        case m.Cancel():
            if state.status in OVER:
                return ()
            is_early = state.status is Status.CREATED
            is_pack = ordered.how is How.MACHINE and not state.is_trade_done
            if not is_early and not (is_pack and state.status is Status.SEALED):
                raise Refused(p.NOT_NOW, status=STATUS_NAMES[state.status])
            return (e.ItemCancelled(by=command.by),)
        case m.Tend():
            return _tend(state, command, at_ms)
    raise AssertionError(command)


def _finish_trade(
    state: m.Item, ordered: e.ItemOrdered, command: m.FinishTrade, at_ms: int
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
    state: m.Item, ordered: e.ItemOrdered, command: m.NoteLoaded, at_ms: int
) -> Sequence[Event]:
    if state.status in {Status.LOADED, Status.READY} and command.cell == state.cell:
        return ()
    if not command.device:
        _check_way(ordered, How.COUNTER)
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
    state: m.Item,
    ordered: e.ItemOrdered,
    command: m.Release | m.HandedOver | m.StillThere | m.Unlock,
) -> Sequence[Event]:
    if isinstance(command, m.Unlock):
        _check_person(state, command.by)
        return (e.PickUpUnlocked(by=command.by),) if state.wrong_tries else ()
    if isinstance(command, m.Release):
        if state.status is not Status.READY:
            if not state.is_trade_done:
                raise Refused(p.TRADE_NOT_DONE)
            raise Refused(p.NOT_NOW, status=STATUS_NAMES[state.status])
        if state.wrong_tries >= m.TRIES_MAX:
            raise Refused(p.LOCKED)
        _check_person(state, command.by)
        if not command.is_recognised:
            return (e.WrongTry(by=command.by),)
        return (e.ItemReleased(by=command.by, release=command.release),)
    if isinstance(command, m.HandedOver) and command.is_by_hand:
        _check_person(state, command.by)
    if isinstance(command, m.StillThere):
        _check_person(state, command.by)
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


def _back(state: m.Item, command: m.TakeBack | m.Return) -> Sequence[Event]:
    if isinstance(command, m.TakeBack):
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


def _settle(state: m.Item, command: m.Settle) -> Sequence[Event]:
    if state.status is Status.SETTLED:
        return ()
    if state.status not in {Status.PICKED_UP, Status.RETURNED, Status.MISSING}:
        raise Refused(p.NOT_HANDED_OVER)
    if command.by in state.handlers and command.by.startswith(STAFF):
        raise Refused(p.DELIVERED_BY_SAME)
    return (e.ItemSettled(by=command.by),)


def _tend(state: m.Item, clock: m.Tend, at_ms: int) -> Sequence[Event]:
    if state.status is not Status.READY:
        return ()
    if at_ms >= state.expires_ms:
        return (e.ItemExpired(),)
    if not state.is_reminded and state.expires_ms - at_ms <= clock.remind_ms:
        return (e.ItemReminded(),)
    return ()


def _check(state: m.Item, by: str, *wanted: Status) -> None:
    if state.status not in wanted:
        raise Refused(p.NOT_NOW, status=STATUS_NAMES[state.status])
    _check_person(state, by)


def _check_way(ordered: e.ItemOrdered, *ways: How) -> None:
    """What goes out in one way goes out in no other: its cell, its seal and its receipt are of that."""
    if ordered.how not in ways:
        raise Refused(p.OTHER_WAY, how=HOW_NAMES[ordered.how])


def _check_person(state: m.Item, by: str) -> None:
    """Machines may stand in both legs; people may not."""
    if by in state.traders and by.startswith(STAFF):
        raise Refused(p.SAME_PERSON)


def _check_witness(state: m.Item, by: str, witness: str) -> None:
    """The second person is another than the first, and did not do the trade."""
    if witness and witness == by:
        raise Refused(p.TWO_PEOPLE)
    _check_person(state, witness)


def _expiry(ordered: e.ItemOrdered, at_ms: int) -> int:
    return at_ms + ordered.keep_ms

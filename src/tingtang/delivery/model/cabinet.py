"""One locker cabinet, ``cabinet/<device>``: which order lies in which cell, and its doors. Pure.

A cell is given to one order and stays with it until its door was shut on an empty cell, or somebody
looked into it. A command to a door whose outcome is not known leaves the cell *in doubt*: it is
neither opened again nor given away before the door says something or a person has looked.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from tingtang.delivery.model import cabinet_events as e
from tingtang.delivery.model import problems as p
from tingtang.delivery.model.cabinet_events import Purpose
from tingtang.delivery.model.kinds import SIZES, Size
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event


class CellState(StrEnum):
    FREE = "free"
    RESERVED = "reserved"
    """Given to an order that is not in it yet."""
    OPENING = "opening"
    OPEN = "open"
    FULL = "full"
    DOUBT = "doubt"


class Outcome(StrEnum):
    """What came of a command to a door."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Cell(msgspec.Struct):
    """A cell that is not free. ``before`` is what it was before its door was told to open."""

    order: str
    state: CellState = CellState.RESERVED
    before: CellState = CellState.RESERVED
    purpose: Purpose = Purpose.LOAD
    opening: str = ""
    command: str = ""
    by: str = ""
    since_ms: int = 0
    is_left_open: bool = False
    given_up: str = ""
    """An opening that never will be."""


class Cabinet(msgspec.Struct):
    """By number; a cell that is not here is free."""

    cells: dict[int, Cell] = {}

    def cell_of(self, order: str) -> int:
        """The cell that an order has; 0 for none."""
        return next((number for number, one in self.cells.items() if one.order == order), 0)


class Reserve(msgspec.Struct, frozen=True):
    """``sizes`` of all cells that are in use. Asked again it gives the same cell."""

    order: str
    size: Size
    sizes: Mapping[int, Size]


class GiveUp(msgspec.Struct, frozen=True):
    order: str


class Open(msgspec.Struct, frozen=True):
    order: str
    purpose: Purpose
    opening: str
    by: str


class GiveUpOpening(msgspec.Struct, frozen=True):
    """An opening that was asked for and may never have been begun. After this it never is, whoever is
    about to; one that has begun goes on.
    """

    order: str
    opening: str


class NoteTold(msgspec.Struct, frozen=True):
    opening: str
    command: str


class NoteOutcome(msgspec.Struct, frozen=True):
    opening: str
    outcome: Outcome
    code: str = ""


class DoorOpened(msgspec.Struct, frozen=True):
    cell: int


class DoorShut(msgspec.Struct, frozen=True):
    """``is_full`` by the cell's own sensor; None where it has none."""

    cell: int
    is_full: bool | None = None


class Inspect(msgspec.Struct, frozen=True):
    cell: int
    is_full: bool
    by: str
    witness: str = ""


class Tend(msgspec.Struct, frozen=True):
    door_ms: int
    """How long a door may stand open."""


Command = (
    Reserve | GiveUp | Open | GiveUpOpening | NoteTold | NoteOutcome | DoorOpened | DoorShut | Inspect | Tend
)  # fmt: skip


def allocate(taken: Mapping[int, Cell], sizes: Mapping[int, Size], size: Size) -> int:
    """The lowest free cell of the smallest size that is large enough; 0 where there is none."""
    for fits in SIZES[SIZES.index(size) :]:
        free = [number for number, one in sizes.items() if one is fits and number not in taken]
        if free:
            return min(free)
    return 0


class CabinetCore:
    """Decides and evolves cabinets."""

    def initial(self, stream: str) -> Cabinet:
        """All cells are free."""
        del stream
        return Cabinet()

    def decide(self, state: Cabinet, command: Command, at_ms: int) -> Sequence[Event]:
        """What follows from a command, or from what a door said."""
        match command:
            case Reserve():
                return _reserve(state, command)
            case GiveUp():
                number = state.cell_of(command.order)
                is_ours = number and state.cells[number].state is CellState.RESERVED
                return (e.CellGivenUp(cell=number, order=command.order),) if is_ours else ()
            case Open():
                return _open(state, command)
            case GiveUpOpening():
                return _give_up_opening(state, command)
            case NoteTold():
                number = _of_opening(state, command.opening)
                return (
                    (e.CellTold(cell=number, opening=command.opening, command=command.command),)
                    if number and not state.cells[number].command
                    else ()
                )
            case NoteOutcome():
                return _outcome(state, command)
            case DoorOpened():
                return _door_opened(state, command.cell)
            case DoorShut():
                return _door_shut(state, command)
            case Inspect():
                return _inspect(state, command)
            case Tend():
                return [
                    e.CellLeftOpen(cell=number, order=one.order)
                    for number, one in sorted(state.cells.items())
                    if one.state is CellState.OPEN
                    and not one.is_left_open
                    and at_ms - one.since_ms >= command.door_ms
                ]

    def evolve(self, state: Cabinet, event: Event, at_ms: int) -> None:
        """Apply what has happened, in place."""
        evolve(state, event, at_ms)


def _reserve(state: Cabinet, command: Reserve) -> Sequence[Event]:
    if state.cell_of(command.order):
        return ()
    number = allocate(state.cells, command.sizes, command.size)
    if not number:
        raise Refused(p.NO_CELL)
    return (e.CellReserved(cell=number, order=command.order),)


def _open(state: Cabinet, command: Open) -> Sequence[Event]:
    number = state.cell_of(command.order)
    if not number:
        raise Refused(p.UNKNOWN_ORDER)
    wanted = CellState.RESERVED if command.purpose is Purpose.LOAD else CellState.FULL
    one = state.cells[number]
    if one.state is not wanted or one.given_up == command.opening:
        raise Refused(p.CELL_BUSY, cell=number)
    return (
        e.CellOpening(
            cell=number, order=command.order, purpose=command.purpose, opening=command.opening,
            by=command.by,
        ),
    )  # fmt: skip


def _give_up_opening(state: Cabinet, command: GiveUpOpening) -> Sequence[Event]:
    number = state.cell_of(command.order)
    one = state.cells.get(number)
    if one is None or one.state is not CellState.FULL or one.given_up == command.opening:
        return ()
    return (e.OpeningGivenUp(cell=number, order=command.order, opening=command.opening),)


def _outcome(state: Cabinet, command: NoteOutcome) -> Sequence[Event]:
    number = _of_opening(state, command.opening)
    if not number:
        return ()
    one = state.cells[number]
    if one.state is CellState.DOUBT and command.outcome is Outcome.UNKNOWN:
        return ()
    if one.state not in {CellState.OPENING, CellState.DOUBT}:
        return ()
    if command.outcome is Outcome.DONE:
        return (e.CellOpened(cell=number, opening=one.opening),)
    if command.outcome is Outcome.UNKNOWN:
        return (e.CellInDoubt(cell=number, order=one.order, opening=one.opening),)
    return (
        e.CellNotOpened(
            cell=number, order=one.order, opening=one.opening, purpose=one.purpose,
            code=command.code,
        ),
    )  # fmt: skip


def _door_opened(state: Cabinet, number: int) -> Sequence[Event]:
    one = state.cells.get(number)
    if one is None or one.state in {CellState.RESERVED, CellState.FULL}:
        # A command that was inspected meanwhile may come true late: that is seen here too.
        return (e.CellForced(cell=number, order=one.order if one else ""),)
    if one.state is CellState.OPEN or one.purpose is Purpose.FORCED:
        return ()
    return (e.CellOpened(cell=number, opening=one.opening),)


def _door_shut(state: Cabinet, command: DoorShut) -> Sequence[Event]:
    one = state.cells.get(command.cell)
    if one is None or one.state not in {CellState.OPEN, CellState.DOUBT}:
        return ()  # before it opened, this was said of an earlier opening
    is_full = command.is_full
    if is_full is None:
        # No sensor: whoever came did what they came for, but only where the door is known to have
        # opened.
        if one.state is not CellState.OPEN:
            return ()
        is_full = one.purpose is Purpose.LOAD
    if one.purpose is Purpose.FORCED and not is_full:
        return ()  # a person must look
    return (_left(command.cell, one, is_full),)


def _inspect(state: Cabinet, command: Inspect) -> Sequence[Event]:
    one = state.cells.get(command.cell)
    if one is None or one.state not in {CellState.DOUBT, CellState.OPEN}:
        raise Refused(p.NOT_IN_DOUBT, cell=command.cell)
    return (
        e.CellInspected(
            cell=command.cell, by=command.by, is_full=command.is_full, witness=command.witness
        ),
        _left(command.cell, one, command.is_full),
    )


def _left(number: int, one: Cell, is_full: bool) -> Event:
    """What a cell is once its door is shut."""
    if one.purpose is Purpose.LOAD and is_full:
        return e.CellFilled(cell=number, order=one.order, by=one.by)
    if one.purpose is not Purpose.LOAD and not is_full:
        return e.CellEmptied(
            cell=number, order=one.order, purpose=one.purpose, opening=one.opening, by=one.by
        )
    return e.CellShutAsItWas(cell=number, order=one.order, purpose=one.purpose, opening=one.opening)


def _of_opening(state: Cabinet, opening: str) -> int:
    if not opening:
        return 0
    return next((n for n, one in state.cells.items() if one.opening == opening), 0)


def evolve(state: Cabinet, event: Event, at_ms: int) -> None:
    """Apply what has happened, in place."""
    match event:
        case e.CellReserved():
            state.cells[event.cell] = Cell(event.order, since_ms=at_ms)
        case e.CellGivenUp() | e.CellEmptied():
            state.cells.pop(event.cell, None)
        case e.CellOpening():
            one = state.cells[event.cell]
            one.before, one.state = one.state, CellState.OPENING
            one.purpose, one.opening, one.by = event.purpose, event.opening, event.by
            one.command, one.is_left_open, one.since_ms = "", False, at_ms
        case e.CellTold():
            state.cells[event.cell].command = event.command
        case e.CellOpened():
            one = state.cells[event.cell]
            one.state, one.since_ms = CellState.OPEN, at_ms
        case e.CellNotOpened() | e.CellShutAsItWas():
            one = state.cells[event.cell]
            one.state, one.opening, one.since_ms = one.before, "", at_ms
        case e.OpeningGivenUp():
            state.cells[event.cell].given_up = event.opening
        case e.CellInDoubt():
            one = state.cells[event.cell]
            one.state, one.since_ms = CellState.DOUBT, at_ms
        case e.CellFilled():
            one = state.cells[event.cell]
            one.state, one.opening, one.since_ms = CellState.FULL, "", at_ms
        case e.CellForced():
            full = state.cells.get(event.cell)
            if full is not None and full.state is CellState.FULL:
                full.before, full.state = CellState.FULL, CellState.DOUBT
                full.purpose, full.opening, full.since_ms = Purpose.FORCED, "", at_ms
        case e.CellLeftOpen():
            state.cells[event.cell].is_left_open = True

"""One clearing of a machine (清机), ``clearing/<id>``: two people, three figures, booked differences.

Both people count blind: neither sees what the other entered, and only equal counts stand. They are
held against the device's own count and the books. A difference is never netted and never passed
over: somebody else approves each, it is booked to suspense, and only then the machine goes back
into service.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from tingtang.delivery.model import problems as p
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event, EventTypes


class Step(StrEnum):
    """How far a clearing has come."""

    WAITING = "waiting"
    """For the second person."""
    COUNTING = "counting"
    DIFFERENT = "different"
    """The three figures are known and not all equal."""
    BALANCED = "balanced"
    """Equal, or every difference approved and booked."""
    DONE = "done"
    ABANDONED = "abandoned"


CASH = "cash:"
"""Before a currency: its line is in hundredths, all others are in pieces."""


Pieces = Mapping[str, Mapping[str, int]]
"""By line, pieces by denomination (in hundredths, as text)."""


class Line(msgspec.Struct, frozen=True):
    """Three figures of one thing: cash of a currency in hundredths, or pieces. ``device`` is None
    where the machine does not count it by itself.
    """

    name: str
    physical: int
    books: int
    device: int | None = None

    @property
    def is_even(self) -> bool:
        """All three agree."""
        return self.physical == self.books and self.device in {None, self.physical}

    @property
    def difference(self) -> int:
        """长款 (above zero) or 短款 against the books."""
        return self.physical - self.books


class ClearingBegun(Event, frozen=True):
    device: str
    date: str
    by: str
    names: tuple[str, ...]
    """What is counted."""


class ClearingJoined(Event, frozen=True):
    by: str


class DeviceCounted(Event, frozen=True):
    """What the machine says it holds; empty where it could not count itself. ``is_opened``: its
    units were opened for the two people after that.
    """

    counts: dict[str, int]
    code: str = ""
    is_opened: bool = False


class PersonCounted(Event, frozen=True):
    by: str
    counts: dict[str, int]
    pieces: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    """Of cash: pieces by denomination, which is in hundredths."""


class CountsDiffered(Event, frozen=True):
    """The two did not find the same: both count again."""


class FiguresCompared(Event, frozen=True):
    lines: tuple[Line, ...]


class DifferenceApproved(Event, frozen=True):
    name: str
    by: str
    reason: str


class DifferenceBooked(Event, frozen=True):
    name: str
    voucher: str
    """The bank's number of the entry; empty for what is no cash."""


class ClearingDone(Event, frozen=True):
    by: str


class ClearingAbandoned(Event, frozen=True):
    by: str


class MachineReturned(Event, frozen=True):
    """Its units were shut, and it was told to serve again."""


TYPES = EventTypes(
    "clearing",
    [
        ClearingBegun, ClearingJoined, DeviceCounted, PersonCounted, CountsDiffered,
        FiguresCompared, DifferenceApproved, DifferenceBooked, ClearingDone, ClearingAbandoned,
        MachineReturned,
    ],
)  # fmt: skip


class Clearing(msgspec.Struct):
    """A clearing as its events leave it."""

    begun: ClearingBegun | None = None
    begun_ms: int = 0
    step: Step = Step.WAITING
    people: tuple[str, ...] = ()
    counts: dict[str, dict[str, int]] = {}
    """By person."""
    device: dict[str, int] = {}
    is_device_asked: bool = False
    is_opened: bool = False
    """Its units are open until the clearing ends."""
    pieces: dict[str, dict[str, int]] = {}
    """As both have found them."""
    rounds: int = 0
    """How often the two did not find the same."""
    lines: tuple[Line, ...] = ()
    approved: dict[str, str] = {}
    """By line: who said yes."""
    reasons: dict[str, str] = {}
    """By line: what they gave as the reason."""
    booked: dict[str, str] = {}
    is_returned: bool = False
    """The machine was told to serve again."""

    @property
    def to_compare(self) -> bool:
        """Both have counted alike, and the books are asked now."""
        return self.step is Step.COUNTING and len(self.counts) == 2


class Begin(msgspec.Struct, frozen=True):
    event: ClearingBegun


class Join(msgspec.Struct, frozen=True):
    by: str


class NoteDevice(msgspec.Struct, frozen=True):
    counts: Mapping[str, int]
    code: str = ""
    is_opened: bool = False


class Count(msgspec.Struct, frozen=True):
    """Of what stands in ``pieces`` alone, the amount follows."""

    by: str
    counts: Mapping[str, int]
    pieces: Pieces = {}


class Compare(msgspec.Struct, frozen=True):
    """``books`` by name."""

    books: Mapping[str, int]


class Approve(msgspec.Struct, frozen=True):
    name: str
    by: str
    reason: str


class NoteBooked(msgspec.Struct, frozen=True):
    name: str
    voucher: str


class Finish(msgspec.Struct, frozen=True):
    by: str


class Abandon(msgspec.Struct, frozen=True):
    by: str


class NoteReturned(msgspec.Struct, frozen=True):
    """The machine was told."""


Command = (
    Begin
    | Join
    | NoteDevice
    | Count
    | Compare
    | Approve
    | NoteBooked
    | Finish
    | Abandon
    | NoteReturned
)


class ClearingCore:
    """Decides and evolves clearings."""

    def initial(self, stream: str) -> Clearing:
        """Not begun."""
        del stream
        return Clearing()

    def decide(self, state: Clearing, command: Command, at_ms: int) -> Sequence[Event]:
        """What follows from a command; refused in words for whoever gave it."""
        del at_ms
        if isinstance(command, Begin):
            return () if state.begun else (command.event,)
        if state.begun is None:
            raise Refused(p.CLEARING_UNKNOWN)
        match command:
            case Join():
                _at(state, Step.WAITING)
                if command.by in state.people:
                    raise Refused(p.TWO_PEOPLE)
                return (ClearingJoined(by=command.by),)
            case NoteDevice():
                if state.is_device_asked or state.step not in {Step.WAITING, Step.COUNTING}:
                    return ()
                return (
                    DeviceCounted(
                        counts=dict(command.counts), code=command.code,
                        is_opened=command.is_opened,
                    ),
                )  # fmt: skip
            case Count():
                return _count(state, state.begun, command)
            case Compare():
                return _compare(state, state.begun, command) if state.to_compare else ()
            case Approve():
                return _approve(state, command)
            case NoteBooked():
                if command.name in state.booked or command.name not in state.approved:
                    return ()
                return (DifferenceBooked(name=command.name, voucher=command.voucher),)
            case Finish():
                if state.step is Step.DONE:
                    return ()
                if state.step is Step.DIFFERENT:
                    raise Refused(p.DIFFERENCES_OPEN)
                _at(state, Step.BALANCED)
                _one_of(state, command.by)
                return (ClearingDone(by=command.by),)
            case Abandon():
                _at(state, Step.WAITING, Step.COUNTING)
                _one_of(state, command.by)
                return (ClearingAbandoned(by=command.by),)
            case NoteReturned():
                return () if state.is_returned else (MachineReturned(),)

    def evolve(self, state: Clearing, event: Event, at_ms: int) -> None:
        """Apply what has happened, in place."""
        match event:
            case ClearingBegun():
                state.begun, state.people, state.begun_ms = event, (event.by,), at_ms
            case ClearingJoined():
                state.people, state.step = (*state.people, event.by), Step.COUNTING
            case DeviceCounted():
                state.device, state.is_device_asked = dict(event.counts), True
                state.is_opened = event.is_opened
            case PersonCounted():
                state.counts[event.by] = dict(event.counts)
                state.pieces = dict(event.pieces)
            case CountsDiffered():
                state.counts, state.pieces, state.rounds = {}, {}, state.rounds + 1
            case FiguresCompared():
                state.lines = event.lines
                even = all(line.is_even for line in event.lines)
                state.step = Step.BALANCED if even else Step.DIFFERENT
            case DifferenceApproved():
                state.approved[event.name] = event.by
                state.reasons[event.name] = event.reason
            case DifferenceBooked():
                state.booked[event.name] = event.voucher
                if all(line.is_even or line.name in state.booked for line in state.lines):
                    state.step = Step.BALANCED
            case ClearingDone():
                state.step = Step.DONE
            case ClearingAbandoned():
                state.step = Step.ABANDONED
            case MachineReturned():
                state.is_returned = True


def _count(state: Clearing, begun: ClearingBegun, command: Count) -> Sequence[Event]:
    _at(state, Step.COUNTING)
    _one_of(state, command.by)
    counts = amounts(command.counts, command.pieces)
    if command.by in state.counts or set(counts) != set(begun.names):
        raise Refused(p.CLEARING_NOT_NOW)
    pieces = {name: dict(ones) for name, ones in command.pieces.items()}
    found: list[Event] = [PersonCounted(by=command.by, counts=counts, pieces=pieces)]
    others = [counts for by, counts in state.counts.items() if by != command.by]
    if others and (others[0] != counts or state.pieces != pieces):
        found.append(CountsDiffered())
    return found


def amounts(counts: Mapping[str, int], pieces: Pieces) -> dict[str, int]:
    """All figures, those of cash from its pieces; refused (counts_unlike) where both were told and
    do not go together.
    """
    found = dict(counts)
    for name, ones in pieces.items():
        amount = sum(int(value) * number for value, number in ones.items())
        if found.setdefault(name, amount) != amount:
            raise Refused(p.COUNTS_UNLIKE, name=name)
    return found


def _compare(state: Clearing, begun: ClearingBegun, command: Compare) -> Sequence[Event]:
    physical = next(iter(state.counts.values()))
    lines = tuple(
        Line(name, physical[name], command.books.get(name, 0), state.device.get(name))
        for name in begun.names
    )
    return (FiguresCompared(lines=lines),)


def _approve(state: Clearing, command: Approve) -> Sequence[Event]:
    if command.by in state.people:
        raise Refused(p.THIRD_PERSON)
    _at(state, Step.DIFFERENT)
    line = next((one for one in state.lines if one.name == command.name), None)
    if line is None or line.is_even:
        raise Refused(p.CLEARING_NOT_NOW)
    if command.name in state.approved:
        return ()
    return (DifferenceApproved(name=command.name, by=command.by, reason=command.reason),)


def _at(state: Clearing, *steps: Step) -> None:
    if state.step not in steps:
        raise Refused(p.CLEARING_NOT_NOW)


def _one_of(state: Clearing, by: str) -> None:
    if by not in state.people:
        raise Refused(p.NOT_IN_CLEARING)

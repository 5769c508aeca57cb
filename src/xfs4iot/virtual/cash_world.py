"""Banknotes, and the cash machine they move through. Every note is in exactly one place.

Each movement changes the place and the counters of the units concerned in one go, so that at any
moment, also right after a power loss, for each unit:

    notes in the unit = initial + everything counted in - everything counted out
"""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from xfs4iot.virtual.world import World

Tally = Counter[tuple[str, str]]
"""How many notes, by note type and level."""


class NoteType(msgspec.Struct, frozen=True):
    """A kind of banknote, as CashManagement.GetBankNoteTypes lists it."""

    note_id: int
    currency: str
    value: int
    release: int = 0


class Note(msgspec.Struct, eq=False):
    """A banknote; equal only to itself."""

    serial: str
    type: str
    """``type...``; empty for what the machine does not recognise."""
    level: str = "fit"
    """fit, unfit, suspect, counterfeit or unrecognized."""
    origin: "CashUnit | None" = None
    """The unit it was dispensed from, while it is in the machine."""

    @property
    def kind(self) -> tuple[str, str]:
        return self.type, self.level


class Use(StrEnum):
    """What a unit is for."""

    RECYCLE = "recycle"
    CASH_OUT = "cashOut"
    CASH_IN = "cashIn"
    RETRACT = "retract"
    """Takes what was retracted and what was rejected."""


OUT = ("presented", "rejected", "distributed", "unknown", "stacked", "diverted", "transport")
IN = ("deposited", "retracted", "rejected", "distributed", "transport")


class CashUnit(msgspec.Struct, eq=False):
    """A cassette: the notes in it, and its counters."""

    use: Use
    capacity: int = 2_000
    type: str | None = None
    """The only note type it takes; None takes any."""
    notes: list[Note] = []
    initial: Tally = msgspec.field(default_factory=Counter)
    went_out: dict[str, Tally] = msgspec.field(default_factory=dict)
    came_in: dict[str, Tally] = msgspec.field(default_factory=dict)
    retract_operations: int = 0
    low: int = 20
    high: int = 1_900
    name: str = ""
    locked_in: bool = False
    locked_out: bool = False

    def out(self, why: str) -> Tally:
        return self.went_out.setdefault(why, Counter())

    def into(self, why: str) -> Tally:
        return self.came_in.setdefault(why, Counter())

    def counted(self) -> Tally:
        """What the counters say is in the unit."""
        total = Counter(self.initial)
        for tally in self.came_in.values():
            total.update(tally)
        for tally in self.went_out.values():
            total.subtract(tally)
        return +total

    @property
    def count(self) -> int:
        return self.counted().total()

    def reset_counts(self, initial: Tally) -> None:
        """Start counting anew."""
        self.initial = Counter(initial)
        self.went_out, self.came_in, self.retract_operations = {}, {}, 0

    def level(self) -> str:
        count = self.count
        if self.use in {Use.RECYCLE, Use.CASH_OUT}:
            if count == 0:
                return "empty"
            if count <= self.low:
                return "low"
        if count >= self.capacity:
            return "full"
        return "high" if count >= self.high else "ok"

    def room(self, note: Note) -> bool:
        return self.type in {None, note.type} and len(self.notes) < self.capacity


class CashWorld(World):
    """A cash machine's insides and its customer.

    Places: ``customer``, ``input`` and ``output`` (behind the shutter, within the customer's
    reach), ``stacker`` (inside, between cassettes and customer), and the units.
    """

    def __init__(
        self, types: dict[str, NoteType], units: dict[str, CashUnit], *, step_ms: int = 0
    ) -> None:
        super().__init__(step_ms=step_ms)
        self.types = types
        self.units = units
        self.customer: list[Note] = []
        self.input: list[Note] = []
        self.output: list[Note] = []
        self.stacker: list[Note] = []
        self.shutter_open = False
        self.safe_door_open = False
        self.fills = False
        """Whoever sets a unit's counts has put the notes in by hand."""
        self.taken_count = 0
        """How often the output was emptied by the customer."""

    # What people do

    def put_in(self, notes: Iterable[Note]) -> None:
        """The customer puts notes in. Raises ValueError when the shutter is closed."""
        if not self.shutter_open:
            raise ValueError("the shutter is closed")
        for note in notes:
            if note in self.customer:
                self.customer.remove(note)
            self.input.append(note)
        self.changed()

    def take(self) -> list[Note]:
        """The customer takes all notes that are presented. Raises ValueError when none are."""
        if not self.output:
            raise ValueError("there are no notes to take")
        notes, self.output = self.output, []
        for note in notes:
            note.origin = None
        self.customer.extend(notes)
        self.taken_count += 1
        self.shutter_open = False
        self.changed()
        return notes

    def load(self, unit: str, notes: Iterable[Note]) -> None:
        """Staff put notes into a unit; its counters do not know until they are set."""
        self.units[unit].notes.extend(notes)
        self.changed()

    def empty(self, unit: str) -> list[Note]:
        """Staff take all notes out of a unit; its counters do not know until they are set."""
        notes, self.units[unit].notes = self.units[unit].notes, []
        self.changed()
        return notes

    def set_safe_door(self, *, is_open: bool) -> None:
        self.safe_door_open = is_open
        self.changed()

    # What the mechanism does

    def set_shutter(self, *, is_open: bool) -> None:
        self.shutter_open = is_open
        self.changed()

    def pick(self, unit: CashUnit) -> None:
        """One note from a unit onto the stacker. Raises ValueError when the unit is empty."""
        if not unit.notes:
            raise ValueError("the unit is empty")
        note = unit.notes.pop()
        note.origin = unit
        unit.out("stacked")[note.kind] += 1
        self.stacker.append(note)

    def present(self) -> None:
        """The stack to the customer, through the open shutter."""
        for note in self.stacker:
            self._recount(note, "presented")
        self.output, self.stacker = self.output + self.stacker, []
        self.shutter_open = True
        self.changed()

    def accept(self, note: Note) -> None:
        """A note from the input onto the stacker."""
        self.input.remove(note)
        self.stacker.append(note)

    def refuse(self, note: Note) -> None:
        """A note from the input back to the customer."""
        self.input.remove(note)
        self.output.append(note)
        self.changed()

    def deposit(self, note: Note, unit: CashUnit) -> None:
        """A note from the stacker into a unit."""
        self.stacker.remove(note)
        unit.notes.append(note)
        unit.into("deposited")[note.kind] += 1

    def reject(self, note: Note, unit: CashUnit) -> None:
        """A note from the stacker, never presented, into the reject unit."""
        self.stacker.remove(note)
        self._recount(note, "rejected")
        note.origin = None
        unit.notes.append(note)
        unit.into("rejected")[note.kind] += 1

    def retract(self, note: Note, unit: CashUnit) -> None:
        """A note out of the customer's reach, or left over inside, into the retract unit."""
        for place in (self.output, self.input, self.stacker):
            if note in place:
                place.remove(note)
        self._recount(note, "rejected")
        note.origin = None
        unit.notes.append(note)
        unit.into("retracted")[note.kind] += 1

    def transfer(self, source: CashUnit, target: CashUnit, why: str = "distributed") -> Note:
        """A note from one unit into another. Raises ValueError when the source is empty."""
        if not source.notes:
            raise ValueError("the unit is empty")
        note = source.notes.pop()
        source.out(why)[note.kind] += 1
        target.notes.append(note)
        target.into(why)[note.kind] += 1
        return note

    @staticmethod
    def _recount(note: Note, why: str) -> None:
        """A dispensed note that was on the stacker goes elsewhere: its unit's counters follow."""
        if note.origin is not None and note.origin.out("stacked")[note.kind] > 0 and why:
            stacked = note.origin.out("stacked")
            stacked[note.kind] -= 1
            note.origin.out(why)[note.kind] += 1
            if why == "presented":
                note.origin = None

    def everywhere(self) -> list[Note]:
        """Every note there is, in whatever place."""
        stored = [note for unit in self.units.values() for note in unit.notes]
        return self.customer + self.input + self.output + self.stacker + stored


def yuan_types() -> dict[str, NoteType]:
    """The renminbi notes a hall's machines handle."""
    values = {1: 100, 2: 50, 3: 20, 4: 10}
    return {
        f"typeCNY{value}": NoteType(number, "CNY", value, 2015) for number, value in values.items()
    }


def notes(kind: str, number: int, *, first: int = 1, level: str = "fit") -> list[Note]:
    """``number`` notes of a type, with serial numbers from ``first`` on."""
    return [
        Note(f"{kind[4:]}-{serial:08d}", kind, level) for serial in range(first, first + number)
    ]


def recycler_world(*, step_ms: int = 0, loaded: int = 100) -> CashWorld:
    """A recycler for 100, 50 and 10 yuan with a unit for the rest and one for retracts."""
    units = {
        "unitCNY100": CashUnit(Use.RECYCLE, type="typeCNY100", name="100"),
        "unitCNY50": CashUnit(Use.RECYCLE, type="typeCNY50", name="50"),
        "unitCNY10": CashUnit(Use.RECYCLE, type="typeCNY10", name="10"),
        "unitIN": CashUnit(Use.CASH_IN, name="IN"),
        "unitRETRACT": CashUnit(Use.RETRACT, capacity=500, high=450, name="RT"),
    }
    world = CashWorld(yuan_types(), units, step_ms=step_ms)
    for unit in units.values():
        if unit.type and loaded:
            unit.notes = notes(unit.type, loaded)
            unit.initial = Counter(note.kind for note in unit.notes)
    return world

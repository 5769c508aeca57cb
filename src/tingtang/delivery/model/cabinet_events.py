"""What can happen to the cells of a cabinet, and why their doors are opened."""

from enum import StrEnum

from tingtang.kernel.events import Event, EventTypes


class Purpose(StrEnum):
    """Why a door is opened."""

    LOAD = "load"
    PICK_UP = "pick_up"
    TAKE_BACK = "take_back"
    FORCED = "forced"
    """Nobody told it to: what lay there may be gone."""


class CellReserved(Event, frozen=True):
    cell: int
    order: str


class CellGivenUp(Event, frozen=True):
    """Reserved and not used."""

    cell: int
    order: str


class CellOpening(Event, frozen=True):
    """Written before the door is told."""

    cell: int
    order: str
    purpose: Purpose
    opening: str
    by: str


class CellTold(Event, frozen=True):
    """The door was told, by this command of the device."""

    cell: int
    opening: str
    command: str


class CellOpened(Event, frozen=True):
    cell: int
    opening: str


class CellNotOpened(Event, frozen=True):
    cell: int
    order: str
    opening: str
    purpose: Purpose
    code: str = ""


class OpeningGivenUp(Event, frozen=True):
    """It was asked for and never begun, as where the process ended in between: it never will be."""

    cell: int
    order: str
    opening: str


class CellInDoubt(Event, frozen=True):
    cell: int
    order: str
    opening: str


class CellFilled(Event, frozen=True):
    cell: int
    order: str
    by: str


class CellEmptied(Event, frozen=True):
    """The door was shut on an empty cell, or somebody looked and it was empty; it is free."""

    cell: int
    order: str
    purpose: Purpose
    opening: str
    by: str


class CellShutAsItWas(Event, frozen=True):
    """Opened and shut, and nothing was put in or taken out."""

    cell: int
    order: str
    purpose: Purpose
    opening: str


class CellInspected(Event, frozen=True):
    """Somebody looked into it."""

    cell: int
    by: str
    is_full: bool
    witness: str = ""
    """The second person at the door."""


class CellLeftOpen(Event, frozen=True):
    cell: int
    order: str


class CellForced(Event, frozen=True):
    """A door opened that nobody told to; a cell that was full is in doubt."""

    cell: int
    order: str = ""


TYPES = EventTypes(
    "cabinet",
    [
        CellReserved, CellGivenUp, CellOpening, CellTold, CellOpened, CellNotOpened, OpeningGivenUp, CellInDoubt,
        CellFilled, CellEmptied, CellShutAsItWas, CellInspected, CellLeftOpen, CellForced,
    ],
)  # fmt: skip

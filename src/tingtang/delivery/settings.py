"""What a bank sets of its items."""

from typing import Annotated

import msgspec

from tingtang.delivery.model.kinds import Size

LEAST = {
    "debit_card": 30, "token": 15, "passbook": 20, "statement_book": 20, "certificate": 20,
}  # fmt: skip
Cell = Annotated[int, msgspec.Meta(ge=1, le=400)]


class CellRange(msgspec.Struct, frozen=True):
    """Cells ``first`` to ``last`` of a cabinet, all of one size."""

    first: Cell
    last: Cell
    size: Size = Size.SMALL


class DeliverySettings(msgspec.Struct, frozen=True):
    """Cabinets, how long items are kept, and when somebody is told."""

    cells: tuple[CellRange, ...] = (
        CellRange(1, 40, Size.SMALL), CellRange(41, 54, Size.MEDIUM), CellRange(55, 60, Size.LARGE),
    )  # fmt: skip
    """Of every cabinet of the branch."""
    keep_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 7
    """How long an item waits to be picked up."""
    remind_hours: Annotated[int, msgspec.Meta(ge=1, le=240)] = 24
    """So long before that is over the customer is reminded."""
    door_seconds: Annotated[int, msgspec.Meta(ge=10, le=3_600)] = 90
    """How long a cell's door may stand open before the hall is told."""
    old_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 5
    """An item that has not moved for so many days is flagged."""
    least: dict[str, Annotated[int, msgspec.Meta(ge=0, le=100_000)]] = msgspec.field(
        default_factory=lambda: dict(LEAST)
    )
    """Blank vouchers of a branch, by the bank's kind: below this it is short."""
    two_to_open: bool = False
    """A second person signs for every cell that staff open to load or take back."""
    hall_waits: bool = True
    """The hall's day is not closed before that of the items."""
    keep_personal_days: Annotated[int, msgspec.Meta(ge=1, le=3_650)] = 180
    """How long names, addresses and paper numbers are kept, in days."""

    def sizes(self) -> dict[int, Size]:
        """The size of every cell."""
        return {number: one.size for one in self.cells for number in range(one.first, one.last + 1)}

"""Passbooks and paper, and the printer they move through. Every item is in exactly one place."""

import msgspec

from xfs4iot.virtual.world import World


class Media(msgspec.Struct, eq=False):
    """Something printable; equal only to itself."""

    id: str


class Sheet(Media, eq=False):
    """Paper from the roll, with what was printed on it."""

    lines: list[str] = []
    raw: bytes = b""
    stamped: bool = False


class Passbook(Media, eq=False):
    """A passbook: pages of lines, and a magnetic stripe."""

    stripe: str = ""
    page_count: int = 8
    lines_per_page: int = 24
    pages: dict[int, list[str]] = {}
    page: int = 1
    """The page it is open at, from 1."""
    closed: bool = False

    def printed(self) -> list[str]:
        """The lines on the open page."""
        return self.pages.setdefault(self.page, [])


class Bin(msgspec.Struct):
    """A retract bin. Its counter is reset by command, its contents by hand."""

    capacity: int = 50
    items: list[Media] = []
    count: int = 0

    def state(self) -> str:
        if len(self.items) >= self.capacity:
            return "full"
        return "high" if len(self.items) * 10 >= self.capacity * 8 else "ok"


class PrinterWorld(World):
    """A printer's insides and its customer.

    Places: ``customer``, ``slot`` (sticks out), ``inside``, the bins.
    """

    def __init__(self, *, paper: int = 500, bins: int = 1, step_ms: int = 0) -> None:
        super().__init__(step_ms=step_ms)
        self.paper = paper
        """Sheets left on the roll."""
        self.paper_low = 20
        self.slot: Media | None = None
        self.inside: Media | None = None
        self.customer: list[Media] = []
        self.bins = [Bin() for _ in range(bins)]
        self.taken_count = 0
        self._sheets = 0

    # What people do

    def insert(self, passbook: Passbook) -> None:
        """The customer puts a passbook in. Raises ValueError when the slot is not free."""
        if self.slot or self.inside:
            raise ValueError("there is something in the printer")
        if passbook in self.customer:
            self.customer.remove(passbook)
        self.slot = passbook
        self.changed()

    def take(self) -> Media:
        """The customer takes what sticks out. Raises ValueError when nothing does."""
        if self.slot is None:
            raise ValueError("there is nothing to take")
        media, self.slot = self.slot, None
        self.customer.append(media)
        self.taken_count += 1
        self.changed()
        return media

    def load_paper(self, sheets: int) -> None:
        """Staff put a new roll in."""
        self.paper = sheets
        self.changed()

    def empty_bin(self, number: int) -> list[Media]:
        """Staff empty a bin, counted from 1."""
        held = self.bins[number - 1]
        items, held.items = held.items, []
        self.changed()
        return items

    # What the mechanism does

    def take_in(self) -> None:
        self.inside, self.slot = self.slot, None
        self.changed()

    def push_out(self) -> None:
        self.slot, self.inside = self.inside, None
        self.changed()

    def feed_sheet(self) -> Sheet:
        """A sheet from the roll. Raises ValueError when there is none."""
        if self.paper <= 0:
            raise ValueError("there is no paper")
        self.paper -= 1
        self._sheets += 1
        sheet = Sheet(f"sheet-{self._sheets}")
        self.inside = sheet
        self.changed()
        return sheet

    def retract(self, held: Bin) -> None:
        """What is inside, or sticks out, into a bin."""
        media = self.inside or self.slot
        if media is None:
            raise ValueError("there is nothing to retract")
        self.inside = self.slot = None
        held.items.append(media)
        held.count += 1
        self.changed()

    def paper_state(self) -> str:
        if self.jammed:
            return "jammed"
        if self.paper <= 0:
            return "out"
        return "low" if self.paper <= self.paper_low else "full"

    def everywhere(self) -> list[Media]:
        """Every item there is, in whatever place."""
        held = [media for media in (self.slot, self.inside) if media]
        return held + self.customer + [media for each in self.bins for media in each.items]

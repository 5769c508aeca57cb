"""Days of real traffic: one row of a CSV file for each customer, read into typed records.

Our own columns, in any order, others ignored (times are the clock of the place, ``H:MM:SS``; a
time before the one it follows by more than twelve hours is taken as past midnight):

=============  ================================================================================
``date``       ``YYYY-MM-DD``, the business day on which the customer came
``arrived``    took a ticket, joined the line
``called``     left the line for a counter; empty for one who gave up
``finished``   the service ended; empty for one who gave up
``left``       gave up waiting; empty for one who was called
``service``    what they came for, any text
``priority``   whole number, 0 to 9; greater is served earlier. The column may be missing: 0
``server``     who served; may be empty where it is not known
=============  ================================================================================

The files of the "Anonymous Bank" call centre (Technion; columns ``vru+line``, ``call_id``, ...)
are recognised by their columns and read as they are.

What cannot be used is never dropped in silence: every row is either in :attr:`Traffic.visits` or
in :attr:`Traffic.set_aside` with its line, column and reason; a visit whose times contradict each
other in part is used as far as they agree, says so in ``doubt``, and is counted with the others in
:attr:`Traffic.reasons`. A file that is not such a CSV at all, or of which more than a tenth is unreadable, is refused with a
:class:`TrafficError`.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

import msgspec

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
HALF_DAY_MS = DAY_MS // 2
FAR_MS = 300_000
"""Two clocks that tell of the same moment and differ by more are in doubt."""

UNREADABLE_SHARE = 0.1
ROWS_MAX = 5_000_000

OWN_COLUMNS = ("date", "arrived", "called", "finished", "left", "service", "server")
ANONYMOUS_BANK_COLUMNS = (
    "vru+line", "call_id", "priority", "type", "date", "vru_entry", "vru_exit", "q_start",
    "q_exit", "q_time", "outcome", "ser_start", "ser_exit", "ser_time", "server",
)  # fmt: skip

ANONYMOUS_BANK_HEAD_START_MS = 90_000
"""How that centre orders its line: each step of priority counts as this much waiting. Seen in its
data: of two in line, one of priority 1 passes one of priority 0 who came up to 90 s earlier in
nine cases of ten, and one who came earlier still in one of three; priority 2 the same at 180 s."""


class TrafficError(Exception):
    """The file cannot be used; the message says where and why."""


class Visit(msgspec.Struct, frozen=True):
    """One customer of a day. Times in milliseconds since 1970 UTC."""

    row: int
    """Line of the file, the header being line 1."""
    day: date
    arrived_ms: int
    """Joined the line, or was served without one."""
    called_ms: int | None
    finished_ms: int | None
    left_ms: int | None
    """Gave up. Either this or the two before are set."""
    service: str
    priority: int = 0
    server: str = ""
    doubt: str = ""
    """What in this row contradicts itself; empty if nothing does."""

    @property
    def served(self) -> bool:
        return self.called_ms is not None

    @property
    def wait_ms(self) -> int:
        """Until called, or until giving up."""
        end = self.called_ms if self.called_ms is not None else self.left_ms
        return (end if end is not None else self.arrived_ms) - self.arrived_ms


class SetAside(msgspec.Struct, frozen=True):
    """A row that is not used, and why."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.row}, column {self.column}: {self.reason}"


class Traffic(msgspec.Struct):
    """What a file holds."""

    visits: list[Visit]
    """By day, then by arrival."""
    set_aside: list[SetAside]
    head_start_ms: int | None = None
    """How much waiting one step of priority counts for in the order of the line; None: a greater
    priority always goes first."""

    @property
    def days(self) -> dict[date, list[Visit]]:
        days: dict[date, list[Visit]] = {}
        for visit in self.visits:
            days.setdefault(visit.day, []).append(visit)
        return days

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows were set aside or are in doubt, by reason, the most frequent first."""
        doubts = (visit.doubt for visit in self.visits if visit.doubt)
        return dict(Counter([*(row.reason for row in self.set_aside), *doubts]).most_common())


class _UnusableError(Exception):
    """This row says nothing of use; ``unreadable`` where it is not even well formed."""

    def __init__(self, column: str, reason: str, *, unreadable: bool = False) -> None:
        super().__init__(reason)
        self.column, self.reason, self.unreadable = column, reason, unreadable


Row = Mapping[str, str | None]


class _Cells:
    """The cells of one row, read with errors that name their column."""

    def __init__(self, row: Row) -> None:
        self._row = row

    def text(self, column: str) -> str:
        return (self._row.get(column) or "").strip()

    def clock(self, column: str) -> int:
        """Milliseconds since midnight."""
        value = self.text(column)
        parts = value.split(":")
        if len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts):
            hours, minutes, seconds = map(int, parts)
            if hours < 24 and minutes < 60 and seconds < 60:
                return ((hours * 60 + minutes) * 60 + seconds) * 1000
        raise _UnusableError(column, _shown(value, "is not a time H:MM:SS"), unreadable=True)

    def whole(self, column: str, least: int, most: int) -> int:
        value = self.text(column)
        if value.lstrip("-").isascii() and value.lstrip("-").isdigit() and len(value) < 10:
            number = int(value)
            if least <= number <= most:
                return number
        raise _UnusableError(
            column, _shown(value, f"is not a whole number {least} to {most}"), unreadable=True
        )

    def date(self, column: str, pattern: str) -> date:
        value = self.text(column)
        try:
            return datetime.strptime(value, pattern).date()  # noqa: DTZ007 - only the date is used
        except ValueError:
            raise _UnusableError(column, _shown(value, "is not a date"), unreadable=True) from None


def _shown(value: str, what: str) -> str:
    return (
        f"{value[:40]!r} {what}" if value else f"the cell is empty and {what.removeprefix('is ')}"
    )


def _after(start: int, end: int) -> int:
    """``end`` moved past midnight where it lies more than twelve hours before ``start``."""
    return end + DAY_MS if start - end > HALF_DAY_MS else end


def _own(cells: _Cells, row: int, midnight: Callable[[date], int]) -> Visit:
    day = cells.date("date", "%Y-%m-%d")
    base = midnight(day)
    arrived = cells.clock("arrived")
    called = finished = left = None
    if cells.text("called"):
        called = _after(arrived, cells.clock("called"))
        if called < arrived:
            raise _UnusableError("called", "called before arriving")
        finished = _after(called, cells.clock("finished"))
        if finished < called:
            raise _UnusableError("finished", "finished before being called")
        if cells.text("left"):
            raise _UnusableError("left", "was called and gave up: one of the two must be empty")
    else:
        if cells.text("finished"):
            raise _UnusableError("called", "finished without having been called")
        left = _after(arrived, cells.clock("left"))
        if left < arrived:
            raise _UnusableError("left", "left before arriving")
    return Visit(
        row=row,
        day=day,
        arrived_ms=base + arrived,
        called_ms=None if called is None else base + called,
        finished_ms=None if finished is None else base + finished,
        left_ms=None if left is None else base + left,
        service=cells.text("service"),
        priority=cells.whole("priority", 0, 9) if cells.text("priority") else 0,
        server=cells.text("server"),
    )


def _anonymous_bank(cells: _Cells, row: int, midnight: Callable[[date], int]) -> Visit:
    day = cells.date("date", "%y%m%d")
    base = midnight(day)
    outcome = cells.text("outcome")
    if outcome == "PHANTOM":
        raise _UnusableError("outcome", "phantom call: nobody was there")
    if outcome not in {"AGENT", "HANG"}:
        raise _UnusableError(
            "outcome", _shown(outcome, "is not AGENT, HANG or PHANTOM"), unreadable=True
        )
    vru_entry, vru_exit = cells.clock("vru_entry"), cells.clock("vru_exit")
    queued_ms = cells.whole("q_time", -DAY_MS // 1000, DAY_MS // 1000) * 1000
    service_ms = cells.whole("ser_time", -DAY_MS // 1000, DAY_MS // 1000) * 1000
    if queued_ms < 0:
        raise _UnusableError("q_time", "the time in the line is below 0")
    if service_ms < 0:
        raise _UnusableError("ser_time", "the service time is below 0")
    doubt = ""
    if vru_entry > vru_exit and vru_entry - vru_exit < HALF_DAY_MS:
        doubt = "the voice unit was left before it was entered"
    # Who did not queue has 0:00:00 there; who queued leaves the voice unit for the line.
    arrived = cells.clock("q_start") if queued_ms else vru_exit
    called = finished = left = None
    if outcome == "HANG":
        if not queued_ms:
            raise _UnusableError("q_time", "gave up in the voice unit, before any line")
        left = arrived + queued_ms
    else:
        # The line's clock tells of the call (the service's often starts a second or two earlier
        # and in a few rows is not set at all), the service's of how long it took.
        called = arrived + queued_ms
        started = cells.clock("ser_start")
        if abs(_after(called, started) - called) > FAR_MS:
            doubt = doubt or "the clocks of line and service contradict each other"
            finished = called + service_ms
        else:
            finished = max(called, _after(called, started) + service_ms)
    return Visit(
        row=row,
        day=day,
        arrived_ms=base + arrived,
        called_ms=None if called is None else base + called,
        finished_ms=None if finished is None else base + finished,
        left_ms=None if left is None else base + left,
        service=cells.text("type"),
        priority=cells.whole("priority", 0, 9),
        server=cells.text("server"),
        doubt=doubt,
    )


Reader = Callable[[_Cells, int, Callable[[date], int]], Visit]


def _recognise(columns: Iterable[str], name: str) -> tuple[Reader, int | None]:
    present = set(columns)
    if present >= set(ANONYMOUS_BANK_COLUMNS):
        return _anonymous_bank, ANONYMOUS_BANK_HEAD_START_MS
    missing = [column for column in OWN_COLUMNS if column not in present]
    if missing:
        raise TrafficError(
            f"{name}, line 1: the columns {', '.join(missing)} are missing; "
            f"needed are {', '.join(OWN_COLUMNS)} (priority may be left out)"
        )
    return _own, None


def read_traffic(path: Path, zone: tzinfo = UTC) -> Traffic:
    """Read a traffic file; ``zone`` is where its clocks hang.

    Raises :class:`TrafficError` if the file is not such a CSV or is mostly unreadable, and
    ``OSError`` if it cannot be opened.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return parse_traffic(lines, path.name, zone)
    except UnicodeDecodeError as error:
        raise TrafficError(f"{path.name} is not UTF-8 text (byte {error.start})") from None


def parse_traffic(lines: Iterable[str], name: str = "the file", zone: tzinfo = UTC) -> Traffic:
    """The same from an iterable of lines; ``name`` is what errors call it."""
    midnights: dict[date, int] = {}

    def midnight(day: date) -> int:
        if day not in midnights:
            moment = datetime(day.year, day.month, day.day, tzinfo=zone)
            midnights[day] = round(moment.timestamp()) * 1000
        return midnights[day]

    rows = csv.DictReader(lines)
    visits: list[Visit] = []
    set_aside: list[SetAside] = []
    unreadable: list[SetAside] = []
    try:
        reader, head_start_ms = _recognise(rows.fieldnames or (), name)
        for row in rows:
            if rows.line_num > ROWS_MAX:
                raise TrafficError(f"{name} has more than {ROWS_MAX} lines; split it by day")
            try:
                visits.append(reader(_Cells(row), rows.line_num, midnight))
            except _UnusableError as why:
                set_aside.append(SetAside(rows.line_num, why.column, why.reason))
                if why.unreadable:
                    unreadable.append(set_aside[-1])
    except csv.Error as error:
        raise TrafficError(f"{name}, line {rows.line_num}: {error}") from None
    if len(unreadable) > UNREADABLE_SHARE * (len(visits) + len(set_aside)):
        first = "; ".join(map(str, unreadable[:3]))
        raise TrafficError(f"{name}: {len(unreadable)} rows cannot be read, first: {first}")
    if not visits:
        raise TrafficError(f"{name} holds no visit")
    visits.sort(key=lambda visit: (visit.day, visit.arrived_ms, visit.row))
    return Traffic(visits, set_aside, head_start_ms)


class Kind(IntEnum):
    """What happens to a visit; of things in one instant the lesser happens first."""

    FINISHED = 0
    CALLED = 1
    LEFT = 2
    ARRIVED = 3


class Happening(NamedTuple):
    at_ms: int
    kind: Kind
    visit: Visit


def happenings(visits: Iterable[Visit]) -> Iterator[Happening]:
    """What happened, in order, as a hall would have learned of it.

    Within one instant a server first becomes free, then calls, then people give up, then new ones
    arrive; only what follows from something in the same instant comes after it (who is called on
    arrival is called right after arriving).
    """
    found: list[tuple[int, int, int, int, Kind, Visit]] = []
    for index, visit in enumerate(visits):
        arrived, at = visit.arrived_ms, 0
        found.append((arrived, Kind.ARRIVED, index, at, Kind.ARRIVED, visit))
        order = Kind.ARRIVED
        for kind, moment in (
            (Kind.CALLED, visit.called_ms),
            (Kind.LEFT, visit.left_ms),
            (Kind.FINISHED, visit.finished_ms),
        ):
            if moment is None:
                continue
            at += 1
            # Its own rank, unless that would put it before its own cause in the same instant.
            order = max(order, kind) if moment == found[-1][0] else kind
            found.append((moment, order, index, at, kind, visit))
    for moment, _, _, _, kind, visit in sorted(found, key=lambda entry: entry[:4]):
        yield Happening(moment, kind, visit)

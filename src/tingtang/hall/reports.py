"""Use cases of reports: one day in full, or a range of closed days."""

import datetime as dt

import msgspec
import sqlalchemy as sa

from tingtang.hall import tables as t
from tingtang.hall import views
from tingtang.hall.bookings import BookingService
from tingtang.hall.model.day_figures import ArchivedLeg, DayFigures, by_day
from tingtang.hall.model.report import (
    BookingFigures,
    TaskFigures,
    booking_figures,
    task_figures,
)
from tingtang.hall.model.waiting import Calibration
from tingtang.hall.model.waits import WaitBook
from tingtang.hall.planning import booking_stream, parse_date
from tingtang.hall.service import HallService
from tingtang.hall.setup import day_stream
from tingtang.hall.tasks import TaskService
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.text import Text

DAYS_MAX = 92
"""A quarter; more is the business of the analysts' database."""
NO_REPORT = Problem(
    "no_report", 404, "网点 {date} 没有营业记录", "The branch was not open on {date}"
)
TOO_MANY_DAYS = Problem(
    "too_many_days", 422, "一次最多查询 {days} 天", "At most {days} days at a time"
)
WRONG_ORDER = Problem(
    "wrong_order", 422, "结束日期早于开始日期", "The last day is before the first"
)

_calibration = msgspec.json.Decoder(Calibration)


class DayReport(msgspec.Struct, frozen=True):
    """日报: everything about one day, as the monitor tells it at the end, or now."""

    day: views.MonitorView
    bookings: BookingFigures
    tasks: TaskFigures
    complaints: int


class DayRow(msgspec.Struct, frozen=True):
    """One closed day, and how good its waiting times were."""

    figures: DayFigures
    calibration: views.CalibrationView


class RangeReport(msgspec.Struct, frozen=True):
    """Closed days of one branch, oldest first. Days on which it was closed are not there."""

    branch: Text
    first: str
    last: str
    days: list[DayRow]


class ReportService:
    """Reports are made when they are asked for, from the log and the archive."""

    def __init__(
        self,
        database: Database,
        hall: HallService,
        bookings: BookingService,
        tasks: TaskService,
    ) -> None:
        self._database = database
        self._hall = hall
        self._bookings = bookings
        self._tasks = tasks

    async def day(self, branch: BranchId, date: str = "") -> DayReport:
        """The report of one day, today by default."""
        today = self._bookings.today(branch)
        date = parse_date(date) if date else today
        if date > today:
            raise Refused(NO_REPORT, date=date)
        state = await self._hall.host.state(day_stream(branch, date))
        if state.setup is None:
            raise Refused(NO_REPORT, date=date)
        book = self._hall.books.of(branch)
        if date != today:
            book = WaitBook()
            book.calibration = (await self._calibrations(branch, date, date)).get(
                date, Calibration()
            )
        at_ms = state.closed_ms or self._hall.clock.now_ms()
        board = await self._tasks.host.state(f"tasks/{branch}/{date}")
        return DayReport(
            day=views.monitor(state, book, self._hall.names(branch), at_ms),
            bookings=booking_figures(await self._bookings.host.state(booking_stream(branch, date))),
            tasks=task_figures(board),
            complaints=await self._complaints(branch, state.opened_ms, at_ms),
        )

    async def days(self, branch: BranchId, first: str, last: str) -> RangeReport:
        """The closed days from ``first`` to ``last``, both included."""
        first, last = parse_date(first), parse_date(last)
        if last < first:
            raise Refused(WRONG_ORDER)
        length = (dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days + 1
        if length > DAYS_MAX:
            raise Refused(TOO_MANY_DAYS, days=DAYS_MAX)
        columns = [t.legs.c[name] for name in ArchivedLeg.__struct_fields__]
        query = sa.select(*columns).where(
            t.legs.c.branch == branch, t.legs.c.date >= first, t.legs.c.date <= last
        )
        figures = await self._database.read(
            lambda c: by_day(ArchivedLeg(**row._mapping) for row in c.execute(query))
        )
        calibrations = await self._calibrations(branch, first, last)
        return RangeReport(
            branch=self._hall.directory.branch(branch).name,
            first=first,
            last=last,
            days=[
                DayRow(one, views.calibration(calibrations.get(one.date, Calibration())))
                for one in figures
            ],
        )

    async def _calibrations(
        self, branch: BranchId, first: str, last: str
    ) -> dict[str, Calibration]:
        w = t.waits.c
        query = sa.select(w.date, w.calibration).where(
            w.branch == branch, w.date >= first, w.date <= last
        )
        rows = await self._database.read(lambda c: c.execute(query).all())
        return {row.date: _calibration.decode(row.calibration) for row in rows}

    async def _complaints(self, branch: BranchId, from_ms: int, until_ms: int) -> int:
        c = t.complaints.c
        query = sa.select(sa.func.count()).where(
            c.branch == branch, c.registered_ms >= from_ms, c.registered_ms <= until_ms
        )
        return await self._database.read(lambda connection: connection.scalar(query)) or 0

"""HTTP of reports: as data, as XLSX, as CSV."""

import asyncio
from collections.abc import Sequence
from typing import Literal

from litestar import Response, get

from tingtang.hall.report_tables import Table, day_tables, range_tables
from tingtang.hall.reports import DayReport, RangeReport, ReportService
from tingtang.hall.spreadsheets import XLSX, as_csv, as_xlsx
from tingtang.kernel.errors import NOT_FOUND, Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import Permission
from tingtang.kernel.web import permit

DAY = "/api/branches/{branch:str}/reports/day"
DAYS = "/api/branches/{branch:str}/reports/days"
CSV = "text/csv; charset=utf-8"

DayTable = Literal["overview", "services", "staff", "counters", "hours", "tasks"]


@get(DAY, summary="The report of a day", **permit(Permission.REPORT_SEE))
async def read_day(branch: str, reports: ReportService, date: str = "") -> DayReport:
    """Everything about one day, today by default; the same figures as the service monitor's."""
    return await reports.day(BranchId(branch), date)


@get(
    f"{DAY}.xlsx",
    summary="The report of a day as a workbook",
    media_type=XLSX,
    **permit(Permission.REPORT_SEE),
)
async def read_day_xlsx(
    branch: str, reports: ReportService, language: str, date: str = ""
) -> Response[bytes]:
    """One sheet each: overview, services, staff, counters, hours, tasks."""
    report = await reports.day(BranchId(branch), date)
    name = f"{report.day.branch.in_language(language)} {report.day.date}"
    return await _xlsx(day_tables(report, language), name, f"{branch}-{report.day.date}", language)


@get(
    f"{DAY}.csv",
    summary="The report of a day as CSV",
    media_type=CSV,
    **permit(Permission.REPORT_SEE),
)
async def read_day_csv(
    branch: str,
    reports: ReportService,
    language: str,
    date: str = "",
    table: DayTable = "overview",
) -> Response[bytes]:
    """One of the report's tables, in UTF-8 with a byte-order mark."""
    report = await reports.day(BranchId(branch), date)
    tables = day_tables(report, language)
    return _csv(tables, table, f"{branch}-{report.day.date}-{table}", language)


@get(DAYS, summary="The report of a range of days", **permit(Permission.REPORT_SEE))
async def read_days(branch: str, reports: ReportService, first: str, last: str) -> RangeReport:
    """Closed days, both ends included, at most a quarter."""
    return await reports.days(BranchId(branch), first, last)


@get(
    f"{DAYS}.xlsx",
    summary="The report of a range of days as a workbook",
    media_type=XLSX,
    **permit(Permission.REPORT_SEE),
)
async def read_days_xlsx(
    branch: str, reports: ReportService, language: str, first: str, last: str
) -> Response[bytes]:
    """One row a day."""
    report = await reports.days(BranchId(branch), first, last)
    name = f"{report.branch.in_language(language)} {report.first} – {report.last}"
    file = f"{branch}-{report.first}-{report.last}"
    return await _xlsx(range_tables(report, language), name, file, language)


@get(
    f"{DAYS}.csv",
    summary="The report of a range of days as CSV",
    media_type=CSV,
    **permit(Permission.REPORT_SEE),
)
async def read_days_csv(
    branch: str, reports: ReportService, language: str, first: str, last: str
) -> Response[bytes]:
    """One row a day, in UTF-8 with a byte-order mark."""
    report = await reports.days(BranchId(branch), first, last)
    file = f"{branch}-{report.first}-{report.last}"
    return _csv(range_tables(report, language), "days", file, language)


async def _xlsx(tables: Sequence[Table], title: str, file: str, language: str) -> Response[bytes]:
    body = await asyncio.to_thread(as_xlsx, tables, title, language)
    return Response(body, media_type=XLSX, headers=_download(f"{file}.xlsx"))


def _csv(tables: Sequence[Table], name: str, file: str, language: str) -> Response[bytes]:
    table = next((one for one in tables if one.name == name), None)
    if table is None:
        raise Refused(NOT_FOUND, what=name)
    return Response(as_csv(table, language), media_type=CSV, headers=_download(f"{file}.csv"))


def _download(file: str) -> dict[str, str]:
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-._") else "_" for c in file)
    return {"content-disposition": f'attachment; filename="{safe}"'}


ROUTES = (read_day, read_day_xlsx, read_day_csv, read_days, read_days_xlsx, read_days_csv)

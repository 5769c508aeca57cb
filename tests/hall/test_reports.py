"""Reports: the same figures as the monitor's, as data, workbook and CSV."""

import asyncio
import csv
import io
import random
import zipfile
from typing import Any

import msgspec
import pytest

from tests.hall.world import CARD, CASH, LOAN, Hall
from tests.http.world import World
from tingtang.hall import archive
from tingtang.hall.model import commands as c
from tingtang.hall.model.booking.state import Booking, BookingDay, BookingState
from tingtang.hall.model.day_figures import ArchivedLeg, by_day, day_figures
from tingtang.hall.model.kpis import Rate, kpis
from tingtang.hall.model.report import booking_figures, task_figures
from tingtang.hall.model.settings import Segment
from tingtang.hall.model.state import Channel, CounterState, TicketState
from tingtang.hall.model.tasks.state import Grade, Task, TaskBoard, TaskKind
from tingtang.hall.model.tasks.state import TaskState as State
from tingtang.hall.report_tables import KIND_WORDS, Minutes, Share, Table
from tingtang.hall.service import HallService
from tingtang.hall.spreadsheets import as_csv, as_xlsx
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BookingId, BranchId, CounterId, ServiceId, StaffId, TaskId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text

EAST = BranchId("east")
API = "/api/branches/east/reports"
DEPOSIT = ServiceId("svc.cash_deposit")


def busy_day(seed: int) -> Hall:
    """A day of everything: bookings, several services, transfers, people who leave, ratings."""
    draw, hall = random.Random(seed), Hall()
    hall.open(1, 2, 4)
    for _ in range(400):
        hall.wait(draw.expovariate(1))
        choice = draw.random()
        tickets = list(hall.state.tickets.values())
        try:
            if choice < 0.35:
                services = draw.sample((CASH, CARD, LOAN), draw.choice((1, 1, 2)))
                booked = hall.now_ms + draw.randrange(-10, 20) * MINUTE_MS if draw.random() < 0.2 else 0  # fmt: skip
                segment = Segment.BOOKED if booked else draw.choice(list(Segment)[1:])
                hall.issue(*services, segment=segment, booked_ms=booked)
            elif choice < 0.6:
                hall.call(draw.choice((1, 2, 4)))
            elif choice < 0.7:
                hall.do(c.StartService(ticket=draw.choice(tickets).id))
            elif choice < 0.85:
                hall.do(c.FinishService(ticket=draw.choice(tickets).id))
            elif choice < 0.9:
                hall.do(c.Transfer(ticket=draw.choice(tickets).id, service=CARD))
            elif choice < 0.93:
                hall.do(c.Pass(ticket=draw.choice(tickets).id))
            elif choice < 0.96:
                hall.do(c.Abandon(ticket=draw.choice(tickets).id))
            else:
                hall.do(c.Rate(ticket=draw.choice(tickets).id, score=draw.randint(1, 5)))
        except (Refused, IndexError):
            continue
    for seat in list(hall.state.counters.values()):
        if seat.ticket:
            hall.do(c.FinishService(ticket=seat.ticket))
    hall.do(c.CloseDay())
    assert all(seat.state is CounterState.CLOSED for seat in hall.state.counters.values())
    return hall


@pytest.mark.shows("R042", part="the archive of a day tells what the monitor told at its end")
@pytest.mark.parametrize("seed", range(6))
def test_the_archives_figures_are_the_monitors(seed: int) -> None:
    hall = busy_day(seed)
    rows = [msgspec.convert(row, ArchivedLeg) for row in archive.rows("east", hall.state)]
    told, archived = kpis(hall.state, hall.now_ms), day_figures("2026-03-02", rows)
    assert archived.issued > 50
    for name in (
        "issued", "finished", "abandoned", "waits", "abandon_rate", "rating_rate", "good_rate",
        "satisfied_rate", "bad_rate", "composite_satisfaction",
    ):  # fmt: skip
        assert getattr(archived, name) == getattr(told, name), name
    assert archived.services == sum(one.finished for one in told.by_service.values())
    states = [ticket.state for ticket in hall.state.tickets.values()]
    assert archived.finished == states.count(TicketState.FINISHED)


def test_days_are_told_apart_and_nothing_is_no_figure() -> None:
    hall = busy_day(1)
    rows = [msgspec.convert(row, ArchivedLeg) for row in archive.rows("east", hall.state)]
    other = [msgspec.structs.replace(row, date="2026-03-01", ticket=f"x{row.ticket}") for row in rows]  # fmt: skip
    found = by_day([*rows, *other])
    assert [day.date for day in found] == ["2026-03-01", "2026-03-02"]
    assert found[0].waits == found[1].waits
    empty = day_figures("2026-03-03", [])
    assert (empty.issued, empty.abandon_rate, empty.mean_service_ms) == (0, Rate(0, 0), None)
    assert empty.composite_satisfaction is None


def test_bookings_and_tasks_of_a_day_are_counted() -> None:
    day = BookingDay()
    states = (
        [BookingState.CHECKED_IN] * 3 + [BookingState.MISSED] + [BookingState.CANCELLED] * 2
    )  # fmt: skip
    for n, state in enumerate([*states, BookingState.EXPIRED]):
        day.bookings[BookingId(str(n))] = Booking(
            id=BookingId(str(n)), service=CASH, start_ms=0, took_ms=1, staff=StaffId(""),
            is_named=False, holder="", hold_until_ms=0, state=state,
            party="" if state is BookingState.EXPIRED else "p", late=n == 0,
        )  # fmt: skip
    told = booking_figures(day)
    assert (told.confirmed, told.came, told.late, told.missed, told.cancelled) == (6, 3, 1, 1, 2)
    assert told.came_rate.value == 0.75
    board = TaskBoard()
    for n, (state, accepted, closed) in enumerate(
        [(State.DONE, 10, 40), (State.DONE, 30, 90), (State.CANCELLED, 0, 50)]
    ):
        board.tasks[TaskId(str(n))] = Task(
            id=TaskId(str(n)), kind=TaskKind.CALL_MANAGER, grade=Grade.YELLOW, about=str(n),
            raised_ms=1, state=state, accepted_ms=accepted, closed_ms=closed,
        )  # fmt: skip
    counted = task_figures(board)
    assert (counted.raised, counted.done, counted.withdrawn, counted.open) == (3, 2, 1, 0)
    assert (counted.median_accept_ms, counted.median_done_ms) == (19, 45)
    assert task_figures(TaskBoard()).median_accept_ms is None
    assert set(KIND_WORDS) == set(TaskKind)


# -- files ---------------------------------------------------------------------------------------

TABLE = Table(
    "t",
    Text("表", "Table"),
    (Text("名称", "Name"), Text("率", "Share"), Text("分钟", "Minutes"), Text("空", "None")),
    [("=1+1", Share(0.1234), Minutes(7.25), None), ("张三", Share(1), Minutes(0), None)],
)


def test_csv_has_a_byte_order_mark_and_runs_no_formula() -> None:
    data = as_csv(TABLE, "zh")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows == [
        ["名称", "率", "分钟", "空"], ["'=1+1", "12.3%", "7.2", ""], ["张三", "100.0%", "0.0", ""],
    ]  # fmt: skip


def test_a_workbook_holds_numbers_as_numbers_and_text_as_text() -> None:
    data = as_xlsx([TABLE], "标题", "en")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert book.testzip() is None
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
        names = book.read("xl/workbook.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    assert 'name="Table"' in names
    assert "<v>0.1234</v>" in sheet
    assert "<f>" not in sheet  # nothing to run
    assert "=1+1" in strings
    assert "张三" in strings
    assert "0.0%" in styles
    assert "frozen" in sheet


# -- through the whole application ---------------------------------------------------------------


async def a_little_day(world: World) -> HallService:
    hall = world.app.parts.service("hall", HallService)
    await hall.open_day(EAST, SYSTEM)
    kiosk_tickets = []
    counter = next(c.id for c in world.org.directory.counters("east") if DEPOSIT in c.services)
    await hall.open_counter(EAST, counter, world.staff("he.jiaxin"), SYSTEM)
    for n in range(4):
        await hall.issue_ticket(EAST, (DEPOSIT,), SYSTEM, channel=Channel.KIOSK)
        world.clock.advance((n + 1) * MINUTE_MS)
        await hall.call_next(EAST, counter, SYSTEM)
        ticket = (await hall.state(EAST)).counters[CounterId(counter)].ticket
        kiosk_tickets.append(ticket)
        world.clock.advance(3 * MINUTE_MS)
        await hall.run(EAST, c.FinishService(ticket=ticket), SYSTEM)
    await hall.run(EAST, c.Rate(ticket=kiosk_tickets[0], score=5), SYSTEM)
    return hall


@pytest.mark.shows("R042", part="the day's report on screen and as XLSX and CSV")
async def test_the_days_report_says_what_the_monitor_says(world: World) -> None:
    await a_little_day(world)
    manager = await world.as_staff("lin.xiaolan")
    report = (await manager.get(f"{API}/day")).json()
    monitor = (await manager.get("/api/branches/east/monitor")).json()
    assert report["day"] == monitor
    assert report["day"]["kpis"]["finished"] == 4
    assert report["day"]["calibration"]["count"] == 4
    english = {"accept-language": "en"}
    sheet = await manager.get(f"{API}/day.xlsx", headers=english)
    assert sheet.headers["content-disposition"] == 'attachment; filename="east-2026-11-18.xlsx"'
    with zipfile.ZipFile(io.BytesIO(sheet.content)) as book:
        names = book.read("xl/workbook.xml").decode()
        assert all(f'name="{n}"' in names for n in ("Overview", "Services", "Staff", "Counters"))
    told = await manager.get(f"{API}/day.csv", headers=english)
    rows = dict(list(csv.reader(io.StringIO(told.content.decode("utf-8-sig")))))
    assert rows["Tickets finished"] == "4"
    assert rows["Mean wait, min"] == "2.5"
    assert rows["Good ratings"] == "100.0%"
    chinese = (await manager.get(f"{API}/day.csv", params={"table": "staff"})).content
    assert "何佳欣" in chinese.decode()
    assert (await manager.get(f"{API}/day.csv", params={"table": "none"})).status_code == 400


@pytest.mark.shows("R042", part="a range of closed days")
async def test_closed_days_are_reported_from_the_archive(world: World) -> None:
    hall = await a_little_day(world)
    manager = await world.as_staff("lin.xiaolan")
    open_day = (await manager.get(f"{API}/day")).json()["day"]
    counter = next(
        s.id for s in (await hall.state(EAST)).counters.values() if s.state is CounterState.OPEN
    )
    await hall.run(EAST, c.CloseCounter(counter=counter), SYSTEM)
    await hall.run(EAST, c.CloseDay(), SYSTEM)

    async def days() -> list[dict[str, Any]]:
        params = {"first": "2026-11-01", "last": "2026-11-30"}
        return list((await manager.get(f"{API}/days", params=params)).json()["days"])

    for _ in range(500):
        found = await days()
        if found and found[0]["calibration"]["count"]:
            break
        await asyncio.sleep(0.01)
    [day] = found
    assert day["figures"]["date"] == "2026-11-18"
    assert day["figures"]["waits"] == open_day["kpis"]["waits"]
    assert day["calibration"] == open_day["calibration"]
    world.clock.advance(24 * 60 * MINUTE_MS)
    manager = await world.as_staff("lin.xiaolan")
    again = (await manager.get(f"{API}/day", params={"date": "2026-11-18"})).json()["day"]
    assert again["kpis"]["waits"] == open_day["kpis"]["waits"]
    assert again["calibration"] == open_day["calibration"]
    params = {"first": "2026-11-18", "last": "2026-11-18"}
    table = await manager.get(f"{API}/days.csv", params=params)
    assert len(table.content.decode("utf-8-sig").splitlines()) == 2
    assert (await manager.get(f"{API}/days.xlsx", params=params)).status_code == 200


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("day", {"date": "2026-11-01"}, "no_report"),
        ("day", {"date": "2036-11-01"}, "no_report"),
        ("day", {"date": "yesterday"}, "bad_input"),
        ("days", {"first": "2026-11-02", "last": "2026-11-01"}, "wrong_order"),
        ("days", {"first": "2026-01-01", "last": "2026-11-01"}, "too_many_days"),
        ("days", {"first": "2026-11-02"}, "bad_input"),
    ],
)
async def test_reports_that_cannot_be_made_are_refused_in_words(
    world: World, path: str, params: dict[str, str], code: str
) -> None:
    manager = await world.as_staff("lin.xiaolan")
    answer = await manager.get(f"{API}/{path}", params=params)
    assert answer.json()["error"]["code"] == code
    teller = await world.as_staff("he.jiaxin")
    assert (await teller.get(f"{API}/{path}", params=params)).status_code == 403

"""Complaints: registered anywhere, sealed, looked after in the hall, answered, rated."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.http.world import World
from tingtang.hall import tables as t
from tingtang.hall.clockwork import Clockwork
from tingtang.hall.complaints import ComplaintService
from tingtang.hall.model import commands as hall_c
from tingtang.hall.model.complaints import ALLOWED, ComplaintState, Step, after
from tingtang.hall.model.state import Channel
from tingtang.hall.service import HallService
from tingtang.hall.tasks import TaskService
from tingtang.kernel.clock import DAY_MS
from tingtang.kernel.ids import BranchId, ServiceId
from tingtang.kernel.permissions import SYSTEM
from tingtang.org.sign_in.model.rules import TerminalKind

EAST = BranchId("east")
API = "/api/branches/east"
BODY = {
    "category": "wait",
    "text": "等了一个小时，王晓明很不满意",
    "phone": "13800138000",
    "name": "王晓明",
}


async def until(check: Callable[[], Awaitable[Any]]) -> Any:
    for _ in range(500):
        found = await check()
        if found:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


async def open_hall(world: World) -> HallService:
    hall = world.app.parts.service("hall", HallService)
    await hall.open_day(EAST, SYSTEM)
    return hall


async def tasks_about(world: World, prefix: str) -> list[Any]:
    board = await world.app.parts.service("tasks", TaskService).board(EAST)
    return [task for task in board.tasks.values() if task.about.startswith(prefix)]


def test_every_state_and_step_is_decided() -> None:
    assert set(ALLOWED) == set(Step)
    assert after(Step.RATE, ComplaintState.ANSWERED, 2) is ComplaintState.OPEN
    assert after(Step.RATE, ComplaintState.ANSWERED, 3) is ComplaintState.CLOSED


@pytest.mark.shows("R044")
async def test_a_complaint_is_registered_handled_answered_and_rated(world: World) -> None:
    await open_hall(world)
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    categories = (await kiosk.get(f"{API}/complaint-categories")).json()["categories"]
    assert "wait" in [one["code"] for one in categories]
    key = {"idempotency-key": "c1"}
    registered = (await kiosk.post(f"{API}/complaints", json=BODY, headers=key)).json()
    assert (await kiosk.post(f"{API}/complaints", json=BODY, headers=key)).json() == registered
    assert registered["due_ms"] == world.clock.now_ms() + 15 * DAY_MS
    [task] = await until(lambda: tasks_about(world, "complaint:"))
    assert (task.kind, task.grade) == ("complaint", "orange")

    manager = await world.as_staff("zhou.qihang")
    path = f"{API}/complaints/{registered['complaint']}"
    [listed] = (await manager.get(f"{API}/complaints", params={"unsettled": True})).json()[
        "complaints"
    ]
    assert (listed["text"], listed["name"], listed["phone"]) == (
        BODY["text"], "王*明", "138****8000",
    )  # fmt: skip
    staff = {"staff": world.staff("su.nianzhen")}
    assert (await manager.post(f"{path}/assign", json=staff)).status_code == 204
    await manager.post(f"{path}/notes", json={"text": "当时只开了两个窗口"})
    customer = world.bearer(registered["link"])
    before = (await customer.get(path)).json()
    assert (before["state"], before["staff_name"], before["notes"]) == ("assigned", "", [])
    early = await customer.post(f"{path}/rating", json={"score": 5})
    assert early.json()["error"]["code"] == "complaint_state"
    answer = {"text": "非常抱歉，我们已增开窗口"}
    assert (await manager.post(f"{path}/answer", json=answer)).status_code == 204
    assert (await customer.get(path)).json()["answer"] == answer["text"]

    async def withdrawn() -> bool:
        return (await tasks_about(world, "complaint:"))[0].state == "cancelled"

    await until(withdrawn)
    assert (await customer.post(f"{path}/rating", json={"score": 1})).status_code == 204
    assert (await customer.get(path)).json()["state"] == "open"

    async def again() -> bool:
        return [task.grade for task in await tasks_about(world, "complaint:")] == ["orange", "red"]

    await until(again)
    await manager.post(f"{path}/answer", json={"text": "已电话致歉并补偿"})
    assert (await customer.post(f"{path}/rating", json={"score": 4})).status_code == 204
    seen = (await manager.get(path)).json()
    assert (seen["state"], seen["score"]) == ("closed", 4)
    assert [note["text"] for note in seen["notes"]] == ["当时只开了两个窗口"]
    refused = await manager.post(f"{path}/answer", json={"text": "再次"})
    assert refused.json()["error"]["code"] == "complaint_state"


async def test_what_the_customer_wrote_is_sealed(world: World) -> None:
    manager = await world.as_staff("zhou.qihang")
    registered = (await manager.post(f"{API}/complaints", json=BODY)).json()
    path = f"{API}/complaints/{registered['complaint']}"
    await manager.post(f"{path}/notes", json={"text": "王晓明说的是实情"})
    await manager.post(f"{path}/answer", json={"text": "王晓明先生您好"})

    def dump(connection: sa.Connection) -> str:
        events = connection.execute(sa.text("SELECT body FROM events")).scalars().all()
        answers = connection.execute(sa.text("SELECT body FROM answers")).scalars().all()
        rows = connection.execute(sa.select(t.complaints)).all()
        notes = connection.execute(sa.select(t.complaint_notes)).all()
        return " ".join(map(str, [*events, *answers, *rows, *notes]))

    text = await world.app.parts.log.database.read(dump)
    assert registered["complaint"] in text
    for personal in ("王晓明", "13800138000", "小时", "实情"):
        assert personal not in text


async def test_nobody_reaches_a_complaint_that_is_not_theirs(world: World) -> None:
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    first = (await kiosk.post(f"{API}/complaints", json=BODY)).json()
    second = (await kiosk.post(f"{API}/complaints", json=BODY)).json()
    stranger, path = world.bearer(second["link"]), f"{API}/complaints/{first['complaint']}"
    teller = await world.as_staff("he.jiaxin")
    for client in (stranger, kiosk, teller):
        assert (await client.get(path)).json()["error"]["code"] == "unknown_complaint"
        rated = await client.post(f"{path}/rating", json={"score": 5})
        assert rated.json()["error"]["code"] == "unknown_complaint"
    other = await world.as_staff("bai.yunfei")  # of another branch
    assert (await other.get(path)).status_code == 403
    assert (await teller.post(f"{path}/answer", json={"text": "x"})).status_code == 403


@pytest.mark.shows("R044", part="the phone that follows a ticket reads and rates the answer")
async def test_a_tickets_own_link_reads_and_rates_what_it_wrote(world: World) -> None:
    await open_hall(world)
    kiosk, manager = (
        await world.as_terminal(TerminalKind.KIOSK),
        await world.as_staff("zhou.qihang"),
    )
    first, second = [
        (await kiosk.post(f"{API}/tickets", json={"services": ["svc.cash_deposit"]})).json()
        for _ in range(2)
    ]
    phone, other = world.bearer(first["link"]), world.bearer(second["link"])
    mine = f"{API}/tickets/{first['ticket']}/complaints"
    written = (await phone.post(f"{API}/complaints", json=BODY)).json()["complaint"]
    taken_down = {**BODY, "subject": first["ticket"]}  # at the kiosk: it may be anybody's
    assert (await kiosk.post(f"{API}/complaints", json=taken_down)).status_code == 201
    assert [one["complaint"] for one in (await phone.get(mine)).json()["complaints"]] == [written]
    path = f"{API}/complaints/{written}"
    answer = {"text": "非常抱歉"}
    assert (await manager.post(f"{path}/answer", json=answer)).status_code == 204
    [seen] = (await phone.get(mine)).json()["complaints"]
    assert (seen["state"], seen["answer"], seen["notes"]) == ("answered", "非常抱歉", [])
    for refused in (
        await other.get(mine),
        await other.get(path),
        await other.post(f"{path}/rating", json={"score": 1}),
    ):
        assert refused.status_code == 404
    assert (await phone.post(f"{path}/rating", json={"score": 5})).status_code == 204
    assert (await phone.get(path)).json()["state"] == "closed"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"category": "weather"}, "unknown_category"),
        ({"text": ""}, "bad_input"),
        ({"text": "长" * 2001}, "bad_input"),
        ({"phone": "call me"}, "bad_input"),
    ],
)
async def test_bad_complaints_are_refused_in_words(
    world: World, change: dict[str, str], code: str
) -> None:
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    answer = await kiosk.post(f"{API}/complaints", json={**BODY, **change})
    assert answer.json()["error"]["code"] == code


@pytest.mark.shows("R044", part="deadlines")
async def test_somebody_is_reminded_before_an_answer_is_due(world: World) -> None:
    hall = await open_hall(world)
    complaints = world.app.parts.service("complaints", ComplaintService)
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    registered = (await kiosk.post(f"{API}/complaints", json=BODY)).json()
    await until(lambda: tasks_about(world, "complaint:"))
    world.clock.at_ms = registered["due_ms"] - 3 * DAY_MS - 1
    assert await complaints.book.due_before(EAST, world.clock.now_ms() + 3 * DAY_MS) == []
    world.clock.advance(1)
    await hall.open_day(EAST, SYSTEM)
    await world.app.parts.service("clockwork", Clockwork).beat()
    [task] = await tasks_about(world, "complaint:")  # on that day's board
    assert (task.grade, task.subject) == ("red", registered["complaint"])


@pytest.mark.shows("R044", part="a bad rating brings somebody at once")
async def test_a_bad_rating_is_a_task_while_the_customer_is_still_here(world: World) -> None:
    hall = await open_hall(world)
    cash = ServiceId("svc.cash_deposit")
    counter = next(c.id for c in world.org.directory.counters("east") if cash in c.services)
    await hall.open_counter(EAST, counter, world.staff("he.jiaxin"), SYSTEM)
    for score in (4, 2):
        await hall.issue_ticket(EAST, (cash,), SYSTEM, channel=Channel.KIOSK)
        await hall.call_next(EAST, counter, SYSTEM)
        ticket = (await hall.state(EAST)).counters[counter].ticket
        await hall.run(EAST, hall_c.FinishService(ticket=ticket), SYSTEM)
        rating = hall_c.Rate(ticket=ticket, score=score, reasons=("slow",))
        await hall.run(EAST, rating, SYSTEM)
    [task] = await until(lambda: tasks_about(world, "rating:"))
    assert (task.kind, task.note, task.subject) == ("complaint", "slow", ticket)

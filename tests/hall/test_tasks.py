"""Tasks through the whole application: screens call, the hall itself calls, people answer."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from tests.http.world import World
from tingtang.customers.model import Details, Facts, Tier
from tingtang.customers.service import CustomerService
from tingtang.hall.clockwork import Clockwork
from tingtang.hall.model import commands as hall_c
from tingtang.hall.model.state import Channel, Source
from tingtang.hall.service import HallService
from tingtang.hall.tasks import TaskService
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, CustomerId, ServiceId, VisitId
from tingtang.kernel.permissions import SYSTEM, Actor, ActorKind, Role, granted
from tingtang.org.sign_in.model.rules import TerminalKind

EAST = BranchId("east")
API = "/api/branches/east"
CASH = ServiceId("svc.cash_deposit")


def hall_of(world: World) -> HallService:
    return world.app.parts.service("hall", HallService)


async def open_hall(world: World) -> HallService:
    hall = hall_of(world)
    await hall.open_day(EAST, SYSTEM)
    return hall


async def on_duty(world: World, login: str, zone: str = "") -> httpx.AsyncClient:
    client = await world.as_staff(login)
    answer = await client.post(f"{API}/duty", json={"zone": zone})
    assert answer.status_code == 204, answer.text
    return client


async def board(client: httpx.AsyncClient) -> dict[str, Any]:
    return dict((await client.get(f"{API}/tasks")).json())


async def beat(world: World) -> None:
    await world.app.parts.service("clockwork", Clockwork).beat()


async def until(check: Callable[[], Any]) -> Any:
    """Wait for a reaction: as long as it takes, within reason."""
    for _ in range(500):
        found = await check()
        if found:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


@pytest.mark.shows("R055")
async def test_a_kiosk_calls_and_the_lobby_manager_of_that_zone_is_asked(world: World) -> None:
    await open_hall(world)
    zones = {z.kind: z.id for z in world.org.directory.zones("east")}
    near = await on_duty(world, "zhou.qihang", zones["smart_service"])
    await on_duty(world, "su.nianzhen", zones["counters"])
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    call = {"zone": zones["smart_service"], "reason": "help"}
    task = (await kiosk.post(f"{API}/calls", json=call)).json()["task"]
    again = (await kiosk.post(f"{API}/calls", json=call)).json()["task"]
    assert again == task
    seen = (await board(near))["tasks"][task]
    assert seen["offered_to"] == world.staff("zhou.qihang")
    assert (seen["kind"], seen["note"], seen["zone"]) == ("call_manager", "help", call["zone"])
    assert (await near.post(f"{API}/tasks/{task}/accept")).status_code == 204
    assert (
        await near.post(f"{API}/tasks/{task}/close", json={"outcome": "教会了"})
    ).status_code == 204
    seen = (await board(near))["tasks"][task]
    assert (seen["state"], seen["outcome"]) == ("done", "教会了")


class Seen:
    """One connection of a live view, with all that was sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send(self, message: bytes) -> None:
        self.sent.append(msgspec.json.decode(message))


@pytest.mark.shows("R055", part="who called sees who comes and since when")
async def test_who_called_sees_who_comes_and_nobody_else_does(world: World) -> None:
    await open_hall(world)
    manager = await on_duty(world, "zhou.qihang")
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    me = (await kiosk.get("/api/session")).json()["id"]
    caller = Actor(
        ActorKind.TERMINAL,
        me,
        permissions=granted(frozenset({Role.KIOSK})),
        branches=frozenset({"east"}),
    )
    live, seen, key = world.app.parts.live, Seen(), f"east/{caller.name}"
    await live.watch("hall.call", key, caller, seen, None)
    assert seen.sent[0]["data"].get("state") is None
    task = (await kiosk.post(f"{API}/calls", json={})).json()["task"]
    assert (await manager.post(f"{API}/tasks/{task}/accept")).status_code == 204
    name = world.org.directory.person(world.staff("zhou.qihang")).name

    async def accepted() -> bool:
        return seen.sent[-1].get("patch", {}).get("state") == "accepted"

    await until(accepted)
    told = seen.sent[-1]["patch"]
    assert told["name"] == name[0] + "*" * (len(name) - 2) + name[-1]
    assert told["accepted_ms"] > 0
    with pytest.raises(Refused):
        await live.watch("hall.call", "east/terminal:other", caller, Seen(), None)


@pytest.mark.shows("R039", part="assigned, handed over, refused in words")
async def test_a_manager_asks_one_person_who_hands_it_over(world: World) -> None:
    await open_hall(world)
    boss = await on_duty(world, "lin.xiaolan")
    first, second = await on_duty(world, "zhou.qihang"), await on_duty(world, "su.nianzhen")
    body = {"note": "请补充宣传册", "to": world.staff("su.nianzhen"), "grade": "note"}
    task = (await boss.post(f"{API}/tasks", json=body)).json()["task"]
    path = f"{API}/tasks/{task}"
    seen = (await board(boss))["tasks"][task]
    assert seen["offered_to"] == world.staff("su.nianzhen")
    await second.post(f"{path}/accept")
    taken = await first.post(f"{path}/accept", headers={"accept-language": "en"})
    assert taken.json()["error"]["message"] == "Somebody else has taken this task"
    handed = await second.post(f"{path}/hand-over", json={"to": world.staff("zhou.qihang")})
    assert handed.status_code == 204
    assert (await first.post(f"{path}/notes", json={"note": "已在路上"})).status_code == 204
    noted = (await board(boss))["tasks"][task]
    assert (noted["note"], [one["text"] for one in noted["remarks"]]) == (
        "请补充宣传册", ["已在路上"],
    )  # fmt: skip
    await first.post(f"{path}/accept")
    assert (await second.post(f"{path}/close", json={})).json()["error"]["code"] == "not_your_task"
    people = (await board(boss))["people"]
    assert people[world.staff("zhou.qihang")]["load"] == 1
    await first.post(f"{API}/duty/leave")
    after = await board(boss)
    assert world.staff("zhou.qihang") not in after["people"]
    assert after["tasks"][task]["state"] in ("offered", "unanswered")


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("tasks", {"kind": "long_wait"}, "task_kind"),
        ("tasks", {"note": "客户电话 138 0013 8000"}, "personal_note"),
        ("tasks", {"zone": "moon"}, "unknown_zone"),
        ("tasks", {"to": "staff.nobody"}, "not_on_duty"),
        ("tasks", {"note": "长" * 201}, "bad_input"),
        ("tasks", {"grade": "purple"}, "bad_input"),
        ("tasks/nothing/accept", {}, "unknown_task"),
        ("calls", {"reason": "boredom"}, "unknown_reason"),
    ],
)
async def test_bad_requests_are_refused_in_words(
    world: World, path: str, body: dict[str, Any], code: str
) -> None:
    await open_hall(world)
    manager = await on_duty(world, "zhou.qihang")
    answer = await manager.post(f"{API}/{path}", json=body)
    assert answer.json()["error"]["code"] == code


async def test_a_terminal_calls_the_manager_and_raises_nothing_else(world: World) -> None:
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    answer = await kiosk.post(f"{API}/tasks", json={"note": "hello"})
    assert answer.json()["error"]["code"] == "forbidden"


@pytest.mark.shows("R038", part="VIP to the account or wealth manager")
@pytest.mark.shows("R045", part="reception by tier")
async def test_a_vip_is_received_once_however_they_are_recognised(world: World) -> None:
    hall = await open_hall(world)
    customers = world.app.parts.service("customers", CustomerService)
    facts = Facts(id=CustomerId(""), tier=Tier.HEAD_OFFICE, branch=EAST)
    vip = await customers.save(
        facts, Details(name="钱多多", phone="13700137000"), SYSTEM, is_new=True
    )
    wealth = await on_duty(world, "han.shuyao")
    await on_duty(world, "zhou.qihang")
    zone = world.org.directory.zones("east")[0].id
    visit = VisitId("visit-1")
    await hall.run(EAST, hall_c.Arrive(visit=visit, source=Source.PAD, zone=zone), SYSTEM)
    await hall.run(EAST, hall_c.Identify(visit=visit, customer=vip, by="phone"), SYSTEM)

    async def reception() -> list[dict[str, Any]]:
        found = (await board(wealth))["tasks"].values()
        return [task for task in found if task["kind"] == "vip_reception"]

    [task] = await until(reception)
    assert (task["grade"], task["offered_to"], task["zone"]) == (
        "red", world.staff("han.shuyao"), zone,
    )  # fmt: skip
    await hall.issue_ticket(EAST, (CASH,), SYSTEM, channel=Channel.PAD, visit=visit, customer=vip)
    other = await hall.issue_ticket(EAST, (CASH,), SYSTEM, channel=Channel.PAD)
    assert other
    await wealth.post(f"{API}/tasks/{task['task']}/accept")
    assert len(await reception()) == 1


@pytest.mark.shows("R038", part="raised and withdrawn as the hall's clock beats")
async def test_who_waits_too_long_is_brought_to_the_lobby_manager_and_taken_back_when_called(
    world: World,
) -> None:
    hall = await open_hall(world)
    manager = await on_duty(world, "zhou.qihang")
    await hall.issue_ticket(EAST, (CASH,), SYSTEM, channel=Channel.KIOSK)
    await beat(world)
    assert not (await board(manager))["tasks"]
    world.clock.advance(15 * MINUTE_MS)
    await beat(world)
    [task] = (await board(manager))["tasks"].values()
    assert (task["kind"], task["grade"], task["number"]) == ("long_wait", "yellow", "A001")
    world.clock.advance(10 * MINUTE_MS)
    await beat(world)
    [task] = (await board(manager))["tasks"].values()
    assert task["grade"] == "orange"
    counter = next(c.id for c in world.org.directory.counters("east") if CASH in c.services)
    await hall.open_counter(EAST, counter, world.staff("he.jiaxin"), SYSTEM)
    await hall.call_next(EAST, counter, SYSTEM)
    world.clock.advance(6_000)
    await beat(world)
    [task] = (await board(manager))["tasks"].values()
    assert (task["state"], task["outcome"]) == ("cancelled", "resolved")


async def test_nobody_answers_and_the_next_is_asked_as_the_clock_beats(world: World) -> None:
    await open_hall(world)
    first = await on_duty(world, "zhou.qihang")
    await on_duty(world, "lin.xiaolan")
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    task = (await kiosk.post(f"{API}/calls", json={})).json()["task"]
    asked = []
    for _ in range(3):
        asked.append((await board(first))["tasks"][task]["offered_name"])
        world.clock.advance(90_000)
        await beat(world)
    assert asked == ["周启航", "林晓岚", ""]


@pytest.mark.shows("R039", part="shown live")
async def test_the_board_is_a_live_view_that_changes_when_a_task_does(world: World) -> None:
    await open_hall(world)
    tasks = world.app.parts.service("tasks", TaskService)
    messages: list[bytes] = []

    class Screen:
        def send(self, message: bytes) -> None:
            messages.append(message)

    manager = await on_duty(world, "zhou.qihang")
    live = world.app.parts.live
    await live.watch("hall.tasks", "east", SYSTEM, Screen(), None)
    await tasks.call_manager(EAST, SYSTEM, reason="care")

    async def patched() -> bool:
        return len(messages) == 2

    await until(patched)
    assert b'"op":"patch"' in messages[1]
    assert b"call_manager" in messages[1]
    assert manager

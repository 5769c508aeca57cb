"""Triage: a decision table in the head office's words, and the hall's own figures in it."""

from typing import Any

import httpx
import msgspec
import pytest

from tests.http.world import World
from tingtang.customers.model import Details, Facts, Tier
from tingtang.customers.service import CustomerService
from tingtang.hall.model.kpis import kpis
from tingtang.hall.model.settings import Segment
from tingtang.hall.model.state import Channel
from tingtang.hall.model.triage import (
    FALLBACK,
    Busy,
    Case,
    Condition,
    Row,
    TriageTable,
    Way,
    advise,
    machine_wait_ms,
)
from tingtang.hall.service import HallService
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.ids import BranchId, CustomerId, ServiceId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text
from tingtang.org.sign_in.model.rules import TerminalKind

EAST = BranchId("east")
API = "/api/branches/east"
CASH, CARD = ServiceId("svc.cash_deposit"), ServiceId("svc.card_open")
WEALTH = ServiceId("svc.wealth")


def case(**known: Any) -> Case:
    return Case(**{"service": CASH, "segment": Segment.ORDINARY, "channel": "kiosk", **known})


@pytest.mark.shows("R026", part="by booking, customer, load")
@pytest.mark.parametrize(
    ("known", "row", "first"),
    [
        ({"booked": True, "segment": Segment.VIP_BRANCH}, "booked", Way.COUNTER),
        ({"segment": Segment.VIP_BRANCH, "care": True}, "vip", Way.VIP_ROOM),
        ({"care": True}, "care", Way.COUNTER),
        ({"busy": Busy.SATURATED, "wait_ms": {Way.COUNTER: 31 * MINUTE_MS}}, "crowded", Way.SELF_SERVICE),
        ({"busy": Busy.SATURATED, "wait_ms": {Way.COUNTER: 30 * MINUTE_MS}}, "wait", Way.SELF_SERVICE),
        ({"wait_ms": {Way.COUNTER: 10 * MINUTE_MS}}, "any", Way.SELF_SERVICE),
    ],
)  # fmt: skip
def test_the_first_row_that_fits_decides(known: dict[str, Any], row: str, first: Way) -> None:
    advice = advise(TriageTable(), case(**known))
    assert (advice.row, advice.ways[0].way) == (row, first)
    assert advice.why.zh
    assert advice.why.en


@pytest.mark.shows("R026", part="by service and channel")
def test_a_bank_writes_its_own_rows_by_service_and_channel() -> None:
    table = TriageTable(
        (
            Row("loans", Condition(services=(CARD,)), (Way.LATER,), Text("请预约", "Book a time")),
            Row(
                "app", Condition(channels=("phone",)), (Way.PHONE,), Text("手机办", "On the phone")
            ),
        )
    )
    assert advise(table, case(service=CARD, later_ms=5)).ways[0].at_ms == 5
    assert advise(table, case(channel="phone")).row == "app"
    assert advise(table, case()).row == FALLBACK.id


def test_ways_that_are_not_there_are_left_out_and_there_is_always_one() -> None:
    only_counter = frozenset({Way.COUNTER})
    assert [w.way for w in advise(TriageTable(), case(possible=only_counter)).ways] == [Way.COUNTER]
    nothing = advise(TriageTable(), case(possible=frozenset()))
    assert [w.way for w in nothing.ways] == [Way.COUNTER]
    no_time_free = advise(TriageTable(), case(later_ms=0))
    assert Way.LATER not in [w.way for w in no_time_free.ways]


def test_a_machine_comes_free_as_often_as_there_are_machines() -> None:
    assert machine_wait_ms(4, 3, 8_000) == 0
    assert machine_wait_ms(4, 4, 8_000) == 2_000
    assert machine_wait_ms(4, 6, 8_000) == 6_000


async def ask(client: httpx.AsyncClient, service: str, **more: Any) -> dict[str, Any]:
    answer = await client.post(f"{API}/triage", json={"service": service, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.shows("R026", part="each way with its own expected time, from the hall's state")
async def test_the_kiosk_hears_each_ways_own_time(world: World) -> None:
    hall = world.app.parts.service("hall", HallService)
    await hall.open_day(EAST, SYSTEM)
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    counters = [c.id for c in world.org.directory.counters("east") if CASH in c.services]
    await hall.open_counter(EAST, counters[0], world.staff("he.jiaxin"), SYSTEM)
    quiet = await ask(kiosk, CASH)
    ways = {way["way"]: way for way in quiet["ways"]}
    assert quiet["row"] == "any"
    assert set(ways) == {"self_service", "counter", "later"}
    assert ways["counter"]["wait_ms"] < 60_000
    assert ways["self_service"]["wait_ms"] == 0
    assert ways["self_service"]["service_ms"] == round(4 * MINUTE_MS * 0.8)
    assert ways["later"]["at_ms"] > world.clock.now_ms()
    for _ in range(12):
        await hall.issue_ticket(EAST, (CASH,), SYSTEM, channel=Channel.KIOSK)
    full = await ask(kiosk, CASH)
    assert full["row"] == "wait"
    longer = {way["way"]: way["wait_ms"] for way in full["ways"]}
    assert longer["counter"] > 10 * MINUTE_MS
    assert (await ask(kiosk, CASH, care=["elder"]))["row"] == "care"
    unknown = await kiosk.post(f"{API}/triage", json={"service": "svc.none"})
    assert unknown.json()["error"]["code"] == "not_offered"


async def test_a_vip_is_shown_to_a_room_that_is_open_for_what_they_want(world: World) -> None:

    hall = world.app.parts.service("hall", HallService)
    await hall.open_day(EAST, SYSTEM)
    customers = world.app.parts.service("customers", CustomerService)
    facts = Facts(id=CustomerId(""), tier=Tier.BRANCH, branch=EAST)
    vip = await customers.save(facts, Details(name="钱多多"), SYSTEM, is_new=True)
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    closed = await ask(kiosk, WEALTH, customer=vip)
    assert (closed["row"], closed["ways"][0]["way"]) == ("vip", "counter")
    room = next(
        c.id
        for c in world.org.directory.counters("east")
        if c.level == "room" and WEALTH in c.services
    )
    await hall.open_counter(EAST, room, world.staff("han.shuyao"), SYSTEM)
    opened = await ask(kiosk, WEALTH, customer=vip)
    assert opened["ways"][0]["way"] == "vip_room"
    assert opened["ways"][0]["wait_ms"] < 60_000


@pytest.mark.shows("R007", part="diversion recorded on the visit")
async def test_the_way_taken_is_recorded_and_counts_as_diverted(world: World) -> None:
    hall = world.app.parts.service("hall", HallService)
    await hall.open_day(EAST, SYSTEM)
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    path, key = f"{API}/triage/taken", {"idempotency-key": "k"}
    body = {"way": "self_service", "row": "any"}
    visit = (await kiosk.post(path, json=body, headers=key)).json()["visit"]
    again = await kiosk.post(path, json={**body, "visit": visit})
    assert again.json()["visit"] == visit
    issued = await kiosk.post(f"{API}/tickets", json={"services": [CASH]})
    counter = {"way": "counter", "visit": issued.json()["visit"]}
    assert (await kiosk.post(path, json=counter)).status_code == 200
    state = await hall.state(EAST)
    assert state.visits[visit].diverted
    assert [stage for stage, _ in state.visits[visit].stages][:2] == ["triage", "self_service"]
    assert kpis(state, world.clock.now_ms()).diverted_rate.value == 0.5


async def test_an_unknown_visit_is_refused_in_words_and_a_repeated_request_begins_one_visit(
    world: World,
) -> None:
    hall = world.app.parts.service("hall", HallService)
    await hall.open_day(EAST, SYSTEM)
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    path, body = f"{API}/triage/taken", {"way": "counter", "row": "any"}
    unknown = await kiosk.post(path, json={**body, "visit": "nobody"})
    assert unknown.status_code == 404
    assert unknown.json()["error"]["code"] == "unknown_visit"
    assert unknown.json()["error"]["message"] == "没有这次到店记录"
    assert not (await hall.state(EAST)).visits
    key = {"idempotency-key": "k"}
    first, second = [await kiosk.post(path, json=body, headers=key) for _ in range(2)]
    assert first.json() == second.json()
    assert list((await hall.state(EAST)).visits) == [first.json()["visit"]]


@pytest.mark.shows("R026", part="head office tries a table before saving it")
async def test_head_office_tries_a_table_before_it_is_saved(world: World) -> None:
    office = await world.as_staff("gao.mingyuan")
    table = TriageTable((Row("all", Condition(), (Way.PHONE,), Text("手机", "Phone")),))
    body = msgspec.to_builtins({"table": table, "case": case()})
    answer = await office.post("/api/triage/dry-run", json=body)
    assert answer.json()["ways"] == [
        {"way": "phone", "wait_ms": None, "service_ms": None, "at_ms": 0}
    ]
    teller = await world.as_staff("he.jiaxin")
    assert (await teller.post("/api/triage/dry-run", json=body)).status_code == 403
    bad = await office.post(
        "/api/triage/dry-run", json={"table": {"rows": [{"id": 1}]}, "case": {}}
    )
    assert bad.status_code == 400

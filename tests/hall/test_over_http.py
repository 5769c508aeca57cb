"""Bad input and odd moments at the hall's door, over HTTP: each gets a clear answer in both languages.

One application serves the whole module; each test takes its own tickets.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.http.world import MARK, World, open_world
from tingtang.hall.service import HallService
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import SYSTEM
from tingtang.org.sign_in.model.rules import TerminalKind

pytestmark = pytest.mark.asyncio(loop_scope="module")

API = "/api/branches/east"
CASH = {"services": ["svc.cash_deposit"]}
GONE_ID = "01981234-0000-7000-8000-000000000000"
ZH, EN = {"accept-language": "zh-CN"}, {"accept-language": "en-GB"}
keys = (f"key {n}" for n in itertools.count())


class Door:
    """The hall with two tellers at their counters, the lobby manager, and a kiosk."""

    def __init__(self, world: World, clients: dict[str, httpx.AsyncClient]) -> None:
        self.world = world
        self.teller, self.other = clients["chen.yutong"], clients["he.jiaxin"]
        self.manager, self.head = clients["zhou.qihang"], clients["gao.mingyuan"]
        self.kiosk = clients["kiosk"]
        seats = world.bank.seats
        self.counter = seats[world.staff("chen.yutong")]
        self.other_counter = seats[world.staff("he.jiaxin")]
        self.call = f"{API}/counters/{self.counter}/call"
        self.other_call = f"{API}/counters/{self.other_counter}/call"

    async def take(self) -> dict[str, Any]:
        answer = await self.kiosk.post(f"{API}/tickets", json=CASH)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def called(self) -> dict[str, Any]:
        """A new customer, called to the teller's counter."""
        taken = await self.take()
        answer = await self.teller.post(self.call, json={"ticket": taken["ticket"]})
        assert answer.status_code == 200, answer.text
        return taken

    async def finish(self, ticket: str) -> None:
        answer = await self.teller.post(f"{API}/tickets/{ticket}/finish", json={})
        assert answer.status_code == 200, answer.text

    async def board(self) -> dict[str, Any]:
        return dict((await self.manager.get(f"{API}/board")).json())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(seeded_bank: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    async with open_world(seeded_bank, tmp_path_factory.mktemp("door")) as world:
        await world.app.parts.service("hall", HallService).open_day(BranchId("east"), SYSTEM)
        people = ("chen.yutong", "he.jiaxin", "zhou.qihang", "gao.mingyuan")
        clients = {login: await world.as_staff(login) for login in people}
        clients["kiosk"] = await world.as_terminal(TerminalKind.KIOSK)
        door = Door(world, clients)
        for teller, counter in (
            (door.teller, door.counter),
            (door.other, door.other_counter),
        ):
            signed_on = await teller.post(f"{API}/counters/{counter}/open", json={})
            assert signed_on.status_code == 204, signed_on.text
        yield door


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def an_empty_hall(door: Door) -> AsyncIterator[None]:
    """Nobody waits or stands at a counter when a test begins."""
    yield
    while True:
        calls = [
            (await teller.post(path, json={"finish": held})).json()
            for teller, path, held in (
                (door.teller, door.call, await _at(door, door.counter)),
                (door.other, door.other_call, await _at(door, door.other_counter)),
            )
        ]
        if not any("ticket" in one for one in calls):
            return


async def _at(door: Door, counter: str) -> str | None:
    state = await door.world.app.parts.service("hall", HallService).state(BranchId("east"))
    return state.counters[counter].ticket or None  # type: ignore[index]


async def refused(
    client: httpx.AsyncClient, path: str, body: object = None, method: str = "POST"
) -> tuple[int, str, str, str]:
    """Status, code, and the words in Chinese and in English, of the same request asked twice."""
    told = []
    for language in (ZH, EN):
        answer = await client.request(method, path, json=body, headers=language)
        assert answer.status_code >= 400, answer.text
        told.append((answer.status_code, answer.json()["error"]))
    (status, zh), (again, en) = told
    assert (status, zh["code"]) == (again, en["code"])
    return status, zh["code"], zh["message"], en["message"]


# -- what is not there ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("recall", None), ("start", None), ("pass", None), ("return", None),
        ("hold", {"reason": "form"}), ("transfer", {"service": "svc.card_open"}), ("finish", {}),
        ("services", {"service": "svc.card_open"}), ("abandon", {}),
    ],
)  # fmt: skip
async def test_a_ticket_that_is_not_there(door: Door, path: str, body: object) -> None:
    for ticket in (GONE_ID, "不是号", "%00", "x" * 500):
        assert await refused(door.manager, f"{API}/tickets/{ticket}/{path}", body) == (
            404, "unknown_ticket", "没有这张号票", "There is no such ticket",
        )  # fmt: skip


async def test_reading_or_calling_a_ticket_that_is_not_there(door: Door) -> None:
    for path in (f"{API}/tickets/{GONE_ID}", f"{API}/numbers/Z999"):
        assert (await refused(door.manager, path, method="GET"))[:2] == (404, "unknown_ticket")
    assert (await refused(door.teller, door.call, {"ticket": GONE_ID}))[1] == "unknown_ticket"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("call", {}), ("open", {}), ("pause", {"reason": "meal"}), ("resume", None),
        ("close", None), ("services", {"services": ["svc.cash_deposit"]}),
    ],
)  # fmt: skip
async def test_a_counter_that_is_not_there(door: Door, path: str, body: object) -> None:
    elsewhere = door.world.org.directory.counters("willow")[0].id
    for counter in ("nowhere", elsewhere):
        assert await refused(door.manager, f"{API}/counters/{counter}/{path}", body) == (
            404, "unknown_counter", "本网点没有这个窗口", "This branch has no such counter",
        )  # fmt: skip


async def test_transfer_to_a_counter_person_or_service_that_is_not_there(door: Door) -> None:
    path = f"{API}/tickets/{(await door.called())['ticket']}/transfer"
    assert (await refused(door.teller, path, {"counter": "nowhere"}))[1] == "unknown_counter"
    assert (await refused(door.teller, path, {"service": "svc.magic"}))[1] == "unknown_service"
    assert (await refused(door.teller, path, {"staff": "staff.nobody"}))[:2] == (
        409,
        "cannot_serve",
    )
    assert (await refused(door.teller, path, {"place": "after"}))[1] == "unknown_reason"


async def test_a_branch_that_is_not_there(door: Door) -> None:
    """Whoever may see all branches is told so; whoever may not learns nothing of which there are."""
    status, code, zh, en = await refused(door.head, "/api/branches/moon/board", method="GET")
    assert (status, code) == (404, "no_such_branch")
    assert zh != en
    for path in ("tickets", "day/open"):
        assert (await refused(door.manager, f"/api/branches/moon/{path}", CASH))[:2] == (
            403, "forbidden",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "code", "zh", "en"),
    [
        ({"services": ["svc.magic"]}, "unknown_service", "本网点不办理该业务", "does not offer"),
        ({"services": ["svc.card_open", "x"]}, "unknown_service", "（x）", "(x)"),
        ({**CASH, "visit": "nobody' OR 1=1"}, "unknown_visit", "没有这次到店记录", "no such visit"),
    ],
)
async def test_a_ticket_for_what_is_not_there(
    door: Door, body: object, code: str, zh: str, en: str
) -> None:
    told = await refused(door.kiosk, f"{API}/tickets", body)
    assert told[1] == code
    assert zh in told[2]
    assert en in told[3]


# -- the wrong moment -----------------------------------------------------------------------------


@pytest.mark.shows("R031", part="what is over is not called again, and says so")
async def test_calling_a_finished_ticket(door: Door) -> None:
    taken = await door.called()
    await door.finish(taken["ticket"])
    _, code, zh, en = await refused(door.teller, door.call, {"ticket": taken["ticket"]})
    number = taken["number"]
    assert code == "wrong_state"
    assert zh == f"号票 {number} 已办结，不能叫号"
    assert en == f"Ticket {number} is finished: it cannot be called"
    for step, body in (("recall", None), ("abandon", {}), ("hold", {"reason": "form"})):
        told = await refused(door.manager, f"{API}/tickets/{taken['ticket']}/{step}", body)
        assert told[:2] == (409, "wrong_state")


@pytest.mark.shows("R031", part="a stale screen changes nothing")
async def test_a_stale_screen(door: Door) -> None:
    """The screen still shows a customer who has left the counter by another hand."""
    first = await door.called()
    assert (
        await door.manager.post(f"{API}/tickets/{first['ticket']}/transfer", json={"place": "last"})
    ).status_code == 200
    path = f"{API}/tickets/{first['ticket']}/finish"
    assert (await refused(door.teller, path, {}))[2] == f"号票 {first['number']} 正在等候，不能办结"
    second = await door.called()
    _, code, zh, en = await refused(door.teller, door.call, {"finish": first["ticket"]})
    assert code == "counter_busy"
    assert second["number"] in zh
    assert second["number"] in en
    shown = await door.teller.get(f"{API}/tickets/{second['ticket']}")
    assert shown.json()["state"] == "called"


async def test_a_day_that_is_not_open(door: Door) -> None:
    kiosk = await door.world.as_terminal(TerminalKind.KIOSK, branch="willow")
    assert await refused(kiosk, "/api/branches/willow/tickets", CASH) == (
        409, "day_not_open", "网点今日尚未营业", "The branch is not open today",
    )  # fmt: skip
    teller = await door.world.as_staff("lu.xinyue")
    counter = door.world.bank.seats[door.world.staff("lu.xinyue")]
    for step in ("open", "call"):
        path = f"/api/branches/willow/counters/{counter}/{step}"
        assert (await refused(teller, path, {}))[1] == "day_not_open"
    assert (await refused(door.manager, f"{API}/day/open"))[1] == "day_already_open"


async def test_a_quota_that_is_reached(door: Door) -> None:
    numbering = {"lists": [{"prefix": "E", "segments": ["care"], "quota": 1}]}
    saved = await door.head.put(
        "/api/branches/harbour/settings/hall", json={"values": {"numbering": numbering}}
    )
    assert saved.status_code == 200, saved.text
    manager = await door.world.as_staff("tian.jiayi")
    assert (await manager.post("/api/branches/harbour/day/open")).status_code == 204
    kiosk = await door.world.as_terminal(TerminalKind.KIOSK, branch="harbour")
    body = {**CASH, "care": ["elder"]}
    tickets = "/api/branches/harbour/tickets"
    assert (await kiosk.post(tickets, json=body)).json()["number"] == "E001"
    told = await refused(kiosk, tickets, body)
    assert told[:2] == (409, "quota_reached")
    assert "每日 1 张" in told[2]
    assert "1 a day" in told[3]
    assert (await kiosk.post(tickets, json=CASH)).status_code == 201


# -- asked again ----------------------------------------------------------------------------------


@pytest.mark.shows("R027", part="a repeated request gives the same ticket")
async def test_a_repeated_request_with_a_key_gets_its_first_answer(door: Door) -> None:
    key = {"idempotency-key": next(keys)}
    first, *rest = [
        (answer.status_code, answer.content)
        for answer in await asyncio.gather(
            *(door.kiosk.post(f"{API}/tickets", json=CASH, headers=key) for _ in range(4))
        )
    ]
    assert first[0] == 201
    assert {first} == set(rest)
    other = await door.kiosk.post(
        f"{API}/tickets", json={"services": ["svc.card_open"]}, headers={**key, **EN}
    )
    assert (other.status_code, other.json()["error"]["code"]) == (422, "key_reused")
    # The same word in another actor's mouth is another key.
    theirs = await door.manager.post(f"{API}/tickets", json=CASH, headers=key)
    assert theirs.status_code == 201
    assert theirs.content != first[1]


async def test_a_repeated_request_without_a_key_is_a_new_one(door: Door) -> None:
    assert (await door.take())["number"] != (await door.take())["number"]


@pytest.mark.shows("R031", part="a call asked twice calls once")
async def test_a_call_asked_twice_with_a_key_calls_once(door: Door) -> None:
    first, second = await door.take(), await door.take()
    key = {"idempotency-key": next(keys)}
    calls = [await door.teller.post(door.call, json={}, headers=key) for _ in range(2)]
    assert calls[0].json()["ticket"] == first["ticket"]
    assert calls[0].content == calls[1].content
    assert (await refused(door.teller, door.call, {}))[1] == "counter_busy"
    shown = await door.manager.get(f"{API}/tickets/{second['ticket']}")
    assert shown.json()["state"] == "waiting"
    step = f"{API}/tickets/{first['ticket']}/finish"
    key = {"idempotency-key": next(keys)}
    done = [await door.teller.post(step, json={}, headers=key) for _ in range(2)]
    assert [one.status_code for one in done] == [200, 200]
    assert done[0].content == done[1].content


# -- what cannot be read --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "zh", "en"),
    [
        (b"", "缺少请求内容", "the body is missing"),
        (b"{", "内容不完整", "ends too early"),
        (b"not json", "不是有效的 JSON", "is not valid JSON"),
        (b"\xff\xfe", "", ""),
        (b"[]", "须为 object，收到 array", "must be object, not array"),
        (b"{}", "缺少字段 services", "field services is missing"),
        (b'{"services": "cash"}', "services 须为 array", "services must be array"),
        (b'{"services": []}', "services 须为", "services must be"),
        (b'{"services": [7]}', "须为 str，收到 int", "must be str, not int"),
        (json.dumps({"services": ["x"] * 11}).encode(), "services 须为", "services must be"),
        (b'{"services": ["x"], "care": ["rich"]}', "'rich' 不是可选的值", "'rich' is not one of"),
    ],
)
async def test_a_body_that_cannot_be_read(door: Door, body: bytes, zh: str, en: str) -> None:
    for language, words in ((ZH, zh), (EN, en)):
        answer = await door.kiosk.post(
            f"{API}/tickets",
            content=body,
            headers={**language, "content-type": "application/json"},
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_input")
        assert words in answer.json()["error"]["message"]


async def test_a_body_that_is_too_large(door: Door) -> None:
    large = {"services": ["svc.cash_deposit"], "visit": "x" * 40_000}
    assert await refused(door.kiosk, f"{API}/tickets", large) == (
        413, "too_large", "请求内容过大，最多 32000 字节",
        "The request is too large: at most 32000 bytes",
    )  # fmt: skip
    # Staff may send more, but no field grows with it.
    assert (await refused(door.manager, f"{API}/notices", {"zh": "长" * 201}))[1] == "bad_input"


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("hold", {"reason": "form", "minutes": 0}),
        ("hold", {"reason": "form", "minutes": 10_000}),
        ("hold", {}),
        ("finish", {"stay": "perhaps"}),
        ("abandon", {"reason": "DROP TABLE"}),
        ("transfer", {"place": "somewhere"}),
    ],
)
async def test_fields_out_of_their_bounds(door: Door, step: str, body: object) -> None:
    taken = await door.called()
    told = await refused(door.teller, f"{API}/tickets/{taken['ticket']}/{step}", body)
    assert told[:2] == (400, "bad_input")
    assert told[2] != told[3]


async def test_a_reason_that_is_not_on_the_list(door: Door) -> None:
    taken = await door.called()
    assert await refused(door.teller, f"{API}/tickets/{taken['ticket']}/hold", {"reason": "tea"}) == (
        422, "unknown_reason", "没有这个原因选项（tea）", "There is no such reason (tea)",
    )  # fmt: skip


# -- whose it is ----------------------------------------------------------------------------------


@pytest.mark.shows("R031", part="a teller works at their own counter only")
async def test_a_teller_at_somebody_elses_counter(door: Door) -> None:
    taken = await door.called()
    sign = door.world.org.directory.counter(door.counter).sign
    not_yours = (
        403, "not_your_counter", f"窗口 {sign} 不是您签到的窗口",
        f"You are not signed on at counter {sign}",
    )  # fmt: skip
    assert await refused(door.other, door.call, {}) == not_yours
    assert await refused(door.other, door.call, {"finish": taken["ticket"]}) == not_yours
    for step, body in (("pause", {"reason": "meal"}), ("close", None),
                       ("services", {"services": ["svc.cash_deposit"]})):  # fmt: skip
        path = f"{API}/counters/{door.counter}/{step}"
        assert await refused(door.other, path, body) == not_yours
    for step in ("start", "finish", "pass", "recall"):
        path = f"{API}/tickets/{taken['ticket']}/{step}"
        assert await refused(door.other, path, {}) == not_yours
    elsewhere = await refused(door.teller, f"{API}/counters/{door.other_counter}/open", {})
    assert elsewhere[0] == 409


async def test_wrong_roles_are_refused(door: Door) -> None:
    taken = await door.take()
    ticket = f"{API}/tickets/{taken['ticket']}"
    board = await door.world.as_terminal(TerminalKind.BOARD)
    administrator = await door.world.as_staff("tang.sijie")
    for client, path, body in (
        (door.kiosk, door.call, {}),
        (door.kiosk, f"{ticket}/finish", {}),
        (board, f"{API}/tickets", CASH),
        (administrator, f"{API}/tickets", CASH),
        (administrator, door.call, {}),
        (door.teller, f"{API}/day/close", None),
    ):
        assert (await refused(client, path, body))[:2] == (403, "forbidden")
    stranger = door.world.client()
    assert await refused(stranger, f"{API}/tickets", CASH) == (
        401, "sign_in_first", "请先登录", "Sign in first",
    )  # fmt: skip
    willow = await door.world.as_staff("lu.xinyue")
    assert (await refused(willow, f"{API}/tickets", CASH))[1] == "forbidden"


@pytest.mark.shows("R027", part="a customer's link reaches its own ticket only")
async def test_a_customers_link_reaches_only_its_own_ticket(door: Door) -> None:
    mine, other = await door.take(), await door.take()
    phone = door.world.bearer(mine["link"])
    own = f"{API}/tickets/{mine['ticket']}"
    assert (await phone.get(own)).json()["number"] == mine["number"]
    for ticket in (other["ticket"], GONE_ID):  # alike: the link does not tell which exist
        path = f"{API}/tickets/{ticket}"
        assert (await refused(phone, path, method="GET"))[:2] == (404, "unknown_ticket")
        assert (await refused(phone, f"{path}/abandon", {}))[:2] == (404, "unknown_ticket")
        assert (await refused(phone, f"{path}/ratings", {"score": 5}))[:2] == (
            404,
            "unknown_ticket",
        )
    assert (await refused(phone, f"{own}/finish", {}))[:2] == (403, "forbidden")
    assert (await refused(phone, f"{API}/tickets", CASH))[:2] == (403, "forbidden")
    elsewhere = f"/api/branches/willow/tickets/{mine['ticket']}"
    assert (await refused(phone, elsewhere, method="GET"))[1] == "forbidden"
    forged = door.world.client(authorization=f"Bearer {mine['link'][:-4]}AAAA", **MARK)
    assert (await refused(forged, own, method="GET"))[:2] == (401, "sign_in_first")
    assert (await phone.post(f"{own}/abandon", json={})).json()["state"] == "abandoned"


# -- at the same moment ---------------------------------------------------------------------------


@pytest.mark.shows("R031", part="two counters calling at once get two customers, both announced")
async def test_two_counters_call_at_the_same_moment(door: Door) -> None:
    before = (await door.board())["last_call"]
    taken = [await door.take() for _ in range(6)]
    held: list[str | None] = [None, None]
    told = []
    for _ in range(3):
        answers = await asyncio.gather(
            door.teller.post(door.call, json={"finish": held[0]}),
            door.other.post(door.other_call, json={"finish": held[1]}),
        )
        held = [answer.json()["ticket"] for answer in answers]
        told += [answer.json() for answer in answers]
    assert sorted(one["ticket"] for one in told) == sorted(one["ticket"] for one in taken)
    board = await door.board()
    announced = [
        (board["calls"][str(n)]["number"], board["calls"][str(n)]["counter"])
        for n in range(before + 1, before + 7)
    ]
    assert board["last_call"] == before + 6
    counters = [door.counter, door.other_counter] * 3
    assert sorted(announced) == sorted(
        (one["number"], counter) for one, counter in zip(told, counters, strict=True)
    )


async def test_one_ticket_chosen_by_two_counters_at_once_goes_to_one(door: Door) -> None:
    taken = await door.take()
    body = {"ticket": taken["ticket"]}
    answers = await asyncio.gather(
        door.teller.post(door.call, json=body), door.other.post(door.other_call, json=body)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    loser = next(answer for answer in answers if answer.status_code == 409)
    assert loser.json()["error"]["message"] == f"号票 {taken['number']} 已被叫号，不能叫号"

"""Machines by enrolment code; customers' phones by the door's code, the public page and links."""

from pathlib import Path

import pytest

from tests.http.world import MORNING_MS, World, open_world
from tingtang.kernel.clock import DAY_MS, MINUTE_MS, SECOND_MS
from tingtang.kernel.permissions import SYSTEM
from tingtang.org.sign_in.demo import NotADemo
from tingtang.org.sign_in.model.rules import TerminalKind

MANAGER = "lin.xiaolan"


async def invite(world: World, **body: object) -> dict[str, str]:
    manager = await world.as_staff(MANAGER)
    answer = await manager.post(
        "/api/branches/east/terminals", json={"kind": "kiosk", "label": "门口取号机", **body}
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = answer.json()
    return found


async def test_a_machine_is_enrolled_by_a_code_once(world: World) -> None:
    invitation = await invite(world)
    kiosk = world.client(**{"x-tingtang-surface": "kiosk"})
    code = invitation["code"]
    typed = f" {code[:5].lower()}-{code[5:].lower()} "
    answer = await kiosk.post("/api/terminals/enrol", json={"code": typed})
    assert answer.status_code == 200, answer.text
    me = answer.json()
    assert (me["kind"], me["branch"], me["roles"]) == ("terminal", "east", ["kiosk"])
    assert "tingtang-kiosk" in kiosk.cookies
    assert (await kiosk.get("/api/branches/east/guide")).status_code == 200
    assert (await kiosk.get("/api/branches/willow/guide")).status_code == 403
    again = await world.client().post("/api/terminals/enrol", json={"code": code})
    assert (again.status_code, again.json()["error"]["code"]) == (401, "bad_invitation")


async def test_a_code_expires_and_can_be_withdrawn(world: World) -> None:
    old = await invite(world)
    world.clock.advance(31 * MINUTE_MS)
    answer = await world.client().post("/api/terminals/enrol", json={"code": old["code"]})
    assert answer.json()["error"]["code"] == "bad_invitation"
    fresh = await invite(world)
    manager = await world.as_staff(MANAGER)
    assert (
        await manager.delete(f"/api/branches/east/invitations/{fresh['id']}")
    ).status_code == 204
    answer = await world.client().post("/api/terminals/enrol", json={"code": fresh["code"]})
    assert answer.json()["error"]["code"] == "bad_invitation"


async def test_a_code_is_never_shown_again(world: World) -> None:
    invitation = await invite(world)
    manager = await world.as_staff(MANAGER)
    listed = await manager.get("/api/branches/east/terminals")
    assert invitation["id"] in listed.text
    assert invitation["code"] not in listed.text


async def test_a_revoked_machine_is_out_at_once(world: World) -> None:
    invitation = await invite(world)
    kiosk = world.client(**{"x-tingtang-surface": "kiosk"})
    await kiosk.post("/api/terminals/enrol", json={"code": invitation["code"]})
    manager = await world.as_staff(MANAGER)
    listed = (await manager.get("/api/branches/east/terminals")).json()
    terminal = listed["terminals"][0]["id"]
    path = f"/api/branches/east/terminals/{terminal}"
    assert (await manager.delete(path)).status_code == 204
    assert (await kiosk.get("/api/session")).status_code == 401
    assert (await manager.delete(path)).status_code == 404
    assert len(await world.events("sign_in.terminal_revoked")) == 1


async def test_a_counter_screen_belongs_to_a_counter_of_the_branch(world: World) -> None:
    manager = await world.as_staff(MANAGER)
    body = {"kind": "counter_screen", "label": "一号窗口屏", "counter": "willow.counter.01"}
    refused = await manager.post("/api/branches/east/terminals", json=body)
    assert refused.json()["error"]["code"] == "broken_reference"
    invitation = await invite(world, kind="counter_screen", counter="east.counter.01")
    answer = await world.client().post("/api/terminals/enrol", json={"code": invitation["code"]})
    assert answer.json()["subject"] == "east.counter.01"


async def test_guessing_codes_is_slowed_down(world: World) -> None:
    guesser = world.client("10.0.0.66")
    codes = []
    for _ in range(40):
        answer = await guesser.post("/api/terminals/enrol", json={"code": "AAAAABBBBB"})
        codes.append(answer.json()["error"]["code"])
    assert codes[0] == "bad_invitation"
    assert codes[-1] == "too_many_requests"
    other = await world.client("10.0.0.67").post("/api/terminals/enrol", json={"code": "A"})
    assert other.json()["error"]["code"] == "bad_invitation"


async def test_the_code_at_the_door_changes_and_is_good_for_minutes(world: World) -> None:
    board = await world.as_terminal(TerminalKind.BOARD)
    first = (await board.get("/api/branches/east/door")).json()
    assert first["changes_ms"] == MORNING_MS + 30 * SECOND_MS
    assert first["url"] == f"http://hall.test/phone/door#{first['code']}"
    world.clock.advance(30 * SECOND_MS)
    assert (await board.get("/api/branches/east/door")).json()["code"] != first["code"]

    phone = world.client("10.0.9.1", **{"x-tingtang-surface": "phone"})
    answer = await phone.post("/api/phone/door", json={"code": first["code"]})
    assert answer.status_code == 200, answer.text
    assert answer.json()["roles"] == ["door_qr"]
    assert "ticket.issue" in answer.json()["permissions"]
    assert (await phone.get("/api/branches/east/guide")).status_code == 200
    assert (await phone.get("/api/branches/willow/guide")).status_code == 403
    # A phone cannot hand the door's code on.
    assert (await phone.get("/api/branches/east/door")).status_code == 403

    world.clock.advance(5 * MINUTE_MS)
    late = await world.client("10.0.9.2").post("/api/phone/door", json={"code": first["code"]})
    assert late.json()["error"]["code"] == "bad_link"
    world.clock.advance(30 * MINUTE_MS)
    assert (await phone.get("/api/session")).status_code == 401


@pytest.mark.parametrize("code", ["", "east", "east.1", "east.99999999.AAAA", "east..x", "…"])
async def test_a_made_up_door_code_opens_nothing(world: World, code: str) -> None:
    answer = await world.client().post("/api/phone/door", json={"code": code})
    assert answer.status_code in {400, 401}


async def test_a_code_of_one_door_opens_no_other(world: World) -> None:
    code = world.sign_in.phones.door_code("east", "").code
    forged = code.replace("east", "willow")
    answer = await world.client().post("/api/phone/door", json={"code": forged})
    assert answer.json()["error"]["code"] == "bad_link"


async def test_the_public_page_books_and_takes_tickets_only_where_allowed(world: World) -> None:
    east = await world.client().post("/api/phone/open", json={"branch": "east"})
    assert {"booking.make", "ticket.issue"} <= set(east.json()["permissions"])
    willow = await world.client().post("/api/phone/open", json={"branch": "willow"})
    assert "booking.make" in willow.json()["permissions"]
    assert "ticket.issue" not in willow.json()["permissions"]
    branches = (await world.client().get("/api/public/branches")).json()["branches"]
    assert {one["id"] for one in branches} == {"east", "willow", "harbour"}
    assert all(one["is_open"] for one in branches)


async def test_a_link_is_for_its_own_ticket_until_the_end_of_the_next_day(world: World) -> None:
    token = world.sign_in.links.make("east", "ticket-1", MORNING_MS)
    phone = world.client(**{"x-tingtang-surface": "phone"})
    me = (await phone.post("/api/phone/link", json={"token": token})).json()
    assert (me["kind"], me["subject"], me["branch"]) == ("customer", "ticket-1", "east")
    assert me["roles"] == ["customer_link"]
    assert "ticket.issue" not in me["permissions"]
    assert (await phone.get("/api/branches/east")).status_code == 403
    assert (await world.bearer(token).get("/api/session")).json() == me
    world.clock.advance(37 * 60 * MINUTE_MS)  # 23:00 of the next day
    assert (await world.bearer(token).get("/api/session")).status_code == 200
    world.clock.advance(60 * MINUTE_MS)
    assert (await world.bearer(token).get("/api/session")).status_code == 401
    late = await world.client().post("/api/phone/link", json={"token": token})
    assert late.json()["error"]["code"] == "bad_link"


async def test_a_changed_link_is_nobodys(world: World) -> None:
    token = world.sign_in.links.make("east", "ticket-1", MORNING_MS)
    for i in range(2, len(token), 7):
        changed = token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :]
        assert (await world.bearer(changed).get("/api/session")).status_code == 401


async def test_revoked_links_are_dead_here_and_after_a_restart(
    seeded_bank: Path, tmp_path: Path
) -> None:
    async with open_world(seeded_bank, tmp_path) as world:
        old = world.sign_in.links.make("east", "ticket-1", MORNING_MS)
        other = world.sign_in.links.make("east", "ticket-2", MORNING_MS)
        assert (await world.bearer(old).get("/api/session")).status_code == 200
        await world.sign_in.phones.revoke_links("ticket-1", SYSTEM)
        assert (await world.bearer(old).get("/api/session")).status_code == 401
        assert (await world.bearer(other).get("/api/session")).status_code == 200
        world.clock.advance(SECOND_MS)
        fresh = world.sign_in.links.make("east", "ticket-1", world.clock.now_ms())
        assert (await world.bearer(fresh).get("/api/session")).status_code == 200
    second = tmp_path / "second"
    second.mkdir()
    async with open_world(tmp_path, second) as world:
        assert (await world.bearer(old).get("/api/session")).status_code == 401


async def test_one_browser_holds_a_session_for_each_surface(world: World) -> None:
    browser = world.client()
    kiosk, board = await invite(world), await invite(world, kind="board", label="大屏")
    for surface, invitation in (("kiosk", kiosk), ("board", board)):
        await browser.post(
            "/api/terminals/enrol",
            json={"code": invitation["code"]},
            headers={"x-tingtang-surface": surface},
        )

    async def who(**headers: str) -> list[str]:
        answer = await browser.get("/api/session", headers=headers)
        return answer.json().get("roles", [])

    assert await who(**{"x-tingtang-surface": "kiosk"}) == ["kiosk"]
    assert await who(**{"x-tingtang-surface": "board"}) == ["board"]
    assert await who(referer="http://hall.test/kiosk/ticket?x=1") == ["kiosk"]
    assert await who() == []


async def test_demo_links_work_once_and_only_in_a_demo(seeded_bank: Path, tmp_path: Path) -> None:
    async with open_world(seeded_bank, tmp_path, is_demo=True) as world:
        path = await world.sign_in.demo.for_staff(world.staff("chen.yutong"), "counter")
        unused = await world.sign_in.demo.for_staff(world.staff("chen.yutong"), "counter")
        stale = await world.sign_in.demo.for_staff(world.staff("chen.yutong"), "counter")
        browser = world.client()
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (302, "/counter/")
        me = await browser.get("/api/session", headers={"x-tingtang-surface": "counter"})
        assert me.json()["name"] == "陈雨桐"
        spent = await world.client().get(path)
        assert (spent.status_code, spent.headers["location"]) == (302, "/?link=spent")
        assert "set-cookie" not in spent.headers
        world.clock.advance(DAY_MS)
        assert (await world.client().get(stale)).headers["location"] == "/?link=spent"
    second = tmp_path / "second"
    second.mkdir()
    async with open_world(tmp_path, second) as world:  # the same database, no longer a demo
        assert (await world.client().get(unused)).status_code == 401
        with pytest.raises(NotADemo):
            await world.sign_in.demo.for_staff(world.staff("chen.yutong"), "counter")

"""Staff at the door: passwords, lockout, second factor, sessions."""

import asyncio
from pathlib import Path

import httpx
import pyotp
import pytest

from tests.http.world import PASSWORD, World, open_world
from tingtang.kernel.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from tingtang.kernel.permissions import SYSTEM
from tingtang.org.sign_in.identity import STRANGER
from tingtang.org.sign_in.model.rules import STAFF_IDLE_MS, STAFF_LONGEST_MS, lock_ms
from tingtang.org.sign_in.tokens import digest_of

TELLER = "chen.yutong"
SYSTEM_ADMIN = "tang.sijie"
SECURITY_ADMIN = "wei.zhengyang"


async def sign_in(
    client: httpx.AsyncClient, name: str = TELLER, password: str = PASSWORD, code: str = ""
) -> httpx.Response:
    body = {"name": name, "password": password, "code": code}
    return await client.post("/api/session", json=body)


def code_of(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["code"])


async def test_a_teller_signs_in_is_known_and_signs_out(world: World) -> None:
    client = world.client()
    assert (await client.get("/api/session")).status_code == 401
    nobody = await client.get("/api/session", params={"or_nobody": True})
    assert (nobody.status_code, nobody.json()["kind"]) == (200, "nobody")
    answer = await sign_in(client)
    assert answer.status_code == 200, answer.text
    me = answer.json()
    assert (me["kind"], me["name"], me["branch"]) == ("staff", "陈雨桐", "east")
    assert "counter.work" in me["permissions"]
    assert (await client.get("/api/session")).json() == me
    assert (await client.get("/api/branches/east")).status_code == 200
    assert (await client.delete("/api/session")).status_code == 204
    assert (await client.get("/api/session")).status_code == 401
    assert len(await world.events("sign_in.signed_in")) == 1
    assert len(await world.events("sign_in.signed_out")) == 1


async def test_the_cookie_is_not_for_scripts_nor_other_sites(world: World) -> None:
    cookie = (await sign_in(world.client())).headers["set-cookie"]
    assert cookie.startswith("tingtang=s.")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie


async def test_over_https_the_cookie_is_bound_to_this_host(
    seeded_bank: Path, tmp_path: Path
) -> None:
    async with open_world(seeded_bank, tmp_path, is_tls=True) as world:
        answer = await sign_in(world.client())
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-tingtang=s.")
        assert "Secure" in cookie
        assert "strict-transport-security" in answer.headers


async def test_a_signed_out_token_is_dead(world: World) -> None:
    client = world.client()
    await sign_in(client)
    token = client.cookies["tingtang"]
    await client.delete("/api/session")
    assert (await world.bearer(token).get("/api/session")).status_code == 401


async def test_wrong_name_and_wrong_password_are_told_alike(world: World) -> None:
    wrong = await sign_in(world.client(), TELLER, "wrong")
    nobody = await sign_in(world.client(), "nobody.here", "wrong")
    assert (wrong.status_code, wrong.json()) == (nobody.status_code, nobody.json())
    assert code_of(wrong) == "wrong_credentials"
    failed = await world.events("sign_in.sign_in_failed")
    assert [one.event.staff for one in failed] == [world.staff(TELLER), ""]


@pytest.mark.parametrize("name", [TELLER, "nobody.here"])
async def test_failures_lock_for_longer_and_longer(world: World, name: str) -> None:
    client = world.client()
    for _ in range(5):
        assert code_of(await sign_in(client, name, "wrong")) == "wrong_credentials"
    locked = await sign_in(client, name, PASSWORD)
    assert code_of(locked) == "locked"
    assert locked.json()["error"]["params"]["seconds"] == 30
    assert locked.headers["retry-after"] == "30"
    world.clock.advance(30 * SECOND_MS)
    assert code_of(await sign_in(client, name, "wrong")) == "wrong_credentials"
    again = await sign_in(client, name, "wrong")
    assert again.json()["error"]["params"]["seconds"] == 60


async def test_a_right_password_after_the_wait_starts_anew(world: World) -> None:
    client = world.client()
    for _ in range(5):
        await sign_in(client, password="wrong")
    world.clock.advance(30 * SECOND_MS)
    assert (await sign_in(client)).status_code == 200
    for _ in range(4):
        await sign_in(client, password="wrong")
    assert (await sign_in(client)).status_code == 200


def test_the_wait_doubles_up_to_an_hour() -> None:
    assert [lock_ms(n) // 1000 for n in (0, 4, 5, 6, 7, 11, 12, 500)] == [
        0, 0, 30, 60, 120, 1920, 3600, 3600,
    ]  # fmt: skip


async def test_a_session_ends_when_idle_and_after_a_working_day(world: World) -> None:
    client = world.client()
    await sign_in(client)
    world.clock.advance(STAFF_IDLE_MS - 1)
    assert (await client.get("/api/session")).status_code == 200
    world.clock.advance(STAFF_IDLE_MS)
    assert (await client.get("/api/session")).status_code == 401
    await sign_in(client)
    for _ in range(STAFF_LONGEST_MS // (20 * MINUTE_MS) - 1):
        world.clock.advance(20 * MINUTE_MS)
        assert (await client.get("/api/session")).status_code == 200
    world.clock.advance(20 * MINUTE_MS)
    assert (await client.get("/api/session")).status_code == 401


async def test_a_session_outlives_the_process(seeded_bank: Path, tmp_path: Path) -> None:
    async with open_world(seeded_bank, tmp_path) as first:
        client = first.client()
        await sign_in(client)
        token = client.cookies["tingtang"]
    async with open_world(tmp_path, _second(tmp_path)) as second:
        assert (await second.bearer(token).get("/api/session")).status_code == 200
        assert (await second.bearer(token + "x").get("/api/session")).status_code == 401


def _second(folder: Path) -> Path:
    second = folder / "second"
    second.mkdir()
    return second


async def test_a_new_password_is_asked_for_at_first_use(world: World) -> None:
    staff = world.staff(TELLER)
    await world.sign_in.staff.set_password(staff, "first-password-1A", SYSTEM)
    client = world.client()
    answer = await sign_in(client, password="first-password-1A")
    assert (answer.status_code, code_of(answer)) == (401, "password_change_required")
    # The limited session is good for this and nothing else.
    assert (await client.get("/api/session")).json()["must"] == "password"
    assert (await client.get("/api/branches/east")).status_code == 403

    async def change(old: str, new: str) -> httpx.Response:
        return await client.post("/api/session/password", json={"old": old, "new": new})

    assert code_of(await change("first-password-1A", "short")) == "weak_password"
    assert code_of(await change("first-password-1A", "Chen.Yutong-99")) == "weak_password"
    assert code_of(await change("first-password-1A", "first-password-1A")) == "weak_password"
    assert code_of(await change("wrong", "Another-good-1")) == "wrong_credentials"
    limited = client.cookies["tingtang"]
    changed = await change("first-password-1A", "Another-good-1")
    assert changed.status_code == 200, changed.text
    assert (await client.get("/api/branches/east")).status_code == 200
    assert client.cookies["tingtang"] != limited
    assert (await sign_in(world.client(), password="Another-good-1")).status_code == 200


async def test_a_limited_session_cannot_step_around_the_new_password(world: World) -> None:
    staff = world.staff(TELLER)
    await world.sign_in.staff.set_password(staff, "first-password-1A", SYSTEM)
    client = world.client()
    await sign_in(client, password="first-password-1A")
    secret = (await client.post("/api/session/second-factor")).json()["secret"]
    answer = await client.post(
        "/api/session/second-factor/confirm", json={"code": now_code(world, secret)}
    )
    assert code_of(answer) == "password_change_required"


def now_code(world: World, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(world.clock.now_ms() // 1000 + 30 * steps)


async def set_up_factor(world: World, client: httpx.AsyncClient) -> tuple[str, list[str]]:
    secret = (await client.post("/api/session/second-factor")).json()["secret"]
    answer = await client.post(
        "/api/session/second-factor/confirm", json={"code": now_code(world, secret)}
    )
    assert answer.status_code == 200, answer.text
    return secret, answer.json()["codes"]


async def test_an_administrator_needs_a_second_factor(world: World) -> None:
    client = world.client()
    answer = await sign_in(client, SYSTEM_ADMIN)
    assert code_of(answer) == "second_factor_setup_required"
    assert (await client.get("/api/branches/east/terminals")).status_code == 403
    secret, _ = await set_up_factor(world, client)
    assert (await client.get("/api/branches/east/terminals")).status_code == 200

    world.clock.advance(HOUR_MS)
    fresh = world.client()
    assert code_of(await sign_in(fresh, SYSTEM_ADMIN)) == "second_factor_required"
    assert code_of(await sign_in(fresh, SYSTEM_ADMIN, code="000000")) == "wrong_credentials"
    code = now_code(world, secret)
    assert (await sign_in(fresh, SYSTEM_ADMIN, code=code)).status_code == 200
    # A code counts once, even within its half minute.
    assert code_of(await sign_in(world.client(), SYSTEM_ADMIN, code=code)) == "wrong_credentials"
    assert (await sign_in(world.client(), SYSTEM_ADMIN, code=now_code(world, secret, 1))).is_success


async def test_a_recovery_code_lets_in_once(world: World) -> None:
    client = world.client()
    await sign_in(client, SYSTEM_ADMIN)
    _, codes = await set_up_factor(world, client)
    assert len(set(codes)) == 8
    typed = f"{codes[0][:4]}-{codes[0][4:]}".lower()
    assert (await sign_in(world.client(), SYSTEM_ADMIN, code=typed)).status_code == 200
    assert code_of(await sign_in(world.client(), SYSTEM_ADMIN, code=typed)) == "wrong_credentials"
    used = await world.events("sign_in.recovery_code_used")
    assert [one.event.left for one in used] == [7]


async def test_a_present_factor_is_replaced_only_with_its_own_code(world: World) -> None:
    client = world.client()
    await sign_in(client, SYSTEM_ADMIN)
    secret, _ = await set_up_factor(world, client)
    assert code_of(await client.post("/api/session/second-factor")) == "second_factor_required"
    world.clock.advance(MINUTE_MS)
    answer = await client.post("/api/session/second-factor", json={"code": now_code(world, secret)})
    assert answer.status_code == 200


async def test_the_security_administrator_takes_a_lost_factor_away(world: World) -> None:
    client = world.client()
    await sign_in(client, SYSTEM_ADMIN)
    await set_up_factor(world, client)
    security = await world.as_staff(SECURITY_ADMIN)
    path = f"/api/staff/{world.staff(SYSTEM_ADMIN)}/second-factor"
    assert (await security.delete(path)).status_code == 204
    assert (await client.get("/api/session")).status_code == 401  # their sessions ended
    assert code_of(await sign_in(client, SYSTEM_ADMIN)) == "second_factor_setup_required"
    own = f"/api/staff/{world.staff(SECURITY_ADMIN)}/second-factor"
    assert code_of(await security.delete(own)) == "not_oneself"


async def test_sessions_are_listed_and_revoked(world: World) -> None:
    here, elsewhere = world.client(), world.client()
    await sign_in(here)
    await sign_in(elsewhere)
    listed = (await here.get("/api/sessions")).json()["sessions"]
    assert len(listed) == 2
    own = world.sign_in.sessions.known(here.cookies["tingtang"])
    assert own is not None
    for session in sorted((one["id"] for one in listed), key=own.session.__eq__):
        assert (await here.delete(f"/api/sessions/{session}")).status_code == 204
    assert (await elsewhere.get("/api/session")).status_code == 401
    assert (await here.get("/api/session")).status_code == 401


async def test_a_session_that_is_ended_while_it_is_looked_up_does_not_come_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a restart, where a browser's first request and its sign-out come together."""
    sessions, staff = world.sign_in.sessions, world.sign_in.staff
    opened = await staff.open(world.staff(TELLER), "", "password")
    sessions._drop(digest_of(opened.token))  # not in memory: the database is asked
    read, has_read, go_on = sessions._read, asyncio.Event(), asyncio.Event()

    async def held_up(digest: bytes) -> object:
        found = await read(digest)
        has_read.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(sessions, "_read", held_up)
    looking = asyncio.create_task(sessions.find(opened.token))
    await has_read.wait()
    await staff.sign_out(opened.identity)
    go_on.set()
    assert await looking is STRANGER
    assert sessions.known(opened.token) is STRANGER


async def test_nobody_sees_or_ends_the_sessions_of_others(world: World) -> None:
    victim, other = world.client(), await world.as_staff("he.jiaxin")
    await sign_in(victim)
    session = (await victim.get("/api/sessions")).json()["sessions"][0]["id"]
    staff = world.staff(TELLER)
    assert (await other.get(f"/api/sessions?owner={staff}")).status_code == 403
    assert (await other.delete(f"/api/sessions/{session}")).status_code == 404
    security = await world.as_staff(SECURITY_ADMIN)
    assert (await security.get(f"/api/sessions?owner={staff}")).json()["sessions"]
    assert (await security.delete(f"/api/sessions/{session}")).status_code == 204
    assert (await victim.get("/api/session")).status_code == 401


async def test_a_password_is_reset_only_by_who_may_do_at_least_as_much(world: World) -> None:
    manager = await world.as_staff("lin.xiaolan")
    answer = await manager.post(f"/api/staff/{world.staff(TELLER)}/password")
    assert answer.status_code == 200
    given = answer.json()["password"]
    assert code_of(await sign_in(world.client(), password=given)) == "password_change_required"

    async def refused(login: str) -> str:
        return code_of(await manager.post(f"/api/staff/{world.staff(login)}/password"))

    assert await refused(SYSTEM_ADMIN) == "may_do_more"
    assert await refused("dong.wanqiu") == "may_do_more"  # another branch's manager
    assert await refused("lin.xiaolan") == "not_oneself"


async def test_who_leaves_is_out_at_once(world: World) -> None:
    client = world.client()
    await sign_in(client)
    manager = await world.as_staff("lin.xiaolan")
    staff = world.staff(TELLER)
    record = next(
        one for one in (await manager.get("/api/staff")).json()["staff"] if one["id"] == staff
    )
    answer = await manager.put(f"/api/staff/{staff}", json={**record, "active": False})
    assert answer.status_code == 200, answer.text
    assert (await client.get("/api/session")).status_code == 401
    assert code_of(await sign_in(world.client())) == "wrong_credentials"


async def test_events_tell_nothing_personal(world: World) -> None:
    await sign_in(world.client())
    await sign_in(world.client(), password="wrong")
    for recorded in await world.app.parts.log.read_after(0, 10_000):
        text = repr(recorded.event)
        assert PASSWORD not in text
        assert "陈雨桐" not in text

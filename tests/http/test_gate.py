"""The gate: forgery, headers, limits, languages, and every failure as a clear answer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from litestar import get, post

from tests.http.world import CHEAP, MORNING_MS, World, make_app, open_world
from tingtang.http.app import App, build
from tingtang.http.fast_lane import NotFastEnough
from tingtang.http.limits import CALLERS_MAX, RateLimit
from tingtang.http.options import WebOptions
from tingtang.http.problems import TOO_MANY, reason_of
from tingtang.http.routes import UnguardedRoute
from tingtang.kernel.clock import ManualClock
from tingtang.kernel.errors import NOT_FOUND, Refused
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.ids import CountingIds
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.kernel.text import Text
from tingtang.kernel.vault import Suite, open_or_create_vault
from tingtang.kernel.web import encoded, permit, public
from tingtang.org.sign_in.identity import STRANGER, Identity


class Take(msgspec.Struct, frozen=True):
    service: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    people: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1


class Taken(msgspec.Struct, frozen=True):
    branch: str
    service: str
    people: int
    by: str
    key: str
    language: str
    now_ms: int


class Shop:
    """A service of a toy feature."""

    async def take(self, branch: str, data: Take, actor: Actor, key: Key | None) -> Taken:
        if data.service == "gone":
            raise Refused(NOT_FOUND, what=data.service)
        if data.service == "broken":
            raise RuntimeError("the secret is 4711")
        await asyncio.sleep(0)
        name = "" if key is None else f"{key.name} {key.request}"
        return Taken(branch, data.service, data.people, actor.name, name, "", 0)


async def _take(
    shop: Shop, branch: str, data: Take, actor: Actor, key: Key | None, language: str, now_ms: int
) -> Taken:
    """Take one."""
    taken = await shop.take(branch, data, actor, key)
    taken = msgspec.structs.replace(taken, language=language, now_ms=now_ms)
    return encoded(msgspec.json.encode(taken))  # type: ignore[no-any-return]


slow = post("/api/branches/{branch:str}/slow", **permit(Permission.TICKET_ISSUE))(_take)
fast = post("/api/branches/{branch:str}/fast", **permit(Permission.TICKET_ISSUE, fast=True))(_take)


@get("/api/open", **public("a test"))
async def opened() -> dict[str, int]:
    """Anybody."""
    return {"open": 1}


class OneCaller:
    """Knows one token."""

    def __init__(self) -> None:
        actor = Actor(
            ActorKind.TERMINAL,
            "t1",
            permissions=frozenset({Permission.TICKET_ISSUE}),
            branches=frozenset({"east"}),
        )
        self.identity = Identity(actor, "session-1")

    def known(self, token: str) -> Identity | None:
        return self.identity if token == "right" else STRANGER

    async def find(self, token: str) -> Identity:
        return STRANGER

    def is_valid(self, identity: Identity) -> bool:
        return True

    def on_end(self, listener: Callable[[], None]) -> None:
        pass


def wire(parts: Parts) -> None:
    parts.offer("shop", Shop())
    parts.offer("identifier", OneCaller())


SHOP = Feature(name="shop", about=Text("店", "Shop"), routes=(slow, fast, opened), wire=wire)


def make(folder: Path, *features: Feature, **options: Any) -> App:
    vault = open_or_create_vault(folder / "keys.json", Suite.AES_256_GCM, 0)
    web = WebOptions(database_url=f"sqlite:///{folder / 't.db'}", data_folder=folder, **options)
    return build(
        web, vault=vault, clock=ManualClock(MORNING_MS), ids=CountingIds(), features=features
    )


@pytest_asyncio.fixture
async def shop(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = make(tmp_path, SHOP)
    await app.start()
    headers = {"authorization": "Bearer right", "accept-language": "en"}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://hall.test", headers=headers
    ) as client:
        yield client
    await app.stop()


LANES = pytest.mark.parametrize("lane", ["slow", "fast"])


@LANES
async def test_both_lanes_give_a_handler_the_same(shop: httpx.AsyncClient, lane: str) -> None:
    answer = await shop.post(
        f"/api/branches/east/{lane}",
        json={"service": "cash", "people": 2},
        headers={"idempotency-key": "k1", "accept-language": "en-GB,zh;q=0.5"},
    )
    assert answer.status_code == 201
    taken = answer.json()
    assert taken["key"].startswith("terminal:t1:k1 ")
    assert len(taken.pop("key").split(" ")[1]) == 32
    assert taken == {
        "branch": "east",
        "service": "cash",
        "people": 2,
        "by": "terminal:t1",
        "language": "en",
        "now_ms": MORNING_MS,
    }
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


@LANES
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"people": 2}', "service"),
        (b'{"service": "cash", "people": 0}', "people"),
        (b'{"service": 7}', "service"),
        (b'{"service": "cash", "people": "many"}', "people"),
        (b'{"service": "', ""),
        (b'{"service": "\xff"}', ""),
        (b"[]", ""),
        (b"", ""),
        (b"null", ""),
    ],
)
async def test_both_lanes_name_what_is_wrong_with_a_body(
    shop: httpx.AsyncClient, lane: str, body: bytes, words: str
) -> None:
    answer = await shop.post(
        f"/api/branches/east/{lane}", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["code"] == "bad_input"
    assert words in error["message"]


@LANES
async def test_both_lanes_refuse_and_fail_alike(
    shop: httpx.AsyncClient, lane: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = f"/api/branches/east/{lane}"
    gone = await shop.post(path, json={"service": "gone"})
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "not_found")
    broken = await shop.post(path, json={"service": "broken"})
    assert broken.status_code == 500
    error = broken.json()["error"]
    assert error["code"] == "incident"
    assert "4711" not in broken.text
    assert error["params"]["incident"] in caplog.text  # the log knows, the caller does not
    elsewhere = await shop.post(f"/api/branches/west/{lane}", json={"service": "cash"})
    assert (elsewhere.status_code, elsewhere.json()["error"]["code"]) == (403, "forbidden")
    nobody = await shop.post(
        path,
        json={"service": "cash"},
        headers={"authorization": "Bearer wrong", "x-tingtang": "1"},
    )
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (401, "sign_in_first")
    assert (await shop.get(path)).json()["error"]["code"] == "method_not_allowed"


@LANES
async def test_both_lanes_bound_the_body(shop: httpx.AsyncClient, lane: str) -> None:
    path = f"/api/branches/east/{lane}"
    large = await shop.post(path, content=b" " * 40_000)
    assert (large.status_code, large.json()["error"]["code"]) == (413, "too_large")

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1000

    chunked = await shop.post(path, content=endless())
    assert (chunked.status_code, chunked.json()["error"]["code"]) == (413, "too_large")
    lying = await shop.post(path, content=b"{}", headers={"content-length": "many"})
    assert lying.status_code == 400


async def test_both_lanes_are_described_alike(tmp_path: Path) -> None:
    app = make(tmp_path, SHOP)
    paths = app.description()["paths"]
    one, two = (paths[f"/api/branches/{{branch}}/{lane}"]["post"] for lane in ("slow", "fast"))
    for both in (one, two):
        assert both["x-permission"] == "ticket.issue"
        assert both["security"]
        assert both["tags"] == ["shop"]
        assert "default" in both["responses"]
    assert one["requestBody"] == two["requestBody"]
    assert paths["/api/open"]["get"]["security"] == []
    app.parts.database.close()


async def test_the_language_is_the_callers_and_chinese_by_default(shop: httpx.AsyncClient) -> None:
    for accepts, words in (
        ("en-GB,en;q=0.9", "There is nothing at this address"),
        ("zh-CN", "没有这个地址"),
        ("fr", "没有这个地址"),
        ("fr, en;q=0.5", "There is nothing at this address"),
    ):
        answer = await shop.get("/api/nowhere", headers={"accept-language": accepts})
        assert answer.status_code == 404
        assert answer.json()["error"]["message"] == words


def test_a_route_that_says_nothing_about_who_keeps_the_application_from_starting(
    tmp_path: Path,
) -> None:
    @get("/api/unguarded")
    async def unguarded() -> None:
        """Nobody thought of it."""

    feature = Feature(name="x", about=Text("x"), routes=(unguarded,), wire=lambda _: None)
    with pytest.raises(UnguardedRoute, match="GET /api/unguarded"):
        make(tmp_path, feature)


def test_a_fast_route_that_needs_the_framework_keeps_the_application_from_starting(
    tmp_path: Path,
) -> None:
    @get("/api/search", **permit(Permission.ORG_SEE, fast=True))
    async def search(words: str) -> dict[str, str]:
        """Query parameters are not for the fast lane."""
        return {"words": words}

    feature = Feature(name="x", about=Text("x"), routes=(search,), wire=lambda _: None)
    with pytest.raises(NotFastEnough, match="words"):
        make(tmp_path, feature)


# -- forgery ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "is_allowed"),
    [
        ({"x-tingtang": "1"}, True),
        ({"x-tingtang": "1", "origin": "http://hall.test"}, True),
        ({"x-tingtang": "1", "sec-fetch-site": "same-origin"}, True),
        ({"x-tingtang": "1", "origin": "https://proxy.bank"}, True),
        ({}, False),
        ({"x-tingtang": "0"}, False),
        ({"x-tingtang": "1", "origin": "http://evil.test"}, False),
        ({"x-tingtang": "1", "origin": "null"}, False),
        ({"x-tingtang": "1", "origin": "http://hall.test.evil.test"}, False),
        ({"x-tingtang": "1", "sec-fetch-site": "cross-site"}, False),
        ({"x-tingtang": "1", "sec-fetch-site": "same-site"}, False),
    ],
)
async def test_only_our_own_pages_change_anything(
    seeded_bank: Path, tmp_path: Path, headers: dict[str, str], is_allowed: bool
) -> None:
    async with open_world(seeded_bank, tmp_path, origins=("https://proxy.bank",)) as world:
        opened = await world.sign_in.staff.open(world.staff("chen.yutong"), "", "password")
        client = world.client()
        del client.headers["x-tingtang"]
        client.cookies["tingtang"] = opened.token
        answer = await client.delete("/api/session", headers=headers)
        assert answer.status_code == (204 if is_allowed else 403)
        if not is_allowed:
            assert answer.json()["error"]["code"] == "foreign_page"
            assert (await client.get("/api/session")).status_code == 200


async def test_signing_in_from_a_foreign_page_is_forgery_too(world: World) -> None:
    client = world.client()
    del client.headers["x-tingtang"]
    answer = await client.post("/api/session", json={"name": "a", "password": "b"})
    assert answer.json()["error"]["code"] == "foreign_page"


async def test_a_preflight_from_elsewhere_is_told_nothing(world: World) -> None:
    answer = await world.client().options(
        "/api/session",
        headers={"origin": "http://evil.test", "access-control-request-method": "POST"},
    )
    assert not [name for name in answer.headers if name.startswith("access-control")]


# -- pages -----------------------------------------------------------------------------------


async def test_pages_that_are_not_built_say_how_to_build_them(tmp_path: Path) -> None:
    empty = tmp_path / "dist"
    empty.mkdir()
    app = make(tmp_path, SHOP, static_folder=empty)
    await app.start()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        for path in ("/", "/kiosk/", "/office/devices"):
            answer = await client.get(path)
            assert answer.status_code == 503
            assert "scripts/setup web" in answer.text
        assert (await client.get("/icon.svg")).status_code == 404
    await app.stop()


async def test_pages_carry_their_headers_and_files_their_caching(tmp_path: Path) -> None:
    built = tmp_path / "dist"
    for name, content in (
        ("portal/index.html", "portal"),
        ("kiosk/index.html", "kiosk"),
        ("assets/app-1a2b.js", "js" * 100),
        ("assets/app-1a2b.js.gz", "gz"),
        ("icon.svg", "<svg/>"),
    ):
        path = built / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    app = make(tmp_path, SHOP, static_folder=built, is_tls=True)
    await app.start()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://hall.test") as client:
        for path, page in (
            ("/", "portal"), ("/kiosk", "kiosk"), ("/kiosk/", "kiosk"), ("/kiosk/a/b", "kiosk"),
        ):  # fmt: skip
            answer = await client.get(path)
            assert (answer.status_code, answer.text) == (200, page)
            assert answer.headers["cache-control"] == "no-cache"
            policy = answer.headers["content-security-policy"]
            assert "script-src 'self'" in policy
            assert "frame-ancestors 'self'" in policy
            assert answer.headers["strict-transport-security"]
            assert "camera=(self)" in answer.headers["permissions-policy"]
        script = await client.get("/assets/app-1a2b.js", headers={"accept-encoding": "br"})
        assert script.headers["content-type"] == "text/javascript; charset=utf-8"
        assert "immutable" in script.headers["cache-control"]
        again = await client.get(
            "/assets/app-1a2b.js",
            headers={"accept-encoding": "br", "if-none-match": script.headers["etag"]},
        )
        assert (again.status_code, again.content) == (304, b"")
        head = await client.head("/icon.svg")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == "6"
        for path in (
            "/kiosk/missing.js",
            "/nowhere",
            "/assets/none.js",
            "/../t.db",
            "/%2e%2e/t.db",
        ):
            assert (await client.get(path)).status_code == 404
        assert (await client.post("/kiosk")).status_code == 405
    await app.stop()


# -- limits ----------------------------------------------------------------------------------


def test_a_limit_lets_bursts_through_and_then_its_rate() -> None:
    limit = RateLimit(2.0, 4.0)
    for _ in range(4):
        limit.take("a", 10.0)
    with pytest.raises(Refused) as refused:
        limit.take("a", 10.0)
    assert (refused.value.problem, refused.value.params["seconds"]) == (TOO_MANY, 1)
    limit.take("b", 10.0)
    limit.take("a", 10.5)
    with pytest.raises(Refused):
        limit.take("a", 10.5)


def test_a_limit_forgets_before_it_grows() -> None:
    limit = RateLimit(1.0, 1.0)
    for i in range(CALLERS_MAX + 10):
        limit.take(str(i), 0.0)
    limit.take("0", 0.0)  # forgotten, so it starts afresh
    with pytest.raises(Refused):
        limit.take(str(CALLERS_MAX + 9), 0.0)


async def test_strangers_are_limited_by_address_and_known_callers_are_not(
    seeded_bank: Path, tmp_path: Path
) -> None:
    async with open_world(seeded_bank, tmp_path, public_per_second=0.001) as world:
        crowd = world.client("10.1.1.1")
        assert (await crowd.get("/api/public/branches")).status_code == 429
        assert (await crowd.get("/health/live")).status_code == 200
        teller = await world.as_staff("chen.yutong")
        for _ in range(5):
            assert (await teller.get("/api/branches/east")).status_code == 200


# -- health ----------------------------------------------------------------------------------


async def test_health_metrics_and_description_are_there(world: World) -> None:
    client = world.client("127.0.0.1")
    assert (await client.get("/health/live")).json() == {"alive": True}
    ready = await client.get("/health/ready")
    assert ready.status_code == 200, ready.text
    assert set(ready.json()["checks"]) >= {"started", "database", "log"}
    metrics = (await client.get("/metrics")).text
    assert (
        'tingtang_http_requests_total{method="GET",route="/health/ready",status="200"}' in metrics
    )
    assert "tingtang_live_connections 0.0" in metrics
    assert (await world.client("10.9.9.9").get("/metrics")).status_code == 403
    description = (await client.get("/schema/openapi.json")).json()
    assert description["openapi"].startswith("3.1")
    assert "/api/session" in description["paths"]


async def test_readiness_tells_of_a_log_that_has_stopped(world: World) -> None:
    await world.app.parts.log.stop()
    answer = await world.client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["log"]["ok"] is False


async def test_before_the_start_everything_is_refused_in_words(tmp_path: Path) -> None:
    app = make_app(tmp_path, ManualClock(MORNING_MS), password_hasher=CHEAP)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hall.test") as client:
        answer = await client.get("/api/session")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_ready")
    app.parts.database.close()


@pytest.mark.parametrize(
    ("complaint", "zh", "en"),
    [
        ("Object missing required field `name`", "缺少字段 name", "field name is missing"),
        ("Expected `int`, got `str` - at `$.a.b[0]`", "a.b[0] 须为 int，收到 str", "a.b[0] must be int, not str"),
        ("Expected `int` >= 1 - at `$.people`", "people 须为 int >= 1", "people must be int >= 1"),
        ("Something new - at `$.x`", "x: Something new", "x: Something new"),
    ],
)  # fmt: skip
def test_complaints_are_told_in_words(complaint: str, zh: str, en: str) -> None:
    assert reason_of(complaint) == Text(zh, en)

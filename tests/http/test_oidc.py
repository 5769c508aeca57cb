"""Sign-in through the bank's own provider, against a real one on this machine."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import RSAKey

from tests.http.oidc_server import Provider, providing
from tests.http.world import MORNING_MS, OidcOptions, World, open_world
from tingtang.kernel.clock import MINUTE_MS
from tingtang.org.sign_in.oidc import safe_path

TELLER, ADMIN = "chen.yutong", "tang.sijie"


@pytest_asyncio.fixture
async def bank(seeded_bank: Path, tmp_path: Path) -> AsyncIterator[tuple[World, Provider]]:
    async with providing(MORNING_MS // 1000) as provider:
        provider.person = {"preferred_username": TELLER}
        oidc = OidcOptions(
            issuer=provider.issuer, client_id="tingtang", client_secret="shared-secret"
        )
        async with open_world(seeded_bank, tmp_path, oidc=oidc) as world:
            yield world, provider


async def go(browser: httpx.AsyncClient, next_page: str = "/counter") -> httpx.Response:
    """From our sign-in page to the provider and back."""
    there = await browser.get("/api/session/oidc", params={"next": next_page})
    assert there.status_code == 302, there.text
    async with httpx.AsyncClient() as client:
        back = (await client.get(there.headers["location"])).headers["location"]
    return await browser.get(back.removeprefix("http://hall.test"))


async def test_a_teller_comes_in_through_the_banks_own_door(
    bank: tuple[World, Provider],
) -> None:
    world, _ = bank
    browser = world.client()
    answer = await go(browser)
    assert (answer.status_code, answer.headers["location"]) == (302, "/counter")
    me = (await browser.get("/api/session")).json()
    assert me["name"] == "陈雨桐"
    assert [one.event.method for one in await world.events("sign_in.signed_in")] == ["oidc"]


@pytest.mark.parametrize(
    "tampering",
    [
        {"nonce": "another"},
        {"aud": "somebody-else"},
        {"iss": "http://evil.test"},
        {"exp": MORNING_MS // 1000 - 3600},
        {"preferred_username": "nobody.here"},
        {"preferred_username": ""},
    ],
)
async def test_what_the_provider_did_not_say_for_us_is_refused(
    bank: tuple[World, Provider], tampering: dict[str, Any]
) -> None:
    world, provider = bank
    provider.tampering = tampering
    browser = world.client()
    answer = await go(browser)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "oidc_failed")
    assert (await browser.get("/api/session")).status_code == 401


async def test_a_token_signed_by_another_key_is_refused(bank: tuple[World, Provider]) -> None:
    world, provider = bank
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "k1"})
    answer = await go(world.client())
    assert answer.json()["error"]["code"] == "oidc_failed"


async def test_an_administrator_needs_a_second_factor_there_too(
    bank: tuple[World, Provider],
) -> None:
    world, provider = bank
    provider.person = {"preferred_username": ADMIN}
    answer = await go(world.client())
    assert answer.json()["error"]["code"] == "second_factor_required"
    provider.person = {"preferred_username": ADMIN, "amr": ["pwd", "otp"]}
    assert (await go(world.client())).status_code == 302


async def test_the_way_back_is_for_who_went_and_not_for_long(
    bank: tuple[World, Provider],
) -> None:
    world, _ = bank
    browser, thief = world.client(), world.client()
    there = await browser.get("/api/session/oidc")
    async with httpx.AsyncClient() as client:
        back = (await client.get(there.headers["location"])).headers["location"]
    path = back.removeprefix("http://hall.test")
    assert (await thief.get(path)).status_code == 401
    forged = path.replace("state=", "state=x")
    assert (await browser.get(forged)).status_code == 401
    world.clock.advance(11 * MINUTE_MS)
    assert (await browser.get(path)).status_code == 401


async def test_without_a_provider_there_is_no_such_door(world: World) -> None:
    answer = await world.client().get("/api/session/oidc")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "oidc_off")


async def test_a_provider_that_does_not_answer_is_told_in_words(
    seeded_bank: Path, tmp_path: Path
) -> None:
    oidc = OidcOptions(issuer="http://127.0.0.1:9", client_id="x")
    async with open_world(seeded_bank, tmp_path, oidc=oidc) as world:
        answer = await world.client().get("/api/session/oidc")
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "oidc_failed")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/counter?x=1", "/counter?x=1"),
        ("//evil.test", "/"),
        ("/\\evil.test", "/"),
        ("https://evil.test", "/"),
        ("/a\r\nset-cookie: x", "/"),
        ("/" + "a" * 500, "/"),
        ("", "/"),
    ],
)
def test_no_redirect_leads_away(path: str, expected: str) -> None:
    assert safe_path(path) == expected

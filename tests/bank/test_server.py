"""Over the wire: the token, faults before and after the bank acted, two banks on one file."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.bank.conftest import MORNING_MS, booking, check_books
from tingtang.bank import trades as t
from tingtang.bank.client import HttpCoreBank
from tingtang.bank.embedded import EmbeddedBank
from tingtang.bank.port import BankDeclined, BankUnknown
from tingtang.bank.reference.faults import Fault, When
from tingtang.bank.reference.founding import found
from tingtang.bank.reference.server import BankServer
from tingtang.bank.reference.store import BankFileTrouble
from tingtang.kernel.clock import ManualClock

ACCOUNT = "91010000000000001"
DEPOSIT = t.Deposit(account=ACCOUNT, amount=100, box="k1")


async def _box(bank: EmbeddedBank) -> int:
    try:
        return (await bank.look(t.CashBox("k1")))["balance"]["CNY"]
    except BankDeclined:
        return 0


async def test_a_trade_over_the_wire(embedded: EmbeddedBank) -> None:
    done = await embedded.trade(DEPOSIT, booking("a"))
    assert done.trace == "a"
    assert done.voucher
    assert await embedded.query("a") == done
    assert await embedded.query("b") is None
    assert (await embedded.reverse("a", booking("r"), "wrong box")).data["was_done"]
    with pytest.raises(BankDeclined, match="reversed"):
        await embedded.query("a")
    with pytest.raises(BankDeclined, match="unknown_account") as no:
        await embedded.trade(t.Deposit(account="x", amount=1, box="k1"), booking("c"))
    assert no.value.words.zh
    assert no.value.words.en
    health = await embedded.health()
    assert health["is_balanced"]


@pytest.mark.parametrize("when", list(When))
async def test_after_any_fault_asking_again_does_it_once(
    embedded: EmbeddedBank, when: When
) -> None:
    client = await embedded.client()
    assert embedded.server is not None
    assert embedded.server.faults is not None
    impatient = HttpCoreBank(client.base, embedded.token, 0.15)
    embedded.server.faults.add(Fault(when, name=DEPOSIT.name))
    with pytest.raises(BankUnknown):
        await impatient.trade(DEPOSIT, booking("a"))
    acted = when in {When.AFTER, When.DROP_AFTER}
    assert (await embedded.query("a") is not None) == acted
    done = await embedded.trade(DEPOSIT, booking("a"))
    assert await embedded.trade(DEPOSIT, booking("a")) == done
    assert await _box(embedded) == 100
    await impatient.close()


async def test_many_at_once_share_commits_and_each_is_done_once(embedded: EmbeddedBank) -> None:
    asked = [embedded.trade(DEPOSIT, booking(f"m{n % 40}")) for n in range(120)]
    answers = await asyncio.gather(*asked)
    assert len({one.voucher for one in answers}) == 40
    assert await _box(embedded) == 4_000
    assert embedded.server is not None
    check_books(embedded.server.bank.store)


async def test_nothing_is_said_without_the_token_and_no_fault_taken_where_none_may(
    tmp_path: Path,
) -> None:
    server = BankServer(tmp_path, ManualClock(MORNING_MS), "secret")
    await server.start(found)
    async with httpx.AsyncClient(base_url=server.base) as http:
        assert (await http.get("/v1/health")).status_code == 401
        http.headers["authorization"] = "Bearer secret"
        assert (await http.get("/v1/health")).status_code == 200
        assert (await http.post("/v1/faults", json={"when": "after"})).status_code == 404
        assert (await http.post("/v1/trades/transfer", content=b"{")).status_code == 422
        assert (await http.post("/v1/looks/x", content=b"x" * 70_000)).status_code == 413
    with pytest.raises(BankFileTrouble):
        await BankServer(tmp_path, ManualClock(MORNING_MS), "other").start(found)
    await server.stop()


async def test_a_bank_that_cannot_be_reached_is_unknown() -> None:
    nobody = HttpCoreBank("http://127.0.0.1:9", "x", 1.0)
    with pytest.raises(BankUnknown):
        await nobody.trade(DEPOSIT, booking("a"))
    await nobody.close()


async def test_a_failure_inside_undoes_that_trade_alone(
    embedded: EmbeddedBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    await embedded.trade(DEPOSIT, booking("a"))
    assert embedded.server is not None
    store = embedded.server.bank.store
    write = store.write

    def failing(work: object, traded: object, *more: object, **most: object) -> None:
        write(work, traded, *more, **most)  # type: ignore[arg-type]
        if traded.trace == "bad":  # type: ignore[attr-defined]
            raise ValueError("after it was written")

    monkeypatch.setattr(store, "write", failing)
    asked = [embedded.trade(DEPOSIT, booking(trace)) for trace in ("b", "bad", "c")]
    found_ = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(x, BankUnknown) for x in found_] == [False, True, False]
    assert await embedded.query("bad") is None
    assert await _box(embedded) == 300
    check_books(store)

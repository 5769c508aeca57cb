"""Scenarios over the real bank: faults before and after it acted, and never anything doubled."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.bank.conftest import PEOPLE, check_books
from tests.http.world import make_app, open_world, seed
from tests.journeys.conftest import Office, until
from tests.journeys.flows import asks, does, line
from tingtang.bank.embedded import EmbeddedBank
from tingtang.bank.identity.server import EmbeddedIdentityCheck
from tingtang.bank.options import BankOptions
from tingtang.bank.pins import DEMO_PIN, pin_block
from tingtang.bank.reference.faults import Fault, When
from tingtang.customers.model import By, Details, Facts
from tingtang.customers.service import CustomerService
from tingtang.journeys import performing
from tingtang.journeys import service as journey_service
from tingtang.journeys.actions import Actions, Call, Declined, Done, Unclear
from tingtang.journeys.model.scenario import Channel
from tingtang.kernel.ids import BranchId, CustomerId, JourneyId
from tingtang.kernel.permissions import SYSTEM

OPTIONS = BankOptions(seconds=0.5, with_faults=True)
ACCOUNT, CARD = "91010000000000001", "9960010000000000012"
AMOUNT = 'name="amount" kind="amount" zh="金额" en="Amount"'
PIN = 'name="pin" kind="text" zh="密码" en="PIN" sensitivity="c3"'
PAY_IN = {
    "pay_in.bpmn": line(
        "pay_in",
        asks("fill", AMOUNT),
        does(
            "pay", "bank.trade", trade="'cash.deposit'", account=f"'{ACCOUNT}'",
            amount="fill.amount", box="'k1'",
        ),
        asks(
            "receipt", attributes='kind="receipt"',
            rows='<tt:row zh="凭证" en="Voucher" value="pay.voucher"/>',
        ),
    )
}  # fmt: skip
TAKE_OUT = {
    "take_out.bpmn": line(
        "take_out",
        asks("fill", AMOUNT, PIN),
        does(
            "pay", "bank.trade", trade="'cash.withdraw'", account=f"'{ACCOUNT}'",
            amount="fill.amount", box="'vault'", pin="fill.pin",
        ),
        asks("receipt", attributes='kind="receipt"'),
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bank-journeys")
    asyncio.run(seed(folder))
    return folder


class BankOffice(Office):
    """The same, with the bank behind at hand."""

    @property
    def bank(self) -> EmbeddedBank:
        return self.world.app.parts.service("core_bank", EmbeddedBank)

    async def fault(self, when: When, name: str = "", times: int = 1) -> None:
        await self.bank.client()
        assert self.bank.server is not None
        assert self.bank.server.faults is not None
        self.bank.server.faults.add(Fault(when, times, name))

    def books(self, name: str) -> list[str]:
        """Traces of the trades in the books of a kind."""
        assert self.bank.server is not None
        rows = self.bank.server.bank.store._db.execute(
            "SELECT trace FROM trades WHERE name = ? AND state = 'done'", (name,)
        )
        return [row[0] for row in rows]

    async def reverse(self, trace: str) -> Any:
        return await self._perform("bank.reverse", f"r-{trace}", {"trace": trace, "reason": "x"})

    async def ask(self, action: str, **inputs: Any) -> Any:
        return await self._perform(action, "t", inputs)

    async def _perform(self, action: str, trace: str, inputs: dict[str, Any]) -> Any:
        found = self.world.app.parts.service("actions", Actions).get(action)
        assert found is not None
        return await found.perform(
            Call(
                journey=JourneyId("j"), branch=BranchId("east"), scenario="s", step="s/x",
                trace=trace, inputs=inputs, known={}, channel=Channel.KIOSK,
                holder="terminal:k1", visit=None, customer=None, again=False,
            )
        )  # fmt: skip


@pytest.fixture
async def office(
    seeded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[BankOffice]:
    monkeypatch.setattr(performing, "AGAIN_SECONDS", (0.05,))
    async with open_world(seeded, tmp_path, bank=OPTIONS) as world:
        yield BankOffice(world)


def _has_receipt(seen: dict) -> bool:
    return bool(seen["screen"]) and seen["screen"]["kind"] == "receipt"


@pytest.mark.parametrize("when", list(When))
async def test_a_fault_at_the_trade_neither_doubles_nor_loses_it(
    office: BankOffice, when: When
) -> None:
    await office.install("pay_in", PAY_IN)
    kiosk = await office.kiosk()
    view = await kiosk.begin("pay_in")
    await office.fault(when, "cash.deposit")
    view = await kiosk.answer(view, amount=12_300)

    async def receipt() -> dict:
        while True:
            seen = await kiosk.see(view)
            if _has_receipt(seen):
                return seen
            await asyncio.sleep(0.02)

    seen = await asyncio.wait_for(receipt(), 10)
    assert seen["screen"]["rows"][0]["value"]["zh"]
    assert len(office.books("cash.deposit")) == 1
    assert office.bank.server is not None
    check_books(office.bank.server.bank.store)


async def test_under_many_faults_the_books_hold_what_the_journeys_promised(
    office: BankOffice,
) -> None:
    """Twelve customers at once while the wires fail in every way, queries too."""
    await office.install("pay_in", PAY_IN)
    for when in When:
        await office.fault(when, "cash.deposit", 3)
        await office.fault(when, times=2)
    kiosks = [await office.kiosk(f"k{n}") for n in range(12)]
    views = await asyncio.gather(*(kiosk.begin("pay_in") for kiosk in kiosks))
    await asyncio.gather(
        *(k.answer(v, amount=100 + n) for n, (k, v) in enumerate(zip(kiosks, views, strict=True)))
    )

    async def all_done() -> None:
        for kiosk, view in zip(kiosks, views, strict=True):
            while not _has_receipt(await kiosk.see(view)):
                await asyncio.sleep(0.05)

    await asyncio.wait_for(all_done(), 50)
    ended = await office.world.events("journey.action_ended")
    promised = {one.event.trace for one in ended}
    assert sorted(office.books("cash.deposit")) == sorted(promised)
    assert len(promised) == 12
    assert office.bank.server is not None
    balance = office.bank.server.bank.store.ledger.balances["box:k1", "CNY"]
    assert balance == sum(100 + n for n in range(12))


@pytest.mark.parametrize("acted", [True, False])
async def test_after_a_crash_a_trade_whose_pin_is_gone_is_found_or_closed(
    office: BankOffice, tmp_path: Path, acted: bool
) -> None:
    """A PIN is on no disk: what the bank did is found by its trace, what it did not is closed."""
    await office.install("take_out", TAKE_OUT)
    kiosk = await office.kiosk()
    view = await kiosk.begin("take_out")
    await office.fault(When.AFTER if acted else When.BEFORE, "cash.withdraw")
    await office.fault(When.DROP_BEFORE, times=10**6)
    view = await kiosk.answer(view, amount=100, pin=pin_block(DEMO_PIN, CARD))
    journey = view["journey"]
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    await office.bank.close()  # so that its file is whole when it is copied
    with sqlite3.connect(tmp_path / "tingtang.db") as source:
        source.execute("VACUUM INTO ?", (str(crashed / "tingtang.db"),))
    for name in ("keys.json", "bank.db", "bank-keys.json"):
        shutil.copy2(tmp_path / name, crashed / name)
    app = make_app(crashed, office.world.clock, bank=OPTIONS)
    await app.start()
    journeys = app.parts.service("journeys", journey_service.JourneyService)
    opened = await journeys.store.get(JourneyId(journey))
    await until(lambda: not journeys.store.in_memory(JourneyId(journey)).journey.pending)  # type: ignore[union-attr]
    opened = await journeys.store.get(JourneyId(journey))
    last = opened.journey.entries[-1]
    assert last.refused is not acted
    bank = app.parts.service("core_bank", EmbeddedBank)
    await bank.client()
    assert bank.server is not None
    ledger = bank.server.bank.store.ledger
    assert ledger.balances["box:vault", "CNY"] == 5_000_000_000 - (100 if acted else 0)
    if not acted:
        assert opened.refusal is not None
        assert opened.refusal["code"] == "asked_anew"
    await app.stop()


async def test_declined_trades_bring_the_banks_words(office: BankOffice) -> None:
    declined = await office.ask(
        "bank.trade", trade="cash.withdraw", account=ACCOUNT, amount=1, box="empty",
        pin=pin_block(DEMO_PIN, CARD),
    )  # fmt: skip
    assert isinstance(declined, Declined)
    assert declined.code == "box_short"
    assert declined.words.zh == "钱箱现金不足"
    for wrong in ({"trade": "no.such"}, {}, {"trade": "transfer"}):
        assert (await office.ask("bank.trade", **wrong)).code == "bad_input"
    assert (await office.ask("bank.look", lookup="account.read", account="x")).code == (
        "unknown_account"
    )


async def test_a_trade_is_reversed_by_its_trace(office: BankOffice) -> None:
    asked = {"trade": "cash.deposit", "account": ACCOUNT, "amount": 100, "box": "k1"}
    done = await office.ask("bank.trade", **asked)
    assert isinstance(done, Done)
    assert done.data["balance"]
    back = await office.reverse(done.data["trace"])
    assert back.data["was_done"]
    assert await office.reverse(done.data["trace"]) == back
    assert (await office.reverse("")).code == "bad_input"
    assert office.books("cash.deposit") == []


async def test_what_cannot_be_read_is_told_at_once(office: BankOffice) -> None:
    await office.fault(When.DROP_BEFORE, "account.read")
    found = await office.ask("bank.look", lookup="account.read", account=ACCOUNT)
    assert found.code == "bank_unreachable"
    found = await office.ask("bank.look", lookup="account.read", account=ACCOUNT, nothing=None)
    assert found.data["balance"] > 0
    await office.fault(When.BUSY, "cash.deposit")
    asked = {"trade": "cash.deposit", "account": ACCOUNT, "amount": 100, "box": "k1"}
    assert isinstance(await office.ask("bank.trade", **asked), Unclear)


@pytest.mark.shows("R105", part="a reference, not a verdict")
async def test_the_identity_check_is_a_reference_and_may_be_silent(office: BankOffice) -> None:
    one = PEOPLE[0]
    asked = {"id_kind": "resident", "id_number": one.id_number.lower(), "name": one.name}
    found = await office.ask("identity.check", **asked)
    assert (found.data["result"], found.data["matches"]) == ("00", True)
    other = await office.ask("identity.check", **(asked | {"name": "别人"}))
    assert isinstance(other, Done)
    assert (other.data["result"], other.data["matches"]) == ("02", False)
    office.world.app.parts.service("identity_check", EmbeddedIdentityCheck).server.is_silent = True
    silent = await office.ask("identity.check", **asked)
    assert isinstance(silent, Done)
    assert (silent.data["result"], silent.data["matches"]) == ("unknown", False)
    assert silent.data["zh"]
    permit = await office.ask("identity.check", id_kind="taiwan_permit", id_number="1", name="x")
    assert permit.data["result"] == "not_applicable"
    assert (await office.ask("identity.check", id_kind="?", id_number="1", name="x")).code == (
        "bad_input"
    )


async def test_a_customer_of_the_bank_is_one_of_the_hall(office: BankOffice) -> None:
    customers = office.world.app.parts.service("customers", CustomerService)
    known, new = PEOPLE[0], PEOPLE[4]
    record = await customers.save(
        Facts(id=CustomerId("c-0"), branch=BranchId("east")),
        Details(name=known.name, id_number=known.id_number), SYSTEM, is_new=True,
    )  # fmt: skip
    found = await office.ask("customer.find", id_kind="resident", id_number=known.id_number)
    assert found.customer == record
    assert found.data["customer"] == known.customer
    # Somebody new is registered, once, and found by card from then on.
    first = await office.ask("customer.find", phone=new.phone)
    again = await office.ask("customer.find", id_number=new.id_number)
    assert first.customer == again.customer is not None
    masked = await customers.identify(BranchId("east"), By.PHONE, new.phone, SYSTEM)
    assert masked.id == first.customer
    foreign = await office.ask("customer.find", id_number=PEOPLE[54].id_number)
    assert foreign.customer is not None
    nobody = await office.ask("customer.find", phone="19900009998")
    assert nobody.code == "unknown_customer"


async def test_the_health_of_the_bank_is_shown_to_whoever_runs_the_system(
    office: BankOffice,
) -> None:
    admin = await office.world.as_staff(_login(office, "system_admin"))
    said = (await admin.get("/api/bank/health")).json()
    assert said == {
        "is_embedded": True, "ok": True, "trouble": "", "business_date": "2026-11-18",
        "is_balanced": True,
    }  # fmt: skip
    await office.fault(When.DROP_BEFORE)
    assert not (await admin.get("/api/bank/health")).json()["ok"]
    teller = await office.world.as_staff("chen.yutong")
    assert (await teller.get("/api/bank/health")).status_code == 403


def _login(office: BankOffice, role: str) -> str:
    ids = office.of_role(role)
    return next(login for login, id_ in office.world.bank.staff.items() if id_ in ids)

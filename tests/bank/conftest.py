"""A reference bank with its made-up customers: at hand, or behind its socket."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tingtang.bank.embedded import EmbeddedBank
from tingtang.bank.pins import DEMO_PIN, pin_block
from tingtang.bank.port import Booking
from tingtang.bank.reference.counter import Answer, BankCounter
from tingtang.bank.reference.founding import found
from tingtang.bank.reference.model import ledger as g
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.people import made_up
from tingtang.bank.reference.security import SoftwareSecurity
from tingtang.bank.reference.store import Store
from tingtang.kernel.clock import DAY_MS, ManualClock, moment_ms

MORNING_MS = moment_ms("2026-11-18", "10:00", "Asia/Shanghai")
PEOPLE = made_up()


def booking(trace: str) -> Booking:
    return Booking(trace, "east", "kiosk-1", "terminal:kiosk-1")


class Desk:
    """A bank without wires, and somebody who asks it for things."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now_ms = MORNING_MS
        self._traces = count(1)
        self.bank = self._open()
        with self.bank.store.transaction():
            found(self.bank, self.now_ms)

    def _open(self) -> BankCounter:
        security = SoftwareSecurity(self.folder / "keys.json")
        return BankCounter(Store(self.folder / "bank.db"), security, "Asia/Shanghai")

    def reopen(self) -> None:
        self.bank.store.close()
        self.bank = self._open()

    def try_(self, name: str, trace: str = "", **fields: Any) -> Answer:
        asked = booking(trace or f"t{next(self._traces)}")
        with self.bank.store.transaction():
            return self.bank.trade(name, fields, asked, self.now_ms)

    def do(self, name: str, trace: str = "", **fields: Any) -> dict[str, Any]:
        answer = self.try_(name, trace, **fields)
        assert answer.status == 200, answer.body
        return answer.body["data"]

    def no(self, name: str, **fields: Any) -> str:
        answer = self.try_(name, **fields)
        assert answer.status == 409, answer.body
        assert answer.body["zh"]
        assert answer.body["en"]
        return answer.body["code"]

    def reverse(self, trace: str, own: str = "") -> Answer:
        with self.bank.store.transaction():
            asked = booking(own or f"t{next(self._traces)}")
            return self.bank.reverse(trace, asked, "test", self.now_ms)

    def look(self, name: str, **fields: Any) -> dict[str, Any]:
        with self.bank.store.transaction():
            answer = self.bank.look(name, fields, self.now_ms)
        assert answer.status == 200, answer.body
        return answer.body

    def days(self, number: int) -> None:
        """Let days pass."""
        self.now_ms += number * DAY_MS
        self.look("term.products")

    # -- finding things -----------------------------------------------------------------------

    @property
    def ledger(self) -> g.Ledger:
        return self.bank.store.ledger

    def customer(self, number: int) -> str:
        return PEOPLE[number].customer

    def account(self, number: int, kind: str = "current") -> str:
        found_ = self.look("accounts.list", customer=self.customer(number), kind=kind)
        return found_["accounts"][0]["account"]

    def card(self, number: int) -> str:
        return self.look("cards.list", customer=self.customer(number))["cards"][0]["card"]

    def balance(self, account: str) -> int:
        return self.look("account.read", account=account)["balance"]

    def pin(self, account: str, pin: str = DEMO_PIN) -> str:
        return pin_block(pin, account)

    def check(self) -> None:
        """The books are whole, in memory and on disk."""
        check_books(self.bank.store)


def check_books(store: Store) -> None:
    ledger = store.ledger
    assert ledger.is_balanced()
    on_disk = Store.__dict__["_load"](store)
    assert {k: v for k, v in on_disk.balances.items() if v} == {
        k: v for k, v in ledger.balances.items() if v
    }
    assert on_disk.records == ledger.records
    assert dict(on_disk.counts) == {k: v for k, v in ledger.counts.items() if v}
    for (name, _), amount in ledger.balances.items():
        if name.startswith(("account:", "term:", "product:")):
            assert amount <= 0, name
        if name.startswith(("box:", "voucher:", "credit:")):
            assert amount >= 0, name
    accrued = sum(x.accrued for x in ledger.all(r.Account))
    accrued += sum(x.accrued for x in ledger.all(r.TermDeposit))
    assert -ledger.balances[g.INTEREST_PAYABLE, g.CNY] == accrued
    for deposit in ledger.all(r.TermDeposit):
        assert -ledger.balances[g.term_ledger(deposit.id), g.CNY] == deposit.amount


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.bank.store.close()


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[EmbeddedBank]:
    """A bank behind its socket, which may be asked for faults."""
    bank = EmbeddedBank(tmp_path, ManualClock(MORNING_MS), 5.0, with_faults=True)
    yield bank
    await bank.close()

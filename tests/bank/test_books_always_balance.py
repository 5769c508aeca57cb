"""Whatever is asked for, in whatever order: the books balance and nobody's account is overdrawn."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.bank.conftest import PEOPLE, Desk
from tingtang.bank.reference.counter import Answer

NUMBERS = st.integers(0, 5)
AMOUNTS = st.one_of(
    st.integers(1, 100), st.integers(1_000, 6_000_000), st.just(5_000_000), st.just(10**13)
)
BOXES = st.sampled_from(["vault", "k1", "k2"])


class Books(RuleBasedStateMachine):
    """A bank that is asked for anything at all."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.desk = Desk(Path(self.folder.name))
        self.done: list[str] = []
        self.asked: list[tuple[str, str, dict, Answer]] = []
        self.count = 0

    def teardown(self) -> None:
        self.desk.bank.store.close()
        self.folder.cleanup()

    @initialize()
    def cash_in_the_boxes(self) -> None:
        self.ask("cashbox.move", from_box="vault", to_box="k1", amount=3_000_000)

    def ask(self, name: str, **fields: object) -> None:
        self.count += 1
        trace = f"h{self.count}"
        answer = self.desk.try_(name, trace, **fields)
        assert answer.status in {200, 409}
        assert (answer.status == 200) == ("code" not in answer.body)
        self.asked.append((trace, name, fields, answer))
        if answer.status == 200:
            self.done.append(trace)

    def pin(self, number: int) -> str:
        return self.desk.pin(self.desk.card(number))

    @rule(number=NUMBERS, amount=AMOUNTS, box=BOXES)
    def deposit(self, number: int, amount: int, box: str) -> None:
        self.ask("cash.deposit", account=self.desk.account(number), amount=amount, box=box)

    @rule(number=NUMBERS, amount=AMOUNTS, box=BOXES)
    def withdraw(self, number: int, amount: int, box: str) -> None:
        account, pin = self.desk.account(number), self.pin(number)
        self.ask("cash.withdraw", account=account, amount=amount, box=box, pin=pin)

    @rule(source=NUMBERS, to=NUMBERS, amount=AMOUNTS)
    def transfer(self, source: int, to: int, amount: int) -> None:
        self.ask(
            "transfer", from_account=self.desk.account(source), amount=amount,
            to_account=self.desk.account(to), to_name=PEOPLE[to].name,
            pin=self.pin(source),
        )  # fmt: skip

    @rule(number=st.sampled_from([0, 1, 3]), amount=AMOUNTS, renews=st.booleans(),
          product=st.sampled_from(["T03", "T12", "T60"]))  # fmt: skip
    def open_term(self, number: int, amount: int, renews: bool, product: str) -> None:
        self.ask(
            "term.open", book=self.desk.account(number, "term_book"), product=product,
            amount=amount, from_account=self.desk.account(number), renews=renews,
        )  # fmt: skip

    @rule(number=st.sampled_from([0, 1, 3]), place=st.integers(0, 5), part=AMOUNTS | st.just(0))
    def withdraw_term(self, number: int, place: int, part: int) -> None:
        found = self.desk.look("term.list", customer=self.desk.customer(number))["deposits"]
        if place < len(found):
            deposit, account = found[place]["deposit"], self.desk.account(number)
            self.ask("term.withdraw", deposit=deposit, to_account=account, amount=part)

    @rule(number=NUMBERS)
    def repay_all(self, number: int) -> None:
        customer, account = self.desk.customer(number), self.desk.account(number)
        self.ask("credit.repay_all", customer=customer, from_account=account)

    @rule(number=st.sampled_from([1, 2, 3]), amount=AMOUNTS)
    def buy(self, number: int, amount: int) -> None:
        customer, account = self.desk.customer(number), self.desk.account(number)
        self.ask("product.buy", customer=customer, product="W001", account=account, amount=amount)

    @rule(box=BOXES, amount=st.integers(-5_000, 5_000))
    def difference(self, box: str, amount: int) -> None:
        asked = {"box": box, "amount": amount, "approved_by": "a", "reason": "b"}
        self.ask("cashbox.difference", **asked)

    @rule(count=st.integers(1, 30), first=st.integers(1, 40),
          way=st.sampled_from([("vault", "k1"), ("k1", "vault"), ("k1", "k2")]))  # fmt: skip
    def move_vouchers(self, count: int, first: int, way: tuple[str, str]) -> None:
        self.ask(
            "voucher.move", kind="token", first=f"UK{first:08}", last=f"UK{first + count - 1:08}",
            from_holder=way[0], to_holder=way[1],
        )  # fmt: skip

    @rule(number=st.integers(1, 40), holder=st.sampled_from(["vault", "k1", "k2"]))
    def use_voucher(self, number: int, holder: str) -> None:
        self.ask("voucher.use", kind="token", number=f"UK{number:08}", holder=holder)

    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        if self.done:
            self.desk.reverse(data.draw(st.sampled_from(self.done)))

    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        """The same trace gives the same answer, or that it was reversed, and changes nothing."""
        if self.asked:
            trace, name, fields, answer = data.draw(st.sampled_from(self.asked))
            before = dict(self.desk.ledger.balances)
            again = self.desk.try_(name, trace, **fields)
            assert again == answer or again.body["code"] == "reversed"
            assert self.desk.ledger.balances == before

    @rule(days=st.integers(1, 100))
    def days_pass(self, days: int) -> None:
        self.desk.days(days)

    @rule()
    def power_goes_and_comes(self) -> None:
        self.desk.reopen()

    @invariant()
    def books_are_whole(self) -> None:
        self.desk.check()


TestBooks = Books.TestCase
TestBooks.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

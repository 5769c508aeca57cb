"""A new reference bank: its products, its vault, its blank vouchers, and made-up customers.

Rates and products are examples; a customer's things follow from the number that :mod:`.people`
gave them, so that every rule finds somebody it fits (``docs/bank.md`` lists who has what).
"""

from tingtang.bank.pins import DEMO_PIN, pin_block
from tingtang.bank.port import Booking
from tingtang.bank.reference.counter import BankCounter
from tingtang.bank.reference.model import channels, interest, numbers, stock
from tingtang.bank.reference.model import holdings as h
from tingtang.bank.reference.model import ledger as g
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.people import FIRST_NUMBER, Person, made_up
from tingtang.bank.reference.store import Traded
from tingtang.bank.trades import AccountKind
from tingtang.kernel.clock import local_date

VAULT = "vault"
CASH = {
    "CNY": 5_000_000_000,
    "USD": 50_000_000,
    "HKD": 80_000_000,
    "EUR": 20_000_000,
    "JPY": 9_000_000_000,
}
"""In the vault, in hundredths of each currency."""
VOUCHERS = {
    "passbook": "PB00000001", "term_book": "TB00000001", "statement_book": "SB00000001",
    "debit_card": "DC00000001", "token": "UK00000001", "credit_card": "CC00000001",
    "certificate": "CD00000001",
}  # fmt: skip
VOUCHERS_EACH = 50_000
CURRENT_RATE = 5
TERM_PRODUCTS = {3: 65, 6: 85, 12: 95, 24: 105, 36: 125, 60: 130}
"""Months and basis points."""
LEAST_TERM = 5_000
PRODUCTS = (
    r.Product(
        id="W001", name="安心现金管理", kind="cash", risk_level=1, rate=135, least=100, term_days=0
    ),
    r.Product(
        id="W002",
        name="稳健 90 天",
        kind="wealth",
        risk_level=2,
        rate=230,
        least=1_000_000,
        term_days=90,
    ),
    r.Product(
        id="W003",
        name="均衡 180 天",
        kind="wealth",
        risk_level=3,
        rate=300,
        least=1_000_000,
        term_days=180,
    ),
    r.Product(
        id="F001",
        name="沪深指数基金",
        kind="fund",
        risk_level=4,
        rate=420,
        least=1_000,
        term_days=7,
    ),
    r.Product(
        id="F002",
        name="行业主题基金",
        kind="fund",
        risk_level=5,
        rate=560,
        least=1_000,
        term_days=7,
    ),
)
OPENED_DAYS_AGO = 90
"""The first lines in everybody's accounts."""
MERCHANTS = ("支付宝", "微信支付", "云闪付")
HISTORY = (
    (75, "工资", 820_000),
    (45, "工资", 820_000),
    (30, "电费", -18_650),
    (15, "工资", 860_000),
    (6, "水费", -9_240),
)
"""Days ago, what for, fen."""
LOCKED = {7: "dormant", 13: "unusual", 19: "pin"}


def found(bank: BankCounter, now_ms: int) -> None:
    """Fill new books; leave old ones as they are."""
    if bank.store.ledger.records[r.Terms.__name__]:
        return
    today = local_date(now_ms, "Asia/Shanghai")
    _write(bank, _bank(bank, today), "founding", now_ms)
    enrol(bank, made_up(), "founding", now_ms)


def enrol(bank: BankCounter, people: list[Person], trace: str, now_ms: int) -> None:
    """New customers, each with what their number gives them. ``trace`` begins the traces of the
    entries; an id of a customer must be new.
    """
    today = bank.store.ledger.today
    _write(bank, _customers(bank, people, trace), f"{trace}-customers", now_ms)
    for days, summary, amount in HISTORY:
        work = _work(bank, f"{trace}-{days}")
        work.date = interest.plus_days(today, -days)
        _history(work, people, summary, amount)
        _write(bank, work, f"{trace}-{days}", now_ms)


def _work(bank: BankCounter, trace: str) -> g.Work:
    return g.Work(bank.store.ledger, bank.security, Booking(trace, "", "", "founding"))


def _write(bank: BankCounter, work: g.Work, trace: str, now_ms: int) -> None:
    traded = Traded(
        trace=trace, name="founding", digest="", state="done", date=work.date, at_ms=now_ms,
        answer={"trace": trace, "voucher": "", "data": {}},
    )  # fmt: skip
    bank.store.write(work, traded, work.booking, can_undo=False)


def _bank(bank: BankCounter, today: str) -> g.Work:
    terms = r.Terms(id="terms", current_rate=CURRENT_RATE, business_date=today)
    bank.store.ledger.keep((r.Terms.__name__, terms.id), terms)
    work = _work(bank, "founding")
    work.put(terms)
    for months, rate in TERM_PRODUCTS.items():
        work.put(r.TermProduct(id=f"T{months:02}", term_months=months, rate=rate, least=LEAST_TERM))
    for product in PRODUCTS:
        work.put(product)
    for currency, amount in CASH.items():
        legs = (g.box_ledger(VAULT), amount), (g.CAPITAL, -amount)
        work.post("开业", *legs, currency=currency)
    for kind, first in VOUCHERS.items():
        prefix, value, width = numbers.split_voucher(first)
        last = numbers.voucher(prefix, value + VOUCHERS_EACH - 1, width)
        stock.put_range(work, kind, VAULT, first, last)
        worth = VOUCHERS_EACH * stock.PRICE
        legs = (g.voucher_ledger(kind, VAULT), worth), (g.VOUCHER_CONTRA, -worth)
        work.post("凭证入库", *legs, currency=g.OFF_BALANCE)
    return work


# -- customers ----------------------------------------------------------------------------------


def _customers(bank: BankCounter, people: list[Person], trace: str) -> g.Work:
    work = _work(bank, f"{trace}-customers")
    for person in people:
        _customer(work, person)
        if person.is_minor:
            _child(work, person)
        else:
            _adult(work, person)
    work.date = interest.plus_days(work.date, -OPENED_DAYS_AGO)
    return work


def _customer(work: g.Work, person: Person) -> None:
    number = person.number
    is_assessed = number % 4 != 0 and not person.is_minor
    work.put(
        r.Customer(
            id=person.customer, name=person.name, id_kind=person.id_kind,
            id_number=person.id_number, phone=person.phone, birth_date=person.birth_date,
            level=person.level, guardian=person.guardian,
            id_expires=interest.plus_months(work.date, 12 + number),
            risk_level=number % 5 + 1 if is_assessed else 0,
            risk_until=interest.plus_months(work.date, 7) if is_assessed else "",
        )
    )  # fmt: skip


def _opened(work: g.Work, person: Person, kind: AccountKind, fen: int) -> r.Account:
    """An account with some money, its PIN and, where it has one, its book."""
    one = h.open_account(work, person.customer, kind)
    opened = interest.plus_months(work.date, -(6 + person.number))
    book = "" if kind is AccountKind.CURRENT else f"OLD{one.id[-8:]}"
    pin = work.security.digest(pin_block(DEMO_PIN, one.id)) if book else ""
    one = work.change(one, opened=opened, book=book, pin=pin)
    if fen:
        work.post("开户存入", (g.CENTRAL_BANK, fen), (g.account_ledger(one.id), -fen))
    return one


def _card(work: g.Work, person: Person, account: r.Account, *, is_active: bool) -> r.Card:
    id_ = numbers.debit_card(work.number("debit_card"))
    pin = work.security.digest(pin_block(DEMO_PIN, id_)) if is_active else ""
    one = r.Card(
        id=id_, customer=person.customer, account=account.id, product="debit",
        state="active" if is_active else "inactive", pin=pin,
        expires=interest.plus_months(work.date, 60 + person.number),
    )  # fmt: skip
    work.put(one)
    return one


def _child(work: g.Work, person: Person) -> None:
    """A card that waits to be activated with the household book."""
    account = _opened(work, person, AccountKind.CURRENT, 200_000)
    _card(work, person, account, is_active=False)


def _adult(work: g.Work, person: Person) -> None:
    number = person.number
    account = _opened(work, person, AccountKind.CURRENT, 3_000_000 + number * 650_000)
    card = _card(work, person, account, is_active=True)
    if number % 2 == 0 or number in LOCKED:
        book = _opened(work, person, AccountKind.PASSBOOK, 1_200_000 + number * 110_000)
        if number in LOCKED:
            work.change(book, locked=LOCKED[number])
    if number % 3 != 2:
        _term_book(work, person)
    if number % 5 == 0:
        composite = _opened(work, person, AccountKind.COMPOSITE, 800_000)
        work.change(composite, statement_book=f"OLDS{number:04}")
    for place in range({1: 2, 3: 1}.get(number % 4, 0)):
        _credit(work, person, place)
    if number % 8 == 3:
        _new_credit(work, person)
    if number % 3 == 0:
        work.put(
            r.Ebank(
                id=person.customer, customer=person.customer, channels=("mobile", "web"),
                phone=person.phone, single_limit=5_000_000, daily_limit=20_000_000,
            )
        )  # fmt: skip
    if number % 6 == 0:
        place = int(person.customer) - FIRST_NUMBER
        work.put(r.Token(id=f"OLDU{place:04}", customer=person.customer))
    for merchant in MERCHANTS[: number % 3]:
        work.put(
            r.Agreement(
                id=f"Q{work.number('agreement'):08}", customer=person.customer, merchant=merchant,
                card=card.id, single_limit=channels.QUICK_SINGLE, daily_limit=channels.QUICK_DAILY,
            )
        )  # fmt: skip


def _term_book(work: g.Work, person: Person) -> None:
    """One to three deposits: under way, matured, one that renews itself."""
    number = person.number
    book = _opened(work, person, AccountKind.TERM_BOOK, 0)
    plans = ((12, 5, False), (6, 7, False), (36, 20, True))
    for months, ago, renews in plans[: number % 3 + 1 + number % 2]:
        opened = interest.plus_months(work.date, -ago)
        amount = 1_000_000 + number * 100_000 + months * 10_000
        one = r.TermDeposit(
            id=numbers.deposit(work.number("deposit")), customer=person.customer, book=book.id,
            product=f"T{months:02}", amount=amount, rate=TERM_PRODUCTS[months], term_months=months,
            opened=opened, matures=interest.plus_months(opened, months), renews=renews,
        )  # fmt: skip
        work.put(one)
        work.post("存入定期", (g.CENTRAL_BANK, amount), (g.term_ledger(one.id), -amount))


def _credit(work: g.Work, person: Person, place: int) -> None:
    number = person.number
    id_ = numbers.credit_card(work.number("credit_card"))
    owed = 86_000 + number * 12_345 + place * 50_000
    work.put(
        r.CreditCard(
            id=id_, customer=person.customer, limit=5_000_000, state="active",
            due=interest.plus_days(work.date, 12 + number % 9),
            locked="pin" if number == 5 and place == 0 else "",
            pin=work.security.digest(pin_block(DEMO_PIN, id_)),
        )
    )  # fmt: skip
    work.post("消费", (g.credit_ledger(id_), owed), (g.CENTRAL_BANK, -owed))


def _new_credit(work: g.Work, person: Person) -> None:
    """A card that came by mail and waits to be activated."""
    id_ = numbers.credit_card(work.number("credit_card"))
    due = interest.plus_days(work.date, 12 + person.number % 9)
    work.put(r.CreditCard(id=id_, customer=person.customer, limit=3_000_000, due=due))


def _history(work: g.Work, people: list[Person], summary: str, amount: int) -> None:
    """The same for everybody with a passbook: what it has not yet been told."""
    for person in people:
        for account in work.of(r.Account, person.customer):
            if account.kind in {AccountKind.PASSBOOK, AccountKind.CURRENT} and not person.is_minor:
                legs = (g.CENTRAL_BANK, amount), (g.account_ledger(account.id), -amount)
                work.post(summary, *legs)

"""For each scenario that ships: who comes, what was before, what they say, and what is different in
the bank when it is done. What is not named here must not have changed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import ANY

from tests.journeys.scenarios.hall import HOPPER, MACHINE, PEOPLE, Hall
from tingtang.bank.reference.model import ledger as g
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.people import Person
from tingtang.devices.model import sm2

Data = dict[str, Any]
KEY = "04" + "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7" \
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"  # fmt: skip
"""A point on the SM2 curve: its generator (GB/T 32918.5)."""
PAYEE = PEOPLE[40]
OWNED = (
    r.Customer, r.Account, r.TermDeposit, r.Card, r.CreditCard, r.Agreement, r.Ebank, r.Token,
    r.Order, r.LargeCash,
)  # fmt: skip
STOCKS = tuple(
    (kind, holder)
    for kind in ("passbook", "statement_book", "token", "debit_card")
    for holder in ("vault", HOPPER)
)


class Mine:
    """What a customer has, by what it is."""

    def __init__(self, hall: Hall, one: Person) -> None:
        self.hall, self.one, self.customer = hall, one, one.customer

    def account(self, kind: str = "current") -> str:
        return next(x.id for x in self.hall.of(r.Account, self.one) if x.kind == kind)

    def card(self, state: str = "active") -> str:
        return next(x.id for x in self.hall.of(r.Card, self.one) if x.state == state)

    def credit(self, place: int = 0) -> str:
        return str(self.hall.of(r.CreditCard, self.one)[place].id)

    def owed(self) -> list[int]:
        balances = self.hall.books.store.ledger.balances
        return [balances[f"credit:{x.id}", "CNY"] for x in self.hall.of(r.CreditCard, self.one)]

    def deposit(self) -> r.TermDeposit:
        found: r.TermDeposit = self.hall.of(r.TermDeposit, self.one)[0]
        return found

    def agreement(self) -> str:
        return str(self.hall.of(r.Agreement, self.one)[0].id)

    def order(self) -> str:
        return str(self.hall.of(r.Order, self.one)[0].id)

    def with_token(self) -> "Trades":
        """They bring their U盾; the bank has issued a certificate for the key in it."""
        private = int(self.customer)
        self.hall.visitor.token = lambda: self.hall.token_of(self.one, private)
        point = sm2.encoded(sm2.public_point(private))
        held = self.hall.of(r.Token, self.one)[0]
        asked = {"customer": self.customer, "token": held.id, "public_key": point.hex()}
        return [("token.certificate", asked)]

    def balance(self, kind: str = "current") -> int:
        return -self.hall.books.store.ledger.balances[f"account:{self.account(kind)}", "CNY"]


Trades = list[tuple[str, Data]]


@dataclass(frozen=True)
class Case:
    """One scenario as somebody does it."""

    who: int
    """The made-up person that they are like."""
    says: Callable[[Mine], Data] = lambda _: {}
    """Answers by the names of fields; all others are made by the driver."""
    does: Data | Callable[[Mine], Data] = field(default_factory=dict)
    """What is different then: ``Kind.field`` and its new value, ``Kind`` where one is new, money by
    ledger in fen (what a customer has counts as positive), blanks of a holder.
    """
    before: Callable[[Mine], Trades] = lambda _: []
    trade: str = ""
    """The trade that does it."""
    cash: int = 0
    """Hundred-yuan notes that the customer brings."""
    book: str = ""
    """The kind of book that they bring."""
    item: str = ""
    """The kind of item that is ordered or handed out."""
    by: str = "paper"
    """What they are known by: ``paper``, ``card``, ``passbook``, ``token``."""


def case(who: int, trade: str = "", does: Any = None, says: Any = None, **more: Any) -> Case:
    return Case(who, says or (lambda _: {}), does or {}, trade=trade, **more)


def state(hall: Hall, one: Person) -> Data:
    """All that a customer has, and the machine's and the vault's own."""
    ledger = hall.books.store.ledger
    found: Data = {}
    for kind in OWNED:
        mine = [ledger.get(kind, one.customer)] if kind is r.Customer else hall.of(kind, one)
        for record in mine:
            if record is not None:
                found[kind.__name__, record.id] = record
    for kind_, id_ in list(found):
        for prefix, name in (
            ("account", "Account"), ("term", "TermDeposit"), ("credit", "CreditCard"),
        ):  # fmt: skip
            if kind_ == name:
                found[prefix, id_] = -ledger.balances[f"{prefix}:{id_}", "CNY"]
    found["product", ""] = -sum(
        a for (name, unit), a in ledger.balances.items() if name.startswith("product:")
    )
    found["box", MACHINE] = ledger.balances[g.box_ledger(MACHINE), "CNY"]
    for kind_, holder in STOCKS:
        found[f"{kind_} {'machine' if holder == HOPPER else holder}", ""] = hall.stock(
            kind_, holder
        )
    return found


def changes(before: Data, after: Data) -> Data:
    """What is different, as :class:`Case` writes it; several values of one name in order."""
    found: dict[str, list[Any]] = {}
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if isinstance(new, int):
            if new != (old or 0):
                found.setdefault(key[0], []).append(new - (old or 0))
        elif old is None:
            found.setdefault(key[0], []).append("new")
        elif new is None:
            found.setdefault(key[0], []).append("gone")
        else:
            for name in new.__struct_fields__:
                if getattr(new, name) != getattr(old, name):
                    found.setdefault(f"{key[0]}.{name}", []).append(getattr(new, name))
    return {
        name: values[0] if len(values) == 1 else sorted(values, key=str)
        for name, values in found.items()
    }


LIMITS = {"single_limit": 20_000_00, "daily_limit": 40_000_00}
CARD_ITEM = {"way": "counter"}

PARTS: dict[str, Case] = {
    "account_balance": case(2, says=lambda m: {"account": m.account()}),
    "account_limits": case(
        2, "account.limits", {f"Account.{k}": v for k, v in LIMITS.items()},
        lambda m: {"account": m.account(), "single": 20_000_00, "daily": 40_000_00},
    ),
    "account_statement": case(2, says=lambda m: {"account": m.account()}),
    "card_activate": case(
        2, "card.activate", {"Card.state": "active", "Card.pin": ANY},
        lambda m: {"card": m.card("inactive")},
        before=lambda m: [("card.issue", {"customer": m.customer, "product": "debit"})],
    ),
    "card_apply": case(
        2, "card.issue", {"Card": "new", "Account": "new"}, lambda _: CARD_ITEM, item="card"
    ),
    "card_loss": case(2, "card.loss", {"Card.lost": "written"}, lambda m: {"card": m.card()}),
    "card_loss_undo": case(
        2, "card.loss_undo", {"Card.lost": ""}, lambda m: {"card": m.card()},
        before=lambda m: [("card.loss", {"card": m.card()})],
    ),
    "card_pin_reset": case(2, "card.pin_reset", {"Card.pin": ANY}, lambda m: {"card": m.card()}),
    "card_replace": case(
        2, "card.replace",
        lambda _: {"Card.state": "replaced", "Card": "new", "Agreement.card": [ANY, ANY]},
        lambda m: {"card": m.card(), "reason": "damaged", **CARD_ITEM}, item="card",
    ),
    "cards_overview": case(2, says=lambda m: {"card": m.card()}),
    "credit_loss": case(
        3, "credit.loss", {"CreditCard.lost": "written"}, lambda m: {"card": m.credit()}
    ),
    "credit_repay": case(
        9, "credit.repay", {"account": -100_00, "credit": 100_00},
        lambda m: {"card": m.credit(), "amount": 100_00, "from_account": m.account()},
    ),
    "credit_repay_all": case(
        9, "credit.repay_all",
        lambda m: {"account": -sum(m.owed()), "credit": sorted(m.owed(), key=str)},
        lambda m: {"from_account": m.account()},
    ),
    "ebank_close": case(3, "ebank.close", {"Ebank.state": "closed"}),
    "ebank_modify": case(
        3, "ebank.modify", {f"Ebank.{k}": v for k, v in LIMITS.items()}, lambda _: LIMITS
    ),
    "ebank_open": case(2, "ebank.open", {"Ebank": "new"}, lambda _: LIMITS),
    "id_renew": case(
        2, "customer.update", {"Customer.id_expires": "2039-05-01"},
        lambda _: {"id_expires": "2039-05-01", "long_term": False},
    ),
    "info_update": case(
        2, "customer.update", {"Customer.address": "海棠市东路 1 号", "Customer.occupation": "退休"},
        lambda _: {"address": "海棠市东路 1 号", "occupation": "退休"},
    ),
    "phone_change": case(
        2, "customer.phone", {"Customer.phone": "13900009999"}, lambda _: {"phone": "13900009999"}
    ),
    "quickpay_cancel": case(
        2, "quickpay.cancel", {"Agreement.state": "cancelled"},
        lambda m: {"agreement": m.agreement()},
    ),
    "quickpay_limit": case(
        2, "quickpay.limit", {"Agreement.single_limit": 1_000_00, "Agreement.daily_limit": 3_000_00},
        lambda m: {"agreement": m.agreement(), "single_limit": 1_000_00, "daily_limit": 3_000_00},
    ),
    "term_open": case(
        4, "term.open", {"TermDeposit": "new", "account": -5_000_00, "term": 5_000_00},
        lambda m: {
            "product": "T12", "amount": 5_000_00, "book": m.account("term_book"),
            "from_account": m.account(), "renews": True,
        },
    ),
    "term_withdraw": case(
        4, "term.withdraw",
        lambda m: {
            "TermDeposit.state": "closed", "TermDeposit.amount": 0, "account": ANY,
            "term": -m.deposit().amount,
        },
        lambda m: {"deposit": m.deposit().id, "whole": True, "to_account": m.account()},
    ),
    "transfer": case(
        2, "transfer", {"account": -120_00},
        lambda m: {
            "account": m.account(), "to_name": PAYEE.name, "amount": 120_00,
            "to_account": Mine(m.hall, PAYEE).account(),
        },
    ),
}  # fmt: skip
"""What is done with any kind of paper."""

HKMT = {
    "account_limits": 50, "account_statement": 51, "card_activate": 52, "card_apply": 53,
    "card_loss": 50, "card_loss_undo": 51, "card_pin_reset": 52, "card_replace": 50,
    "ebank_modify": 51, "ebank_open": 52, "id_renew": 53, "phone_change": 50, "transfer": 52,
}  # fmt: skip
"""Who comes with a paper of Hong Kong, Macao or Taiwan: of each kind of paper somebody."""
NO_CARD = (
    "account_balance", "account_limits", "account_statement", "card_activate", "card_loss",
    "card_pin_reset", "card_replace", "cards_overview", "credit_loss", "credit_repay",
    "credit_repay_all", "ebank_close", "ebank_modify", "ebank_open", "info_update",
    "phone_change", "quickpay_cancel", "quickpay_limit", "term_open", "term_withdraw", "transfer",
)  # fmt: skip


def _book(kind: str) -> Callable[[Mine], Data]:
    return lambda m: {"account": m.account(kind)}


def _lost(kind: str) -> Callable[[Mine], Trades]:
    return lambda m: [("passbook.loss", {"account": m.account(kind)})]


OWN: dict[str, Case] = {
    "account_freeze": case(
        2, "account.freeze", {"Account.frozen": "疑似被骗"},
        lambda m: {"account": m.account(), "reason": "疑似被骗"},
    ),
    "account_unfreeze": case(
        2, "account.unfreeze", {"Account.frozen": ""}, _book("current"),
        before=lambda m: [("account.freeze", {"account": m.account(), "reason": "疑似被骗"})],
    ),
    "account_unlock": case(7, "account.unlock", {"Account.locked": ""}, _book("passbook")),
    "card_close": case(
        2, "card.close",
        lambda m: {
            "Card.state": "closed", "Account.state": "closed",
            "Agreement.state": ["cancelled", "cancelled"],
            "account": sorted([-m.balance(), m.balance()], key=str),
        },
        lambda m: {"card": m.card(), "to_account": m.account("passbook")},
    ),
    "card_pin_change": case(2, "card.pin_change", {"Card.pin": ANY}, lambda m: {"card": m.card()}),
    "cash_book_large": case(
        2, "cash.book_large", {"LargeCash": "new"},
        lambda m: {"account": m.account(), "amount": 60_000_00, "date": "2026-11-20"},
        item="cash_pack",
    ),
    "cash_deposit": case(
        2, "cash.deposit", {"account": 500_00, "box": 500_00},
        lambda m: {"account": m.account(), "go": True, "amount": 500_00}, cash=5,
    ),
    "cash_withdraw": case(
        2, "cash.withdraw", {"account": -300_00, "box": -300_00},
        lambda m: {"account": m.account(), "amount": 300_00},
    ),
    "composite_open": case(2, "composite.open", {"Account": "new"}, lambda _: {"book": False}),
    "credit_activate": case(
        11, "credit.activate", {"CreditCard.state": "active", "CreditCard.pin": ANY}
    ),
    "credit_loss_undo": case(
        3, "credit.loss_undo", {"CreditCard.lost": ""}, lambda m: {"card": m.credit()},
        before=lambda m: [("credit.loss", {"card": m.credit()})],
    ),
    "credit_unlock": case(5, "credit.unlock", {"CreditCard.locked": ""}),
    "deposit_certificate": case(
        2, says=lambda m: {"account": m.account(), "copies": 2, "address": "海棠市东路 1 号"}
    ),
    "item_pickup": case(2, "", {"debit_card machine": -1}, item="card"),
    "minor_card_activate": case(55, "card.activate", {"Card.state": "active", "Card.pin": ANY}),
    "passbook_loss": case(
        2, "passbook.loss", {"Account.lost": "written"}, _book("passbook")
    ),
    "passbook_loss_undo": case(
        2, "passbook.loss_undo", {"Account.lost": ""}, _book("passbook"), before=_lost("passbook")
    ),
    "passbook_pin_change": case(
        2, "passbook.pin_change", {"Account.pin": ANY}, _book("passbook")
    ),
    "passbook_pin_reset": case(2, "passbook.pin_reset", {"Account.pin": ANY}, _book("passbook")),
    "passbook_replace": case(
        2, "passbook.replace",
        {"Account.book": ANY, "passbook vault": -1},
        lambda m: _book("passbook")(m) | {"reason": "damaged"},
    ),
    "passbook_update": case(
        2, "passbook.printed", {"Account.printed": 6, "Account.line": 6}, book="passbook"
    ),
    "product_buy": case(
        3, "product.buy", {"Order": "new", "account": -1_000_00, "product": 1_000_00},
        lambda m: {"product": "W001", "amount": 1_000_00, "account": m.account()},
    ),
    "product_redeem": case(
        3, "product.redeem", {"Order.state": "redeemed", "account": 1_000_00, "product": -1_000_00},
        lambda m: {"order": m.order(), "account": m.account()},
        before=lambda m: [(
            "product.buy",
            {
                "customer": m.customer, "product": "W001", "account": m.account(),
                "amount": 1_000_00,
            },
        )],
    ),
    "quickpay_bind": case(
        2, "quickpay.bind", {"Agreement": ["new", "new"]},
        lambda m: {"card": m.card(), "merchants": ["京东支付", "美团支付"]},
    ),
    "risk_assess": case(
        2, "risk.assess", {"Customer.risk_level": ANY, "Customer.risk_until": "2027-11-18"}
    ),
    "statement_book_replace": case(
        10, "statement_book.replace",
        {"Account.statement_book": ANY, "statement_book vault": -1}, _book("composite"),
    ),
    "term_book_update": case(
        4, "passbook.printed", {"Account.printed": 2, "Account.line": 2}, book="term_book"
    ),
    "term_loss": case(4, "passbook.loss", {"Account.lost": "written"}, _book("term_book")),
    "term_loss_close": case(
        4, "term.loss_close",
        {
            "Account.state": "closed", "Account.lost": "", "TermDeposit.state": ["closed"] * 2,
            "TermDeposit.amount": [0, 0], "term": [ANY, ANY], "account": ANY,
        },
        lambda m: {"account": m.account("term_book"), "to_account": m.account()},
        before=_lost("term_book"),
    ),
    "term_loss_undo": case(
        4, "passbook.loss_undo", {"Account.lost": ""}, _book("term_book"), before=_lost("term_book")
    ),
    "term_query": case(4, says=lambda m: {"deposit": m.deposit().id}),
    "token_bind": case(
        3, "token.bind", {"Token": "new", "token machine": -1}, item="token"
    ),
    "token_certificate": case(
        6, "token.certificate",
        {
            "Token.state": "certified", "Token.certificate": ANY, "Token.serial": ANY,
            "Token.expires": ANY,
        },
        lambda _: {"public_key": KEY},
    ),
}  # fmt: skip
"""All others."""

BY_MEDIUM: dict[str, Case] = {
    "cash_withdraw by card": replace(OWN["cash_withdraw"], by="card"),
    "card_pin_change by card": replace(OWN["card_pin_change"], by="card"),
    "cash_deposit by passbook": replace(OWN["cash_deposit"], by="passbook", book="passbook"),
    "passbook_pin_change by passbook": replace(
        OWN["passbook_pin_change"], by="passbook", book="passbook"
    ),
    "transfer by card": replace(PARTS["transfer"], by="card"),
    "transfer by token": replace(
        PARTS["transfer"], who=6, by="token", before=lambda m: m.with_token()
    ),
}
"""Somebody who is known by a card or a book and its PIN: ``scenario by medium``."""

AGENTS = (
    "card_loss", "cash_deposit", "hkmt_card_loss", "passbook_loss", "term_loss", "term_withdraw"
)  # fmt: skip
"""What somebody else may do for the customer."""

CASES: dict[str, Case] = {
    **PARTS,
    **{f"hkmt_{name}": replace(PARTS[name], who=who) for name, who in HKMT.items()},
    **{f"nocard_{name}": PARTS[name] for name in NO_CARD},
    **OWN,
}

WALKS: dict[str, Case] = {**CASES, **BY_MEDIUM}
"""All ways that are walked; the scenario is the first word of each."""


def card_of(me: Mine) -> str:
    """The card that somebody brings; empty where they have none."""
    return next((x.id for x in me.hall.of(r.Card, me.one) if x.state == "active"), "")

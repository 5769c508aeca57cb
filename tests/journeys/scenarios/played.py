"""A world that scenarios are walked in: answers made from a screen's own fields, and outcomes of
actions with the data that the bank's contract promises. What comes of what is drawn at random.
"""

import datetime as dt
from collections.abc import Mapping
from random import Random
from typing import Any

from tingtang.bank.trades import LOOKUPS, TRADES
from tingtang.delivery.model.kinds import How, ItemKind
from tingtang.journeys.model.scenario import FieldKind
from tingtang.journeys.model.screens import FieldView, Option, Screen

Data = dict[str, Any]
MODULES = (
    "bill", "camera", "card_issue", "card_reader", "cash", "certificate", "id_reader", "key_port", "keypad",
    "receipt_printer", "scanner", "ukey_issue", "voucher_issue",
)  # fmt: skip
PERSON = {"id_kind": "resident", "id_number": "110101199003077758", "name": "王小明"}
AGENT_NUMBER = "370102198506150021"
SIGNATURE = "M10 10 L200 120"
PICTURE = "/9j/4AAQSkZJRg=="
IMPATIENT = 40
"""After so many steps nothing goes wrong any more, so that rounds end."""


def terminal(random: Random, channel: str) -> Data:
    """A terminal of a channel: most kiosks have all modules, some lack a few."""
    is_whole = random.random() < 0.6
    modules = MODULES if is_whole else tuple(x for x in MODULES if random.random() < 0.6)
    on_kiosk = channel == "kiosk"
    return {
        "channel": channel,
        "branch": "east",
        "id": "k1",
        "box": "k1",
        "modules": sorted(modules) if on_kiosk else [],
        "has_machine": on_kiosk,
    }


class World:
    """Draws what people answer and what comes of actions."""

    def __init__(self, random: Random, today: str = "2026-11-22") -> None:
        self.random = random
        self.today = dt.date.fromisoformat(today)
        self.asked = 0
        self.card = "6222000000000000"
        """The card that they chose, and have with them."""

    def often(self, share: float) -> bool:
        """True in this share of cases, and always once it took too long."""
        return self.asked > IMPATIENT or self.random.random() < share

    # -- people ---------------------------------------------------------------------------------

    def answer(self, screen: Screen) -> Data:
        """An answer to every field of a screen that a person might give."""
        self.asked += 1
        found = {view.name: self._value(view) for view in screen.fields}
        self.card = found.get("card") or self.card
        return {name: value for name, value in found.items() if value is not None}

    def _value(self, view: FieldView) -> Any:
        ways = [one.value for one in view.options if view.name == "medium"]
        if "token" in ways and self.random.random() < 0.5:
            return "token"  # few machines have a port for it
        if not view.required and self.random.random() < 0.4:
            return None
        if view.value is not None and self.random.random() < 0.4 and self._stands(view):
            return view.value
        match view.kind:
            case FieldKind.AMOUNT | FieldKind.NUMBER:
                return self._amount(view)
            case FieldKind.CHOICE:
                return self._choose(view.options).value
            case FieldKind.CHOICES:
                some = [x.value for x in view.options if self.random.random() < 0.6]
                return some or [view.options[0].value]
            case FieldKind.YES:
                return True
            case FieldKind.DATE:
                return (self.today + dt.timedelta(days=self.random.randint(2, 30))).isoformat()
            case FieldKind.PHONE:
                return "13900000001"
            case FieldKind.ID_NUMBER:
                return PERSON["id_number"]
            case FieldKind.SIGNATURE:
                return SIGNATURE
            case FieldKind.PHOTO:
                return PICTURE
            case FieldKind.DIGITS if view.name == "code":
                return "482913"
            case FieldKind.DIGITS:
                return self.random.choice(["0001", "1001", "6222000000000001"])
        return self._text(view)

    def _stands(self, view: FieldView) -> bool:
        offered = [one.value for one in view.options]
        if isinstance(view.value, int) and not offered:
            least = view.least if isinstance(view.least, int) else view.value
            most = view.most if isinstance(view.most, int) else view.value
            return least <= view.value <= most
        if isinstance(view.value, list):
            return bool(view.value) and set(offered).issuperset(view.value)
        return view.value in offered if offered else view.value != ""

    def _choose(self, options: tuple[Option, ...]) -> Option:
        if self.asked > IMPATIENT:
            return options[-1]
        return self.random.choice(options)

    def _amount(self, view: FieldView) -> int:
        least = view.least if isinstance(view.least, int) else 100
        most = view.most if isinstance(view.most, int) else 1_000_000_00
        wished = self.random.choice(
            [least, least, 500_00, 555_55, 10_000_00, 10_000_00, 60_000_00, most]
        )
        return min(max(wished, least), most)

    def _text(self, view: FieldView) -> str:
        samples = {
            "id_number": AGENT_NUMBER if self.asked % 3 else PERSON["id_number"], "permit_number": "H1234567", "number": "PB00000001",
            "order": "P00000001", "public_key": "04" + "ab" * 64, "name": PERSON["name"],
        }  # fmt: skip
        return samples.get(view.name, "王小明")

    # -- actions --------------------------------------------------------------------------------

    def outcome(self, action: str, inputs: Mapping[str, Any]) -> Data:
        """What comes of an action; a refusal has ``refused`` set."""
        if action == "bank.look":
            assert inputs["lookup"] in LOOKUPS, inputs
            return self._look(inputs["lookup"], inputs)
        if action == "bank.trade":
            assert inputs["trade"] in TRADES, inputs
            if inputs["trade"] == "cash.deposit" and not self.often(0.8):
                return self.no()
            return {"voucher": "V000123", "trace": "t-1", **self._trade(inputs["trade"], inputs)}
        made: Data = getattr(self, "_" + action.replace(".", "_"))(inputs)
        return made

    def no(self) -> Data:
        """A refusal."""
        return {"refused": True, "code": "no", "zh": "不行", "en": "No"}

    def _identity_check(self, inputs: Mapping[str, Any]) -> Data:
        if self.asked > IMPATIENT:
            return {"result": "00", "matches": True, "issuer": "北京", "photo": PICTURE}
        if self.random.random() < 0.05:
            return self.no()
        result = self.random.choice(["00", "00", "00", "00", "01", "02", "03", "04", "05"])
        return {
            "result": result, "matches": result == "00", "issuer": "", "photo": None,
            "zh": "核查结果", "en": "The result",
        }  # fmt: skip

    def _machine_read_id(self, inputs: Mapping[str, Any]) -> Data:
        if not self.often(0.75):
            return self.no()
        kind = inputs["kinds"][0]
        return {
            **PERSON, "id_kind": kind, "birth_date": "1990-03-07", "expires": "2036-01-01",
            "photo": PICTURE, "is_chip": self.random.random() < 0.8,
        }  # fmt: skip

    def _machine_take_picture(self, inputs: Mapping[str, Any]) -> Data:
        return {"photo": PICTURE} if self.often(0.8) else self.no()

    def _machine_scan_paper(self, inputs: Mapping[str, Any]) -> Data:
        return {"photo": PICTURE} if self.often(0.7) else self.no()

    def _paper_read(self, inputs: Mapping[str, Any]) -> Data:
        assert inputs["picture"] == PICTURE
        assert inputs["kind"]
        if not self.often(0.7):
            return self.no()
        wrong = self.random.random() < 0.2
        bears_letters = "permit" in inputs["kind"] or inputs["kind"] == "passport"
        return {
            "id_number": "H12345678" if bears_letters else PERSON["id_number"],
            "name": "王小朋" if wrong else PERSON["name"], "birth_date": "", "expires": "", "kind": "", "sure": {"name": 70 if wrong else 99},
            "is_sure": not wrong, "doubts": ["unsure"] if wrong else [], "zh": "请核对", "en": "Check",
        }  # fmt: skip

    def _face_consent(self, inputs: Mapping[str, Any]) -> Data:
        assert inputs["given"] in (True, False)
        return {"given": inputs["given"]} if self.often(0.9) else self.no()

    def _face_compare(self, inputs: Mapping[str, Any]) -> Data:
        assert inputs["live"] == PICTURE
        if not self.often(0.7):
            return self.no()
        near = self.random.random() < 0.7
        return {
            "outcome": "near" if near else "far", "distance": 0.3 if near else 0.7,
            "threshold": 0.45, "is_near": near, "may_skip": near and self.random.random() < 0.5,
            "zh": "机器比对", "en": "Compared",
        }  # fmt: skip

    def _machine_enter_pin(self, inputs: Mapping[str, Any]) -> Data:
        assert str(inputs["account"])
        return {"pin_block": "cGlu"}

    def _machine_read_card(self, inputs: Mapping[str, Any]) -> Data:
        if not self.often(0.8):
            return {**self.no(), "code": self.random.choice(["unreadable", "stuck", "kept"])}
        is_it = self.often(0.6)
        others = ["6222000000000001", "6222000000000002"]
        return {"card": self.card if is_it else self.random.choice(others)}

    def _machine_return_card(self, inputs: Mapping[str, Any]) -> Data:
        return {} if self.often(0.8) else self.no()

    def _machine_return_book(self, inputs: Mapping[str, Any]) -> Data:
        return {} if self.often(0.8) else self.no()

    def _medium_check(self, inputs: Mapping[str, Any]) -> Data:
        if "certificate" in inputs:
            assert inputs["certificate"] and inputs["message"] and inputs["signature"]
        else:
            assert inputs["pin"]
            assert bool(inputs["card"]) != bool(inputs["account"])
        if not self.often(0.6):
            return {**self.no(), "code": self.random.choice(["pin_wrong", "pin_locked", "lost"])}
        return {**self._customer(), "name": "王小明", "is_minor": False}

    def _machine_use_token(self, inputs: Mapping[str, Any]) -> Data:
        if not self.often(0.7):
            return {**self.no(), "code": self.random.choice(["token_pin_wrong", "unreadable"])}
        return {"certificate": "QUJD", "message": "ab" * 32, "signature": "cd" * 64}

    def _machine_read_passbook(self, inputs: Mapping[str, Any]) -> Data:
        return {"account": self.random.choice(["2001", "3001"]), "page": 1, "line": 1}

    def _machine_print_passbook(self, inputs: Mapping[str, Any]) -> Data:
        return {"printed": len(inputs["lines"]), "last": inputs["lines"][-1]["number"]}

    def _machine_print_receipt(self, inputs: Mapping[str, Any]) -> Data:
        assert inputs["title"] and inputs["text"]
        return {} if self.often(0.8) else self.no()

    def _machine_accept_cash(self, inputs: Mapping[str, Any]) -> Data:
        amount = self.random.choice([500_00, 60_000_00])
        return {"amount": amount, "notes": {"100": amount // 100_00}, "currency": "CNY"}

    def _machine_store_cash(self, inputs: Mapping[str, Any]) -> Data:
        return {} if self.often(0.7) else self.no()

    def _machine_return_cash(self, inputs: Mapping[str, Any]) -> Data:
        return {} if self.often(0.7) else self.no()

    def _machine_count_out(self, inputs: Mapping[str, Any]) -> Data:
        return {"amount": 0}

    def _bank_reverse(self, inputs: Mapping[str, Any]) -> Data:
        assert inputs["trace"]
        return {"was_done": True, "voucher": "V000124"} if self.often(0.4) else self.no()

    def _machine_dispense_cash(self, inputs: Mapping[str, Any]) -> Data:
        assert inputs["amount"] % 100_00 == 0
        if self.often(0.3):
            return {"amount": inputs["amount"]}
        return {**self.no(), "code": self.random.choice(["nothing_came_out", "cash_not_known"])}

    def _delivery_find(self, inputs: Mapping[str, Any]) -> Data:
        assert inputs["id_number"]
        items = [
            {"value": f"o-{how}", "zh": "银行卡", "en": "Card", "how": how}
            for how in ("locker", "dispenser")
        ]
        return {"items": items if self.often(0.8) else []}

    def _delivery_pick_up(self, inputs: Mapping[str, Any]) -> Data:
        assert inputs["order"] and inputs["id_number"]
        return {"order": inputs["order"], "cell": 7, "where": {"zh": "自提柜", "en": "Locker"}}

    def _delivery_dispense(self, inputs: Mapping[str, Any]) -> Data:
        assert inputs["order"] and inputs["id_number"]
        return {"order": inputs["order"], "number": "PB00000007"}

    def _centre_work(self, inputs: Mapping[str, Any]) -> Data:
        assert inputs["kind"]
        for one in inputs["evidence"]:
            assert one["zh"], one
            assert isinstance(one["value"], str), one
        form = {"number": "CD20261118", "tracking": "EX123456789CN", "stamped": True}
        return {**form, "approved_by": ["s1", "s2"], "mode": "work", "authorisation": "a1"}

    def _authorise(self, inputs: Mapping[str, Any]) -> Data:
        for one in inputs["evidence"]:
            assert one["zh"] and ("value" in one or "picture" in one), one
        approved = ["s1"] if self.random.random() < 0.8 else []
        return {"mode": "pad", "approved_by": approved, "authorisation": "a1"}

    def _delivery_order(self, inputs: Mapping[str, Any]) -> Data:
        ItemKind(inputs["kind"])
        assert How(inputs["how"]) is not How.MAIL or inputs["address"]
        assert inputs["id_number"]
        if inputs["how"] == "dispenser" and not self.often(0.7):
            return self.no()
        return {"order": "o1", "pick_up_code": self.random.choice(["", "482913"])}

    def _staff_call(self, inputs: Mapping[str, Any]) -> Data:
        return {"task": "t1"}

    def _token_request(self, inputs: Mapping[str, Any]) -> Data:
        assert inputs["token"]
        return {"public_key": "04" + "ab" * 64} if self.often(0.6) else self.no()

    def _token_install(self, inputs: Mapping[str, Any]) -> Data:
        assert inputs["token"] and inputs["certificate"]
        return {} if self.often(0.8) else self.no()

    def _rate(self, inputs: Mapping[str, Any]) -> Data:
        assert inputs["stars"] in range(1, 6)
        return {} if self.often(0.8) else self.no()

    def _offer_about(self, inputs: Mapping[str, Any]) -> Data:
        assert inputs["customer"]
        if not self.often(0.7):
            return self.no()
        holds = [x for x in ("ebank", "token", "debit", "quickpay") if self.random.random() < 0.5]
        return {"age": self.random.choice([16, 40, 70]), "risk_level": 2, "holds": holds}

    def _offer_make(self, inputs: Mapping[str, Any]) -> Data:
        names = ("scenario", "zh", "en", "why_zh", "why_en")
        rows = zip(*(inputs[name] for name in names), strict=True)
        first = next((row for row in rows if row[0]), None)
        if first is None or not self.often(0.8):
            return self.no()
        options = [{"value": first[0], "zh": "好的"}, {"value": "none", "zh": "不用了"}]
        return {**dict(zip(names, first, strict=True)), "options": options}

    def _offer_answer(self, inputs: Mapping[str, Any]) -> Data:
        assert inputs["accepted"] in (True, False)
        if not self.often(0.9):
            return self.no()
        return {"next": inputs["offer"] if inputs["accepted"] else ""}

    def _customer_find(self, inputs: Mapping[str, Any]) -> Data:
        if not self.often(0.9):
            return {
                **self.no(),
                "code": self.random.choice(["unknown_customer", "bank_unreachable"]),
            }
        return self._customer()

    def _customer(self) -> Data:
        random = self.random
        return {
            "customer": random.choice(["c1", "c2"]), "record": "",
            "name": random.choice(["王小明", "王小明", "王大明"]),
            "id_kind": "resident", "id_number": PERSON["id_number"], "phone": "13900000000",
            "birth_date": "1990-03-07", "level": 0, "is_minor": random.random() < 0.25,
            "guardian": "" if self.asked > IMPATIENT else random.choice(["", "c1", "c2"]),
            "risk_level": random.choice([0, 2, 3, 5]),
        }  # fmt: skip

    # -- the bank -------------------------------------------------------------------------------

    def _look(self, name: str, inputs: Mapping[str, Any]) -> Data:
        random = self.random
        if name in ("accounts.list", "cards.list", "credit.list", "term.list", "quickpay.list"):
            return self._list(name)
        if name == "ebank.read":
            if random.random() < 0.3:
                return {
                    "channels": [],
                    "phone": "",
                    "single_limit": 0,
                    "daily_limit": 0,
                    "tokens": [],
                }
            token = {"token": "UK00000001", "state": "bound", "certificate": ""}
            return {
                "channels": ["mobile"], "phone": "13900000000", "single_limit": 500000,
                "daily_limit": 2000000, "tokens": [token] if random.random() < 0.7 else [],
            }  # fmt: skip
        return self._read(name)

    def _list(self, name: str) -> Data:
        key = {
            "accounts.list": "accounts", "cards.list": "cards", "credit.list": "cards",
            "term.list": "deposits", "quickpay.list": "agreements",
        }[name]  # fmt: skip
        if self.random.random() < 0.12:
            return {key: []}
        make = {
            "accounts.list": self._accounts, "cards.list": self._cards,
            "credit.list": self._credit, "term.list": self._deposits,
            "quickpay.list": self._agreements,
        }[name]  # fmt: skip
        return {key: make()}

    def _accounts(self) -> list[Data]:
        kinds = ["current", "passbook", "term_book", "composite"]
        found = []
        drawn = [k for k in kinds if self.random.random() < (0.6 if k == "composite" else 0.85)]
        losses, freezes = self.random.choice([(0.1, 0.1), (0.4, 0.4), (0.9, 0.2), (0.2, 1.0)])
        for number, kind in enumerate(["current", *drawn]):
            lost = self.random.random() < losses
            found.append(
                {
                    "account": f"{number}001", "kind": kind, "balance": 5_000_000,
                    "available": 4_000_000, "state": "active", "opened": "2020-01-01",
                    "medium": "card", "card": "6222000000000001", "currency": "CNY",
                    "lost": lost, "oral_loss_until": "2026-11-25" if lost and number % 2 else "",
                    "frozen": self.random.random() < freezes, "locked": self.random.random() < 0.3,
                    "unprinted": 3,
                }
            )  # fmt: skip
        return found

    def _cards(self) -> list[Data]:
        states = ["active", "active", "inactive", "lost"]
        found = [
            {
                "card": f"622200000000000{n}", "account": "0001", "kind": "debit",
                "state": self.random.choice(states), "has_pin": True, "expires": "2030-01-01",
                "daily_limit": 5_000_000, "oral_loss_until": "",
            }
            for n in range(3)
        ]  # fmt: skip
        credit = {**found[0], "card": "6250000000000001", "kind": "credit", "state": "locked"}
        return [*found, credit]

    def _credit(self) -> list[Data]:
        states = ["active", "inactive", "lost", "locked"]
        return [
            {
                "card": f"625000000000000{n}", "state": self.random.choice(states),
                "limit": 5_000_000, "owed": self.random.choice([0, 120_000]), "minimum": 12_000,
                "due": "2026-12-05",
            }
            for n in range(3)
        ]  # fmt: skip

    def _deposits(self) -> list[Data]:
        return [
            {
                "deposit": f"D{n}", "book": "3001", "amount": 8_000_000, "rate": 95,
                "term_months": 12, "opened": "2026-01-01", "matures": "2027-01-01", "state": state,
            }
            for n, state in enumerate(self.random.choice([["open", "matured"], ["closed"]]))
        ]  # fmt: skip

    def _agreements(self) -> list[Data]:
        every = ["支付宝", "微信支付", "云闪付", "京东支付", "美团支付"]
        bound = every if self.random.random() < 0.3 else every[:2]
        return [
            {
                "agreement": f"Q{card}{n}", "merchant": merchant, "card": f"622200000000000{card}",
                "single_limit": 500_000, "daily_limit": 2_000_000, "state": "active",
            }
            for card in range(3)
            for n, merchant in enumerate(bound)
        ]  # fmt: skip

    def _read(self, name: str) -> Data:
        random = self.random
        match name:
            case "account.read":
                kind = random.choice(["passbook", "term_book", "term_book", "passbook"])
                return {"account": "2001", "kind": kind, "lost": False}
            case "term.quote":
                return {
                    "principal": random.choice([1_000_000, 6_000_000]), "interest": 120,
                    "rate": 5, "is_early": True, "rest": random.choice([0, 100]),
                }  # fmt: skip
            case "term.products":
                one = {"product": "T12", "term_months": 12, "rate": 95, "least": 5000}
                return {"products": [one]}
            case "passbook.unprinted":
                # What is printed is told to the bank: a second round finds less.
                count = 0 if self.asked > IMPATIENT else random.choice([0, 3, 25])
                lines = [
                    {"number": 7 + n, "date": "2026-11-20", "summary": "工资", "amount": 1, "balance": 2}
                    for n in range(count)
                ]  # fmt: skip
                return {"lines": lines, "page": 1, "line": random.choice([0, 18, 20])}
            case "account.statement":
                line = {"date": "2026-11-20", "summary": "工资", "amount": -100, "balance": 200}
                return {"lines": [{**line, "trace": "x"}] * random.choice([0, 1, 2, 5])}
            case "customer.day_totals":
                spent = random.choice([0, 6_000_000])
                return {"cash_in": spent, "cash_out": spent, "transferred_out": spent}
            case "account.may_pay":
                return {"available": 10_000_000}
            case "products.list":
                return {
                    "products": [
                        {
                            "product": f"W{level}", "name": "稳健", "kind": "wealth",
                            "risk_level": level, "rate": 230, "least": 1_000_000, "term_days": 90,
                        }
                        for level in (2, 4)
                    ]
                }  # fmt: skip
        raise AssertionError(f"nobody plays {name}")

    def _trade(self, name: str, inputs: Mapping[str, Any]) -> Data:
        if name == "account.unlock":
            reason = self.random.choice(["pin", "dormant", "unusual"])
            held = reason == "unusual"
            return {"unlocked": not held, "needs_callback": held, "reason": reason}
        found: dict[str, Data] = {
            "passbook.loss": {"lost": "written", "oral_until": "2026-11-27"},
            "term.open": {"deposit": "D9", "matures": "2027-11-22", "rate": 95},
            "term.withdraw": {"principal": 100, "interest": 1, "rest": 0},
            "term.loss_close": {"paid": 100},
            "token.certificate": {"certificate": "PEM", "serial": "01", "expires": "2031-11-22"},
            "quickpay.bind": {"agreements": [{}]},
            "composite.open": {"account": "9001"},
            "credit.repay": {"paid": 100, "owed": 0},
            "credit.repay_all": {"paid": 100, "cards": [{}]},
            "card.issue": {"card": "6222000000000008", "account": "0009"},
            "card.replace": {"card": "6222000000000008"},
            "card.close": {"paid": 0},
            "cash.deposit": {"balance": 100},
            "cash.withdraw": {"balance": 100},
            "cash.book_large": {"booking": "L00000001"},
            "transfer": {"balance": 100},
            "product.buy": {"order": "P00000001"},
            "product.redeem": {"paid": 100, "gain": 1},
        }
        return found.get(name, {})

"""A kiosk's services without wires, for thousands of journeys: they answer as XFS4IoT's do, every
note is in one place, and any command can fail before or after it was carried out.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.journeys.scenarios.hall import LOADED_FEN, READ_BY_CHIP
from tingtang.bank.pins import DEMO_PIN, pin_block
from tingtang.bank.reference.people import Person
from xfs4iot.errors import CommandErrorCode, CompletionMissing, HardwareError, NotConnected
from xfs4iot.virtual.card_world import Card

Payload = dict[str, Any]
NOTE = 100_00


class Completed(NamedTuple):
    payload: Payload


CUSTOMER, INSIDE, SLOT, BIN, STUCK = "customer", "inside", "slot", "bin", "stuck"
"""Where a card or a book is."""


class ThinPart:
    """One service of the kiosk."""

    def __init__(self, kiosk: "ThinKiosk", module: str) -> None:
        self._kiosk, self._module = kiosk, module

    async def execute(
        self, name: str, payload: Payload | None = None, *, timeout_ms: int = 0
    ) -> Completed:
        return await self._kiosk.execute(self._module, name, payload or {}, timeout_ms)


class ThinKiosk:
    """All services of one kiosk."""

    def __init__(self) -> None:
        self.inside = LOADED_FEN
        """Fen in the cassettes; then in escrow, on the stacker, with the customer."""
        self.escrow, self.stacker, self.customer, self.presented = 0, 0, 0, 0
        self.state = "ok"
        self.paper: Person
        self.book, self.pin, self.brings, self.card = "", DEMO_PIN, 0, ""
        self.card_at = self.book_at = CUSTOMER
        """Where the customer's card and book are."""
        self.brings_token: Callable[[], Card] | None = None
        """The customer's U盾; it stands in the port as long as they hold it there."""
        self.token: Card | None = None
        self.printed = 0
        """Lines on the book's page."""
        self.fault: Callable[[str], str] = lambda _: ""
        """What goes wrong with a command: ``gone``, ``jam``, ``before``, ``after``, ``left`` (what
        comes out of a slot is not taken).
        """
        self.module = ""

    def client(self, module: str) -> "ThinPart":
        return ThinPart(self, module)

    async def execute(self, module: str, name: str, payload: Payload, timeout_ms: int) -> Completed:
        fault = self.fault(name)
        self.module, self.is_left = module, fault == "left"
        if fault == "gone":
            raise NotConnected("it is away")
        if fault == "jam":
            if module == "card_reader" and name == "CardReader.ReadRawData":
                self.card_at = STUCK
            raise HardwareError("something is stuck")
        if fault == "before":
            raise CompletionMissing("it is silent", timeout_ms)
        act = getattr(self, "_" + name.rpartition(".")[2].lower())
        done = Completed(act(payload) or {})
        if fault == "after":
            raise CompletionMissing("it is silent", timeout_ms)
        return done

    # -- cash ---------------------------------------------------------------------------------

    def _cashinstart(self, _: Payload) -> None:
        if self.state == "active":
            raise CommandErrorCode("cashInActive")
        self.state = "active"

    def _cashin(self, _: Payload) -> None:
        self.escrow += self.brings
        self.customer -= self.brings
        self.brings = 0

    def _cashinend(self, _: Payload) -> None:
        self._active()
        self.inside, self.escrow, self.state = self.inside + self.escrow, 0, "ok"

    def _cashinrollback(self, _: Payload) -> None:
        self._active()
        self.customer, self.escrow, self.state = self.customer + self.escrow, 0, "rollback"

    def _active(self) -> None:
        if self.state != "active":
            raise CommandErrorCode("noCashInActive")

    def _getcashinstatus(self, _: Payload) -> Payload:
        notes = {"typeCNY100": {"fit": self.escrow // NOTE}}
        return {"status": self.state, "noteNumberList": notes}

    def _getbanknotetypes(self, _: Payload) -> Payload:
        return {"items": {"typeCNY100": {"cashItem": {"currency": "CNY", "value": 100}}}}

    def _dispense(self, payload: Payload) -> None:
        if self.stacker:
            raise CommandErrorCode("itemsLeft")
        amount = round(payload["denomination"]["denomination"]["currencies"]["CNY"] * 100)
        self.inside, self.stacker = self.inside - amount, amount

    def _present(self, _: Payload) -> None:
        self.presented += self.stacker
        self.customer, self.stacker = self.customer + self.stacker, 0

    def _reject(self, _: Payload) -> None:
        if not self.stacker:
            raise CommandErrorCode("noItems")
        self.inside, self.stacker = self.inside + self.stacker, 0

    def _getstorage(self, _: Payload) -> Payload:
        if self.module == "card_reader":
            return {"storage": {"unit1": {"card": {"capabilities": {"type": "retain"}}}}}
        presented = {"typeCNY100": {"fit": self.presented // NOTE}}
        cash = {"configuration": {"value": 100}, "status": {"out": {"presented": presented}}}
        return {"storage": {"unit1": {"cash": cash}}}

    # -- papers, books, the pad ---------------------------------------------------------------

    def _status(self, _: Payload) -> Payload:
        media = {CUSTOMER: "notPresent", BIN: "notPresent", SLOT: "entering", STUCK: "jammed"}
        return {
            "cardReader": {"media": media.get(self.card_at, "present")},
            "printer": {"media": media.get(self.book_at, "present")},
        }

    def _readrawdata(self, _: Payload) -> Payload:
        if self.module == "card_reader":
            assert self.card_at in (CUSTOMER, INSIDE)
            self.card_at = INSIDE
            data = b64encode(f"{self.card}=30121010000000000".encode()).decode()
            return {"track2": {"status": "ok", "data": data}}
        if self.module == "key_port":
            assert self.brings_token is not None
            self.token = self.brings_token()
            return {}
        one = self.paper
        if one.id_kind not in READ_BY_CHIP:
            return {}
        record = {
            "number": one.id_number, "name": one.name, "kind": one.id_kind.value,
            "birth_date": one.birth_date,
        }  # fmt: skip
        return {"chip": [{"status": "ok", "data": b64encode(json.dumps(record).encode()).decode()}]}

    def _move(self, payload: Payload) -> None:
        if self.module != "card_reader":
            return
        if payload["from"] == "exit":
            assert self.card_at == SLOT
            self.card_at = BIN
        else:
            assert self.card_at == INSIDE
            self.card_at = SLOT if self.is_left else CUSTOMER

    def _takepicture(self, _: Payload) -> Payload:
        return {"pictureFile": "/9j/4AAQSkZJRg=="}

    def _readform(self, _: Payload) -> Payload:
        assert self.book_at in (CUSTOMER, INSIDE)
        self.book_at = INSIDE
        return {"fields": {"Stripe": self.book, "Page": "1", "Line": f"{self.printed + 1}"}}

    def _printform(self, _: Payload) -> None:
        if self.module == "certificate":
            assert self.book_at == INSIDE
            self.printed += 1

    def _controlmedia(self, _: Payload) -> None:
        self.book_at = SLOT if self.is_left else CUSTOMER

    def _retractmedia(self, _: Payload) -> None:
        assert self.book_at == SLOT
        self.book_at = BIN

    def _chipio(self, payload: Payload) -> Payload:
        return self._ask_token(b64decode(payload["chipData"]))

    def _presentidc(self, payload: Payload) -> Payload:
        digits = bytes.fromhex(f"2{len(self.pin)}{self.pin}".ljust(16, "F"))
        command = b64decode(payload["chipData"])
        return self._ask_token(command[: -len(digits)] + digits)

    def _ask_token(self, command: bytes) -> Payload:
        assert self.token is not None
        chip = self.token.chip
        assert chip is not None
        return {"chipData": b64encode(chip.reply(command)).decode()}

    def _pinentry(self, _: Payload) -> Payload:
        return {"completion": "auto"}

    def _getpinblock(self, payload: Payload) -> Payload:
        return {"pinBlock": pin_block(self.pin, payload["customerData"] + "0")}

"""What the reference bank does with what it is asked: once per trace, all or nothing."""

import hashlib
import logging
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from tingtang.bank.port import Booking
from tingtang.bank.reference.model.agents import check_agent
from tingtang.bank.reference.model.ledger import Security, Work, account_ledger, opposite
from tingtang.bank.reference.model.looks import LOOKS
from tingtang.bank.reference.model.records import Account, Card, TermDeposit
from tingtang.bank.reference.model.rules import RULES
from tingtang.bank.reference.model.words import Declined
from tingtang.bank.reference.store import Store, Traded, decoded
from tingtang.bank.trades import LOOKUPS, TRADES, CloseDay, Trade
from tingtang.kernel.clock import local_date

logger = logging.getLogger(__name__)
S = TypeVar("S", bound=msgspec.Struct)
REVERSE = "reverse"
NOBODY = Booking(trace="", branch="", terminal="", operator="")
DAYS_MAX = 3_700
"""Day ends made up for at once: ten years; beyond it somebody set a clock wrong."""


class Answer(msgspec.Struct, frozen=True):
    """An HTTP status and its body."""

    status: int
    body: dict[str, Any]


class BankCounter:
    """The bank itself, without its wires. Not for several threads at once."""

    def __init__(self, store: Store, security: Security, zone: str) -> None:
        self.store = store
        self.security = security
        self._zone = zone

    # -- trades ---------------------------------------------------------------------------------

    def trade(self, name: str, fields: Any, booking: Booking, now_ms: int) -> Answer:
        """Do a trade, or tell what came of it when it was asked for before."""
        self.begin_day(now_ms)
        digest = self._digest(name, fields)
        seen = self.store.find(booking.trace)
        if seen is not None:
            is_same = seen.digest == digest or seen.state == "reversed"
            return _answer(seen) if is_same else _no(Declined("trace_used"))
        work = Work(self.store.ledger, self.security, booking)
        trade: Trade | None = None
        try:
            trade = read_trade(name, fields)
            if booking.agent is not None:
                check_agent(work, trade, booking.agent)
            data = RULES[type(trade)](work, trade)
            voucher = f"{work.date.replace('-', '')}{work.number('entry'):08}"
        except Declined as no:
            work = Work(self.store.ledger, self.security, booking)
            for kept in no.kept:
                work.put(kept)
            answer = _no(no).body
            traded = self._traded(booking, name, digest, "declined", answer, work, now_ms, trade)
            self.store.write(work, traded, booking, can_undo=False)
            return _no(no)
        answer = {"trace": booking.trace, "voucher": voucher, "data": data}
        traded = self._traded(booking, name, digest, "done", answer, work, now_ms, trade)
        self.store.write(work, traded, booking, can_undo=not isinstance(trade, CloseDay))
        return Answer(200, answer)

    def _traded(
        self, booking: Booking, name: str, digest: str, state: str, answer: dict[str, Any],
        work: Work, now_ms: int, trade: Trade | None,
    ) -> Traded:  # fmt: skip
        body = msgspec.to_builtins(trade) if trade is not None else {}
        kept = {key: value for key, value in body.items() if "pin" not in key}
        return Traded(
            trace=booking.trace, name=name[:80], digest=digest, state=state, answer=answer,
            body=kept, date=work.date, at_ms=now_ms,
        )  # fmt: skip

    def query(self, trace: str) -> Answer:
        """What became of a trace: its answer, or 404 where it was never seen."""
        seen = self.store.find(trace)
        return _answer(seen) if seen is not None else Answer(404, {"state": "unknown"})

    def _digest(self, name: str, fields: Any) -> str:
        """Of what is asked for; who asks may change when a terminal hands over to another. Keyed: a PIN
        block is part of it, and there are only a million PINs.
        """
        body = msgspec.json.encode([name, fields], order="deterministic")
        return self.security.digest(hashlib.sha256(body).hexdigest())

    # -- reversal -------------------------------------------------------------------------------

    def reverse(self, trace: str, booking: Booking, reason: str, now_ms: int) -> Answer:
        """Take a trade back on its own day, as long as nothing was built on it since.

        Of one that was never seen the trace is closed, so that it cannot be done later: after a
        reversal the trade is not in the books, whatever the wires did.
        """
        self.begin_day(now_ms)
        digest = self._digest(REVERSE, {"trace": trace})
        seen = self.store.find(booking.trace)
        if seen is not None:
            return _answer(seen) if seen.digest == digest else _no(Declined("trace_used"))
        original = self.store.find(trace)
        if original is not None and original.name == REVERSE:
            return _no(Declined("cannot_reverse"))
        first = self.store.reversal_of(trace)
        if first is not None:
            return Answer(200, first.answer)
        work = Work(self.store.ledger, self.security, booking)
        try:
            was_done = original is not None and original.state == "done"
            if original is not None and was_done:
                self._take_back(work, original)
            number = work.number("entry")
        except Declined as no:
            return _no(no)
        voucher = f"{work.date.replace('-', '')}{number:08}"
        data = {"reversed": trace, "was_done": was_done, "reason": reason[:200]}
        answer = {"trace": booking.trace, "voucher": voucher, "data": data}
        traded = Traded(
            trace=booking.trace, name=REVERSE, digest=digest, state="done", answer=answer,
            date=work.date, at_ms=now_ms, original=trace,
        )  # fmt: skip
        self.store.write(work, traded, booking, can_undo=False)
        if original is None:
            self._close_trace(trace, booking, now_ms)
        elif was_done:
            self.store.mark_reversed(trace)
        return Answer(200, answer)

    def _take_back(self, work: Work, original: Traded) -> None:
        undo = self.store.undo_of(original.trace)
        if undo is None or original.date != work.date:
            raise Declined("cannot_reverse")
        for kind, id_, before, after in undo.records:
            if work.ledger.records[kind].get(id_) != decoded((kind, id_), after):
                raise Declined("cannot_reverse")
            work.changed[kind, id_] = decoded((kind, id_), before)
        for (kind, id_), record in work.changed.items():
            if kind == Account.__name__ and record is None and _is_used(work, id_):
                raise Declined("cannot_reverse")
        work.lines += opposite(self.store.lines_of_trace(original.trace))
        for scope, what, amount in undo.totals:
            work.count(scope, what, -amount)
        for line in work.lines:
            self._still_there(work, line.ledger, line.currency)

    def _still_there(self, work: Work, ledger: str, currency: str) -> None:
        """Decline where the money has gone on since: nothing is taken that is not there."""
        balance = work.balance(ledger, currency)
        is_owed = ledger.startswith(("account:", "term:", "product:"))
        is_held = ledger.startswith(("box:", "voucher:"))
        if (is_owed and balance > 0) or (is_held and balance < 0):
            raise Declined("cannot_reverse")

    def _close_trace(self, trace: str, booking: Booking, now_ms: int) -> None:
        """A trade that was reversed before it came is declined when it comes."""
        closed = msgspec.structs.replace(booking, trace=trace)
        work = Work(self.store.ledger, self.security, closed)
        no = _no(Declined("reversed")).body
        traded = Traded(
            trace=trace, name="", digest="", state="reversed", answer=no, date=work.date,
            at_ms=now_ms,
        )  # fmt: skip
        self.store.write(work, traded, closed, can_undo=False)

    # -- reading --------------------------------------------------------------------------------

    def look(self, name: str, fields: Any, now_ms: int) -> Answer:
        """Read something."""
        self.begin_day(now_ms)
        kind = LOOKUPS.get(name)
        if kind is None:
            return _no(Declined("unknown_trade", what=name[:80]))
        work = Work(self.store.ledger, self.security, NOBODY)
        try:
            return Answer(200, LOOKS[kind](work, _convert(fields, kind), self.store))
        except Declined as no:
            return _no(no)

    def health(self) -> Answer:
        """The business date, and whether the books balance."""
        ledger = self.store.ledger
        debit, credit = ledger.trial()
        return Answer(
            200,
            {
                "business_date": ledger.today, "is_balanced": ledger.is_balanced(),
                "debit": debit, "credit": credit, "trades": self.store.counted(),
            },
        )  # fmt: skip

    # -- days -----------------------------------------------------------------------------------

    def begin_day(self, now_ms: int) -> None:
        """Close every day that is over by the clock (日切); the bank may be ahead of it, never
        behind.
        """
        today = local_date(now_ms, self._zone)
        for _ in range(DAYS_MAX):
            date = self.store.ledger.today
            if date >= today:
                return
            booking = Booking(trace=f"day-{date}", branch="", terminal="", operator="bank")
            work = Work(self.store.ledger, self.security, booking)
            data = RULES[CloseDay](work, CloseDay(date=date))
            number = work.number("entry")
            answer = {
                "trace": booking.trace, "data": data,
                "voucher": f"{work.date.replace('-', '')}{number:08}",
            }  # fmt: skip
            traded = Traded(
                trace=booking.trace, name=CloseDay.name, digest="", state="done", answer=answer,
                date=date, at_ms=now_ms,
            )  # fmt: skip
            self.store.write(work, traded, booking, can_undo=False)
        logger.error("the bank's clock is more than ten years ahead of its books")


def _is_used(work: Work, account: str) -> bool:
    """Whether something came to an account since the trade that opened it."""
    owner = work.ledger.get(Account, account)
    if owner is None:
        return False
    on_it = [x for x in work.of(Card, owner.customer) if x.account == account]
    in_it = [x for x in work.of(TermDeposit, owner.customer) if x.book == account]
    return bool(on_it or in_it or work.ledger.counts.get(account_ledger(account), 0))


def read_trade(name: str, fields: Any) -> Trade:
    """A trade from its name and plain values; declined (unknown_trade, bad_input)."""
    kind = TRADES.get(name)
    if kind is None:
        raise Declined("unknown_trade", what=name[:80])
    return _convert(fields, kind)


def _convert(fields: Any, kind: type[S]) -> S:
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        raise Declined("bad_input", reason=str(error)) from None


def _answer(seen: Traded) -> Answer:
    match seen.state:
        case "done":
            return Answer(200, seen.answer)
        case "reversed":
            return _no(Declined("reversed"))
    return Answer(409, seen.answer)


def _no(declined: Declined) -> Answer:
    words = declined.words
    return Answer(409, {"code": declined.code, "zh": words.zh, "en": words.en})


def batch(bank: BankCounter, asked: Sequence[Any]) -> list[Any]:
    """Do several things in one transaction. Each is a function without arguments; what one of
    them raises is its own answer, and nothing of it holds.
    """
    answers: list[Any] = []
    with bank.store.transaction():
        for one in asked:
            try:
                with bank.store.attempt():
                    answers.append(one())
            except (ArithmeticError, LookupError, ValueError, TypeError) as error:
                logger.exception("the reference bank failed")
                answers.append(error)
    return answers

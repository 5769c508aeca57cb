"""Blank vouchers by number range: in order, by two people, the bank's books beside what lies there.

A movement or a void is asked for by one person and confirmed by another; only then is it booked,
under the task's own trace, so that a repeated confirmation books nothing twice.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.bank import trades as b
from tingtang.bank.service import BankDeclined, BankUnknown, Booking, CoreBank, TradeDone
from tingtang.delivery import tables as t
from tingtang.delivery.model import problems as p
from tingtang.delivery.model import voucher_events as e
from tingtang.kernel.appends import Append
from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import BranchId, Ids
from tingtang.kernel.log import Answered, Clash, EventLog, Key
from tingtang.kernel.permissions import Actor

RANGE_MAX = 5_000
ASKED, CONFIRMED, DONE, REFUSED = "asked", "confirmed", "done", "refused"
PARTLY = "partly"
OPEN_TASKS = (ASKED, CONFIRMED, PARTLY)
_NUMBER = re.compile(r"^([A-Za-z]*)(\d{1,18})$")


class Task(msgspec.Struct, frozen=True):
    """A movement (``to_holder``) or a void (``reason``) that wants a second person."""

    task: str
    kind: str
    first: str
    last: str
    count: int
    from_holder: str
    to_holder: str
    reason: str
    asked_by: str
    confirmed_by: str = ""
    state: str = ASKED
    """asked, confirmed (and not yet known to be booked), partly (voided as far as the bank let it), done,
    refused
    """
    asked_ms: int = 0
    voided: int = 0
    """How many are void in the bank's books, from the first on."""
    attempt: int = 0
    """How often the bank stopped midway: the next try of that number is another trade."""
    declined: str = ""
    """Why the bank did."""
    events: int = 0
    """How many the task's stream has."""


class Stock(msgspec.Struct, frozen=True):
    """A range of a holder, as the bank's books have it."""

    kind: str
    first: str
    last: str
    count: int


def count_of(first: str, last: str) -> int:
    """How many numbers a range has; refused (numbers_wrong)."""
    low, high = _NUMBER.match(first), _NUMBER.match(last)
    is_range = low and high and low[1] == high[1] and len(low[2]) == len(high[2])
    count = int(high[2]) - int(low[2]) + 1 if is_range and low and high else 0
    if not 1 <= count <= RANGE_MAX:
        raise Refused(p.NUMBERS_WRONG, most=RANGE_MAX)
    return count


class Vouchers:
    """Voucher stock of all branches, over the core bank."""

    def __init__(self, log: EventLog, clock: Clock, ids: Ids, bank: CoreBank) -> None:
        self._log = log
        self._clock = clock
        self._ids = ids
        self._bank = bank

    async def stock(self, holder: str) -> list[Stock]:
        """What the books say a holder has, the lowest number first."""
        found = await self.look(b.VoucherStock(holder=holder))
        ranges = msgspec.convert(found.get("stock", []), list[Stock])
        return sorted(ranges, key=lambda one: (one.kind, one.first))

    async def is_held(self, kind: str, number: str, holder: str) -> bool:
        """Whether the books say that this very blank lies with a holder. Refused (bank_silent)."""
        return any(
            one.kind == kind and len(number) == len(one.first) and one.first <= number <= one.last
            for one in await self.stock(holder)
        )

    async def use(
        self, branch: BranchId, kind: str, number: str, holder: str, reference: str, operator: str
    ) -> None:
        """A blank becomes something: once, and in the order of the numbers."""
        trade = b.UseVoucher(kind=kind, number=number, holder=holder, reference=reference)
        trace = f"voucher-use:{kind}:{number}:{reference}"
        await self.book(branch, trade, trace, operator, holder)

    async def ask(self, branch: BranchId, task: Task, actor: Actor, key: Key | None = None) -> Task:
        """Ask for a movement or a void. Ranges go in order: the first is the holder's lowest."""
        before = await self._before(branch, key)
        if before is not None:
            return before
        count = count_of(task.first, task.last)
        held = [one for one in await self.stock(task.from_holder) if one.kind == task.kind]
        if not task.reason and held and held[0].first != task.first:
            raise Refused(p.OUT_OF_ORDER, next=held[0].first)
        now_ms = self._clock.now_ms()
        asked = msgspec.structs.replace(
            task, task=self._ids.new(now_ms), count=count, asked_by=actor.name, asked_ms=now_ms,
            state=ASKED, confirmed_by="", events=1, voided=0, attempt=0, declined="",
        )  # fmt: skip
        row = {
            "task": asked.task, "branch": branch, "state": asked.state, "asked_ms": now_ms,
            "body": msgspec.json.encode(asked).decode(),
        }  # fmt: skip
        event = e.VouchersAsked(
            kind=task.kind, first=task.first, last=task.last, from_holder=task.from_holder,
            to_holder=task.to_holder, is_void=bool(task.reason),
        )  # fmt: skip
        insert = sa.insert(t.voucher_tasks).values(row)
        if await self._write(asked.task, branch, event, insert, actor, key=key):
            return asked
        return await self._before(branch, key) or asked

    async def confirm(
        self, branch: BranchId, task: str, actor: Actor, key: Key | None = None
    ) -> Task:
        """The second person has counted: it is booked now. Where the bank was silent, confirming
        again asks for the same trade. Refused (partly_voided) where the bank stopped midway: confirmed
        again the rest is tried.
        """
        before = await self._before(branch, key)
        if before is not None:
            return _as_told(before)
        found = await self._open_task(branch, task, *OPEN_TASKS)
        if found.asked_by == actor.name:
            raise Refused(p.TWO_PEOPLE)
        if found.state in {ASKED, PARTLY}:
            now = msgspec.structs.replace(found, state=CONFIRMED, confirmed_by=actor.name)
            found = await self._end(branch, now, e.VouchersConfirmed(), actor)
        try:
            found = await self._book(branch, found)
        except _Declined as declined:
            reached = declined.task
            event: Event = e.VouchersRefused()
            if reached.state == PARTLY:
                event = e.VouchersPartlyVoided(voided=reached.voided, next=next_of(reached))
            return _as_told(await self._end(branch, reached, event, actor, key))
        done = msgspec.structs.replace(found, state=DONE, declined="")
        return await self._end(branch, done, e.VouchersBooked(), actor, key)

    async def _book(self, branch: BranchId, found: Task) -> Task:
        operator = found.confirmed_by
        if not found.reason:
            move = b.MoveVouchers(
                kind=found.kind, first=found.first, last=found.last,
                from_holder=found.from_holder, to_holder=found.to_holder,
            )  # fmt: skip
            try:
                await self.book(branch, move, f"voucher-move:{found.task}", operator)
            except Refused as refused:
                raise _stopped(found, refused) from None
            return found
        for number in numbers_of(found.first, found.last)[found.voided :]:
            void = b.VoidVoucher(
                kind=found.kind, number=number, holder=found.from_holder, reason=found.reason
            )
            again = f":{found.attempt}" if found.attempt else ""
            try:
                await self.book(
                    branch, void, f"voucher-void:{found.task}:{number}{again}", operator
                )
            except Refused as refused:
                raise _stopped(found, refused) from None
            found = msgspec.structs.replace(found, voided=found.voided + 1)
        return found

    async def refuse(
        self, branch: BranchId, task: str, actor: Actor, key: Key | None = None
    ) -> Task:
        """It is not what it says: nothing is booked, or nothing more."""
        before = await self._before(branch, key)
        if before is not None:
            return before
        found = await self._open_task(branch, task, ASKED, PARTLY)
        refused = msgspec.structs.replace(found, state=REFUSED, confirmed_by=actor.name)
        return await self._end(branch, refused, e.VouchersRefused(), actor, key)

    async def open_tasks(self, branch: str) -> int:
        """How many movements and voids have not ended."""
        columns = t.voucher_tasks.c
        query = sa.select(sa.func.count()).where(
            columns.branch == branch, columns.state.in_(OPEN_TASKS)
        )
        return await self._log.database.read(lambda c: c.scalar(query)) or 0

    async def tasks(self, branch: str, limit: int = 100) -> list[Task]:
        """Movements and voids, the newest first."""
        columns = t.voucher_tasks.c
        query = sa.select(columns.body).where(columns.branch == branch)
        query = query.order_by(columns.asked_ms.desc()).limit(limit)
        rows = await self._log.database.read(lambda c: c.scalars(query).all())
        return [msgspec.json.decode(row, type=Task) for row in rows]

    # -- the bank -------------------------------------------------------------------------------

    async def book(
        self, branch: BranchId, trade: b.Trade, trace: str, operator: str, terminal: str = ""
    ) -> TradeDone:
        """Do a trade once; refused (bank_declined, bank_silent). Again under the same trace it is
        the same trade.
        """
        booking = Booking(trace=trace, branch=branch, terminal=terminal, operator=operator)
        with _bank_refusals():
            return await self._bank.trade(trade, booking)

    async def is_booked(self, trace: str) -> bool:
        """Whether the bank has done this trade; refused (bank_silent) where it cannot be asked."""
        try:
            return await self._bank.query(trace) is not None
        except BankDeclined:
            return False
        except BankUnknown:
            raise Refused(p.BANK_SILENT) from None

    async def close(self, branch: BranchId, trace: str, reason: str, operator: str) -> None:
        """See to it that a trade is not in the books, and never will be, however late it comes.
        Refused: bank_declined, bank_silent.
        """
        booking = Booking(trace=f"{trace}-close", branch=branch, terminal="", operator=operator)
        with _bank_refusals():
            await self._bank.reverse(trace, booking, reason)

    async def look(self, lookup: b.Lookup) -> dict[str, Any]:
        """Look something up."""
        with _bank_refusals():
            return await self._bank.look(lookup)

    # -- parts ----------------------------------------------------------------------------------

    async def _open_task(self, branch: str, task: str, *states: str) -> Task:
        columns = t.voucher_tasks.c
        query = sa.select(columns.body).where(columns.task == task, columns.branch == branch)
        body = await self._log.database.read(lambda c: c.scalar(query))
        if body is None:
            raise Refused(p.UNKNOWN_TASK)
        found = msgspec.json.decode(body, type=Task)
        if found.state not in states:
            raise Refused(p.TASK_OVER)
        return found

    async def _before(self, branch: str, key: Key | None) -> Task | None:
        """The task as it stands, where this very request was answered before."""
        answer = None if key is None else await self._log.answer(key)
        if answer is None:
            return None
        return await self._open_task(branch, answer.decode(), *OPEN_TASKS, DONE, REFUSED)

    async def _end(
        self, branch: str, task: Task, event: Event, actor: Actor, key: Key | None = None
    ) -> Task:
        """Write down how far a task has come; gives it as it is then."""
        expected = task.events
        task = msgspec.structs.replace(task, events=expected + 1)
        body = msgspec.json.encode(task).decode()
        mine = t.voucher_tasks.c.task == task.task
        update = sa.update(t.voucher_tasks).where(mine).values(state=task.state, body=body)
        if await self._write(task.task, branch, event, update, actor, expected=expected, key=key):
            return task
        return await self._before(branch, key) or task

    async def _write(
        self,
        task: str,
        branch: str,
        event: Event,
        statement: sa.Executable,
        actor: Actor,
        expected: int = 0,
        key: Key | None = None,
    ) -> bool:
        """False where the same request was under way beside this one, and was faster."""
        append = Append(
            stream=f"vouchers/{task}", branch=branch, events=[event], expected=expected,
            time_ms=self._clock.now_ms(), actor=actor.name, key=key, answer=task.encode(),
            work=lambda connection: connection.execute(statement),
        )  # fmt: skip
        try:
            await self._log.append(append)
        except Answered:
            return False
        except Clash:  # two confirmed at once
            raise Refused(p.TASK_OVER) from None
        return True


@contextmanager
def _bank_refusals() -> Iterator[None]:
    """What the bank declines, or leaves open, as a refusal of ours."""
    try:
        yield
    except BankDeclined as declined:
        raise Refused(p.BANK_DECLINED, reason=declined.words, bank_code=declined.code) from None
    except BankUnknown:
        raise Refused(p.BANK_SILENT) from None


class _Declined(Exception):  # noqa: N818
    """The bank said no; ``task`` is how far it came."""

    def __init__(self, task: Task) -> None:
        super().__init__(task.declined)
        self.task = task


def _stopped(task: Task, refused: Refused) -> Exception:
    """What the bank's no makes of a task; silence is told as it is, and asked again."""
    if refused.problem is not p.BANK_DECLINED:
        return refused
    state = PARTLY if task.voided else REFUSED
    return _Declined(
        msgspec.structs.replace(
            task, state=state, attempt=task.attempt + 1, declined=str(refused.params["reason"])
        )
    )


def _as_told(task: Task) -> Task:
    """What whoever confirmed is answered: the bank's no is a refusal, told again where it is asked for
    again. Refused: partly_voided, bank_declined.
    """
    if task.declined and task.state == PARTLY:
        last = numbers_of(task.first, task.last)[task.voided - 1]
        raise Refused(
            p.PARTLY_VOIDED, voided=task.voided, last=last, next=next_of(task),
            reason=task.declined,
        )  # fmt: skip
    if task.declined and task.state == REFUSED:
        raise Refused(p.BANK_DECLINED, reason=task.declined)
    return task


def next_of(task: Task) -> str:
    """The first number that is not void yet."""
    return numbers_of(task.first, task.last)[task.voided]


def numbers_of(first: str, last: str) -> list[str]:
    """Every number of a range."""
    count = count_of(first, last)
    matched = _NUMBER.match(first)
    if matched is None:
        raise Refused(p.NUMBERS_WRONG, most=RANGE_MAX)
    prefix, digits = matched[1], matched[2]
    return [f"{prefix}{int(digits) + n:0{len(digits)}d}" for n in range(count)]

"""A feature as small as can be, for the kernel's tests: an account that never goes below zero."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.log import Append, Key, Lineage, Work

TOO_LITTLE = Problem("too_little", 409, "余额不足：{balance}", "Only {balance} is left")


class Given(Event, frozen=True):
    amount: int


class Taken(Event, frozen=True):
    version: ClassVar[int] = 3
    amount: int
    reason: str = ""


def _v1_to_v2(old: dict[str, object]) -> dict[str, object]:
    """Version 1 told the amount in hundredths, as text."""
    return {"amount": int(str(old["cents"])) // 100}


def _v2_to_v3(old: dict[str, object]) -> dict[str, object]:
    """Version 2 had no reason."""
    return {**old, "reason": "unknown"}


TYPES = EventTypes("ledger", [Given, Taken], {(Taken, 1): _v1_to_v2, (Taken, 2): _v2_to_v3})


class Give(msgspec.Struct, frozen=True):
    amount: int


class Take(msgspec.Struct, frozen=True):
    amount: int


class Look(msgspec.Struct, frozen=True):
    """A command that changes nothing."""


class Account(msgspec.Struct):
    balance: int = 0
    moves: int = 0


class Ledger:
    """The core: refuses to take more than there is."""

    def initial(self, stream: str) -> Account:
        return Account()

    def decide(self, state: Account, command: Give | Take | Look, at_ms: int) -> Sequence[Event]:
        match command:
            case Give(amount):
                return [Given(amount=amount)]
            case Take(amount):
                if amount > state.balance:
                    raise Refused(TOO_LITTLE, balance=state.balance)
                return [Taken(amount=amount, reason="asked")]
            case Look():
                return []

    def evolve(self, state: Account, event: Event, at_ms: int) -> None:
        match event:
            case Given(amount=amount):
                state.balance += amount
            case Taken(amount=amount):
                state.balance -= amount
        state.moves += 1


def give(
    stream: str,
    *amounts: int,
    expected: int | None = None,
    key: Key | None = None,
    answer: bytes = b"",
    work: Work | None = None,
    lineage: Lineage | None = None,
) -> Append:
    """An append of one ``Given`` for each amount."""
    return Append(
        stream=stream,
        branch="b1",
        events=[Given(amount=amount) for amount in amounts],
        time_ms=1_700_000_000_000,
        actor="test",
        expected=expected,
        key=key,
        answer=answer,
        work=work,
        lineage=lineage,
    )

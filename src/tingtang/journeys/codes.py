"""Short codes: eight digits that somebody types at another terminal to go on with a journey there."""

import hashlib
import secrets
from collections.abc import Sequence

import sqlalchemy as sa

from tingtang.journeys import tables as t
from tingtang.kernel.clock import Clock
from tingtang.kernel.ids import BranchId, JourneyId
from tingtang.kernel.log import Append, EventLog

DIGITS = 8
"""Taken by enrolled machines and staff of the same branch alone, for a quarter of an hour: with ten
codes out at once a guess is right once in ten million times."""


class HandoverCodes:
    """Makes them and finds what they stand for. Only a digest is kept."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    async def make(self, journey: JourneyId, branch: BranchId, until_ms: int) -> str:
        """A code of the branch for this journey, good until ``until_ms``; old ones are cleared."""
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        row = {
            "code_digest": _digest(code), "branch": branch, "journey": journey,
            "until_ms": until_ms,
        }  # fmt: skip
        now_ms = self._clock.now_ms()

        def work(connection: sa.Connection) -> None:
            over = (t.codes.c.until_ms <= now_ms) | (
                (t.codes.c.code_digest == row["code_digest"]) & (t.codes.c.branch == branch)
            )
            connection.execute(sa.delete(t.codes).where(over))
            connection.execute(sa.insert(t.codes).values(row))

        await self._log.append(
            Append(
                stream="journeys/codes", branch="", events=(), time_ms=now_ms, actor="system",
                work=work,
            )
        )  # fmt: skip
        return code

    async def journey_of(self, code: str, branches: Sequence[str] | None) -> JourneyId | None:
        """What a code of these branches stands for; None where it is wrong or too old."""
        columns = t.codes.c
        query = sa.select(columns.journey).where(
            columns.code_digest == _digest(code), columns.until_ms > self._clock.now_ms()
        )
        if branches is not None:
            query = query.where(columns.branch.in_(branches))
        found = (await self._log.database.read(lambda c: c.scalars(query).all()))[:2]
        return JourneyId(found[0]) if len(found) == 1 else None


def looks_like_one(text: str) -> bool:
    """Digits, perhaps in two groups as they are shown."""
    digits = text.replace(" ", "")
    return len(digits) == DIGITS and digits.isascii() and digits.isdigit()


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.replace(" ", "").encode()).digest()

"""Short codes: eight digits that somebody types at another terminal to go on with a journey there."""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Sequence

import sqlalchemy as sa

from tingtang.journeys import tables as t
from tingtang.journeys.model.problems import TOO_MANY_CODES
from tingtang.kernel.clock import MINUTE_MS, Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, JourneyId
from tingtang.kernel.log import Append, EventLog

DIGITS = 8
"""Taken once, by enrolled machines and staff of the same branch alone, for a quarter of an hour: with
ten codes out at once a guess is right once in ten million times, and nobody guesses often."""
WRONG_MAX, WRONG_MS = 10, 10 * MINUTE_MS
"""So many wrong codes within this time, and a machine or person tries no more until it is over."""
GUESSERS_MAX = 5_000


class HandoverCodes:
    """Makes them and finds what they stand for. Only a digest is kept; of a journey one code is good
    at a time, and each is used once.
    """

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, int]] = OrderedDict()

    async def make(self, journey: JourneyId, branch: BranchId, until_ms: int) -> str:
        """A code of the branch for this journey, good until ``until_ms``; old ones are cleared."""
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        row = {
            "code_digest": _digest(code), "branch": branch, "journey": journey,
            "until_ms": until_ms,
        }  # fmt: skip
        now_ms = self._clock.now_ms()

        def work(connection: sa.Connection) -> None:
            over = (
                (t.codes.c.until_ms <= now_ms)
                | (t.codes.c.journey == journey)
                | ((t.codes.c.code_digest == row["code_digest"]) & (t.codes.c.branch == branch))
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

    async def spend(
        self, code: str, branches: Sequence[str] | None, by: str
    ) -> tuple[JourneyId, BranchId] | None:
        """What a code of these branches stands for, for whoever asks first; None where it is wrong,
        used or too old. Refused (too_many_codes) for ``by``, who tried too many wrong ones.
        """
        now_ms = self._clock.now_ms()
        wrong, until_ms = self._wrong.get(by, (0, 0))
        if wrong >= WRONG_MAX and now_ms < until_ms:
            raise Refused(TOO_MANY_CODES, minutes=-(-(until_ms - now_ms) // MINUTE_MS))
        columns = t.codes.c
        fits = (columns.code_digest == _digest(code)) & (columns.until_ms > now_ms)
        if branches is not None:
            fits &= columns.branch.in_(branches)
        query = sa.select(columns.journey, columns.branch).where(fits)

        def work(connection: sa.Connection) -> tuple[str, str] | None:
            found = connection.execute(query).all()
            if len(found) != 1:
                return None
            connection.execute(sa.delete(t.codes).where(fits))
            return found[0].journey, found[0].branch

        appended = await self._log.append(
            Append(
                stream="journeys/codes", branch="", events=(), time_ms=now_ms, actor="system",
                work=work,
            )
        )  # fmt: skip
        if appended.result is None:
            self._count(by, now_ms)
            return None
        journey, branch = appended.result
        return JourneyId(journey), BranchId(branch)

    def _count(self, by: str, now_ms: int) -> None:
        wrong, until_ms = self._wrong.pop(by, (0, 0))
        fresh = now_ms >= until_ms
        self._wrong[by] = (1, now_ms + WRONG_MS) if fresh else (wrong + 1, until_ms)
        if len(self._wrong) > GUESSERS_MAX:
            self._wrong.popitem(last=False)


def looks_like_one(text: str) -> bool:
    """Digits, perhaps in two groups as they are shown."""
    digits = text.replace(" ", "")
    return len(digits) == DIGITS and digits.isascii() and digits.isdigit()


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.replace(" ", "").encode()).digest()

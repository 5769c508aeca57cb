"""Housekeeping forgets what is old, and only that."""

import asyncio

import pytest

from tests.kernel.ledger import give
from tingtang.kernel import housekeeping as module
from tingtang.kernel.clock import DAY_MS, ManualClock
from tingtang.kernel.housekeeping import Housekeeping
from tingtang.kernel.log import EventLog, Key


async def test_answers_are_kept_for_their_days(log: EventLog) -> None:
    append = give("a", 1, key=Key("k", ""), answer=b"first")
    await log.append(append)
    clock = ManualClock(append.time_ms + 7 * DAY_MS)
    housekeeping = Housekeeping(log, clock, answers_kept_days=7)
    assert await housekeeping.once() == 0
    assert await log.answer(Key("k", "")) == b"first"
    clock.advance(1)
    await housekeeping.start()
    while await log.answer(Key("k", "")) is not None:
        await asyncio.sleep(0.001)
    await housekeeping.stop()


async def test_housekeeping_that_fails_is_done_again(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EVERY_SECONDS", 0.001)
    tried: list[int] = []

    async def failing(before_ms: int) -> int:
        tried.append(before_ms)
        raise RuntimeError("broken")

    monkeypatch.setattr(log, "forget_answers", failing)
    housekeeping = Housekeeping(log, ManualClock(DAY_MS), answers_kept_days=7)
    await housekeeping.start()
    async with asyncio.timeout(20):
        while len(tried) < 3:
            await asyncio.sleep(0.001)
    await housekeeping.stop()
    assert tried[:3] == [tried[0]] * 3

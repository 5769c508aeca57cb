"""Work that is done again and again, whatever becomes of it."""

import asyncio

import pytest

from tingtang.kernel.errors import BUSY, Refused
from tingtang.kernel.recurring import Recurring


class Work:
    """Goes wrong in every way there is."""

    def __init__(self) -> None:
        self.times = 0
        self.third = asyncio.Event()

    async def __call__(self) -> None:
        self.times += 1
        if self.times == 1:
            raise Refused(BUSY)
        if self.times == 2:
            raise ValueError("broken")
        self.third.set()


async def test_it_goes_on_whatever_goes_wrong_until_it_is_stopped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    work = Work()
    recurring = Recurring("tidying", 0.001, work)
    await recurring.start()
    assert work.times == 0
    async with asyncio.timeout(60):
        await work.third.wait()
    await recurring.stop()
    done = work.times
    await asyncio.sleep(0.02)
    assert work.times == done
    assert [(one.levelname, one.message) for one in caplog.records] == [
        ("WARNING", "tidying: busy; it is tried again"),
        ("ERROR", "tidying failed; it is tried again"),
    ]


async def test_it_begins_at_once_where_that_is_wanted_and_what_is_under_way_is_cancelled() -> None:
    begun, cancelled = asyncio.Event(), []

    async def hangs() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append("cancelled")
            raise

    recurring = Recurring("tidying", 3600.0, hangs, at_once=True)
    await recurring.start()
    async with asyncio.timeout(60):
        await begun.wait()
        await recurring.stop()
        await recurring.stop()
    assert cancelled == ["cancelled"]

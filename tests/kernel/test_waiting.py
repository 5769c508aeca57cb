"""Waiting for what may come, or may not."""

import asyncio

import pytest

from tingtang.kernel.waiting import set_within


async def test_it_tells_whether_it_came() -> None:
    event = asyncio.Event()
    assert not await set_within(event, 0.01)
    asyncio.get_running_loop().call_later(0.01, event.set)
    assert await set_within(event, 60)


@pytest.mark.parametrize("turns", range(4))
async def test_a_loop_that_waits_ends_though_the_event_comes_in_the_moment_it_is_told_to(
    turns: int,
) -> None:
    event = asyncio.Event()

    async def loop() -> None:
        while True:
            await set_within(event, 60)
            event.clear()

    task = asyncio.create_task(loop())
    await asyncio.sleep(0.01)
    event.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    ended, _ = await asyncio.wait({task}, timeout=0.2)
    is_ended = task in ended
    task.cancel()
    assert is_ended

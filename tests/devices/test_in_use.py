"""Devices in use: what one says is kept, and who waits for one does not wait for ever."""

import asyncio

import pytest

from tests.devices.conftest import Shop
from tingtang.devices.core import DeviceCore
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import SYSTEM


async def test_what_cannot_be_understood_is_not_in_the_way_of_what_comes_after_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.enrol("lamp")
    await shop.up("lamp")
    decide, failures = DeviceCore.decide, [TypeError("of a kind that nobody thought of")]

    def failing(*given: object) -> object:
        if failures:
            raise failures.pop()
        return decide(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(DeviceCore, "decide", failing)
    shop.devices.properties("lamp", {"on": False})
    shop.devices.properties("lamp", {"on": True})  # in the same moment, and nothing after it
    await shop.settled()
    assert shop.devices.waiting_of("lamp") == 0
    state = await shop.devices.state("lamp")
    assert state.properties["on"] is True


async def test_nobody_waits_for_ever_for_a_device_that_is_taken_away(shop: Shop) -> None:
    await shop.enrol("lamp")
    await shop.up("lamp")
    command = await shop.devices.give("lamp", "set", {"on": True}, SYSTEM)
    waiting = [asyncio.create_task(shop.devices.outcome("lamp", command)) for _ in range(2)]
    await asyncio.sleep(0)
    assert shop.devices._ends
    await shop.devices.remove("lamp", SYSTEM)
    async with asyncio.timeout(5):
        ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(one, Refused) and one.code for one in ended] == ["unknown_device"] * 2

"""Devices in use: what one says is kept, and who waits for one does not wait for ever."""

import pytest

from tests.devices.conftest import Shop
from tingtang.devices.core import DeviceCore


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

"""What devices measure is written down, whatever stood in the way for a while."""

import asyncio

import pytest

from tests.devices.conftest import Shop
from tingtang.devices import telemetry as module


async def test_samples_that_could_not_be_written_are_written_later(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AGAIN_SECONDS", 0.001)
    telemetry = shop.devices.telemetry
    write, failures = telemetry._write, [RuntimeError("the database restarts")]

    async def failing(taken: dict[tuple[str, str, int], float]) -> None:
        if failures:
            raise failures.pop()
        await write(taken)

    monkeypatch.setattr(telemetry, "_write", failing)
    telemetry.add("lamp", 1, {"power": 5.0})
    async with asyncio.timeout(20):
        while not (points := await telemetry.series("lamp", "power", 0, 2)):
            await asyncio.sleep(0.01)
    assert [point.value for point in points] == [5.0]

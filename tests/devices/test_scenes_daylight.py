"""Daylight control: lamps give what the daylight does not, and the saving is what it is."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.devices.conftest import Shop
from tests.devices.test_scenes import Answering
from tingtang.devices.model import wire
from tingtang.devices.model.records import Protocol
from tingtang.devices.model.state import OPEN_COMMANDS
from tingtang.devices.scenes.daylight.control import Daylight
from tingtang.devices.scenes.daylight.model import DaylightRule, Meter, change, level_for
from tingtang.kernel.clock import HOUR_MS, MINUTE_MS

RULE = DaylightRule(zone="z", sensor="s", target_lux=300, full_lux=500, rated_watts=40)


@pytest.mark.parametrize(
    ("lux", "level"), [(0, 60), (100, 40), (250, 10), (299, 10), (300, 10), (9000, 10)]
)
def test_lamps_give_what_is_missing_to_the_target(lux: float, level: float) -> None:
    assert level_for(RULE, lux, 0) == level


@given(st.floats(0, 2_000), st.floats(0, 100), st.floats(50, 1_000), st.floats(50, 1_000))
def test_a_sensor_that_sees_the_lamps_comes_to_the_same_level_and_stays(
    daylight: float, level: float, target: float, full: float
) -> None:
    rule = DaylightRule(
        zone="z", sensor="s", target_lux=target, full_lux=full, sees_lamps=True, lowest=0
    )
    for _ in range(3):
        level = level_for(rule, daylight + full * level / 100, level)
    assert 0 <= level <= 100
    assert change(rule, daylight + full * level / 100, level) is None
    given_lux = daylight + full * level / 100
    if 0 < level < 100:
        assert abs(given_lux - target) <= full * 0.006  # a level is a whole number


@given(
    st.lists(st.tuples(st.integers(0, HOUR_MS), st.booleans(), st.integers(0, 100)), max_size=20)
)
def test_the_meter_is_the_sum_of_its_hours(steps: list[tuple[int, bool, int]]) -> None:
    meter, at_ms, used, declared = Meter(0), 0, 0.0, 0.0
    on, level = False, 0
    for wait_ms, next_on, next_level in steps:
        at_ms += wait_ms
        used += 40 * level / 100 * wait_ms / HOUR_MS * on
        declared += 40 * 0.8 * wait_ms / HOUR_MS * on
        meter.until(at_ms - wait_ms // 2, 40, 80)  # looking in between changes nothing
        meter.until(at_ms, 40, 80)
        meter.set({"on": next_on, "level": next_level})
        on, level = next_on, next_level
    assert meter.used_wh == pytest.approx(used)
    assert meter.declared_wh == pytest.approx(declared)


@pytest.mark.shows("R146", part="lamps follow a light sensor, and the saving is shown")
async def test_lamps_of_a_zone_follow_its_sensor_and_the_saving_is_shown(shop: Shop) -> None:
    shop.devices.add_link(Protocol.MQTT, Answering(shop))
    zone = "east.zone.waiting"
    for name, type_ in (("lamp", "light"), ("dark", "light"), ("sun", "lux_sensor")):
        await shop.enrol(name, type_, zone=zone)
        await shop.up(name)
    shop.devices.properties("lamp", {"on": True, "level": 80})
    shop.devices.properties("dark", {"on": False, "level": 80})
    await shop.settled()
    manager = await shop.world.as_staff("lin.xiaolan")
    rule = {"zone": zone, "sensor": "sun", "target_lux": 300, "full_lux": 500, "rated_watts": 50}
    saved = await manager.put(
        "/api/branches/east/settings/daylight", json={"values": {"rules": [rule]}, "revision": 0}
    )
    assert saved.status_code < 300, saved.text
    daylight = shop.world.app.parts.service("daylight", Daylight)

    async def light(lux: float) -> object:
        now_ms = shop.world.clock.now_ms()
        shop.devices.beat("lamp", wire.Beat(1, now_ms))
        shop.devices.samples("sun", wire.Samples(now_ms, {"lux": lux}))
        await daylight.look()
        state = await shop.devices.state("lamp")
        async with asyncio.timeout(10):
            while any(one.state in OPEN_COMMANDS for one in state.commands.values()):
                await asyncio.sleep(0.005)
                state = await shop.devices.state("lamp")
        await shop.settled()
        return (await shop.devices.state("lamp")).properties["level"]

    assert await light(200) == 20
    shop.world.clock.advance(HOUR_MS)
    assert await light(210) == 20  # too little to change anything
    assert await light(100) == 40
    assert await light(0) == 40  # not twice within half a minute
    shop.world.clock.advance(HOUR_MS)
    manager = await shop.world.as_staff("lin.xiaolan")
    shown = (await manager.get("/api/branches/east/daylight")).json()
    [seen] = shown["zones"].values()
    # 50 W for an hour at 20 % and one at 40 %, instead of two at the declared 80 %.
    assert (seen["used_kwh"], seen["declared_kwh"]) == (0.03, 0.08)
    assert (seen["saved_kwh"], seen["saved_share"]) == (0.05, 0.625)
    assert (seen["level"], seen["lamps"]) == (40, 2)
    assert (await shop.devices.state("dark")).properties["level"] == 80
    shop.world.clock.advance(15 * MINUTE_MS)
    await daylight.look()  # the sensor has been silent for too long
    assert (await shop.devices.state("lamp")).properties["level"] == 40

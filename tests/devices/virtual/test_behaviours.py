"""Each kind of virtual device behaves like one, and the same seed gives the same day."""

import math
from random import Random

import msgspec
import pytest

from tests.devices.types import declared
from tingtang.devices.model.declared import fits
from tingtang.devices.model.kinds import DeviceType
from tingtang.devices.model.wire import Health, ModuleReport
from tingtang.devices.register import shipped_types
from tingtang.devices.virtual import power_and_network as net
from tingtang.devices.virtual.behaviours import STEPS, step_of
from tingtang.devices.virtual.body import Body, Moment, live, new_body
from tingtang.devices.virtual.surroundings import Surroundings

TYPES = shipped_types()
BUSY = Surroundings(
    time_ms=1_782_014_400_000, day=1, daylight=60_000, outdoor_temperature=30, people=0.9
)
NIGHT = msgspec.structs.replace(BUSY, daylight=0.0, people=0.0)


class Stage:
    """A device and its time."""

    def __init__(
        self, code: str, *, seed: int = 1, faults: float = 0.0, around: Surroundings = BUSY
    ) -> None:
        self.random = Random(seed)
        self.around = around
        self.body = new_body(TYPES[code], self.random, is_open=True, fault_factor=faults)

    def run(self, seconds: float, step_s: float = 1.0) -> Body:
        for _ in range(round(seconds / step_s)):
            live(self.body, Moment(self.around, step_s, self.random), step_of(self.body.type.code))
        return self.body


@pytest.mark.parametrize("code", TYPES)
def test_a_day_of_every_type_stays_within_what_it_declares(code: str) -> None:
    body = Stage(code, faults=50).run(8 * 3600, step_s=20)
    measured = {one.name: one for one in body.type.measured}
    for name, value in {**body.measured, **body.left}.items():
        assert fits(measured[name], value), (name, value)
    for name, value in body.properties.items():
        quantity = body.type.property_named(name)
        assert quantity is not None
        assert fits(quantity, value), (name, value)
    assert set(body.measured) == {one.name for one in body.type.telemetry}
    assert set(body.modules) == {one.name for one in body.type.modules}


def test_the_same_seed_gives_the_same_day() -> None:
    days = [
        msgspec.json.encode(Stage("kiosk", seed=7, faults=5).run(3600).measured) for _ in range(2)
    ]
    assert days[0] == days[1]
    assert days[0] != msgspec.json.encode(Stage("kiosk", seed=8, faults=5).run(3600).measured)


def test_every_behaviour_is_that_of_a_type() -> None:
    assert set(STEPS) <= set(TYPES)


def test_a_type_that_nobody_wrote_a_behaviour_for_runs_all_the_same() -> None:
    lamp = msgspec.convert(
        {"code": "kettle", "text": {"zh": "壶", "en": "Kettle"}, "group": "companion", "telemetry": [
            {"name": "heat", "text": {"zh": "热", "en": "Heat"}, "low": 0, "high": 100}]},
        DeviceType,
    )  # fmt: skip
    random = Random(1)
    body = new_body(lamp, random)
    seen = set()
    for _ in range(50):
        live(body, Moment(BUSY, 10, random), step_of("kettle"))
        seen.add(body.measured["heat"])
    assert len(seen) > 20
    assert all(20 < float(value) < 80 for value in seen)


@pytest.mark.shows("R143", part="a virtual light's power follows its level")
def test_a_light_draws_power_by_its_level() -> None:
    stage = Stage("light")
    watts = {}
    for level in (0, 50, 100):
        stage.body.properties |= {"on": True, "level": level}
        watts[level] = stage.run(1).number("power")
    assert watts[0] < watts[50] < watts[100]
    assert watts[50] - watts[0] == pytest.approx(watts[100] - watts[50], rel=0.01)
    before = stage.body.number("energy")
    stage.run(3600, step_s=10)
    assert stage.body.number("energy") - before == pytest.approx(watts[100] / 1000, rel=0.02)
    stage.body.properties["on"] = False
    assert stage.run(1).number("power") < 1


@pytest.mark.shows("R142", part="a virtual curtain moves")
def test_a_curtain_travels_and_stands_still_where_it_was_sent() -> None:
    stage = Stage("curtain")
    stage.body.properties["position"] = 0.0
    stage.body.targets["position"] = 60.0
    half = stage.run(3)
    assert half.properties["position"] == 30
    assert half.number("motor_current") > 0.5
    there = stage.run(10)
    assert there.properties["position"] == 60
    assert there.number("motor_current") == 0


def test_a_curtain_with_a_broken_motor_stays() -> None:
    stage = Stage("curtain")
    stage.body.properties["position"] = 0.0
    stage.body.targets["position"] = 60.0
    stage.body.modules["motor"] = ModuleReport(Health.FAULT, "overload")
    stage.random = Random(3)
    assert stage.run(3).properties["position"] == 0


@pytest.mark.shows("R146", part="a virtual lux sensor follows sun, curtains and lamps")
def test_light_in_the_hall_follows_sun_curtains_and_lamps() -> None:
    def lux(**change: float) -> float:
        around = msgspec.structs.replace(BUSY, **change)
        return Stage("lux_sensor", around=around).run(1).number("lux")

    assert lux(daylight=0.0) == 0
    assert lux(daylight=60_000) == pytest.approx(1_200, rel=0.05)
    assert lux(curtains_open=0.0) == pytest.approx(144, rel=0.05)
    assert lux(daylight=0.0, lamp_light=400) == pytest.approx(400, rel=0.05)


@pytest.mark.shows("R145", part="level and timer of a virtual diffuser")
def test_scent_uses_oil_and_its_timer_ends_it() -> None:
    stage = Stage("scent")
    stage.body.properties |= {"on": True, "level": 100, "timer": 30}
    before = stage.body.left["oil"]
    stage.run(20 * 60)
    assert stage.body.properties["on"] is True
    assert stage.body.properties["timer"] == 10
    stage.run(11 * 60)
    assert stage.body.properties["on"] is False
    assert before - stage.body.left["oil"] == pytest.approx(1.0, abs=0.05)


def test_a_battery_drains_while_mains_are_away_and_charges_after() -> None:
    stage = Stage("ups")
    stage.run(60)
    stage.body.modules["mains"] = ModuleReport(Health.FAULT, "mains_lost")
    moment = Moment(BUSY, 1.0, _Never())
    for _ in range(600):
        net.ups(stage.body, moment)
    assert stage.body.measured["on_battery"] is True
    assert stage.body.number("input_voltage") == 0
    drained = stage.body.number("battery")
    assert 70 < drained < 82  # ten of forty minutes, at a little less than half load
    assert [one.name for one in stage.body.happenings] == ["mains_lost"]
    stage.body.modules["mains"] = ModuleReport(Health.OK)
    stage.run(1800, step_s=10)
    assert stage.body.number("battery") > drained + 10
    assert stage.body.happenings[-1].name == "mains_back"


class _Never(Random):
    """Chance that brings nothing about."""

    def random(self) -> float:
        return 0.999999

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        return mu

    def lognormvariate(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        return math.exp(mu)


@pytest.mark.shows("R022", part="failover between a fixed line and 5G, link metrics")
def test_a_router_leaves_a_dead_line_late_and_trusts_it_again_later() -> None:
    stage = Stage("router", around=NIGHT)
    body = stage.run(60)
    assert body.number("link_kind") == net.FIXED
    assert (body.number("loss"), body.measured["on_backup"]) == (0, False)

    def with_line(is_there: bool, seconds: int) -> list[float]:
        kinds = []
        for _ in range(seconds):
            body.hidden["line"] = float(is_there)
            net.router(body, Moment(NIGHT, 1.0, _Never()))
            kinds.append(body.number("link_kind"))
        return kinds

    down = with_line(is_there=False, seconds=10)
    assert down[:2] == [net.FIXED, net.FIXED]  # a hiccup is waited out
    assert down[-1] == net.NR
    assert body.measured["on_backup"] is True
    assert body.number("failovers") == 1
    assert body.number("latency") > 10
    up = with_line(is_there=True, seconds=40)
    assert up[20] == net.NR
    assert up[-1] == net.FIXED
    names = [one.name for one in body.happenings if one.name.startswith("fail")]
    assert names == ["failover", "failback"]


def test_a_weak_signal_is_slow_and_lossy_before_it_is_gone() -> None:
    qualities = [net.link_quality(net.NR, dbm, carries=True) for dbm in (-80, -100, -108, -113)]
    latencies, losses = zip(*qualities, strict=True)
    assert list(latencies) == sorted(latencies)
    assert list(losses) == sorted(losses)
    assert net.link_quality(net.NR, -80, carries=False) == (0.0, 100.0)
    assert net.link_quality(net.NONE, -80, carries=True) == (0.0, 100.0)


@pytest.mark.shows("R153", part="a camera tells that somebody came near")
def test_a_camera_counts_who_comes_and_who_goes() -> None:
    stage = Stage("camera")
    body = stage.run(2 * 3600, step_s=2)
    assert body.number("entered") - body.number("left") == body.number("people")
    assert 150 < body.number("entered") < 450
    near = [one for one in body.happenings if one.name == "person_near"]
    assert near
    gaps = len(near) * 20
    assert gaps <= 2 * 3600
    stage.around = msgspec.structs.replace(BUSY, day=2)
    assert stage.run(2, step_s=2).number("entered") <= 3


def test_consumables_are_used_up_and_somebody_refills_them() -> None:
    stage = Stage("ticket_machine")
    stage.body.left["ticket_paper"] = 85.0
    levels = []
    for _ in range(300):
        levels.append(stage.run(30).left["ticket_paper"])
    assert min(levels) <= 80
    assert 800.0 in levels
    assert any(one.name == "refilled" for one in stage.body.happenings)


def test_modules_fail_and_are_repaired() -> None:
    stage = Stage("kiosk", faults=20)
    seen = set()
    for _ in range(400):
        seen |= {report.health for report in stage.run(20, step_s=5).modules.values()}
    assert seen == {Health.OK, Health.WARNING, Health.FAULT}
    assert all(report.health is Health.OK for report in Stage("kiosk").run(3600).modules.values())


def test_a_module_out_of_use_serves_nobody() -> None:
    stage = Stage("ticket_machine")
    stage.body.in_use = {"printer": False}
    assert stage.run(1800).number("tickets") == 0
    stage.body.in_use = {}
    assert stage.run(1800).number("tickets") > 0
    assert declared("ticket_machine").module_named("printer") is not None

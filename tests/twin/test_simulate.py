"""Scenarios compared on the same days, with intervals, a picture and a file for machines."""

import json
import math
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.twin.test_engine import A, B, setup
from tingtang.hall.model.settings import FirstCome, GeneralisedCMu, Segment
from tingtang.kernel.ids import CounterId
from tingtang.twin import plot
from tingtang.twin.commands import app
from tingtang.twin.simulate import compare, place_of
from tingtang.twin.statistics import mean_of, quantile, t_quantile

POLICIES = {"first_come": FirstCome(), "generalised_cmu": GeneralisedCMu()}


def test_students_quantiles_are_those_of_the_tables() -> None:
    table = {1: 12.706, 2: 4.303, 3: 3.182, 5: 2.571, 9: 2.262, 19: 2.093, 100: 1.984}
    for freedom, value in table.items():
        assert t_quantile(0.975, freedom) == pytest.approx(value, rel=4e-3)


def test_a_mean_tells_its_interval_and_one_day_tells_none() -> None:
    found = mean_of([10.0, 12.0, 14.0, 12.0])
    assert found.value == 12
    assert found.half_width == pytest.approx(3.182 * 1.633 / 2, rel=1e-2)
    assert math.isnan(mean_of([5.0]).half_width)
    assert quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9) == 9


def test_scenarios_see_the_same_customers_and_more_counters_shorten_waits() -> None:
    place = place_of("test", setup(FirstCome(), 6), [CounterId(str(n)) for n in range(6)])
    results = list(compare([place], POLICIES, [1.0, 0.67], 6, load=0.9, seed=3))
    assert [r.scenario.counters for r in results] == [6, 6, 4, 4]
    assert len({r.customers.value for r in results}) == 1
    full, fewer = results[0], results[2]
    assert fewer.wait_minutes.value > full.wait_minutes.value
    assert fewer.gave_up.value > full.gave_up.value
    for result in results:
        assert 0 < result.saturation.value <= 1
        assert result.wait_minutes.half_width > 0
    first_come, cmu = results[2], results[3]
    assert cmu.weighted_wait.value < first_come.weighted_wait.value
    assert cmu.by_segment[Segment.BOOKED].value < first_come.by_segment[Segment.BOOKED].value
    assert {A, B} == set(place.setup.services)


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    place = place_of("test", setup(FirstCome(), 2), [CounterId("0"), CounterId("1")])
    results = list(compare([place], POLICIES, [1.0], 2, load=0.8, seed=1))
    plot.waits(results, tmp_path / "waits.svg")
    assert "<svg" in (tmp_path / "waits.svg").read_text()


def test_the_command_compares_templates_and_writes_json(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    ran = CliRunner().invoke(
        app,
        ["simulate", "--days", "2", "--template", "silver_age", "--policy", "first_come",
         "--policy", "generalised_cmu", "--json", str(file)],
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    rows = json.loads(file.read_text())
    assert [row["scenario"]["policy"] for row in rows] == ["first_come", "generalised_cmu"]
    assert rows[0]["scenario"]["place"] == "silver_age"
    assert rows[0]["wait_minutes"]["half_width"] >= 0


def test_an_unknown_policy_is_refused_with_the_choices() -> None:
    ran = CliRunner().invoke(app, ["simulate", "--policy", "nonsense"])
    assert ran.exit_code == 2
    assert "generalised_cmu" in re.sub(r"\x1b\[[0-9;]*m", "", ran.output)

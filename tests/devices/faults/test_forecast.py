"""Forecasts of failures, on simulated devices whose true rates are known."""

import math
from random import Random

import numpy as np
import pytest

from tingtang.devices.faults.model.forecast import (
    Fitted,
    ForecastVerdict,
    History,
    chance,
    fit,
    forecast,
    score,
)
from tingtang.kernel.clock import DAY_MS

DAYS = 14


def devices(
    seed: int, count: int, days: int, *, rate: float, shape: float | None, type_: str = "kiosk"
) -> tuple[list[History], list[float]]:
    """Poisson failures at ``rate`` a day, times a factor of each device's own with that shape."""
    random = Random(seed)
    histories, rates = [], []
    for n in range(count):
        own = rate * (random.gammavariate(shape, 1 / shape) if shape else 1.0)
        at, failures = 0.0, []
        while (at := at + random.expovariate(own)) < days:
            failures.append(round(at * DAY_MS))
        histories.append(History(f"{type_}-{n}", type_, 0, tuple(failures)))
        rates.append(own)
    return histories, rates


@pytest.mark.shows("R218", part="failures: chances of single devices, near the true ones")
def test_devices_that_fail_again_and_again_are_told_from_the_others() -> None:
    histories, rates = devices(1, 60, 300, rate=0.02, shape=0.6)
    found = forecast(histories, 300 * DAY_MS, DAYS)
    assert found.tested is not None
    assert found.tested.verdict is ForecastVerdict.BETTER
    assert found.tested.skill > 0.05
    true = {
        one.device: -math.expm1(-rate * DAYS) for one, rate in zip(histories, rates, strict=True)
    }
    said = {one.device: one.chance for one in found.chances}
    error = np.mean([(said[name] - true[name]) ** 2 for name in true])
    alike = np.mean([(one.of_type - true[one.device]) ** 2 for one in found.chances])
    assert error < alike / 4
    inside = sum(one.low <= true[one.device] <= one.high for one in found.chances)
    assert 0.65 <= inside / len(true) <= 0.95  # of 80 % intervals
    assert [one.chance for one in found.chances] == sorted(said.values(), reverse=True)


@pytest.mark.shows("R218", part="failures: the past told whether such chances came true")
def test_chances_come_true_as_often_as_they_say() -> None:
    histories, _ = devices(2, 120, 300, rate=0.03, shape=1.0)
    tested = forecast(histories, 300 * DAY_MS, DAYS).tested
    assert tested is not None
    assert tested.expected == pytest.approx(tested.failed, rel=0.1)
    for one in tested.bins:
        error = math.sqrt(one.said * (1 - one.said) / one.cases)
        assert abs(one.came - one.said) < 4 * error + 0.02
    assert sum(one.cases for one in tested.bins) == tested.cases


def test_where_all_are_alike_no_advantage_is_claimed() -> None:
    verdicts = []
    for seed in range(6):
        histories, _ = devices(10 + seed, 50, 200, rate=0.03, shape=None)
        tested = forecast(histories, 200 * DAY_MS, DAYS).tested
        assert tested is not None
        assert abs(tested.skill) < 0.03
        verdicts.append(tested.verdict)
    assert verdicts.count(ForecastVerdict.BETTER) <= 1


@pytest.mark.shows("R218", part="failures: no figure where the history is too short")
@pytest.mark.parametrize(
    ("count", "days", "rate"), [(0, 0, 0.1), (50, 40, 0.05), (3, 300, 0.01), (40, 300, 0.0001)]
)
def test_a_history_too_short_gives_no_chances(count: int, days: int, rate: float) -> None:
    histories, _ = devices(3, count, days, rate=rate, shape=1.0)
    found = forecast(histories, days * DAY_MS, DAYS)
    assert found.chances == ()
    assert found.tested is None
    assert found.too_short is not None


def test_the_trial_knows_nothing_of_what_came_later() -> None:
    histories, _ = devices(4, 30, 200, rate=0.03, shape=1.0)
    at_ms = 150 * DAY_MS
    past = [
        History(one.device, one.type, one.from_ms, tuple(t for t in one.failures if t < at_ms))
        for one in histories
    ]
    assert fit(histories, at_ms) == fit(past, at_ms)
    assert forecast(histories, at_ms, DAYS) == forecast(past, at_ms, DAYS)


def test_types_have_rates_of_their_own_and_a_new_one_leans_on_all() -> None:
    often, _ = devices(5, 30, 200, rate=0.05, shape=2.0, type_="often")
    seldom, _ = devices(6, 30, 200, rate=0.005, shape=2.0, type_="seldom")
    new = History("new-1", "new", 199 * DAY_MS, ())
    fitted = fit([*often, *seldom, new], 200 * DAY_MS)
    assert fitted.rates["often"] == pytest.approx(0.05, rel=0.3)
    assert fitted.rates["seldom"] == pytest.approx(0.005, rel=0.5)
    assert fitted.rates["seldom"] < fitted.rates["new"] < fitted.rates["often"]


def test_the_chance_is_the_mean_over_what_the_rate_may_be() -> None:
    """The closed form against samples of the rate's distribution."""
    fitted = Fitted(at_ms=100 * DAY_MS, shape=2.0, rates={"kiosk": 0.02})
    history = History("k", "kiosk", 0, tuple(n * DAY_MS for n in (10, 20, 30)))
    found = chance(fitted, history, DAYS)
    rates = np.random.default_rng(1).gamma(2 + 3, 1 / (2 / 0.02 + 100), 200_000)
    chances = 1 - np.exp(-rates * DAYS)
    assert found.chance == pytest.approx(chances.mean(), abs=0.002)
    low, high = np.quantile(chances, [0.1, 0.9])
    assert found.low == pytest.approx(low, abs=0.005)
    assert found.high == pytest.approx(high, abs=0.005)


def test_a_perfect_and_a_useless_forecast_have_the_scores_they_should() -> None:
    cases = [(f"d{n}", 1.0 if n % 4 == 0 else 0.0, 0.25, n % 4 == 0) for n in range(40)]
    perfect = score(cases, 3)
    assert (perfect.brier, perfect.skill, perfect.verdict) == (0.0, 1.0, ForecastVerdict.BETTER)
    assert perfect.brier_of_type == pytest.approx(0.25 * 0.75)
    wrong = score([(name, 1 - said, base, came) for name, said, base, came in cases], 3)
    assert wrong.verdict is ForecastVerdict.WORSE
    same = score([(name, base, base, came) for name, _, base, came in cases], 3)
    assert (same.skill, same.verdict) == (0.0, ForecastVerdict.UNDECIDED)

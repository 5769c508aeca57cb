"""How likely each device is to fail soon, and how far such forecasts were right before.

A device fails as a Poisson process whose rate is its type's rate times a factor of its own. The
factors of all devices are Gamma distributed with mean 1 and shape ``k``: large where devices of a type
are alike, small where a few fail again and again (the gamma-Poisson model of empirical Bayes; its
counts are negative binomial). ``k`` is the value under which the history is likeliest. A device's own
rate given its history is again Gamma, so that the chance of at least one failure in the next N days is
exact: 1 - (b / (b + N)) ** a, with a = k + failures and b = k / type's rate + days observed.

No forecast without its past: the same rule is run at earlier days on what was known then, and its
chances are compared with what happened. The measure is the Brier score (the mean squared difference
of chance and outcome; Brier 1950), beside that of a baseline that gives every device the rate of its
type. Where the history is too short for that, there is no forecast.
"""

import itertools
import math
import statistics
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from tingtang.kernel.clock import DAY_MS

HISTORY_DAYS = 365
"""Older failures say little about a device that was repaired since."""
LEARN_DAYS = 28
"""The least that must be known before the first day from which a forecast is tried."""
ORIGINS_MIN, ORIGINS_MAX = 3, 26
CASES_MIN = 40
"""Chances compared with outcomes; fewer, and the score is chance itself."""
OUTCOMES_MIN = 10
"""Failures among them, and as many times without one."""
BINS = 5
TYPE_WORTH = 2.0
"""A type's rate leans on that of all devices as if these many failures more had been seen of it."""
SHAPES = tuple(0.25 * 2 ** (n / 2) for n in range(17))
"""Where ``k`` is looked for: 0.25 (very unlike) to 64 (alike)."""
Z_80, Z_95 = 1.2815515655446004, 1.959963984540054
"""Normal quantiles of 90 % and 97.5 %."""


class History(msgspec.Struct, frozen=True):
    """What is known of a device: since when it is observed, and when it failed, in order."""

    device: str
    type: str
    from_ms: int
    failures: tuple[int, ...]


class Fitted(msgspec.Struct, frozen=True):
    """What was learnt from histories up to a moment."""

    at_ms: int
    shape: float
    rates: dict[str, float]
    """Failures a day, by type."""


class FailureChance(msgspec.Struct, frozen=True):
    """A device's chance of failing within the days ahead, with where it most likely lies."""

    device: str
    chance: float
    low: float
    high: float
    """Between these with a probability of 80 %, as far as the model is right."""
    of_type: float
    """What the type alone would say."""
    failures: int
    days: float
    """Observed."""


class ForecastVerdict(StrEnum):
    """Forecasts for single devices against their types' rates alone, over the time tried."""

    BETTER = "better"
    UNDECIDED = "undecided"
    WORSE = "worse"


class ReliabilityBin(msgspec.Struct, frozen=True):
    """Forecasts of about the same chance, and how many of them came true."""

    cases: int
    said: float
    came: float


class BackTest(msgspec.Struct, frozen=True):
    """How forecasts of earlier days did."""

    origins: int
    cases: int
    failed: int
    brier: float
    brier_of_type: float
    """Of the baseline."""
    skill: float
    """1 - brier / brier_of_type: 0 is no better than the baseline, 1 perfect."""
    expected: float
    """Failures that the chances add up to; to be compared with ``failed``."""
    verdict: ForecastVerdict
    bins: tuple[ReliabilityBin, ...]


class HistoryTooShort(msgspec.Struct, frozen=True):
    """Why there is no forecast: what there is, and what is needed."""

    days: float
    days_needed: int
    cases: int
    cases_needed: int
    failed: int
    failed_needed: int


class FailureForecast(msgspec.Struct, frozen=True):
    """Chances of all devices, the likeliest first, with how such chances did; or why there are none."""

    days: int
    at_ms: int
    chances: tuple[FailureChance, ...] = ()
    tested: BackTest | None = None
    too_short: HistoryTooShort | None = None


def forecast(histories: Sequence[History], at_ms: int, days: int) -> FailureForecast:
    """The chances that devices fail within ``days`` days from ``at_ms``."""
    trials = _trials(histories, at_ms, days)
    cases = [case for one in trials for case in one]
    failed = sum(came for _, _, _, came in cases)
    started_ms = min((one.from_ms for one in histories), default=at_ms)
    enough = min(failed, len(cases) - failed) >= OUTCOMES_MIN and len(cases) >= CASES_MIN
    if len(trials) < ORIGINS_MIN or not enough:
        return FailureForecast(
            days,
            at_ms,
            too_short=HistoryTooShort(
                days=max(0, at_ms - started_ms) / DAY_MS,
                days_needed=LEARN_DAYS + ORIGINS_MIN * days,
                cases=len(cases),
                cases_needed=CASES_MIN,
                failed=failed,
                failed_needed=OUTCOMES_MIN,
            ),
        )
    fitted = fit(histories, at_ms)
    chances = [chance(fitted, one, days) for one in histories if one.from_ms < at_ms]
    chances.sort(key=lambda one: (-one.chance, one.device))
    return FailureForecast(days, at_ms, tuple(chances), score(cases, len(trials)))


def fit(histories: Iterable[History], at_ms: int) -> Fitted:
    """Learn from what was known at ``at_ms``."""
    known = [(one.type, *seen(one, at_ms)) for one in histories if one.from_ms < at_ms]
    counts: dict[str, int] = {}
    times: dict[str, float] = {}
    for type_, count, days in known:
        counts[type_] = counts.get(type_, 0) + count
        times[type_] = times.get(type_, 0.0) + days
    # Half a failure more, so that what never failed yet is not said never to fail.
    overall = (sum(counts.values()) + 0.5) / max(1.0, sum(times.values()))
    rates = {
        type_: (counts[type_] + TYPE_WORTH) / (times[type_] + TYPE_WORTH / overall)
        for type_ in counts
    }
    means = [(count, rates[type_] * days) for type_, count, days in known]
    shape = max(SHAPES, key=lambda k: sum(_log_chance(n, mean, k) for n, mean in means))
    return Fitted(at_ms, shape, rates)


def chance(fitted: Fitted, history: History, days: float) -> FailureChance:
    """A device's chance to fail at least once within ``days`` from the moment of the fit."""
    count, observed = seen(history, fitted.at_ms)
    rate = fitted.rates[history.type]
    a, b = fitted.shape + count, fitted.shape / rate + observed
    low, high = (_gamma_quantile(a, b, z) for z in (-Z_80, Z_80))
    return FailureChance(
        device=history.device,
        chance=1 - (b / (b + days)) ** a,
        low=-math.expm1(-low * days),
        high=-math.expm1(-high * days),
        of_type=-math.expm1(-rate * days),
        failures=count,
        days=observed,
    )


def seen(history: History, at_ms: int) -> tuple[int, float]:
    """Failures and days observed up to ``at_ms``, at most :data:`HISTORY_DAYS` back."""
    from_ms = max(history.from_ms, at_ms - HISTORY_DAYS * DAY_MS)
    count = sum(from_ms <= one < at_ms for one in history.failures)
    return count, max(0.0, (at_ms - from_ms) / DAY_MS)


Case = tuple[str, float, float, bool]
"""A device, its chance, the baseline's, and whether it failed."""


def _trials(histories: Sequence[History], at_ms: int, days: int) -> list[list[Case]]:
    """Forecasts of earlier days with what came of them. Their times ahead do not overlap."""
    if not histories:
        return []
    first_ms = min(one.from_ms for one in histories) + LEARN_DAYS * DAY_MS
    trials = []
    for n in range(1, ORIGINS_MAX + 1):
        origin_ms = at_ms - n * days * DAY_MS
        if origin_ms < first_ms:
            break
        fitted = fit(histories, origin_ms)
        trial: list[Case] = []
        for one in histories:
            if one.from_ms < origin_ms:
                said = chance(fitted, one, days)
                until_ms = origin_ms + days * DAY_MS
                came = any(origin_ms <= at < until_ms for at in one.failures)
                trial.append((one.device, said.chance, said.of_type, came))
        trials.append(trial)
    return trials


def score(cases: Sequence[Case], origins: int) -> BackTest:
    """Brier scores of chances and baseline, whether they differ, and the reliability by bins."""
    own = [(said - came) ** 2 for _, said, _, came in cases]
    base = [(alike - came) ** 2 for _, _, alike, came in cases]
    brier, brier_of_type = statistics.fmean(own), statistics.fmean(base)
    return BackTest(
        origins=origins,
        cases=len(cases),
        failed=sum(came for *_, came in cases),
        brier=brier,
        brier_of_type=brier_of_type,
        skill=1 - brier / brier_of_type if brier_of_type else 0.0,
        expected=sum(said for _, said, _, _ in cases),
        verdict=_verdict(cases, own, base),
        bins=_bins(cases),
    )


def _verdict(cases: Sequence[Case], own: Sequence[float], base: Sequence[float]) -> ForecastVerdict:
    """Whether the scores differ by more than chance, at 95 %.

    The differences of one device hang together, so that devices, not cases, are what is sampled.
    """
    by_device: dict[str, float] = {}
    for (device, *_), one, other in zip(cases, own, base, strict=True):
        by_device[device] = by_device.get(device, 0.0) + one - other
    if len(by_device) < 2:
        return ForecastVerdict.UNDECIDED
    differences = list(by_device.values())
    mean = statistics.fmean(differences)
    error = statistics.stdev(differences) / math.sqrt(len(differences))
    if mean + Z_95 * error < 0:
        return ForecastVerdict.BETTER
    if mean - Z_95 * error > 0:
        return ForecastVerdict.WORSE
    return ForecastVerdict.UNDECIDED


def _bins(cases: Sequence[Case]) -> tuple[ReliabilityBin, ...]:
    """Cases in order of what was said, in bins of about as many each."""
    ordered = sorted(cases, key=lambda case: case[1])
    edges = [round(n * len(ordered) / BINS) for n in range(BINS + 1)]
    groups = [ordered[low:high] for low, high in itertools.pairwise(edges) if low < high]
    return tuple(
        ReliabilityBin(
            cases=len(group),
            said=statistics.fmean(said for _, said, _, _ in group),
            came=statistics.fmean(came for *_, came in group),
        )
        for group in groups
    )


def _log_chance(count: int, mean: float, shape: float) -> float:
    """The logarithm of the negative binomial's chance of ``count``."""
    return (
        math.lgamma(shape + count)
        - math.lgamma(shape)
        - math.lgamma(count + 1)
        + shape * math.log(shape / (shape + mean))
        + (count * math.log(mean / (shape + mean)) if count else 0.0)
    )


def _gamma_quantile(a: float, b: float, z: float) -> float:
    """The quantile of Gamma(shape a, rate b) at the normal quantile ``z``.

    By Wilson and Hilferty (1931): right to a few percent for a > 1, a little low below.
    """
    return a / b * max(0.0, 1 - 1 / (9 * a) + z / (3 * math.sqrt(a))) ** 3

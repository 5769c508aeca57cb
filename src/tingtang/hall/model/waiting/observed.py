"""What a hall sees of its own pace, in a few numbers each, brought up to date in constant time."""

import math
from statistics import NormalDist

import msgspec

STANDARD_WORTH = 3.0
"""How many observed services the catalogue's standard time counts for."""

MEMORY = 500.0
"""Services after which older ones begin to fade, so that a change of habit shows in days."""

FAR = 5.0
"""An observed time counts as at most this many times the present mean, and at least the present
mean divided by its square: a ticket forgotten open over lunch must not move everyone's wait."""

STANDARD_SPREAD = 0.8
"""Standard deviation of the logarithm of service times before any was seen. The service times of
bank call centres are lognormal (Brown et al. 2005, J. Am. Stat. Assoc. 100) with about this."""

HOUR_MS = 3_600_000

PATIENCE_LEFT, PATIENCE_WAITED_MS = 1.0, 1.0 * HOUR_MS
"""Before anything was seen: one person gives up for each hour waited in all."""

PATIENCE_MEMORY = 300.0
"""People who gave up, after which older ones begin to fade."""

RATE_MS = 15 * 60_000
"""Time constant over which a :class:`Rate` forgets."""


class ServiceTimes(msgspec.Struct):
    """Running service times of one service; ``standard_ms`` is the catalogue's, > 0."""

    standard_ms: int
    weight: float = STANDARD_WORTH
    mean: float = 0.0
    log_mean: float = 0.0
    log_square: float = 0.0
    """Mean of the squared distance of the logarithms from ``log_mean``."""

    def __post_init__(self) -> None:
        if self.standard_ms <= 0:
            raise ValueError(f"standard_ms is {self.standard_ms}; a standard time is above 0")
        if self.mean == 0.0:
            self.mean = float(self.standard_ms)
            self.log_square = STANDARD_SPREAD**2
            # The lognormal with this mean and spread.
            self.log_mean = math.log(self.standard_ms) - self.log_square / 2


def observe_service(times: ServiceTimes, took_ms: float) -> None:
    """Count a service that has ended after ``took_ms`` >= 0."""
    took = min(max(took_ms, times.mean / FAR**2), times.mean * FAR)
    times.weight += 1.0
    step = 1.0 / times.weight
    times.mean += (took - times.mean) * step
    off = math.log(took) - times.log_mean
    times.log_mean += off * step
    times.log_square += (off * off * (1.0 - step) - times.log_square) * step
    times.weight = min(times.weight, MEMORY)


def mean_ms(times: ServiceTimes) -> float:
    """The mean service time in milliseconds, > 0."""
    return times.mean


def quantile_ms(times: ServiceTimes, share: float) -> float:
    """The time within which ``share`` (0 < share < 1) of services end, taking them as lognormal."""
    return math.exp(times.log_mean + NormalDist().inv_cdf(share) * math.sqrt(times.log_square))


class Patience(msgspec.Struct):
    """How long people are ready to wait.

    A wait that ended in service tells only that patience was longer: it is censored. For an
    exponential patience the maximum-likelihood mean under such censoring is all the time waited,
    by everyone, divided by the number who gave up (Brown et al. 2005, section 5; the +M of
    Erlang-A), so two sums are all that must be kept.
    """

    left: float = PATIENCE_LEFT
    waited_ms: float = PATIENCE_WAITED_MS


def was_served(patience: Patience, waited_ms: float) -> None:
    """Someone was called after ``waited_ms`` >= 0."""
    patience.waited_ms += max(0.0, waited_ms)


def gave_up(patience: Patience, waited_ms: float) -> None:
    """Someone left unserved after ``waited_ms`` >= 0."""
    patience.waited_ms += max(0.0, waited_ms)
    patience.left += 1.0
    if patience.left > PATIENCE_MEMORY:
        patience.left *= 0.5
        patience.waited_ms *= 0.5


def patience_ms(patience: Patience) -> float:
    """Mean patience in milliseconds, > 0."""
    return patience.waited_ms / patience.left


class Rate(msgspec.Struct):
    """How often something happens lately: a count that fades over :data:`RATE_MS`."""

    since_ms: int
    at_ms: int = 0
    value: float = 0.0


def _faded(rate: Rate, now_ms: int) -> float:
    # A clock that jumps back fades nothing.
    return rate.value * math.exp(-max(0, now_ms - rate.at_ms) / RATE_MS) if rate.at_ms else 0.0


def count(rate: Rate, now_ms: int) -> None:
    """It happened once more, at ``now_ms``."""
    rate.value = _faded(rate, now_ms) + 1.0
    rate.at_ms = max(rate.at_ms, now_ms)


def per_hour(rate: Rate, now_ms: int) -> float:
    """Times an hour, lately. Counts from ``since_ms`` (opening), never over less than a minute."""
    seen_ms = max(60_000, now_ms - rate.since_ms)
    return _faded(rate, now_ms) * HOUR_MS / (RATE_MS * -math.expm1(-seen_ms / RATE_MS))

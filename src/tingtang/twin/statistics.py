"""Means with confidence intervals, from a few days of virtual business."""

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, stdev

import msgspec


class Mean(msgspec.Struct, frozen=True):
    """A mean over days, and half the width of its 95 % confidence interval."""

    value: float
    half_width: float

    @property
    def low(self) -> float:
        return self.value - self.half_width

    @property
    def high(self) -> float:
        return self.value + self.half_width


def mean_of(values: Sequence[float], level: float = 0.95) -> Mean:
    """The mean of independent days with Student's interval; no width can be told from one day."""
    if not values:
        return Mean(math.nan, math.nan)
    if len(values) == 1:
        return Mean(values[0], math.nan)
    t = t_quantile(0.5 + level / 2, len(values) - 1)
    return Mean(fmean(values), t * stdev(values) / math.sqrt(len(values)))


def t_quantile(share: float, freedom: int) -> float:
    """Quantile of Student's t distribution.

    Exact for one and two degrees of freedom; beyond, the expansion around the normal quantile
    (Abramowitz and Stegun 26.7.5), good to 0.3 % from three degrees on.
    """
    if freedom == 1:
        return math.tan(math.pi * (share - 0.5))
    if freedom == 2:
        alpha = 4 * share * (1 - share)
        return 2 * (share - 0.5) * math.sqrt(2 / alpha)
    z, n = NormalDist().inv_cdf(share), float(freedom)
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    g4 = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160
    return z + g1 / n + g2 / n**2 + g3 / n**3 + g4 / n**4


def quantile(values: Sequence[float], share: float) -> float:
    """The nearest-rank quantile; NaN of nothing."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

"""Virtual customers: who comes when, for what, for how long, and how patient they are."""

import math
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

import msgspec

from tingtang.hall.model.settings import Segment
from tingtang.kernel.clock import HOUR_MS
from tingtang.kernel.ids import ServiceId


class Customer(NamedTuple):
    """One virtual customer. Times in milliseconds; ``patience_ms`` is how long they will wait."""

    arrival_ms: int
    service: ServiceId
    segment: Segment
    service_ms: int
    patience_ms: int


class Demand(msgspec.Struct, frozen=True):
    """What a service asks of the branch: its share of arrivals and its lognormal service time
    (service times at bank counters are lognormal: Brown et al. 2005)."""

    share: float
    mean_ms: float
    variation: float = 0.7
    """Coefficient of variation of the service time."""


class Population(msgspec.Struct, frozen=True, kw_only=True):
    """A day's customers as distributions. Shares need not add up to one."""

    per_hour: tuple[float, ...]
    """Mean arrivals in each hour from the opening."""
    services: dict[ServiceId, Demand]
    segments: dict[Segment, float] = msgspec.field(default_factory=lambda: {Segment.ORDINARY: 1.0})
    patience_mean_ms: float = 0.0
    """Mean of an exponential patience; 0: nobody gives up."""

    def day(self, random: Random, opens_ms: int = 0) -> Iterator[Customer]:
        """One day's customers in order of arrival: a Poisson stream whose rate follows the hours."""
        peak = max(self.per_hour, default=0.0)
        if peak <= 0:
            return
        names, weights = list(self.services), [d.share for d in self.services.values()]
        shapes = {name: _lognormal(demand) for name, demand in self.services.items()}
        segments, chances = list(self.segments), list(self.segments.values())
        end_ms = len(self.per_hour) * HOUR_MS
        at_ms = 0.0
        while True:
            at_ms += random.expovariate(peak) * HOUR_MS
            if at_ms >= end_ms:
                return
            if random.random() * peak > self.per_hour[int(at_ms // HOUR_MS)]:
                continue  # thinning (Lewis and Shedler 1979)
            service = random.choices(names, weights)[0]
            mu, sigma = shapes[service]
            patience = (
                int(random.expovariate(1 / self.patience_mean_ms))
                if self.patience_mean_ms
                else NEVER_MS
            )
            yield Customer(
                opens_ms + int(at_ms),
                service,
                random.choices(segments, chances)[0],
                max(1000, int(random.lognormvariate(mu, sigma))),
                patience,
            )


NEVER_MS = 2**52
"""The patience of somebody who never gives up."""


def _lognormal(demand: Demand) -> tuple[float, float]:
    """Parameters of the lognormal with this mean and coefficient of variation."""
    variance = math.log(1 + demand.variation**2)
    return math.log(demand.mean_ms) - variance / 2, math.sqrt(variance)

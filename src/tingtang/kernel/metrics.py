"""What the kernel shows to Prometheus: how the log writes, and what was refused.

Counting happens once for each group commit, not once for each event, and is a few additions.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from tingtang.kernel.log import EventLog

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
GROUP = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Histogram:
    """Counts of values by upper edge, as Prometheus wants them."""

    def __init__(self, edges: Sequence[float]) -> None:
        self._edges = edges
        self._counts = [0] * (len(edges) + 1)
        self.sum = 0.0

    def add(self, value: float) -> None:
        self._counts[bisect_left(self._edges, value)] += 1
        self.sum += value

    @property
    def count(self) -> int:
        return sum(self._counts)

    def buckets(self) -> list[tuple[str, float]]:
        """The counts of values up to each edge."""
        total, buckets = 0, []
        for edge, count in zip((*map(str, self._edges), "+Inf"), self._counts, strict=True):
            total += count
            buckets.append((edge, float(total)))
        return buckets


class KernelMetrics:
    """A collector for any registry of prometheus-client: ``registry.register(metrics)``."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._events = 0
        self._groups = Histogram(GROUP)
        self._commits = Histogram(SECONDS)
        self._refusals: dict[str, int] = {}
        log.observe(self._group)

    def _group(self, appends: int, events: int, seconds: float) -> None:
        self._events += events
        self._groups.add(appends)
        self._commits.add(seconds)

    def refused(self, code: str) -> None:
        """Count a refusal that a caller was given."""
        self._refusals[code] = self._refusals.get(code, 0) + 1

    def collect(self) -> Iterator[Metric]:
        """What Prometheus reads."""
        yield CounterMetricFamily(
            "tingtang_log_events", "Events made durable by this process", value=self._events
        )
        yield _histogram("tingtang_log_group_size", "Appends in one commit", self._groups)
        yield _histogram("tingtang_log_commit_seconds", "Time of one commit", self._commits)
        yield GaugeMetricFamily(
            "tingtang_log_waiting", "Appends not yet durable", value=self._log.waiting
        )
        yield GaugeMetricFamily(
            "tingtang_log_head", "Position of the newest event", value=self._log.head
        )
        refusals = CounterMetricFamily("tingtang_refusals", "Refusals given", labels=["code"])
        for code, count in sorted(self._refusals.items()):
            refusals.add_metric([code], count)
        yield refusals


def _histogram(name: str, about: str, histogram: Histogram) -> HistogramMetricFamily:
    return HistogramMetricFamily(name, about, buckets=histogram.buckets(), sum_value=histogram.sum)

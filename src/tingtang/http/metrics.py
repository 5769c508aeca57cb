"""Counts and times of requests, and what else the running process shows to Prometheus."""

from bisect import bisect_left
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

BUCKETS_MS = (1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 5000.0)


class RequestMetrics:
    """Requests by route, method and status. Counting costs less than a microsecond."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, int], int] = {}
        self._times: dict[str, list[float]] = {}
        self._gauges: list[tuple[str, str, Callable[[], float]]] = []
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)

    def count(self, route: str, method: str, status: int, took_ms: float) -> None:
        """One answered request; ``route`` is the path as declared, never as asked."""
        name = (route, method, status)
        self._counts[name] = self._counts.get(name, 0) + 1
        times = self._times.get(route)
        if times is None:
            times = self._times[route] = [0.0] * (len(BUCKETS_MS) + 2)
        times[bisect_left(BUCKETS_MS, took_ms)] += 1
        times[-1] += took_ms

    def gauge(self, name: str, about: str, value: Callable[[], float]) -> None:
        """Show ``value()`` whenever the metrics are read."""
        self._gauges.append((name, about, value))

    def collect(self) -> Iterator[Metric]:
        """What Prometheus reads."""
        requests = CounterMetricFamily(
            "tingtang_http_requests", "Requests answered", labels=["route", "method", "status"]
        )
        for (route, method, status), count in sorted(self._counts.items()):
            requests.add_metric([route, method, str(status)], count)
        yield requests
        seconds = HistogramMetricFamily(
            "tingtang_http_request_seconds", "Time to answer a request", labels=["route"]
        )
        for route, times in sorted(self._times.items()):
            total = 0.0
            buckets: list[tuple[str, float]] = []
            for limit, inside in zip((*BUCKETS_MS, float("inf")), times[:-1], strict=True):
                total += inside
                edge = "+Inf" if limit == float("inf") else str(limit / 1000)
                buckets.append((edge, total))
            seconds.add_metric([route], buckets, sum_value=times[-1] / 1000)
        yield seconds
        for name, about, value in self._gauges:
            yield GaugeMetricFamily(name, about, value=value())

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)

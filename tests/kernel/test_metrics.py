"""The kernel's metrics, as Prometheus reads them."""

import asyncio

from prometheus_client import CollectorRegistry, generate_latest

from tests.kernel.ledger import give
from tingtang.kernel.log import EventLog
from tingtang.kernel.metrics import Histogram, KernelMetrics


async def test_the_log_is_shown_to_prometheus(log: EventLog) -> None:
    metrics = KernelMetrics(log)
    registry = CollectorRegistry()
    registry.register(metrics)  # type: ignore[arg-type]
    await log.append(give("a", 1))
    await asyncio.gather(*(log.append(give(f"s{i}", 1, 2)) for i in range(20)))
    metrics.refused("too_little")
    metrics.refused("too_little")

    lines = generate_latest(registry).decode().splitlines()
    assert "tingtang_log_events_total 41.0" in lines
    assert "tingtang_log_head 41.0" in lines
    assert "tingtang_log_waiting 0.0" in lines
    assert "tingtang_log_group_size_sum 21.0" in lines
    assert 'tingtang_refusals_total{code="too_little"} 2.0' in lines
    commits = next(line for line in lines if line.startswith("tingtang_log_commit_seconds_count"))
    assert 2 <= float(commits.split()[1]) <= 21


def test_a_histogram_counts_up_to_each_edge() -> None:
    histogram = Histogram((1, 10))
    for value in (0.5, 1, 5, 50):
        histogram.add(value)
    assert histogram.buckets() == [("1", 2.0), ("10", 3.0), ("+Inf", 4.0)]
    assert (histogram.count, histogram.sum) == (4, 56.5)

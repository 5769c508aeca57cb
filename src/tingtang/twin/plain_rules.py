"""Four plain rules for a waiting time: what an estimator must beat to be worth its keep.

The first two are the delay-history predictors of Ibrahim and Whitt (2009, Manuf. Serv. Oper.
Manag. 11(3): LES and HOL), the third what most ticket machines print, the fourth a timetable.
All are pure; times in milliseconds. Where a rule leaves room (what if nobody waits, does the
customer count), the reading is taken that came out better in ``docs/decisions/0002``.
"""

import statistics
from collections.abc import Mapping, Sequence

RULES = ("last_to_enter", "head_of_line", "queue_over_servers", "usual_at_hour")


def last_to_enter(last_wait_ms: float | None) -> float:
    """The wait of the customer who was called last out of the line; 0 before there was one."""
    return last_wait_ms or 0.0


def head_of_line(head_wait_ms: float | None, last_wait_ms: float | None) -> float:
    """How long the one at the head of the line has waited; with no line, as the rule before."""
    return head_wait_ms if head_wait_ms is not None else last_to_enter(last_wait_ms)


def queue_over_servers(queue_length: int, mean_service_ms: float, servers: int) -> float:
    """Queue length × mean service time ÷ servers, the customer being the last of the queue.

    ``queue_length`` counts the customer; with no server at all one is assumed.
    """
    return queue_length * mean_service_ms / max(servers, 1)


def usual_at_hour(
    earlier: Mapping[int, Sequence[float]], hour: int, otherwise_ms: float = 0.0
) -> float:
    """Median wait of earlier days at that hour; where there was none, of all earlier hours."""
    waits = earlier.get(hour)
    if waits:
        return statistics.median(waits)
    everything = [wait for hours in earlier.values() for wait in hours]
    return statistics.median(everything) if everything else otherwise_ms

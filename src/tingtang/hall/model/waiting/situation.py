"""What the hall knows about one customer's wait at one moment."""

from collections.abc import Iterable

import msgspec

from tingtang.hall.model.waiting.observed import HOUR_MS

JUST_FREE = 1 / 12
LATELY_FREE = 1 / 3
"""A counter freed less than these shares of a mean service ago is likely about to call again;
one that stays free longer while people wait is busy with something else."""


class Situation(msgspec.Struct, frozen=True, gc=False):
    """All that an estimate rests on. Times in milliseconds, all figures finite and >= 0.

    The numbers of people and counters may be fractions, where some can serve only a part.
    """

    line: str
    """Those with the same name are alike to dispatch: service and class. Each line learns a
    correction of its own."""
    servers: float
    """Counters that are signed on and can serve this customer, busy or not. 0: nobody can."""
    service_ms: float
    """Mean service time of what these counters serve now; the measure of everything else."""
    ahead: float = 0.0
    """People expected to be called before this customer by these counters."""
    work_ahead_ms: float = 0.0
    """Sum of the mean service times of those ahead."""
    waited_ms: float = 0.0
    """How long the customer has waited already: 0 on arrival."""
    elapsed_ms: float = 0.0
    """Mean time for which the services at these counters have been going on."""
    at_once: bool = False
    """A counter stands ready and nobody else is before this customer: the call is due now."""
    just_free: float = 0.0
    """Counters that ended a service a moment ago and have not called yet."""
    lately_free: float = 0.0
    """The same, a little longer ago."""
    last_wait_ms: float | None = None
    """What the last customer of this line who was called had waited; None if none today."""
    overtaking_per_hour: float = 0.0
    """Arrivals an hour, lately, of those who will be called before this customer all the same,
    each counted as the share of a mean service that it takes from these counters."""
    patience_ms: float | None = None
    """Mean time after which people here give up; None if they never do."""


class Desk(msgspec.Struct, frozen=True):
    """One signed-on counter that can serve the customer. Exactly one of the two times is set."""

    busy_ms: float | None = None
    """For how long the present service has been going on."""
    free_ms: float | None = None
    """For how long it has been free."""
    service_ms: float = 0.0
    """Mean service time of the service that is going on."""


class Group(msgspec.Struct, frozen=True):
    """Those of one line who are before the customer in the order of dispatch."""

    count: int
    service_ms: float
    """Mean service time of their service."""
    desks: int = 1
    """Signed-on counters that can serve them."""
    shared: int = 1
    """How many of these can serve our customer too; only this share of them is in the way."""


def situate(
    line: str,
    desks: Iterable[Desk],
    ahead: Iterable[Group],
    service_ms: float,
    *,
    waited_ms: float = 0.0,
    at_once: bool = False,
    last_wait_ms: float | None = None,
    overtaking_per_hour: float = 0.0,
    patience_ms: float | None = None,
) -> Situation:
    """The situation of a customer whose own service takes ``service_ms`` > 0 on average.

    Costs one step a counter and one a line. ``overtaking_per_hour`` is as in :class:`Situation`.
    """
    busy = 0
    elapsed = expected = 0.0
    free: list[float] = []
    for desk in desks:
        if desk.busy_ms is not None:
            busy += 1
            elapsed += max(0.0, desk.busy_ms)
            expected += desk.service_ms
        else:
            free.append(max(0.0, desk.free_ms or 0.0))
    scale = expected / busy if busy and expected > 0.0 else service_ms
    people = work = 0.0
    for group in ahead:
        if group.desks > 0:
            share = group.count * group.shared / group.desks
            people += share
            work += share * group.service_ms
    just = sum(1 for since in free if since < JUST_FREE * scale)
    lately = sum(1 for since in free if since < LATELY_FREE * scale) - just
    return Situation(
        line=line,
        servers=busy + len(free),
        service_ms=scale,
        ahead=people,
        work_ahead_ms=work,
        waited_ms=waited_ms,
        elapsed_ms=elapsed / busy if busy else 0.0,
        at_once=at_once,
        just_free=just,
        lately_free=lately,
        last_wait_ms=last_wait_ms,
        overtaking_per_hour=overtaking_per_hour,
        patience_ms=patience_ms,
    )


def overtaking_share(situation: Situation) -> float:
    """Share of the counters' time that later arrivals take from this customer; 0 to 0.8."""
    arriving = situation.overtaking_per_hour / HOUR_MS
    return min(0.8, arriving * situation.service_ms / max(situation.servers, 0.3))

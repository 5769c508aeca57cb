"""How long will it be? A median with a 90 % interval from the hall's present state.

Four pieces, all pure and all kept small enough to live inside the hall's own state:

- :mod:`.observed` counts what the hall sees: service times, patience, rates of arrival;
- :mod:`.situation` puts that and the lines and counters into one customer's :class:`Situation`;
- :mod:`.predict` turns a situation into an :class:`Estimate` and learns from waits that ended;
- :mod:`.calibration` tells how good the estimates were.

How it is used: when a ticket is issued, build its situation, ask :func:`estimate`, and keep both
with the ticket. When that ticket is called, pass the kept situation and the wait to
:func:`learn` and the kept estimate to :func:`record`. To revise what a screen shows, build the
situation again from the customer's present place and ``waited_ms`` and ask again: the answer is
the time that is left; keep the first such situation after the first median has passed and learn
it too. When someone gives up, tell :func:`gave_up` alone, see :func:`learn` for why. The measured
quality and the reasons for the form are in ``docs/decisions/0002-wait-estimates.md``.
"""

from tingtang.hall.model.waiting.calibration import Calibration, merged, record
from tingtang.hall.model.waiting.observed import (
    Patience,
    Rate,
    ServiceTimes,
    count,
    gave_up,
    mean_ms,
    observe_service,
    patience_ms,
    per_hour,
    quantile_ms,
    was_served,
)
from tingtang.hall.model.waiting.predict import (
    Estimate,
    Outlook,
    WaitModel,
    due_at_once,
    estimate,
    foresee,
    learn,
    outlook,
)
from tingtang.hall.model.waiting.situation import Desk, Group, Situation, situate

__all__ = [
    "Calibration",
    "Desk",
    "Estimate",
    "Group",
    "Outlook",
    "Patience",
    "Rate",
    "ServiceTimes",
    "Situation",
    "WaitModel",
    "count",
    "due_at_once",
    "estimate",
    "foresee",
    "gave_up",
    "learn",
    "mean_ms",
    "merged",
    "observe_service",
    "outlook",
    "patience_ms",
    "per_hour",
    "quantile_ms",
    "record",
    "situate",
    "was_served",
]

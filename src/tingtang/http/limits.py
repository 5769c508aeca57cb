"""Rate limits: token buckets for callers by address, in bounded memory."""

import math
import time
from collections import OrderedDict

from tingtang.http.problems import TOO_MANY
from tingtang.kernel.errors import Refused

CALLERS_MAX = 20_000
"""Callers remembered; beyond this the one seen longest ago starts afresh."""


class RateLimit:
    """At most ``per_second`` on average from one caller, in bursts of at most ``burst``."""

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._callers: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, now: float | None = None) -> None:
        """Count one request; :class:`Refused` (too_many_requests) if the caller has none left.

        ``now`` is in seconds on any clock that does not run backwards.
        """
        now = time.monotonic() if now is None else now
        left, since = self._callers.pop(caller, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_second)
        is_allowed = left >= 1
        self._callers[caller] = (left - 1 if is_allowed else left, now)
        if len(self._callers) > CALLERS_MAX:
            self._callers.popitem(last=False)
        if not is_allowed:
            raise Refused(TOO_MANY, seconds=math.ceil((1 - left) / self._per_second))

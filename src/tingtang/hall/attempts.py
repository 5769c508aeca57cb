"""Wrong guesses, counted: a code of six digits stays unguessable only if few may be tried."""

import math
from collections import OrderedDict, deque

CALLERS_MAX = 10_000
"""Callers remembered; beyond this the one that failed longest ago starts afresh."""


class Attempts:
    """At most ``most`` wrong attempts of one caller within ``within_ms``."""

    def __init__(self, most: int, within_ms: int) -> None:
        self._most = most
        self._within_ms = within_ms
        self._failed: OrderedDict[str, deque[int]] = OrderedDict()

    def wait_seconds(self, caller: str, now_ms: int) -> int:
        """How long the caller must wait before the next attempt; 0 if it may try now."""
        times = self._failed.get(caller, ())
        recent = [at_ms for at_ms in times if at_ms > now_ms - self._within_ms]
        if len(recent) < self._most:
            return 0
        return math.ceil((recent[-self._most] + self._within_ms - now_ms) / 1000)

    def failed(self, caller: str, now_ms: int) -> None:
        """Count a wrong attempt."""
        times = self._failed.setdefault(caller, deque(maxlen=self._most))
        times.append(now_ms)
        self._failed.move_to_end(caller)
        if len(self._failed) > CALLERS_MAX:
            self._failed.popitem(last=False)

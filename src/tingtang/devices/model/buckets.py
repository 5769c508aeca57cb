"""Token buckets: how much of something may happen. Pure; time is handed in."""

import msgspec


class Bucket(msgspec.Struct):
    """``burst`` at once, then ``rate`` a second. ``at`` is any clock's time in seconds."""

    rate: float
    burst: float
    left: float = 0.0
    at: float = 0.0

    @classmethod
    def full(cls, rate: float, burst: float, at: float) -> "Bucket":
        return cls(rate, burst, burst, at)

    def take(self, at: float, count: float = 1.0) -> bool:
        """Take ``count`` if that many are left; a clock that goes back fills nothing."""
        left = min(self.burst, self.left + max(0.0, at - self.at) * self.rate)
        self.at = at
        if left < count:
            self.left = left
            return False
        self.left = left - count
        return True

    def seconds_until(self, count: float = 1.0) -> float:
        """How long until ``count`` are left, counted from the last taking."""
        return max(0.0, (count - self.left) / self.rate)

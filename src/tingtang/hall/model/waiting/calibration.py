"""How good the estimates were: what the monitor shows and the replay reports."""

import msgspec

from tingtang.hall.model.waiting.predict import Estimate


class Calibration(msgspec.Struct):
    """Sums over the waits of one day, branch or any other set; see :func:`merged` to add sets.

    Means are None while nothing was counted: no figure is better than an invented one.
    """

    count: int = 0
    below: int = 0
    """Waits shorter than the interval."""
    above: int = 0
    """Waits longer than the interval."""
    width_total_ms: float = 0.0
    error_total_ms: float = 0.0
    waited_total_ms: float = 0.0
    over_median: int = 0
    """Waits longer than the median: near one half if the median is one."""

    @property
    def coverage(self) -> float | None:
        """Share of waits inside the 90 % interval, 0 to 1."""
        return 1.0 - (self.below + self.above) / self.count if self.count else None

    @property
    def mean_width_ms(self) -> float | None:
        return self.width_total_ms / self.count if self.count else None

    @property
    def mean_error_ms(self) -> float | None:
        """Mean absolute difference of median and wait."""
        return self.error_total_ms / self.count if self.count else None

    @property
    def mean_wait_ms(self) -> float | None:
        return self.waited_total_ms / self.count if self.count else None


def record(calibration: Calibration, told: Estimate, waited_ms: float) -> None:
    """Someone who was told ``told`` was called after ``waited_ms``. In place."""
    calibration.count += 1
    calibration.below += waited_ms < told.low_ms
    calibration.above += waited_ms > told.high_ms
    calibration.over_median += waited_ms > told.median_ms
    calibration.width_total_ms += told.high_ms - told.low_ms
    calibration.error_total_ms += abs(waited_ms - told.median_ms)
    calibration.waited_total_ms += waited_ms


def merged(*parts: Calibration) -> Calibration:
    """One calibration over all ``parts``."""
    return Calibration(
        *(sum(getattr(part, name) for part in parts) for name in Calibration.__struct_fields__)
    )

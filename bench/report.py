"""Figures as ratios or counts, against what was asked."""

import msgspec


class Figure(msgspec.Struct, omit_defaults=True):
    """One measured figure. ``at_least`` and ``at_most`` are what is required, ``aim`` is hoped."""

    what: str
    value: float
    at_least: float | None = None
    at_most: float | None = None
    aim: float | None = None
    detail: str = ""

    @property
    def holds(self) -> bool:
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )

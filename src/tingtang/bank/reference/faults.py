"""Faults that a test asks the reference bank for: the wires fail before or after it has acted."""

from enum import StrEnum

import msgspec


class When(StrEnum):
    BEFORE = "before"
    """It never acts, and never answers."""
    AFTER = "after"
    """It acts, and never answers."""
    DROP_BEFORE = "drop_before"
    """The line is cut before it acts."""
    DROP_AFTER = "drop_after"
    """The line is cut after it acted."""
    BUSY = "busy"
    """It answers 503 before it acts."""


class Fault(msgspec.Struct, frozen=True):
    """``times`` requests are hit, of the trade or look-up ``name``, of all where it is empty."""

    when: When
    times: int = 1
    name: str = ""


class Faults:
    """What is still to go wrong, in order."""

    def __init__(self) -> None:
        self._coming: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._coming.append(fault)

    def clear(self) -> None:
        self._coming.clear()

    def next(self, name: str) -> When | None:
        """What goes wrong with a request for ``name``."""
        for place, fault in enumerate(self._coming):
            if fault.name in {"", name}:
                left = msgspec.structs.replace(fault, times=fault.times - 1)
                self._coming[place : place + 1] = [left] if left.times > 0 else []
                return fault.when
        return None

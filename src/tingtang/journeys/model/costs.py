"""What evaluating an expression may cost. It may come from outside, and CEL, which always ends, can take
minutes: a list that is gone over within a list, or one that is built while it is gone over, costs the
square of its length.

Costs are counted, not timed, in units of about a nanosecond; so that the same expression is refused
everywhere. What is counted is told by the calls that :mod:`.rounds` puts into the expression.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from tingtang.journeys.model.rounds import Source

EXPRESSION_MAX, SCREEN_MAX, WALK_MAX = 250_000_000, 1_000_000_000, 2_000_000_000
"""One expression, a screen with all its texts, and all that one answer leads through."""
ONCE, EACH, PATTERN, VALUE = 5_000, 300, 20_000_000, 50
"""Of one evaluation; of a turn, times the turns before it, for the list built so far is copied with all
that is in it; of a pattern, which is made ready anew each time; and of a value that is looked at."""


class TooCostly(ValueError):  # noqa: N818
    """It would take longer than anybody waits."""


class Budget:
    """What may still be spent. ``turns`` counts the rounds' turns that were let through."""

    def __init__(self, units: int) -> None:
        self.left = units
        self.turns = 0

    def spend(self, units: int) -> None:
        """Raises :class:`TooCostly` where there is not enough left."""
        self.left -= units
        if self.left < 0:
            raise TooCostly("costs more than a step may")


_budget: ContextVar[Budget | None] = ContextVar("budget", default=None)


@contextmanager
def spending(units: int) -> Iterator[Budget]:
    """All that is evaluated within shares ``units``, or what is left of those around it."""
    budget = _budget.get() or Budget(units)
    before = _budget.set(budget)
    try:
        yield budget
    finally:
        _budget.reset(before)


class Telling:
    """Told of an evaluation while it goes on; raises :class:`TooCostly` to end it."""

    def __init__(self, source: Source, data: Mapping[str, Any]) -> None:
        self._source = source
        self._around = _budget.get()
        self._own = Budget(EXPRESSION_MAX)
        self._sizes = {name: _size(data[name]) for name in source.uses if name in data}
        self._turns = [0] * len(source.rounds)
        self._spend(ONCE + _cost(source.uses, self._sizes) + _patterns(source.text))

    def turn(self, number: int, value: Any) -> bool:
        """A round comes to its next value."""
        one = self._source.rounds[number]
        self._turns[number] += 1
        size = self._sizes[one.name] = _size(value)
        kept = size if one.kind == "filter" else 0
        self._spend(
            (EACH + kept) * self._turns[number] + _cost(one.uses, self._sizes) + _patterns(one.body)
        )
        if self._around is not None:
            self._around.turns += 1
        return True

    def made(self, number: int, value: Any) -> Any:
        """It made this of it, which lies in the list from now on."""
        self._spend(_size(value) * self._turns[number])
        return value

    def _spend(self, units: int) -> None:
        self._own.spend(units)
        if self._around is not None:
            self._around.spend(units)


def _patterns(text: str) -> int:
    return PATTERN * text.count("matches")


def _cost(uses: Mapping[str, int], sizes: Mapping[str, int]) -> int:
    return sum(often * sizes.get(name, 0) for name, often in uses.items())


def _size(value: Any) -> int:
    """What one look at it costs: its characters, and each value within."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, list | tuple):
        return VALUE * len(value) + sum(map(_size, value))
    if isinstance(value, Mapping):
        return VALUE * len(value) + sum(map(_size, value)) + sum(map(_size, value.values()))
    return 1

"""The language of scenarios: CEL, which cannot loop, reach out or change anything.

Conditions, the values that actions are given, choices to offer and the gaps in texts are all
expressions of the Common Expression Language over what the journey knows so far. Scenarios may come
from outside, so nothing else is ever evaluated, no Python least of all.
"""

import datetime as dt
import functools
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import cel

from tingtang.journeys.model import costs, rounds

EXPRESSION_MAX = 2_000
"""Characters; a longer one is a mistake or an attack."""
VALUE = re.compile(r"\d{5,}[\dXx]?")
"""What may be a number of somebody's in an error's words."""
GAP = re.compile(r"\{([^{}]+)\}")
"""A gap in a text: ``{expression}``."""


class WrongExpression(ValueError):  # noqa: N818
    """An expression that cannot be read, or that failed on what the journey knows."""


class Program(NamedTuple):
    """An expression that can be evaluated, and what that costs."""

    run: cel.Program
    source: rounds.Source


@functools.lru_cache(maxsize=8192)
def compiled(source: str) -> Program:
    """The program of an expression; ``WrongExpression`` says where it cannot be read."""
    if len(source) > EXPRESSION_MAX:
        raise WrongExpression(f"longer than {EXPRESSION_MAX} characters")
    try:
        program, prepared = cel.compile(source), rounds.prepared(source)
        if prepared.rounds:
            program = cel.compile(prepared.text)
        return Program(program, prepared)
    except ValueError as error:
        raise WrongExpression(f"{source!r}: {_first_line(error)}") from None


def evaluate(source: str, data: Mapping[str, Any], **more: Any) -> Any:
    """The value of an expression over ``data``; ``WrongExpression`` where it has none."""
    program = compiled(source)
    known = {**data, **more}
    used = {name: known[name] for name in program.source.uses if name in known}
    try:
        telling = costs.Telling(program.source, used)
        context = cel.Context(used)
        if program.source.rounds:
            context.add_function(rounds.TURN, telling.turn)
            context.add_function(rounds.MADE, telling.made)
        for name, function in FUNCTIONS.items():
            if name in program.source.uses:
                context.add_function(name, function)
        return program.run.execute(context)
    except WrongExpression:
        raise
    except Exception as error:
        raise WrongExpression(f"{source!r}: {_first_line(error)}") from None


def matches(text: str, pattern: str) -> bool:
    """Whether the whole text is as ``pattern`` says, in time that grows with the text alone: the
    pattern may come from outside, and one of Python's can take years.
    """
    return evaluate("text.matches(pattern)", {"text": text, "pattern": f"^(?:{pattern})$"}) is True


def is_pattern(pattern: str) -> bool:
    """Whether it can be matched at all."""
    try:
        matches("", pattern)
    except WrongExpression:
        return False
    return True


def is_true(source: str, data: Mapping[str, Any]) -> bool:
    """True if the condition holds; an empty one always does."""
    return not source or evaluate(source, data) is True


def fill(text: str, data: Mapping[str, Any]) -> str:
    """``text`` with the value of every gap in its place."""
    if "{" not in text:
        return text
    return GAP.sub(lambda gap: str(evaluate(gap[1], data)), text)


def gaps(text: str) -> list[str]:
    """The expressions in a text's gaps."""
    return GAP.findall(text)


# -- what expressions may call ------------------------------------------------------------------


def yuan(fen: int) -> str:
    """Money for people: 1234567 fen are 12,345.67."""
    return f"{_whole(fen) / 100:,.2f}"


def masked(text: str) -> str:
    """An account or card number with its last four digits only (JR/T 0171: C2 is masked)."""
    text = str(text)
    return f"**** {text[-4:]}" if len(text) > 4 else "****"


def masked_name(name: str) -> str:
    """王*明: the first and last characters of a name of three, the first of a shorter one."""
    name = str(name)
    if len(name) <= 1:
        return name
    return name[0] + "*" if len(name) == 2 else f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def day(date: str) -> str:
    """An ISO date as 2026年11月22日."""
    try:
        found = dt.date.fromisoformat(str(date))
    except ValueError:
        raise WrongExpression("not an ISO date") from None
    return f"{found.year}年{found.month}月{found.day}日"


def percent(basis_points: int) -> str:
    """A rate in hundredths of a percent: 135 is 1.35%."""
    return f"{_whole(basis_points) / 100:.2f}%"


def _whole(value: Any) -> Decimal:
    """The number; what was no number is not said, for errors end up in logs."""
    try:
        return Decimal(int(value))
    except (TypeError, ValueError):
        raise WrongExpression("not a whole number") from None


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "yuan": yuan,
    "masked": masked,
    "masked_name": masked_name,
    "day": day,
    "percent": percent,
}


def _first_line(error: Exception) -> str:
    """Without what was looked for: it goes to the program's log, and may be somebody's card."""
    if isinstance(error, LookupError):
        return "there is nothing under that key"
    return VALUE.sub("…", str(error).strip().split("\n", 1)[0])

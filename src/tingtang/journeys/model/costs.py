"""What evaluating an expression may cost. It may come from outside, and CEL, which always ends, can take
minutes: a list that is gone over within a list, or one that is built while it is gone over, costs the
square of its length.

Costs are counted, not timed, in units of about a nanosecond; so that the same expression is refused
everywhere. Every round over a list is told before each turn by a call that is put into its body.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import msgspec

ROUNDS_MAX = 2
"""How often one expression may go over a list."""
MACROS = "map|filter|all|exists|exists_one|existsOne"
ROUND = re.compile(rf"\b(?:{MACROS})\s*\(")
WORD = re.compile(rf"\b(?:{MACROS})\b")
NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
TURN, MADE = "tt_turn", "tt_made"
"""The functions that are told of each turn, and of what it made; no expression calls them itself."""
EXPRESSION_MAX, SCREEN_MAX, WALK_MAX = 250_000_000, 1_000_000_000, 2_000_000_000
"""One expression, a screen with all its texts, and all that one answer leads through."""
ONCE, EACH, PATTERN, VALUE = 5_000, 300, 20_000_000, 50
"""Of one evaluation; of a turn, times the turns before it, for the list built so far is copied with all
that is in it; of a pattern, which is made ready anew each time; and of a value that is looked at."""
CLOSING = {"(": ")", "[": "]", "{": "}"}


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


class Round(msgspec.Struct, frozen=True):
    """One round over a list: the name that each turn has, and the names in its body."""

    kind: str
    name: str
    body: str
    uses: dict[str, int]


class Source(msgspec.Struct, frozen=True):
    """An expression with its rounds told of; ``uses`` says how often each name stands in it."""

    text: str
    rounds: tuple[Round, ...]
    uses: dict[str, int]


def prepared(source: str) -> Source:
    """The expression with a call in the body of each round; raises ``ValueError`` where it goes over
    lists too often, or in a way that cannot be told of.
    """
    words = (WORD if "//" in source else ROUND).findall(source)
    if len(words) > ROUNDS_MAX or TURN in source or MADE in source:
        raise ValueError(f"goes over lists more than {ROUNDS_MAX} times")
    uses = _uses(source)
    if not words:
        return Source(source, (), uses)
    code = _code(source)
    found = [
        match for match in ROUND.finditer(code) if code[match.start()] == source[match.start()]
    ]
    if len(found) != len(words):  # a word in a text or a comment may hide a round from us
        raise ValueError("names a round over lists where there is none")
    rounds, put = [], []
    for number, match in enumerate(found):
        name, begin, middle, end = _body(code, source, match.end())
        kind = match[0].rstrip("( \t\r\n\f")
        rounds.append(Round(kind, name, source[begin:end], _uses(source[begin:end])))
        turn, made = f"{TURN}({number}, {name}) ? (", f"{MADE}({number}, "
        if kind != "map":
            put += [(begin, turn), (end, ") : null")]
        elif middle == end:
            put += [(begin, turn + made), (end, ")) : null")]
        else:  # the second says which, the third what is made of them
            put += [(begin, turn), (middle, ") : null"), (middle + 1, made), (end, ")")]
    text = source
    for at, piece in sorted(put, reverse=True):
        text = text[:at] + piece + text[at:]
    return Source(text, tuple(rounds), uses)


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


def _uses(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in NAME.findall(text):
        found[name] = found.get(name, 0) + 1
    return found


def _size(value: Any) -> int:
    """What one look at it costs: its characters, and each value within."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, list | tuple):
        return VALUE * len(value) + sum(map(_size, value))
    if isinstance(value, Mapping):
        return VALUE * len(value) + sum(map(_size, value)) + sum(map(_size, value.values()))
    return 1


def _code(source: str) -> str:
    """The same length, with blanks in the place of all texts; raises ``ValueError`` at a comment."""
    out, at = [], 0
    while at < len(source):
        char = source[at]
        if source.startswith("//", at):
            raise ValueError("has a comment beside a round over lists")
        if char not in "'\"":
            out.append(char)
            at += 1
            continue
        quote = char * 3 if source.startswith(char * 3, at) else char
        before = re.search(r"[A-Za-z]*$", source[max(0, at - 2) : at])
        is_raw = before is not None and "r" in before[0].lower()
        end = at + len(quote)
        while end < len(source) and not source.startswith(quote, end):
            end += 2 if source[end] == "\\" and not is_raw else 1
        end = min(len(source), end + len(quote))
        out.append(" " * (end - at))
        at = end
    return "".join(out)


def _body(code: str, source: str, begin: int) -> tuple[str, int, int, int]:
    """Of the round that opens before ``begin``: the name of a turn, where the next argument lies, and
    where the last one ends.
    """
    first = _argument(code, begin)
    name = source[begin:first].strip()
    if not re.fullmatch(r"[A-Za-z_]\w*", name) or code[first : first + 1] != ",":
        raise ValueError("goes over a list without a name for what is in it")
    middle = end = _argument(code, first + 1)
    while code[end : end + 1] == ",":
        end = _argument(code, end + 1)
    return name, first + 1, middle, end


def _argument(code: str, at: int) -> int:
    """Where an argument ends: at a comma of its own, or at the end of all."""
    open_: list[str] = []
    while at < len(code):
        char = code[at]
        if char in CLOSING:
            open_.append(CLOSING[char])
        elif open_ and char == open_[-1]:
            open_.pop()
        elif not open_ and char in ",)":
            return at
        at += 1
    return at

"""The rounds over lists in an expression: found, and told of before each turn by a call that is put into
their body.
"""

import re

import msgspec

ROUNDS_MAX = 2
"""How often one expression may go over a list."""
MACROS = "map|filter|all|exists|exists_one|existsOne"
ROUND = re.compile(rf"\b(?:{MACROS})\s*\(")
WORD = re.compile(rf"\b(?:{MACROS})\b")
NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
TURN, MADE = "tt_turn", "tt_made"
"""The functions that are told of each turn, and of what it made; no expression calls them itself."""
CLOSING = {"(": ")", "[": "]", "{": "}"}


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


def _uses(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in NAME.findall(text):
        found[name] = found.get(name, 0) + 1
    return found


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

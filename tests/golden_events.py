"""Adds to the golden log a line for every event type that has none yet: ``python -m tests.golden_events``.

A line is an event as it is stored today. It is never changed: when a type's shape changes, its
version rises, an upgrade is written, and the new version gets a line of its own.
"""

from pathlib import Path
from typing import Any

import msgspec
from hypothesis import find
from hypothesis.strategies import from_regex
from msgspec import inspect as mi

from tingtang.http.features import FEATURES
from tingtang.kernel.events import Event, EventTypes

GOLDEN = Path(__file__).parent / "golden" / "events.jsonl"
ELSEWHERE = frozenset({"hall", "booking", "task", "complaint", "webhook"})
"""Features whose events stand, with what they come to, in tests/hall/golden."""


class Line(msgspec.Struct, frozen=True, order=True):
    type: str
    version: int
    body: msgspec.Raw


def known() -> EventTypes:
    """The event types of all features."""
    types = EventTypes()
    for feature in FEATURES:
        types.include(feature.events)
    return types


def lines() -> list[Line]:
    """The golden log as it is."""
    return [msgspec.json.decode(one, type=Line) for one in GOLDEN.read_bytes().splitlines()]


def missing() -> dict[str, type[Event]]:
    """Types without a line in their present version."""
    have = {(line.type, line.version) for line in lines()} if GOLDEN.exists() else set()
    return {
        name: kind
        for name, kind in known().all().items()
        if name.partition(".")[0] not in ELSEWHERE and (name, kind.version) not in have
    }


def example(kind: type[Any]) -> Any:
    """A value of the type with every field filled."""
    return msgspec.convert(_made(mi.type_info(kind)), kind)


def _made(info: mi.Type) -> Any:
    match info:
        case mi.BoolType():
            return True
        case mi.IntType():
            return max(7, info.ge or 0) if info.le is None else info.le
        case mi.FloatType():
            return 0.5 if info.ge is None else max(0.5, info.ge)
        case mi.StrType(pattern=str(form)):
            return find(from_regex(form), lambda text: len(text) >= (info.min_length or 0))
        case mi.StrType():
            return "x" * max(2, info.min_length or 0)
        case mi.EnumType():
            return next(iter(info.cls)).value
        case mi.LiteralType():
            return info.values[0]
        case mi.UnionType():
            return _made(next(t for t in info.types if not isinstance(t, mi.NoneType)))
        case mi.ListType() | mi.SetType() | mi.FrozenSetType() | mi.VarTupleType():
            return [] if _is_checked_whole(info.item_type) else [_made(info.item_type)]
        case mi.TupleType():
            return [_made(one) for one in info.item_types]
        case mi.DictType():
            return {_made(info.key_type): _made(info.value_type)}
        case mi.StructType():
            fields = {
                f.encode_name: _made(f.type)
                for f in info.fields
                if f.required or not _is_checked_whole(f.type)
            }
            if info.tag_field:
                fields[info.tag_field] = info.tag
            return list(fields.values()) if info.array_like else fields
        case mi.NoneType():
            return None
        case mi.RawType() | mi.AnyType():
            return {"x": 1}
    raise TypeError(f"no example of {info}")


def _is_checked_whole(info: mi.Type) -> bool:
    """True of what cannot be made up part by part, and keeps its default."""
    return isinstance(info, mi.StructType) and hasattr(info.cls, "__post_init__")


def main() -> None:
    """Add what is missing."""
    GOLDEN.parent.mkdir(exist_ok=True)
    with GOLDEN.open("ab") as file:
        for name, kind in sorted(missing().items()):
            body = msgspec.Raw(msgspec.json.encode(example(kind)))
            file.write(msgspec.json.encode(Line(name, kind.version, body)) + b"\n")


if __name__ == "__main__":
    main()

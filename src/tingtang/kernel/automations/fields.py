"""Which fields of an event can be compared, and what they hold. Pure."""

import types
from enum import Enum
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

import msgspec

from tingtang.kernel.events import Event, Recorded

FieldKind = Literal["switch", "number", "text", "choice", "map"]
ALWAYS = ("stream", "actor")
"""What every event has beside its own fields: ``stream`` says which device, hall or record."""


class FieldInfo(msgspec.Struct, frozen=True):
    """A field that can be compared; a ``map`` is looked into as ``name.key``."""

    name: str
    kind: FieldKind
    choices: tuple[str, ...] = ()


def fields_of(type_: type[Event]) -> tuple[FieldInfo, ...]:
    """The fields of an event that hold a single value, or a map of them."""
    found = [FieldInfo(name, "text") for name in ALWAYS]
    for field in msgspec.structs.fields(type_):
        info = _info(field.name, field.type)
        if info is not None:
            found.append(info)
    return tuple(found)


def find_field(infos: tuple[FieldInfo, ...], name: str) -> FieldInfo | None:
    """The field of this name; for ``map.key`` the map."""
    head, _, key = name.partition(".")
    for info in infos:
        if info.name == head and bool(key) == (info.kind == "map"):
            return info
    return None


def value_of(recorded: Recorded, name: str) -> Any:
    """A field's value as JSON would hold it; None where there is none."""
    if name == "stream":
        return recorded.stream
    if name == "actor":
        return recorded.actor
    return value_in(recorded.event, name)


def value_in(event: Event, name: str) -> Any:
    """The same for one of the event's own fields."""
    head, _, key = name.partition(".")
    value = getattr(event, head, None)
    if key:
        value = value.get(key) if isinstance(value, dict) else getattr(value, key, None)
    return value.value if isinstance(value, Enum) else value


def _info(name: str, type_: Any) -> FieldInfo | None:
    type_ = _plain(type_)
    if type_ is bool:
        return FieldInfo(name, "switch")
    if type_ in {int, float}:
        return FieldInfo(name, "number")
    if type_ is str:
        return FieldInfo(name, "text")
    if isinstance(type_, type) and issubclass(type_, Enum):
        return FieldInfo(name, "choice", tuple(str(one.value) for one in type_))
    if get_origin(type_) is dict or (isinstance(type_, type) and issubclass(type_, msgspec.Struct)):
        return FieldInfo(name, "map")
    return None


def _plain(type_: Any) -> Any:
    """Without Annotated, NewType and the None of an optional."""
    while True:
        if get_origin(type_) is Annotated:
            type_ = get_args(type_)[0]
        elif isinstance(type_, NewType):
            type_ = type_.__supertype__
        elif get_origin(type_) in {Union, types.UnionType}:
            rest = [one for one in get_args(type_) if one is not type(None)]
            if len(rest) != 1:
                return None
            type_ = rest[0]
        else:
            return type_

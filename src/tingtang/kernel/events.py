"""Events: facts in the past tense, and the register through which they are stored and read back.

A feature declares its events as frozen structs derived from :class:`Event` and lists them in one
:class:`EventTypes`. When the shape of an event changes, its ``version`` rises and an *upgrade* from
the old JSON to the new is added; what was written is never rewritten.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Something that happened. Holds no personal data: people are referred to by id."""

    version: ClassVar[int] = 1


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event with its place in the log."""

    position: int
    stream: str
    sequence: int
    branch: str
    time_ms: int
    type: str
    actor: str
    cause: str
    event: Event


Upgrade = Callable[[dict[str, Any]], dict[str, Any]]


class UnknownEvent(Exception):  # noqa: N818
    """The log holds a type or version that no registered feature can read."""


class EventTypes:
    """The event types of one or several features, by their stored name ``feature.snake_case``."""

    def __init__(
        self,
        feature: str = "",
        types: Iterable[type[Event]] = (),
        upgrades: dict[tuple[type[Event], int], Upgrade] | None = None,
    ) -> None:
        self._names: dict[type[Event], str] = {}
        self._decoders: dict[str, msgspec.json.Decoder[Event]] = {}
        self._types: dict[str, type[Event]] = {}
        self._upgrades: dict[tuple[str, int], Upgrade] = {}
        for event_type in types:
            name = f"{feature}.{_snake(event_type.__name__)}"
            self._names[event_type] = name
            self._types[name] = event_type
            self._decoders[name] = msgspec.json.Decoder(event_type)
        for (event_type, version), upgrade in (upgrades or {}).items():
            self._upgrades[self._names[event_type], version] = upgrade

    def include(self, other: "EventTypes") -> None:
        """Take over all that ``other`` knows; called once a feature at assembly."""
        self._names |= other._names
        self._types |= other._types
        self._decoders |= other._decoders
        self._upgrades |= other._upgrades

    def name_of(self, event_type: type[Event]) -> str:
        """The stored name of a type; ``UnknownEvent`` if no feature registered it."""
        try:
            return self._names[event_type]
        except KeyError:
            raise UnknownEvent(event_type.__name__) from None

    def all(self) -> dict[str, type[Event]]:
        """Every known type by its stored name."""
        return dict(self._types)

    def decode(self, name: str, version: int, body: str) -> Event:
        """An event from the log, upgraded step by step to the present version."""
        decoder = self._decoders.get(name)
        if decoder is None:
            raise UnknownEvent(f"{name} v{version}")
        current = self._types[name].version
        if version == current:
            return decoder.decode(body)
        document = msgspec.json.decode(body)
        while version < current:
            upgrade = self._upgrades.get((name, version))
            if upgrade is None:
                raise UnknownEvent(f"{name} v{version} has no upgrade to v{version + 1}")
            document = upgrade(document)
            version += 1
        if version != current:
            raise UnknownEvent(f"{name} v{version} is newer than this program's v{current}")
        return msgspec.convert(document, self._types[name])


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()

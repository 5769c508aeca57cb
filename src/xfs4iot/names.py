"""Which commands and events XFS4IoT knows, by interface.

Published schemas let unknown names pass, so the names are kept as a list of their own in
``names.json``, which says where each came from. Only names are kept, which are facts; no text of a
schema is copied. ``python -m xfs4iot names SCHEMA`` reads the names of a schema again.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import msgspec


class Interface(msgspec.Struct, frozen=True):
    """The names of one interface, without the interface's own name before the dot."""

    since: str
    """The release the names were read from; later releases have the earlier names too."""
    commands: frozenset[str]
    """Every command has a completion of the same name."""
    events: frozenset[str] = frozenset()
    """Sent to the client whose command is running."""
    unsolicited: frozenset[str] = frozenset()
    """Sent to every client of the service."""


@cache
def catalogue() -> dict[str, Interface]:
    """All interfaces by name."""
    text = resources.files("xfs4iot").joinpath("names.json").read_bytes()
    return msgspec.convert(json.loads(text)["interfaces"], dict[str, Interface])


def is_command(name: str) -> bool:
    """Whether ``name`` (``Interface.Command``) is a command of any interface in the list."""
    interface, _, command = name.partition(".")
    known = catalogue().get(interface)
    return known is not None and command in known.commands


def is_event(name: str, *, unsolicited: bool) -> bool:
    """Whether ``name`` is an event of this kind of any interface in the list."""
    interface, _, event = name.partition(".")
    known = catalogue().get(interface)
    if known is None:
        return False
    return event in (known.unsolicited if unsolicited else known.events)


def collect(schema: Mapping[str, Any], since: str) -> dict[str, dict[str, Any]]:
    """The names in an XFS4IoT JSON schema, in the form of ``names.json``.

    The schema is a list of rules, each with the type and name of the message it is for.
    """
    found: dict[str, dict[str, set[str]]] = {}
    rooms = {"command": "commands", "event": "events", "unsolicited": "unsolicited"}
    for rule in schema["allOf"]:
        header = rule["if"]["properties"]["header"]["properties"]
        kind, name = header["type"]["const"], header.get("name", {}).get("const", "")
        if kind in rooms and name:
            interface, _, short = name.partition(".")
            found.setdefault(interface, {}).setdefault(rooms[kind], set()).add(short)
    return {
        interface: {"since": since} | {room: sorted(names) for room, names in rooms_of.items()}
        for interface, rooms_of in sorted(found.items())
    }

"""The oracle itself: it rejects what is wrong, and the list of names is that of the schema."""

import json
from typing import Any

import msgspec
import msgspec.structs
import pytest

from tests.xfs4iot.oracle import Oracle, schema, schema_path
from xfs4iot import names
from xfs4iot.messages import Dialect
from xfs4iot.server.commands import Command
from xfs4iot.virtual import DEVICES, build

needs_schema = pytest.mark.skipif(
    schema_path() is None,
    reason="TINGTANG_DATA names no folder with the XFS4IoT schema, which is not part of the project",
)


def _message(payload: dict[str, object], name: str = "CardReader.ReadRawData") -> str:
    header = {"type": "command", "name": name, "requestId": 1, "version": "1.0", "timeout": 0}
    return json.dumps({"header": header, "payload": payload})


@needs_schema
def test_it_rejects_a_wrong_type() -> None:
    oracle = Oracle()
    oracle.see("in", _message({"track1": True}), Dialect.IN_HEADER)
    assert oracle.problems == []
    oracle.see("in", _message({"track1": "yes"}), Dialect.IN_HEADER)
    assert len(oracle.problems) == 1


def test_it_rejects_an_unknown_name() -> None:
    oracle = Oracle()
    oracle.see("in", _message({}, "CardReader.Fly"), Dialect.IN_HEADER)
    assert oracle.problems == ["command CardReader.Fly is not in the list of names"]


@needs_schema
def test_the_list_has_every_name_of_the_schema() -> None:
    for interface, listed in names.collect(schema(), "2021-1").items():
        known = names.catalogue()[interface]
        assert set(listed.get("commands", ())) == known.commands
        assert set(listed.get("events", ())) == known.events
        assert set(listed.get("unsolicited", ())) == known.unsolicited


def test_names_by_kind() -> None:
    assert names.is_command("Check.MediaIn")
    assert not names.is_command("CardReader.InsertCardEvent")
    assert not names.is_command("Nothing.At.All")
    assert names.is_event("CardReader.InsertCardEvent", unsolicited=False)
    assert not names.is_event("CardReader.InsertCardEvent", unsolicited=True)
    assert not names.is_event("Nothing", unsolicited=True)


def _properties(part: Any) -> set[str]:
    """Every property a payload rule names, at its own level."""
    found = set(part.get("properties", {}))
    for branch in part.get("allOf", ()):
        found |= _properties(branch)
    if "$ref" in part:
        room, _, path = part["$ref"].partition("#")
        target: Any = schema()["$defs"]["messages" if "messages" in room else "schemas"]
        for step in path.strip("/").split("/"):
            target = target[step]
        found |= _properties(target)
    return found


@needs_schema
def test_every_property_a_command_reads_is_spelt_as_in_the_schema() -> None:
    references = {
        rule["if"]["properties"]["header"]["properties"]["name"]["const"]: rule["then"]
        for rule in schema()["allOf"][1:]
        if rule["if"]["properties"]["header"]["properties"]["type"]["const"] == "command"
    }
    commands: dict[str, Command] = {}
    for device in build(DEVICES):
        commands |= device.commands
    wrong = {}
    for name, each in commands.items():
        if name in references and isinstance(each.payload, type(msgspec.Struct)):
            known = _properties(references[name]["properties"]["payload"])
            spelt = {field.encode_name for field in msgspec.structs.fields(each.payload)}
            if unknown := spelt - known:
                wrong[name] = unknown
    assert len(commands) > 100
    # Crypto.Digest and the like are read as the schema defines, not as it demands.
    assert wrong == {}

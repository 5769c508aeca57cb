"""The oracle itself: it rejects what is wrong, and the list of names is that of the schema."""

import json

import pytest

from tests.xfs4iot.oracle import Oracle, schema, schema_path
from xfs4iot import names
from xfs4iot.messages import Dialect

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

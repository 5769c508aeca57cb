"""The golden log of all features: events as they were once written are read for ever."""

import msgspec
import pytest

from tests import golden_events as golden
from tingtang.kernel.events import UnknownEvent


@pytest.mark.shows("R010", part="every past version of every event is read")
def test_every_line_of_the_golden_log_is_read_as_it_was_written() -> None:
    types = golden.known()
    found = golden.lines()
    assert len(found) > 100
    for line in found:
        event = types.decode(line.type, line.version, bytes(line.body).decode())
        if type(event).version == line.version:
            assert msgspec.json.encode(event) == bytes(line.body), line.type


def test_every_type_of_event_stands_there_in_its_present_version() -> None:
    assert sorted(golden.missing()) == [], "add them with: python -m tests.golden_events"


def test_what_nobody_knows_is_not_read_as_something_else() -> None:
    with pytest.raises(UnknownEvent):
        golden.known().decode("nobody.did_this", 1, "{}")

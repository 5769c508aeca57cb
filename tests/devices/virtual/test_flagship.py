"""The demo's branch: every machine is of a declared type and stands in a zone of its plan."""

from pathlib import Path

import msgspec

import tingtang.org
from tingtang.devices.register import shipped_types
from tingtang.devices.virtual import flagship
from tingtang.devices.virtual.xfs_machines import BUILDERS

TEMPLATES = Path(tingtang.org.__file__).parent / "templates"


def test_every_machine_is_of_a_type_and_stands_in_its_zone() -> None:
    types = shipped_types()
    plan = msgspec.json.decode((TEMPLATES / "flagship.geojson").read_bytes())
    areas = {}
    for one in plan["features"]:
        if one["properties"]["kind"] == "zone":
            corners = one["geometry"]["coordinates"][0]
            areas[one["properties"]["zone"], one["properties"]["floor"]] = corners
    found = flagship.placed()
    assert len({one.id for one in found}) == len(found)
    for one in found:
        assert one.type in types, one.id
        assert not one.xfs or one.type in BUILDERS, one.id
        floor, x, y = one.at
        xs, ys = zip(*areas[one.zone, floor], strict=True)
        assert min(xs) <= x <= max(xs), one.id
        assert min(ys) <= y <= max(ys), one.id


def test_it_holds_what_a_branch_has() -> None:
    kinds = {one.type for one in flagship.placed()}
    assert set(shipped_types()) - kinds <= {"gateway", "home_assistant"}

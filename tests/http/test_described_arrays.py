"""What the API's description says of structs that are arrays on the wire."""

import msgspec

from tests.http.world import World
from tingtang.devices.telemetry import Point

PATH = "/api/branches/{branch}/devices/{device}/telemetry/{name}"


def test_a_point_is_described_as_the_pair_that_it_is(world: World) -> None:
    series = world.app.description()["paths"][PATH]
    answer = series["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    point = answer["items"]
    assert [one["type"] for one in point["prefixItems"]] == ["integer", "number"]
    assert len(msgspec.to_builtins(Point(1, 2.5))) == point["minItems"] == point["maxItems"]

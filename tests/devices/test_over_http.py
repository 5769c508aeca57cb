"""Devices over HTTP: registered, seen, told, and who may."""

import asyncio

import msgspec
import pytest

from tests.devices.conftest import ENGINEER, Shop
from tingtang.devices.model import wire
from tingtang.devices.model.state import CommandState
from tingtang.kernel.clock import HOUR_MS, MINUTE_MS

PATH = "/api/branches/east/devices"


async def test_a_registered_device_has_a_secret_that_is_shown_once(shop: Shop) -> None:
    answer = await shop.enrol("lamp-1", zone="east.zone.salon", serial="S-77")
    assert answer.status_code == 201, answer.text
    secret = answer.json()["secret"]
    register = shop.devices.register
    assert register.is_secret("lamp-1", secret)
    assert not register.is_secret("lamp-1", secret + "x")
    assert not register.is_secret("lamp-2", secret)
    engineer = await shop.world.as_staff(ENGINEER)
    shown = (await engineer.get(f"{PATH}/lamp-1")).json()
    assert secret not in str(shown)
    assert shown["device"]["serial"] == "S-77"
    newer = (await engineer.post(f"{PATH}/lamp-1/secret")).json()["secret"]
    assert not register.is_secret("lamp-1", secret)
    assert register.is_secret("lamp-1", newer)
    assert shop.link.forgotten == ["lamp-1"]
    assert (await engineer.delete(f"{PATH}/lamp-1")).status_code == 204
    assert not register.is_secret("lamp-1", newer)
    assert (await engineer.get(f"{PATH}/lamp-1")).status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type_": "teapot"}, "unknown_device_type"),
        ({"zone": "moon"}, "broken_reference"),
        ({"warranty_until": "soon"}, "bad_input"),
    ],
)
async def test_a_wrong_registration_is_refused_in_words(
    shop: Shop, body: dict[str, str], code: str
) -> None:
    answer = await shop.enrol("lamp-1", **body)
    assert answer.json()["error"]["code"] == code
    assert shop.devices.register.get("lamp-1") is None


async def test_an_id_is_given_once(shop: Shop) -> None:
    await shop.enrol("lamp-1")
    assert (await shop.enrol("lamp-1")).json()["error"]["code"] == "device_id_taken"


@pytest.mark.shows("R132", part="every device of a branch with its condition")
async def test_a_branch_sees_its_devices_as_they_are(shop: Shop) -> None:
    for device in ("lamp-1", "lamp-2"):
        await shop.enrol(device)
    await shop.enrol("kiosk-1", "kiosk")
    await shop.up("lamp-1")
    await shop.up("kiosk-1")
    shop.devices.modules("kiosk-1", {"cash": wire.ModuleReport(wire.Health.FAULT, "jam")})
    shop.devices.properties("lamp-1", {"on": True, "level": 30})
    await shop.settled()
    manager = await shop.world.as_staff("zhou.qihang")
    seen = (await manager.get(PATH)).json()
    assert {name: one["condition"] for name, one in seen["devices"].items()} == {
        "lamp-1": "ok", "lamp-2": "unknown", "kiosk-1": "fault",
    }  # fmt: skip
    assert seen["devices"]["kiosk-1"]["troubles"] == ["cash"]
    assert seen["devices"]["lamp-1"]["properties"] == {"on": True, "level": 30}
    assert seen["counts"]["fault"] == 1


async def test_a_device_is_told_and_its_answer_is_the_outcome(shop: Shop) -> None:
    await shop.enrol("lamp-1")
    await shop.up("lamp-1")
    manager = await shop.world.as_staff("zhou.qihang")
    ask = {"name": "set", "parameters": {"on": True, "level": 55}}
    sent = await manager.post(f"{PATH}/lamp-1/commands", json=ask, headers={"idempotency-key": "k"})
    command = sent.json()["command"]
    again = await manager.post(
        f"{PATH}/lamp-1/commands", json=ask, headers={"idempotency-key": "k"}
    )
    assert again.json()["command"] == command
    await asyncio.sleep(0)
    [(device, call)] = shop.link.sent
    assert (device, call.id, call.name, call.parameters) == (
        "lamp-1", command, "set", {"on": True, "level": 55},
    )  # fmt: skip
    waiting = asyncio.create_task(shop.devices.outcome("lamp-1", command))
    shop.devices.result("lamp-1", wire.CommandResult(command, wire.CommandStep.DONE))
    assert await waiting is CommandState.DONE


async def test_who_only_looks_tells_nothing_and_who_operates_does_not_maintain(shop: Shop) -> None:
    await shop.enrol("kiosk-1", "kiosk")
    await shop.up("kiosk-1")
    manager, engineer = (
        await shop.world.as_staff("zhou.qihang"),
        await shop.world.as_staff(ENGINEER),
    )
    teller = await shop.world.as_staff("du.siqi")
    assert (await teller.post(PATH, json={})).status_code == 403
    path = f"{PATH}/kiosk-1/commands"
    assert (await manager.post(path, json={"name": "pause"})).status_code == 201
    refused = await manager.post(path, json={"name": "restart"})
    assert refused.json()["error"]["code"] == "maintenance_only"
    assert (await engineer.post(path, json={"name": "restart"})).status_code == 201


async def test_a_device_of_another_branch_is_not_there(shop: Shop) -> None:
    await shop.enrol("lamp-1")
    engineer = await shop.world.as_staff(ENGINEER)
    for path in ("west", "nowhere"):
        answer = await engineer.get(f"/api/branches/{path}/devices/lamp-1")
        assert answer.status_code in {403, 404}


@pytest.mark.shows("R136", part="a part put out of use and back")
async def test_a_part_is_put_out_of_use_and_the_device_is_told(shop: Shop) -> None:
    await shop.enrol("kiosk-1", "kiosk")
    manager = await shop.world.as_staff("zhou.qihang")
    answer = await manager.put(f"{PATH}/kiosk-1/modules/cash", json={"enabled": False})
    assert answer.status_code == 200, answer.text
    assert shop.link.in_use["kiosk-1"]["cash"] is False
    shown = (await manager.get(f"{PATH}/kiosk-1")).json()
    assert shown["modules"]["cash"]["enabled"] is False
    refused = await manager.put(f"{PATH}/kiosk-1/modules/nose", json={"enabled": False})
    assert refused.json()["error"]["code"] == "unknown_module"


async def test_silence_and_a_will_are_noticed(shop: Shop) -> None:
    await shop.enrol("lamp-1")
    await shop.enrol("lamp-2")
    await shop.up("lamp-1")
    await shop.up("lamp-2")
    shop.devices.link("lamp-2", wire.LinkState(wire.Link.OFFLINE), "will")
    await shop.settled()
    assert (await shop.devices.state("lamp-2")).link is wire.Link.OFFLINE
    shop.world.clock.advance(31_000)
    await shop.devices.look()
    state = await shop.devices.state("lamp-1")
    assert (state.link, state.link_why) == (wire.Link.OFFLINE, "silence")
    for device in ("lamp-1", "lamp-2"):
        shop.devices.beat(device, wire.Beat(7, 0))
    await shop.settled()
    state = await shop.devices.state("lamp-1")
    assert (state.link, state.link_why) == (wire.Link.ONLINE, "beat")
    assert state.boots == 1
    # A connection that was lost by its will is back only when the device says so.
    assert (await shop.devices.state("lamp-2")).link is wire.Link.OFFLINE


async def test_samples_are_kept_and_read_as_a_series(shop: Shop) -> None:
    await shop.enrol("lamp-1")
    now_ms = shop.world.clock.now_ms()
    for n in range(5):
        shop.devices.samples("lamp-1", wire.Samples(now_ms + n * 1000, {"power": 20.0 + n}))
    shop.devices.samples("lamp-1", wire.Samples(now_ms, {"power": 99_999.0, "smell": 3.0}))
    await shop.settled()
    await shop.devices.telemetry.stop()
    manager = await shop.world.as_staff("zhou.qihang")
    points = (
        await manager.get(f"{PATH}/lamp-1/telemetry/power?until_ms={now_ms + HOUR_MS}")
    ).json()
    assert [value for _, value in points] == [20.0, 21.0, 22.0, 23.0, 24.0]
    assert "implausible" in (await shop.devices.state("lamp-1")).flags
    assert await shop.devices.telemetry.forget(now_ms + 3000) == 3


async def test_a_clock_far_off_is_flagged_and_our_time_is_taken(shop: Shop) -> None:
    await shop.enrol("lamp-1")
    now_ms = shop.world.clock.now_ms()
    shop.devices.samples("lamp-1", wire.Samples(now_ms - HOUR_MS, {"power": 20.0}))
    shop.devices.beat("lamp-1", wire.Beat(1, now_ms + 10 * MINUTE_MS))
    await shop.settled()
    assert "clock_off" in (await shop.devices.state("lamp-1")).flags
    assert shop.devices.telemetry.latest["lamp-1"]["power"].time_ms == now_ms


async def test_a_flood_of_one_device_does_not_grow_in_memory(shop: Shop) -> None:
    await shop.enrol("lamp-1")
    await shop.up("lamp-1")
    for n in range(5_000):
        shop.devices.properties("lamp-1", {"level": n % 100})
    assert shop.devices.waiting_of("lamp-1") < 100
    await shop.settled()
    assert (await shop.devices.state("lamp-1")).properties["level"] == 99


async def test_what_is_said_by_nobody_known_changes_nothing(shop: Shop) -> None:
    before = shop.world.app.parts.log.head
    shop.devices.link("ghost", wire.LinkState(wire.Link.ONLINE))
    shop.devices.samples("ghost", wire.Samples(1, {"power": 1.0}))
    shop.devices.flag("ghost", "x", "y")
    await shop.settled()
    assert shop.world.app.parts.log.head == before


def test_the_wire_takes_no_more_than_it_says() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"time_ms": 1, "values": {"a b": 1}}, wire.Samples)
    with pytest.raises(msgspec.ValidationError):
        many = {f"v{n}": 1.0 for n in range(wire.VALUES_MAX + 1)}
        msgspec.convert({"time_ms": 1, "values": many}, wire.Samples)


async def test_the_fleet_is_counted_by_condition_over_the_branches_in_reach(shop: Shop) -> None:
    for device in ("lamp-1", "lamp-2"):
        await shop.enrol(device)
    await shop.up("lamp-1")
    engineer = await shop.world.as_staff(ENGINEER)
    fleet = {one["branch"]: one for one in (await engineer.get("/api/devices/fleet")).json()}
    assert len(fleet) > 1
    east = fleet["east"]
    assert (east["devices"], east["counts"]["ok"], east["counts"]["unknown"]) == (2, 1, 1)
    manager = await shop.world.as_staff("zhou.qihang")
    own = (await manager.get("/api/devices/fleet")).json()
    assert [one["branch"] for one in own] == ["east"]


async def test_a_device_out_of_use_stays_in_the_register_and_leaves_the_hall(shop: Shop) -> None:
    await shop.enrol("lamp-1")
    engineer = await shop.world.as_staff(ENGINEER)
    body = {"id": "lamp-1", "type": "light", "name": "一号", "active": False}
    assert (await engineer.put(f"{PATH}/lamp-1", json=body)).status_code == 200
    assert (await engineer.get(PATH)).json()["devices"] == {}
    [kept] = (await engineer.get("/api/branches/east/device-register")).json()
    assert (kept["id"], kept["active"]) == ("lamp-1", False)
    assert shop.link.forgotten == ["lamp-1"]


async def test_where_the_hall_s_clock_runs_faster_wires_are_given_as_much_longer(
    shop: Shop,
) -> None:
    """As in a demo at twenty times real time: three beats are then ten minutes of the hall's."""
    shop.devices.pace = 20.0
    await shop.enrol("lamp-1")
    await shop.up("lamp-1")
    shop.world.clock.advance(31_000)
    shop.devices.beat("lamp-1", wire.Beat(1, shop.world.clock.now_ms() - 30 * MINUTE_MS))
    await shop.devices.look()
    await shop.settled()
    state = await shop.devices.state("lamp-1")
    assert (state.link, state.flags) == (wire.Link.ONLINE, {})
    manager = await shop.world.as_staff("zhou.qihang")
    body = {"name": "set", "parameters": {"level": 1}}
    command = (await manager.post(f"{PATH}/lamp-1/commands", json=body)).json()["command"]
    shop.world.clock.advance(30_000)
    await shop.devices.look()
    given = (await shop.devices.state("lamp-1")).commands[command]
    assert (given.state, given.attempts) == (CommandState.SENT, 1)
    shop.world.clock.advance(70_000)
    await shop.devices.look()
    assert (await shop.devices.state("lamp-1")).commands[command].state is CommandState.UNKNOWN
    shop.world.clock.advance(501_000)
    await shop.devices.look()
    assert (await shop.devices.state("lamp-1")).link is wire.Link.OFFLINE


async def test_what_a_device_answers_is_kept_and_shown(shop: Shop) -> None:
    await shop.enrol("kiosk-1", "kiosk")
    await shop.up("kiosk-1")
    engineer = await shop.world.as_staff(ENGINEER)
    answer = await engineer.post(f"{PATH}/kiosk-1/commands", json={"name": "version"})
    command = answer.json()["command"]
    said = {"firmware": "4.2", "notes": 812.0}
    done = wire.CommandResult(command, wire.CommandStep.DONE, data=said)
    shop.devices.result("kiosk-1", done)
    await shop.settled()
    shown = (await engineer.get(f"{PATH}/kiosk-1")).json()["commands"][command]
    assert shown["data"] == said

"""Scenes: what they want of which devices, and what came of it on each."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.devices.conftest import PlayedLink, Shop
from tests.http.world import World, make_app
from tingtang.devices.model import wire
from tingtang.devices.model.records import Device, Protocol
from tingtang.devices.model.state import CommandState, DeviceState, GivenCommand
from tingtang.devices.register import shipped_types
from tingtang.devices.scenes.book import shipped_scenes
from tingtang.devices.scenes.model import (
    SceneDraft,
    SceneResult,
    Select,
    Wanted,
    faults,
    first_result,
    to_send,
    wanted_of,
)
from tingtang.devices.scenes.service import SceneService
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text
from tingtang.org.model.records import ZoneKind

TYPES = shipped_types()
SCENES = shipped_scenes()
KINDS = {kind.value: kind for kind in ZoneKind}
PATH = "/api/branches/east/scenes"


def device(type_: str, zone: str = "", id_: str = "") -> Device:
    return Device(
        id=id_ or f"{type_}-1", branch=BranchId("east"), type=type_, name=Text(type_), zone=zone
    )


def wanted(scene: str, *devices: Device) -> dict[str, dict[str, wire.Value]]:
    return wanted_of(SCENES[scene].wanted, [(one, TYPES[one.type]) for one in devices], KINDS)


def draft(*entries: Wanted) -> SceneDraft:
    return SceneDraft(name=Text("场景"), wanted=entries)


@pytest.mark.shows("R149", part="opening, meeting, salon, night window, closing, all on, all off")
def test_the_scenes_of_a_day_come_with_tingtang() -> None:
    in_order = sorted(SCENES, key=lambda code: SCENES[code].rank)
    assert in_order == [
        "open", "morning_meeting", "salon", "night_window", "close", "all_on", "all_off",
        "vip_welcome", "crowded",
    ]  # fmt: skip
    devices = {one: device(one) for one in TYPES}
    for code, scene in SCENES.items():
        assert faults(scene, devices, TYPES, KINDS) is None, code
        assert scene.name.en


def test_a_scene_wants_of_a_device_what_its_type_says_and_what_stands_over_it() -> None:
    lamp, kiosk, sensor = device("light"), device("kiosk"), device("lux_sensor")
    assert wanted("open", lamp, kiosk, sensor) == {
        "light-1": {"on": True, "level": 80},
        "kiosk-1": {"in_service": True},
    }
    assert wanted("all_off", lamp, kiosk) == {
        "light-1": {"on": False},
        "kiosk-1": {"in_service": False},
    }
    window, hall = device("light", "window", "w"), device("light", "waiting", "h")
    assert wanted("night_window", window, hall) == {
        "w": {"on": True, "level": 40},
        "h": {"on": False},
    }
    assert wanted("salon", window, hall) == {}


def test_a_selector_means_every_device_for_which_all_it_says_is_so() -> None:
    found = [
        (device("light", "salon", "a"), TYPES["light"]),
        (device("light", "window", "b"), TYPES["light"]),
        (device("curtain", "salon", "c"), TYPES["curtain"]),
    ]

    def chosen(**select: object) -> set[str]:
        wanted = Wanted(select=Select(**select), values={"on": True, "position": 1})  # type: ignore[arg-type]
        return set(wanted_of((wanted,), found, KINDS))

    assert chosen() == {"a", "b", "c"}
    assert chosen(type="light") == {"a", "b"}
    assert chosen(zone="salon") == chosen(zone_kind=ZoneKind.SALON) == {"a", "c"}
    assert chosen(type="light", zone="salon") == {"a"}
    assert chosen(device="b") == {"b"}
    assert chosen(device="b", type="curtain") == set()


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (Wanted(select=Select(device="x"), as_when="open"), "there is no device x"),
        (Wanted(select=Select(type="teapot"), as_when="open"), "there is no type teapot"),
        (Wanted(select=Select(zone="moon"), as_when="open"), "there is no zone moon"),
        (Wanted(select=Select(type="light")), "it does not say what should be set"),
        (Wanted(select=Select(type="light"), values={"level": 101}), "level cannot be 101"),
        (Wanted(select=Select(device="kiosk-1"), values={"level": 5}), "level cannot be 5"),
        (Wanted(values={"smell": True}), "smell cannot be True"),
    ],
)
def test_an_entry_that_makes_no_sense_is_named(entry: Wanted, words: str) -> None:
    good = Wanted(as_when="open")
    found = faults(draft(good, entry), {"kiosk-1": device("kiosk")}, TYPES, KINDS)
    assert found is not None
    assert (found[0], found[1].en) == (2, words)


VALUES = st.dictionaries(
    st.sampled_from(["on", "level", "position"]), st.one_of(st.booleans(), st.integers(0, 100))
)


@given(VALUES, VALUES, VALUES)
def test_what_is_sent_is_just_what_is_not_so(
    reported: dict[str, wire.Value], changing: dict[str, wire.Value], want: dict[str, wire.Value]
) -> None:
    command = GivenCommand("c", "set", changing, 0, 0)
    state = DeviceState(
        link=wire.Link.ONLINE, properties=reported, commands={"c": command} if changing else {}
    )
    sent = to_send(state, want)
    assert set(sent) <= set(want)
    for name, value in want.items():
        settled = name not in changing and reported.get(name) == value
        is_same_kind = isinstance(reported.get(name), bool) == isinstance(value, bool)
        assert (name in sent) is not (settled and is_same_kind)
    assert first_result(state, want) is (SceneResult.WAITING if sent else SceneResult.UNCHANGED)
    command.state = CommandState.DONE
    assert set(to_send(state, reported)) == set()
    assert first_result(DeviceState(), want) is SceneResult.UNREACHABLE


class Answering(PlayedLink):
    """Devices that answer as a test says, and report what was set."""

    def __init__(self, shop: Shop) -> None:
        super().__init__()
        self.shop = shop
        self.says: dict[str, str] = {}
        """By device: "jammed" fails, "mute" says nothing; all others do it."""

    async def send(self, device: str, call: wire.CommandCall) -> bool:
        await super().send(device, call)
        devices, how = self.shop.devices, self.says.get(device, "")
        if how == "mute":
            return True
        if call.name == "wake":
            devices.link(device, wire.LinkState(wire.Link.ONLINE, boot="2"))
            return True
        if how:
            failed = wire.CommandResult(call.id, wire.CommandStep.FAILED, code=how)
            devices.result(device, failed)
            return True
        devices.properties(device, dict(call.parameters))
        devices.result(device, wire.CommandResult(call.id, wire.CommandStep.DONE))
        return True


def merged(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """What a screen shows after these messages (RFC 7396)."""

    def merge(old: Any, patch: Any) -> Any:
        if not isinstance(patch, dict):
            return patch
        old = dict(old) if isinstance(old, dict) else {}
        for name, value in patch.items():
            if value is None:
                old.pop(name, None)
            else:
                old[name] = merge(old.get(name), value)
        return old

    shown: dict[str, Any] = {}
    for message in messages:
        shown = message["data"] if message["op"] == "snapshot" else merge(shown, message["patch"])
    return shown


async def hall(shop: Shop, **devices: str) -> tuple[Answering, SceneService]:
    """A branch with these devices, by id and type, all of them up."""
    link = Answering(shop)
    shop.devices.add_link(Protocol.MQTT, link)
    for name, type_ in devices.items():
        await shop.enrol(name, type_)
        await shop.up(name)
    return link, shop.world.app.parts.service("scenes", SceneService)


async def set_scene(shop: Shop, scenes: SceneService, code: str) -> dict[str, SceneResult]:
    manager = await shop.world.as_staff("zhou.qihang")
    begun = await manager.post(f"{PATH}/{code}/runs")
    assert begun.status_code == 201, begun.text
    run = await scenes.ended("east", code, begun.json()["run"])
    return {name: one.result for name, one in run.devices.items()}


@pytest.mark.shows("R137", part="the whole branch by one tap")
@pytest.mark.shows("R147", part="a result for every device, and the rest tried again")
async def test_one_tap_brings_every_device_there_and_says_what_came_of_each(shop: Shop) -> None:
    link, scenes = await hall(
        shop,
        lamp="light",
        blind="curtain",
        kiosk="kiosk",
        away="light",
        stuck="light",
        mute="kiosk",
    )
    shop.devices.link("away", wire.LinkState(wire.Link.OFFLINE), "will")
    shop.devices.properties("blind", {"position": 100})
    await shop.settled()
    link.says = {"stuck": "jammed", "mute": "mute"}
    manager = await shop.world.as_staff("zhou.qihang")
    begun = (await manager.post(f"{PATH}/open/runs")).json()["run"]
    async with asyncio.timeout(10):
        while len(link.sent) < 4:
            await asyncio.sleep(0.005)
    again = await manager.post(f"{PATH}/open/runs")
    assert again.json()["error"]["code"] == "scene_running"
    shop.world.clock.advance(6_000)
    run = await scenes.ended("east", "open", begun)
    assert {name: one.result for name, one in run.devices.items()} == {
        "lamp": SceneResult.DONE, "blind": SceneResult.UNCHANGED, "kiosk": SceneResult.DONE,
        "away": SceneResult.UNREACHABLE, "stuck": SceneResult.FAILED, "mute": SceneResult.UNKNOWN,
    }  # fmt: skip
    assert run.devices["stuck"].code == "jammed"
    assert "blind" not in {device for device, _ in link.sent}
    shown = (await manager.get(PATH)).json()["scenes"]["open"]
    assert shown["devices"] == 6
    assert shown["counts"]["done"] == 2

    link.sent.clear()
    link.says = {}
    for name in ("away", "mute", "stuck"):
        shop.devices.link(name, wire.LinkState(wire.Link.ONLINE, boot="2"))
    await shop.settled()
    retried = await manager.post(f"{PATH}/open/retry")
    assert retried.json()["run"] == begun
    run = await scenes.ended("east", "open", begun)
    assert {device for device, _ in link.sent} == {"away", "mute", "stuck"}
    assert run.counts[SceneResult.DONE] == 5
    assert [one.event.results["stuck"] for one in await shop.world.events("scenes.scene_ended")] == [
        SceneResult.FAILED, SceneResult.DONE,
    ]  # fmt: skip


@pytest.mark.shows("R147", part="what sleeps is woken for a scene, and goes on to what is wanted")
async def test_a_scene_wakes_what_sleeps_where_something_is_to_be_on(shop: Shop) -> None:
    link, scenes = await hall(shop, lamp="light", robot="robot", kiosk="kiosk")
    for name in ("lamp", "robot", "kiosk"):
        shop.devices.link(name, wire.LinkState(wire.Link.SLEEPING))
    await shop.settled()
    assert await set_scene(shop, scenes, "open") == {
        "lamp": SceneResult.UNREACHABLE,  # its type has no way
        "robot": SceneResult.DONE,
        "kiosk": SceneResult.UNREACHABLE,  # its network card is not registered
    }
    assert [(device, call.name) for device, call in link.sent] == [
        ("robot", "wake"), ("robot", "set"),
    ]  # fmt: skip

    link.sent.clear()
    shop.devices.link("robot", wire.LinkState(wire.Link.SLEEPING))
    await shop.settled()
    assert (await set_scene(shop, scenes, "close"))["robot"] is SceneResult.UNREACHABLE
    assert link.sent == []


async def test_a_second_tap_sends_nothing_where_all_is_so_already(shop: Shop) -> None:
    link, scenes = await hall(shop, lamp="light", blind="curtain")
    assert set((await set_scene(shop, scenes, "open")).values()) == {SceneResult.DONE}
    count = len(link.sent)
    assert set((await set_scene(shop, scenes, "open")).values()) == {SceneResult.UNCHANGED}
    assert len(link.sent) == count
    assert (await set_scene(shop, scenes, "close"))["lamp"] is SceneResult.DONE
    assert (await shop.devices.state("lamp")).properties["on"] is False


async def test_two_hundred_devices_are_told_at_once(shop: Shop) -> None:
    register = shop.devices.register
    for number in range(200):
        await register.enrol(device("light", id_=f"l{number}"), SYSTEM)
    link, scenes = await hall(shop)
    for number in range(200):
        shop.devices.link(f"l{number}", wire.LinkState(wire.Link.ONLINE, boot="1"))
    await shop.settled()
    results = await set_scene(shop, scenes, "open")
    assert list(results.values()) == [SceneResult.DONE] * 200
    assert {device for device, _ in link.sent} == set(results)


async def test_the_progress_of_a_scene_is_a_live_view(shop: Shop) -> None:
    _, scenes = await hall(shop, lamp="light", blind="curtain")
    messages: list[dict[str, Any]] = []

    class Screen:
        def send(self, message: bytes) -> None:
            messages.append(msgspec.json.decode(message))

    screen = Screen()
    live = shop.world.app.parts.live
    await live.watch("devices.scene", "east", SYSTEM, screen, None)
    await set_scene(shop, scenes, "open")
    shown: dict[str, Any] = {}
    async with asyncio.timeout(10):
        while not (shown.get("scenes", {}).get("open", {}).get("run") or {}).get("ended_ms"):
            await asyncio.sleep(0.01)
            shown = merged(messages)
    live.unwatch("devices.scene", "east", screen)
    run = shown["scenes"]["open"]["run"]
    assert {name: one["result"] for name, one in run["devices"].items()} == {
        "lamp": "done", "blind": "done",
    }  # fmt: skip
    assert not shown["scenes"]["close"].get("run")


@pytest.mark.shows("R149", part="a branch writes its own")
async def test_a_branch_writes_its_own_over_what_came(shop: Shop) -> None:
    _, scenes = await hall(shop, lamp="light")
    manager = await shop.world.as_staff("lin.xiaolan")
    body = {
        "name": {"zh": "营业", "en": "Open"},
        "wanted": [{"select": {"device": "lamp"}, "values": {"on": True, "level": 33}}],
    }
    saved = await manager.put(f"{PATH}/open", json=body)
    assert saved.status_code == 200, saved.text
    assert (await manager.get(PATH)).json()["scenes"]["open"]["own"] is True
    await set_scene(shop, scenes, "open")
    assert (await shop.devices.state("lamp")).properties["level"] == 33
    body["wanted"] = [{"select": {"device": "lamp"}, "values": {"level": 300}}]
    refused = await manager.put(f"{PATH}/open", json=body)
    assert refused.json()["error"]["code"] == "bad_scene"
    assert (await manager.delete(f"{PATH}/open")).status_code == 204
    assert scenes.book.scene("east", "open").branch == ""
    assert (await manager.delete(f"{PATH}/open")).status_code == 404
    teller = await shop.world.as_staff("chen.yutong")
    assert (await teller.post(f"{PATH}/open/runs")).status_code == 403


async def test_a_scene_broken_off_by_a_restart_goes_on_with_its_key(
    shop: Shop, tmp_path: Path
) -> None:
    link, scenes = await hall(shop, lamp="light", blind="curtain")
    link.says = {"blind": "mute"}
    key = Key("automation:1:0", "")
    run = await scenes.run("east", "open", SYSTEM, key)
    async with asyncio.timeout(10):
        while (scenes.last("east", "open").devices["lamp"].result) is not SceneResult.DONE:
            await asyncio.sleep(0.005)
    await shop.world.app.stop()
    world = World(make_app(tmp_path, shop.world.clock), shop.world.clock, tmp_path)
    await world.app.start()
    try:
        second = Shop(world, PlayedLink())
        link = Answering(second)
        second.devices.add_link(Protocol.MQTT, link)
        later = world.app.parts.service("scenes", SceneService)
        assert later.last("east", "open").devices["blind"].result is SceneResult.UNKNOWN
        assert await later.run("east", "open", SYSTEM, key) == run
        ended = await later.ended("east", "open", run)
        assert {name: one.result for name, one in ended.devices.items()} == {
            "lamp": SceneResult.UNCHANGED, "blind": SceneResult.DONE,
        }  # fmt: skip
        assert {device for device, _ in link.sent} == {"blind"}
        assert await later.run("east", "open", SYSTEM, key) == run
        assert len(await world.events("scenes.scene_started")) == 1
    finally:
        await world.app.stop()
        shop.world.app = make_app(tmp_path, shop.world.clock)
        await shop.world.app.start()

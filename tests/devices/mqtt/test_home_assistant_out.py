"""Our devices in a Home Assistant, played by a public client that knows nothing of us."""

import asyncio
import getpass
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import msgspec
import pytest

from tests.devices.mqtt.conftest import (
    BRANCH,
    PLATFORM,
    PLATFORM_SECRET,
    Hall,
    Mosquitto,
    mosquitto,
    next_message,
    open_hall,
    until,
)
from tingtang.devices.model.ha_device import device_id
from tingtang.devices.mqtt import mosquitto as files
from tingtang.kernel.permissions import SYSTEM
from tingtang.org.structure import OrgService

CONFIG = "homeassistant/device/tingtang/lamp-1/config"
WORLD = "gw/home/"


class Home:
    """What a Home Assistant has heard, by topic; of each the newest."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.client = client
        self.heard: dict[str, bytes] = {}
        self.messages = 0

    async def listen(self) -> None:
        async for message in self.client.messages:
            assert isinstance(message.payload, bytes)
            self.messages += 1
            topic = message.topic.value.removeprefix(WORLD)
            self.heard.pop(topic, None)
            if message.payload:
                self.heard[topic] = message.payload

    def announced(self) -> dict[str, Any]:
        return dict(msgspec.json.decode(self.heard[CONFIG]))


async def allow(hall: Hall, **values: bool) -> None:
    org = hall.world.app.parts.service("org", OrgService)
    await org.save_section(BRANCH, "home_assistant", values, SYSTEM)
    await hall.mqtt.outward.look()


@asynccontextmanager
async def at_home(hall: Hall, *filters: str) -> AsyncIterator[Home]:
    """A Home Assistant that has subscribed to what it subscribes to."""
    async with hall.client("home", will=None) as client:
        home = Home(client)
        for one in filters or ("homeassistant/#", "tingtang/#"):
            await client.subscribe(one, 1)
        listening = asyncio.create_task(home.listen())
        yield home
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def enrol(hall: Hall) -> None:
    await hall.enrol("home", "home_assistant")
    await hall.enrol("lamp-1", "light")


@pytest.mark.shows("R148", part="devices shown to a Home Assistant")
async def test_a_device_is_announced_seen_and_switched(hall: Hall) -> None:
    await enrol(hall)
    await allow(hall, shows_devices=True, takes_commands=True)
    async with hall.on_line("lamp-1") as lamp, at_home(hall) as home:
        await until(lambda: CONFIG in home.heard)
        light = home.announced()["components"]["light"]
        state, order = (
            light[name].removeprefix(WORLD) for name in ("state_topic", "command_topic")
        )
        await lamp.publish("tt/lamp-1/up/properties", b'{"on":false,"level":20}', 1, True)
        await until(lambda: b'"OFF"' in home.heard.get(state, b""))
        await until(lambda: home.heard.get("tingtang/lamp-1/availability") == b"online")
        await home.client.publish(order, b'{"state":"ON","brightness":70}', 1)
        call = msgspec.json.decode((await next_message(lamp)).payload)
        while call.get("name") != "set":  # which parts are in use comes first
            call = msgspec.json.decode((await next_message(lamp)).payload)
        assert call["parameters"] == {"on": True, "level": 70.0}
        await lamp.publish("tt/lamp-1/up/properties", b'{"on":true,"level":70}', 1, True)
        done = msgspec.json.encode({"command": call["id"], "step": "done"})
        await lamp.publish("tt/lamp-1/up/result", done, 1)
        await until(lambda: b'"brightness":70' in home.heard.get(state, b""))
        await until(lambda: hall.state("lamp-1").commands[call["id"]].state == "done")
    recorded = await hall.world.app.parts.log.read_stream("device/lamp-1")
    [given] = [one for one in recorded if one.type == "device.command_given"]
    assert given.actor == "system:gateway/home"


async def test_nothing_is_shown_unless_the_branch_says_so(hall: Hall) -> None:
    await enrol(hall)
    await hall.mqtt.outward.look()
    assert hall.mqtt.broker.retained.of("home") == {}
    await allow(hall, shows_devices=True)
    assert WORLD + CONFIG in hall.mqtt.broker.retained.of("home")
    await allow(hall, shows_devices=False)
    assert hall.mqtt.broker.retained.of("home") == {}


async def test_who_may_only_look_is_refused_and_it_is_flagged(hall: Hall) -> None:
    await enrol(hall)
    await allow(hall, shows_devices=True)
    async with hall.on_line("lamp-1"), at_home(hall) as home:
        await until(lambda: CONFIG in home.heard)
        assert "command_topic" not in home.announced()["components"]["light"]
        await home.client.publish("tingtang/lamp-1/light/set", b'{"state":"ON"}', 1)
        await until(lambda: "order" in hall.state("home").flags)
    assert hall.state("home").flags["order"].detail.endswith("forbidden")
    assert hall.state("lamp-1").commands == {}


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("tingtang/lamp-1/light/set", b'{"brightness":4000}'),
        ("tingtang/lamp-1/light/set", b"[[[["),
        ("tingtang/lamp-1/power/set", b"3"),
        ("tingtang/lamp-9/light/set", b'{"state":"ON"}'),
        ("tingtang/far-1/light/set", b'{"state":"ON"}'),
        ("tingtang/home/light/set", b"ON"),
    ],
    ids=["out of range", "no JSON", "only measured", "not there", "of another branch", "itself"],
)
async def test_what_was_not_announced_cannot_be_asked_for(
    hall: Hall, topic: str, payload: bytes
) -> None:
    await enrol(hall)
    engineer = await hall.world.as_staff("jiang.haoran")
    body = {"id": "far-1", "type": "light", "name": "远处"}
    assert (await engineer.post("/api/branches/east/devices", json=body)).status_code == 201
    await allow(hall, shows_devices=True, takes_commands=True)
    async with hall.on_line("lamp-1"), at_home(hall) as home:
        await until(lambda: CONFIG in home.heard)
        await home.client.publish(topic, payload, 1)
        await until(lambda: "order" in hall.state("home").flags)
    for device in ("lamp-1", "far-1"):
        assert hall.state(device).commands == {}


async def test_maintenance_is_not_for_a_home_assistant(hall: Hall) -> None:
    """A kiosk is paused by a button; what only engineers may is not even announced."""
    await enrol(hall)
    await hall.enrol("kiosk-1", "kiosk")
    await allow(hall, shows_devices=True, takes_commands=True)
    kept = hall.mqtt.broker.retained.of("home")
    config = kept[WORLD + "homeassistant/device/tingtang/kiosk-1/config"].payload
    components = msgspec.json.decode(config)["components"]
    assert components["pause"]["platform"] == "button"
    assert "restart" not in components


async def test_a_command_that_was_left_behind_is_not_carried_out(hall: Hall) -> None:
    await enrol(hall)
    await allow(hall, shows_devices=True, takes_commands=True)
    async with hall.on_line("lamp-1"), at_home(hall) as home:
        await until(lambda: CONFIG in home.heard)
        topic = "tingtang/lamp-1/light/set"
        await home.client.publish(topic, b'{"state":"ON"}', 1, retain=True)
        await until(lambda: "order" in hall.state("home").flags)
        assert WORLD + topic not in hall.mqtt.broker.retained.of("home")
    assert hall.state("lamp-1").commands == {}


async def test_it_goes_round_in_no_circle(hall: Hall) -> None:
    """What came in from a Home Assistant is not told to one, and our own words are no news to us."""
    await enrol(hall)
    await hall.enrol("gw", "gateway")
    await allow(hall, shows_devices=True, takes_commands=True)
    plug = {"name": "Plug", "unique_id": "plug", "command_topic": "p/set", "state_topic": "p"}
    before = {one.id for one in hall.devices.register.all()}
    async with at_home(hall) as home, hall.client("gw", will=None) as gateway:
        await until(lambda: CONFIG in home.heard)
        for client, topic in ((gateway, "plug"), (home.client, "plug")):
            await client.publish(
                f"homeassistant/switch/{topic}/config", msgspec.json.encode(plug), 1, True
            )
        for client in (gateway, home.client):  # a bridge says again what it heard of us
            await client.publish(
                "homeassistant/device/bridge/lamp-1/config", home.heard[CONFIG], 1, True
            )
        plugs = {device_id("gw", "plug"), device_id("home", "plug")}
        await until(lambda: plugs <= {one.id for one in hall.devices.register.all()})
        await hall.mqtt.home_assistant.settled()
        await hall.mqtt.outward.look()
        said = home.messages
        await hall.mqtt.outward.look()
        await hall.mqtt.outward.look()
        await home.client.publish("tingtang/nobody", b"1", 1)
        await until(lambda: "tingtang/nobody" in home.heard)
    assert {one.id for one in hall.devices.register.all()} == before | plugs
    kept = hall.mqtt.broker.retained.of("home")
    assert not [topic for topic in kept if any(plug in topic for plug in plugs)]
    assert home.messages <= said + 3  # what had been on its way, and the one just sent


async def test_a_device_that_is_removed_is_taken_back(hall: Hall) -> None:
    await enrol(hall)
    await allow(hall, shows_devices=True)
    async with at_home(hall) as home:
        await until(lambda: CONFIG in home.heard)
        engineer = await hall.world.as_staff("jiang.haoran")
        await engineer.delete(f"/api/branches/{BRANCH}/devices/lamp-1")
        await hall.mqtt.outward.look()
        await until(lambda: home.heard == {}, "nothing of it is left")
        await hall.mqtt.outward.look()
        assert home.heard == {}


async def test_what_was_removed_while_the_platform_was_away_is_taken_back(hall: Hall) -> None:
    await enrol(hall)
    await allow(hall, shows_devices=True)
    await hall.mqtt.stop()
    await hall.devices.register.remove("lamp-1", SYSTEM)
    await hall.mqtt.start()
    await hall.mqtt.outward.look()
    assert hall.mqtt.broker.retained.of("home") == {}


async def test_orders_in_a_flood_are_let_go_and_flagged(hall: Hall) -> None:
    await enrol(hall)
    await allow(hall, shows_devices=True, takes_commands=True)
    for _ in range(2_000):
        hall.mqtt.link.heard("home", WORLD + "tingtang/lamp-1/light/set", b'{"state":"ON"}', False)
    await hall.mqtt.outward.settled()
    await until(lambda: "flood" in hall.state("home").flags)
    assert len(hall.state("lamp-1").commands) < 2_000, "what was let go was never given"


async def test_the_same_behind_another_broker(seeded: Path, tmp_path: Path, free_port: int) -> None:
    """There a Home Assistant is told its discovery prefix: ``gw/<id>/homeassistant``."""
    mosquitto("mosquitto")
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    (folder / files.RULES).write_text(files.rules(PLATFORM))
    written = files.configuration(folder, "127.0.0.1", free_port)
    written = written.replace("persistence true", "persistence false")
    (folder / files.CONFIGURATION).write_text(f"{written}user {getpass.getuser()}\n")
    outside = Mosquitto(folder, free_port)
    outside.add(PLATFORM, PLATFORM_SECRET)
    await outside.start()
    try:
        async with open_hall(
            seeded, tmp_path, broker=f"mqtt://127.0.0.1:{free_port}", user=PLATFORM,
            secret=PLATFORM_SECRET,
        ) as hall:  # fmt: skip
            hall.port = free_port
            await enrol(hall)
            for device in ("home", "lamp-1"):
                outside.add(device, hall.secrets[device])
            await until(lambda: hall.mqtt.outside and hall.mqtt.outside.client.is_up)
            await allow(hall, shows_devices=True, takes_commands=True)
            async with (
                hall.on_line("lamp-1") as lamp,
                at_home(hall, WORLD + "homeassistant/#", WORLD + "tingtang/#") as home,
            ):
                await until(lambda: CONFIG in home.heard)
                light = home.announced()["components"]["light"]
                await home.client.publish(light["command_topic"], b'{"state":"ON"}', 1)
                call: dict[str, Any] = {}
                while call.get("name") != "set":
                    call = msgspec.json.decode((await next_message(lamp)).payload)
                assert call["parameters"] == {"on": True}
                outside.stop()
                await until(lambda: not hall.mqtt.outside.client.is_up)
            await outside.start()  # it kept nothing: all is said anew
            async with at_home(hall, WORLD + "homeassistant/#") as home:
                await until(lambda: CONFIG in home.heard)
    finally:
        outside.stop()

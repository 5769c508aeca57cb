"""Devices over the embedded broker: heard, told, cut off; with a client that is not ours."""

import asyncio

import aiomqtt
import msgspec
import pytest

from tests.devices.conftest import ENGINEER
from tests.devices.mqtt.conftest import Hall, next_message, say, until
from tingtang.devices.model.events import PropertiesChanged
from tingtang.devices.model.mqtt_topics import down, up
from tingtang.kernel.permissions import SYSTEM


@pytest.mark.shows("R133", part="heard over MQTT")
async def test_what_a_device_says_is_known(hall: Hall) -> None:
    await hall.enrol("kiosk-1", "kiosk")
    async with hall.on_line("kiosk-1") as device:
        await say(device, "kiosk-1", "modules", {"card_reader": {"health": "fault", "code": "jam"}})
        await say(device, "kiosk-1", "properties", {"in_service": True})
        now_ms = hall.world.clock.now_ms()
        await say(device, "kiosk-1", "telemetry", {"time_ms": now_ms, "values": {"cpu": 12.5}})
        # The acknowledgement says that the sample is on disk.
        assert [
            p.value for p in await hall.devices.telemetry.series("kiosk-1", "cpu", 0, 2**53)
        ] == [12.5]
        await say(device, "kiosk-1", "event", {"name": "near", "time_ms": now_ms, "id": "7"})
        await say(device, "kiosk-1", "event", {"name": "near", "time_ms": now_ms, "id": "7"})
        await until(lambda: hall.state("kiosk-1").happened)
    assert hall.state("kiosk-1").modules["card_reader"].code == "jam"
    assert hall.state("kiosk-1").properties == {"in_service": True}
    assert len(await hall.world.events("device.device_happened")) == 1
    await until(lambda: hall.link_of("kiosk-1") == "offline", "gone without a word")


@pytest.mark.shows("R150", part="acknowledged over MQTT")
async def test_a_command_is_carried_and_its_result_heard(hall: Hall) -> None:
    await hall.enrol("light-1")
    async with hall.on_line("light-1") as device:
        command = await hall.devices.give("light-1", "set", {"level": 40}, SYSTEM)
        message = await next_message(device)
        call = msgspec.json.decode(message.payload)
        assert str(message.topic) == down("light-1", "command")
        assert (call["id"], call["name"], call["parameters"]) == (command, "set", {"level": 40})
        await say(device, "light-1", "result", {"command": command, "step": "done"})
        assert await hall.devices.outcome("light-1", command) == "done"


async def test_modules_in_use_are_kept_for_a_device_that_comes_later(hall: Hall) -> None:
    await hall.enrol("kiosk-1", "kiosk")
    await hall.devices.switch_module("kiosk-1", "cash", False, SYSTEM)
    async with hall.on_line("kiosk-1") as device:
        message = await next_message(device)
        assert message.retain
        assert msgspec.json.decode(message.payload)["cash"] is False


@pytest.mark.shows("R134", part="last will")
async def test_a_broken_connection_says_the_will(hall: Hall) -> None:
    await hall.enrol("light-1")
    device = await hall.raw("light-1")
    device.publish(up("light-1", "state"), b'{"link":"online"}')
    await until(lambda: hall.link_of("light-1") == "online")
    device.break_off()
    await until(lambda: hall.link_of("light-1") == "offline")
    assert hall.state("light-1").link_why == "will"


async def test_a_device_that_said_it_would_sleep_is_not_off_line(hall: Hall) -> None:
    await hall.enrol("light-1")
    async with hall.on_line("light-1") as device:
        await say(device, "light-1", "state", {"link": "sleeping"}, retain=True)
    await until(lambda: not hall.mqtt.broker.is_connected("light-1"))
    await until(lambda: not hall.devices.is_busy)
    assert hall.link_of("light-1") == "sleeping"


async def test_a_half_open_link_is_noticed(hall: Hall) -> None:
    await hall.enrol("light-1")
    async with hall.on_line("light-1", keepalive=60):
        assert hall.mqtt.broker is not None
        hall.mqtt.broker.sweep(asyncio.get_running_loop().time() + 91)
        await until(lambda: hall.link_of("light-1") == "offline")


@pytest.mark.shows("R130", part="credentials")
async def test_without_its_secret_nobody_comes_in(hall: Hall) -> None:
    secret = await hall.enrol("light-1")
    await hall.enrol("light-2")
    for user, password, identifier in (
        ("light-1", "guessed", "light-1"), ("", "", "light-1"), ("nobody", secret, "nobody"),
        ("light-2", secret, "light-2"), ("light-1", secret, "light-2"),
    ):  # fmt: skip
        client = hall.client(
            "light-1", username=user or None, password=password or None, identifier=identifier
        )
        with pytest.raises(aiomqtt.MqttError):
            async with client:
                pass


async def test_a_stranger_disturbs_nobody(hall: Hall) -> None:
    """Whoever claims a name without its secret neither ends nor changes its session."""
    await hall.enrol("light-1")
    async with hall.on_line("light-1") as device:
        with pytest.raises(aiomqtt.MqttError):
            async with hall.client("light-1", password="guessed", clean_session=True):
                pass
        await hall.devices.give("light-1", "set", {"on": True}, SYSTEM)
        assert b'"on":true' in (await next_message(device)).payload
    assert "clash" not in hall.state("light-1").flags


@pytest.mark.shows("R130", part="one device can neither read nor speak for another")
async def test_one_device_reaches_no_other(hall: Hall) -> None:
    await hall.enrol("light-1")
    await hall.enrol("spy")
    async with hall.on_line("light-1"), hall.on_line("spy") as spy:
        for asked in (
            "#", "+/#", "tt/#", "tt/+/down/#", "tt/light-1/down/#", "tt/light-1/down/command",
            "tt/+/down/command", "$SYS/#", "$share/g/tt/light-1/down/#", "tt/spy/#", "tt/spy/up/#",
            "gw/#","homeassistant/#",
            "/tt/light-1/down/#", "+/spy/down/#",
        ):  # fmt: skip
            (granted,) = await spy.subscribe(asked, 1)
            assert granted.is_failure, asked
        for topic in ("tt/light-1/up/state", "tt/light-1/down/command", "tt/spy/down/command",
                      "tt/spy/up", "gw/spy/x", "homeassistant/light/x/config"):  # fmt: skip
            await spy.publish(topic, b'{"link":"offline"}', 1, True)
        await hall.devices.give("light-1", "set", {"on": True}, SYSTEM)
        await say(spy, "spy", "properties", {"on": True})
        await until(lambda: hall.state("spy").properties)
        assert len(spy.messages) == 0
        assert hall.link_of("light-1") == "online"
        assert "topic" in hall.state("spy").flags


async def test_a_will_of_another_is_refused(hall: Hall) -> None:
    await hall.enrol("light-1")
    await hall.enrol("spy")
    async with hall.on_line("light-1"):
        will = aiomqtt.Will(up("light-1", "state"), b'{"link":"offline"}', 1, True)
        with pytest.raises(aiomqtt.MqttError):
            async with hall.client("spy", will=will):
                pass
        await until(lambda: "topic" in hall.state("spy").flags)
        assert hall.link_of("light-1") == "online"


async def test_a_removed_device_and_an_old_secret_are_cut_off_at_once(hall: Hall) -> None:
    await hall.enrol("light-1")
    await hall.enrol("light-2")
    engineer = await hall.world.as_staff(ENGINEER)
    async with hall.on_line("light-1") as first, hall.on_line("light-2") as second:
        assert (
            await engineer.post("/api/branches/harbour/devices/light-1/secret")
        ).status_code == 201
        await until(lambda: not hall.mqtt.broker.is_connected("light-1"))
        await until(lambda: hall.link_of("light-1") == "offline")
        await engineer.delete("/api/branches/harbour/devices/light-2")
        await until(lambda: not hall.mqtt.broker.is_connected("light-2"))
        for client in (first, second):
            with pytest.raises(aiomqtt.MqttError):
                while True:
                    await next_message(client)
    for device in ("light-1", "light-2"):
        with pytest.raises(aiomqtt.MqttError):
            async with hall.client(device):
                pass
    assert hall.mqtt.broker.retained.of("light-2") == {}


async def test_the_newer_of_two_connections_wins_and_flapping_is_flagged(hall: Hall) -> None:
    await hall.enrol("light-1")
    async with hall.on_line("light-1"), hall.client("light-1") as newer:
        await newer.subscribe(down("light-1", "#"), 1)
        await say(newer, "light-1", "state", {"link": "online"}, retain=True)
        await until(lambda: not hall.devices.is_busy)
        assert "clash" not in hall.state("light-1").flags
        await until(lambda: hall.link_of("light-1") == "online")
        await hall.devices.give("light-1", "set", {"on": True}, SYSTEM)
        assert (await next_message(newer)).topic.value == down("light-1", "command")
        for _ in range(2):
            async with hall.client("light-1"), hall.client("light-1"):
                pass
    await until(lambda: "clash" in hall.state("light-1").flags)


async def test_commands_wait_for_a_session_that_is_kept(hall: Hall) -> None:
    await hall.enrol("light-1")
    async with hall.on_line("light-1", clean_session=False):
        pass
    await until(lambda: not hall.mqtt.broker.is_connected("light-1"))
    assert hall.mqtt.broker.publish(down("light-1", "command"), b"{}", 1) is False
    async with hall.client("light-1", clean_session=False) as device:
        assert (await next_message(device)).payload == b"{}"


async def test_quality_two_is_taken_once(hall: Hall) -> None:
    await hall.enrol("light-1")
    async with hall.on_line("light-1") as device:
        await say(device, "light-1", "properties", {"level": 7}, qos=2)
        await say(device, "light-1", "properties", {"level": 8}, qos=2)
        await until(lambda: hall.state("light-1").properties.get("level") == 8)
    recorded = await hall.world.app.parts.log.read_stream("device/light-1")
    changes = [one.event for one in recorded if isinstance(one.event, PropertiesChanged)]
    assert [one.values for one in changes] == [{"level": 7}, {"level": 8}]


async def test_a_clock_far_off_is_flagged_and_its_samples_get_our_time(hall: Hall) -> None:
    await hall.enrol("light-1")
    async with hall.on_line("light-1") as device:
        for time_ms in (1, 2**62):
            await say(device, "light-1", "telemetry", {"time_ms": time_ms, "values": {"power": 5}})
        series = await hall.devices.telemetry.series("light-1", "power", 0, 2**53)
        assert [point.time_ms for point in series] == [hall.world.clock.now_ms()]
        await until(lambda: "clock_off" in hall.state("light-1").flags)

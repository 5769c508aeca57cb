"""Devices over a broker that stands elsewhere, with the files that we write for it."""

import asyncio
import getpass
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiomqtt
import msgspec
import pytest
from typer.testing import CliRunner

from tests.devices.mqtt.conftest import (
    PLATFORM,
    PLATFORM_SECRET,
    Hall,
    Mosquitto,
    Nats,
    Outside,
    mosquitto,
    next_message,
    open_hall,
    say,
    until,
)
from tingtang.devices.model import mqtt_packets as mp
from tingtang.devices.model.mqtt_topics import down, up
from tingtang.devices.mqtt import nats
from tingtang.devices.mqtt.commands import app
from tingtang.kernel.permissions import SYSTEM


@pytest.fixture(params=["mosquitto", "nats"])
async def broker(
    request: pytest.FixtureRequest, tmp_path: Path, free_port: int
) -> AsyncIterator[Outside]:
    broker = await _made(request.param, tmp_path / "broker", free_port)
    yield broker
    broker.stop()


async def _made(kind: str, folder: Path, port: int) -> Outside:
    """A broker that runs with the files which an installation would be given for it."""
    broker: Outside
    if kind == "mosquitto":
        mosquitto("mosquitto")
        _write("mosquitto", folder, "--user", PLATFORM, "--port", str(port))
        with (folder / "mosquitto.conf").open("a") as conf:
            conf.write(f"user {getpass.getuser()}\nautosave_on_changes true\nautosave_interval 1\n")
        with (folder / "rules").open("a") as rules:
            rules.write("user probe\ntopic readwrite #\n")
        broker = Mosquitto(folder, port)
        broker.add("probe", "probe")
    else:
        _write("nats", folder, "--port", str(port))
        broker = Nats(folder, port)
        file = folder / nats.ACCOUNTS
        line = nats.account("probe", "probe", "probe")
        line = line.replace("publish: [", 'publish: ["probe.>", ')
        line = line.replace("subscribe: [", 'subscribe: ["probe.>", ')
        file.write_text(nats.with_account(file.read_text(), line))
    broker.add(PLATFORM, PLATFORM_SECRET)
    await broker.start()
    return broker


def _write(broker: str, folder: Path, *options: str) -> None:
    answer = CliRunner().invoke(app, [broker, str(folder), *options])
    assert answer.exit_code == 0, answer.output


@pytest.fixture
async def far_hall(broker: Outside, seeded: Path, tmp_path: Path) -> AsyncIterator[Hall]:
    (tmp_path / "hall").mkdir()
    async with open_hall(
        seeded, tmp_path / "hall", broker=f"mqtt://127.0.0.1:{broker.port}", user=PLATFORM,
        secret=PLATFORM_SECRET,
    ) as hall:  # fmt: skip
        hall.port = broker.port
        await until(lambda: hall.mqtt.outside.client.is_up)
        yield hall


async def enrol(hall: Hall, broker: Outside, device: str, type_: str = "light") -> None:
    broker.add(device, await hall.enrol(device, type_))
    await until_welcome(hall, device)


async def until_welcome(hall: Hall, device: str) -> None:
    """A broker reads its accounts again a moment after it was told to."""
    for _ in range(200):
        try:
            async with hall.client(device, will=None):
                return
        except aiomqtt.MqttError:
            continue
    raise AssertionError(f"{device} is not let in")


@pytest.mark.shows("R133", part="heard over Mosquitto and NATS")
async def test_heard_and_told_over_another_broker(far_hall: Hall, broker: Outside) -> None:
    await enrol(far_hall, broker, "light-1")
    async with far_hall.on_line("light-1") as device:
        now_ms = far_hall.world.clock.now_ms()
        for number in range(50):
            body = {"time_ms": now_ms + number, "values": {"power": number}}
            await say(device, "light-1", "telemetry", body)
        await until(lambda: far_hall.devices.telemetry.written == 50)
        command = await far_hall.devices.give("light-1", "set", {"level": 40}, SYSTEM)
        call = msgspec.json.decode((await next_message(device)).payload)
        assert call["id"] == command
        await say(device, "light-1", "result", {"command": command, "step": "done"})
        assert await far_hall.devices.outcome("light-1", command) == "done"


@pytest.mark.shows(
    "R130", part="one device can neither read nor speak for another, over Mosquitto and NATS"
)
async def test_another_broker_keeps_devices_apart(far_hall: Hall, broker: Outside) -> None:
    await enrol(far_hall, broker, "light-1")
    await enrol(far_hall, broker, "spy")
    # With NATS another's client name ends its connection, though it gives no rights: not tried here.
    name = "spy" if isinstance(broker, Nats) else "light-1"
    async with far_hall.on_line("light-1"), far_hall.on_line("spy", identifier=name) as spy:
        for asked in ("#", "tt/#", "tt/+/down/#", "tt/light-1/down/#", "gw/#"):
            await spy.subscribe(asked, 1)
        for topic in (up("light-1", "state"), down("light-1", "command")):
            await spy.publish(topic, b'{"link":"offline"}', 1, True)
        await far_hall.devices.give("light-1", "set", {"on": True}, SYSTEM)
        await say(spy, "spy", "properties", {"on": True})
        await until(lambda: far_hall.state("spy").properties)
        assert len(spy.messages) == 0
        assert far_hall.link_of("light-1") == "online"


async def test_nobody_leaves_a_last_will_in_another_s_name(far_hall: Hall, broker: Outside) -> None:
    await enrol(far_hall, broker, "light-1")
    await enrol(far_hall, broker, "spy")
    async with far_hall.on_line("light-1") as device:
        reader, writer = await asyncio.open_connection("127.0.0.1", broker.port)
        will = mp.Will(up("light-1", "state"), b'{"link":"offline"}', 1, True)
        hello = mp.Connect(
            client="spy", is_clean=True, keep_alive_s=60, username="spy",
            password=far_hall.secrets["spy"], will=will,
        )  # fmt: skip
        writer.write(mp.connect(hello))
        await reader.read(4)  # let in or not
        writer.transport.abort()
        await say(device, "light-1", "properties", {"on": True})
        await until(lambda: far_hall.state("light-1").properties)
        assert far_hall.link_of("light-1") == "online"


async def test_a_broker_that_goes_and_comes_back(far_hall: Hall, broker: Outside) -> None:
    await enrol(far_hall, broker, "light-1")
    await enrol(far_hall, broker, "light-2")
    async with far_hall.client("light-2") as sleeper:
        await say(sleeper, "light-2", "state", {"link": "sleeping"}, retain=True)
        await until(lambda: far_hall.link_of("light-2") == "sleeping")
    with suppress(aiomqtt.MqttError):
        async with far_hall.on_line("light-1"):
            broker.stop()
            await until(lambda: far_hall.link_of("light-1") == "unknown", "nothing is known")
            assert far_hall.link_of("light-2") == "unknown"
    await broker.start()
    await until(lambda: far_hall.link_of("light-2") == "sleeping", "by what is retained")
    async with far_hall.on_line("light-1"):
        await far_hall.devices.give("light-1", "set", {"on": True}, SYSTEM)


async def test_what_a_removed_device_left_is_cleared(far_hall: Hall, broker: Outside) -> None:
    await enrol(far_hall, broker, "light-1")
    async with far_hall.on_line("light-1") as device:
        await far_hall.devices.remove("light-1", SYSTEM)
        await say(device, "light-1", "properties", {"on": True}, retain=True)
        await say(device, "light-1", "state", {"link": "online"}, retain=True)
    await until(lambda: not far_hall.devices.is_busy)
    async with aiomqtt.Client(
        "127.0.0.1", broker.port, identifier="probe", username="probe", password="probe"
    ) as probe:
        # What is retained comes first, then what is said now: ask until nothing is retained.
        is_clear = False
        for number in range(100):
            marker = f"probe/{number}"
            await probe.subscribe(marker, 1)
            await probe.subscribe("tt/light-1/#", 1)
            await probe.publish(marker, b"", 1)
            if (await next_message(probe)).topic.value == marker:
                is_clear = True
                break
            while (await next_message(probe)).topic.value != marker:
                pass
            await probe.unsubscribe("tt/light-1/#")
    assert is_clear, "what it left is still there"
    assert far_hall.devices.register.get("light-1") is None

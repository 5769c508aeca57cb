"""A running application whose devices are reached over real MQTT sockets."""

import asyncio
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiomqtt
import msgspec
import pytest
from typer.testing import CliRunner

from tests.devices.conftest import ENGINEER
from tests.http.world import World, open_world
from tingtang.devices.model import mqtt_packets as mp
from tingtang.devices.model.mqtt_topics import down, up
from tingtang.devices.model.state import DeviceState
from tingtang.devices.mqtt.commands import app
from tingtang.devices.mqtt.options import MqttOptions
from tingtang.devices.mqtt.sessions import Limits
from tingtang.devices.mqtt.wiring import Mqtt
from tingtang.devices.service import DeviceService

PLATFORM, PLATFORM_SECRET = "tingtang", "the-platform's-own"
BRANCH = "harbour"
"""One without automations, which would set devices by themselves."""
PATIENCE_S = 30.0
"""Far more than anything takes; what is waited for this long is never coming."""


async def until(holds: Callable[[], Any], what: str = "") -> Any:
    """Wait until ``holds()`` is true; gives what it gave."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not (found := holds()):
                await asyncio.sleep(0.01)
            return found
    except TimeoutError:
        raise AssertionError(f"this never came about: {what or holds}") from None


class Hall:
    """A branch whose devices speak MQTT."""

    def __init__(self, world: World, port: int) -> None:
        self.world = world
        self.port = port
        self.devices = world.app.parts.service("devices", DeviceService)
        self.mqtt = world.app.parts.service("mqtt", Mqtt)
        self.secrets: dict[str, str] = {}

    async def enrol(self, device: str, type_: str = "light", **more: object) -> str:
        """Register a device as an engineer does; gives its secret."""
        engineer = await self.world.as_staff(ENGINEER)
        body = {"id": device, "type": type_, "name": "一号", "zone": "", **more}
        answer = await engineer.post(f"/api/branches/{BRANCH}/devices", json=body)
        assert answer.status_code == 201, answer.text
        self.secrets[device] = answer.json()["secret"]
        return self.secrets[device]

    def state(self, device: str) -> DeviceState:
        return self.devices.host.committed(f"device/{device}") or DeviceState()

    def link_of(self, device: str) -> str:
        return str(self.state(device).link)

    def client(self, device: str, **more: Any) -> aiomqtt.Client:
        """A client that has nothing to do with our own code."""
        return aiomqtt.Client(
            "127.0.0.1",
            self.port,
            **{
                "identifier": device,
                "username": device,
                "password": self.secrets.get(device, ""),
                "will": aiomqtt.Will(up(device, "state"), b'{"link":"offline"}', 1, True),
                **more,
            },
        )

    @asynccontextmanager
    async def on_line(self, device: str, **more: Any) -> AsyncIterator[aiomqtt.Client]:
        """A device that is connected, listens and has said that it is there."""
        async with self.client(device, **more) as client:
            await client.subscribe(down(device, "#"), 1)
            await say(client, device, "state", {"link": "online", "boot": "1"}, retain=True)
            await until(lambda: self.link_of(device) == "online", f"{device} on line")
            yield client

    async def raw(self, device: str) -> "RawDevice":
        """A device made of bytes, which may do what no library does."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        raw = RawDevice(reader, writer)
        raw.send(
            mp.connect(
                mp.Connect(
                    client=device,
                    is_clean=True,
                    keep_alive_s=60,
                    username=device,
                    password=self.secrets[device],
                    will=mp.Will(up(device, "state"), b'{"link":"offline"}', 1, True),
                )
            )
        )
        assert await raw.read(4) == mp.connack(mp.ConnectCode.ACCEPTED)
        return raw


class RawDevice:
    """Bytes to the broker and back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    def publish(self, topic: str, payload: bytes, qos: int = 0, packet: int = 0) -> None:
        self.send(mp.publish(mp.Publish(topic, payload, qos, packet=packet)))

    async def read(self, count: int) -> bytes:
        async with asyncio.timeout(PATIENCE_S):
            return await self.reader.readexactly(count)

    async def is_closed(self) -> bool:
        """Read what is left until the other end has closed."""
        async with asyncio.timeout(PATIENCE_S):
            with suppress(ConnectionError):
                while await self.reader.read(4096):
                    pass
        self.writer.close()
        return True

    def break_off(self) -> None:
        """As a machine does whose power fails."""
        self.writer.transport.abort()


async def say(
    client: aiomqtt.Client, device: str, what: str, body: Any, *, qos: int = 1, retain: bool = False
) -> None:
    payload = body if isinstance(body, bytes) else msgspec.json.encode(body)
    await client.publish(up(device, what), payload, qos, retain)


async def next_message(client: aiomqtt.Client) -> aiomqtt.Message:
    async with asyncio.timeout(PATIENCE_S):
        return await anext(client.messages)


@asynccontextmanager
async def open_hall(seeded: Path, folder: Path, **options: Any) -> AsyncIterator[Hall]:
    given = {"broker": "embedded", "listen": "127.0.0.1:0", **options}
    async with open_world(seeded, folder, mqtt=MqttOptions(**given)) as world:
        yield Hall(world, world.app.parts.service("mqtt", Mqtt).port)


@pytest.fixture
async def hall(seeded: Path, tmp_path: Path) -> AsyncIterator[Hall]:
    """Over the embedded broker."""
    async with open_hall(seeded, tmp_path) as hall:
        yield hall


class Outside:
    """A broker of the test's own, in a process of its own, which can be stopped and started again."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """What starts it."""
        raise NotImplementedError

    def write_account(self, user: str, secret: str) -> None:
        """Add the account to its files."""
        raise NotImplementedError

    def add(self, user: str, secret: str) -> None:
        self.write_account(user, secret)
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)  # read the accounts again

    async def start(self) -> None:
        self._process = subprocess.Popen(
            self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    return

    def stop(self, *, at_once: bool = False) -> None:
        if self._process is not None:
            (self._process.kill if at_once else self._process.terminate)()
            self._process.wait()
            self._process = None


class Mosquitto(Outside):
    def command(self) -> list[str]:
        return [mosquitto("mosquitto"), "-c", str(self.folder / "mosquitto.conf")]

    def write_account(self, user: str, secret: str) -> None:
        file = self.folder / "passwords"
        file.touch(mode=0o600)
        subprocess.run(
            [mosquitto("mosquitto_passwd"), "-b", str(file), user, secret], check=True,
            capture_output=True,
        )  # fmt: skip


class Nats(Outside):
    def command(self) -> list[str]:
        program = str(Path(sys.executable).with_name("nats-server"))
        return [program, "-c", str(self.folder / "nats.conf")]

    def write_account(self, user: str, secret: str) -> None:
        given = ["nats-account", str(self.folder), user, "--secret", secret, "--user", PLATFORM]
        answer = CliRunner().invoke(app, given)
        assert answer.exit_code == 0, answer.output


def mosquitto(program: str) -> str:
    """The program's path; the test is skipped where Mosquitto is not installed."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(f"{program} is not installed: scripts/setup system")
    return found


__all__ = [
    "Hall", "Limits", "Mosquitto", "Nats", "Outside", "mosquitto", "next_message", "open_hall", "say",
    "until",
]  # fmt: skip


@pytest.fixture
def free_port() -> Iterator[int]:
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    yield port

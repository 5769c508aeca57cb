"""Devices: samples stored durably through Mosquitto, commands there and back, memory a device."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from bench.report import Figure
from tingtang.devices.model.mqtt_topics import down, up
from tingtang.devices.model.records import Device
from tingtang.devices.mqtt import mosquitto
from tingtang.devices.mqtt.client import ClientOptions, MqttClient
from tingtang.devices.mqtt.options import MqttOptions
from tingtang.devices.mqtt.wiring import Mqtt
from tingtang.devices.scenes.model import Scene, SceneResult, Select, Wanted
from tingtang.devices.scenes.service import SceneService
from tingtang.devices.service import DeviceService
from tingtang.http.app import App, build
from tingtang.http.options import WebOptions
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text
from tingtang.kernel.vault import Suite, open_or_create_vault
from tingtang.org.demo import seed_demo_bank
from tingtang.org.structure import OrgService

THINGSBOARD_A_CPU_SECOND = 1_390
"""1,111 messages a second at 20 % of 4 processors, as ThingsBoard publishes."""
DEVICES = 200
MESSAGES, ROUNDS = 80, 3
"""Of each device in a round: all of a round fit into the queue that Mosquitto keeps for us."""
COMMANDS = 400
SCENES, SCENE_SECONDS = 5, 2.0
CONNECTED = 500
"""Devices by which memory is measured."""


class Running(msgspec.Struct):
    """An application with fake lights connected, one connection each."""

    app: App
    secrets: dict[str, str]
    player: Any
    """The process of the fake lights."""
    bytes_before: int
    """In use once all were registered, and before any connected."""

    @property
    def devices(self) -> DeviceService:
        return self.app.parts.service("devices", DeviceService)


class FakeDevices:
    """Many devices, each with a connection of its own; lives in a process of its own."""

    def __init__(self, port: int, secrets: dict[str, str]) -> None:
        self.clients = {
            device: MqttClient(
                ClientOptions(
                    host="127.0.0.1", port=port, username=device, password=secret, client=device
                ),
                self._answer(device),
                lambda: None,
                lambda: None,
            )
            for device, secret in secrets.items()
        }

    async def start(self) -> None:
        """All are connected, listen, and have said that they are there."""
        for device, client in self.clients.items():
            client.subscribe(down(device, "command"))
            await client.start()
        for device, client in self.clients.items():
            while not client.publish(up(device, "state"), b'{"link":"online"}', 1, True):
                await asyncio.sleep(0.01)

    async def measure(self, messages: int) -> None:
        """Each says ``messages`` samples, acknowledged by the broker."""
        base_ms = time.time_ns() // 1_000_000 - messages
        for number in range(messages):
            for device, client in self.clients.items():
                body = b'{"time_ms":%d,"values":{"power":%d}}' % (base_ms + number, number % 100)
                while not client.publish(up(device, "telemetry"), body, 1):
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0)
        while any(client.inflight for client in self.clients.values()):
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        for client in self.clients.values():
            await client.stop()

    def _answer(self, device: str) -> "Callable[[str, bytes, bool], asyncio.Future[None] | None]":
        def answer(_topic: str, payload: bytes, _retain: bool) -> None:
            call = msgspec.json.decode(payload)
            done = msgspec.json.encode({"command": call["id"], "step": "done"})
            client = self.clients[device]
            client.publish(up(device, "properties"), msgspec.json.encode(call["parameters"]), 1)
            client.publish(up(device, "result"), done, 1)

        return answer


async def _play() -> None:
    """The process of the fake devices: told what to do line by line."""
    told = json.loads(sys.stdin.readline())
    fake = FakeDevices(told["port"], told["secrets"])
    await fake.start()
    print("up", flush=True)
    loop = asyncio.get_running_loop()
    while (line := (await loop.run_in_executor(None, sys.stdin.readline)).strip()) != "":
        if line == "measure":
            await fake.measure(MESSAGES)
            print("said", flush=True)
    await fake.stop()


def _start_players(port: int, secrets: dict[str, str]) -> "subprocess.Popen[str]":
    player = subprocess.Popen(
        [sys.executable, "-m", "bench.devices"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    _tell(player, json.dumps({"port": port, "secrets": secrets}))
    return player


def _tell(player: "subprocess.Popen[str]", line: str) -> None:
    assert player.stdin is not None
    player.stdin.write(line + "\n")
    player.stdin.flush()


async def _hears(player: "subprocess.Popen[str]", word: str) -> None:
    assert player.stdout is not None
    line = await asyncio.to_thread(player.stdout.readline)
    assert line.strip() == word, line


async def with_devices(
    options: MqttOptions,
    port: int,
    count: int,
    work: Callable[[Running], Awaitable[list[Figure]]],
    add: Callable[[dict[str, str]], None] = lambda _secrets: None,
    *,
    is_traced: bool = False,
) -> list[Figure]:
    """Run ``work`` on an application with ``count`` fake lights connected, one connection each.

    ``port`` is the broker's, 0 for the embedded one; ``add`` makes accounts where it has its own.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        vault = open_or_create_vault(folder / "keys.json", Suite.AES_256_GCM, 0)
        web = WebOptions(
            database_url=f"sqlite:///{folder / 'bench.db'}", data_folder=folder, mqtt=options
        )
        app = build(web, vault=vault)
        await app.start()
        player = None
        try:
            await seed_demo_bank(app.parts.service("org", OrgService))
            devices = app.parts.service("devices", DeviceService)
            secrets = {}
            for number in range(count):
                device = Device(
                    id=f"light-{number}", branch=BranchId("east"), type="light",
                    name=Text(f"{number}"),
                )  # fmt: skip
                secrets[device.id] = await devices.enrol(device, SYSTEM)
            add(secrets)
            if is_traced:
                tracemalloc.start()
            bytes_before = _bytes_in_use()
            player = _start_players(port or app.parts.service("mqtt", Mqtt).port, secrets)
            await _hears(player, "up")
            while any(not _is_on_line(devices, one) for one in secrets):
                await asyncio.sleep(0.05)
            return await work(Running(app, secrets, player, bytes_before))
        finally:
            if player is not None:
                _tell(player, "")
                player.wait(20)
            await app.stop()


def _is_on_line(devices: DeviceService, device: str) -> bool:
    state = devices.host.committed(f"device/{device}")
    return state is not None and state.link == "online"


async def _telemetry(running: Running) -> list[Figure]:
    devices, secrets, player = running.devices, running.secrets, running.player
    total = len(secrets) * MESSAGES * ROUNDS
    before = devices.telemetry.written
    cpu, wall = time.process_time(), time.monotonic()
    for number in range(1, ROUNDS + 1):
        _tell(player, "measure")
        async with asyncio.timeout(60):
            while devices.telemetry.written < before + number * total // ROUNDS:
                await asyncio.sleep(0.02)
        await _hears(player, "said")
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    stored = 0
    for device in secrets:
        stored += len(await devices.telemetry.series(device, "power", 0, 2**53))
    assert stored == total, f"{stored} of {total} samples are on disk"
    return [
        Figure(
            "samples stored durably a CPU-second through Mosquitto ÷ ThingsBoard's 1,390",
            total / cpu / THINGSBOARD_A_CPU_SECOND,
            at_least=1,
            aim=2,
            detail=f"{total / cpu:.0f} a CPU-second, {total / wall:.0f}/s, {len(secrets)} devices",
        ),
        await _round_trips(devices, list(secrets)),
    ]


async def _round_trips(devices: DeviceService, ids: list[str]) -> Figure:
    """From giving a command to knowing that it was done, one after another."""
    took = []
    for number in range(COMMANDS):
        device, began = ids[number % len(ids)], time.perf_counter()
        command = await devices.give(device, "set", {"level": number % 100}, SYSTEM)
        await devices.outcome(device, command)
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return Figure(
        "command there and back, 99th percentile ÷ 250 ms",
        took[int(len(took) * 0.99)] / 250,
        at_most=1,
        detail=f"median {took[len(took) // 2]:.1f} ms, 99 % {took[int(len(took) * 0.99)]:.1f} ms",
    )


async def _memory(running: Running) -> list[Figure]:
    """Connection, session and live state of a device together."""
    each = (_bytes_in_use() - running.bytes_before) / len(running.secrets)
    return [
        Figure(
            "memory of a connected device ÷ ThingsBoard's 65 kB",
            each / 65_000,
            at_most=1,
            detail=f"{each / 1000:.0f} kB each, {len(running.secrets)} devices, embedded broker",
        )
    ]


async def _scene(running: Running) -> list[Figure]:
    """One tap sets every device, and each confirms; the slowest of several runs counts."""
    scenes = running.app.parts.service("scenes", SceneService)
    ids, took = list(running.secrets), []
    for number in range(SCENES):
        level = float(10 + number)  # another each time, so that every device must change
        scene = Scene(
            code="bench", branch="east", name=Text("评测", "Bench"),
            wanted=(Wanted(select=Select(type="light"), values={"on": True, "level": level}),),
        )  # fmt: skip
        await scenes.book.save(scene, SYSTEM)
        began = time.perf_counter()
        run = await scenes.run("east", "bench", SYSTEM)
        ended = await scenes.ended("east", "bench", run)
        took.append(time.perf_counter() - began)
        confirmed = [ended.devices[one].result for one in ids]
        assert confirmed == [SceneResult.DONE] * len(ids), "not every device confirmed"
    return [
        Figure(
            "a scene over 200 devices, all confirmed ÷ 2 s",
            max(took) / SCENE_SECONDS,
            at_most=1,
            detail=f"{len(ids)} devices, {SCENES} runs: slowest {max(took):.2f} s,"
            f" fastest {min(took):.2f} s, embedded broker",
        )
    ]


def _bytes_in_use() -> int:
    """What Python's objects take, while traced; else what is resident, which hides what was freed
    before and is used again.
    """
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    resident = pages * os.sysconf("SC_PAGE_SIZE")
    return tracemalloc.get_traced_memory()[0] if tracemalloc.is_tracing() else resident


def speed() -> list[Figure]:
    """Through a Mosquitto of its own, with the rules that an installation would have."""
    program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if program is None:
        print("devices: skipped; mosquitto is not installed (scripts/setup system)")
        return []
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), _free_port()
        (folder / mosquitto.RULES).write_text(mosquitto.rules("tingtang"))
        (folder / mosquitto.CONFIGURATION).write_text(
            mosquitto.configuration(folder, "127.0.0.1", port) + "user root\n"
        )
        passwords = folder / mosquitto.PASSWORDS
        running: list[subprocess.Popen[bytes]] = []

        def add(secrets: dict[str, str]) -> None:
            accounts = secrets | {"tingtang": "the-platform's"}
            passwords.write_text("".join(f"{u}:{s}\n" for u, s in accounts.items()))
            subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True)
            running.append(
                subprocess.Popen(
                    [program, "-c", str(folder / mosquitto.CONFIGURATION)],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )

        options = MqttOptions(
            broker=f"mqtt://127.0.0.1:{port}", user="tingtang", secret="the-platform's",
            messages_per_second=10_000,
        )  # fmt: skip
        try:
            figures = asyncio.run(with_devices(options, port, DEVICES, _telemetry, add))
        finally:
            for process in running:
                process.terminate()
                process.wait()
    embedded = MqttOptions(broker="embedded", listen="127.0.0.1:0")
    figures += asyncio.run(with_devices(embedded, 0, DEVICES, _scene))
    tracemalloc.stop()
    return figures + asyncio.run(with_devices(embedded, 0, CONNECTED, _memory, is_traced=True))


def _free_port() -> int:
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


if __name__ == "__main__":
    asyncio.run(_play())

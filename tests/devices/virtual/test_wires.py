"""Virtual devices over a real broker, heard and told by the platform; and the guide, tried."""

import asyncio
import os
import re
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
import uvicorn

from tests.devices.conftest import ENGINEER
from tests.devices.mqtt.conftest import BRANCH, Hall, free_port, open_hall, until
from tingtang.devices.model.declared import parse_type
from tingtang.devices.model.state import CommandState, DeviceState
from tingtang.devices.model.wire import Health, Link, ModuleReport, Value
from tingtang.devices.register import shipped_types
from tingtang.devices.virtual.machine import Machine
from tingtang.devices.virtual.wires import Broker, Fleet, Wire, mac_of, parse_broker
from tingtang.kernel.permissions import SYSTEM

__all__ = ["free_port"]
GUIDE = Path(__file__).parents[3] / "docs" / "devices.md"


class HallClock:
    """The hall's time, which stands still, made to go on."""

    def __init__(self, hall: Hall, speed: float = 1.0) -> None:
        self.speed = speed
        self._start_ms = hall.world.clock.now_ms()
        self._at = time.monotonic()

    def now_ms(self) -> int:
        return self._start_ms + round((time.monotonic() - self._at) * 1000 * self.speed)


@pytest.fixture
async def hall(seeded: Path, tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(seeded, tmp_path) as hall:
        yield hall


@asynccontextmanager
async def running(hall: Hall, **kinds: str) -> AsyncIterator[dict[str, Machine]]:
    """Enrolled devices that run in this process, by id."""
    clock, wires = HallClock(hall), []
    types = shipped_types()
    for device, code in kinds.items():
        secret = await hall.enrol(device, code)
        machine = Machine(device, types[code], Random(1), is_open=True, fault_factor=0)
        wires.append(Wire(machine, secret, Broker("127.0.0.1", hall.port), clock))
    task = asyncio.create_task(Fleet(wires, clock).run())
    try:
        for device in kinds:
            await until(lambda device=device: hall.link_of(device) == "online", device)  # type: ignore[misc]
        yield {one.machine.id: one.machine for one in wires}
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def seen(hall: Hall, device: str, holds: Callable[[DeviceState], bool]) -> DeviceState:
    await until(lambda: holds(hall.state(device)))
    return hall.state(device)


@pytest.mark.shows("R132", part="a virtual device is heard and told over MQTT")
async def test_a_device_is_heard_told_and_seen_to_obey(hall: Hall) -> None:
    async with running(hall, lamp="light", drape="curtain") as machines:
        state = await seen(hall, "lamp", lambda state: "level" in state.properties)
        assert state.properties["on"] is True
        assert state.firmware == machines["lamp"].body.firmware
        command = await hall.devices.give("lamp", "set", {"level": 25}, SYSTEM)
        assert await hall.devices.outcome("lamp", command) is CommandState.DONE
        # What was set is reported before the command is said to be done.
        assert hall.state("lamp").properties["level"] == 25
        command = await hall.devices.give("drape", "set", {"position": 90}, SYSTEM)
        assert await hall.devices.outcome("drape", command) is CommandState.DONE
        await seen(hall, "drape", lambda state: state.properties["position"] == 90)


@pytest.mark.shows("R141", part="on and off, and what is shown where, over MQTT")
@pytest.mark.shows("R144", part="down, stopped on its way, and up again, over MQTT")
async def test_a_meeting_room_is_set_piece_by_piece(hall: Hall) -> None:
    clock = HallClock(hall)

    async def give(device: str, name: str, **values: Value) -> str:
        hall.world.clock.at_ms = clock.now_ms()  # a machine does nothing that it is told too late
        return await hall.devices.give(device, name, values, SYSTEM)

    async def told(device: str, name: str, **values: Value) -> None:
        command = await give(device, name, **values)
        ended = await hall.devices.outcome(device, command)
        assert ended is CommandState.DONE, hall.state(device).commands[command]

    room = {"beam": "projector", "desk": "document_camera", "tape": "recorder", "pc": "pc"}
    async with running(hall, sheet="projection_screen", **room):
        for is_on in (False, True):
            await told("beam", "set", on=is_on)
            await told("desk", "set", on=is_on)
            await told("tape", "set", recording=is_on)
            assert hall.state("beam").properties["on"] is is_on
            assert hall.state("desk").properties["on"] is is_on
            assert hall.state("tape").properties["recording"] is is_on
        await told("beam", "set", source="document_camera")
        await told("pc", "set", source="wall")
        assert hall.state("beam").properties["source"] == "document_camera"
        assert hall.state("pc").properties["source"] == "wall"

        await told("sheet", "set", position=0)
        await seen(hall, "sheet", lambda state: state.properties["position"] == 0)
        await give("sheet", "set", position=100)
        await seen(hall, "sheet", lambda state: float(state.properties["position"]) > 0)
        await told("sheet", "stop")
        stands = float(hall.state("sheet").properties["position"])
        assert 0 < stands < 100
        await told("sheet", "set", position=0)
        await seen(hall, "sheet", lambda state: state.properties["position"] == 0)


@pytest.mark.shows("R134", part="a module's fault heard over MQTT")
@pytest.mark.shows("R136", part="a device learns which of its parts are out of use")
async def test_parts_fail_recover_and_are_put_out_of_use(hall: Hall) -> None:
    async with running(hall, k1="kiosk") as machines:
        body = machines["k1"].body
        await seen(hall, "k1", lambda state: "cash" in state.modules)
        body.modules["cash"] = ModuleReport(Health.FAULT, "note_jam")
        state = await seen(hall, "k1", lambda state: state.modules["cash"].health is Health.FAULT)
        assert state.modules["cash"].code == "note_jam"
        body.modules["cash"] = ModuleReport(Health.OK)
        await seen(hall, "k1", lambda state: state.modules["cash"].health is Health.OK)
        await hall.devices.switch_module("k1", "cash", False, SYSTEM)
        await until(lambda: body.in_use.get("cash") is False)
        assert not body.works("cash")


@pytest.mark.shows("R133", part="the will of a device whose process ends")
async def test_one_that_vanishes_is_off_line_and_back_with_a_new_boot(hall: Hall) -> None:
    async with running(hall, lamp="light"):
        first = hall.state("lamp").boot
    await until(lambda: hall.link_of("lamp") == "offline")
    assert first


@pytest.mark.shows("R135", part="off and on again by a magic packet")
async def test_a_computer_is_shut_down_and_woken_over_the_network(
    hall: Hall, free_port: int
) -> None:
    clock = HallClock(hall, speed=20)
    secret = await hall.enrol(
        "pc-1", "pc", mac=mac_of("pc-1"), wake_address=f"127.0.0.1:{free_port}"
    )
    machine = Machine("pc-1", shipped_types()["pc"], Random(1), fault_factor=0, tells_time=False)
    wires = [Wire(machine, secret, Broker("127.0.0.1", hall.port), clock)]
    task = asyncio.create_task(Fleet(wires, clock, wake_port=free_port).run())
    try:
        async with asyncio.timeout(60):
            await until(lambda: hall.link_of("pc-1") == "online")
            command = await hall.devices.give("pc-1", "shut_down", {}, SYSTEM)
            assert await hall.devices.outcome("pc-1", command) is CommandState.DONE
            await until(lambda: hall.link_of("pc-1") == "sleeping")
            command = await hall.devices.give("pc-1", "wake", {}, SYSTEM)
            assert await hall.devices.outcome("pc-1", command) is CommandState.DONE
            assert hall.link_of("pc-1") == "online"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("url", ["http://x", "mqtt://", "1883", "mqtt:localhost"])
def test_an_address_that_is_no_broker_s_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="mqtt://host:port"):
        parse_broker(url)


def test_an_address_says_where_and_how() -> None:
    assert parse_broker("mqtt://b") == Broker("b", 1883)
    assert parse_broker("mqtts://b") == Broker("b", 8883, has_tls=True)
    assert parse_broker("mqtt://b:5") == Broker("b", 5)


async def test_the_guide_s_type_is_declared_and_runs_from_its_file(
    hall: Hall, tmp_path: Path
) -> None:
    [text] = re.findall(r"```toml\n(.*?)```", GUIDE.read_text("utf-8"), re.S)
    declared = parse_type(text, "humidifier.toml")
    file = tmp_path / "humidifier.toml"
    file.write_text(text, "utf-8")
    hall.devices.register.types["humidifier"] = declared
    secret = await hall.enrol("hum-1", "humidifier")
    # The hall's clock stands at another day than this process's.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from tingtang.cli import main; main()",
        "device", "--declaration", str(file), "--id", "hum-1",
        "--broker", f"mqtt://127.0.0.1:{hall.port}", "--clock", "stdin",
        env={**os.environ, "TINGTANG_DEVICE_SECRET": secret},
        stdin=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(f"{hall.world.clock.now_ms()} 1\n".encode())
    try:
        state = await seen(hall, "hum-1", lambda state: "pump" in state.modules)
        assert state.link is Link.ONLINE
        command = await hall.devices.give("hum-1", "set", {"level": 70}, SYSTEM)
        assert await hall.devices.outcome("hum-1", command) is CommandState.DONE
        assert hall.state("hum-1").properties["level"] == 70
        assert hall.state("hum-1").flags == {}
    finally:
        process.stdin.close()  # it ends with whom it belongs to
        async with asyncio.timeout(20):
            assert await process.wait() == 0


def test_the_guide_names_every_type() -> None:
    words = GUIDE.read_text("utf-8")
    assert [code for code in shipped_types() if f"`{code}`" not in words] == []


@pytest.mark.shows("R132", part="a machine's screen and its log, fetched")
async def test_a_picture_and_a_log_are_fetched_from_a_device(hall: Hall) -> None:
    server = uvicorn.Server(
        uvicorn.Config(
            hall.world.app,
            interface="asgi3",
            host="127.0.0.1",
            port=0,
            lifespan="off",
            log_level="error",
        )
    )
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    secret = await hall.enrol("k1", "kiosk")
    clock = HallClock(hall)
    machine = Machine("k1", shipped_types()["kiosk"], Random(1), is_open=True, fault_factor=0)
    broker = Broker("127.0.0.1", hall.port)
    wire = Wire(machine, secret, broker, clock, f"http://127.0.0.1:{port}")
    task = asyncio.create_task(Fleet([wire], clock).run())
    engineer = await hall.world.as_staff(ENGINEER)
    path = f"/api/branches/{BRANCH}/devices/k1"
    try:
        async with asyncio.timeout(60):
            await until(lambda: hall.link_of("k1") == "online")
            for name, begins in (("screenshot", b"\x89PNG"), ("logs", b"kiosk\nfirmware")):
                actor = await hall.devices.give("k1", name, {}, SYSTEM)
                assert await hall.devices.outcome("k1", actor) is CommandState.DONE
                file = hall.state("k1").commands[actor].data["file"]
                read = await engineer.get(f"{path}/files/{file}")
                assert read.content.startswith(begins)
    finally:
        task.cancel()
        server.should_exit = True
        await asyncio.gather(task, serving, return_exceptions=True)


async def test_without_a_server_there_is_no_picture_and_it_is_said(hall: Hall) -> None:
    async with running(hall, k1="kiosk"), asyncio.timeout(60):
        command = await hall.devices.give("k1", "screenshot", {}, SYSTEM)
        assert await hall.devices.outcome("k1", command) is CommandState.FAILED
        assert hall.state("k1").commands[command].code == "no_server"

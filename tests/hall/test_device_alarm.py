"""An alarm of a device that nobody takes on becomes a task of the hall."""

import asyncio
from pathlib import Path

import pytest

from tests.devices.conftest import ENGINEER
from tests.http.world import open_world
from tingtang.devices.faults.service import FaultService
from tingtang.devices.model import wire
from tingtang.devices.service import DeviceService
from tingtang.hall.service import HallService
from tingtang.hall.tasks import TaskService
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.ids import BranchId

EAST = BranchId("east")


@pytest.mark.shows("R138", part="an alarm that nobody takes on becomes a task in the hall")
async def test_an_alarm_that_nobody_takes_on_becomes_a_task(
    seeded_bank: Path, tmp_path: Path
) -> None:
    async with open_world(seeded_bank, tmp_path) as world:
        parts = world.app.parts
        devices, faults = (
            parts.service("devices", DeviceService),
            parts.service("faults", FaultService),
        )
        tasks, hall = parts.service("tasks", TaskService), parts.service("hall", HallService)
        await hall.open_day(EAST)
        engineer = await world.as_staff(ENGINEER)
        body = {"id": "kiosk-1", "type": "kiosk", "name": "一号"}
        await engineer.post("/api/branches/east/devices", json=body)
        devices.link("kiosk-1", wire.LinkState(wire.Link.ONLINE, boot="1"))
        devices.modules("kiosk-1", {"cash": wire.ModuleReport(wire.Health.FAULT, "note_jam")})
        async with asyncio.timeout(10):
            while not (await faults.state("kiosk-1")).open:
                await asyncio.sleep(0.01)
        assert not [x for x in (await tasks.board(EAST)).tasks.values() if "设备告警" in x.note]
        world.clock.advance(15 * MINUTE_MS)
        devices.beat("kiosk-1", wire.Beat(1, 0))
        await faults.look()
        async with asyncio.timeout(10):
            while not any(
                "设备告警" in one.note for one in (await tasks.board(EAST)).tasks.values()
            ):
                await asyncio.sleep(0.01)
        raised = [x for x in (await tasks.board(EAST)).tasks.values() if "设备告警" in x.note]
        assert len(raised) == 1

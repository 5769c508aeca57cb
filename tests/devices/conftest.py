"""A running application with devices, and a link that a test plays."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.http.world import World, open_world, seed
from tingtang.devices.model import wire
from tingtang.devices.model.records import Protocol
from tingtang.devices.service import DeviceService


@pytest.fixture(scope="package")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("devices")
    asyncio.run(seed(folder))
    return folder


class PlayedLink:
    """What the platform sent, instead of devices."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, wire.CommandCall]] = []
        self.in_use: dict[str, dict[str, bool]] = {}
        self.forgotten: list[str] = []

    async def send(self, device: str, call: wire.CommandCall) -> bool:
        self.sent.append((device, call))
        return True

    async def use_modules(self, device: str, modules: dict[str, bool]) -> None:
        self.in_use[device] = modules

    async def forget(self, device: str) -> None:
        self.forgotten.append(device)


class Shop:
    """A branch with devices, and people who may touch them."""

    def __init__(self, world: World, link: PlayedLink) -> None:
        self.world = world
        self.link = link
        self.devices = world.app.parts.service("devices", DeviceService)

    async def enrol(self, device: str, type_: str = "light", **more: object) -> httpx.Response:
        engineer = await self.world.as_staff(ENGINEER)
        body = {"id": device, "type": type_, "name": "一号", "zone": "", **more}
        return await engineer.post("/api/branches/east/devices", json=body)

    async def settled(self) -> None:
        """All that was heard so far is on disk."""
        while self.devices.is_busy:
            await asyncio.sleep(0.005)

    async def up(self, device: str, boot: str = "1") -> None:
        self.devices.link(device, wire.LinkState(wire.Link.ONLINE, boot=boot, firmware="1.0"))
        await self.settled()


ENGINEER = "jiang.haoran"


@pytest.fixture
async def shop(seeded: Path, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_world(seeded, tmp_path) as world:
        link = PlayedLink()
        shop = Shop(world, link)
        shop.devices.add_link(Protocol.MQTT, link)
        yield shop

"""A branch with a cabinet, a dispenser and people, over the whole application."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.devices.conftest import ENGINEER, PlayedLink
from tests.http.world import World, open_world, seed
from tingtang.delivery.model.cabinet import CellState
from tingtang.delivery.service import Items
from tingtang.devices.model import wire
from tingtang.devices.model.records import Protocol
from tingtang.devices.service import DeviceService
from tingtang.hall.clockwork import Clockwork

TRADER, HANDLER, OTHER, MANAGER = "chen.yutong", "he.jiaxin", "liang.zihao", "lin.xiaolan"
ID_NUMBER = "11010519491231002X"
CABINET, DISPENSER = "east-locker", "east-dispenser"


@pytest.fixture(scope="package")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("delivery")
    asyncio.run(seed(folder))
    return folder


class Branch:
    """What people and machines of one branch do."""

    def __init__(self, world: World, link: PlayedLink) -> None:
        self.world = world
        self.link = link
        parts = world.app.parts
        self.devices = parts.service("devices", DeviceService)
        self.items = parts.service("items", Items)
        self.people: dict[str, httpx.AsyncClient] = {}

    async def person(self, login: str) -> httpx.AsyncClient:
        if login not in self.people:
            self.people[login] = await self.world.as_staff(login)
        return self.people[login]

    def of_role(self, role: str) -> list[str]:
        """Logins of the branch's people with this role."""
        directory = self.items._directory
        return [
            login
            for login, staff in self.world.bank.staff.items()
            if role in directory.staff(staff).roles
            and staff in {one.id for one in directory.staff_at("east")}
        ]

    async def enrol(self, device: str, type_: str) -> None:
        engineer = await self.person(ENGINEER)
        body = {"id": device, "type": type_, "name": device, "zone": ""}
        answer = await engineer.post("/api/branches/east/devices", json=body)
        assert answer.status_code == 201, answer.text
        await self.beat(device)

    async def beat(self, device: str) -> None:
        """It is there: said anew where time has gone on."""
        self.devices.link(device, wire.LinkState(wire.Link.ONLINE, boot="1", firmware="1.0"))
        await self.settled()

    async def settled(self) -> None:
        while self.devices.is_busy:
            await asyncio.sleep(0.005)

    async def post(self, login: str, path: str, wanted: int = 201, **body: Any) -> Any:
        person = await self.person(login)
        answer = await person.post(f"/api/branches/east/{path}", json=body)
        assert answer.status_code == wanted, answer.text
        return answer.json() if answer.content else None

    async def get(self, login: str, path: str) -> Any:
        answer = await (await self.person(login)).get(f"/api/branches/east/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def open_day(self) -> None:
        """The hall is open, whoever opened it."""
        manager = await self.person(MANAGER)
        answer = await manager.post("/api/branches/east/day/open")
        assert answer.status_code == 204 or "day_already_open" in answer.text, answer.text

    async def told(self, name: str, count: int = 1) -> wire.CommandCall:
        """The last command of this name, once there are so many."""
        for _ in range(6000):
            found = [call for _, call in self.link.sent if call.name == name]
            if len(found) >= count:
                return found[-1]
            await asyncio.sleep(0.005)
        raise AssertionError(f"{name} was not told")

    async def answer(self, device: str, call: wire.CommandCall, step: str, **data: Any) -> None:
        self.devices.result(device, wire.CommandResult(call.id, wire.CommandStep(step), data=data))
        await self.settled()

    async def door(self, name: str, cell: int, number: int, **data: Any) -> None:
        happening = wire.DeviceHappening(
            name=name, time_ms=self.world.clock.now_ms(), data={"cell": float(cell), **data},
            id=f"e{number}-{name}",
        )  # fmt: skip
        self.devices.happening(CABINET, happening)
        await self.settled()

    async def status(self, order: str, wanted: str) -> None:
        """Wait until an order stands there."""
        for _ in range(6000):
            row = await self.items.orders.row(order)
            if row["status"] == wanted:
                return
            await asyncio.sleep(0.005)
        raise AssertionError(f"{row['status']}, not {wanted}")

    async def cell(self, number: int, wanted: CellState | None) -> None:
        """Wait until a cell stands so; None: free."""
        for _ in range(6000):
            cells = (await self.items.cabinets.state(CABINET)).cells
            now = cells[number].state if number in cells else None
            if now is wanted:
                return
            await asyncio.sleep(0.005)
        raise AssertionError(f"{now}, not {wanted}")

    async def counted_itself(self, clearing: str) -> str:
        """Wait until a machine has said what it counts, or that it cannot; gives the path."""
        one = f"clearings/{clearing}"
        for _ in range(6000):
            if (await self.get(TRADER, one))["is_device_asked"]:
                return one
            await asyncio.sleep(0.01)
        raise AssertionError("the machine said nothing")

    async def opens(self, cell: int, number: int) -> None:
        """The cabinet opens a door as it was told."""
        call = await self.told("open_cell", number)
        assert call.parameters["cell"] == float(cell)
        await self.door("cell_opened", cell, number)
        await self.answer(CABINET, call, "done")
        await self.cell(cell, CellState.OPEN)


@pytest.fixture
async def branch(seeded: Path, tmp_path: Path) -> AsyncIterator[Branch]:
    async with open_world(seeded, tmp_path) as world:
        # The hall's own clock would open days, and may just have done so.
        await world.app.parts.service("clockwork", Clockwork).stop()
        link = PlayedLink()
        branch = Branch(world, link)
        branch.devices.add_link(Protocol.MQTT, link)
        await branch.enrol(CABINET, "locker")
        await branch.enrol(DISPENSER, "dispenser")
        yield branch

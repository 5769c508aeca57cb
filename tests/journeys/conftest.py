"""A running application with scenarios and actions that a test plays."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
import sqlalchemy as sa

from tests.http.world import PASSWORD, World, open_world, seed
from tingtang.journeys import tables as t
from tingtang.journeys.actions import Action, Actions, Call, Done, Result
from tingtang.journeys.library import Library, VersionState, closure, version_row
from tingtang.journeys.service import JourneyService
from tingtang.kernel.log import Append
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory
from tingtang.org.sign_in.model.rules import TerminalKind


@pytest.fixture(scope="package")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("journeys")
    asyncio.run(seed(folder))
    return folder


ABOVE_SHIPPED = 100
"""Versions of a test are newer than those that ship under the same name."""


class Played:
    """An action whose outcome the test says; it counts what it was asked."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.results: list[Result] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, call: Call) -> Result:
        self.calls.append(call)
        await self.gate.wait()
        return self.results.pop(0) if self.results else Done({"ok": True})


class Office:
    """A branch with a kiosk, a PAD and a phone, and business to do."""

    def __init__(self, world: World) -> None:
        self.world = world
        parts = world.app.parts
        self.journeys = parts.service("journeys", JourneyService)
        self.library = parts.service("library", Library)
        self.actions = parts.service("actions", Actions)
        self.played: dict[str, Played] = {}

    password = PASSWORD

    def of_role(self, role: str) -> list[str]:
        """Ids of the bank's people with this role."""
        directory = self.world.app.parts.service("directory", Directory)
        return [
            staff
            for staff in self.world.bank.staff.values()
            if role in directory.staff(staff).roles
        ]

    def play(self, name: str, *, has_effect: bool = True) -> Played:
        """Register an action that the test plays."""
        played = self.played[name] = Played()
        self.actions.register(
            Action(name=name, about=Text(name), perform=played, has_effect=has_effect)
        )
        return played

    async def install(self, scenario: str, files: Mapping[str, str], version: int = 1) -> None:
        """Put a scenario into force."""
        body = msgspec.json.encode(closure(scenario, files)).decode()
        row = version_row(
            scenario,
            ABOVE_SHIPPED + version,
            VersionState.RELEASED,
            "test",
            body,
            self.world.clock.now_ms(),
        )
        await self.world.app.parts.log.append(
            Append(
                stream="journeys/library", branch="", events=(), actor="test",
                time_ms=self.world.clock.now_ms(),
                work=lambda c: c.execute(sa.insert(t.scenarios).values(row)),
            )
        )  # fmt: skip
        await self.library.reload()

    async def kiosk(self, name: str = "k1") -> "Terminal":
        return Terminal(await self.world.as_terminal(TerminalKind.KIOSK, id_=name))

    async def staff(self, login: str = "chen.yutong") -> "Terminal":
        return Terminal(await self.world.as_staff(login))


class Terminal:
    """What one terminal does, over HTTP."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def begin(self, scenario: str, **more: object) -> dict:
        answer = await self.http.post(
            "/api/branches/east/journeys", json={"scenario": scenario, **more}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def answer(self, view: dict, **values: object) -> dict:
        answer = await self.try_answer(view, **values)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def try_answer(self, view: dict, **values: object) -> httpx.Response:
        body = {"step": view["screen"]["step"], "values": values}
        return await self.http.post(f"/api/journeys/{view['journey']}/answers", json=body)

    async def do(self, view: dict, what: str) -> httpx.Response:
        return await self.http.post(f"/api/journeys/{view['journey']}/{what}")

    async def see(self, view: dict) -> dict:
        return (await self.http.get(f"/api/journeys/{view['journey']}")).json()


@asynccontextmanager
async def open_office(seeded: Path, folder: Path) -> AsyncIterator[Office]:
    async with open_world(seeded, folder) as world:
        yield Office(world)


@pytest.fixture
async def office(seeded: Path, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(seeded, tmp_path) as opened:
        yield opened


async def until(what: object, seconds: float = 60.0) -> None:
    """Wait for something that happens by itself."""
    for _ in range(int(seconds / 0.01)):
        if what():  # type: ignore[operator]
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to be")

"""A whole application over the made-up bank, for tests: real HTTP semantics, hand-moved clocks."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher

from tingtang.hall.clockwork import Clockwork
from tingtang.http.app import App, build
from tingtang.http.options import OidcOptions, WebOptions
from tingtang.kernel.clock import HOUR_MS, ManualClock, moment_ms
from tingtang.kernel.ids import RandomIds, StaffId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.vault import Suite, open_or_create_vault
from tingtang.org.service import (
    DemoBank,
    OrgService,
    SignIn,
    Terminal,
    find_demo_bank,
    seed_demo_bank,
)
from tingtang.org.sign_in.model.rules import TerminalKind

MORNING_MS = moment_ms("2026-11-18", "10:00", "Asia/Shanghai")
"""A Wednesday, an hour after the doors opened."""
PASSWORD = "Morning-tea-7"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
MARK = {"x-tingtang": "1"}


class World:
    """One running application with the made-up bank in it."""

    def __init__(self, app: App, clock: ManualClock, folder: Path) -> None:
        self.app = app
        self.clock = clock
        self.folder = folder
        self._clients: list[httpx.AsyncClient] = []

    @property
    def org(self) -> OrgService:
        return self.app.parts.service("org", OrgService)

    @property
    def sign_in(self) -> SignIn:
        return self.app.parts.service("sign_in", SignIn)

    @property
    def bank(self) -> DemoBank:
        found = find_demo_bank(self.org)
        assert found is not None
        return found

    def staff(self, login: str) -> StaffId:
        return self.bank.staff[login]

    def client(self, address: str = "10.0.0.1", **headers: str) -> httpx.AsyncClient:
        """A browser at ``address``; it keeps its own cookies and marks its requests."""
        transport = httpx.ASGITransport(self.app, client=(address, 50_000))
        client = httpx.AsyncClient(
            transport=transport, base_url="http://hall.test", headers={**MARK, **headers}
        )
        self._clients.append(client)
        return client

    def bearer(self, token: str) -> httpx.AsyncClient:
        """A program that holds ``token``."""
        return self.client(authorization=f"Bearer {token}")

    async def as_staff(self, login: str) -> httpx.AsyncClient:
        """Somebody of the bank, signed in without ado."""
        opened = await self.sign_in.staff.open(self.staff(login), "", "password")
        return self.bearer(opened.token)

    async def as_terminal(
        self, kind: TerminalKind, branch: str = "east", counter: str = "", id_: str = ""
    ) -> httpx.AsyncClient:
        """An enrolled machine."""
        terminal = Terminal(
            id=id_ or f"{branch}.{kind}", branch=branch, kind=kind, label=kind, counter=counter
        )
        opened = await self.sign_in.terminals.enrol_at_once(terminal, kind.value)
        return self.bearer(opened.token)

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()
        await self.app.stop()

    async def events(self, type_: str) -> list[Any]:
        """All events of a type, oldest first."""
        return [r for r in await self.app.parts.log.read_after(0, 10_000) if r.type == type_]


def make_app(folder: Path, clock: ManualClock, **options: Any) -> App:
    vault = open_or_create_vault(folder / "keys.json", Suite.AES_256_GCM, 0)
    web = WebOptions(
        **{
            "database_url": f"sqlite:///{folder / 'tingtang.db'}",
            "data_folder": folder,
            "password_hasher": CHEAP,
            **options,
        }
    )
    app = build(web, vault=vault, clock=clock, wall_clock=clock, ids=RandomIds())
    # Where a test moves the clock, a test makes it beat: a hall that opens by itself while a test
    # is slow would do things that it did not ask for.
    app.parts.service("clockwork", Clockwork).beat_seconds = HOUR_MS / 1000
    return app


async def seed(folder: Path) -> None:
    """Write the made-up bank, with one password for everybody, into ``folder``."""
    app = make_app(folder, ManualClock(MORNING_MS - 24 * HOUR_MS))
    await app.start()
    world = World(app, ManualClock(MORNING_MS), folder)
    bank = await seed_demo_bank(world.org)
    await asyncio.gather(
        *(
            world.sign_in.staff.set_password(staff, PASSWORD, SYSTEM, must_change=False)
            for staff in bank.staff.values()
        )
    )
    await world.close()


@asynccontextmanager
async def open_world(seeded: Path, folder: Path, **options: Any) -> AsyncIterator[World]:
    """A copy of the seeded bank, running."""
    for name in ("tingtang.db", "keys.json"):
        shutil.copy2(seeded / name, folder / name)
    clock = ManualClock(MORNING_MS)
    app = make_app(folder, clock, **options)
    await app.start()
    world = World(app, clock, folder)
    try:
        yield world
    finally:
        await world.close()


__all__ = [
    "MARK",
    "MORNING_MS",
    "PASSWORD",
    "OidcOptions",
    "World",
    "make_app",
    "open_world",
    "seed",
]

"""The register of devices: which secret is whose, on every node."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import cast

import pytest

from tingtang.devices.model import records as r
from tingtang.devices.register import Register
from tingtang.kernel.clock import ManualClock
from tingtang.kernel.database import Database
from tingtang.kernel.log import EventLog
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory

LAMP = r.Device(id="lamp", branch="east", type="light", name=Text("灯", "Lamp"))
DIRECTORY = cast(Directory, SimpleNamespace(branch=lambda _branch: None, zones=lambda _branch: ()))


@asynccontextmanager
async def node(url: str) -> AsyncIterator[Register]:
    """One of several processes on one PostgreSQL."""
    database = Database(url)
    log = EventLog(database, r.TYPES)
    await log.start()
    register = Register(log, ManualClock(1), DIRECTORY)
    await register.start()
    yield register
    await log.stop()
    database.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("times", [1, 3])
async def test_a_secret_that_one_node_issued_is_the_devices_own_on_every_node(
    postgresql_url: str, times: int
) -> None:
    async with node(postgresql_url) as here, node(postgresql_url) as there:
        first = await here.enrol(LAMP, SYSTEM)
        assert here.is_secret("lamp", first)
        await until(lambda: there.is_secret("lamp", first))
        for _ in range(times):
            second = await here.renew_secret("lamp", SYSTEM)
            assert not here.is_secret("lamp", first)
        await until(lambda: there.is_secret("lamp", second))
        for one in (here, there):
            assert one.is_secret("lamp", second)
            assert not one.is_secret("lamp", first)

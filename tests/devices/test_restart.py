"""Devices over a restart of the platform: from what was saved of their streams, and the rest."""

import asyncio
from pathlib import Path

import msgspec
import sqlalchemy as sa

from tests.devices.conftest import Shop
from tests.http.world import MORNING_MS, make_app, open_world
from tingtang.devices.model.commands import HearProperties
from tingtang.devices.model.records import Device
from tingtang.devices.register import device_stream
from tingtang.devices.service import DeviceService
from tingtang.kernel import log_tables as t
from tingtang.kernel.clock import ManualClock
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.snapshots import EVERY
from tingtang.kernel.text import Text

PROPERTIES = 520


async def test_a_start_goes_on_from_the_saved_state_or_without_it(
    seeded: Path, tmp_path: Path
) -> None:
    async with open_world(seeded, tmp_path) as world:
        shop = Shop(world, None)  # type: ignore[arg-type]
        # In a branch without automations, which would set it by themselves.
        lamp = Device(id="lamp-1", branch=BranchId("harbour"), type="light", name=Text("一号"))
        await shop.devices.enrol(lamp, SYSTEM)
        await shop.up("lamp-1")
        host, type_ = shop.devices.host, shop.devices.register.types["light"]
        said = [{"level": float(n % 100), "on": n % 7 == 0} for n in range(PROPERTIES)]
        stream = device_stream("lamp-1")
        await asyncio.gather(
            *(
                host.run(stream, "harbour", HearProperties(type=type_, values=one), actor="test")
                for one in said
            )
        )
        before = msgspec.to_builtins(await shop.devices.state("lamp-1"))
    for is_emptied in (False, True):
        app = make_app(tmp_path, ManualClock(MORNING_MS))
        with app.parts.database.writer.begin() as connection:
            if is_emptied:
                connection.execute(sa.delete(t.snapshots))
            saved = connection.execute(sa.select(t.snapshots.c.sequence)).scalars().all()
        assert saved == ([] if is_emptied else [EVERY])
        await app.start()
        devices = app.parts.service("devices", DeviceService)
        assert msgspec.to_builtins(await devices.state("lamp-1")) == before
        await app.stop()

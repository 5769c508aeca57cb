"""A running engine on a database of either kind."""

from collections.abc import AsyncIterator

import pytest

from tests.automations.bench import START_MS, Bench
from tingtang.kernel.clock import ManualClock
from tingtang.kernel.database import Database


@pytest.fixture
async def bench(database: Database) -> AsyncIterator[Bench]:
    bench = await Bench(database, ManualClock(START_MS)).start()
    yield bench
    await bench.stop()

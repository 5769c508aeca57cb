"""A small feature for the kernel's tests: accounts that hold, take and give amounts."""

from collections.abc import AsyncIterator

import pytest

from tests.kernel.ledger import TYPES
from tingtang.kernel.database import Database
from tingtang.kernel.log import EventLog


@pytest.fixture
async def log(database: Database) -> AsyncIterator[EventLog]:
    """A running log on a database of either kind."""
    log = EventLog(database, TYPES)
    await log.start()
    yield log
    await log.stop()

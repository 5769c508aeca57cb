"""A running log with the small feature of ledger.py."""

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


@pytest.fixture
async def postgresql_log(postgresql_url: str) -> AsyncIterator[EventLog]:
    """A running log on PostgreSQL."""
    database = Database(postgresql_url)
    log = EventLog(database, TYPES)
    await log.start()
    yield log
    await log.stop()
    database.close()

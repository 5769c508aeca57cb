"""The organisation on a real log, of both kinds of database."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.org.house import House, make_house
from tingtang.kernel.database import Database


@pytest_asyncio.fixture
async def house(sqlite_database: Database) -> AsyncIterator[House]:
    """An empty organisation."""
    house = make_house(sqlite_database)
    await house.start()
    yield house
    await house.stop()


@pytest_asyncio.fixture
async def house_of_both(database: Database) -> AsyncIterator[House]:
    """The same, once on SQLite and once on PostgreSQL."""
    house = make_house(database)
    await house.start()
    yield house
    await house.stop()

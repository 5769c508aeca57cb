"""The whole application over the made-up bank, for tests of the hall's services and routes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.http.conftest import seeded_bank
from tests.http.world import World, open_world

__all__ = ["seeded_bank", "world"]


@pytest_asyncio.fixture
async def world(seeded_bank: Path, tmp_path: Path) -> AsyncIterator[World]:
    """The running application. Its halls open, and time passes in them, when the test says so."""
    async with open_world(seeded_bank, tmp_path) as running:
        yield running

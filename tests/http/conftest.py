"""The made-up bank is written once a run and copied for every test."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.http.world import World, open_world, seed


@pytest.fixture(scope="session")
def seeded_bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the made-up bank's database and keys. Read it; never write there."""
    folder = tmp_path_factory.mktemp("bank")
    asyncio.run(seed(folder))
    return folder


@pytest_asyncio.fixture
async def world(seeded_bank: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(seeded_bank, tmp_path) as running:
        yield running

"""The whole application over the made-up bank, for tests of the hall's services and routes."""

from tests.http.conftest import seeded_bank, world

__all__ = ["seeded_bank", "world"]

"""Live views: whoever watches comes to see what holds, whatever happens beside it."""

import asyncio
import json
from typing import Any

import msgspec
import pytest

from tingtang.kernel import live as module
from tingtang.kernel.live import LiveViews, ViewType
from tingtang.kernel.permissions import Actor, ActorKind, Permission

ACTOR = Actor(ActorKind.SYSTEM, "test", permissions=frozenset({Permission.HALL_SEE}), branches=None)


class Sum(msgspec.Struct):
    """A view that tests move."""

    total: int


class Screen:
    """One connection, and what it was sent."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def send(self, message: bytes) -> None:
        self.messages.append(json.loads(message))

    async def shows(self, total: int) -> None:
        """Wait until this total was sent."""
        async with asyncio.timeout(20):
            while not any(
                one.get("data", one.get("patch")) == {"total": total} for one in self.messages
            ):
                await asyncio.sleep(0.001)


class Sums:
    """A view whose making can be held up."""

    def __init__(self) -> None:
        self.total = 1
        self.failures: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()
        self.live = LiveViews()
        self.live.register(ViewType("sums", Permission.HALL_SEE, self.compute))

    async def compute(self, _key: str) -> Sum:
        if self.failures:
            raise self.failures.pop()
        read = self.total
        self.begun.set()
        await self.gate.wait()
        return Sum(read)

    async def watch(self) -> Screen:
        screen = Screen()
        await self.live.watch("sums", "east", ACTOR, screen, None)
        return screen


async def test_what_changes_while_a_view_is_opened_is_seen() -> None:
    sums = Sums()
    sums.gate.clear()
    opening = asyncio.create_task(sums.watch())
    await sums.begun.wait()  # it has read what was, and is not open yet
    sums.total = 2
    sums.live.touch("sums", "east")
    sums.gate.set()
    screen = await opening
    await screen.shows(2)
    assert [one["op"] for one in screen.messages] == ["snapshot", "patch"]
    await sums.live.close()


async def test_a_view_that_could_not_be_made_for_a_moment_shows_what_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "AGAIN_SECONDS", 0.001)
    sums = Sums()
    screen = await sums.watch()
    sums.failures = [ConnectionError("the database restarts")] * 2
    sums.total = 2
    sums.live.touch("sums", "east")  # and never again
    await screen.shows(2)
    assert not sums.failures, "it could not be made twice, and was made then"
    await sums.live.close()

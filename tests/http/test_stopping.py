"""An application that is told to stop does, whatever one of its parts does."""

import asyncio
from pathlib import Path

import pytest

from tests.http.world import MORNING_MS, make_app
from tingtang.http import app as application
from tingtang.kernel.clock import ManualClock


async def test_a_part_that_does_not_end_keeps_nothing_else_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(application, "STOP_SECONDS", 0.05)
    app = make_app(tmp_path, ManualClock(MORNING_MS))
    stopped: list[str] = []

    async def hangs() -> None:
        stopped.append("began")
        await asyncio.Event().wait()

    async def ends() -> None:
        stopped.append("ended")

    app.parts.stops += [ends, hangs]
    await app.start()
    writer = app.parts.log._thread
    assert writer is not None
    async with asyncio.timeout(60):
        await app.stop()
    assert stopped == ["began", "ended"]
    assert not writer.is_alive()
    assert "could not stop" in caplog.text

"""Papers are read and faces found by real engines, apart from the hall; what they cannot do is said."""

import asyncio
import io
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from typer.testing import CliRunner

from tests.ai.drawn import needs_font, paper
from tingtang.ai import manifest
from tingtang.ai.manifest import Presence, engines
from tingtang.ai.service import PictureEngines
from tingtang.cli import app
from tingtang.kernel.errors import Refused

needs_papers = pytest.mark.skipif(
    not engines()["papers"].is_installed, reason="the engine that reads papers is not installed"
)
needs_faces = pytest.mark.skipif(
    not engines()["faces"].is_installed, reason="the engine that compares faces is not installed"
)


@pytest.fixture
async def pictures() -> AsyncIterator[PictureEngines]:
    found = PictureEngines()
    yield found
    await found.stop()


def drawn_figure() -> bytes:
    """Somebody as a child draws one: no face to an engine."""
    picture = Image.new("RGB", (320, 320), (230, 230, 230))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((60, 200, 260, 320), fill=(60, 90, 120))
    pen.line((10, 10, 310, 150), fill=(20, 20, 20), width=4)
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


@needs_papers
@needs_font
@pytest.mark.shows("R127", part="reading behind a port")
async def test_the_lines_of_a_paper_are_read_where_they_stand(pictures: PictureEngines) -> None:
    lines = await pictures.read(paper(["姓名 王小明", "号码 110101199003077758"]))
    assert len(lines) == 2
    assert "王小明" in lines[0].text
    assert lines[1].text.replace(" ", "").endswith("110101199003077758")
    assert lines[0].sure > 0.8
    assert lines[0].bottom < lines[1].top


@needs_faces
async def test_a_picture_without_a_face_gives_none(pictures: PictureEngines) -> None:
    assert await pictures.faces(drawn_figure()) == ()


@needs_faces
@pytest.mark.parametrize("data", [b"not a picture", b"\xff\xd8\xff\xe0 broken", b""])
async def test_what_is_no_picture_is_refused_and_the_next_one_is_looked_at(
    pictures: PictureEngines, data: bytes
) -> None:
    with pytest.raises(Refused) as refused:
        await pictures.faces(data)
    assert refused.value.code == "no_picture"
    assert await pictures.faces(drawn_figure()) == ()


async def test_an_engine_that_is_not_installed_is_said_and_no_process_is_started() -> None:
    engine = PictureEngines(command=("/nowhere",), installed=lambda _code: False)
    assert not engine.can_read
    with pytest.raises(Refused) as refused:
        await engine.read(drawn_figure())
    assert refused.value.code == "no_engine"
    assert "人工" in refused.value.message("zh")


@pytest.mark.parametrize("way", ["import os; os._exit(3)", "print('what an engine prints')"])
async def test_an_engine_that_breaks_is_refused_and_started_anew(way: str) -> None:
    engine = PictureEngines(command=(sys.executable, "-c", way), installed=lambda _code: True)
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            await engine.faces(drawn_figure())
        assert refused.value.code == "engine_failed"
    await engine.stop()


async def test_the_hall_goes_on_while_an_engine_thinks() -> None:
    engine = PictureEngines(
        command=(sys.executable, "-c", "import sys; sys.stdin.read()"), installed=lambda _code: True
    )
    thinking = asyncio.create_task(engine.faces(drawn_figure()))
    for _ in range(50):
        await asyncio.sleep(0)
    assert not thinking.done()
    thinking.cancel()
    await asyncio.gather(thinking, return_exceptions=True)
    await engine.stop()


def test_the_engines_process_reaches_no_network() -> None:
    program = (
        "from tingtang.ai.worker import seal_off; seal_off()\n"
        "import socket\n"
        "try: socket.create_connection(('127.0.0.1', 9))\n"
        "except PermissionError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "engines reach no network"


def test_the_command_lists_whose_the_models_are(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = CliRunner().invoke(app, ["models"])
    assert listed.exit_code == 0
    assert "dlib-models by Davis King" in listed.output
    assert "Apache-2.0" in listed.output
    monkeypatch.setattr(manifest.Model, "presence", lambda _self: Presence.CHANGED)
    assert CliRunner().invoke(app, ["models"]).exit_code == 1


def test_every_model_has_its_licence_and_a_changed_one_is_not_loaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for engine in engines().values():
        for model in engine.model:
            assert len(model.sha256) == 64
            assert model.licence in ("Apache-2.0", "CC0-1.0")
    other = tmp_path / "model.onnx"
    other.write_bytes(b"something else")
    monkeypatch.setattr(manifest.Model, "path", lambda _self: other)
    assert engines()["papers"].model[0].presence() is Presence.CHANGED
    with pytest.raises(ValueError, match="not the file of the manifest"):
        manifest.checked_path("papers", "detect")

"""The commands of the web application, as an operator types them."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tingtang.cli import main
from tingtang.http.app import build
from tingtang.http.options import WebOptions
from tingtang.kernel.vault import open_vault

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def tingtang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs the command in a folder of its own, in English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)

    def run(*arguments: str) -> tuple[int, str]:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["tingtang", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
        out, error = capsys.readouterr()
        return int(ended.value.code or 0), out + error

    return run


FOUND = (
    "found", "--name", "海棠银行", "--system", "sys.one", "--security", "sec.one", "--audit", "aud.one",
)  # fmt: skip


def sign_in(folder: Path, login: str, password: str) -> str:
    """The code with which the server answers."""

    async def ask() -> str:
        options = WebOptions(database_url=f"sqlite:///{folder / 'var' / 'tingtang.db'}")
        app = build(options, vault=open_vault(folder / "var" / "keys.json"))
        await app.start()
        try:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
                answer = await client.post(
                    "/api/session",
                    json={"name": login, "password": password},
                    headers={"x-tingtang": "1"},
                )
            return str(answer.json()["error"]["code"])
        finally:
            await app.stop()

    return asyncio.run(ask())


def test_a_bank_is_founded_with_three_administrators(tingtang: Run, tmp_path: Path) -> None:
    status, out = tingtang(*FOUND)
    assert status == 0, out
    rows = [line.split("\t") for line in out.strip().splitlines()]
    assert [row[:2] for row in rows] == [
        ["system_admin", "sys.one"],
        ["security_admin", "sec.one"],
        ["audit_admin", "aud.one"],
    ]
    assert sign_in(tmp_path, "sec.one", rows[1][2]) == "password_change_required"
    assert sign_in(tmp_path, "sec.one", rows[0][2]) == "wrong_credentials"
    status, out = tingtang(*FOUND)
    assert (status, "head office already" in out) == (1, True)
    status, out = tingtang("password", "sec.one", "--no-keep-factor")
    assert status == 0, out
    assert sign_in(tmp_path, "sec.one", out.strip().split("\t")[1]) == "password_change_required"
    status, out = tingtang("password", "nobody")
    assert (status, "nobody called nobody" in out or "called nobody" in out) == (1, True)


def test_the_three_are_three_people(tingtang: Run) -> None:
    status, out = tingtang(*FOUND[:-1], "sys.one")
    assert (status, "three people" in out) == (1, True)


def test_the_description_is_written(tingtang: Run, tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    status, out = tingtang("openapi", str(file))
    assert status == 0, out
    written = json.loads(file.read_text())
    assert "/api/session" in written["paths"]
    ids = [
        operation["operationId"]
        for path in written["paths"].values()
        for operation in path.values()
    ]
    assert len(ids) == len(set(ids))

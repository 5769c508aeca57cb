"""The commands that look after the system, as an operator types them."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.kernel.ledger import TYPES, give
from tingtang.cli import main
from tingtang.kernel.database import Database
from tingtang.kernel.log import EventLog
from tingtang.kernel.vault import Suite, open_or_create_vault

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def tingtang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs the command in a folder of its own, in English unless asked otherwise."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("COLUMNS", "500")

    def run(*arguments: str, **variables: str) -> tuple[int, str]:
        with monkeypatch.context() as patch:
            for name, value in {"LANG": "en_GB.UTF-8", **variables}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["tingtang", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
        out, error = capsys.readouterr()
        return int(ended.value.code or 0), out + error

    return run


def said(done: tuple[int, str], status: int = 0) -> str:
    assert done[0] == status, done[1]
    return done[1]


def test_the_command_starts_and_names_what_it_can_do() -> None:
    command = Path(sys.executable).with_name("tingtang")
    done = subprocess.run([command, "--help"], capture_output=True, text=True, check=True)
    for name in ("serve", "migrate", "backup", "restore", "audit", "keys", "settings"):
        assert name in done.stdout


async def append(folder: Path, *amounts: int) -> None:
    database = Database(f"sqlite:///{folder / 'var' / 'tingtang.db'}")
    log = EventLog(database, TYPES)
    await log.start()
    for amount in amounts:
        await log.append(give("a", amount))
    await log.stop()
    database.close()


def keys(folder: Path) -> None:
    open_or_create_vault(folder / "var" / "keys.json", Suite.AES_256_GCM, now_ms=1)


async def test_a_system_is_backed_up_restored_and_verified(tingtang: Run, tmp_path: Path) -> None:
    assert "at revision" in said(tingtang("migrate"))
    assert "already" in said(tingtang("migrate"))
    await append(tmp_path, 1, 2, 3)
    assert "3 events in 1 streams" in said(tingtang("audit", "verify"))
    words = said(tingtang("backup", "b.zip"))
    assert "log position 3" in words
    assert "key file var/keys.json is not in it" in words

    other = {"TINGTANG_DATABASE_URL": "sqlite:///other.db"}
    assert "hash chains are whole" in said(tingtang("restore", "b.zip", **other))
    assert "3 events" in said(tingtang("audit", "verify", **other))
    assert "not empty" in said(tingtang("restore", "b.zip", **other), status=1)


async def test_tampering_is_found_by_an_anchor_that_somebody_else_keeps(
    tingtang: Run, tmp_path: Path
) -> None:
    said(tingtang("migrate"))
    keys(tmp_path)
    await append(tmp_path, 1, 2, 3)
    assert "up to position 3" in said(tingtang("audit", "anchor", "anchor"))
    public = said(tingtang("keys", "show")).split()[2]
    assert "✓ whole" in said(tingtang("audit", "verify", "anchor"))
    said(tingtang("keys", "rotate"))
    assert "✓ whole" in said(tingtang("audit", "verify", "anchor"))

    engine = sa.create_engine(f"sqlite:///{tmp_path / 'var' / 'tingtang.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM events"))
        connection.execute(sa.text("DELETE FROM streams"))
    engine.dispose()
    assert "✓ whole: 0 events" in said(tingtang("audit", "verify"))
    words = said(tingtang("audit", "verify", "anchor", "--public-key", public), status=1)
    assert "a: the whole stream of 3 events is gone (witness: anchor)" in words
    words = said(tingtang("audit", "verify", "anchor", LANG="zh_CN.UTF-8"), status=1)
    assert "a 的全部 3 个事件已不存在（依据：anchor）" in words


def test_what_an_operator_gets_wrong_is_said_in_words(tingtang: Run, tmp_path: Path) -> None:
    said(tingtang("settings"))
    assert "TINGTANG_PORT is 'x' and should be" in said(
        tingtang("settings", TINGTANG_PORT="x"), status=2
    )
    assert "TINGTANG_PORT 的值 'x' 无效" in said(
        tingtang("settings", TINGTANG_PORT="x", LANG="C"), status=2
    )
    assert "no database file" in said(tingtang("audit", "verify"), status=1)
    assert "key file" in said(tingtang("keys", "rotate"), status=1)
    (tmp_path / "no.zip").write_bytes(b"x")
    assert "cannot be read as a backup" in said(tingtang("restore", "no.zip"), status=1)
    assert "64 hexadecimal digits" in said(
        tingtang("audit", "verify", "no.zip", "--public-key", "abc"), status=1
    )


def test_secrets_are_not_shown(tingtang: Run) -> None:
    words = said(tingtang("settings", TINGTANG_METRICS_TOKEN="hush"))
    assert "metrics_token = …" in words
    assert "hush" not in words


def test_keys_are_rotated_and_everything_sealed_again(tingtang: Run, tmp_path: Path) -> None:
    said(tingtang("migrate"))
    keys(tmp_path)
    words = said(tingtang("keys", "rotate", TINGTANG_CIPHER_SUITE="sm4-gcm"))
    assert "key 2 (sm4-gcm) was made" in words
    assert [line.split()[:2] for line in said(tingtang("keys", "show")).splitlines()] == [
        ["1", "aes-256-gcm"], ["2", "sm4-gcm"],
    ]  # fmt: skip
    assert "0 fields were sealed again" in said(tingtang("keys", "reseal"))

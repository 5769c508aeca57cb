"""The files that we write for brokers of others."""

from pathlib import Path

import bcrypt
from typer.testing import CliRunner

from tingtang.devices.mqtt import emqx, nats
from tingtang.devices.mqtt.commands import app


def run(*arguments: str, given: str = "") -> str:
    answer = CliRunner().invoke(app, arguments, input=given)
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_an_account_of_nats_is_added_once_and_its_secret_is_asked_for(tmp_path: Path) -> None:
    folder = str(tmp_path)
    run("nats", folder)
    for secret in ("first", "second"):
        run("nats-account", folder, "light-1", given=f"{secret}\n")
    run("nats-account", folder, "box", "--gateway", given="third\n")
    run("nats", folder, "--port", "2883")  # written again: accounts stay
    text = (tmp_path / nats.ACCOUNTS).read_text()
    assert [line.split('"')[1] for line in text.splitlines() if "user:" in line] == [
        "light-1", "box",
    ]  # fmt: skip
    light = next(line for line in text.splitlines() if "light-1" in line)
    assert bcrypt.checkpw(b"second", light.split('"')[3].encode())
    assert '"tt.light-1.up.>"' in light
    assert '"gw.box.>"' in text
    assert "second" not in text
    assert "port: 2883" in (tmp_path / nats.CONFIGURATION).read_text()
    assert (tmp_path / nats.ACCOUNTS).stat().st_mode & 0o077 == 0


def test_accounts_of_nats_need_its_files_first(tmp_path: Path) -> None:
    given = ["nats-account", str(tmp_path), "light-1", "--secret", "x"]
    answer = CliRunner().invoke(app, given)
    assert answer.exit_code == 2
    assert "tingtang mqtt nats" in answer.output


def test_emqx_is_told_who_may_say_and_hear_what(tmp_path: Path) -> None:
    run("emqx", str(tmp_path), "--user", "platform")
    (tmp_path / emqx.ACCOUNTS).write_text("kept")
    run("emqx", str(tmp_path), "--user", "platform")
    rules = [
        line for line in (tmp_path / emqx.RULES).read_text().splitlines() if line.startswith("{")
    ]
    assert rules == [
        '{allow, {user, "platform"}, all, ["tt/#", "gw/#"]}.',
        '{allow, all, publish, ["tt/${username}/up/#", "gw/${username}/#"]}.',
        '{allow, all, subscribe, ["tt/${username}/down/#", "gw/${username}/#"]}.',
        "{deny, all}.",
    ]
    assert str(tmp_path / emqx.RULES) in (tmp_path / emqx.CONFIGURATION).read_text()
    assert (tmp_path / emqx.ACCOUNTS).read_text() == "kept"

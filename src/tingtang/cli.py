"""The command ``tingtang``: every sub-command of the platform comes together here.

Commands of the system itself stand below, grouped by what they look after. A feature adds its own
by a module ``commands.py`` with a ``typer.Typer`` called ``app``, which imports heavy things only
inside its functions, and by one line ``app.add_typer(feature_commands.app)`` with those below.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import rich.progress
import sqlalchemy as sa
import typer
from rich.console import Console

from tingtang import __version__, migrations
from tingtang.ai import commands as ai_commands
from tingtang.bank import commands as bank_commands
from tingtang.devices.mqtt import commands as mqtt_commands
from tingtang.devices.virtual import commands as virtual_devices
from tingtang.http import commands as http_commands
from tingtang.kernel import anchors, audit, logs, sealed, vault
from tingtang.kernel import backup as backups
from tingtang.kernel.database import Database, open_for_reading
from tingtang.kernel.errors import Refused, Trouble
from tingtang.kernel.setting_sources import SETTINGS, BadSettings, load
from tingtang.kernel.settings import Settings
from tingtang.schema import complete_metadata
from tingtang.twin import commands as twin

RESEAL_ROWS = 200
"""Rows sealed again in one transaction."""

app = typer.Typer(
    help="Tingtang 厅堂：银行网点平台 · the platform that runs a bank branch",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
audit_app = typer.Typer(help="核验日志 · prove that the log is whole", no_args_is_help=True)
keys_app = typer.Typer(help="管理密钥 · look after the key file", no_args_is_help=True)
app.add_typer(audit_app, name="audit")
app.add_typer(keys_app, name="keys")
app.add_typer(mqtt_commands.app, name="mqtt")
app.registered_commands.extend(ai_commands.app.registered_commands)
app.registered_commands.extend(http_commands.app.registered_commands)
app.registered_commands.extend(bank_commands.app.registered_commands)
app.registered_commands.extend(twin.app.registered_commands)
app.registered_commands.extend(virtual_devices.app.registered_commands)

console = Console(stderr=True, highlight=False)
_config: list[Path] = []


def main() -> None:
    """The entry point: what an operator must see to is said in words, without a traceback."""
    try:
        app()
    except BadSettings as bad:
        for trouble in bad.troubles:
            console.print(f"✗ {trouble.in_language(language())}", style="red", markup=False)
        sys.exit(2)
    except Trouble as trouble:
        _fail(trouble.words.in_language(language()))
    except Refused as refused:
        _fail(refused.message(language()))


def language() -> str:
    """ "zh" or "en": the terminal's own, or Chinese where it does not say."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name, "")[:2] in {"zh", "en"}:
            return os.environ[name][:2]
    return "zh"


def say(zh: str, en: str) -> None:
    """Tell the operator something, in the terminal's language."""
    typer.echo(en if language() == "en" else zh)


def settings() -> Settings:
    """The settings of this installation."""
    return load(os.environ, _config[0] if _config else None)


def now_ms() -> int:
    """The machine's time."""
    return time.time_ns() // 1_000_000


def _fail(words: str) -> None:
    console.print(f"✗ {words}", style="red", markup=False)
    sys.exit(1)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar that is moved on by so many; shown in a terminal only."""
    with rich.progress.Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=total)
        yield lambda more: progress.advance(task, more)


@contextmanager
def _snapshot(database_url: str) -> Iterator[sa.Connection]:
    """One snapshot of the database, beside a server that may be running."""
    engine = open_for_reading(database_url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _alone(database_url: str) -> Iterator[Database]:
    """The database for writing; refused while a server writes to the same SQLite file."""
    database = Database(database_url)
    try:
        yield database
    finally:
        database.close()


@app.callback()
def _common(
    config: Annotated[
        Path | None,
        typer.Option("--config", help="设置文件（TOML） · settings file (TOML)", exists=True),
    ] = None,
) -> None:
    _config[:] = [config] if config else []


@app.command()
def version() -> None:
    """显示版本 · Show the version."""
    typer.echo(f"tingtang {__version__}")


@app.command("settings")
def show_settings() -> None:
    """显示现行设置 · Show the settings in force."""
    found = settings()
    for setting in SETTINGS:
        value = getattr(found, setting.name)
        shown = ("…" if value else "") if setting.secret else value
        typer.echo(f"{setting.name} = {shown}")


# -- the database -----------------------------------------------------------------------------


@app.command()
def migrate() -> None:
    """把数据库升级到本程序所需的版本 · Bring the database to the revision this program needs."""
    with _alone(settings().database_url) as database, database.writer.begin() as connection:
        before = migrations.revision_of(connection)
        if before and not migrations.knows(before):
            migrations.require_head(connection)
        migrations.upgrade(connection)
    after = migrations.head()
    if before == after:
        say(f"数据库已是版本 {after}，无需升级", f"the database is at revision {after} already")
    else:
        say(f"数据库已升级到版本 {after}", f"the database is at revision {after} now")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="备份文件 · the file to write")],
) -> None:
    """备份（可在运行中进行） · Back up, also while the system runs."""
    found = settings()
    tables = complete_metadata().sorted_tables
    with _snapshot(found.database_url) as connection:
        migrations.require_head(connection)
        with _progress(backups.count_rows(connection, tables)) as progress:
            made = backups.backup(
                connection,
                tables,
                file,
                program=__version__,
                revision=migrations.head(),
                now_ms=now_ms(),
                progress=progress,
            )
    rows = sum(entry.rows for entry in made.tables)
    say(
        f"已备份到 {file}：{rows} 行，日志位置 {made.position}\n"
        f"密钥文件 {found.key_file} 不在其中：请另存一份，且勿与备份放在一起；缺少它，备份中的敏感信息无法读出",
        f"backed up to {file}: {rows} rows, log position {made.position}\n"
        f"the key file {found.key_file} is not in it: keep a copy elsewhere, apart from the backup; "
        "without it the sensitive fields cannot be read",
    )


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="备份文件 · the backup", exists=True)],
) -> None:
    """把备份恢复到空数据库并核验 · Restore a backup into an empty database, and verify it."""
    found = settings()
    manifest = backups.read_manifest(file)
    if not migrations.knows(manifest.revision):
        raise Refused(migrations.NEW_TABLES, found=manifest.revision, wanted=migrations.head())
    rows = sum(entry.rows for entry in manifest.tables)
    with _alone(found.database_url) as database, _progress(rows) as progress:
        backups.restore(
            database, file, migrate=migrations.upgrade, check=_require_whole, progress=progress
        )
    say(
        f"已恢复 {rows} 行，日志位置 {manifest.position}，哈希链完整\n"
        f"请把当时的密钥文件放到 {found.key_file}",
        f"restored {rows} rows, log position {manifest.position}; the hash chains are whole\n"
        f"put the key file of that time at {found.key_file}",
    )


def _require_whole(connection: sa.Connection) -> None:
    report = audit.verify(connection)
    if not report.ok:
        finding = report.findings[0]
        raise backups.BackupProblem(
            f"备份中的日志不完整，未作恢复：{finding.in_language('zh')}",
            f"the log in the backup is not whole, nothing was restored: {finding.in_language('en')}",
        )


# -- the audit --------------------------------------------------------------------------------


@audit_app.command("verify")
def audit_verify(
    anchor_files: Annotated[
        list[Path] | None, typer.Argument(help="锚点文件 · anchor files", exists=True)
    ] = None,
    public_key: Annotated[
        str, typer.Option(help="审计员保存的公钥（十六进制） · the auditor's public key, in hex")
    ] = "",
) -> None:
    """重算全部哈希链，并与锚点比对 · Recompute every hash chain and compare it with anchors."""
    found = settings()
    key_file = Path(found.key_file)
    keys = vault.open_vault(key_file) if anchor_files and not public_key else None
    trusted = _public_key(public_key) if public_key else None
    opened = [anchors.open_anchor(path, keys, trusted) for path in anchor_files or []]
    with (
        _snapshot(found.database_url) as connection,
        _progress(audit.count_events(connection)) as progress,
    ):
        report = audit.verify(connection, opened, progress)
    for finding in report.findings:
        typer.echo(f"✗ {finding.in_language(language())}")
    if report.more_findings:
        say(f"✗ 另有 {report.more_findings} 处", f"✗ and {report.more_findings} more")
    if not report.ok:
        raise typer.Exit(1)
    say(
        f"✓ 完整：{report.streams} 个流，{report.events} 个事件，至位置 {report.position}",
        f"✓ whole: {report.events} events in {report.streams} streams, up to position {report.position}",
    )


@audit_app.command("anchor")
def audit_anchor(
    file: Annotated[Path, typer.Argument(help="锚点文件 · the anchor file to write")],
) -> None:
    """写出签名的锚点，供另处保存 · Write a signed anchor, to be kept elsewhere."""
    found = settings()
    keys = vault.open_vault(Path(found.key_file))
    with _snapshot(found.database_url) as connection:
        title = anchors.write_anchor(connection, keys, file, now_ms())
    say(
        f"已写出锚点 {file}：{title.streams} 个流，至位置 {title.position}；请存放于他人保管之处",
        f"anchor {file} written: {title.streams} streams, up to position {title.position}; "
        "give it into other hands",
    )


def _public_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise anchors.AnchorProblem(
            "公钥应为 64 位十六进制数", "the public key should be 64 hexadecimal digits"
        )
    return key


# -- the keys ---------------------------------------------------------------------------------


@keys_app.command("show")
def keys_show() -> None:
    """列出密钥版本及其公钥 · List the keys' versions with their public keys."""
    file = vault.read_key_file(Path(settings().key_file))
    for key in file.keys:
        typer.echo(f"{key.version} {key.suite} {key.public.hex()}")


@keys_app.command("rotate")
def keys_rotate() -> None:
    """启用新密钥 · Add a new key, used from the server's next start on."""
    found = settings()
    new = vault.rotate(Path(found.key_file), found.cipher_suite, now_ms())
    say(
        f"已生成密钥 {new}（{found.cipher_suite}）：请备份 {found.key_file}，重启服务，再运行 tingtang keys reseal",
        f"key {new} ({found.cipher_suite}) was made: copy {found.key_file} to where you keep it, "
        "restart the server, then run `tingtang keys reseal`",
    )


@keys_app.command("reseal")
def keys_reseal() -> None:
    """用最新密钥重新加密敏感字段 · Seal every sensitive field again with the newest key."""
    found = settings()
    keys = vault.open_vault(Path(found.key_file))
    columns = [
        column
        for table in complete_metadata().sorted_tables
        for column in sealed.sealed_columns(table)
    ]
    with _alone(found.database_url) as database:
        with database.reader.begin() as reader:
            migrations.require_head(reader)
            total = sum(sealed.to_reseal(reader, keys, column) for column in columns)
        with _progress(total) as progress:
            for column in columns:
                done = RESEAL_ROWS
                while done:
                    with database.writer.begin() as connection:
                        done = sealed.reseal(connection, keys, column, RESEAL_ROWS)
                    progress(done)
    say(f"已重新加密 {total} 个字段", f"{total} fields were sealed again")


# -- the server -------------------------------------------------------------------------------


@app.command()
def serve() -> None:
    """启动服务 · Run the server."""
    from tingtang.http.app import build
    from tingtang.http.options import web_options
    from tingtang.http.server import TlsFiles
    from tingtang.http.server import serve as run

    found = settings()
    logs.configure(found.log_level, found.log_format)
    prepare(found)
    tls = None
    if found.tls_certificate:
        tls = TlsFiles(Path(found.tls_certificate), Path(found.tls_key))
    keys = vault.open_or_create_vault(Path(found.key_file), found.cipher_suite, now_ms())
    scheme = "https" if tls else "http"
    address = found.public_url or f"{scheme}://{found.host}:{found.port}"
    run(
        build(web_options(found), vault=keys),
        host=found.host,
        port=found.port,
        tls=tls,
        proxies=",".join(found.trusted_proxies),
        on_listening=lambda: say(f"厅堂已就绪：{address}", f"Tingtang is up: {address}"),
    )


def prepare(found: Settings) -> None:
    """Give an empty database its tables; refuse one that does not fit this program."""
    Path(found.data_dir).mkdir(parents=True, exist_ok=True)
    with _alone(found.database_url) as database, database.writer.begin() as connection:
        if not sa.inspect(connection).get_table_names():
            migrations.upgrade(connection)
        migrations.require_head(connection)

"""Faults: kill -9 under load, a full disk, several processes on one database, lost connections."""

import asyncio
import contextlib
import json
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from tests.kernel.ledger import TYPES, Ledger, give
from tests.kernel.processes import acknowledged, start
from tingtang.kernel import log_commit
from tingtang.kernel import log_tables as t
from tingtang.kernel.audit import verify
from tingtang.kernel.clock import SystemClock
from tingtang.kernel.database import Database, DatabaseInUse, open_for_reading
from tingtang.kernel.errors import Refused
from tingtang.kernel.live import LiveViews, ViewType
from tingtang.kernel.log import EventLog, Key
from tingtang.kernel.permissions import SYSTEM, Permission
from tingtang.kernel.streams import StreamHost

ROUNDS = 5
"""Kills of one database; each hits another moment of the group commit."""


def stored(url: str) -> set[tuple[str, int, int]]:
    """Stream, sequence and position of every event, after an audit."""
    engine = open_for_reading(url)
    with engine.begin() as connection:
        report = verify(connection)
        query = sa.select(t.events.c.stream, t.events.c.sequence, t.events.c.position)
        found = {tuple(row) for row in connection.execute(query)}
    engine.dispose()
    assert report.ok, report.findings
    return found  # type: ignore[return-value]


def given(url: str) -> dict[str, list[int]]:
    """The amounts in each stream."""
    engine = open_for_reading(url)
    query = sa.select(t.events.c.stream, t.events.c.body).order_by(t.events.c.position)
    amounts: dict[str, list[int]] = {}
    with engine.begin() as connection:
        for stream, body in connection.execute(query):
            amounts.setdefault(stream, []).append(json.loads(body)["amount"])
    engine.dispose()
    return amounts


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(database_url: str) -> None:
    """Killed at a random moment under load, again and again, on the same database; and what is
    retried after each restart takes effect once."""
    told: list[str] = []
    for _ in range(ROUNDS):
        with start("tests.kernel.appender", database_url, "w", "12") as process:
            assert process.stdout is not None
            told.append(process.stdout.readline())
            killed_at = time.monotonic() + random.uniform(0, 0.15)
            while time.monotonic() < killed_at:
                told.append(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
            told += process.stdout.readlines()
    # The last line of each round may have been cut in the middle.
    acks = {acknowledged(line) for line in told if line.endswith("\n")}
    assert len(acks) > ROUNDS
    assert acks <= stored(database_url)
    for amounts in given(database_url).values():
        assert amounts == list(range(len(amounts)))


@pytest.mark.parametrize("writers", [4])
def test_positions_are_seen_once_and_in_order_under_concurrent_writers(
    postgresql_url: str, writers: int
) -> None:
    """Four processes append to one PostgreSQL while a reader follows the log by position."""
    each, streams = 60, 5
    processes = [
        start("tests.kernel.appender", postgresql_url, f"w{i}", str(streams), str(each))
        for i in range(writers)
    ]
    engine = open_for_reading(postgresql_url)
    query = sa.select(t.events.c.position).order_by(t.events.c.position)
    seen: list[int] = []
    with contextlib.ExitStack() as stack:
        for process in processes:
            stack.enter_context(process)
        while len(seen) < writers * streams * each:
            after = seen[-1] if seen else 0
            with engine.begin() as connection:
                seen += connection.scalars(query.where(t.events.c.position > after))
            if all(process.poll() is not None for process in processes):
                with engine.begin() as connection:
                    seen += connection.scalars(query.where(t.events.c.position > seen[-1]))
                break
    engine.dispose()
    assert seen == list(range(1, writers * streams * each + 1))
    assert len(stored(postgresql_url)) == writers * streams * each


async def test_a_follower_on_another_node_gets_every_event(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    log = EventLog(database, TYPES)
    await log.start()
    await log.append(give("mine", 1))
    with start("tests.kernel.appender", postgresql_url, "other", "4", "50"):
        followed: list[int] = []
        while len(followed) < 202:
            batch = await log.read_after(followed[-1] if followed else 0)
            before = len(followed)
            followed += [r.position for r in batch]
            if before < 100 <= len(followed):
                await log.append(give("mine", 2))
            if not batch:
                await asyncio.sleep(0.02)
    assert followed == list(range(1, len(followed) + 1))
    await log.stop()
    database.close()


def test_a_second_process_on_an_sqlite_file_is_refused_in_words(sqlite_url: str) -> None:
    with start("tests.kernel.appender", sqlite_url, "first", "1") as first:
        assert first.stdout is not None
        first.stdout.readline()
        with start("tests.kernel.appender", sqlite_url, "second", "1", "1") as second:
            _, words = second.communicate()
            assert second.returncode != 0
        assert "another Tingtang process is using" in words
        with pytest.raises(DatabaseInUse):
            Database(sqlite_url)
        assert first.stdout.readline()  # the first one did not notice
        first.kill()
    Database(sqlite_url).close()  # a killed process holds nothing


def _limit_pages(database: Database, more: int) -> None:
    """Let the file grow by ``more`` pages and then no further, as on a full disk."""
    with database.writer.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + more}")


async def test_a_full_disk_refuses_and_after_room_was_made_all_goes_on(
    sqlite_database: Database,
) -> None:
    log = EventLog(sqlite_database, TYPES)
    await log.start()
    done: set[str] = set()

    async def one(i: int) -> str:
        name = f"stream {i} {'x' * 500}"
        try:
            await log.append(give(name, i, key=Key(f"key {i}", "")))
        except Refused as refused:
            return refused.code
        done.add(name)
        return "done"

    await one(-1)
    _limit_pages(sqlite_database, more=30)
    outcomes = await asyncio.gather(*(one(i) for i in range(400)))
    assert set(outcomes) == {"done", "storage_failed"}
    assert outcomes[-1] == "storage_failed"
    assert {r.stream for r in await log.read_after(0)} == done

    _limit_pages(sqlite_database, more=10_000)
    again = await asyncio.gather(*(one(i) for i in range(400) if outcomes[i] != "done"))
    assert set(again) == {"done"}
    assert len(stored(sqlite_database.url.render_as_string())) == 401
    await log.stop()


def test_a_full_disk_under_the_operating_system_loses_nothing(sqlite_url: str) -> None:
    """The file system itself says no (RLIMIT_FSIZE) until the process is started with more room."""
    room = sum(path.stat().st_size for path in _files(sqlite_url)) + 400_000

    def limit() -> None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    with start("tests.kernel.appender", sqlite_url, "a", "6", preexec_fn=limit) as process:
        out, words = process.communicate()
    assert process.returncode != 0
    assert "storage_failed" in words or "could not be written to disk" in words
    acks = {acknowledged(line) for line in out.splitlines()}
    assert acks
    assert acks <= stored(sqlite_url)

    with start("tests.kernel.appender", sqlite_url, "b", "6", "5") as process:
        more, _ = process.communicate()
    assert process.returncode == 0
    acks |= {acknowledged(line) for line in more.splitlines()}
    assert acks <= stored(sqlite_url)


def _files(url: str) -> list[Path]:
    path = Path(sa.make_url(url).database or "")
    return [file for file in path.parent.iterdir() if file.name.startswith(path.name)]


def _lose_connection(log: EventLog, monkeypatch: pytest.MonkeyPatch, *, committed: bool) -> None:
    """Cut the writer's connection in its next commit, before or after the server did it."""
    dialect = log.database.writer.dialect
    commit: Callable[[Any], None] = dialect.do_commit

    def cut(connection: Any) -> None:
        monkeypatch.setattr(dialect, "do_commit", commit)
        if committed:
            commit(connection)
        connection.pgconn.finish()
        commit(connection)

    monkeypatch.setattr(dialect, "do_commit", cut)


@pytest.mark.parametrize("committed", [True, False])
async def test_a_connection_lost_in_a_commit_is_asked_about(
    postgresql_log: EventLog, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    """Appends without key or expected version: doing them again blindly would double them."""
    log = postgresql_log
    await log.append(give("a", 1))
    _lose_connection(log, monkeypatch, committed=committed)
    appended = await asyncio.gather(*(log.append(give("a", n)) for n in (2, 3)))
    assert [one.recorded[0].position for one in appended] == [2, 3]
    assert [r.sequence for r in await log.read_stream("a")] == [1, 2, 3]


async def test_when_nobody_can_be_asked_the_caller_is_told_so(
    postgresql_log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = postgresql_log
    await log.append(give("a", 1))
    _lose_connection(log, monkeypatch, committed=True)
    monkeypatch.setattr(log_commit, "RECONNECT_PAUSES", ())
    with pytest.raises(Refused) as refused:
        await log.append(give("a", 2))
    assert refused.value.code == "outcome_unknown"
    assert len(await log.read_stream("a")) == 2  # here it did take effect


async def test_a_connection_lost_between_commits_goes_unnoticed(postgresql_log: EventLog) -> None:
    log = postgresql_log
    await log.append(give("a", 1))
    with log.database.reader.begin() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    await log.append(give("a", 2))
    assert len(await log.read_stream("a")) == 2


async def test_a_screen_follows_what_another_process_writes(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    log = EventLog(database, TYPES)
    await log.start()
    host = StreamHost(log, SystemClock(), Ledger())
    live = LiveViews()
    live.register(ViewType("account", Permission.BOARD_SEE, host.state))
    host.on_change(lambda stream, _events: live.touch("account", stream))
    whole = sum(range(50))
    arrived = asyncio.Event()

    class Screen:
        def send(self, message: bytes) -> None:
            if msgspec.json.decode(message).get("patch", {}).get("balance") == whole:
                arrived.set()

    await live.watch("account", "s0", SYSTEM, Screen(), None)
    with start("tests.kernel.appender", postgresql_url, "other", "1", "50"):
        async with asyncio.timeout(60):
            await arrived.wait()
    assert (await host.state("s0")).balance == whole
    await live.close()
    await log.stop()
    database.close()

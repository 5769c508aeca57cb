"""Saved states of long streams: as good as the log they were made from, and never more."""

import itertools
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel.ledger import TYPES, Account, Give, Ledger, Look, Take
from tingtang.kernel import log_tables as t
from tingtang.kernel.clock import ManualClock
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Recorded
from tingtang.kernel.log import EventLog
from tingtang.kernel.snapshots import Saved, Snapshots, shape_of
from tingtang.kernel.streams import StreamHost
from tingtang.schema import complete_metadata

Host = StreamHost[Account, Give | Take | Look]
CLOCK = ManualClock(1_700_000_000_000)
NUMBERS = itertools.count()


class Counting(Ledger):
    """How many events were applied."""

    def __init__(self) -> None:
        self.applied = 0

    def evolve(self, state: Account, event: object, at_ms: int) -> None:
        self.applied += 1
        super().evolve(state, event, at_ms)  # type: ignore[arg-type]


def host_of(log: EventLog, every: int = 3, revision: int = 1) -> tuple[Host, Counting]:
    core = Counting()
    snapshots = Snapshots(log, Account, revision=revision, every=every)
    return StreamHost(log, CLOCK, core, snapshots), core


async def give(host: Host, *amounts: int, stream: str = "a") -> None:
    for amount in amounts:
        await host.run(stream, "b1", Give(amount), actor="test")


async def settled(log: EventLog) -> list[sa.Row[tuple[object, ...]]]:
    """What is saved, once all that was on its way is on disk."""
    await log.forget_answers(0)  # goes through the same queue, behind it
    return list(await log.database.read(lambda c: c.execute(sa.select(t.snapshots)).all()))


async def test_a_start_reads_only_what_came_after_the_saved_state(log: EventLog) -> None:
    host, _ = host_of(log)
    await give(host, *range(1, 12))
    [saved] = await settled(log)
    assert (saved.stream, saved.sequence) == ("a", 9)
    fresh, core = host_of(log)
    state = await fresh.state("a")
    assert (state.balance, state.moves) == (66, 11)
    assert core.applied == 4  # two events, on each of the two states
    await give(fresh, 100)
    assert (await fresh.state("a")).balance == 166
    assert len(await log.read_stream("a")) == 12


async def test_a_long_stream_without_a_saved_state_gets_one_at_its_first_start(
    log: EventLog,
) -> None:
    plain: Host = StreamHost(log, CLOCK, Ledger())
    await give(plain, 1, 2, 3, 4, 5)
    assert await settled(log) == []
    host, _ = host_of(log)
    await host.state("a")
    [saved] = await settled(log)
    assert saved.sequence == 5


async def test_emptying_the_table_changes_nothing(log: EventLog) -> None:
    host, _ = host_of(log)
    await give(host, *range(1, 12))
    before = msgspec.to_builtins(await host.state("a"))
    await settled(log)
    with log.database.writer.begin() as connection:
        assert connection.execute(sa.delete(t.snapshots)).rowcount == 1
    fresh, core = host_of(log)
    assert msgspec.to_builtins(await fresh.state("a")) == before
    assert core.applied == 22
    await give(host, 1)  # who holds it in memory goes on as well
    assert (await host.state("a")).moves == 12


@pytest.mark.parametrize(
    "damage",
    [
        {"body": b"\xc1 no state"},
        {"body": msgspec.msgpack.encode({"balance": "much", "moves": 9})},
        {"event_hash": bytes(32)},
        {"sequence": 900},
        {"shape": "1-of-another-release"},
    ],
    ids=["unreadable", "of other types", "of another log", "ahead of the log", "of another shape"],
)
async def test_what_does_not_fit_is_made_anew_from_the_log(
    log: EventLog, damage: dict[str, object]
) -> None:
    host, _ = host_of(log)
    await give(host, *range(1, 12))
    await settled(log)
    with log.database.writer.begin() as connection:
        connection.execute(sa.update(t.snapshots).values(damage))
    fresh, core = host_of(log)
    state = await fresh.state("a")
    assert (state.balance, state.moves) == (66, 11)
    assert core.applied == 22


async def test_a_new_revision_drops_what_was_saved_and_saves_anew(log: EventLog) -> None:
    host, _ = host_of(log)
    await give(host, *range(1, 12))
    await settled(log)
    fresh, core = host_of(log, revision=2)
    assert (await fresh.state("a")).moves == 11
    assert core.applied == 22
    [saved] = await settled(log)
    assert (saved.sequence, saved.shape) == (11, fresh._snapshots.shape if fresh._snapshots else "")


def test_the_shape_follows_every_field_below() -> None:
    class Part(msgspec.Struct):
        size: int

    class Whole(msgspec.Struct):
        parts: list[Part]

    before = shape_of(Whole, 1)
    assert shape_of(Whole, 1) == before
    assert shape_of(Whole, 2) != before

    class Part(msgspec.Struct):  # type: ignore[no-redef]
        size: float

    class Whole(msgspec.Struct):  # type: ignore[no-redef]
        parts: list[Part]

    assert shape_of(Whole, 1) != before


async def test_an_older_state_does_not_replace_a_newer_one(log: EventLog) -> None:
    """As where two nodes save the same stream."""
    host, _ = host_of(log, every=100)
    await give(host, *range(1, 8))
    snapshots = Snapshots(log, Account)
    snapshots.save("a", 6, 1, Account(21, 6))
    snapshots.save("a", 4, 1, Account(10, 4))
    await settled(log)
    assert await snapshots.newest("a") == Saved(6, 1, msgspec.msgpack.encode(Account(21, 6)))


async def test_a_state_that_is_not_of_the_log_is_not_saved(log: EventLog) -> None:
    snapshots = Snapshots(log, Account)
    snapshots.save("a", 5, 1, Account(5, 5))
    assert await settled(log) == []


async def test_a_host_that_did_not_ask_saves_nothing(log: EventLog) -> None:
    host: Host = StreamHost(log, CLOCK, Ledger())
    await give(host, *range(1, 30))
    assert await settled(log) == []


moves = st.lists(
    st.one_of(
        st.integers(1, 9).map(Give), st.integers(1, 9).map(Take), st.just(None)
    ),
    max_size=40,
)  # fmt: skip


@pytest.fixture(scope="module")
def one_database() -> Sequence[Database]:
    complete_metadata()
    folder = Path(tempfile.mkdtemp())
    database = Database(f"sqlite:///{folder / 'log.db'}")
    database.create_tables()
    return [database]


@settings(deadline=None, max_examples=40)
@given(moves, st.integers(1, 7))
def test_the_saved_state_and_the_rest_are_the_whole_log(
    one_database: Sequence[Database], asked: list[Give | Take | None], every: int
) -> None:
    """Whatever was done, wherever it was restarted (None): the same as replaying all of it."""
    import asyncio

    stream = f"s{next(NUMBERS)}"

    async def walk() -> None:
        log = EventLog(one_database[0], TYPES)
        await log.start()
        host, _ = host_of(log, every)
        for command in asked:
            if command is None:
                await settled(log)
                host, _ = host_of(log, every)
                continue
            try:
                await host.run(stream, "b1", command, actor="test")
            except Refused as refused:
                assert refused.code == "too_little"
        await settled(log)
        fresh, _ = host_of(log, every)
        whole = replayed(stream, await log.read_stream(stream))
        assert await fresh.state(stream) == whole
        assert await host.state(stream) == whole
        await log.stop()

    asyncio.run(walk())


def replayed(stream: str, recorded: Sequence[Recorded]) -> Account:
    core = Ledger()
    state = core.initial(stream)
    for one in recorded:
        core.evolve(state, one.event, one.time_ms)
    return state

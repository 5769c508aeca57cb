"""Live streams: decisions on state that is not yet durable, and what a failed commit undoes."""

import asyncio
import itertools
from collections.abc import Iterator, Sequence

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kernel.ledger import TYPES, Account, Give, Given, Ledger, Look, Take, Taken, give
from tingtang.kernel.clock import ManualClock
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.log import EventLog, Key
from tingtang.kernel.streams import StreamHost

NUMBERS = itertools.count()
Host = StreamHost[Account, Give | Take | Look]


def host_of(log: EventLog, clock: ManualClock | None = None) -> Host:
    return StreamHost(log, clock or ManualClock(1_700_000_000_000), Ledger())


def balance(state: Account, events: Sequence[Event], at_ms: int) -> bytes:
    return str(state.balance).encode()


async def run(
    host: Host, stream: str, command: Give | Take | Look, key: Key | None = None
) -> bytes:
    done = await host.run(stream, "b1", command, actor="test", key=key, answer=balance)
    return done.answer


async def test_commands_of_one_stream_are_decided_one_after_another(log: EventLog) -> None:
    host = host_of(log)
    await run(host, "a", Give(5))
    outcomes = await asyncio.gather(
        *(run(host, "a", Take(1)) for _ in range(8)), return_exceptions=True
    )
    assert outcomes[:5] == [b"4", b"3", b"2", b"1", b"0"]
    assert [isinstance(o, Refused) and o.params for o in outcomes[5:]] == [{"balance": 0}] * 3
    committed = host.committed("a")
    assert committed is not None
    assert committed.balance == 0


async def test_watchers_see_committed_state_only(log: EventLog) -> None:
    host = host_of(log)
    seen: list[tuple[int, int]] = []

    def watch(stream: str, events: Sequence[Recorded]) -> None:
        committed = host.committed(stream)
        assert committed is not None
        durable = log.database.read_now(
            lambda c: c.scalar(sa.text("SELECT max(position) FROM events"))
        )
        seen.append((committed.moves, durable))

    host.on_change(watch)
    await asyncio.gather(*(run(host, "a", Give(1)) for _ in range(10)))
    assert seen[-1][0] == 10
    assert all(moves <= durable for moves, durable in seen)


async def test_a_refusal_waits_for_what_it_was_decided_on(database: Database) -> None:
    """Take(4) finds too little only because of a Take(3) that never becomes durable."""
    log = EventLog(database, TYPES)

    def project(connection: sa.Connection, recorded: Sequence[Recorded]) -> None:
        if any(isinstance(r.event, Taken) and r.event.amount == 3 for r in recorded):
            raise RuntimeError("this commit fails")

    log.project([Taken], project)
    await log.start()
    host = host_of(log)
    await run(host, "a", Give(5))
    assert await run(host, "a", Take(1)) == b"4"
    took, asked = await asyncio.gather(
        run(host, "a", Take(3)), run(host, "a", Take(4)), return_exceptions=True
    )
    assert isinstance(took, RuntimeError)
    assert asked == b"0"  # decided again, on what is really there
    await log.stop()


async def test_a_command_without_events_is_answered_from_durable_state(database: Database) -> None:
    log = EventLog(database, TYPES)

    def project(connection: sa.Connection, recorded: Sequence[Recorded]) -> None:
        if any(isinstance(r.event, Taken) for r in recorded):
            raise RuntimeError("no taking today")

    log.project([Taken], project)
    await log.start()
    host = host_of(log)
    await run(host, "a", Give(5))
    took, looked = await asyncio.gather(
        run(host, "a", Take(3)), run(host, "a", Look()), return_exceptions=True
    )
    assert isinstance(took, RuntimeError)
    assert looked == b"5"
    await log.stop()


async def test_a_retry_is_answered_alike_even_where_it_would_now_be_refused(log: EventLog) -> None:
    host = host_of(log)
    key = Key("teller:1", "take 5")
    await run(host, "a", Give(5))
    answers = await asyncio.gather(*(run(host, "a", Take(5), key) for _ in range(5)))
    assert answers == [b"0"] * 5
    assert await run(host, "a", Take(5), key) == b"0"
    fresh = host_of(log)  # as after a restart
    assert await run(fresh, "a", Take(5), key) == b"0"
    assert len(await log.read_stream("a")) == 2
    with pytest.raises(Refused) as refused:
        await run(host, "a", Take(5), Key("teller:1", "take 6"))
    assert refused.value.code == "key_reused"


async def test_the_same_key_twice_at_once_on_a_command_that_always_works(log: EventLog) -> None:
    host = host_of(log)
    key = Key("teller:1", "give 1")
    assert await asyncio.gather(*(run(host, "a", Give(1), key) for _ in range(6))) == [b"1"] * 6
    assert len(await log.read_stream("a")) == 1
    assert await run(host, "a", Give(1)) == b"2"


async def test_two_hosts_on_one_stream_never_overdraw_it(log: EventLog) -> None:
    """As two nodes on one database: a clash reloads and decides again."""
    hosts = [host_of(log), host_of(log)]
    await run(hosts[0], "a", Give(20))
    outcomes = await asyncio.gather(
        *(run(hosts[i % 2], "a", Take(1)) for i in range(30)), return_exceptions=True
    )
    assert sum(isinstance(o, bytes) for o in outcomes) <= 20
    taken = [r for r in await log.read_stream("a") if isinstance(r.event, Taken)]
    assert len(taken) == sum(isinstance(o, bytes) for o in outcomes)
    states = [await host.state("a") for host in hosts]
    assert {state.balance for state in states} == {20 - len(taken)}


async def test_what_others_append_is_followed(log: EventLog) -> None:
    host = host_of(log)
    changed: list[str] = []
    host.on_change(lambda stream, events: changed.append(stream))
    await run(host, "a", Give(1))
    await log.append(give("a", 10))
    await log.append(give("b", 10))  # nobody asked this host for b
    assert await run(host, "a", Take(11)) == b"0"
    assert changed == ["a", "a", "a"]


async def test_a_caller_that_goes_away_undoes_nothing(log: EventLog) -> None:
    host = host_of(log)
    await run(host, "a", Give(5))
    task = asyncio.create_task(run(host, "a", Take(2)))
    await asyncio.sleep(0)
    task.cancel()
    assert await run(host, "a", Look()) in {b"3", b"5"}
    assert (await host.state("a")).balance == 5 - 2 * (len(await log.read_stream("a")) - 1)


async def test_time_in_a_stream_never_runs_backwards(log: EventLog) -> None:
    clock = ManualClock(2_000)
    await run(host_of(log, clock), "a", Give(1))
    clock.at_ms = 500  # the machine was restarted with its clock set back
    host = host_of(log, clock)
    await run(host, "a", Give(1))
    clock.at_ms = 3_000
    await run(host, "a", Give(1))
    assert [r.time_ms for r in await log.read_stream("a")] == [2_000, 2_000, 3_000]


async def test_unused_streams_are_let_go_and_come_back(log: EventLog) -> None:
    clock = ManualClock(1_000)
    host = host_of(log, clock)
    await run(host, "a", Give(1))
    clock.at_ms = 9_000
    await run(host, "b", Give(2))
    host.forget_unused(before_ms=5_000)
    assert host.in_memory() == ["b"]
    assert await run(host, "a", Look()) == b"1"


async def test_a_core_that_breaks_half_way_leaves_no_half_state(log: EventLog) -> None:
    class Breaking(Ledger):
        def evolve(self, state: Account, event: Event, at_ms: int) -> None:
            super().evolve(state, event, at_ms)
            if isinstance(event, Given) and event.amount == 13:
                raise ArithmeticError("13")

    host: Host = StreamHost(log, ManualClock(1), Breaking())
    await run(host, "a", Give(1))
    with pytest.raises(ArithmeticError):
        await run(host, "a", Give(13))
    assert await run(host, "a", Look()) == b"1"


Commands = st.lists(
    st.one_of(
        st.builds(Give, st.integers(1, 5)), st.builds(Take, st.integers(1, 9)), st.just(Look())
    ),
    min_size=1,
    max_size=25,
)


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@given(
    commands=Commands,
    failing=st.lists(st.booleans(), max_size=40),
    pauses=st.lists(st.integers(0, 3), max_size=25),
    keyed=st.booleans(),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_answer_is_true_whatever_commits_fail(
    runner: asyncio.Runner,
    sqlite_database: Database,
    commands: list[Give | Take | Look],
    failing: list[bool],
    pauses: list[int],
    keyed: bool,
) -> None:
    """Commands run at once while commits fail at random. What was answered with success is in the
    log, once; what was answered with a failure is not; and every refusal and every look told a
    balance that was durably there at some moment between the question and the answer.
    """
    stream = f"s{next(NUMBERS)}"
    commits = iter(failing)

    def project(connection: sa.Connection, recorded: Sequence[Recorded]) -> None:
        if next(commits, False):
            raise sa.exc.OperationalError("INSERT", {}, OSError("database or disk is full"))

    async def scenario() -> None:
        log = EventLog(sqlite_database, TYPES)
        log.project([Given, Taken], project)
        await log.start()
        host = host_of(log)

        async def one(i: int, command: Give | Take | Look) -> tuple[int, object, int]:
            for _ in range(pauses[i] if i < len(pauses) else 0):
                await asyncio.sleep(0.0005)
            before = await log.sequence(stream)
            key = Key(f"{stream}/{i}", "") if keyed else None
            try:
                outcome: object = await host.run(
                    stream, "b1", command, actor=str(i), key=key, answer=balance
                )
            except Refused as refused:
                outcome = refused
            return before, outcome, await log.sequence(stream)

        told = await asyncio.gather(*(one(i, command) for i, command in enumerate(commands)))
        history = await log.read_stream(stream)
        await log.stop()

        balances = [0]
        for r in history:
            assert isinstance(r.event, Given | Taken)
            sign = 1 if isinstance(r.event, Given) else -1
            balances.append(balances[-1] + sign * r.event.amount)
        assert min(balances) >= 0
        by_actor = {int(r.actor): r for r in history}
        assert len(by_actor) == len(history)
        for i, (before, outcome, after) in enumerate(told):
            possible = balances[before : after + 1]
            if isinstance(outcome, Refused):
                assert i not in by_actor
                if outcome.code == "too_little":
                    assert outcome.params["balance"] in possible
                else:
                    assert outcome.code == "storage_failed"
            elif isinstance(commands[i], Look):
                assert int(outcome.answer) in possible  # type: ignore[attr-defined]
            else:
                r = by_actor[i]
                assert r.position == outcome.position  # type: ignore[attr-defined]
                assert balances[r.sequence] == int(outcome.answer)  # type: ignore[attr-defined]

    runner.run(scenario())


async def test_two_nodes_on_postgresql_see_what_the_other_writes(postgresql_url: str) -> None:
    """Without a command of its own a node's state, and whoever watches it, follows."""
    databases = [Database(postgresql_url) for _ in range(2)]
    logs = [EventLog(database, TYPES) for database in databases]
    for log in logs:
        await log.start()
    hosts = [host_of(log) for log in logs]
    seen: list[list[int]] = [[], []]
    acted: list[list[int]] = [[], []]
    arrived = asyncio.Event()
    for i, host in enumerate(hosts):
        await host.state("a")

        def watch(stream: str, events: Sequence[Recorded], i: int = i) -> None:
            seen[i] += [one.sequence for one in events if stream == "a"]
            if all(len(one) >= 60 for one in seen):
                arrived.set()

        def act(stream: str, events: Sequence[Recorded], i: int = i) -> None:
            acted[i] += [one.sequence for one in events if stream == "a"]

        host.on_change(watch)
        host.on_change(act, own_only=True)
    for each in range(20):  # one at a time, so that neither node is ever corrected by a clash
        await run(hosts[each % 2], "b", Give(1))
        await run(hosts[each % 2], "a", Give(1))
        await run(hosts[each % 2], "a", Give(1))
    await asyncio.gather(*(run(hosts[i % 2], "a", Give(1)) for i in range(20)))
    async with asyncio.timeout(30):
        await arrived.wait()
    everything = list(range(1, 61))
    assert [sorted(one) for one in seen] == [everything] * 2
    assert sorted(acted[0] + acted[1]) == everything  # each by the node that wrote it
    for host in hosts:
        state = await host.state("a")
        assert (state.balance, state.moves) == (60, 60)
    for log, database in zip(logs, databases, strict=True):
        await log.stop()
        database.close()

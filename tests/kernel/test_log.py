"""The log: appends, clashes, groups, keys, projections, positions; on both databases."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from tests.kernel.ledger import TYPES, Given, Taken, give
from tingtang.kernel import log_tables as t
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Recorded, UnknownEvent
from tingtang.kernel.log import GENESIS, Answered, Clash, EventLog, Key, Lineage, event_hash


async def test_what_was_appended_is_read_back_in_order(log: EventLog) -> None:
    first = await log.append(give("a", 1, 2))
    await log.append(give("b", 3))
    await log.append(give("a", 4, expected=2))

    assert [r.position for r in first.recorded] == [1, 2]
    assert [(r.sequence, r.event) for r in await log.read_stream("a")] == [
        (1, Given(amount=1)), (2, Given(amount=2)), (3, Given(amount=4)),
    ]  # fmt: skip
    assert [r.sequence for r in await log.read_stream("a", after=2)] == [3]
    assert [(r.position, r.stream) for r in await log.read_after(1)] == [
        (2, "a"),
        (3, "b"),
        (4, "a"),
    ]
    assert log.head == 4
    assert await log.sequence("a") == 3
    assert await log.sequence("nobody") == 0


async def test_an_append_to_a_stream_that_moved_on_clashes_and_writes_nothing(
    log: EventLog,
) -> None:
    await log.append(give("a", 1))
    for stale in (0, 2):
        with pytest.raises(Clash):
            await log.append(give("a", 9, expected=stale))
    assert [r.event for r in await log.read_stream("a")] == [Given(amount=1)]


async def test_of_two_appends_that_expect_the_same_version_one_wins(log: EventLog) -> None:
    outcomes = await asyncio.gather(
        log.append(give("a", 1, expected=0)),
        log.append(give("a", 2, expected=0)),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], Clash)
    assert [r.event for r in await log.read_stream("a")] == [Given(amount=1)]


async def test_appends_that_wait_for_the_disk_share_its_next_commit(log: EventLog) -> None:
    groups: list[tuple[int, int]] = []
    log.observe(lambda appends, events, seconds: groups.append((appends, events)))
    await asyncio.gather(*(log.append(give(f"s{i}", i, i)) for i in range(500)))

    assert sum(appends for appends, _ in groups) == 500
    assert sum(events for _, events in groups) == 1000
    assert len(groups) < 50
    assert log.waiting == 0


async def test_work_that_fails_fails_only_its_own_append(log: EventLog) -> None:
    def breaks(connection: sa.Connection) -> None:
        connection.execute(sa.insert(t.subscriptions).values(name="half", position=1))
        raise ValueError("no")

    groups: list[int] = []
    log.observe(lambda appends, events, seconds: groups.append(appends))
    outcomes = await asyncio.gather(
        log.append(give("warm-up", 1)),
        log.append(give("a", 1)),
        log.append(give("b", 2, work=breaks)),
        log.append(give("c", 3, work=lambda c: c.scalar(sa.select(sa.literal(7))))),
        return_exceptions=True,
    )
    assert isinstance(outcomes[2], ValueError)
    assert outcomes[3].result == 7  # type: ignore[union-attr]
    assert len(await log.read_stream("a")) == len(await log.read_stream("c")) == 1
    assert await log.read_stream("b") == []
    assert await _rows(log, t.subscriptions) == []
    assert len(groups) <= 2  # the failure did not cost the others a commit of their own


async def test_a_projection_that_fails_takes_only_its_own_append_with_it(log: EventLog) -> None:
    def project(connection: sa.Connection, recorded: Sequence[Recorded]) -> None:
        for r in recorded:
            assert isinstance(r.event, Given)
            if r.event.amount < 0:
                raise ValueError("negative")

    log.project([Given], project)
    outcomes = await asyncio.gather(
        *(log.append(give(f"s{n}", n)) for n in (1, 2, -3, 4)), return_exceptions=True
    )
    assert [isinstance(o, ValueError) for o in outcomes] == [False, False, True, False]
    assert [r.position for r in await log.read_after(0)] == [1, 2, 3]


async def test_read_tables_change_in_the_transaction_of_their_events(log: EventLog) -> None:
    """Seen through the eyes of another connection: never one without the other."""

    def project(connection: sa.Connection, recorded: Sequence[Recorded]) -> None:
        connection.execute(
            sa.insert(t.subscriptions),
            [{"name": f"row {r.position}", "position": r.position} for r in recorded],
        )

    log.project([Given], project)
    seen: list[tuple[int, int]] = []

    def look(connection: sa.Connection) -> tuple[int, int]:
        events = connection.scalar(sa.select(sa.func.count()).select_from(t.events))
        rows = connection.scalar(sa.select(sa.func.count()).select_from(t.subscriptions))
        return events or 0, rows or 0

    async def watch() -> None:
        while not seen or seen[-1][0] < 60:
            seen.append(await log.database.read(look))

    async def write() -> None:
        for i in range(30):
            await log.append(give("a", i, i))

    await asyncio.gather(watch(), write())
    assert all(events == rows for events, rows in seen)


async def test_a_projection_is_told_only_of_its_own_types(log: EventLog) -> None:
    told: list[str] = []
    log.project([Taken], lambda connection, recorded: told.extend(r.type for r in recorded))
    await log.append(give("a", 1))
    append = give("a", 1)
    append.events = [Taken(amount=1), Given(amount=1)]
    await log.append(append)
    assert told == ["ledger.taken"]


async def test_listeners_hear_of_events_only_when_they_are_durable(log: EventLog) -> None:
    heard: list[int] = []

    def listen(recorded: Sequence[Recorded]) -> None:
        durable = log.database.read_now(
            lambda c: c.scalar(sa.select(sa.func.max(t.events.c.position)))
        )
        assert durable is not None
        assert durable >= recorded[-1].position
        heard.extend(r.position for r in recorded)

    def broken(recorded: Sequence[Recorded]) -> None:
        raise RuntimeError("a listener's own fault")

    log.on_commit(broken)
    log.on_commit(listen)
    await asyncio.gather(*(log.append(give(f"s{i % 3}", i)) for i in range(20)))
    assert heard == list(range(1, 21))


async def test_a_follower_hears_its_types_alone_in_order_whatever_another_does(
    log: EventLog,
) -> None:
    heard: list[tuple[str, int]] = []

    def broken(_one: Recorded) -> None:
        raise RuntimeError("a follower's own fault")

    log.follow((Given,), broken)
    log.follow((Given,), lambda one: heard.append((one.stream, one.position)))
    log.follow((Taken,), lambda one: heard.append(("taken", one.position)))
    await asyncio.gather(*(log.append(give(f"s{i % 3}", i)) for i in range(20)))
    assert [position for _, position in heard] == list(range(1, 21))
    assert {stream for stream, _ in heard} == {"s0", "s1", "s2"}


async def test_a_holder_hears_of_its_stream_alone_until_it_lets_go(log: EventLog) -> None:
    heard: list[tuple[str, list[int], bool]] = []

    def broken(_stream: str, _events: Sequence[Recorded], _is_own: bool) -> None:
        raise RuntimeError("a holder's own fault")

    def hear(stream: str, events: Sequence[Recorded], is_own: bool) -> None:
        heard.append((stream, [r.sequence for r in events], is_own))

    log.hold("a", broken)
    log.hold("a", hear)
    await asyncio.gather(*(log.append(give(stream, 1)) for stream in "abaab"))
    assert heard == [("a", [1, 2, 3], True)]
    log.let_go("a", hear)
    await log.append(give("a", 1))
    assert len(heard) == 1


async def test_what_is_asked_for_in_one_turn_of_the_loop_is_one_group(log: EventLog) -> None:
    groups: list[int] = []
    log.observe(lambda appends, _events, _seconds: groups.append(appends))
    await asyncio.gather(*(log.append(give(f"s{i}", i)) for i in range(20)))
    assert groups == [20]


async def test_a_retry_with_its_key_gets_the_first_answer(log: EventLog) -> None:
    key = Key("teller:1", "request-1")
    await log.append(give("a", 1, key=key, answer=b"first"))
    with pytest.raises(Answered) as again:
        await log.append(give("a", 1, key=key, answer=b"second"))
    assert again.value.body == b"first"
    assert await log.answer(key) == b"first"
    assert len(await log.read_stream("a")) == 1


async def test_a_key_that_comes_with_another_request_is_refused(log: EventLog) -> None:
    await log.append(give("a", 1, key=Key("teller:1", "request-1"), answer=b"first"))
    other = Key("teller:1", "request-2")
    with pytest.raises(Refused) as refused:
        await log.append(give("a", 2, key=other))
    assert refused.value.code == "key_reused"
    with pytest.raises(Refused):
        await log.answer(other)
    assert await log.answer(Key("unused", "")) is None


async def test_the_same_key_at_the_same_moment_takes_effect_once(log: EventLog) -> None:
    key = Key("teller:1", "request-1")
    outcomes = await asyncio.gather(
        *(log.append(give("a", 1, key=key, answer=str(i).encode())) for i in range(10)),
        return_exceptions=True,
    )
    assert [o.body for o in outcomes if isinstance(o, Answered)] == [b"0"] * 9
    assert len(await log.read_stream("a")) == 1


async def test_a_retry_after_a_restart_gets_the_first_answer(database: Database) -> None:
    key = Key("teller:1", "request-1")
    before = EventLog(database, TYPES)
    await before.start()
    await before.append(give("a", 1, key=key, answer=b"first"))
    await before.stop()
    after = EventLog(database, TYPES)
    await after.start()
    with pytest.raises(Answered) as again:
        await after.append(give("a", 1, key=key, answer=b"second"))
    assert again.value.body == b"first"
    assert after.head == 1
    await after.stop()


async def test_old_answers_can_be_forgotten(log: EventLog) -> None:
    old, new = give("a", 1, key=Key("old", "")), give("a", 2, key=Key("new", ""))
    new.time_ms = old.time_ms + 1000
    await log.append(old)
    await log.append(new)
    assert await log.forget_answers(before_ms=old.time_ms + 1) == 1
    assert await log.answer(Key("old", "")) is None
    assert await log.answer(Key("new", "")) == b""


async def test_a_broken_lineage_fails_even_where_the_sequence_fits(log: EventLog) -> None:
    lineage = Lineage()
    outcomes = await asyncio.gather(
        log.append(give("a", 1, expected=5, lineage=lineage)),
        log.append(give("a", 2, expected=0, lineage=lineage)),
        log.append(give("a", 3, expected=0, lineage=Lineage())),
        return_exceptions=True,
    )
    assert [isinstance(o, Clash) for o in outcomes] == [True, True, False]


async def test_every_stream_is_a_hash_chain(log: EventLog) -> None:
    await log.append(give("a", 1, 2))
    await log.append(give("b", 3))
    await log.append(give("a", 4))
    rows = [row._asdict() for row in await _rows(log, t.events)]
    heads = {row.stream: bytes(row.hash) for row in await _rows(log, t.streams)}
    for stream in ("a", "b"):
        previous = GENESIS
        for row in rows:
            if row["stream"] == stream:
                previous = event_hash(previous, row)
                assert bytes(row["hash"]) == previous
        assert heads[stream] == previous


async def test_a_reader_from_memory_and_one_from_disk_see_the_same(log: EventLog) -> None:
    for i in range(30):
        await log.append(give(f"s{i % 4}", i))
    remembered = await log.read_after(10, limit=7)
    other = EventLog(log.database, TYPES)
    assert remembered == await other.read_after(10, limit=7)
    assert [r.position for r in remembered] == list(range(11, 18))


async def test_a_log_that_is_stopped_or_overloaded_says_so(database: Database) -> None:
    log = EventLog(database, TYPES, waiting_max=3)
    with pytest.raises(Refused) as refused:
        log.submit(give("a", 1))
    assert refused.value.code == "busy"
    await log.start()
    futures = [log.submit(give("a", 1)) for _ in range(3)]
    with pytest.raises(Refused):
        log.submit(give("a", 1))
    await asyncio.gather(*futures)
    log.submit(give("a", 1))
    await log.stop()
    assert await log.sequence("a") == 4  # what was queued became durable
    with pytest.raises(Refused):
        log.submit(give("a", 1))


async def test_a_caller_that_goes_away_leaves_what_it_asked_for(log: EventLog) -> None:
    future = log.submit(give("a", 1))
    future.cancel()
    await log.append(give("a", 2))
    assert [r.event for r in await log.read_stream("a")] == [Given(amount=1), Given(amount=2)]


GOLDEN = [
    # (type, version, body as it was written then, what it reads as now)
    ("ledger.given", 1, '{"amount":5}', Given(amount=5)),
    ("ledger.taken", 1, '{"cents":"700"}', Taken(amount=7, reason="unknown")),
    ("ledger.taken", 2, '{"amount":8}', Taken(amount=8, reason="unknown")),
    ("ledger.taken", 3, '{"amount":9,"reason":"fee"}', Taken(amount=9, reason="fee")),
]


async def test_every_past_version_of_an_event_is_still_read(log: EventLog) -> None:
    def write(connection: sa.Connection) -> None:
        for i, (name, version, body, _) in enumerate(GOLDEN, 1):
            row: dict[str, Any] = {
                "position": i, "stream": "old", "sequence": i, "branch": "b1", "time_ms": 1,
                "type": name, "version": version, "actor": "x", "cause": "", "body": body,
                "hash": b"",
            }  # fmt: skip
            connection.execute(sa.insert(t.events).values(row))

    with log.database.writer.begin() as connection:
        write(connection)
    assert [r.event for r in await log.read_stream("old")] == [event for *_, event in GOLDEN]


def test_what_no_feature_can_read_is_named() -> None:
    for name, version in (("ledger.burnt", 1), ("ledger.taken", 4), ("ledger.taken", 0)):
        with pytest.raises(UnknownEvent, match=name.replace(".", r"\.")):
            TYPES.decode(name, version, "{}")


async def _rows(log: EventLog, table: sa.Table) -> Sequence[sa.Row[Any]]:
    query = sa.select(table).order_by(*table.primary_key.columns)
    return await log.database.read(lambda c: c.execute(query).all())


async def test_a_made_up_past_is_not_flushed_and_what_comes_after_is(
    sqlite_url: str,
) -> None:
    database = Database(sqlite_url)

    def level() -> int:
        with database.writer.connect() as connection:
            return int(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())

    full = level()
    with database.unflushed():
        assert level() == 0
    assert level() == full == 2
    database.close()


async def test_an_observer_that_fails_keeps_nobody_from_their_answer(log: EventLog) -> None:
    def fail(_appends: int, _events: int, _seconds: float) -> None:
        raise RuntimeError("no metric today")

    log.observe(fail)
    async with asyncio.timeout(20):
        appended = await log.append(give("a", 1))
    assert appended.position == 1

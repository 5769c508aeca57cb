"""Reactions: every event in order, again after a crash, and with an effect once."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
import sqlalchemy as sa

from tests.kernel.ledger import TOO_LITTLE, Given, Taken, give
from tests.kernel.processes import start
from tingtang.kernel import log_tables as t
from tingtang.kernel import reactions as module
from tingtang.kernel.clock import ManualClock
from tingtang.kernel.database import Database
from tingtang.kernel.errors import STORAGE_FAILED, Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.log import Answered, EventLog, Key
from tingtang.kernel.reactions import Reactions, Trigger

Handler = Callable[[Trigger], Awaitable[None]]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ATTEMPTS", (0.0, 0.001))


async def following(log: EventLog, handler: Handler, *, from_now: bool = False) -> Reactions:
    reactions = Reactions(log, ManualClock(1))
    reactions.register("test", [Given], handler, from_now=from_now)
    await reactions.start()
    return reactions


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


async def kept(log: EventLog) -> int | None:
    query = sa.select(t.subscriptions.c.position)
    return await log.database.read(lambda c: c.scalar(query))


async def test_a_reaction_is_told_of_its_events_in_order(log: EventLog) -> None:
    told: list[int] = []

    async def note(trigger: Trigger) -> None:
        told.append(trigger.recorded.position)
        assert trigger.cause == f"event:{trigger.recorded.position}"

    await log.append(give("before", 1, 2))
    reactions = await following(log, note)
    append = give("a", 3)
    append.events = [Taken(amount=1), Given(amount=3)]
    await log.append(append)
    await asyncio.gather(*(log.append(give(f"s{i}", i)) for i in range(10)))
    await until(lambda: len(told) == 13)
    assert told == [1, 2, *range(4, 15)]
    await reactions.stop()


async def test_a_new_reaction_can_begin_at_the_present(log: EventLog) -> None:
    told: list[int] = []

    async def note(trigger: Trigger) -> None:
        told.append(trigger.recorded.position)

    await log.append(give("a", 1, 2, 3))
    reactions = await following(log, note, from_now=True)
    await reactions.stop()  # killed before it ever saw an event
    await log.append(give("a", 4))
    reactions = await following(log, note, from_now=True)
    await until(lambda: bool(told))
    assert told == [4]
    await reactions.stop()


async def test_an_event_comes_again_until_it_was_handled(log: EventLog) -> None:
    told: list[int] = []

    async def fail_once(trigger: Trigger) -> None:
        told.append(trigger.recorded.position)
        if told == [1]:
            raise RuntimeError("once")

    reactions = await following(log, fail_once)
    await log.append(give("a", 1, 2))
    await until(lambda: len(told) == 3)
    assert told == [1, 1, 2]
    await reactions.stop()


async def test_an_event_that_cannot_be_handled_is_set_aside_with_its_error(log: EventLog) -> None:
    told: list[int] = []

    async def refuse_first(trigger: Trigger) -> None:
        told.append(trigger.recorded.position)
        if trigger.recorded.position == 1:
            raise RuntimeError("never")
        if trigger.recorded.position == 2:
            raise Refused(TOO_LITTLE, balance=0)  # no retry will change that

    reactions = await following(log, refuse_first)
    await log.append(give("a", 1, 2, 3))
    await until(lambda: 3 in told)
    assert told == [1, 1, 1, 2, 3]
    query = sa.select(t.reaction_failures.c.position, t.reaction_failures.c.error)
    rows = await log.database.read(lambda c: c.execute(query.order_by("position")).all())
    assert [tuple(row) for row in rows] == [
        (1, "RuntimeError: never"),
        (2, "Refused: Only 0 is left"),
    ]
    await reactions.stop()


async def test_a_reaction_waits_for_a_system_that_is_unable_to_work(log: EventLog) -> None:
    told: list[int] = []

    async def full_disk(trigger: Trigger) -> None:
        told.append(trigger.recorded.position)
        if len(told) < 10:
            raise Refused(STORAGE_FAILED, reason="full")

    reactions = await following(log, full_disk)
    await log.append(give("a", 1, 2))
    await until(lambda: 2 in told)
    assert told == [1] * 10 + [2]
    await reactions.stop()


async def test_a_reaction_that_cannot_say_what_it_wants_costs_no_other_its_events(
    log: EventLog,
) -> None:
    told: dict[str, list[int]] = {"unsure": [], "other": []}

    def unsure(event: Event) -> bool:
        raise TypeError(event)

    async def note(trigger: Trigger) -> None:
        told[trigger.reaction].append(trigger.recorded.position)

    reactions = Reactions(log, ManualClock(1))
    reactions.register("unsure", [Given], note, only=unsure)
    reactions.register("other", [Given], note)
    await reactions.start()
    await until(lambda: len(reactions._resting) == 2)
    for position in (1, 2):
        await log.append(give("a", position))
        await until(
            lambda n=position: (
                told == {"unsure": list(range(1, n + 1)), "other": list(range(1, n + 1))}
            )
        )  # type: ignore[misc]
    assert told == {"unsure": [1, 2], "other": [1, 2]}
    await reactions.stop()


async def test_a_reaction_waits_for_a_log_that_cannot_be_read(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    read, failures = log.read_after, [ConnectionError("the database restarts")] * 3

    async def note(trigger: Trigger) -> None:
        told.append(trigger.recorded.position)

    async def failing(position: int, limit: int = 1000) -> list[Recorded]:
        if failures:
            raise failures.pop()
        return await read(position, limit)

    monkeypatch.setattr(log, "read_after", failing)
    reactions = await following(log, note)
    await log.append(give("a", 1, 2))
    await until(lambda: told == [1, 2])
    assert not failures, "it was read again each time"
    await reactions.stop()


async def test_the_position_is_kept_at_every_pause(log: EventLog) -> None:
    async def nothing(trigger: Trigger) -> None:
        pass

    reactions = await following(log, nothing)
    await log.append(give("a", 1, 2, 3))

    async def is_kept() -> None:
        while await kept(log) != 3:
            await asyncio.sleep(0.001)

    await asyncio.wait_for(is_kept(), 20)  # while it follows: a stop would write it down anyway
    await reactions.stop()
    assert await kept(log) == 3


async def test_a_reaction_cut_off_anywhere_has_its_effect_once(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEEP_EVERY", 3)

    async def give_on(trigger: Trigger) -> None:
        if trigger.recorded.stream == "in":
            assert isinstance(trigger.recorded.event, Given)
            try:
                await log.append(give("out", trigger.recorded.event.amount, key=trigger.key()))
            except Answered:
                return

    await asyncio.gather(*(log.append(give("in", i)) for i in range(50)))
    while await log.sequence("out") < 50:
        reactions = await following(log, give_on)
        await asyncio.sleep(random.uniform(0, 0.02))
        await reactions.stop()
    amounts = [r.event.amount for r in await log.read_stream("out") if isinstance(r.event, Given)]
    assert amounts == list(range(50))


def test_a_reaction_of_a_process_that_is_killed_has_its_effect_once(sqlite_url: str) -> None:
    count = 300
    for seen in (5, 60, 120):
        with start("tests.kernel.reactor", sqlite_url, str(count)) as process:
            assert process.stdout is not None
            for _ in range(seen):
                process.stdout.readline()
            process.kill()
    with start("tests.kernel.reactor", sqlite_url, str(count)) as process:
        process.communicate()
        assert process.returncode == 0
    database = Database(sqlite_url)
    query = sa.select(t.events.c.body).where(t.events.c.stream == "out")
    bodies = database.read_now(lambda c: list(c.scalars(query.order_by(t.events.c.sequence))))
    database.close()
    assert bodies == [f'{{"amount":{i}}}' for i in range(1, count + 1)]


async def test_two_reactions_cannot_share_a_name(log: EventLog) -> None:
    async def nothing(trigger: Trigger) -> None:
        pass

    reactions = Reactions(log, ManualClock(1))
    reactions.register("test", [Given], nothing)
    with pytest.raises(ValueError, match="two reactions are called test"):
        reactions.register("test", [Given], nothing)
    assert Trigger("test", (await log.append(give("a", 1))).recorded[0]).key("x") == Key(
        "reaction:test:1:x", ""
    )

"""The engine on a real log: what sets an automation off, what comes of it, and what stops it."""

import asyncio

import pytest

from tests.automations.bench import START_MS, Bench
from tingtang.kernel.automations.events import RunState
from tingtang.kernel.automations.guard import CHAIN_MAX, CutOff
from tingtang.kernel.automations.offered import ActionResult, ActionState, Call
from tingtang.kernel.automations.trial import try_day
from tingtang.kernel.clock import HOUR_MS, MINUTE_MS, ManualClock, moment_ms
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import SYSTEM, Actor, ActorKind, Permission

OVER_10 = {"kind": "event", "event": "ledger.given", "where": [
    {"kind": "field", "field": "amount", "op": "over", "value": 10}]}  # fmt: skip
LACKING = Problem("lacking", 409, "没有{what}", "there is no {what}")


async def test_an_event_sets_it_off_and_the_run_is_recorded_with_why_and_what(bench: Bench) -> None:
    await bench.save(
        mode="queued",
        triggers=[OVER_10],
        actions=[{"action": "note", "parameters": {"amount": {"field": "amount"}}}],
    )
    for amount in (5, 11, 10, 12):
        await bench.give("a", amount)
        await bench.settled()  # or two runs begin in one millisecond, and neither is the newest
        bench.clock.advance(1)
    assert bench.done == [{"amount": 11}, {"amount": 12}]
    started, ended = await bench.started(), await bench.ended()
    assert [one.why.en for one in started] == ["happened: Money came in"] * 2
    assert [one.run for one in started] == [one.run for one in ended]
    assert ended[0].state is RunState.DONE
    assert ended[0].results[0].words.en == "noted"
    [newest, oldest] = await bench.engine.book.runs("b1", "one")
    assert (newest.state, newest.actions[0].arguments) == (RunState.DONE, {"amount": 12})
    assert oldest.started_ms >= START_MS


async def test_switched_off_removed_and_changed_count_at_once(bench: Bench) -> None:
    await bench.save()
    await bench.engine.enable("b1", "one", False, SYSTEM)
    await bench.give("a", 1)
    await bench.settled()
    await bench.engine.enable("b1", "one", True, SYSTEM)
    await bench.give("a", 2)
    await bench.settled()
    await bench.engine.remove("b1", "one", SYSTEM)
    await bench.give("a", 3)
    await bench.settled()
    assert len(bench.done) == 1


async def test_a_condition_looks_at_facts_fields_and_the_clock(bench: Bench) -> None:
    await bench.save(
        condition={"kind": "all", "of": [
            {"kind": "fact", "fact": "balance", "arguments": {"account": "a"}, "op": "at_least", "value": 5},
            {"kind": "not", "of": {"kind": "field", "field": "amount", "value": 4}},
            {"kind": "any", "of": [
                {"kind": "business_hours"}, {"kind": "time_window", "start": "22:00", "end": "06:00"}]},
        ]},
    )  # fmt: skip
    for amount, expected in ((3, 0), (3, 1), (4, 1)):
        await bench.give("a", amount)
        await bench.settled()
        assert len(bench.done) == expected
    bench.clock.at_ms = moment_ms("2026-11-18", "18:00", "Asia/Shanghai")
    await bench.give("a", 1)
    await bench.settled()
    assert len(bench.done) == 1
    bench.clock.at_ms = moment_ms("2026-11-18", "23:30", "Asia/Shanghai")
    await bench.give("a", 1)
    await bench.settled()
    assert len(bench.done) == 2


async def test_what_an_action_fails_with_is_its_result_and_the_next_one_is_done(
    bench: Bench,
) -> None:
    async def refuse(call: Call) -> ActionResult:
        raise Refused(LACKING, what="13800138000")

    bench.fail = refuse
    await bench.save(actions=[{"action": "slow"}, {"action": "note"}])
    await bench.give("a", 1)
    await bench.settled()
    [ended] = await bench.ended()
    assert ended.state is RunState.PARTLY
    assert [one.state for one in ended.results] == [ActionState.FAILED, ActionState.DONE]
    assert ended.results[0].code == "lacking"
    assert "13800138000" not in ended.results[0].words.en


async def test_a_value_from_the_event_that_does_not_fit_is_not_acted_on(bench: Bench) -> None:
    await bench.save(
        triggers=[{"kind": "event", "event": "ledger.given"}],
        actions=[{"action": "note", "parameters": {"amount": {"field": "amount"}}}],
    )
    await bench.give("a", 1000)
    await bench.settled()
    [ended] = await bench.ended()
    assert ended.state is RunState.FAILED
    assert bench.done == []


async def test_it_rests_after_a_run(bench: Bench) -> None:
    await bench.save(cooldown_seconds=60)
    for wait_ms in (0, 59_000, 1_000, 30_000):
        bench.clock.advance(wait_ms)
        await bench.give("a", 1)
        await bench.settled()
    assert len(bench.done) == 2
    assert bench.engine.cut_offs["b1", "one"][0] is CutOff.COOLDOWN


@pytest.mark.parametrize(
    ("mode", "done", "states"),
    [
        ("single", 1, [RunState.DONE]),
        ("queued", 3, [RunState.DONE] * 3),
        ("restart", 1, [RunState.REPLACED, RunState.REPLACED, RunState.DONE]),
    ],
)
async def test_set_off_while_it_runs(
    bench: Bench, mode: str, done: int, states: list[RunState]
) -> None:
    bench.gate = asyncio.Event()
    await bench.save(mode=mode, actions=[{"action": "slow"}])
    for number in range(3):
        await bench.give("a", number)
        async with asyncio.timeout(5):
            while bench.reactions.behind:
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.01)
    bench.gate.set()
    await bench.settled()
    assert len(bench.done) == done
    assert [one.state for one in await bench.ended()] == states


async def test_what_its_own_action_causes_does_not_set_it_off_again(bench: Bench) -> None:
    await bench.save(actions=[{"action": "give", "parameters": {"amount": 1}}])
    await bench.give("a", 1)
    await bench.settled()
    assert len(await bench.started()) == 1
    assert [one.why for one in await bench.cut_off()] == [CutOff.LOOP]


async def test_a_circle_of_several_is_cut_where_it_closes(bench: Bench) -> None:
    def next_(number: int) -> dict[str, object]:
        return {
            "id": f"n{number}",
            "triggers": [{"kind": "event", "event": "ledger.given", "where": [
                {"kind": "field", "field": "stream", "value": f"s{number}"}]}],
            "actions": [{"action": "give", "parameters": {"amount": 1, "account": f"s{(number + 1) % 3}"}}],
        }  # fmt: skip

    for number in range(3):
        await bench.save(**next_(number))
    await bench.give("s0", 1)
    await bench.settled()
    assert [one.automation for one in await bench.started()] == ["n0", "n1", "n2"]
    [cut] = await bench.cut_off()
    assert (cut.automation, cut.why) == ("n0", CutOff.LOOP)


async def test_a_chain_has_an_end(bench: Bench) -> None:
    for number in range(CHAIN_MAX + 2):
        await bench.save(
            id=f"n{number}",
            triggers=[{"kind": "event", "event": "ledger.given", "where": [
                {"kind": "field", "field": "stream", "value": f"s{number}"}]}],
            actions=[{"action": "give", "parameters": {"amount": 1, "account": f"s{number + 1}"}}],
        )  # fmt: skip
    await bench.give("s0", 1)
    await bench.settled()
    assert len(await bench.started()) == CHAIN_MAX
    assert [one.why for one in await bench.cut_off()] == [CutOff.CHAIN]


async def test_a_flood_is_cut_off_and_told_of_once_a_minute(bench: Bench) -> None:
    await bench.save(runs_a_minute_max=3, mode="queued")
    for _ in range(20):
        await bench.give("a", 1)
    await bench.settled()
    assert len(bench.done) == 3
    assert [one.why for one in await bench.cut_off()] == [CutOff.TOO_OFTEN]
    bench.clock.advance(MINUTE_MS)
    await bench.give("a", 1)
    await bench.settled()
    assert len(bench.done) == 4


async def test_time_intervals_hours_and_the_sun_set_it_off_once_each(bench: Bench) -> None:
    for id_, trigger in {
        "noon": {"kind": "time", "at": "12:00"},
        "monday": {"kind": "time", "at": "12:00", "days": [0]},
        "close": {"kind": "hours", "moment": "closes", "offset_minutes": 10},
        "sun": {"kind": "sun", "moment": "set"},
        "often": {"kind": "interval", "minutes": 120},
    }.items():
        await bench.save(id=id_, triggers=[trigger])
    for _ in range(10 * 60):
        await bench.engine.look()
        if bench.engine.runner.is_busy:
            await bench.settled()
        bench.clock.advance(MINUTE_MS)
    ran: dict[str, int] = {}
    for one in await bench.started():
        ran[one.automation] = ran.get(one.automation, 0) + 1
    assert ran == {"noon": 1, "close": 1, "sun": 1, "often": 4}


async def test_a_fact_sets_it_off_when_it_has_stayed_so(bench: Bench) -> None:
    await bench.give("a", 20)
    await bench.save(
        triggers=[{"kind": "fact", "fact": "balance", "arguments": {"account": "a"},
                   "op": "over", "value": 10, "for_seconds": 30}],
    )  # fmt: skip

    async def look(balance: float, times: int) -> None:
        bench.balances.now["a"] = balance
        for _ in range(times):
            await bench.engine.look()
            bench.clock.advance(5_000)
        await bench.settled()

    await look(20, 10)  # so from the start
    assert len(bench.done) == 0
    await look(0, 1)
    await look(20, 5)  # not long enough
    await look(0, 1)
    assert len(bench.done) == 0
    await look(20, 20)
    assert len(bench.done) == 1


async def test_a_moment_missed_while_the_process_was_down_is_made_up_for_once(
    database: Database,
) -> None:
    clock = ManualClock(moment_ms("2026-11-18", "11:57", "Asia/Shanghai"))
    first = await Bench(database, clock).start()
    await first.save(triggers=[{"kind": "time", "at": "12:00"}])
    await first.give("a", 1)
    await first.engine.look()
    await first.stop()
    clock.advance(5 * MINUTE_MS)
    for _ in range(2):
        second = await Bench(database, clock).start()
        await second.engine.look()
        await second.settled()
        started = await second.started()
        await second.stop()
    assert len(started) == 1
    clock.advance(25 * HOUR_MS)
    later = await Bench(database, clock).start()
    await later.engine.look()
    await later.settled()
    assert len(await later.started()) == 1  # an hour late is too late
    await later.stop()


async def test_what_was_promised_when_the_process_ended_is_done_once_at_the_next_start(
    database: Database,
) -> None:
    clock = ManualClock(START_MS)
    first = await Bench(database, clock).start()
    first.gate = asyncio.Event()
    await first.save(
        mode="queued",
        actions=[{"action": "give", "parameters": {"amount": 7, "account": "out"}}, {"action": "slow"}],
        triggers=[{"kind": "event", "event": "ledger.given", "where": [
            {"kind": "field", "field": "stream", "value": "in"}]}],
    )  # fmt: skip
    await first.give("in", 1)
    await first.give("in", 2)
    async with asyncio.timeout(5):
        while len(await first.started()) < 2 or not first.done:
            await asyncio.sleep(0.01)
    await first.stop()  # in the middle of the first run, with one waiting
    second = await Bench(database, clock).start()
    await second.settled()
    given = [one for one in await second.log.read_after(0) if one.stream == "out"]
    assert [one.event.amount for one in given] == [7, 7]  # type: ignore[attr-defined]
    assert [one.state for one in await second.ended()] == [RunState.DONE] * 2
    assert len(await second.started()) == 2
    await second.stop()


async def test_an_event_told_again_promises_no_second_run(bench: Bench) -> None:
    await bench.save()
    await bench.give("a", 1)
    await bench.settled()
    [recorded] = [one for one in await bench.log.read_after(0) if one.type == "ledger.given"]
    from tingtang.kernel.reactions import Trigger

    await bench.engine._on_event(Trigger("automations", recorded))
    await bench.settled()
    assert len(await bench.started()) == len(bench.done) == 1


async def test_run_by_hand_with_a_key_runs_once(bench: Bench) -> None:
    await bench.save(condition={"kind": "business_day", "value": False})
    runs = [await bench.engine.run_now("b1", "one", SYSTEM, Key("k", "")) for _ in range(1)]
    await bench.settled()
    runs.append(await bench.engine.run_now("b1", "one", SYSTEM, Key("k", "")))
    await bench.settled()
    assert len(set(runs)) == len(bench.done) == 1


async def test_who_may_not_do_a_thing_cannot_have_it_done(bench: Bench) -> None:
    stranger = Actor(ActorKind.STAFF, "s", permissions=frozenset({Permission.BRANCH_CONFIGURE}))
    from tests.automations.bench import made

    with pytest.raises(Refused) as refused:
        await bench.engine.save(made(), stranger)
    assert refused.value.code == "forbidden"


async def test_a_trial_says_when_it_ran_and_does_nothing(bench: Bench) -> None:
    automation = await bench.save(
        cooldown_seconds=120,
        triggers=[
            OVER_10,
            {"kind": "time", "at": "10:30"},
            {"kind": "fact", "fact": "balance", "arguments": {"account": "b"}, "op": "over",
             "value": 50, "for_seconds": 20},
        ],
        condition={"kind": "not", "of": {"kind": "fact", "fact": "balance",
                   "arguments": {"account": "stop"}, "op": "over", "value": 0}},
    )  # fmt: skip
    moves = {3: ("a", 20), 4: ("a", 20), 9: ("b", 60), 20: ("stop", 1), 21: ("a", 30), 40: ("a", 2)}
    for minute in range(60):
        if minute in moves:
            await bench.give(*moves[minute])
        for _ in range(6):
            await bench.engine.look()
            await bench.settled()
            bench.clock.advance(10_000)
    ran = await bench.started()
    done = list(bench.done)
    assert len(ran) == 2
    trial = await try_day(bench.engine, automation, "b1", "2026-11-18")
    would = [one for one in trial.occasions if one.held and one.cut_off is None]
    assert [one.trigger for one in would] == [one.trigger for one in ran]
    assert trial.runs == 2
    assert [one.cut_off for one in trial.occasions if one.cut_off] == [
        CutOff.COOLDOWN,
        CutOff.COOLDOWN,
    ]
    assert [one.held for one in trial.occasions].count(False) == 2
    assert bench.done == done
    assert len(await bench.started()) == 2
    assert trial.complete


async def test_a_day_that_is_none_is_refused(bench: Bench) -> None:
    automation = await bench.save()
    for date in ("2026-02-30", "2027-01-01", "today"):
        with pytest.raises(Refused):
            await try_day(bench.engine, automation, "b1", date)

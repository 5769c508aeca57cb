"""Whatever goes wrong at whatever step of any scenario, nothing is done twice and nothing is lost.

The journeys are real, with their log and their tables. The bank, the machines and the people are
played: they remember what they did by its trace. At every step something may go wrong: the power is
lost, an answer does not come before or after it was done, the bank says no, an answer is sent twice,
the customer goes back or leaves. In the end what was done and what the log tells are the same.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.journeys.conftest import Office, open_office
from tests.journeys.scenarios.played import World, terminal
from tests.journeys.scenarios.test_walk import OFFERED
from tingtang.journeys import service
from tingtang.journeys.actions import Action, Call, Declined, Done, Result, Unclear
from tingtang.journeys.model import events as e
from tingtang.journeys.model.scenario import Channel
from tingtang.journeys.model.screens import screen
from tingtang.journeys.model.state import OVER
from tingtang.journeys.service import back_to, refused_step
from tingtang.journeys.store import Open, stream_of
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.kernel.text import Text

KIOSK = Actor(
    kind=ActorKind.TERMINAL,
    id="k1",
    branches=frozenset({BranchId("east")}),
    permissions=frozenset({Permission.JOURNEY_RUN}),
)
MOVES_MAX = 400
NO = Text("不行", "No")


class Fault(StrEnum):
    NONE = "none"
    POWER = "power"
    """The process dies, and comes back."""
    UNKNOWN_BEFORE = "unknown_before"
    """No answer, and it was not done."""
    UNKNOWN_AFTER = "unknown_after"
    """No answer, and it was done."""
    DECLINED = "declined"
    TWICE = "twice"
    """An answer comes twice."""
    BACK = "back"
    LEAVE = "leave"


class Others:
    """The bank, the machines and the people, for all journeys of a test."""

    def __init__(self) -> None:
        self.world = World(Random(0))
        self.faults: Iterator[Fault] = iter(())
        self.effects: Counter[str] = Counter()
        self.told: dict[str, Result] = {}

    def next(self) -> Fault:
        return next(self.faults, Fault.NONE)

    async def perform(self, name: str, call: Call) -> Result:
        """By its trace: what was done or refused stays so."""
        before = self.told.get(call.trace)
        if before is not None:
            return before
        if call.again and any("pin" in key and not x for key, x in call.inputs.items()):
            self.told[call.trace] = Declined("asked_anew", NO)
            return self.told[call.trace]
        fault = self.next()
        if fault is Fault.UNKNOWN_BEFORE:
            return Unclear()
        outcome = self.world.outcome(name, call.inputs)
        if fault is Fault.DECLINED or outcome.get("refused"):
            self.told[call.trace] = Declined("no", NO)
            return self.told[call.trace]
        self.effects[call.trace] += 1
        self.told[call.trace] = Done(outcome)
        if fault is Fault.UNKNOWN_AFTER:
            return Unclear()
        return self.told[call.trace]


class Faulty:
    """An office in which things go wrong."""

    def __init__(self, office: Office, runner: asyncio.Runner) -> None:
        self.office, self.runner, self.others = office, runner, Others()
        self.here: dict[str, Any] = {}
        office.journeys.store._facts = lambda _journey, _branch: self.here
        for name, has_effect in ACTIONS.items():
            known = office.actions.get(name)
            office.actions._actions[name] = Action(
                name=name, about=Text(name), perform=self._performer(name),
                has_effect=known.has_effect if known is not None else has_effect,
            )  # fmt: skip

    def _performer(self, name: str) -> Any:
        async def perform(call: Call) -> Result:
            return await self.others.perform(name, call)

        return perform

    async def play(self, scenario: str, seed: int, faults: list[Fault]) -> None:
        random, others = Random(seed), self.others
        channels = self.office.library.about(scenario).channels
        channel = random.choice(channels)
        self.here = terminal(random, channel.value)
        others.world, others.faults = World(random), iter(faults)
        journeys = self.office.journeys
        opened = await journeys.begin(BranchId("east"), scenario, KIOSK, Channel(channel))
        for move in range(MOVES_MAX):
            opened = await self._settled(opened)
            if opened.journey.status in OVER:
                break
            await self._move(opened, move)
        else:
            raise AssertionError(f"{scenario} does not end: {opened.journey.entries[-5:]}")
        await self._check(opened)

    async def _settled(self, opened: Open) -> Open:
        """Wait until nothing is under way."""
        loses_power = self.others.next() is Fault.POWER
        for _ in range(5_000):
            opened = await self.office.journeys.store.get(opened.journey.id)
            async with opened.lock:
                # What is in memory is on disk by now.
                if not opened.journey.pending:
                    return await self.office.journeys.store.get(opened.journey.id)
            if loses_power:
                await self._lose_power()
                loses_power = False
            await asyncio.sleep(0.001)
        raise AssertionError(f"still at work: {opened.journey.pending}")

    async def _lose_power(self) -> None:
        await self.office.journeys.stop()
        self.office.journeys.store._open.clear()
        await self.office.journeys.start()

    async def _move(self, opened: Open, move: int) -> None:
        journeys, journey = self.office.journeys, opened.journey.id
        fault = self.others.next()
        can_go_back = back_to(opened.journey) is not None
        if fault is Fault.LEAVE and move > 3:
            await journeys.cancel(journey, KIOSK)
            return
        if fault is Fault.BACK and can_go_back:
            await journeys.back(journey, KIOSK)
            return
        if fault is Fault.POWER:
            await self._lose_power()
            opened = await journeys.store.get(journey)
        if refused_step(opened) is not None:
            await self._after_refusal(opened, can_go_back=can_go_back)
            return
        assert opened.run is not None
        waiting = opened.run.waiting()[0]
        if waiting.step.id == "move":
            self.here = {**self.here, "modules": ["keypad"]}
        assert waiting.step.screen is not None
        shown = screen(waiting.key, waiting.step.screen, opened.run.known(waiting.key))
        answer = self.others.world.answer(shown)
        key = Key(f"{journey}-{move}", "test")
        await journeys.answer(journey, waiting.key, answer, KIOSK, key)
        if fault is Fault.TWICE:
            await journeys.answer(journey, waiting.key, answer, KIOSK, key)
            with pytest.raises(Refused) as refused:
                await journeys.answer(journey, waiting.key, answer, KIOSK)
            assert refused.value.code in ("step_passed", "journey_over")

    async def _after_refusal(self, opened: Open, *, can_go_back: bool) -> None:
        journeys, journey = self.office.journeys, opened.journey.id
        chosen = self.others.world.random.random()
        if chosen < 0.4:
            await journeys.retry(journey, KIOSK)
        elif can_go_back and chosen < 0.9:
            await journeys.back(journey, KIOSK)
        else:
            await journeys.cancel(journey, KIOSK)

    async def _check(self, opened: Open) -> None:
        recorded = await self.office.world.app.parts.log.read_stream(stream_of(opened.journey.id))
        begun = [one.event.trace for one in recorded if isinstance(one.event, e.ActionBegun)]
        ended = [one.event for one in recorded if isinstance(one.event, e.ActionEnded)]
        assert len(set(begun)) == len(begun), "no two traces are alike"
        assert sorted(one.trace for one in ended) == sorted(begun), "each came to one end"
        for one in ended:
            times = 1 if one.outcome is e.Outcome.DONE else 0
            assert self.others.effects[one.trace] == times, (one.action, one.outcome)


ACTIONS = {
    "authorise": False, "bank.look": False, "bank.trade": True, "customer.find": False,
    "delivery.dispense": True, "delivery.find": False, "delivery.order": True,
    "delivery.pick_up": True, "identity.check": False, "machine.accept_cash": True,
    "machine.dispense_cash": True, "machine.enter_pin": False, "machine.print_passbook": True,
    "machine.print_receipt": False, "machine.read_id": False, "machine.read_passbook": False,
    "machine.return_cash": True, "machine.store_cash": True, "machine.take_picture": False,
    "offer": False, "rate": True, "staff.call": True,
}  # fmt: skip
"""All that scenarios ask for, and whether it has an effect where nobody has registered it yet."""


@pytest.fixture(scope="module")
def faulty(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faulty]:
    patch = pytest.MonkeyPatch()
    patch.setattr(service, "AGAIN_SECONDS", (0.0,))
    patch.setattr(service, "SETTLE_SECONDS", 0.02)
    with asyncio.Runner() as runner:
        opening = open_office(seeded, tmp_path_factory.mktemp("faults"))
        office = runner.run(opening.__aenter__())
        yield Faulty(office, runner)
        runner.run(opening.__aexit__(None, None, None))
    patch.undo()


@pytest.mark.parametrize("name", OFFERED)
@settings(max_examples=2, deadline=None, derandomize=True, phases=[Phase.generate])
@given(
    seed=st.integers(0, 2**32),
    faults=st.lists(st.sampled_from([Fault.NONE, Fault.NONE, *Fault]), min_size=40, max_size=120),
)
def test_nothing_is_done_twice_and_nothing_is_lost(
    faulty: Faulty, name: str, seed: int, faults: list[Fault]
) -> None:
    faulty.runner.run(faulty.play(name, seed, faults))

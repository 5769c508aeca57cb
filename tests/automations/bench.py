"""A running engine over a real log, with a feature as small as can be that offers it words."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from tests.kernel.ledger import TYPES as LEDGER
from tests.kernel.ledger import Given, Taken
from tingtang.kernel.automations.declared import Automation, Scalar
from tingtang.kernel.automations.engine import Automations
from tingtang.kernel.automations.events import TYPES, RunCutOff, RunEnded, RunStarted
from tingtang.kernel.automations.offered import (
    Action,
    ActionResult,
    Call,
    Fact,
    FactReplay,
    Parameter,
    ValueKind,
)
from tingtang.kernel.automations.places import Place
from tingtang.kernel.clock import ManualClock, moment_ms
from tingtang.kernel.database import Database
from tingtang.kernel.events import Event, EventTypes, Recorded
from tingtang.kernel.ids import RandomIds
from tingtang.kernel.live import LiveViews
from tingtang.kernel.log import Answered, Append, EventLog, Key
from tingtang.kernel.permissions import SYSTEM, Permission
from tingtang.kernel.reactions import Reactions
from tingtang.kernel.text import Text

ZONE = "Asia/Shanghai"
START_MS = moment_ms("2026-11-18", "10:00", ZONE)
"""A Wednesday."""


class TestPlaces:
    """One branch in Shanghai, open on weekdays from 09:00 to 17:00."""

    __test__ = False

    def branches(self) -> list[str]:
        return ["b1"]

    def place(self, branch: str) -> Place:
        return Place(branch, ZONE, (31.23, 121.47))

    def opening_ms(self, branch: str, date: str) -> tuple[int, int] | None:
        import datetime as dt

        if dt.date.fromisoformat(date).weekday() >= 5:
            return None
        return moment_ms(date, "09:00", ZONE), moment_ms(date, "17:00", ZONE)


class Balances:
    """A fact about the ledger, from its events."""

    def __init__(self) -> None:
        self.now: dict[str, float] = {}

    def follow(self, recorded: Recorded) -> None:
        amount = 0
        if isinstance(recorded.event, Given):
            amount = recorded.event.amount
        elif isinstance(recorded.event, Taken):
            amount = -recorded.event.amount
        else:
            return
        self.now[recorded.stream] = self.now.get(recorded.stream, 0) + amount

    def value_of(self, arguments: Mapping[str, Scalar]) -> Scalar:
        return self.now.get(str(arguments["account"]), 0.0)


class _Source:
    def __init__(self, balances: Balances) -> None:
        self._balances = balances

    async def value(
        self, branch: str, fact: str, arguments: Mapping[str, Scalar], at_ms: int
    ) -> Scalar | None:
        return self._balances.value_of(arguments)

    async def replay(self, branch: str, from_ms: int) -> FactReplay:
        return _Replay()


class _Replay(Balances):
    def value(self, fact: str, arguments: Mapping[str, Scalar], at_ms: int) -> Scalar | None:
        return self.value_of(arguments)


class Bench:
    """The engine, and what its actions did."""

    def __init__(self, database: Database, clock: ManualClock) -> None:
        self.clock = clock
        types = EventTypes()
        types.include(LEDGER)
        types.include(TYPES)
        self.log = EventLog(database, types)
        self.live = LiveViews()
        self.reactions = Reactions(self.log, clock)
        self.engine = Automations(
            self.log, clock, RandomIds(), self.live, self.reactions, TestPlaces()
        )
        self.done: list[Mapping[str, Scalar]] = []
        self.gate: asyncio.Event | None = None
        """While set and not open, the action "slow" waits."""
        self.fail: Callable[[Call], Awaitable[ActionResult]] | None = None
        self.balances = Balances()
        self._offer()

    def _offer(self) -> None:
        offers = self.engine.offers
        offers.offer_event(Given, Text("入账", "Money came in"))
        offers.offer_facts(
            _Source(self.balances),
            [
                Fact(
                    name="balance",
                    text=Text("余额", "balance"),
                    parameters=(Parameter(name="account", text=Text("账户", "account")),),
                )
            ],
        )
        number = Parameter(
            name="amount", text=Text("金额", "amount"), kind=ValueKind.NUMBER, low=0, high=100
        )
        account = Parameter(name="account", text=Text("账户", "account"), required=False)

        async def note(call: Call) -> ActionResult:
            self.done.append(call.arguments)
            return ActionResult(words=Text("记下了", "noted"))

        async def give(call: Call) -> ActionResult:
            self.done.append(call.arguments)
            amount = int(call.arguments["amount"])
            await self.give(
                str(call.arguments.get("account", "a")), amount, actor=call.actor.name, key=call.key
            )
            return ActionResult()

        async def slow(call: Call) -> ActionResult:
            if self.gate is not None:
                await self.gate.wait()
            if self.fail is not None:
                return await self.fail(call)
            return await note(call)

        for name, run in (("note", note), ("give", give), ("slow", slow)):
            offers.offer_action(
                Action(
                    name=name,
                    text=Text(name, name),
                    parameters=(
                        (number, account)
                        if name == "give"
                        else (msgspec.structs.replace(number, required=False),)
                    ),
                    permission=Permission.DEVICE_OPERATE,
                    run=run,
                )
            )

    async def start(self) -> "Bench":
        await self.log.start()
        self.log.on_commit(lambda group: [self.balances.follow(one) for one in group])
        await self.engine.start()
        await self.reactions.start()
        return self

    async def stop(self) -> None:
        await self.reactions.stop()
        await self.engine.stop()
        await self.log.stop()

    async def save(self, **said: Any) -> Automation:
        automation = made(**said)
        return await self.engine.save(automation, SYSTEM)

    async def give(
        self, stream: str, amount: int, *, actor: str = "test", key: Key | None = None
    ) -> None:
        append = Append(
            stream=stream, branch="b1", events=[Given(amount=amount)],
            time_ms=self.clock.now_ms(), actor=actor, key=key,
        )  # fmt: skip
        try:
            await self.log.append(append)
        except Answered:
            return

    async def settled(self) -> None:
        """Reactions have seen the whole log, and all runs have ended."""
        async with asyncio.timeout(20):
            quiet = 0
            while quiet < 3:
                is_busy = self.reactions.behind or self.engine.runner.is_busy
                quiet = 0 if is_busy else quiet + 1
                await asyncio.sleep(0.003)

    async def events(self, *types: type[Event]) -> list[Any]:
        return [one.event for one in await self.log.read_after(0, 10_000) if isinstance(one.event, types)]  # fmt: skip

    async def started(self) -> list[RunStarted]:
        return await self.events(RunStarted)

    async def ended(self) -> list[RunEnded]:
        return await self.events(RunEnded)

    async def cut_off(self) -> list[RunCutOff]:
        return await self.events(RunCutOff)


def made(**said: Any) -> Automation:
    """An automation of branch b1 from what its JSON would say."""
    body = {
        "id": "one",
        "branch": "b1",
        "name": {"zh": "一号", "en": "One"},
        "triggers": [{"kind": "event", "event": "ledger.given"}],
        "actions": [{"action": "note"}],
        **said,
    }
    return msgspec.json.decode(msgspec.json.encode(body), type=Automation)


def sqlite(folder: Path) -> Database:
    """A database file with all tables."""
    from tingtang.schema import complete_metadata

    database = Database(f"sqlite:///{folder / 'tingtang.db'}")
    complete_metadata().create_all(database.writer)
    return database

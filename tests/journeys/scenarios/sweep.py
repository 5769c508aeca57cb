"""Journeys in which something goes wrong at every step, and the books that are balanced after each.

The log, the tables, the scenarios, the actions, the bank behind its socket and the items are real;
the kiosk is :mod:`.thin`. A fault hits each step once: what is asked for again goes well.
"""

import asyncio
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any
from zlib import crc32

import msgspec
import pytest

from tests.journeys.scenarios.cases import WALKS, Mine, card_of, changes, state
from tests.journeys.scenarios.hall import (
    DISPENSER,
    HELD_AS,
    HOPPER,
    KIOSK,
    NEW_PIN,
    PEOPLE,
    TELLER,
    Hall,
)
from tests.journeys.scenarios.thin import BIN, CUSTOMER, INSIDE, STUCK, ThinKiosk
from tests.journeys.scenarios.walker import answer, prepare, typed
from tingtang.bank.pins import DEMO_PIN
from tingtang.bank.reference.faults import Fault, When
from tingtang.bank.reference.model import records as r
from tingtang.delivery.dispensers import Dispensers
from tingtang.delivery.model.kinds import VOUCHER_OF, ItemKind, Status
from tingtang.journeys.actions import Action, Actions, Call, Result
from tingtang.journeys.desk import JourneyDesk
from tingtang.journeys.model import events as e
from tingtang.journeys.model.scenario import Channel
from tingtang.journeys.model.state import OVER
from tingtang.journeys.store import Open, stream_of
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, JourneyId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, ActorKind, Permission

ACTOR = Actor(
    kind=ActorKind.TERMINAL, id=KIOSK, branches=frozenset({"east"}),
    permissions=frozenset({Permission.JOURNEY_RUN}),
)  # fmt: skip
MOVES_MAX, WAITS_MAX, TRIES_MAX = 120, 20_000, 2
INSPECTOR = "staff:inspector"
WIRES = (When.DROP_BEFORE, When.DROP_AFTER, When.BUSY)


ROUND = re.compile(r"#\d+")
"""In the key of a step: which time it is. A place is hit the first time only."""


class Kind(StrEnum):
    """What goes wrong, at every step where it can."""

    POWER_BEFORE = "power_before"
    """The process dies once an answer, or that something is asked for, is written down."""
    POWER_AFTER = "power_after"
    """It dies once something was done, before that is written down."""
    BANK_BEFORE = "bank_before"
    """The bank gives no answer, and has not acted."""
    BANK_AFTER = "bank_after"
    """The bank gives no answer, and has acted."""
    TWICE = "twice"
    """Answers come twice, two people authorise at once, outcomes are told twice."""
    BACK = "back"
    """The customer goes back a step, and on again."""
    LEAVE = "leave"
    JAM = "jam"
    SILENT = "silent"
    """A machine gives no answer, and has not acted."""
    UNHEARD = "unheard"
    """A machine gives no answer, and has acted."""
    LEFT = "left"
    """What a machine gives back is not taken out of its slot."""


HOPPER_FAULTS = {Kind.JAM: "jam", Kind.SILENT: "silent", Kind.UNHEARD: "unheard"}
KIOSK_FAULTS = {
    Kind.JAM: "jam", Kind.SILENT: "before", Kind.UNHEARD: "after", Kind.LEFT: "left",
}  # fmt: skip
GIVES_BACK = frozenset({"CardReader.Move", "Printer.ControlMedia"})


class Sweep:
    """A hall in which journeys are walked with faults."""

    def __init__(self, hall: Hall) -> None:
        self.hall, self.kiosk = hall, ThinKiosk()
        parts = hall.world.app.parts
        self.desk = parts.service("journey_desk", JourneyDesk)
        parts.services["xfs"].hands = lambda _device: self.kiosk  # type: ignore[attr-defined]
        actions = parts.service("actions", Actions)
        for action in actions.all():
            wrapped = msgspec.structs.replace(action, perform=self._performer(action))
            actions._actions[action.name] = wrapped
        self.kinds: frozenset[Kind] = frozenset()
        self.only: int | None = None
        """The one place that is hit; None: all."""
        self.places = 0
        self.hit: set[str] = set()
        self.dead = asyncio.Event()
        self.step = ""
        self.actor = ACTOR
        teller = hall.world.staff(TELLER)
        self.teller = Actor(
            kind=ActorKind.STAFF, id=teller, branches=frozenset({"east"}),
            permissions=frozenset({Permission.JOURNEY_RUN, Permission.JOURNEY_SERVE}),
        )  # fmt: skip
        self.called_staff = 0
        self.kiosk.fault = self._machine_fault
        hall.hopper.fails = self._hopper_fault

    # -- faults -------------------------------------------------------------------------------

    def due(self, place: str, *kinds: Kind) -> bool:
        """Whether something goes wrong here: once a place."""
        place = ROUND.sub("", place)
        if not self.kinds.intersection(kinds) or place in self.hit:
            return False
        self.hit.add(place)
        self.places += 1
        return self.only is None or self.places - 1 == self.only

    def _machine_fault(self, name: str) -> str:
        if Kind.LEFT in self.kinds and name not in GIVES_BACK:
            return ""
        is_due = self.due(f"{self.step} {name}", *KIOSK_FAULTS)
        return next(KIOSK_FAULTS[x] for x in KIOSK_FAULTS if x in self.kinds) if is_due else ""

    def _hopper_fault(self) -> str:
        is_due = self.due(f"{self.step} hopper", *HOPPER_FAULTS)
        if not is_due:
            return ""
        fault = next(HOPPER_FAULTS[x] for x in HOPPER_FAULTS if x in self.kinds)
        self.is_silent = fault != "jam"
        return fault

    def _performer(self, action: Action) -> Callable[[Call], Any]:
        async def perform(call: Call) -> Result:
            self.step = call.step
            if action.name == "staff.call":
                self.called_staff += 1
                return await action.perform(call)
            name = str(call.inputs.get("trade") or call.inputs.get("lookup") or "")
            assert self.hall.bank.server is not None
            wires = self.hall.bank.server.faults
            assert wires is not None
            if name and not call.again:
                if self.due(f"{call.step} bank", Kind.BANK_BEFORE):
                    wires.add(Fault(WIRES[self.places % 2 * 2], 1, name))
                elif self.due(f"{call.step} bank", Kind.BANK_AFTER):
                    wires.add(Fault(When.DROP_AFTER, 1, name))
            if self._dies(call.step, Kind.POWER_BEFORE):
                await self._die()
            result = await action.perform(call)
            if self._dies(call.step, Kind.POWER_AFTER):
                await self._die()
            if self.due(f"{call.step} told", Kind.TWICE):
                await action.perform(msgspec.structs.replace(call, again=True))
            return result

        return perform

    def _dies(self, step: str, when: Kind) -> bool:
        """Where both are asked for a step is hit by one of them, which turns on its name."""
        both = (Kind.POWER_BEFORE, Kind.POWER_AFTER)
        if self.kinds.issuperset(both) and both[crc32(f"{self.name} {step}".encode()) % 2] != when:
            return False
        return self.due(f"{step} {when}", when)

    async def _die(self) -> None:
        self.dead.set()
        await asyncio.Event().wait()

    async def lose_power(self) -> None:
        """The process is gone, with all that it knew, and another begins from the log."""
        self.dead.clear()
        store = self.hall.journeys.store
        for opened in list(store._open.values()):
            async with opened.lock:  # an authoriser's yes is written before that, or not at all
                pass
        await self.hall.journeys.stop()
        store._open.clear()
        await self.hall.journeys.start()

    # -- walking ------------------------------------------------------------------------------

    async def walk(self, name: str, *kinds: Kind, only: int | None = None) -> int:
        """One journey; gives at how many places these kinds of fault can hit it."""
        self.name, self.kinds, self.only = name, frozenset(), only
        self.places, self.called_staff, self.is_silent = 0, 0, False
        self.hit.clear()
        case = WALKS[name]
        scenario = name.partition(" ")[0]
        await self.hall.see_machines()
        self.me, self.says = await prepare(self.hall, scenario, case)
        me = self.me
        kiosk = self.kiosk
        kiosk.paper, kiosk.brings = me.one, case.cash * 100_00
        kiosk.book = me.account(case.book) if case.book else ""
        kiosk.card, kiosk.printed = card_of(me), 0
        kiosk.brings_token, kiosk.token = self.hall.visitor.token, None
        kiosk.card_at = kiosk.book_at = CUSTOMER
        wanted = case.does(me) if callable(case.does) else case.does
        before, cash = state(self.hall, me.one), (kiosk.inside, kiosk.customer)
        self.kinds = frozenset(kinds)
        journeys = self.hall.journeys
        self.actor = ACTOR
        opened = await journeys.begin(BranchId("east"), scenario, ACTOR, Channel.KIOSK)
        tries: dict[str, int] = {}
        for move in range(MOVES_MAX):
            opened = await self._settled(opened.journey.id)
            if opened.journey.status in OVER:
                break
            await self._move(opened, move, tries)
        else:
            raise AssertionError(f"{name} does not end: {opened.journey.entries[-6:]}")
        self.kinds = frozenset()
        await self._balance(opened, me, wanted, before, cash)
        return self.places

    async def _settled(self, journey: JourneyId) -> Open:
        for _ in range(WAITS_MAX):
            if self.dead.is_set():
                await self.lose_power()
            opened = await self.hall.journeys.store.get(journey)
            if not opened.journey.pending:
                return opened
            for pending in list(opened.journey.pending.values()):
                is_new = pending.step.startswith("shared_new_pin/")
                self.kiosk.pin = NEW_PIN if is_new else DEMO_PIN
                if pending.action == "authorise":
                    times = 2 if self.due(f"{pending.step} yes", Kind.TWICE) else 1
                    yes = [self.hall.say_yes(pending.trace) for _ in range(times)]
                    await asyncio.gather(*yes)
                if pending.action == "centre.work":
                    times = 2 if self.due(f"{pending.step} done", Kind.TWICE) else 1
                    done = [self.hall.do_work(pending.trace) for _ in range(times)]
                    await asyncio.gather(*done)
            if self.is_silent:  # nobody waits for a machine for ever
                self.hall.world.clock.advance(60_000)
                await self.hall.hopper.devices.look()
                await self.hall.see_machines()
            await asyncio.sleep(0.0005)
        raise AssertionError(f"still at work: {opened.journey.pending}")

    async def _move(self, opened: Open, move: int, tries: dict[str, int]) -> None:
        journeys, journey = self.hall.journeys, opened.journey.id
        view = msgspec.to_builtins(self.desk.view(opened))
        if view["refusal"] is not None:
            await self._after_refusal(view, opened, tries)
            return
        assert view["screen"] is not None, (self.step, view)
        screen = view["screen"]
        if "/unread#" in screen["step"]:
            self._staff_come()
        if screen["step"].startswith("shared_guardian/ask_guardian"):
            guardian = self.kiosk.paper.guardian or self.kiosk.paper.customer
            self.kiosk.paper = next((x for x in PEOPLE if x.customer == guardian), self.kiosk.paper)
        if screen["actor"] == "staff" and self.actor is ACTOR:  # who was asked takes it over
            channels = opened.about.channels
            at = Channel.COUNTER if Channel.COUNTER in channels else Channel.PAD
            self.actor = self.teller
            await journeys.move(journey, self.teller, at)
            return
        can_go_back = view["can_go_back"]
        if can_go_back and self.due(f"{screen['step']} back", Kind.BACK):
            await journeys.back(journey, self.actor)
            self.kiosk.paper = self.me.one
            return
        if self.due(f"{screen['step']} left", Kind.LEAVE):
            await journeys.cancel(journey, self.actor)
            return
        values = answer(screen, self.says | typed(self.kiosk.paper), self.hall)
        key = Key(f"{journey}-{move}", "test")
        await journeys.answer(journey, screen["step"], values, self.actor, key)
        if self.due(f"{screen['step']} answered", Kind.TWICE):
            await journeys.answer(journey, screen["step"], values, self.actor, key)
            with pytest.raises(Refused) as refused:
                await journeys.answer(journey, screen["step"], values, self.actor)
            assert refused.value.code in ("step_passed", "journey_over")
        if self.due(f"{screen['step']} answered", Kind.POWER_BEFORE):
            await self.lose_power()

    async def _after_refusal(self, view: Any, opened: Open, tries: dict[str, int]) -> None:
        journeys, journey = self.hall.journeys, opened.journey.id
        step, code = opened.journey.entries[-1].step, view["refusal"]["code"]
        tries[step] = tries.get(step, 0) + 1
        if code != "asked_anew" and tries[step] <= TRIES_MAX:
            await journeys.retry(journey, self.actor)
        elif view["can_go_back"] and tries[step] <= 2 * TRIES_MAX:
            await journeys.back(journey, self.actor)
        else:
            await journeys.cancel(journey, self.actor)

    # -- balancing ----------------------------------------------------------------------------

    async def _balance(
        self, opened: Open, me: Mine, wanted: Any, before: Any, cash: tuple[int, int]
    ) -> None:
        """Bank, items and cash, and what the customer was told, agree."""
        hall, books = self.hall, self.hall.books.store
        recorded = await hall.world.app.parts.log.read_stream(stream_of(opened.journey.id))
        begun = [x.event for x in recorded if isinstance(x.event, e.ActionBegun)]
        ended = [x.event for x in recorded if isinstance(x.event, e.ActionEnded)]
        assert len({x.trace for x in begun}) == len(begun), "no two traces are alike"
        assert sorted(x.trace for x in ended) == sorted(x.trace for x in begun)
        done = {x.trace: x for x in ended if x.outcome is e.Outcome.DONE}
        trades = {x.trace for x in begun if x.action == "bank.trade"}
        booked = {x for x in trades if (found := books.find(x)) and found.state == "done"}
        taken_back = {x for x in trades if (found := books.find(x)) and found.state == "reversed"}
        promised = trades & done.keys()
        assert booked == promised - taken_back, "the books hold what was told, once"
        assert books.ledger.is_balanced()
        await self._items_balance()
        found: dict[str, Any] = changes(before, state(hall, me.one))
        out = {x: value for x, value in found.items() if x.endswith(" machine")}
        if self.is_silent:  # whether one came out is for staff to see; see _items_balance
            for one in (found, wanted := dict(wanted)):
                for x in [x for x in one if x.endswith((" machine", " vault"))]:
                    del one[x]
            out = {}
        if booked or (not trades and opened.journey.ending is e.Ending.DONE):
            assert found == wanted, (self.step, found)
        else:
            assert found == out, found
        self._cash_balances(found, cash)
        self._staff_come()
        if "Account.line" in found:
            assert self.kiosk.printed == found["Account.line"], "each line is printed once"

    async def _items_balance(self) -> None:
        """Every number is in the hopper or came out of it, once; what came out is used up in the
        books, once staff have looked for what nobody heard of.
        """
        hopper, hall = self.hall.hopper, self.hall
        held = {x for numbers in hopper.held.values() for x in numbers}
        assert len(set(hopper.out)) == len(hopper.out)
        assert not held.intersection(hopper.out)
        doubt = await hall.items.orders.rows("east", [Status.RELEASED], DISPENSER)
        self.doubt = len(doubt)
        dispensers = hall.world.app.parts.service("dispensers", Dispensers)
        for row in doubt:
            used = {x.id for x in hall.books.store.ledger.all(r.VoucherEnd)}
            kind = VOUCHER_OF[ItemKind(row["kind"])]
            first = HELD_AS[kind]
            missing = [x for x in hopper.out if x.startswith(first) and f"{kind}:{x}" not in used]
            number = missing[0] if missing else ""
            await dispensers.resolve(BranchId("east"), row["item"], number, INSPECTOR)
        for _ in range(WAITS_MAX):
            in_books = hall.stock("debit_card", HOPPER) + hall.stock("token", HOPPER)
            if in_books == len(held):
                return
            await asyncio.sleep(0.0005)
        raise AssertionError(f"{in_books} in the books, {len(held)} in the hopper")

    def _staff_come(self) -> None:
        """Who was called takes the card or the book out and hands it over."""
        kiosk = self.kiosk
        for place in (kiosk.card_at, kiosk.book_at):
            assert place == CUSTOMER or (self.called_staff and place in (BIN, STUCK, INSIDE))
        kiosk.card_at = kiosk.book_at = CUSTOMER

    def _cash_balances(self, found: dict[str, Any], cash: tuple[int, int]) -> None:
        """What lies in the machine has moved as its box in the books has, and what the customer has
        in hand and in the account is what it was; where not, somebody of the staff was called.
        """
        kiosk = self.kiosk
        assert kiosk.inside + kiosk.escrow + kiosk.stacker + kiosk.customer == sum(cash)
        moved = kiosk.inside - cash[0]
        account = found.get("account", 0)
        in_hand = kiosk.customer - cash[1]
        is_even = moved == found.get("box", 0) and (not moved or in_hand + account == 0)
        assert is_even or self.called_staff, (moved, found, in_hand)
        if not self.called_staff:
            assert not kiosk.escrow
            assert not kiosk.stacker
        else:  # who was called has put it right by now
            kiosk.inside += kiosk.escrow + kiosk.stacker
            kiosk.escrow = kiosk.stacker = 0
            kiosk.state = "ok"

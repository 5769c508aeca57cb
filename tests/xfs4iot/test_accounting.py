"""No note and no card is ever doubled or lost, whatever fails when, and the counts agree.

Hypothesis plays customers, staff, applications and faults against a device behind a real socket.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from xfs4iot.client import Connection
from xfs4iot.errors import CommandFailed
from xfs4iot.server import Host
from xfs4iot.virtual import Fault
from xfs4iot.virtual.card_reader import CardReader
from xfs4iot.virtual.card_world import bank_card
from xfs4iot.virtual.cash import CashRecycler
from xfs4iot.virtual.cash_world import notes, recycler_world
from xfs4iot.virtual.device import VirtualDevice
from xfs4iot.virtual.machines import card_dispenser_world
from xfs4iot.virtual.world import World

FAULTS = st.sampled_from([Fault.JAM, Fault.POWER_LOSS])
PLAY = settings(max_examples=40, stateful_step_count=30, deadline=None)


class Played(RuleBasedStateMachine):
    """A device, its host and a client, on an event loop of their own."""

    def open(self, device: VirtualDevice) -> None:
        self.loop = asyncio.new_event_loop()
        self.host = Host([device])
        self.device_name = device.name
        self.run(self.host.start())
        self.connection = self.run(Connection.open(self.host.uri_of(device.name)))

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def call(self, name: str, timeout_ms: int = 0, **payload: Any) -> dict[str, Any] | None:
        """Execute a command; what fails, fails."""
        try:
            done = self.run(self.connection.execute(name, payload, timeout_ms=timeout_ms))
        except CommandFailed as failure:
            assert failure.code != "internalError", failure
            return None
        return done.payload  # type: ignore[no-any-return]

    def teardown(self) -> None:
        self.run(self.connection.close())
        self.run(self.host.stop())
        self.loop.close()


class Faulty(Played):
    """Rules that fit any world."""

    world: World

    @rule(fault=FAULTS, skip=st.integers(0, 6))
    def something_will_fail(self, fault: Fault, skip: int) -> None:
        self.world.inject(fault, skip=skip)

    @rule()
    def the_plug_is_pulled(self) -> None:
        self.world.cut_power()

    @rule()
    def an_engineer_comes(self) -> None:
        self.world.disarm()
        self.world.restore_power()
        self.world.clear_jam()

    @rule()
    def the_machine_restarts(self) -> None:
        self.run(self.host.lose_power())
        self.run(self.connection.close())
        self.run(self.host.start())
        self.connection = self.run(Connection.open(self.host.uri_of(self.device_name)))


class CashMachine(Faulty):
    """A recycler and its customers."""

    def __init__(self) -> None:
        super().__init__()
        self.world = recycler_world(loaded=12)  # type: ignore[assignment]
        self.cash = self.world
        self.cash.customer = [*notes("typeCNY100", 6, first=500), *notes("typeCNY20", 4, first=500)]
        self.all = set(map(id, self.cash.everywhere()))
        self.open(CashRecycler(world=self.cash))

    @rule(amount=st.sampled_from([10, 60, 150, 500, 1_160]), mix=st.sampled_from(["mix1", "mix2"]))
    def dispense(self, amount: int, mix: str) -> None:
        wanted = {"denomination": {"currencies": {"CNY": amount}}, "mix": mix}
        before = len(self.cash.stacker)
        if self.call("CashDispenser.Dispense", denomination=wanted) is not None:
            new = self.cash.stacker[before:]
            assert sum(self.cash.types[note.type].value for note in new) == amount

    @rule(
        name=st.sampled_from(
            [
                "CashDispenser.Present",
                "CashDispenser.Reject",
                "CashManagement.Retract",
                "CashManagement.Reset",
                "CashAcceptor.CashInStart",
                "CashAcceptor.CashInEnd",
                "CashAcceptor.CashInRollback",
            ]
        )
    )
    def command(self, name: str) -> None:
        self.call(name)

    @rule(number=st.integers(1, 4))
    def cash_in(self, number: int) -> None:
        def bring(event: Any) -> None:
            if event.name == "CashAcceptor.InsertItemsEvent" and self.cash.shutter_open:
                self.cash.put_in(self.cash.customer[:number])

        try:
            work = self.connection.execute("CashAcceptor.CashIn", timeout_ms=20, on_event=bring)
            self.run(work)
        except CommandFailed as failure:
            assert failure.code != "internalError", failure

    @rule(number=st.integers(1, 4), rollback=st.booleans())
    def deposit(self, number: int, *, rollback: bool) -> None:
        """All of it, as far as it goes; a fault may come at any step."""
        self.call("CashAcceptor.CashInStart")
        self.cash_in(number)
        self.call("CashAcceptor.CashInRollback" if rollback else "CashAcceptor.CashInEnd")

    @rule(
        amount=st.sampled_from([10, 60, 150, 500]), end=st.sampled_from(["take", "leave", "reject"])
    )
    def withdraw(self, amount: int, end: str) -> None:
        self.dispense(amount, "mix1")
        if end == "reject":
            self.call("CashDispenser.Reject")
            return
        self.call("CashDispenser.Present")
        if end == "take":
            self.take()
        else:
            self.call("CashManagement.Retract")

    @rule()
    def tidy_up(self) -> None:
        self.an_engineer_comes()
        self.take()
        self.call("CashManagement.Reset")

    @rule(number=st.integers(1, 3))
    def move_between_units(self, number: int) -> None:
        sources = [{"source": "unitCNY10", "numberOfItemsToMove": number}]
        self.call("CashAcceptor.Deplete", depleteSources=sources, cashUnitTarget="unitIN")

    @rule()
    def take(self) -> None:
        if self.cash.output:
            self.cash.take()

    @invariant()
    def no_note_is_doubled_or_lost(self) -> None:
        held = [id(note) for note in self.cash.everywhere()]
        assert len(held) == len(set(held))
        assert set(held) == self.all

    @invariant()
    def the_counts_agree(self) -> None:
        for unit in self.cash.units.values():
            assert unit.counted() == Counter(note.kind for note in unit.notes)
            for tally in (*unit.went_out.values(), *unit.came_in.values()):
                assert all(number >= 0 for number in tally.values())


class CardMachine(Faulty):
    """A card dispenser and its customers."""

    def __init__(self) -> None:
        super().__init__()
        self.world = card_dispenser_world(cards=4)  # type: ignore[assignment]
        self.cards = self.world
        self.cards.units["unit2"].capacity = 3
        self.cards.customer = [bank_card(str(number)) for number in range(3)]
        self.all = set(map(id, self.cards.everywhere()))
        self.open(CardReader(world=self.cards))

    @rule(
        source=st.sampled_from(["exit", "transport", "unit1", "unit2"]),
        goal=st.sampled_from(["exit", "transport", "unit2"]),
    )
    def move(self, source: str, goal: str) -> None:
        self.call("CardReader.Move", **{"from": source, "to": goal})

    @rule()
    def read(self) -> None:
        self.call("CardReader.ReadRawData", 10, track2=True, chip=True)

    @rule(to=st.sampled_from(["exit", "retain", "currentPosition"]))
    def reset(self, to: str) -> None:
        self.call("CardReader.Reset", to=to)

    @rule()
    def insert(self) -> None:
        if self.cards.customer and not self.cards.slot:
            self.cards.insert(self.cards.customer[0])

    @rule()
    def take(self) -> None:
        if self.cards.slot:
            self.cards.take()

    @invariant()
    def no_card_is_doubled_or_lost(self) -> None:
        held = [id(card) for card in self.cards.everywhere()]
        assert len(held) == len(set(held))
        assert set(held) == self.all

    @invariant()
    def the_counts_agree(self) -> None:
        for unit in self.cards.units.values():
            assert unit.count == len(unit.cards)


TestCashMachine = CashMachine.TestCase
TestCashMachine.settings = PLAY
TestCardMachine = CardMachine.TestCase
TestCardMachine.settings = PLAY

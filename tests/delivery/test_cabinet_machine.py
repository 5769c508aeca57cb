"""A cabinet and its orders under everything doors can do: nothing is in two places, nothing lost.

The model is the hall itself: what really lies in each cell, and who holds what. The platform hears
of it through commands whose outcome may be unknown, doors whose messages may be lost or late, and
people who look into cells; after every step what it believes must be safe.
"""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tingtang.delivery.model import cabinet as c
from tingtang.delivery.model import cabinet_events as ce
from tingtang.delivery.model import item as m
from tingtang.delivery.model import item_events as e
from tingtang.delivery.model.item_core import ItemCore
from tingtang.delivery.model.kinds import How, ItemKind, Size, Status
from tingtang.delivery.service import of_cell
from tingtang.kernel.errors import Refused

SIZES = {1: Size.SMALL, 2: Size.SMALL, 3: Size.MEDIUM}
HANDLER, CUSTOMER = "staff:h", "terminal:k"
HOLDERS = {"hand", "customer"}


class Hall(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.core, self.cabinet = c.CabinetCore(), c.Cabinet()
        self.item_core = ItemCore()
        self.items: dict[str, m.Item] = {}
        self.where: dict[str, str] = {}
        """Where each thing really is: "hand", "customer", or "cell n"."""
        self.doors: dict[int, str] = {}
        """Doors that are really open, and for whose opening."""
        self.on_way: dict[str, int] = {}
        """Openings that the platform has ordered and the cabinet has not carried out yet."""
        self.now = 0
        self.count = 0

    # -- the platform ---------------------------------------------------------------------------

    def tell(self, command: c.Command) -> None:
        events = self.core.decide(self.cabinet, command, self.now)
        for event in events:
            self.core.evolve(self.cabinet, event, self.now)
            command_of = of_cell(event, "box")
            if command_of is not None and getattr(event, "order", ""):
                self.run(event.order, command_of)

    def run(self, order: str, command: m.Command) -> None:
        for event in self.item_core.decide(self.items[order], command, self.now):
            self.item_core.evolve(self.items[order], event, self.now)

    def open(self, order: str, purpose: ce.Purpose, by: str) -> None:
        self.count += 1
        opening = f"o{self.count}"
        if purpose is ce.Purpose.PICK_UP:
            self.run(order, m.Release(by, opening, True))
        elif purpose is ce.Purpose.TAKE_BACK:
            self.run(order, m.TakeBack(by, opening))
        try:
            self.tell(c.Open(order, purpose, opening, by))
        except Refused:
            if purpose is not ce.Purpose.LOAD:
                self.run(order, m.StillThere(opening, "busy"))
            return
        self.on_way[opening] = self.cabinet.cell_of(order)

    def some(self, *statuses: Status) -> list[str]:
        return sorted(name for name, one in self.items.items() if one.status in statuses)

    # -- what people do -------------------------------------------------------------------------

    @precondition(lambda self: len(self.items) < 8)
    @rule(is_done=st.booleans())
    def order(self, is_done: bool) -> None:
        name = f"i{len(self.items)}"
        self.items[name] = self.item_core.initial("")
        event = e.ItemOrdered(
            kind=ItemKind.PARCEL, how=How.LOCKER, keep_ms=50, traders=("staff:t",),
            is_trade_done=is_done,
        )  # fmt: skip
        self.run(name, m.Order(event))
        self.run(name, m.Stock(HANDLER, ()))
        self.run(name, m.Seal(HANDLER, f"s{name}"))
        self.where[name] = "hand"

    @precondition(lambda self: self.some(Status.SEALED))
    @rule(data=st.data())
    def load(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(self.some(Status.SEALED)))
        try:
            self.tell(c.Reserve(order, Size.SMALL, SIZES))
        except Refused:
            assert len(self.cabinet.cells) == len(SIZES)
            return
        self.run(order, m.Load(HANDLER, f"s{order}", "box", self.cabinet.cell_of(order)))
        self.open(order, ce.Purpose.LOAD, HANDLER)

    @precondition(lambda self: self.some(Status.LOADED))
    @rule(data=st.data())
    def finish_trade(self, data: st.DataObject) -> None:
        self.run(
            data.draw(st.sampled_from(self.some(Status.LOADED))), m.FinishTrade("staff:t", "x")
        )

    @precondition(lambda self: self.some(Status.READY, Status.LOADED, Status.RELEASED))
    @rule(data=st.data())
    def pick_up(self, data: st.DataObject) -> None:
        waiting = self.some(Status.READY, Status.LOADED, Status.RELEASED)
        order = data.draw(st.sampled_from(waiting))
        is_ready = self.items[order].status is Status.READY
        try:
            self.open(order, ce.Purpose.PICK_UP, CUSTOMER)
        except Refused:
            assert not is_ready
        else:
            assert is_ready

    @precondition(lambda self: self.some(Status.READY, Status.EXPIRED, Status.LOADED))
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        waiting = self.some(Status.READY, Status.EXPIRED, Status.LOADED)
        self.open(data.draw(st.sampled_from(waiting)), ce.Purpose.TAKE_BACK, HANDLER)

    @precondition(lambda self: self.some(Status.READY, Status.EXPIRED))
    @rule(data=st.data(), is_late=st.booleans())
    def power_is_lost_between_release_and_door(self, data: st.DataObject, is_late: bool) -> None:
        """It is given up afterwards; ``is_late``: another process was about to open it all the same."""
        order = data.draw(st.sampled_from(self.some(Status.READY, Status.EXPIRED)))
        self.count += 1
        opening = f"o{self.count}"
        if self.items[order].status is Status.READY:
            self.run(order, m.Release(CUSTOMER, opening, True))
        else:
            self.run(order, m.TakeBack(HANDLER, opening))
        self.tell(c.GiveUpOpening(order, opening))
        if is_late:
            with pytest.raises(Refused):
                self.tell(c.Open(order, ce.Purpose.PICK_UP, opening, CUSTOMER))
        cell = self.cabinet.cells[self.cabinet.cell_of(order)]
        if cell.state is c.CellState.FULL:
            assert self.items[order].status in {Status.READY, Status.LOADED}

    @rule(ms=st.integers(1, 30))
    def time_passes(self, ms: int) -> None:
        self.now += ms
        for name in self.some(Status.READY):
            self.run(name, m.Tend(10))
        self.tell(c.Tend(20))

    # -- what the cabinet does ------------------------------------------------------------------

    @precondition(lambda self: self.on_way)
    @rule(data=st.data(), is_heard=st.booleans(), is_answered=st.booleans())
    def door_opens(self, data: st.DataObject, is_heard: bool, is_answered: bool) -> None:
        opening = data.draw(st.sampled_from(sorted(self.on_way)))
        cell = self.on_way.pop(opening)
        self.doors[cell] = opening
        if is_heard:
            self.tell(c.DoorOpened(cell))
        outcome = c.Outcome.DONE if is_answered else c.Outcome.UNKNOWN
        self.tell(c.NoteOutcome(opening, outcome))

    @precondition(lambda self: self.on_way)
    @rule(data=st.data(), is_answered=st.booleans())
    def door_sticks(self, data: st.DataObject, is_answered: bool) -> None:
        opening = data.draw(st.sampled_from(sorted(self.on_way)))
        del self.on_way[opening]
        outcome = c.Outcome.FAILED if is_answered else c.Outcome.UNKNOWN
        self.tell(c.NoteOutcome(opening, outcome))

    @precondition(lambda self: self.doors)
    @rule(data=st.data(), does_it=st.booleans(), is_heard=st.booleans())
    def door_shuts(self, data: st.DataObject, does_it: bool, is_heard: bool) -> None:
        cell = data.draw(st.sampled_from(sorted(self.doors)))
        self.people_act(cell, does_it)
        del self.doors[cell]
        if is_heard:
            self.tell(c.DoorShut(cell, self.inside(cell) is not None))

    @precondition(lambda self: self.to_inspect())
    @rule(data=st.data())
    def look(self, data: st.DataObject) -> None:
        """Somebody looks into a cell that is in doubt or seems open, and shuts it."""
        cell = data.draw(st.sampled_from(self.to_inspect()))
        self.doors.pop(cell, None)
        for opening in [name for name, n in self.on_way.items() if n == cell]:
            del self.on_way[opening]
        self.tell(c.Inspect(cell, self.inside(cell) is not None, HANDLER))

    def to_inspect(self) -> list[int]:
        return sorted(
            number
            for number, one in self.cabinet.cells.items()
            if one.state in {c.CellState.DOUBT, c.CellState.OPEN}
        )

    def people_act(self, cell: int, does_it: bool) -> None:
        """Whoever stands there puts in or takes out what they came for, or leaves it."""
        one = self.cabinet.cells.get(cell)
        if not does_it or one is None:
            return
        thing = self.inside(cell)
        if one.purpose is ce.Purpose.LOAD and thing is None and self.where[one.order] == "hand":
            self.where[one.order] = f"cell {cell}"
        elif one.purpose is ce.Purpose.PICK_UP and thing is not None:
            self.where[thing] = "customer"
        elif one.purpose is ce.Purpose.TAKE_BACK and thing is not None:
            self.where[thing] = "hand"

    def inside(self, cell: int) -> str | None:
        return next((name for name, place in self.where.items() if place == f"cell {cell}"), None)

    # -- what must always hold ------------------------------------------------------------------

    @invariant()
    def no_cell_holds_two(self) -> None:
        orders = [one.order for one in self.cabinet.cells.values()]
        assert len(orders) == len(set(orders))
        places = [place for place in self.where.values() if place.startswith("cell")]
        assert len(places) == len(set(places)), "two things lie in one cell"

    @invariant()
    def a_free_cell_is_empty(self) -> None:
        for number in SIZES:
            if number not in self.cabinet.cells:
                assert self.inside(number) is None, "a cell was freed with something in it"

    @invariant()
    def what_lies_in_a_cell_is_its_orders(self) -> None:
        for number, one in self.cabinet.cells.items():
            assert self.inside(number) in {None, one.order}

    @invariant()
    def nothing_is_lost(self) -> None:
        """Whatever the platform says for certain is so."""
        for name, one in self.items.items():
            place = self.where[name]
            if one.status in {Status.READY, Status.LOADED, Status.EXPIRED}:
                assert place.startswith("cell")
            elif one.status is Status.PICKED_UP:
                assert place == "customer"
            elif one.status is Status.RETURNED:
                assert place == "hand"
            if place == "customer":
                assert one.status in {Status.PICKED_UP, Status.RELEASED}
                assert one.is_trade_done


TestHall = pytest.mark.shows("R110")(Hall.TestCase)
TestHall.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)

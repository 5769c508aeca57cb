"""Whether a machine's cash may be moved now, and whether it is being moved.

A machine that is out of service, or is being counted, begins to move no cash; what was begun there
goes on to its end, for the books know of it already. Whoever counts a machine waits for that end.
Both write down what they begin before they look at the other: one of the two always sees the other.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import sqlalchemy as sa

from tingtang.journeys import tables as t
from tingtang.journeys.actions import Call
from tingtang.journeys.machine.machines import DeviceMachines
from tingtang.journeys.model.state import OVER
from tingtang.journeys.store import JourneyStore, Open, is_leaving_step, step_of
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import JourneyId
from tingtang.kernel.permissions import ActorKind
from tingtang.kernel.waiting import set_within

BEGINS = frozenset({"machine.accept_cash", "machine.count_out"})
ENDS = frozenset({"machine.store_cash", "machine.return_cash", "machine.dispense_cash"})
LOOK_SECONDS = 5.0
"""How long at most until it is looked again whether a machine's cash is still being moved: a journey
of another process is not heard of."""

logger = logging.getLogger(__name__)
IsClosed = Callable[[str], Awaitable[bool]]


class CashUse:
    """Of the machines of all branches."""

    def __init__(self, machines: DeviceMachines, store: JourneyStore, database: Database) -> None:
        self._machines = machines
        self._store = store
        self._database = database
        self._closed: list[IsClosed] = []
        self._changed: set[asyncio.Event] = set()
        store.on_change.append(self._on_change)

    def close_by(self, is_closed: IsClosed) -> None:
        """Register a question of a later feature: whether it has closed a device's cash."""
        self._closed.append(is_closed)

    async def is_closed(self, device: str) -> bool:
        """True for a machine that may begin to move no cash now."""
        if self._machines.is_paused(device):
            return True
        for ask in self._closed:
            if await ask(device):
                return True
        return False

    async def may_begin(self, call: Call) -> bool:
        """Whether this call may move cash at the machine that it runs on."""
        device = self._machines.machine_held_by(call.holder)
        if device is None or not await self.is_closed(device.id):
            return True
        return is_moving(await self._store.get(call.journey), besides=call.step)

    async def is_moving(self, device: str) -> bool:
        """True while a journey has cash under way at a machine."""
        terminal = self._machines.terminal_of(device)
        if not terminal:
            return False
        columns, over = t.journeys.c, [one.value for one in OVER]
        query = sa.select(columns.journey).where(
            columns.holder == f"{ActorKind.TERMINAL}:{terminal}", columns.status.not_in(over)
        )
        for journey in await self._database.read(lambda c: c.scalars(query).all()):
            try:
                if is_moving(await self._store.get(JourneyId(journey))):
                    return True
            except Refused as refused:
                logger.warning("journey %s cannot be read: %s", journey, refused.code)
        return False

    async def until_still(self, device: str, is_wanted: IsClosed) -> bool:
        """Wait until no cash is under way at a machine; gives up (False) once nobody wants it."""
        changed = asyncio.Event()
        self._changed.add(changed)
        try:
            while await self.is_moving(device):
                if not await is_wanted(device):
                    return False
                await set_within(changed, LOOK_SECONDS)
                changed.clear()
        finally:
            self._changed.discard(changed)
        return True

    def _on_change(self, _opened: Open, _events: Sequence[Event]) -> None:
        for changed in self._changed:
            changed.set()


def is_moving(opened: Open, besides: str = "") -> bool:
    """True if a journey has begun to move a machine's cash and has not ended that: what was taken in
    is neither stored nor given back, or what is to be handed out is being booked. ``besides`` is a
    step that is not looked at.
    """
    journey, found = opened.journey, False
    if any(one.action in BEGINS | ENDS for step, one in journey.pending.items() if step != besides):
        return True
    for entry in journey.entries:
        name = _action_of(opened, entry.step) if entry.is_outcome else ""
        if name in ENDS:
            found = False
        elif name in BEGINS and not entry.refused:
            found = True
    return found


def _action_of(opened: Open, step: str) -> str:
    if is_leaving_step(step):
        return step.partition(":")[2]
    spec = None if opened.run is None else step_of(opened.run, step).action
    return "" if spec is None else spec.name

"""A virtual customer who does what the devices ask for, so that a demo runs by itself."""

import asyncio
from collections.abc import Callable, Mapping

from xfs4iot.virtual.barcode_reader import BarcodeWorld
from xfs4iot.virtual.card_world import CardWorld, bank_card
from xfs4iot.virtual.cash_world import CashWorld, notes
from xfs4iot.virtual.check import CheckWorld, Cheque
from xfs4iot.virtual.pin_pad import KeypadWorld
from xfs4iot.virtual.printer_world import Passbook, PrinterWorld
from xfs4iot.virtual.world import Fault, World


class Customer:
    """Stands before some worlds: brings what is wanted, takes what is presented.

    Acts ``delay_ms`` after something is asked for. Where ``Fault.NOT_TAKEN`` has been injected at
    ``take``, leaves what is presented once. ``things`` says what is brought to a world in the place
    of the examples below.
    """

    def __init__(
        self,
        *worlds: World,
        delay_ms: int = 1_000,
        pin: str = "135790",
        things: Mapping[World, Callable[[], None]] | None = None,
    ) -> None:
        self._worlds = worlds
        self._things = things or {}
        self.delay_ms = delay_ms
        self._pin = pin
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: set[World] = set()
        self._left: set[World] = set()
        self._heard: dict[World, Callable[[], None]] = {}

    def start(self) -> None:
        """Begin to watch; needs a running event loop."""
        for world in self._worlds:
            self._heard[world] = lambda world=world: self._look(world)  # type: ignore[misc]
            world.listen(self._heard[world])

    def stop(self) -> None:
        for world, heard in self._heard.items():
            world.unlisten(heard)
        for task in self._tasks:
            task.cancel()

    def _look(self, world: World) -> None:
        if not _presented(world):
            self._left.discard(world)
        if world in self._busy or not (world.wanted or _presented(world)):
            return
        self._busy.add(world)
        task = asyncio.get_running_loop().create_task(self._act(world))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _act(self, world: World) -> None:
        await asyncio.sleep(self.delay_ms / 1000)
        self._busy.discard(world)
        if _presented(world) and world not in self._left:
            if world.due("take", frozenset({Fault.NOT_TAKEN})):
                self._left.add(world)
            else:
                _take(world)
        elif world.wanted:
            self._bring(world)

    def _bring(self, world: World) -> None:
        if own := self._things.get(world):
            own()
            return
        match world:
            case CardWorld():
                world.insert(bank_card("6222000011112222"))
            case CashWorld():
                world.put_in(notes("typeCNY100", 3, first=900_001))
            case PrinterWorld():
                world.insert(Passbook("6228-0001", stripe="6228480402564890018"))
            case BarcodeWorld():
                world.show("TICKET-A001")
            case KeypadWorld():
                world.press(self._pin, "enter")
            case CheckWorld():
                world.put_in(Cheque("000123456789"))
            case _:
                pass


def _presented(world: World) -> bool:
    match world:
        case CardWorld() | PrinterWorld():
            return world.slot is not None and not world.accepting
        case CashWorld() | CheckWorld():
            return bool(world.output)
        case _:
            return False


def _take(world: World) -> None:
    if isinstance(world, CardWorld | CashWorld | PrinterWorld | CheckWorld):
        world.take()

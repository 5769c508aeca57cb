"""Whole cash machines: a recycler, a dispenser, an acceptor."""

from typing import ClassVar

from xfs4iot.virtual.cash_acceptor import AcceptorPart
from xfs4iot.virtual.cash_device import CashDevice
from xfs4iot.virtual.cash_dispenser import DispenserPart
from xfs4iot.virtual.cash_world import CashWorld, recycler_world


def _joined(*parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in parts for name in part))


class CashRecycler(AcceptorPart, DispenserPart):
    """Takes notes in and gives them out again (存取款一体机)."""

    model: ClassVar[str] = "virtual cash recycler"
    interfaces: ClassVar[tuple[str, ...]] = _joined(
        CashDevice.interfaces, AcceptorPart.interfaces, DispenserPart.interfaces
    )
    events: ClassVar[tuple[str, ...]] = _joined(AcceptorPart.events, DispenserPart.events)

    def __init__(self, name: str = "CashRecycler", world: CashWorld | None = None) -> None:
        super().__init__(name, world or recycler_world())


class CashDispenser(DispenserPart):
    """Gives notes out."""

    model: ClassVar[str] = "virtual cash dispenser"

    def __init__(self, name: str = "CashDispenser", world: CashWorld | None = None) -> None:
        super().__init__(name, world or recycler_world())


class CashAcceptor(AcceptorPart):
    """Takes notes in."""

    model: ClassVar[str] = "virtual cash acceptor"

    def __init__(self, name: str = "CashAcceptor", world: CashWorld | None = None) -> None:
        super().__init__(name, world or recycler_world(loaded=0))

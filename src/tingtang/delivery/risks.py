"""What runs short, what does not move, what is in doubt."""

import msgspec

from tingtang.delivery.desk import DeliveryDesk
from tingtang.delivery.model.cabinet import CellState
from tingtang.delivery.model.kinds import MACHINE
from tingtang.delivery.service import Items
from tingtang.delivery.views import CellView, ItemView
from tingtang.delivery.vouchers import Vouchers
from tingtang.kernel.ids import BranchId


class Shortage(msgspec.Struct, frozen=True):
    """Blank vouchers of a kind, over all holders of a branch, and how many there should be."""

    kind: str
    left: int
    least: int


class DoubtfulCell(msgspec.Struct, frozen=True):
    device: str
    cell: CellView


class StockAlerts(msgspec.Struct, frozen=True):
    """``short`` is empty too where the bank could not be asked: the route then refuses."""

    short: list[Shortage]
    old: list[ItemView]
    doubtful: list[DoubtfulCell]


class Risks:
    """Alerts of a branch, as they are now."""

    def __init__(self, items: Items, vouchers: Vouchers, desk: DeliveryDesk) -> None:
        self._items = items
        self._vouchers = vouchers
        self._desk = desk

    async def alerts(self, branch: BranchId) -> StockAlerts:
        """All of them."""
        board = await self._desk.board(branch)
        return StockAlerts(
            short=await self.shortages(branch),
            old=[one for one in board.items.values() if one.is_old],
            doubtful=[
                DoubtfulCell(cabinet.device, cell)
                for cabinet in board.cabinets
                for cell in cabinet.cells
                if cell.state is CellState.DOUBT
            ],
        )

    async def shortages(self, branch: BranchId) -> list[Shortage]:
        """Kinds of which the branch has less than it should."""
        left: dict[str, int] = {}
        for holder in self.holders(branch):
            for one in await self._vouchers.stock(holder):
                left[one.kind] = left.get(one.kind, 0) + one.count
        least = self._items.settings(branch).least
        return [
            Shortage(kind, left.get(kind, 0), wanted)
            for kind, wanted in sorted(least.items())
            if left.get(kind, 0) < wanted
        ]

    def holders(self, branch: str) -> list[str]:
        """Who holds blank vouchers in a branch: the branch itself, and its dispensers."""
        machines = self._items.dispensers_of(branch)
        return [f"branch:{branch}", *(f"{MACHINE}{device}" for device in machines)]

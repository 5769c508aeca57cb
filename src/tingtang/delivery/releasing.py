"""Items that are released: to whoever has paper and code, and again where the process ended in between."""

from typing import Any

from tingtang.delivery.cabinets import Cabinets
from tingtang.delivery.model import cabinet_events as ce
from tingtang.delivery.model import item as m
from tingtang.delivery.model import problems as p
from tingtang.delivery.model.cabinet import CellState
from tingtang.delivery.model.kinds import How, Status
from tingtang.delivery.orders import Orders
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import SYSTEM

BEGUN_MS = 30_000
"""After a release a door is told to open at once; what has not begun by then was interrupted."""


class Releases:
    """Of all branches."""

    def __init__(self, orders: Orders, cabinets: Cabinets) -> None:
        self.orders = orders
        self.cabinets = cabinets

    async def ready_for(self, branch: BranchId, id_number: str) -> list[dict[str, Any]]:
        """Orders that somebody with this paper may fetch here."""
        found = []
        for order in await self.orders.of_paper(branch, id_number):
            row = await self.orders.row(order, branch)
            if row["status"] == Status.READY.value:
                found.append(row)
        return found

    async def release(
        self,
        branch: BranchId,
        id_number: str,
        code: str,
        by: str,
        release: str,
        order: str = "",
        key: Key | None = None,
    ) -> dict[str, Any]:
        """Paper and code together release an order: a cell opens, or it is given over the counter.

        Refused: nothing_ready, not_recognised (counted on what the paper's owner has waiting),
        pick_up_locked, trade_not_done. Given the same ``release`` again it gives the same order.
        """
        ready = []
        for one in await self.orders.of_paper(branch, id_number):
            if order and one != order:
                continue
            row = await self.orders.row(one, branch)
            if (await self.orders.state(one)).release == release:
                await self._release_again(branch, row, by, release, key)
                return row
            if row["status"] == Status.READY.value and row["how"] != How.DISPENSER.value:
                ready.append(row)
        if not ready:
            raise Refused(p.NOTHING_READY)
        for row in ready:
            if await self.orders.is_for(row["item"], id_number, code):
                await self._release(branch, row, by, release, key)
                return row
        for row in ready:
            last = key if row is ready[-1] else None
            await self.wrong_try(branch, row["item"], by, release, last)
        raise Refused(p.NOT_RECOGNISED)

    async def check_receiver(
        self, branch: BranchId, order: str, id_number: str, code: str | None, by: str, release: str
    ) -> None:
        """Refuse (not_recognised), and count it, where it is not theirs; ``code`` None: not asked."""
        if not await self.orders.is_for(order, id_number, code):
            await self.wrong_try(branch, order, by, release)
            raise Refused(p.NOT_RECOGNISED)

    async def wrong_try(
        self, branch: BranchId, order: str, by: str, release: str, key: Key | None = None
    ) -> None:
        """Count a wrong try; refused (pick_up_locked) once there were too many."""
        await self._run(branch, order, m.Release(by, release, False), by, key)

    async def _release(
        self, branch: BranchId, row: dict[str, Any], by: str, release: str, key: Key | None
    ) -> None:
        order = row["item"]
        await self._run(branch, order, m.Release(by, release, True), by)
        if row["cell"]:
            await self.open(branch, row, ce.Purpose.PICK_UP, release, by, key)
        else:
            await self._run(branch, order, m.HandedOver(by, release), by, key)

    async def _release_again(
        self, branch: BranchId, row: dict[str, Any], by: str, release: str, key: Key | None
    ) -> None:
        """Where the process ended after the release, what should have followed is done now: somebody
        who asks again under their own ``key`` stands there. At a terminal nobody may stand there any
        more: its door stays shut, and the customer asks anew.
        """
        order = row["item"]
        if (await self.orders.state(order)).status is not Status.RELEASED:
            return
        if not row["cell"]:
            await self._run(branch, order, m.HandedOver(by, release), by, key)
            return
        one = (await self.cabinets.state(row["device"])).cells.get(row["cell"])
        if one is None or one.state is not CellState.FULL:
            return
        if key is not None:
            await self.open(branch, row, ce.Purpose.PICK_UP, release, by, key)
        else:
            await self.give_up(row, release)

    async def give_up(self, row: dict[str, Any], release: str) -> None:
        """An order that was released and whose door was never told to open, nor will be: it waits as
        before.
        """
        order, branch = row["item"], BranchId(row["branch"])
        await self.cabinets.give_up_opening(row["device"], branch, order, release)
        one = (await self.cabinets.state(row["device"])).cells.get(row["cell"])
        if one is not None and one.order == order and one.given_up == release:
            await self.orders.run(order, branch, m.StillThere(release, "not_begun"), SYSTEM.name)

    async def open(
        self,
        branch: BranchId,
        row: dict[str, Any],
        purpose: ce.Purpose,
        release: str,
        by: str,
        key: Key | None = None,
    ) -> None:
        """Open an order's cell for a release; where it cannot be opened the order waits as before."""
        order = row["item"]
        try:
            await self.cabinets.open(row["device"], branch, order, purpose, release, by, key)
        except Refused as refused:
            await self._run(branch, order, m.StillThere(release, refused.code), SYSTEM.name)
            raise

    async def take_up(self, row: dict[str, Any]) -> None:
        """Released a while ago, and the process may have ended before anything followed."""
        if row["changed_ms"] + BEGUN_MS > self.orders.clock.now_ms():
            return
        order, branch = row["item"], BranchId(row["branch"])
        release = (await self.orders.state(order)).release
        if row["cell"]:
            await self.give_up(row, release)
        elif row["how"] == How.COUNTER.value:
            still = m.StillThere(release, "not_begun")
            await self.orders.run(order, branch, still, SYSTEM.name)

    async def _run(
        self, branch: str, order: str, command: m.Command, actor: str, key: Key | None = None
    ) -> None:
        await self.orders.row(order, branch)
        await self.orders.run(order, branch, command, actor, key)

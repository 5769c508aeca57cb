"""What customers and the hall are told: ready, soon over, posted; doors, seals and shortages."""

import logging
from collections.abc import Callable

from tingtang.customers.model import is_mobile
from tingtang.delivery.model import cabinet_events as ce
from tingtang.delivery.model import item_events as e
from tingtang.delivery.model.kinds import HOW_NAMES, KIND_NAMES, How, ItemKind
from tingtang.delivery.service import Items
from tingtang.devices.service import Register
from tingtang.hall.feature import MessagePort, TaskService
from tingtang.hall.model.tasks.state import Grade, TaskKind
from tingtang.kernel.clock import local_date
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.reactions import Reactions, Trigger
from tingtang.org.directory import Directory

logger = logging.getLogger(__name__)

TEMPLATE: dict[type[Event], str] = {
    e.ItemReady: "item_ready",
    e.ItemReminded: "item_reminder",
    e.ItemExpired: "item_expired",
    e.ItemPosted: "item_posted",
}
CELL_NOTES: dict[type[Event], tuple[str, Grade]] = {
    ce.CellLeftOpen: ("{device} {cell} 号格柜门未关，请查看并关好", Grade.ORANGE),
    ce.CellForced: ("{device} {cell} 号格柜门异常打开，请立即查看", Grade.RED),
    ce.CellInDoubt: ("{device} {cell} 号格开门结果未知，请开柜核实", Grade.ORANGE),
}


class Notices:
    """Reactions that tell people."""

    def __init__(
        self,
        items: Items,
        directory: Directory,
        register: Register,
        tasks: TaskService,
        messages: MessagePort | None,
        link_of: Callable[[str], str],
    ) -> None:
        self._items = items
        self._directory = directory
        self._register = register
        self._tasks = tasks
        self._messages = messages
        self._link_of = link_of

    def register(self, reactions: Reactions) -> None:
        """Follow the log."""
        reactions.register("delivery.messages", tuple(TEMPLATE), self.on_item)
        reactions.register("delivery.tasks", (*CELL_NOTES, e.WrongSealSeen), self.on_trouble)

    async def on_item(self, trigger: Trigger) -> None:
        """Tell the customer."""
        recorded = trigger.recorded
        order = recorded.stream.partition("/")[2]
        row = await self._items.orders.row(order)
        receiver = await self._items.orders.receiver(order)
        phone = receiver.phone
        if self._messages is None or not is_mobile(phone):
            return
        branch = self._directory.branch(recorded.branch)
        code = await self._items.orders.code(order)
        values = {
            "branch": branch.name.zh,
            "item": KIND_NAMES[ItemKind(row["kind"])].zh,
            "where": HOW_NAMES[How(row["how"])].zh,
            "code": code,
            "link": self._link_of(code),
            "date": str(local_date(row["expires_ms"], branch.time_zone)),
            "carrier": (await self._items.orders.state(order)).carrier,
            "tracking": row["tracking"],
        }
        await self._messages.send(TEMPLATE[type(recorded.event)], phone, values, trigger.key().name)

    async def on_trouble(self, trigger: Trigger) -> None:
        """Tell the hall."""
        recorded, event = trigger.recorded, trigger.recorded.event
        if isinstance(event, e.WrongSealSeen):
            note, grade = "封签号与登记不符，封包未入柜，请核查", Grade.RED
            about = f"seal:{recorded.stream}"
        else:
            device = recorded.stream.partition("/")[2]
            found = self._register.get(device)
            words, grade = CELL_NOTES[type(event)]
            cell = getattr(event, "cell", 0)
            note = words.format(device=found.name.zh if found else device, cell=cell)
            about = f"cell:{device}:{cell}"
        try:
            await self._tasks.raise_task(
                BranchId(recorded.branch), TaskKind.OTHER, about, SYSTEM, grade=grade, note=note,
                cause=trigger.cause, key=trigger.key(),
            )  # fmt: skip
        except Refused as refused:  # the hall's day is not open
            logger.warning("nobody in the hall could be told: %s", refused.code)

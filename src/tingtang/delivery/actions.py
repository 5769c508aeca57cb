"""What scenarios ask of the delivery leg: ``delivery.order``, ``.find``, ``.pick_up``, ``.dispense``."""

from typing import Any

from tingtang.delivery.dispensers import Dispensers
from tingtang.delivery.model import problems as p
from tingtang.delivery.model.cabinet import Outcome
from tingtang.delivery.model.kinds import HOW_NAMES, KIND_NAMES, How, ItemKind, Size
from tingtang.delivery.orders import Receiver
from tingtang.delivery.screens import Screens
from tingtang.delivery.service import Items, NewOrder
from tingtang.journeys.service import (
    Action,
    Actions,
    Call,
    Declined,
    Done,
    Result,
    refused_as,
)
from tingtang.journeys.service import stream_of as journey_stream
from tingtang.kernel.errors import Refused
from tingtang.kernel.log import EventLog
from tingtang.kernel.permissions import ActorKind
from tingtang.kernel.text import Text

DOOR_STUCK = Text(
    "柜门没有打开，请再试一次或联系工作人员", "The door did not open: try again, or ask our staff"
)
DOOR_UNKNOWN = Text(
    "柜门没有应答，请联系工作人员核实，您的物品不会丢失",
    "The door does not answer; our staff will look. Nothing of yours is lost",
)
MACHINE_UNKNOWN = Text(
    "机器没有应答，请联系工作人员核实，不会重复扣减",
    "The machine does not answer; our staff will look. Nothing is counted twice",
)


class DeliveryActions:
    """Registers the actions."""

    def __init__(
        self, items: Items, dispensers: Dispensers, screens: Screens, log: EventLog
    ) -> None:
        self._items = items
        self._dispensers = dispensers
        self._screens = screens
        self._log = log

    def register(self, actions: Actions) -> None:
        """Offer them to scenarios."""
        identity = {
            "id_number": Text("证件号码", "Number of the paper"),
            "code": Text("取件码", "Pick-up code"),
        }
        actions.register(
            Action(
                name="delivery.order",
                about=Text("下实物订单", "Order a physical item"),
                perform=self.order,
                inputs={
                    "kind": Text("物品种类", "Kind of item"),
                    "how": Text("交付方式", "How it is handed over"),
                    "id_number": identity["id_number"],
                    "name": Text("领取人", "Receiver"),
                    "phone": Text("手机号", "Phone"),
                    "address": Text("邮寄地址", "Address, for mail"),
                    "is_trade_done": Text("交易已完成", "The trade is done"),
                },
                gives={
                    "order": Text("订单号", "Order"),
                    "pick_up_code": Text("取件码", "Pick-up code"),
                    "ready": Text("可立即领取", "Can be had now"),
                    "where": Text("领取地点", "Where"),
                },
            ),
            Action(
                name="delivery.find",
                about=Text("查询可领取的实物", "What is ready for somebody"),
                perform=self.find,
                has_effect=False,
                inputs={"id_number": identity["id_number"]},
                gives={"items": Text("实物清单", "The items")},
            ),
            Action(
                name="delivery.pick_up",
                about=Text("核验后开柜", "Check who it is and open the cell"),
                perform=self.pick_up,
                inputs={**identity, "order": Text("订单号", "Order")},
                gives={"cell": Text("柜格", "Cell"), "where": Text("柜子", "Cabinet")},
            ),
            Action(
                name="delivery.dispense",
                about=Text("产品领取机发放", "Hand out by a dispenser"),
                perform=self.dispense,
                inputs={**identity, "order": Text("订单号", "Order")},
                gives={"number": Text("实物号码", "Its number"), "where": Text("机器", "Machine")},
            ),
        )

    async def order(self, call: Call) -> Result:
        """The order has the call's trace as its id, so that asking again orders nothing twice."""
        given = call.inputs
        try:
            kind, how = ItemKind(given.get("kind", "")), How(given.get("how", ""))
        except ValueError as error:
            return Declined("bad_order", Text("实物种类或交付方式有误", str(error)))
        try:
            device = ""
            if how is How.DISPENSER:
                device = self._dispensers.ready(
                    call.branch, kind, str(given.get("device") or "")
                ).id
            new = NewOrder(
                kind=kind,
                how=how,
                receiver=Receiver(*(str(given.get(name) or "") for name in RECEIVER)),
                is_trade_done=given.get("is_trade_done", True) is True,
                traders=await self._traders(call),
                trace=str(given.get("trace") or call.trace),
                size=Size(given.get("size") or Size.SMALL),
                device=device,
                amount=int(given.get("amount") or 0),
                currency=str(given.get("currency") or ""),
                note=str(given.get("note") or ""),
            )
            order, code = await self._items.order(call.branch, new, call.holder, call.trace)
        except Refused as refused:
            return declined(refused)
        where = HOW_NAMES[how]
        return Done(
            {
                "order": order,
                "pick_up_code": code,
                "ready": how is How.DISPENSER and new.is_trade_done,
                "where": {"zh": where.zh, "en": where.en},
            }
        )

    async def find(self, call: Call) -> Result:
        """For choices: what is ready for this paper, without any code. A terminal is told of what
        machines hand out; at a cabinet's own screen, of what lies in it, and of what lies elsewhere
        only where there is nothing else.
        """
        rows = await self._items.releases.ready_for(
            call.branch, str(call.inputs.get("id_number") or "")
        )
        if call.holder.startswith(f"{ActorKind.TERMINAL}:"):
            rows = [row for row in rows if row["how"] != How.COUNTER.value]
        here = self._screens.machine_of(call.branch, call.holder)
        own = [row for row in rows if here and row["device"] == here]
        orders = self._items.orders
        return Done(
            {"items": [_choice(x, (await orders.receiver(x["item"])).note) for x in own or rows]}
        )

    async def pick_up(self, call: Call) -> Result:
        """A cell opens, once for one trace."""
        given = call.inputs
        id_number, code = str(given.get("id_number") or ""), str(given.get("code") or "")
        try:
            row = await self._items.releases.release(
                call.branch, id_number, code, call.holder, call.trace, str(given.get("order") or "")
            )
        except Refused as refused:
            return declined(refused)
        order, device = row["item"], row["device"]
        if not row["cell"]:
            return Done({"order": order, "cell": 0, "where": ""})
        outcome = await self._items.cabinets.outcome(device, call.trace)
        if outcome is Outcome.FAILED and not await self._is_out(order):
            return Declined("door_stuck", DOOR_STUCK)
        if outcome is Outcome.UNKNOWN:
            return Declined("door_unknown", DOOR_UNKNOWN)
        name = self._items.cabinets.cabinet(call.branch, device).name
        where = {"zh": name.zh, "en": name.en}
        return Done({"order": order, "cell": row["cell"], "where": where})

    async def dispense(self, call: Call) -> Result:
        """Out of the machine, once for one trace."""
        order = str(call.inputs.get("order") or "")
        try:
            row = await self._items.orders.row(order, call.branch)
            id_number, code = str(call.inputs.get("id_number") or ""), call.inputs.get("code")
            known_code = None if code is None else str(code)
            await self._items.releases.check_receiver(
                call.branch, order, id_number, known_code, call.holder, call.trace
            )
            number = await self._dispensers.dispense(call.branch, order, call.holder, call.trace)
        except Refused as refused:
            return declined(refused)
        if not number:
            return Declined("machine_unknown", MACHINE_UNKNOWN)
        device = self._dispensers.find(call.branch, ItemKind(row["kind"]), row["device"])
        where = {"zh": device.name.zh, "en": device.name.en}
        return Done({"order": order, "number": number, "where": where})

    async def _traders(self, call: Call) -> tuple[str, ...]:
        """Everybody who took part in the business, and the terminal that it runs on."""
        prefix = f"{ActorKind.STAFF}:"
        recorded = await self._log.read_stream(journey_stream(call.journey))
        people = {one.actor for one in recorded if one.actor.startswith(prefix)}
        return tuple(sorted({*people, call.holder}))

    async def _is_out(self, order: str) -> bool:
        return (await self._items.orders.row(order))["status"] in {"picked_up", "settled"}


RECEIVER = ("id_number", "name", "phone", "address")


def declined(refused: Refused) -> Result:
    """A refusal in words for the customer; what the system could not do is asked for again."""
    if refused.problem is p.UNKNOWN_ORDER:
        return Declined(p.NOTHING_READY.code, p.NOTHING_READY.words)
    return refused_as(refused)


def _choice(row: dict[str, Any], note: str) -> dict[str, Any]:
    note = note or row["note"]
    kind, how = KIND_NAMES[ItemKind(row["kind"])], HOW_NAMES[How(row["how"])]
    return {
        "value": row["item"], "zh": f"{kind.zh}（{how.zh}）", "en": f"{kind.en} ({how.en})",
        "hint_zh": note, "hint_en": note, "how": row["how"],
    }  # fmt: skip

"""Physical items as a feature: how they are wired."""

from collections.abc import Sequence

import msgspec

from tingtang.customers.model import CustomerErased
from tingtang.delivery import cash_routes, clearing_routes, routes, voucher_routes
from tingtang.delivery.actions import DeliveryActions
from tingtang.delivery.cabinets import Cabinets
from tingtang.delivery.cash_packs import CashPacks
from tingtang.delivery.clearing import Clearings
from tingtang.delivery.days import DeliveryDays
from tingtang.delivery.desk import DeliveryDesk
from tingtang.delivery.dispensers import Dispensers
from tingtang.delivery.machines import ClearedMachines
from tingtang.delivery.model import (
    cabinet_events,
    clearing,
    clearing_day,
    item_events,
    voucher_events,
)
from tingtang.delivery.notices import Notices
from tingtang.delivery.once import Once
from tingtang.delivery.orders import Orders
from tingtang.delivery.risks import Risks
from tingtang.delivery.screens import Screens, wire_screens
from tingtang.delivery.service import Items
from tingtang.delivery.settings import DeliverySettings
from tingtang.delivery.vouchers import Vouchers
from tingtang.delivery.witness import Witnesses
from tingtang.devices.model import events as device_events
from tingtang.devices.service import DeviceService, Register
from tingtang.hall.feature import Closing, MessagePort, TaskService
from tingtang.journeys.feature import CashUse
from tingtang.journeys.service import Actions, JourneyService
from tingtang.kernel.events import EventTypes, Recorded
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.ids import BranchId
from tingtang.kernel.live import ViewType
from tingtang.kernel.permissions import Permission
from tingtang.kernel.reactions import Trigger
from tingtang.kernel.recurring import Recurring
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory
from tingtang.org.service import SignIn

VIEW = "delivery.board"
TEND_SECONDS = 10.0


def wire(parts: Parts) -> None:
    directory = parts.service("directory", Directory)
    directory.sections.register("delivery", DeliverySettings, Text("实物交付", "Physical items"))
    devices = parts.service("devices", DeviceService)
    orders = Orders(parts.log, parts.clock, parts.vault)
    cabinets = Cabinets(parts.log, parts.clock, devices)
    vouchers = Vouchers(parts.log, parts.clock, parts.ids, parts.services["core_bank"])
    items = Items(orders, cabinets, vouchers, directory, parts.ids)
    dispensers = Dispensers(parts.log, orders, devices, vouchers)
    machines = ClearedMachines(devices)
    cash_use = parts.service("cash_use", CashUse)
    clearings = Clearings(
        parts.log, parts.clock, machines, directory, items, vouchers, cash_use
    )  # fmt: skip
    days = DeliveryDays(parts.log, parts.clock, directory, clearings, items, vouchers)
    parts.offer("clearings", clearings)
    parts.offer("delivery_days", days)
    parts.service("closing", Closing).ask(days.before_hall_closes)
    desk = DeliveryDesk(items, days, directory, devices, parts.log)
    parts.offer("items", items)
    parts.offer("once", Once(parts.log))
    parts.offer("cash_packs", CashPacks(orders, vouchers, devices, cash_use, clearings))
    parts.offer("vouchers", vouchers)
    parts.offer("dispensers", dispensers)
    parts.offer("delivery_desk", desk)
    parts.offer("witnesses", Witnesses(parts.service("sign_in", SignIn)))
    parts.offer("risks", Risks(items, vouchers, desk))
    screens = Screens(items, devices)
    wire_screens(parts, screens, items, devices)
    offered = DeliveryActions(items, dispensers, screens, parts.log)
    offered.register(parts.service("actions", Actions))
    _react(parts, items, dispensers)
    messages: MessagePort | None = parts.services.get("messages")
    Notices(
        items, directory, parts.service("register", Register),
        parts.service("tasks", TaskService), messages,
        lambda code: parts.services["links"].url(code).replace("/phone/t#", "/phone/p#"),
    ).register(parts.reactions)  # fmt: skip

    async def board(key: str) -> msgspec.Struct | None:
        return await desk.board(BranchId(key))

    def touch(_stream: str, events: Sequence[Recorded]) -> None:
        parts.live.touch(VIEW, events[0].branch)

    parts.live.register(ViewType(VIEW, Permission.ITEM_SEE, board))
    orders.host.on_change(touch)
    cabinets.host.on_change(touch)
    clock = Recurring("delivery", TEND_SECONDS, items.tend)
    for start in (cabinets.start, clearings.start, clock.start):
        parts.on_start(start)
    for stop in (cabinets.stop, clearings.stop, clock.stop):
        parts.on_stop(stop)


def _react(parts: Parts, items: Items, dispensers: Dispensers) -> None:
    reactions = parts.reactions
    said = (device_events.DeviceHappened, device_events.CommandEnded)
    reactions.register("delivery.doors", said, items.cabinets.on_device)
    reactions.register("delivery.dispensers", (device_events.CommandEnded,), dispensers.on_device)
    of_cells = (
        cabinet_events.CellFilled, cabinet_events.CellEmptied, cabinet_events.CellNotOpened,
        cabinet_events.CellShutAsItWas, cabinet_events.OpeningGivenUp,
    )  # fmt: skip
    reactions.register("delivery.cells", of_cells, items.on_cell)
    reactions.register("delivery.settled", (item_events.ItemPickedUp,), items.on_picked_up)
    journeys = parts.service("journeys", JourneyService)

    async def forget(trigger: Trigger) -> None:
        """With the customer goes for whom their items were, once those are settled."""
        if isinstance(trigger.recorded.event, CustomerErased):
            for journey in await journeys.store.of_customer(trigger.recorded.event.customer):
                await items.orders.forget_journey(journey)

    reactions.register("delivery.customer_erased", (CustomerErased,), forget)


EVENTS = EventTypes()
for _types in (
    item_events.TYPES, cabinet_events.TYPES, voucher_events.TYPES, clearing.TYPES, clearing_day.TYPES,
):  # fmt: skip
    EVENTS.include(_types)

FEATURE = Feature(
    name="delivery",
    about=Text(
        "实物交付：封包、自提柜、领取机、凭证与清机", "Items, lockers, dispensers, clearing"
    ),
    events=EVENTS,
    routes=[*routes.ROUTES, *voucher_routes.ROUTES, *clearing_routes.ROUTES, *cash_routes.ROUTES],
    wire=wire,
)
"""Sealed parcels, lockers, dispensers, voucher stock and end-of-day clearing."""

"""Journeys as a feature: how they are wired."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tingtang.ai.service import PictureEngines
from tingtang.customers.model import CustomerErased
from tingtang.customers.service import CustomerService
from tingtang.devices.service import DeviceService
from tingtang.hall.feature import TaskService
from tingtang.journeys import routes
from tingtang.journeys.access import holder_of, may_hold
from tingtang.journeys.actions import Actions
from tingtang.journeys.bank_actions import BankActions
from tingtang.journeys.codes import HandoverCodes
from tingtang.journeys.desk import JourneyDesk
from tingtang.journeys.faces.actions import FaceActions
from tingtang.journeys.faces.settings import FaceSettings
from tingtang.journeys.hall_actions import HallActions
from tingtang.journeys.housekeeping import JourneyHousekeeping
from tingtang.journeys.library import Library
from tingtang.journeys.machine.actions import MachineActions
from tingtang.journeys.machine.cash_use import CashUse
from tingtang.journeys.machine.machines import DeviceMachines
from tingtang.journeys.machine.tokens import TokenActions
from tingtang.journeys.model.events import TYPES
from tingtang.journeys.model.state import Journey
from tingtang.journeys.papers.actions import PaperActions
from tingtang.journeys.service import BRANCH_VIEW, VIEW, JourneyService
from tingtang.journeys.settings import JourneySettings
from tingtang.journeys.store import JourneyStore
from tingtang.journeys.terminals import JourneyTerminals
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.ids import BranchId, JourneyId
from tingtang.kernel.live import ViewType
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory
from tingtang.org.service import Links, SignIn

__all__ = ["FEATURE", "CashUse", "wire"]


def wire(parts: Parts) -> None:
    directory = parts.service("directory", Directory)
    directory.sections.register("journeys", JourneySettings, Text("业务流程", "Journeys"))
    directory.sections.register("faces", FaceSettings, Text("人脸比对", "Comparing faces"))
    actions, library = Actions(), Library(parts.log, parts.clock)
    machines = DeviceMachines(parts.service("devices", DeviceService), parts.services["xfs"])
    TokenActions(parts.service("devices", DeviceService)).register(actions)
    HallActions(parts.log, parts.clock, parts.service("tasks", TaskService)).register(actions)
    BankActions(
        parts.services["core_bank"], parts.services["identity_check"],
        parts.service("customers", CustomerService),
    ).register(actions)  # fmt: skip
    pictures = parts.service("picture_engines", PictureEngines)
    PaperActions(pictures).register(actions)
    FaceActions(pictures, parts.service("customers", CustomerService), directory).register(actions)
    terminals = JourneyTerminals(machines)

    def facts(journey: Journey, branch: BranchId) -> Mapping[str, Any]:
        return terminals.facts(journey.holder, journey.channel, branch)

    store = JourneyStore(parts.log, parts.clock, parts.vault, library, facts)
    cash_use = CashUse(machines, store, parts.database)
    MachineActions(machines, cash_use).register(actions)
    parts.offer("cash_use", cash_use)
    journeys = JourneyService(
        parts.log, parts.clock, parts.ids, parts.live, library, actions, store
    )
    desk = JourneyDesk(
        parts.database, parts.clock, journeys, directory, parts.service("links", Links),
        parts.service("sign_in", SignIn), terminals.modules, HandoverCodes(parts.log, parts.clock),
    )  # fmt: skip
    parts.offer("actions", actions)
    parts.offer("library", library)
    parts.offer("journeys", journeys)
    parts.offer("journey_desk", desk)

    async def one(key: str) -> msgspec.Struct | None:
        _, journey, holder = key.split("/", 2)
        return desk.view(await store.get(JourneyId(journey)), holder)

    async def concerns(actor: Actor, key: str) -> bool:
        _, _, rest = key.partition("/")
        journey, _, holder = rest.partition("/")
        if holder != holder_of(actor):
            return False
        return may_hold(await store.get(JourneyId(journey)), actor)

    async def of_branch(key: str) -> msgspec.Struct | None:
        directory.branch(key)
        return await desk.live(BranchId(key))

    parts.live.register(ViewType(VIEW, Permission.JOURNEY_RUN, one, allow=concerns))
    parts.live.register(ViewType(BRANCH_VIEW, Permission.JOURNEY_SERVE, of_branch))
    housekeeping = JourneyHousekeeping(parts.database, parts.clock, journeys, directory)
    parts.offer("journey_housekeeping", housekeeping)
    parts.reactions.register(
        "journeys.customer_erased", (CustomerErased,), housekeeping.on_customer_erased
    )
    parts.on_start(library.start)
    parts.on_start(journeys.start)
    parts.on_start(housekeeping.start)
    parts.on_stop(journeys.stop)
    parts.on_stop(housekeeping.stop)


FEATURE = Feature(
    name="journeys",
    about=Text("业务流程：在任意终端一步一步办理", "Business, step by step, on any terminal"),
    events=TYPES,
    routes=routes.ROUTES,
    wire=wire,
)
"""Business journeys; later features register the actions that scenarios ask for."""

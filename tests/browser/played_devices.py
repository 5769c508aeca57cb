"""Devices that a test plays inside the server: they answer what they are told, as good ones do."""

import asyncio
from collections.abc import Callable

from tests.browser.hall_server import HallServer
from tingtang.devices.model import wire
from tingtang.devices.model.records import Device, Protocol, Spot
from tingtang.devices.model.state import DeviceState
from tingtang.devices.service import DeviceService
from tingtang.kernel.ids import BranchId, ZoneId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text

BEAT_SECONDS = 2.0
"""Well within the beats of every type, on a machine that halts now and then too."""


class PlayedDevices:
    """Takes commands in the place of a broker and answers them through the inbox.

    A device in ``deaf`` hears nothing, one in ``failing`` says that it cannot.
    """

    def __init__(self, server: HallServer) -> None:
        self._server = server
        self.service = server.app.parts.service("devices", DeviceService)
        self.deaf: set[str] = set()
        self.failing: set[str] = set()
        self.told: list[tuple[str, wire.CommandCall]] = []
        self.in_use: dict[str, dict[str, bool]] = {}
        self._up: set[str] = set()
        self.service.add_link(Protocol.MQTT, self)
        server.run(self._begin_to_beat())

    # -- the link ------------------------------------------------------------------------------

    async def send(self, device: str, call: wire.CommandCall) -> bool:
        self.told.append((device, call))
        if device in self.deaf:
            return True
        self.service.result(device, wire.CommandResult(call.id, wire.CommandStep.ACCEPTED))
        if device in self.failing:
            failed = wire.CommandResult(call.id, wire.CommandStep.FAILED, "busy")
            self.service.result(device, failed)
            return True
        if call.name == "set":
            self.service.properties(device, dict(call.parameters))
        self.service.result(device, wire.CommandResult(call.id, wire.CommandStep.DONE))
        return True

    async def use_modules(self, device: str, modules: dict[str, bool]) -> None:
        self.in_use[device] = modules

    async def forget(self, device: str) -> None:
        self.in_use.pop(device, None)

    # -- they beat, or a slow test would lose them ---------------------------------------------

    async def _begin_to_beat(self) -> None:
        self._beating = asyncio.create_task(self._beat(), name="played devices")

    async def _beat(self) -> None:
        number = 0
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            number += 1
            for device in tuple(self._up):
                self.service.beat(device, wire.Beat(number, 0))

    # -- what a test plays ---------------------------------------------------------------------

    def put(
        self,
        device: str,
        type_: str,
        name: Text,
        *,
        zone: str = "",
        spot: Spot | None = None,
        is_up: bool = True,
        branch: str = "east",
    ) -> None:
        """Register a device, and let it say that it is there."""
        record = Device(
            id=device, branch=BranchId(branch), type=type_, name=name, zone=ZoneId(zone), spot=spot
        )
        self._server.run(self.service.enrol(record, SYSTEM))
        if is_up:
            self.up(device)

    def up(self, device: str, app: wire.App = wire.App.RUNNING) -> None:
        """It is there, with all parts fine."""
        self._up.add(device)
        found = self.service.register.device(device)
        modules = self.service.register.type_of(found).modules
        state = wire.LinkState(wire.Link.ONLINE, app=app, firmware="2.4.1", boot="1")
        self.say(lambda: self.service.link(device, state))
        self.say(
            lambda: self.service.modules(
                device, {one.name: wire.ModuleReport(wire.Health.OK) for one in modules}
            )
        )

    def lose(self, device: str) -> None:
        """Its connection broke."""
        self._up.discard(device)
        gone = wire.LinkState(wire.Link.OFFLINE)
        self.say(lambda: self.service.link(device, gone, "will"))

    def report(self, device: str, module: str, health: wire.Health, code: str = "") -> None:
        """One part says how it is."""
        self.say(lambda: self.service.modules(device, {module: wire.ModuleReport(health, code)}))

    def state(self, device: str) -> DeviceState:
        """What the platform knows of a device."""
        return self._server.run(self.service.state(device))

    def say(self, word: Callable[[], None]) -> None:
        """Let devices say something in the server's own loop, and wait until it is kept."""

        async def work() -> None:
            word()
            while self.service.is_busy:
                await asyncio.sleep(0.005)

        self._server.run(work())

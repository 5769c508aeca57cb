"""One machine on XFS4IoT: finds its services, keeps connections to them, tells how it is."""

import asyncio
import logging
from contextlib import AsyncExitStack, suppress

from tingtang.devices.model import records as r
from tingtang.devices.model import wire
from tingtang.devices.model.kinds import DeviceType
from tingtang.devices.ports import Inbox
from tingtang.devices.xfs import reading
from tingtang.devices.xfs.orders import Hands, carry_out
from tingtang.kernel.clock import Clock
from xfs4iot.client import Event, LastingClient, ask
from xfs4iot.client.lasting import waits_ms
from xfs4iot.errors import OutcomeUnknown, XfsError

ASK_S = 5.0
"""A publisher that says nothing for this long is not there."""
TOGETHER_S = 5.0
"""Services may take this long to come up after their publisher."""
COMMANDS_MAX = 16
"""Commands under way on one machine; more are answered at once that it is busy."""
BEATS = 4
"""In the time a type has for one, so that one answer that is late is no outage."""
SETTLE_S = 0.4
"""A service that is back after less was never away; and where all go, the machine is away and not
each of its parts broken."""
THRESHOLD = "Storage.StorageThresholdEvent"

logger = logging.getLogger(__name__)


class Machine:
    """A device of protocol XFS; runs until cancelled."""

    def __init__(self, device: r.Device, type_: DeviceType, inbox: Inbox, clock: Clock) -> None:
        self.device = device
        self.type = type_
        self.in_use: dict[str, bool] = {}
        """What the branch put out of use is false: nothing that happens there is told."""
        self._inbox = inbox
        self._clock = clock
        self._clients: dict[str, LastingClient] = {}
        self._modules: dict[str, str] = {}
        """Module to service."""
        self._statuses: dict[str, reading.Payload] = {}
        """By service, while it is connected."""
        self._stocks: dict[str, dict[str, float]] = {}
        self._app = wire.App.RUNNING
        self._boot = ""
        self._commands: set[asyncio.Task[None]] = set()
        self._recounts: set[asyncio.Task[None]] = set()
        self._gone = asyncio.Event()
        self._is_online = False
        self._happened = 0

    @property
    def is_online(self) -> bool:
        return self._is_online

    async def run(self) -> None:
        """Find the machine, attend to it until it is gone, and look for it again."""
        waits = waits_ms()
        try:
            while True:
                try:
                    async with asyncio.timeout(ASK_S):
                        publisher = await ask(self.device.address)
                    uris = {uri.rsplit("/", 1)[-1]: uri for uri in publisher.services}
                    if await self._attend(uris):
                        waits = waits_ms()
                except (XfsError, TimeoutError, OSError):
                    pass  # it is away
                except Exception:
                    logger.exception("%s said what makes no sense", self.device.id)
                self._lost()
                await asyncio.sleep(next(waits) / 1000)
        finally:
            for task in (*self._commands, *self._recounts):
                task.cancel()
            self._lost()

    def send(self, call: wire.CommandCall) -> bool:
        """Begin a command; what comes of it is told to the inbox. False while it is away."""
        if not self._is_online:
            return False
        if len(self._commands) >= COMMANDS_MAX:
            busy = wire.CommandResult(call.id, wire.CommandStep.FAILED, "busy")
            self._inbox.result(self.device.id, busy)
            return True
        task = asyncio.create_task(self._carry_out(call), name=f"xfs {call.name}")
        self._commands.add(task)
        task.add_done_callback(self._commands.discard)
        return True

    def hands(self) -> Hands | None:
        """Its services as they are now, for what a customer does at it; None while it is away."""
        if not self._is_online:
            return None
        connected = {name: one for name, one in self._clients.items() if name in self._statuses}
        return Hands(self.type, connected, self._modules, self._set_app, self._recount)

    # -- while it is there -----------------------------------------------------------------------

    async def _attend(self, uris: dict[str, str]) -> bool:
        """Keep connections until all are lost; True if there was one."""
        self._gone = asyncio.Event()
        self._clients = {
            name: LastingClient(
                uri,
                on_status=lambda status, name=name: self._status(name, status),  # type: ignore[misc]
                on_event=lambda event, name=name: self._event(name, event),  # type: ignore[misc]
            )
            for name, uri in uris.items()
        }
        async with AsyncExitStack() as stack:
            for client in self._clients.values():
                await stack.enter_async_context(client)
            ready = [asyncio.create_task(one.connected()) for one in self._clients.values()]
            if ready:
                await asyncio.wait(ready, timeout=TOGETHER_S)
            for task in ready:
                task.cancel()
            if not self._statuses:
                return False
            await self._found()
            await self._beat()
            self._lost()
        return True

    async def _found(self) -> None:
        classes = {
            name: reading.interfaces(one.capabilities)
            for name, one in self._clients.items()
            if name in self._statuses
        }
        self._modules = reading.assign(self.type.modules, classes, {})
        self._boot = f"{self._clock.now_ms():x}"
        self._is_online = True
        self._tell_link(wire.Link.ONLINE)
        absent = {
            one.name: wire.ModuleReport(wire.Health.ABSENT, "no_service")
            for one in self.type.modules
            if one.name not in self._modules
        }
        self._inbox.modules(self.device.id, absent | self._reports())
        for service, status in self._statuses.items():
            self._tell_properties(service, status)
        await self._recount()

    async def _beat(self) -> None:
        """Ask a service how it is each beat, so that a half-open connection is noticed."""
        number, pause_s = 0, self.type.beat_seconds / BEATS
        while self._statuses:
            name = sorted(self._statuses)[number % len(self._statuses)]
            number += 1
            with suppress(XfsError, TimeoutError, KeyError):
                async with asyncio.timeout(self.type.beat_seconds):
                    await self._clients[name].execute("Common.Status")
                self._inbox.beat(self.device.id, wire.Beat(number, 0))
                self._tell_samples()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._gone.wait()

    def _status(self, service: str, status: reading.Payload | None) -> None:
        before = self._statuses.get(service)
        if status is None:
            self._statuses.pop(service, None)
            if self._statuses:
                asyncio.get_running_loop().call_later(SETTLE_S, self._tell_modules, service)
            else:
                self._gone.set()
                self._lost()
            return
        self._statuses[service] = status
        if self._is_online:
            self._tell_modules(service)
            self._tell_properties(service, status)
            self._tell_samples()
            for one in reading.noticed(before or status, status):
                self._tell(service, one.name, one.data)

    def _tell_modules(self, service: str) -> None:
        if self._is_online:
            self._inbox.modules(self.device.id, self._reports(service))

    def _event(self, service: str, event: Event) -> None:
        if event.name == THRESHOLD and self._is_online:
            self._tell(service, "stock_threshold", reading.levels(event.payload))
            task = asyncio.create_task(self._recount_quietly(), name="xfs stock")
            self._recounts.add(task)
            task.add_done_callback(self._recounts.discard)

    def _lost(self) -> None:
        self._statuses.clear()
        if self._is_online:
            self._is_online = False
            self._inbox.link(self.device.id, wire.LinkState(wire.Link.OFFLINE), "will")

    # -- telling ---------------------------------------------------------------------------------

    def _set_app(self, app: wire.App) -> None:
        self._app = app
        self._tell_link(wire.Link.ONLINE)

    def _tell_link(self, link: wire.Link) -> None:
        versions = [reading.version(one.capabilities) for one in self._clients.values()]
        firmware = next((one for one in versions if one), "")
        self._inbox.link(self.device.id, wire.LinkState(link, self._app, firmware, self._boot))

    def _reports(self, service: str = "") -> dict[str, wire.ModuleReport]:
        """How the modules are, all of them or those of one service."""
        return {
            module: reading.module_report(self._statuses[name])
            if name in self._statuses
            else reading.NOT_CONNECTED
            for module, name in self._modules.items()
            if service in {"", name}
        }

    def _tell_properties(self, service: str, status: reading.Payload) -> None:
        if "auxiliaries" in status and service in self._clients:
            self._inbox.properties(self.device.id, reading.properties(self.type, status))

    def _tell_samples(self) -> None:
        statuses = {
            module: self._statuses[name]
            for module, name in self._modules.items()
            if name in self._statuses
        }
        values = reading.samples(self.type, statuses, self._stocks)
        if values:
            self._inbox.samples(self.device.id, wire.Samples(0, values))

    def _tell(self, service: str, name: str, data: dict[str, wire.Value]) -> None:
        modules = [module for module, one in self._modules.items() if one == service]
        if modules and not any(self.in_use.get(module, True) for module in modules):
            return
        now_ms = self._clock.now_ms()
        self._happened += 1
        happening = wire.DeviceHappening(
            name=name, time_ms=now_ms, data=data, id=f"{self._boot}-{self._happened}"
        )
        self._inbox.happening(self.device.id, happening)

    # -- doing -----------------------------------------------------------------------------------

    async def _carry_out(self, call: wire.CommandCall) -> None:
        if call.until_ms and self._clock.now_ms() > call.until_ms:
            late = wire.CommandResult(call.id, wire.CommandStep.FAILED, "too_late")
            self._inbox.result(self.device.id, late)
            return
        accepted = wire.CommandResult(call.id, wire.CommandStep.ACCEPTED)
        self._inbox.result(self.device.id, accepted)
        hands = self.hands()
        if hands is None:
            return  # it went away this moment: the command's time runs out
        try:
            self._inbox.result(self.device.id, await carry_out(hands, call))
        except OutcomeUnknown as error:
            logger.warning("%s: %s: %s", self.device.id, call.name, error)

    async def _recount(self) -> dict[str, dict[str, float]]:
        """Read what is in all units."""
        for module, service in self._modules.items():
            client = self._clients[service]
            if service in self._statuses and "Storage" in reading.interfaces(client.capabilities):
                done = await client.execute("Storage.GetStorage")
                storage = done.payload.get("storage")
                self._stocks[module] = reading.stock(storage if isinstance(storage, dict) else {})
        self._tell_samples()
        return self._stocks

    async def _recount_quietly(self) -> None:
        with suppress(XfsError):
            await self._recount()

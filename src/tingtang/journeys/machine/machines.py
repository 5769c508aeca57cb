"""Which machine a terminal is the screen of, and which of its parts work."""

from typing import Any, Protocol

from tingtang.devices.model import records as r
from tingtang.devices.model.wire import App, Health, Link
from tingtang.devices.service import DeviceService
from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.permissions import ActorKind
from tingtang.kernel.text import Text

CASH_MODULE = "cash"
NOT_HERE = Problem(
    "machine_not_here",
    409,
    "本机{part}暂不可用，请换一台机器或到柜台办理",
    "The {part} of this machine does not work now; use another machine or go to a counter",
)


class Completed(Protocol):
    """What a service answered."""

    @property
    def payload(self) -> dict[str, Any]: ...


class Part(Protocol):
    """One service of a machine."""

    async def execute(
        self, name: str, payload: dict[str, Any] | None = None, *, timeout_ms: int = 0
    ) -> Completed: ...


class Services(Protocol):
    """A machine's services, by module; LookupError where one has none."""

    def client(self, module: str) -> Any: ...


class Xfs(Protocol):
    """The machines that speak XFS4IoT."""

    def hands(self, device: str) -> Services | None:
        """A machine's services; None while it is away."""
        ...


class Hands:
    """The services of the machine that a journey runs on."""

    def __init__(self, services: Services, part: Text) -> None:
        self._services = services
        self._part = part

    def client(self, module: str) -> Part:
        """The service behind a module; refused (machine_not_here) where there is none."""
        try:
            found: Part = self._services.client(module)
        except LookupError:
            raise Refused(NOT_HERE, part=self._part) from None
        return found


class DeviceMachines:
    """The machines behind terminals, as far as journeys look at them."""

    def __init__(self, devices: DeviceService, xfs: Xfs) -> None:
        self._devices = devices
        self._xfs = xfs

    def machine_of(self, terminal: str) -> r.Device | None:
        """The machine that speaks XFS4IoT; only such a one can read and print for a journey."""
        for device in self._devices.register.all():
            is_it = terminal and device.terminal == terminal and device.active
            if is_it and device.protocol is r.Protocol.XFS:
                return device
        return None

    def machine_held_by(self, holder: str) -> r.Device | None:
        """The machine of whoever holds a journey; None for people."""
        kind, _, terminal = holder.partition(":")
        return self.machine_of(terminal) if kind == ActorKind.TERMINAL else None

    def terminal_of(self, device: str) -> str:
        """The terminal that is a machine's screen; empty for none."""
        found = self._devices.register.get(device)
        return "" if found is None else found.terminal

    def is_paused(self, device: str) -> bool:
        """True for a machine that says it is out of service."""
        state = self._devices.known_state(device)
        return state is not None and state.app is App.PAUSED

    def working_modules(self, terminal: str) -> frozenset[str] | None:
        """Modules that work now; None where the terminal has no such machine. Cash is not moved by one
        that is out of service.
        """
        device = self.machine_of(terminal)
        if device is None:
            return None
        state = self._devices.known_state(device.id)
        if state is None or state.link is not Link.ONLINE:
            return frozenset()
        return frozenset(
            name
            for name, module in state.modules.items()
            if module.enabled and module.health in (Health.OK, Health.WARNING)
            if not (name == CASH_MODULE and state.app is App.PAUSED)
        )

    def cash_box(self, terminal: str) -> str:
        """The box in the bank's books that the terminal's cash lies in: its machine's, by the same
        name as when the machine is cleared; the terminal's own where it has no machine.
        """
        device = self.machine_of(terminal)
        return terminal if device is None else device.id

    def hands(self, holder: str, part: Text) -> Hands:
        """The services of the machine that a journey runs on; refused (machine_not_here)."""
        device = self.machine_held_by(holder)
        services = None if device is None else self._xfs.hands(device.id)
        if services is None:
            raise Refused(NOT_HERE, part=part)
        return Hands(services, part)

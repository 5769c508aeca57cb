"""Between the devices feature and the protocols that reach devices (MQTT, XFS4IoT)."""

from typing import Protocol

from tingtang.devices.model import wire


class DeviceLink(Protocol):
    """Carries what the platform says to devices of one protocol. Neither call waits for the
    device: what comes of a command is heard later through the :class:`Inbox`.
    """

    async def send(self, device: str, call: wire.CommandCall) -> bool:
        """Hand over a command; False where the link is down and nothing was sent."""
        ...

    async def use_modules(self, device: str, modules: dict[str, bool]) -> None:
        """Tell which modules are in use; kept for a device that is away."""
        ...

    async def forget(self, device: str) -> None:
        """The device was removed: end its connection and clear what was kept for it."""
        ...


class Inbox(Protocol):
    """Takes what devices say. Everything was decoded and checked for size; ``device`` is proven.

    Calls return at once and never fail on what a device says: what makes no sense is flagged and
    left out. Floods are thinned before they come here.
    """

    def link(self, device: str, state: wire.LinkState, why: str = "said") -> None:
        """Its link changed: by its own word ("said"), or by its connection's last will ("will")."""
        ...

    def beat(self, device: str, beat: wire.Beat) -> None: ...
    def modules(self, device: str, modules: dict[str, wire.ModuleReport]) -> None: ...
    def properties(self, device: str, values: wire.Values) -> None: ...
    def samples(self, device: str, samples: wire.Samples) -> None: ...
    def happening(self, device: str, happening: wire.DeviceHappening) -> None: ...
    def result(self, device: str, result: wire.CommandResult) -> None: ...
    def flag(self, device: str, code: str, detail: str) -> None:
        """Something is wrong with what the device says: malformed, too large, too often."""
        ...

"""The Storage interface: what units hold, and exchanges in which people fill and empty them.

A device says what its units are; this says when they may be changed, and tells clients.
"""

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar

from msgspec import Meta

from xfs4iot.messages import Payload
from xfs4iot.server.commands import Parameters, Reply, command
from xfs4iot.server.requests import Request
from xfs4iot.server.service import refuse
from xfs4iot.virtual.device import VirtualDevice
from xfs4iot.virtual.world import World

UnitName = Annotated[str, Meta(pattern="^unit[0-9A-Za-z]+$", max_length=40)]


Count = Annotated[int, Meta(ge=0, le=1_000_000)]


class SetStorage(Parameters):
    storage: Annotated[dict[UnitName, Payload], Meta(min_length=1, max_length=100)]


class StorageDevice(VirtualDevice, ABC):
    """A device with storage units."""

    events: ClassVar[tuple[str, ...]] = (
        *VirtualDevice.events,
        "Storage.StorageThresholdEvent",
        "Storage.StorageChangedEvent",
        "Storage.StorageErrorEvent",
    )

    def __init__(self, name: str, world: World) -> None:
        super().__init__(name, world)
        self.exchange_active = False
        self._levels = {unit: self.fill_level(unit) for unit in self.storage()}

    # What a device says of its units

    @abstractmethod
    def storage(self) -> dict[str, Payload]:
        """All units as in Storage.GetStorage."""

    @abstractmethod
    def check_storage(self, unit: str, wanted: Payload) -> None:
        """Raise msgspec.ValidationError, or a CommandFailed, when ``wanted`` cannot be set."""

    @abstractmethod
    def set_storage(self, unit: str, wanted: Payload) -> None:
        """Set what ``check_storage`` has passed."""

    @abstractmethod
    def fill_level(self, unit: str) -> str:
        """The unit's replenishment status: ok, full, high, low or empty."""

    def busy_with_customer(self) -> bool:
        """Whether a customer's transaction is open, so that no exchange may start."""
        return False

    # The interface

    def status(self) -> dict[str, Payload]:
        status = super().status()
        status["common"]["exchange"] = "active" if self.exchange_active else "inactive"
        return status

    def refuse_in_exchange(self) -> None:
        """Raise ``exchangeActive`` when somebody has the units open."""
        if self.exchange_active:
            raise refuse("exchangeActive", "an exchange is active")

    @command("Storage.GetStorage", immediate=True)
    async def get_storage(self, _request: Request, _: object) -> Reply:
        return {"storage": self.storage()}

    @command("Storage.StartExchange")
    async def start_exchange(self, request: Request, _: object) -> Reply:
        self.refuse_in_exchange()
        if self.busy_with_customer():
            raise refuse("transactionActive", "a customer's transaction is open")
        await self.step(request, "start exchange")
        self.exchange_active = True
        return None

    @command("Storage.EndExchange")
    async def end_exchange(self, request: Request, _: object) -> Reply:
        if not self.exchange_active:
            raise refuse("noExchangeActive", "no exchange is active")
        await self.step(request, "end exchange")
        self.exchange_active = False
        return None

    @command("Storage.SetStorage", SetStorage)
    async def set_storage_units(self, _request: Request, payload: SetStorage) -> Reply:
        known = self.storage()
        for unit, wanted in payload.storage.items():
            if unit not in known:
                raise refuse("invalidUnit", f"there is no {unit}")
            self.check_storage(unit, wanted)
        for unit, wanted in payload.storage.items():
            self.set_storage(unit, wanted)
        now = self.storage()
        self.broadcast("Storage.StorageChangedEvent", {unit: now[unit] for unit in payload.storage})
        self.tell_levels()
        return None

    def tell_levels(self) -> None:
        """Send Storage.StorageThresholdEvent for each unit whose level has changed."""
        levels = {unit: self.fill_level(unit) for unit in self.storage()}
        crossed = [unit for unit, level in levels.items() if self._levels.get(unit) != level]
        self._levels = levels
        if crossed:
            now = self.storage()
            self.broadcast("Storage.StorageThresholdEvent", {unit: now[unit] for unit in crossed})

    def status_changed(self) -> None:
        super().status_changed()
        self.tell_levels()

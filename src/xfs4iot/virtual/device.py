"""What all virtual devices share: a world, power, jams, and what they say of themselves."""

from collections.abc import Callable
from typing import ClassVar, TypeVar

from xfs4iot import __version__
from xfs4iot.errors import DeviceNotReady
from xfs4iot.messages import Payload
from xfs4iot.server.common import CommonService
from xfs4iot.server.requests import Request
from xfs4iot.server.service import refuse
from xfs4iot.virtual.world import Jam, World

T = TypeVar("T")


class VirtualDevice(CommonService):
    """A service in front of a world."""

    model: ClassVar[str] = "virtual device"
    jam_codes: ClassVar[dict[str, str]] = {}
    """By command or interface, the ``errorCode`` for a jam; hardwareError where there is none."""

    def __init__(self, name: str, world: World) -> None:
        super().__init__(name)
        self.world = world
        self.in_vendor_mode = False
        """A technician's application has the device; ordinary commands end deviceNotReady."""
        world.listen(self.status_changed)
        world.at_restore(self.power_restored)
        self._power_seen = True
        world.listen(self._watch_power)

    @property
    def powered(self) -> bool:
        return self.world.power

    def require_power(self) -> None:
        super().require_power()
        if self.in_vendor_mode:
            raise DeviceNotReady("the device is in vendor mode")

    def power_lost(self) -> None:
        """The power just failed: forget what lives in memory only."""
        self._forget_nonce()

    def power_restored(self) -> None:
        """The power is back: find what is where."""

    def machine_lost_power(self) -> None:
        super().machine_lost_power()
        self.in_vendor_mode = False
        self.power_lost()

    def machine_started(self) -> None:
        super().machine_started()
        self.power_restored()
        self.world.changed()

    def _watch_power(self) -> None:
        if self._power_seen and not self.world.power:
            self.power_lost()
        self._power_seen = self.world.power

    def device_status(self) -> str:
        """The value of Common.Status ``device``."""
        if not self.world.power:
            return "powerOff"
        if self.world.jammed:
            return "hardwareError"
        return "offline" if self.in_vendor_mode else "online"

    def status(self) -> dict[str, Payload]:
        return {"common": {"device": self.device_status()}}

    def capabilities(self) -> dict[str, Payload]:
        device = {
            "modelName": self.model,
            "serialNumber": f"V-{self.name}",
            "revisionNumber": "1",
            "modelDescription": "a virtual device",
            "software": [{"softwareName": "xfs4iot", "softwareVersion": __version__}],
        }
        return {
            "common": {
                "serviceVersion": __version__,
                "deviceInformation": [device],
                "powerSaveControl": False,
                "antiFraudModule": False,
            }
        }

    async def step(self, request: Request, name: str) -> None:
        """One movement; a jam becomes the ``errorCode`` of the command's interface."""
        try:
            await self.world.step(request, name)
        except Jam as jam:
            interface = request.name.partition(".")[0]
            code = self.jam_codes.get(request.name) or self.jam_codes.get(interface)
            if code is None:
                raise
            raise refuse(code, str(jam)) from None

    async def wait(self, request: Request, ready: Callable[[], T | None], *, want: str = "") -> T:
        """Wait for something in the world. Raises TimeOut, Canceled, PowerLost.

        ``want`` names what a person should bring meanwhile.
        """

        def with_power() -> T | None:
            self.world.require_power()
            return ready()

        if want:
            self.world.wanted = want
            self.world.changed()
        try:
            return await request.until(self.world, with_power)
        finally:
            if want:
                self.world.wanted = None

"""The VendorMode interface: applications step back so that a technician's can use the devices.

    inactive -> enterPending -> active -> exitPending -> inactive

Every registered application has to acknowledge before the mode changes; one whose connection ends
counts as having done so.
"""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from xfs4iot.errors import SequenceError
from xfs4iot.messages import Payload
from xfs4iot.server.commands import Parameters, Reply, command
from xfs4iot.server.requests import Request
from xfs4iot.server.session import Session
from xfs4iot.virtual.device import VirtualDevice
from xfs4iot.virtual.world import World

Mode = Literal["inactive", "enterPending", "active", "exitPending"]
APPLICATIONS_MAX = 50


class Register(Parameters):
    app_name: Annotated[str, Meta(min_length=1, max_length=100)]


class VendorMode(VirtualDevice):
    """Vendor mode of a machine; ``devices`` are put offline while it is active."""

    model: ClassVar[str] = "virtual vendor mode"
    interfaces: ClassVar[tuple[str, ...]] = ("Common", "VendorMode")
    events: ClassVar[tuple[str, ...]] = (
        *VirtualDevice.events,
        "VendorMode.EnterModeRequestEvent",
        "VendorMode.ExitModeRequestEvent",
        "VendorMode.ModeEnteredEvent",
        "VendorMode.ModeExitedEvent",
    )

    def __init__(
        self,
        name: str = "VendorMode",
        world: World | None = None,
        devices: Iterable[VirtualDevice] = (),
    ) -> None:
        super().__init__(name, world or World())
        self.devices = list(devices)
        self.mode: Mode = "inactive"
        self._applications: dict[Session, str] = {}
        self._outstanding: set[Session] = set()

    def status(self) -> dict[str, Payload]:
        return super().status() | {"vendorMode": {"device": "online", "service": self.mode}}

    def session_closed(self, session: Session) -> None:
        super().session_closed(session)
        self._applications.pop(session, None)
        self._acknowledged(session)

    def power_lost(self) -> None:
        super().power_lost()
        self.mode = "inactive"
        self._outstanding.clear()

    @command("VendorMode.Register", Register)
    async def register(self, request: Request, payload: Register) -> Reply:
        session = _session(request)
        if session not in self._applications and len(self._applications) >= APPLICATIONS_MAX:
            raise SequenceError(f"{APPLICATIONS_MAX} applications are registered")
        self._applications[session] = payload.app_name
        return None

    @command("VendorMode.EnterModeRequest")
    async def enter_mode_request(self, _request: Request, _: object) -> Reply:
        self._change("inactive", "enterPending", "EnterModeRequestEvent")
        return None

    @command("VendorMode.EnterModeAcknowledge")
    async def enter_mode_acknowledge(self, request: Request, _: object) -> Reply:
        self._take(_session(request), "enterPending")
        return None

    @command("VendorMode.ExitModeRequest")
    async def exit_mode_request(self, _request: Request, _: object) -> Reply:
        self._change("active", "exitPending", "ExitModeRequestEvent")
        return None

    @command("VendorMode.ExitModeAcknowledge")
    async def exit_mode_acknowledge(self, request: Request, _: object) -> Reply:
        self._take(_session(request), "exitPending")
        return None

    def _change(self, before: Mode, pending: Mode, event: str) -> None:
        if self.mode != before:
            raise SequenceError(f"vendor mode is {self.mode}")
        self.mode = pending
        self._outstanding = set(self._applications)
        for session in self._applications:
            session.send_unsolicited(f"VendorMode.{event}", {})
        self._settle()

    def _take(self, session: Session, pending: Mode) -> None:
        if self.mode != pending or session not in self._outstanding:
            raise SequenceError("no acknowledgement is awaited")
        self._acknowledged(session)

    def _acknowledged(self, session: Session) -> None:
        if session in self._outstanding:
            self._outstanding.discard(session)
            self._settle()

    def _settle(self) -> None:
        """Change the mode once nobody has to be waited for."""
        if self._outstanding:
            return
        if self.mode == "enterPending":
            self._now("active", "VendorMode.ModeEnteredEvent")
        elif self.mode == "exitPending":
            self._now("inactive", "VendorMode.ModeExitedEvent")

    def _now(self, mode: Mode, event: str) -> None:
        self.mode = mode
        for device in self.devices:
            device.in_vendor_mode = mode == "active"
            device.status_changed()
        self.broadcast(event)
        self.status_changed()


def _session(request: Request) -> Session:
    if not isinstance(request.client, Session):
        raise TypeError("the command comes from no session")
    return request.client

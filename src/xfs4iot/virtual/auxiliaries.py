"""The Auxiliaries interface: doors, sensors, indicators, UPS, and when the machine starts itself."""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from xfs4iot.errors import InvalidData
from xfs4iot.messages import Payload
from xfs4iot.server.commands import Parameters, Reply, command
from xfs4iot.server.requests import Request
from xfs4iot.server.service import refuse
from xfs4iot.server.session import Session
from xfs4iot.virtual.device import VirtualDevice
from xfs4iot.virtual.world import World

SENSORS: dict[str, tuple[str, ...]] = {
    "operatorSwitch": ("run", "maintenance", "supervisor"),
    "tamperSensor": ("off", "on"),
    "seismicSensor": ("off", "on"),
    "heatSensor": ("off", "on"),
    "proximitySensor": ("notPresent", "present"),
    "ambientLightSensor": ("mediumLight", "veryDark", "dark", "light", "veryLight"),
    "operatorCallButtonSensor": ("off", "on"),
    "handsetSensor": ("onTheHook", "offTheHook"),
    "safeDoor": ("closed", "open", "locked", "bolted", "tampered"),
    "cabinetFrontDoor": ("closed", "open", "locked", "bolted", "tampered"),
    "cabinetRearDoor": ("closed", "open", "locked", "bolted", "tampered"),
    "openClosedIndicator": ("closed", "open"),
    "heating": ("off", "on"),
    "consumerDisplayBacklight": ("on", "off"),
    "signageDisplay": ("on", "off"),
    "audibleAlarm": ("off", "on"),
}
"""What there is, with its states, the first being the one at start."""

UPS_STATES = ("low", "engaged", "powering", "recovered")

SETTABLE: dict[str, tuple[str, dict[str, str]]] = {
    "safeDoor": ("safeDoor", {"bolt": "bolted", "unbolt": "closed"}),
    "frontCabinetDoors": ("cabinetFrontDoor", {"bolt": "bolted", "unbolt": "closed"}),
    "rearCabinetDoors": ("cabinetRearDoor", {"bolt": "bolted", "unbolt": "closed"}),
    "openClose": ("openClosedIndicator", {"closed": "closed", "open": "open"}),
    "heating": ("heating", {"on": "on", "off": "off"}),
    "displayBackLight": ("consumerDisplayBacklight", {"on": "on", "off": "off"}),
    "signageDisplay": ("signageDisplay", {"on": "on", "off": "off"}),
    "audibleAlarm": ("audibleAlarm", {"on": "on", "off": "off"}),
}
"""For each property of SetAuxiliaries: whose state it sets, and to what."""

REGISTERED_AS = {
    "ambientLightSensor": "ambientLightSensor",
    "operatorCallButton": "operatorCallButtonSensor",
    "cabinetFront": "cabinetFrontDoor",
    "cabinetRear": "cabinetRearDoor",
    "openCloseIndicator": "openClosedIndicator",
    "heatingIndicator": "heating",
    "ups": "UPS",
}
"""Where Auxiliaries.Register calls a thing otherwise than Common.Status."""

EVENT_NAMES = {
    **{name: name + "State" for name in SENSORS},
    "operatorSwitch": "operatorSwitch",
    "tamperSensor": "tamperSensor",
    "UPS": "upsState",
    "volume": "volumeState",
}
"""What AuxiliaryStatusEvent calls the properties of Common.Status."""


class StartTime(Parameters):
    year: Annotated[int, Meta(ge=1601, le=30827)] | None = None
    month: Annotated[int, Meta(ge=1, le=12)] | None = None
    day_of_week: (
        Literal["Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"] | None
    ) = None
    day: Annotated[int, Meta(ge=1, le=31)] | None = None
    hour: Annotated[int, Meta(ge=0, le=23)] | None = None
    minute: Annotated[int, Meta(ge=0, le=59)] | None = None


class SetAutoStartUpTime(Parameters):
    mode: Literal["clear", "specific", "daily", "weekly"]
    start_time: StartTime | None = None


NEEDED = {
    "clear": (),
    "specific": ("year", "month", "day", "hour", "minute"),
    "daily": ("hour", "minute"),
    "weekly": ("day_of_week", "hour", "minute"),
}

Registration = dict[Annotated[str, Meta(max_length=40)], Literal["register", "deregister"]]


class AuxiliariesWorld(World):
    """Doors, switches and sensors."""

    def __init__(self, *, step_ms: int = 0) -> None:
        super().__init__(step_ms=step_ms)
        self.states = {name: states[0] for name, states in SENSORS.items()}
        self.volume = 500
        self.ups = dict.fromkeys(UPS_STATES, False)

    def put(self, name: str, state: str) -> None:
        """Open a door, press a button, darken the hall. Raises ValueError for what is not there."""
        if state not in SENSORS.get(name, ()):
            raise ValueError(f"{name} cannot be {state}")
        self.states[name] = state
        self.changed()

    def put_ups(self, **states: bool) -> None:
        """Change the state of the UPS: low, engaged, powering, recovered."""
        if unknown := states.keys() - set(UPS_STATES):
            raise ValueError(f"a UPS has no state {sorted(unknown)[0]}")
        self.ups |= states
        self.changed()


class Auxiliaries(VirtualDevice):
    """What a cabinet has besides its devices. It is on the UPS: power faults do not reach it."""

    model: ClassVar[str] = "virtual auxiliaries"
    interfaces: ClassVar[tuple[str, ...]] = ("Common", "Auxiliaries")
    events: ClassVar[tuple[str, ...]] = (
        *VirtualDevice.events,
        "Auxiliaries.AuxiliaryStatusEvent",
    )
    world: AuxiliariesWorld

    def __init__(self, name: str = "Auxiliaries", world: AuxiliariesWorld | None = None) -> None:
        super().__init__(name, world or AuxiliariesWorld())
        self._start: SetAutoStartUpTime = SetAutoStartUpTime(mode="clear")
        self._registered: dict[Session, set[str]] = {}
        self._told = self._own_status()
        self.world.listen(self._watch)

    def _own_status(self) -> Payload:
        world = self.world
        volume = {"volumeLevel": world.volume}
        return {**world.states, "UPS": dict(world.ups), "volume": volume}

    def _watch(self) -> None:
        """Tell those who registered for it what changed."""
        before, self._told = self._told, self._own_status()
        changed = {name for name, state in self._told.items() if before[name] != state}
        for session, names in self._registered.items():
            if wanted := changed & names:
                event = {EVENT_NAMES[name]: self._told[name] for name in sorted(wanted)}
                session.send_unsolicited("Auxiliaries.AuxiliaryStatusEvent", event)

    def session_closed(self, session: Session) -> None:
        super().session_closed(session)
        self._registered.pop(session, None)

    def status(self) -> dict[str, Payload]:
        return super().status() | {"auxiliaries": self._own_status()}

    def capabilities(self) -> dict[str, Payload]:
        door = dict.fromkeys(("closed", "open", "bolted", "tampered"), True)
        own: Payload = {
            "operatorSwitch": {"run": True, "maintenance": True, "supervisor": True},
            "tamperSensor": True,
            "seismicSensor": True,
            "heatSensor": True,
            "proximitySensor": True,
            "ambientLightSensor": True,
            "operatorCallButtonSensor": True,
            "safeDoor": door,
            "frontCabinet": door,
            "rearCabinet": door,
            "openCloseIndicator": True,
            "heating": True,
            "consumerDisplayBacklight": True,
            "signageDisplay": True,
            "volume": 1_000,
            "ups": dict.fromkeys(UPS_STATES, True),
            "audibleAlarm": True,
            "autoStartupMode": {"specific": True, "daily": True, "weekly": True},
        }
        return super().capabilities() | {"auxiliaries": own}

    @command("Auxiliaries.SetAuxiliaries", dict[str, object])
    async def set_auxiliaries(self, request: Request, payload: Payload) -> Reply:
        states: dict[str, str] = {}
        volume = payload.pop("volume", None)
        ups = payload.pop("ups", None)
        for name, value in payload.items():
            if name not in SETTABLE:
                raise refuse("invalidAuxiliary", f"{name[:40]} cannot be set")
            whose, values = SETTABLE[name]
            if not isinstance(value, str) or value not in values:
                raise InvalidData(f"{name} is one of {', '.join(values)}")
            states[whose] = values[value]
        if volume is not None and not (type(volume) is int and 1 <= volume <= 1_000):
            raise InvalidData("volume is a whole number from 1 to 1000")
        if ups not in {None, "engage", "disengage"}:
            raise InvalidData("ups is engage or disengage")
        await self.step(request, "set")
        self.world.states |= states
        if volume is not None:
            self.world.volume = volume
        if ups is not None:
            self.world.ups["engaged"] = ups == "engage"
        self.world.changed()
        return None

    @command("Auxiliaries.Register", Registration, immediate=True)
    async def register(self, request: Request, payload: dict[str, str]) -> Reply:
        session = request.client
        if not isinstance(session, Session):
            raise TypeError("a registration comes from a session")
        wanted = {REGISTERED_AS.get(name, name): what for name, what in payload.items()}
        if unknown := wanted.keys() - EVENT_NAMES.keys():
            raise refuse("invalidAuxiliary", f"there is no {sorted(unknown)[0]}")
        names = self._registered.setdefault(session, set())
        names |= {name for name, what in wanted.items() if what == "register"}
        names -= {name for name, what in wanted.items() if what == "deregister"}
        return None

    @command("Auxiliaries.SetAutoStartUpTime", SetAutoStartUpTime)
    async def set_auto_start_up_time(self, request: Request, payload: SetAutoStartUpTime) -> Reply:
        for name in NEEDED[payload.mode]:
            if payload.start_time is None or getattr(payload.start_time, name) is None:
                raise InvalidData(f"mode {payload.mode} needs {name}")
        await self.step(request, "set clock")
        self._start = payload
        return None

    @command("Auxiliaries.GetAutoStartUpTime", immediate=True)
    async def get_auto_start_up_time(self, _request: Request, _: object) -> Reply:
        reply: Payload = {"mode": self._start.mode}
        if self._start.start_time and self._start.mode != "clear":
            given = msgspec.to_builtins(self._start.start_time)
            reply["startTime"] = {name: value for name, value in given.items() if value is not None}
        return reply

    @command("Auxiliaries.ClearAutoStartUpTime")
    async def clear_auto_start_up_time(self, request: Request, _: object) -> Reply:
        await self.step(request, "set clock")
        self._start = SetAutoStartUpTime(mode="clear")
        return None

"""The Lights interface: guidance lights beside each device, and status lights."""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from xfs4iot.messages import Payload
from xfs4iot.server.commands import Reply, command
from xfs4iot.server.requests import Request
from xfs4iot.server.service import refuse
from xfs4iot.virtual.device import VirtualDevice
from xfs4iot.virtual.world import World

GUIDANCE = (
    "cardReader",
    "pinPad",
    "notesDispenser",
    "receiptPrinter",
    "passbookPrinter",
    "billAcceptor",
    "scanner",
    "contactless",
)
STATUS = ("statusGood", "statusWarning", "statusBad", "statusInService", "fasciaLight")
COLOURS = ("red", "green", "yellow", "blue", "cyan", "magenta", "white")
FLASH_RATES = ("off", "slow", "medium", "quick", "continuous")


class Light(msgspec.Struct, rename="camel", kw_only=True, omit_defaults=True):
    """How a light shines; what is not said stays as it is."""

    position: str | None = None
    flash_rate: Literal["off", "slow", "medium", "quick", "continuous"] | None = None
    color: Literal["red", "green", "yellow", "blue", "cyan", "magenta", "white"] | None = None
    direction: Literal["entry", "exit"] | None = None


Wanted = Annotated[
    dict[Annotated[str, Meta(max_length=40)], Light], Meta(min_length=1, max_length=100)
]
"""The payload of Lights.SetLight: by light, how it shall shine."""


class LightsWorld(World):
    """The lights, as one sees them."""

    def __init__(self, *, step_ms: int = 0) -> None:
        super().__init__(step_ms=step_ms)
        self.lights: dict[str, Payload] = {
            name: {"position": "center", "flashRate": "off", "color": "white"}
            for name in (*GUIDANCE, *STATUS)
        }
        self.broken: set[str] = set()


class Lights(VirtualDevice):
    """All lights of a machine."""

    model: ClassVar[str] = "virtual lights"
    interfaces: ClassVar[tuple[str, ...]] = ("Common", "Lights")
    world: LightsWorld

    def __init__(self, name: str = "Lights", world: LightsWorld | None = None) -> None:
        super().__init__(name, world or LightsWorld())

    def status(self) -> dict[str, Payload]:
        own = {name: dict(light) for name, light in self.world.lights.items()}
        return super().status() | {"lights": own}

    def capabilities(self) -> dict[str, Payload]:
        able: Payload = {
            "flashRate": dict.fromkeys(FLASH_RATES, True),
            "color": dict.fromkeys(COLOURS, True),
            "direction": {"entry": True, "exit": True},
            "position": {"center": True},
        }
        return super().capabilities() | {"lights": dict.fromkeys(self.world.lights, able)}

    @command("Lights.SetLight", Wanted)
    async def set_light(self, request: Request, payload: dict[str, Light]) -> Reply:
        lights = self.world.lights
        for name, wanted in payload.items():
            if name not in lights:
                raise refuse("invalidLight", f"there is no light {name}")
            if wanted.position not in {None, "center"}:
                raise refuse("invalidLight", f"{name} has no light {wanted.position}")
        await self.step(request, "light")
        for name, wanted in payload.items():
            if name in self.world.broken:
                raise refuse("lightError", f"light {name} does not work")
            lights[name] = lights[name] | msgspec.to_builtins(wanted)
        self.world.changed()
        return None

"""The Camera interface: pictures drawn by the virtual device, as PNG."""

from base64 import b64encode
from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from xfs4iot.errors import UnsupportedData
from xfs4iot.messages import Payload
from xfs4iot.server.commands import Parameters, Reply, command
from xfs4iot.server.requests import Request
from xfs4iot.virtual.device import VirtualDevice
from xfs4iot.virtual.drawing import portrait
from xfs4iot.virtual.world import World

CAMERAS = ("room", "person", "exitSlot")
PICTURES_MAX = 1_000
TEXT_MAX = 40


class TakePicture(Parameters):
    camera: Literal["room", "person", "exitSlot"] = "person"
    cam_data: Annotated[str, Meta(max_length=TEXT_MAX)] = ""


def drawn(camera: str, caption: str, number: int) -> bytes:
    """The picture a virtual camera takes."""
    return portrait(f"{camera} {number:04d} {caption}").png()


class CameraWorld(World):
    """What the cameras see, and how many pictures the medium still holds."""

    def __init__(
        self, *, step_ms: int = 0, see: Callable[[str, str, int], bytes] | None = None
    ) -> None:
        super().__init__(step_ms=step_ms)
        self.see = see or drawn
        """Makes the picture file: of which camera, with which caption, and its number."""
        self.pictures = dict.fromkeys(CAMERAS, 0)
        self.covered: set[str] = set()
        """Cameras that do not work."""

    def cover(self, camera: str, *, covered: bool = True) -> None:
        """Break a camera, or mend it."""
        if covered:
            self.covered.add(camera)
        else:
            self.covered.discard(camera)
        self.changed()


class Camera(VirtualDevice):
    """Three cameras behind one service."""

    model: ClassVar[str] = "virtual camera"
    interfaces: ClassVar[tuple[str, ...]] = ("Common", "Camera")
    events: ClassVar[tuple[str, ...]] = (*VirtualDevice.events, "Camera.MediaThresholdEvent")
    world: CameraWorld

    def __init__(self, name: str = "Camera", world: CameraWorld | None = None) -> None:
        super().__init__(name, world or CameraWorld())

    def _medium(self, camera: str) -> str:
        taken = self.world.pictures[camera]
        if taken >= PICTURES_MAX:
            return "full"
        return "high" if taken * 10 >= PICTURES_MAX * 9 else "ok"

    def status(self) -> dict[str, Payload]:
        covered = self.world.covered
        own = {
            "media": {camera: self._medium(camera) for camera in CAMERAS},
            "cameras": {camera: "inop" if camera in covered else "ok" for camera in CAMERAS},
            "pictures": dict(self.world.pictures),
        }
        return super().status() | {"camera": own}

    def capabilities(self) -> dict[str, Payload]:
        own = {
            "type": "cam",
            "cameras": dict.fromkeys(CAMERAS, True),
            "maxPictures": PICTURES_MAX,
            "camData": {"manAdd": True},
            "maxDataLength": TEXT_MAX,
            "pictureFile": True,
        }
        return super().capabilities() | {"camera": own}

    @command("Camera.TakePicture", TakePicture)
    async def take_picture(self, request: Request, payload: TakePicture) -> Reply:
        camera = payload.camera
        await self.step(request, "take picture")
        if camera in self.world.covered:
            raise UnsupportedData(f"camera {camera} does not work")
        before = self._medium(camera)
        if before == "full":
            raise UnsupportedData(f"the medium of camera {camera} is full")
        self.world.pictures[camera] += 1
        if (now := self._medium(camera)) != before:
            self.broadcast("Camera.MediaThresholdEvent", {"mediaThreshold": now})
        picture = self.world.see(camera, payload.cam_data, self.world.pictures[camera])
        return {"pictureFile": b64encode(picture).decode()}

    @command("Camera.Reset")
    async def reset(self, request: Request, _: object) -> Reply:
        await self.step(request, "reset")
        self.world.pictures = dict.fromkeys(CAMERAS, 0)
        self.world.changed()
        return None

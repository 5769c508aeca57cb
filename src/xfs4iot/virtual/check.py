"""The Check interface (2023-2 and later): cheques read, kept on a stacker, deposited or returned."""

from base64 import b64encode
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from xfs4iot.errors import UnsupportedData
from xfs4iot.messages import Payload
from xfs4iot.server.commands import Parameters, Reply, command
from xfs4iot.server.requests import Request
from xfs4iot.server.service import refuse
from xfs4iot.virtual.device import VirtualDevice
from xfs4iot.virtual.drawing import document
from xfs4iot.virtual.world import World

STACKER_MAX = 50
BIN_MAX = 500
Side = Literal["front", "back"]


class ImageRequest(Parameters):
    source: Side
    type: Literal["tif", "wmf", "bmp", "jpg"] = "bmp"


Images = Annotated[list[ImageRequest], Meta(max_length=4)]


class MediaIn(Parameters):
    codeline_format: str | None = None
    image: Images | None = None
    max_media_on_stacker: Annotated[int, Meta(ge=0, le=STACKER_MAX)] = 0
    application_refuse: bool = False


class SetMediaParameters(Parameters):
    media_id: Annotated[int, Meta(ge=1)] | None = msgspec.field(name="mediaID", default=None)
    destination: Annotated[str, Meta(pattern="^(customer|unit[0-9A-Za-z]+)$")] | None = None
    stamp: bool = False
    print_data: Annotated[str, Meta(max_length=1_000)] = ""


class ReadImage(Parameters):
    media_id: Annotated[int, Meta(ge=1)] = msgspec.field(name="mediaID")
    image: Images | None = None


class Cheque(msgspec.Struct, eq=False):
    """A cheque; equal only to itself."""

    codeline: str
    """Empty for what has no magnetic code line and is refused."""
    lines: tuple[str, ...] = ()
    stamped: bool = False
    printed: str = ""


class CheckWorld(World):
    """A cheque reader's insides and its customer. Every cheque is in exactly one place."""

    def __init__(self, *, step_ms: int = 0) -> None:
        super().__init__(step_ms=step_ms)
        self.input: list[Cheque] = []
        self.stacker: list[Cheque] = []
        self.output: list[Cheque] = []
        self.bin: list[Cheque] = []
        self.customer: list[Cheque] = []
        self.taken_count = 0

    def put_in(self, *cheques: Cheque) -> None:
        for cheque in cheques:
            if cheque in self.customer:
                self.customer.remove(cheque)
        self.input.extend(cheques)
        self.changed()

    def take(self) -> list[Cheque]:
        """The customer takes what is presented. Raises ValueError when nothing is."""
        if not self.output:
            raise ValueError("there is nothing to take")
        taken, self.output = self.output, []
        self.customer.extend(taken)
        self.taken_count += 1
        self.changed()
        return taken

    def everywhere(self) -> list[Cheque]:
        return self.input + self.stacker + self.output + self.bin + self.customer


class CheckReader(VirtualDevice):
    """Takes cheques in."""

    model: ClassVar[str] = "virtual cheque reader"
    interfaces: ClassVar[tuple[str, ...]] = ("Common", "Check")
    events: ClassVar[tuple[str, ...]] = (
        *VirtualDevice.events,
        "Check.NoMediaEvent",
        "Check.MediaInsertedEvent",
        "Check.MediaRefusedEvent",
        "Check.MediaDataEvent",
        "Check.MediaPresentedEvent",
        "Check.MediaTakenEvent",
    )
    jam_codes: ClassVar[dict[str, str]] = {"Check": "mediaJammed"}
    world: CheckWorld

    def __init__(self, name: str = "Check", world: CheckWorld | None = None) -> None:
        super().__init__(name, world or CheckWorld())
        self._state = "ok"
        self._items: list[Cheque] = []
        """The transaction's cheques; a cheque's media id is its place here, from 1."""
        self._returned: set[int] = set()
        """Media ids that go back to the customer at the end."""
        self._last = (0, 0)
        self._refused = 0
        self._limit = STACKER_MAX
        self._taken_seen = 0
        self.world.listen(self._watch)

    def _watch(self) -> None:
        if self.world.taken_count != self._taken_seen:
            self._taken_seen = self.world.taken_count
            self.broadcast("Check.MediaTakenEvent", {"position": "output"})

    def power_lost(self) -> None:
        super().power_lost()
        if self._state == "active":
            self._state = "unknown"

    def status(self) -> dict[str, Payload]:
        world = self.world
        inside = bool(world.stacker)
        outside = bool(world.input or world.output)
        media = "present" if inside else "position" if outside else "notPresent"
        own = {
            "acceptor": "stop" if len(world.bin) >= BIN_MAX else "ok",
            "media": "jammed" if world.jammed else media,
            "frontImageScanner": "ok",
            "backImageScanner": "ok",
            "mICRReader": "ok",
            "stacker": "notEmpty" if inside else "empty",
            "positions": {
                "input": {"positionStatus": "notEmpty" if world.input else "empty"},
                "output": {"positionStatus": "notEmpty" if world.output else "empty"},
            },
        }
        return super().status() | {"check": own}

    def capabilities(self) -> dict[str, Payload]:
        own = {
            "type": "bunchMediaInput",
            "maxMediaOnStacker": STACKER_MAX,
            "stamp": True,
            "rescan": True,
            "presentControl": True,
            "applicationRefuse": False,
            "mediaTakenSensor": {"output": True},
            "imageType": {"bmp": True},
            "codelineFormat": {"e13b": True},
        }
        return super().capabilities() | {"check": own}

    def _require_transaction(self) -> None:
        if self._state != "active":
            raise refuse("noMediaPresent", "no media-in transaction is open")

    @command("Check.MediaIn", MediaIn)
    async def media_in(self, request: Request, payload: MediaIn) -> Reply:
        world = self.world
        if payload.application_refuse:
            raise UnsupportedData("the application cannot refuse items one by one")
        if world.output:
            raise refuse("positionNotEmpty", "cheques are still at the output")
        if self._state != "active":
            if world.stacker:
                raise refuse("mediaPresent", "cheques of an earlier transaction are inside")
            self._items, self._returned, self._refused = [], set(), 0
            self._limit = payload.max_media_on_stacker or STACKER_MAX
        if not world.input:
            request.event("Check.NoMediaEvent")
        await self.wait(request, lambda: bool(world.input), want="cheques")
        request.event("Check.MediaInsertedEvent")
        self._state = "active"
        added = total = 0
        for cheque in list(world.input):
            await self.step(request, "read")
            total += 1
            world.input.remove(cheque)
            reason = "stackerFull" if len(world.stacker) >= self._limit else ""
            if reason or not cheque.codeline:
                world.output.append(cheque)
                self._refused += 1
                event = {"reason": reason or "invalidMedia", "location": "output"}
                request.event("Check.MediaRefusedEvent", event)
                continue
            world.stacker.append(cheque)
            self._items.append(cheque)
            added += 1
            request.event("Check.MediaDataEvent", self._data(cheque, payload.image))
        self._last = (total, added)
        world.changed()
        return {
            "mediaIn": {
                "mediaOnStacker": str(len(world.stacker)),
                "lastMedia": str(total),
                "lastMediaOnStacker": str(added),
                "mediaFeeder": "empty",
            }
        }

    def _data(self, cheque: Cheque, images: list[ImageRequest] | None) -> Payload:
        return {
            "mediaID": self._items.index(cheque) + 1,
            "codelineData": cheque.codeline,
            "magneticReadIndicator": "micr",
            "image": [_image(cheque, wanted) for wanted in images or []],
            "mediaValidity": "ok",
        }

    @command("Check.GetTransactionStatus", immediate=True)
    async def get_transaction_status(self, _request: Request, _: object) -> Reply:
        rows = [
            {
                "mediaID": number,
                "mediaLocation": self._where(cheque),
                "codelineData": cheque.codeline,
                "magneticReadIndicator": "micr",
            }
            for number, cheque in enumerate(self._items, 1)
        ]
        return {
            "mediaInTransaction": self._state,
            "mediaOnStacker": str(len(self.world.stacker)),
            "lastMediaInTotal": str(self._last[0]),
            "lastMediaAddedToStacker": str(self._last[1]),
            "totalItems": str(len(self._items)),
            "totalItemsRefused": str(self._refused),
            "totalBunchesRefused": "0",
            "mediaInfo": rows,
        }

    def _where(self, cheque: Cheque) -> str:
        if cheque in self.world.bin:
            return "unit1"
        return "customer" if cheque in self.world.customer else "device"

    @command("Check.SetMediaParameters", SetMediaParameters)
    async def set_media_parameters(self, _request: Request, payload: SetMediaParameters) -> Reply:
        self._require_transaction()
        count = len(self._items)
        if payload.media_id is not None and payload.media_id > count:
            raise refuse("invalidMediaID", f"there is no media {payload.media_id}")
        if payload.destination not in {None, "customer", "unit1"}:
            raise refuse("invalidBin", f"there is no {payload.destination}")
        for number in [payload.media_id] if payload.media_id else range(1, count + 1):
            cheque = self._items[number - 1]
            cheque.stamped = payload.stamp
            cheque.printed = payload.print_data
            if payload.destination == "customer":
                self._returned.add(number)
            elif payload.destination:
                self._returned.discard(number)
        return None

    @command("Check.ReadImage", ReadImage)
    async def read_image(self, request: Request, payload: ReadImage) -> Reply:
        self._require_transaction()
        if payload.media_id > len(self._items):
            raise refuse("invalidMediaID", f"there is no media {payload.media_id}")
        await self.step(request, "scan")
        cheque = self._items[payload.media_id - 1]
        event = self._data(cheque, payload.image or [ImageRequest(source="front")])
        request.event("Check.MediaDataEvent", event)
        return None

    @command("Check.MediaInEnd")
    async def media_in_end(self, request: Request, _: object) -> Reply:
        self._require_transaction()
        world = self.world
        if world.output:
            raise refuse("positionNotEmpty", "refused cheques have not been taken")
        if len(world.bin) + len(world.stacker) > BIN_MAX:
            raise refuse("mediaBinError", "the bin is full")
        deposited = 0
        for cheque in list(world.stacker):
            await self.step(request, "deposit")
            world.stacker.remove(cheque)
            if self._items.index(cheque) + 1 in self._returned:
                world.output.append(cheque)
            else:
                world.bin.append(cheque)
                deposited += 1
        self._state = "ok"
        if world.output:
            request.event("Check.MediaPresentedEvent", _presented())
        world.changed()
        return {
            "mediaInEnd": {"itemsReturned": len(world.output), "itemsRefused": self._refused},
            "storage": {"storage": {"unit1": {"check": {"in": {"mediaInCount": deposited}}}}},
        }

    @command("Check.MediaInRollback")
    async def media_in_rollback(self, request: Request, _: object) -> Reply:
        self._require_transaction()
        await self.step(request, "present")
        world = self.world
        world.output, world.stacker = world.output + world.stacker, []
        self._state = "rollback"
        if world.output:
            request.event("Check.MediaPresentedEvent", _presented())
        world.changed()
        return {"mediaInRollback": {"itemsReturned": len(world.output)}}

    @command("Check.PresentMedia")
    async def present_media(self, request: Request, _: object) -> Reply:
        if not self.world.output:
            raise refuse("noMediaPresent", "there is nothing to present")
        await self.step(request, "present")
        request.event("Check.MediaPresentedEvent", _presented())
        return None

    @command("Check.RetractMedia")
    async def retract_media(self, request: Request, _: object) -> Reply:
        if not self.world.output and not self.world.stacker:
            raise refuse("noMediaPresent", "there is nothing to retract")
        await self._clear(request)
        self._state = "retract"
        return None

    @command("Check.Reset")
    async def reset(self, request: Request, _: object) -> Reply:
        await self.step(request, "reset")
        if self.world.jammed:
            raise refuse("mediaJammed", "the jam has to be cleared by hand")
        await self._clear(request)
        if self._state in {"active", "unknown"}:
            self._state = "reset"
        return None

    async def _clear(self, request: Request) -> None:
        """Bring everything that is inside or within reach into the bin."""
        world = self.world
        for place in (world.stacker, world.output, world.input):
            for cheque in list(place):
                await self.step(request, "retract")
                if cheque in place:
                    place.remove(cheque)
                    world.bin.append(cheque)
        world.changed()


def _presented() -> Payload:
    return {"position": "output", "bunchIndex": 1, "totalBunches": "1"}


def _image(cheque: Cheque, wanted: ImageRequest) -> Payload:
    row: Payload = {"imageSource": wanted.source, "imageType": wanted.type}
    if wanted.type != "bmp":
        return row | {"imageStatus": "sourceNotSupported"}
    lines = [*cheque.lines, cheque.codeline] if wanted.source == "front" else [cheque.printed]
    data = b64encode(document(lines).bmp()).decode()
    return row | {"imageStatus": "ok", "imageColorFormat": "full", "image": data}

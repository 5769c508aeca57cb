"""The BarcodeReader interface."""

from base64 import b64encode
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from xfs4iot.messages import Payload
from xfs4iot.server.commands import Parameters, Reply, command
from xfs4iot.server.requests import Request
from xfs4iot.server.service import refuse
from xfs4iot.virtual.device import VirtualDevice
from xfs4iot.virtual.world import World

SYMBOLOGIES = ("qrCode", "code128", "code39", "ean13", "pdf417", "dataMatrix")


class Read(Parameters):
    symbologies: Annotated[dict[str, bool | None], Meta(max_length=100)] = msgspec.field(
        default_factory=dict
    )


class Barcode(msgspec.Struct, frozen=True):
    """What is printed in a code; unreadable when ``data`` is empty."""

    data: str
    symbology: str = "qrCode"


class BarcodeWorld(World):
    """The window that codes are held to."""

    def __init__(self, *, step_ms: int = 0) -> None:
        super().__init__(step_ms=step_ms)
        self.shown: Barcode | None = None
        self.lit = False
        """Whether the scanner is looking."""

    def show(self, data: str, symbology: str = "qrCode") -> None:
        """Hold a code to the window; it stays until ``hide``."""
        self.shown = Barcode(data, symbology)
        self.changed()

    def hide(self) -> None:
        self.shown = None
        self.changed()


class BarcodeReader(VirtualDevice):
    """Reads what is held to its window."""

    model: ClassVar[str] = "virtual barcode reader"
    interfaces: ClassVar[tuple[str, ...]] = ("Common", "BarcodeReader")
    world: BarcodeWorld

    def __init__(self, name: str = "BarcodeReader", world: BarcodeWorld | None = None) -> None:
        super().__init__(name, world or BarcodeWorld())

    def status(self) -> dict[str, Payload]:
        scanner = "on" if self.world.lit else "off"
        if self.world.jammed:
            scanner = "inoperative"
        return super().status() | {"barcodeReader": {"scanner": scanner}}

    def capabilities(self) -> dict[str, Payload]:
        own = {"canFilterSymbologies": True, "symbologies": dict.fromkeys(SYMBOLOGIES, True)}
        return super().capabilities() | {"barcodeReader": own}

    @command("BarcodeReader.Read", Read)
    async def read(self, request: Request, payload: Read) -> Reply:
        wanted = {name for name, asked in payload.symbologies.items() if asked}

        def readable() -> Barcode | None:
            shown = self.world.shown
            return shown if shown and (not wanted or shown.symbology in wanted) else None

        self.world.lit = True
        self.world.changed()
        try:
            code = await self.wait(request, readable, want="barcode")
            await self.step(request, "decode")
        finally:
            self.world.lit = False
            self.world.changed()
        if not code.data:
            raise refuse("barcodeInvalid", "the code cannot be read")
        data = b64encode(code.data.encode()).decode()
        known = code.symbology if code.symbology in SYMBOLOGIES else "symbologyUnknown"
        row = {"symbology": known, "barcodeData": data, "symbologyName": code.symbology}
        return {"readOutput": [row]}

    @command("BarcodeReader.Reset")
    async def reset(self, request: Request, _: object) -> Reply:
        await self.step(request, "reset")
        return None

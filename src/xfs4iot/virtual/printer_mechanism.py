"""How the virtual printer's commands get their work done, and what the printer says of itself."""

from base64 import b64decode, b64encode
from typing import ClassVar

from xfs4iot.errors import InvalidData, UnsupportedData
from xfs4iot.messages import Payload
from xfs4iot.server.requests import Request
from xfs4iot.server.service import refuse
from xfs4iot.virtual.device import VirtualDevice
from xfs4iot.virtual.drawing import document
from xfs4iot.virtual.forms import FORMS, MEDIA, Form
from xfs4iot.virtual.printer_parameters import SUPPORTED_CONTROLS, MediaControl
from xfs4iot.virtual.printer_world import Passbook, PrinterWorld, Sheet


class PrinterMechanism(VirtualDevice):
    """The parts the printer's commands are made of."""

    events: ClassVar[tuple[str, ...]] = (
        *VirtualDevice.events,
        "Printer.NoMediaEvent",
        "Printer.MediaInsertedEvent",
        "Printer.MediaPresentedEvent",
        "Printer.MediaTakenEvent",
        "Printer.FieldErrorEvent",
        "Printer.FieldWarningEvent",
        "Printer.PaperThresholdEvent",
        "Printer.RetractBinThresholdEvent",
    )
    jam_codes: ClassVar[dict[str, str]] = {
        "Printer": "mediaJammed",
        "Printer.DispensePaper": "paperJammed",
    }
    world: PrinterWorld

    def __init__(self, name: str, world: PrinterWorld) -> None:
        super().__init__(name, world)
        self._seen = self._look()
        world.listen(self._watch)

    def _look(self) -> tuple[int, str, list[str]]:
        world = self.world
        return world.taken_count, world.paper_state(), [held.state() for held in world.bins]

    def _watch(self) -> None:
        taken, paper, bins = self._seen
        self._seen = self._look()
        if self._seen[0] != taken:
            self.broadcast("Printer.MediaTakenEvent")
        if self._seen[1] != paper and self._seen[1] != "jammed":
            threshold = {"paperSource": "upper", "threshold": self._seen[1]}
            self.broadcast("Printer.PaperThresholdEvent", threshold)
        for number, (before, now) in enumerate(zip(bins, self._seen[2], strict=True), 1):
            if before != now:
                crossed = {"binNumber": number, "state": now}
                self.broadcast("Printer.RetractBinThresholdEvent", crossed)

    # What it says of itself

    def status(self) -> dict[str, Payload]:
        world = self.world
        media = "present" if world.inside else "entering" if world.slot else "notPresent"
        own = {
            "media": "jammed" if world.jammed else media,
            "paper": {"upper": world.paper_state()},
            "toner": "notSupported",
            "ink": "notSupported",
            "lamp": "ok",
            "retractBins": [{"state": held.state(), "count": held.count} for held in world.bins],
            "blackMarkMode": "notSupported",
        }
        return super().status() | {"printer": own}

    def capabilities(self) -> dict[str, Payload]:
        own = {
            "type": {"receipt": True, "passbook": True, "scanner": True},
            "resolution": {"medium": True},
            "readForm": {"msf": True, "pageMark": True, "readImage": True},
            "writeForm": {"text": True, "msf": True, "stamp": True},
            "extents": {"horizontal": True, "vertical": True},
            "control": {
                "eject": True,
                "cut": True,
                "flush": True,
                "retract": True,
                "expel": True,
                "pageForward": True,
                "pageBackward": True,
                "stamp": True,
                "clearBuffer": True,
            },
            "acceptMedia": True,
            "multiPage": False,
            "paperSources": {"upper": True},
            "mediaTaken": True,
            "retractBins": len(self.world.bins),
            "maxRetract": [held.capacity for held in self.world.bins],
            "imageType": {"bmp": True},
            "imageSource": {"imageFront": True, "imageBack": True},
            "dispensePaper": True,
            "mediaPresented": True,
            "controlPassbook": {
                "turnForward": True,
                "turnBackward": True,
                "closeForward": True,
                "closeBackward": True,
            },
            "printSides": "single",
        }
        return super().capabilities() | {"printer": own}

    # Checks

    def form(self, name: str) -> Form:
        if name not in FORMS:
            raise refuse("formNotFound", f"there is no form {name}")
        return FORMS[name]

    def check_media(self, form: Form, name: str | None) -> None:
        if name is not None and name not in MEDIA:
            raise refuse("mediaNotFound", f"there is no media {name}")
        if name not in {None, form.media}:
            raise refuse("mediaInvalid", f"the form is for {form.media}")

    def check_controls(self, wanted: MediaControl | None) -> None:
        """Raise UnsupportedData for a control the printer lacks, or two that contradict."""
        if wanted is None:
            return
        asked = {name for name in wanted.__struct_fields__ if getattr(wanted, name)}
        if unknown := asked - SUPPORTED_CONTROLS:
            raise UnsupportedData(f"media control {sorted(unknown)[0]} is not supported")
        if len(asked & {"eject", "expel", "retract"}) > 1:
            raise refuse("sequenceInvalid", "eject, expel and retract exclude each other")

    def field_texts(
        self, request: Request, form_name: str, form: Form, given: dict[str, str]
    ) -> dict[str, str]:
        """What is printed for each field, in the form's order.

        Sends Printer.FieldErrorEvent and raises ``fieldError`` for what cannot be printed, and
        FieldWarningEvent for what is cut to its width.
        """

        def report(kind: str, name: str, failure: str) -> None:
            event = {"formName": form_name, "fieldName": name, "failure": failure}
            request.event(f"Printer.Field{kind}Event", event)

        for name in given:
            if name not in form.fields or form.fields[name].access == "read":
                report("Error", name, "notFound" if name not in form.fields else "notWrite")
                raise refuse("fieldError", f"field {name} cannot be printed")
        texts = {}
        for name, field in form.fields.items():
            if field.access == "read":
                continue
            text = given.get(name, field.initial)
            if field.required and not text:
                report("Error", name, "required")
                raise refuse("fieldError", f"field {name} is required")
            if len(text) > field.width:
                if field.overflow == "terminate":
                    report("Error", name, "overflow")
                    raise refuse("fieldError", f"field {name} is longer than {field.width}")
                report("Warning", name, "overflow")
                text = text[: field.width]
            texts[name] = text
        return texts

    # Work

    async def sheet(self, request: Request) -> Sheet:
        """The sheet to print on: the one inside, or a new one from the roll."""
        inside = self.world.inside
        if isinstance(inside, Sheet):
            return inside
        if inside is not None:
            raise refuse("mediaRetained", "there is a passbook in the printer")
        await self.step(request, "feed")
        try:
            return self.world.feed_sheet()
        except ValueError:
            raise refuse("paperOut", "there is no paper") from None

    async def passbook(self, request: Request) -> Passbook:
        """The passbook to work with: the one inside, or the one the customer puts in now."""
        world = self.world
        while not world.inside:
            with world.accepts():
                if not world.slot:
                    request.event("Printer.NoMediaEvent", {"userPrompt": "passbook"})
                    await self.wait(request, lambda: bool(world.slot), want="passbook")
                await self.step(request, "take in")
            if world.slot:
                world.take_in()
                request.event("Printer.MediaInsertedEvent")
        if not isinstance(world.inside, Passbook):
            raise refuse("mediaInvalid", "what is in the printer is no passbook")
        return world.inside

    async def print_in_passbook(
        self, request: Request, book: Passbook, form: Form, texts: dict[str, str]
    ) -> None:
        if book.closed:
            raise refuse("pageTurnFail", "the passbook is closed")
        stripe = [name for name in texts if form.fields[name].type == "msf"]
        rows: list[str] = []
        if form.one_row:
            row = ""
            for name, text in texts.items():
                row = row.ljust(form.fields[name].column) + text
            rows = [row]
        if len(book.printed()) + len(rows) > book.lines_per_page:
            raise refuse("mediaOverflow", f"page {book.page} is full")
        await self.step(request, "print")
        book.printed().extend(rows)
        for name in stripe:
            if texts[name]:
                book.stripe = texts[name]

    async def control(self, request: Request, wanted: MediaControl | None) -> None:
        """Carry media controls out, in the order a printer does: on the page, then moving."""
        if wanted is None:
            return
        world = self.world
        if wanted.forward or wanted.backward:
            book = world.inside
            target = (book.page if isinstance(book, Passbook) else 0) + (
                1 if wanted.forward else -1
            )
            if not isinstance(book, Passbook) or not 1 <= target <= book.page_count:
                raise refuse("pageTurnFail", "there is no such page")
            await self.step(request, "turn page")
            book.page = target
        if wanted.stamp and isinstance(world.inside, Sheet):
            await self.step(request, "stamp")
            world.inside.stamped = True
        if wanted.retract:
            await self.into_bin(request, 1)
        elif (wanted.eject or wanted.expel) and world.inside:
            await self.step(request, "eject")
            if world.slot:
                raise refuse("mediaRetained", "there is something at the exit")
            world.push_out()
            request.event("Printer.MediaPresentedEvent", {"wadIndex": 1, "totalWads": 1})

    async def into_bin(self, request: Request, number: int) -> int:
        """Retract to bin ``number``, from 1; give the number."""
        world = self.world
        if number > len(world.bins):
            raise UnsupportedData(f"there is no bin {number}")
        held = world.bins[number - 1]
        if len(held.items) >= held.capacity:
            raise refuse("retractBinFull", f"bin {number} is full")
        await self.step(request, "retract")
        if not world.inside and not world.slot:
            raise refuse("noMediaPresent", "it was taken")
        world.retract(held)
        return number

    def image(self, book: Passbook, kind: str, lines: list[str]) -> Payload:
        if kind != "bmp":
            return {"status": "notSupported"}
        picture = document([f"PAGE {book.page}", *lines])
        return {"status": "ok", "data": b64encode(picture.bmp()).decode()}


def raw_bytes(text: str) -> bytes:
    """Base64 of a payload. Raises InvalidData."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise InvalidData("data is not Base64") from None

"""The Printer interface: a receipt and passbook printer."""

from base64 import b64encode
from typing import ClassVar

from xfs4iot.errors import UnsupportedData
from xfs4iot.messages import Payload
from xfs4iot.server.commands import Reply, command
from xfs4iot.server.requests import Request
from xfs4iot.server.service import refuse
from xfs4iot.virtual.forms import FORMS, MEDIA
from xfs4iot.virtual.printer_mechanism import PrinterMechanism, raw_bytes
from xfs4iot.virtual.printer_parameters import (
    ControlMedia,
    ControlPassbook,
    DispensePaper,
    PrintForm,
    PrintNative,
    PrintRaw,
    QueryField,
    QueryForm,
    QueryMedia,
    ReadForm,
    ReadImage,
    Reset,
    ResetCount,
    RetractMedia,
)
from xfs4iot.virtual.printer_world import Passbook, PrinterWorld


class Printer(PrinterMechanism):
    """The Printer interface over a ``PrinterWorld``."""

    model: ClassVar[str] = "virtual passbook printer"
    interfaces: ClassVar[tuple[str, ...]] = ("Common", "Printer")

    def __init__(self, name: str = "Printer", world: PrinterWorld | None = None) -> None:
        super().__init__(name, world or PrinterWorld())

    # Definitions

    @command("Printer.GetFormList", immediate=True)
    async def get_form_list(self, _request: Request, _: object) -> Reply:
        return {"formList": list(FORMS)}

    @command("Printer.GetMediaList", immediate=True)
    async def get_media_list(self, _request: Request, _: object) -> Reply:
        return {"mediaList": list(MEDIA)}

    @command("Printer.GetQueryForm", QueryForm, immediate=True)
    async def get_query_form(self, _request: Request, payload: QueryForm) -> Reply:
        form = self.form(payload.form_name)
        return {
            "formName": payload.form_name,
            "base": "rowColumn",
            "unitX": 1,
            "unitY": 1,
            "width": form.width,
            "height": form.height,
            "alignment": "topLeft",
            "orientation": "portrait",
            "fields": list(form.fields),
        }

    @command("Printer.GetQueryMedia", QueryMedia, immediate=True)
    async def get_query_media(self, _request: Request, payload: QueryMedia) -> Reply:
        media = MEDIA.get(payload.media_name)
        if media is None:
            raise refuse("mediaNotFound", f"there is no media {payload.media_name}")
        return {
            "mediaType": media.type,
            "base": "rowcolumn",
            "unitX": 1,
            "unitY": 1,
            "sizeWidth": media.width,
            "sizeHeight": media.height,
            "pageCount": media.pages,
            "lineCount": media.height,
            "foldType": "horizontal" if media.type == "passbook" else "none",
            "paperSources": {"upper": media.type == "generic"},
        }

    @command("Printer.GetQueryField", QueryField, immediate=True)
    async def get_query_field(self, _request: Request, payload: QueryField) -> Reply:
        form = self.form(payload.form_name)
        if payload.field_name is not None and payload.field_name not in form.fields:
            raise refuse("fieldNotFound", f"there is no field {payload.field_name}")
        chosen = [payload.field_name] if payload.field_name else list(form.fields)
        return {"fields": {name: form.fields[name].describe() for name in chosen}}

    # Printing and reading

    @command("Printer.PrintForm", PrintForm)
    async def print_form(self, request: Request, payload: PrintForm) -> Reply:
        form = self.form(payload.form_name)
        self.check_media(form, payload.media_name)
        self.check_controls(payload.media_control)
        if payload.paper_source not in {None, "any", "upper"}:
            raise refuse("sourceInvalid", f"there is no paper source {payload.paper_source}")
        texts = self.field_texts(request, payload.form_name, form, payload.fields)
        media = MEDIA[form.media]
        if media.type == "passbook":
            book = await self.passbook(request)
            await self.print_in_passbook(request, book, form, texts)
        else:
            sheet = await self.sheet(request)
            await self.step(request, "print")
            for text in texts.values():
                sheet.lines.extend(text.splitlines() or [""])
        await self.control(request, payload.media_control)
        return None

    @command("Printer.ReadForm", ReadForm)
    async def read_form(self, request: Request, payload: ReadForm) -> Reply:
        form = self.form(payload.form_name)
        self.check_media(form, payload.media_name)
        self.check_controls(payload.media_control)
        if MEDIA[form.media].type != "passbook":
            raise refuse("readNotSupported", "only passbooks can be read")
        wanted = payload.field_names or [
            name for name, field in form.fields.items() if field.access != "write"
        ]
        for name in wanted:
            field = form.fields.get(name)
            if field is None or field.access == "write":
                failure = "notFound" if field is None else "notRead"
                event = {"formName": payload.form_name, "fieldName": name, "failure": failure}
                request.event("Printer.FieldErrorEvent", event)
                raise refuse("fieldError", f"field {name} cannot be read")
        book = await self.passbook(request)
        await self.step(request, "read")
        found = {}
        for name in wanted:
            if form.fields[name].type == "msf":
                if not book.stripe:
                    raise refuse("noMSF", "the passbook has no data on its stripe")
                found[name] = book.stripe
            else:
                found[name] = str(book.page if name == "Page" else len(book.printed()) + 1)
        await self.control(request, payload.media_control)
        return {"fields": found}

    @command("Printer.PrintRaw", PrintRaw)
    async def print_raw(self, request: Request, payload: PrintRaw) -> Reply:
        data = raw_bytes(payload.data)
        sheet = await self.sheet(request)
        await self.step(request, "print")
        sheet.raw += data
        if payload.input_data == "yes":
            # The answer of a printer to a status request, as ESC/POS has it: online, no error.
            return {"data": b64encode(b"\x12").decode()}
        return None

    @command("Printer.PrintNative", PrintNative)
    async def print_native(self, request: Request, payload: PrintNative) -> Reply:
        self.check_controls(payload.media_control)
        data = raw_bytes(payload.data)
        sheet = await self.sheet(request)
        await self.step(request, "print")
        sheet.raw += data
        await self.control(request, payload.media_control)
        return None

    @command("Printer.ReadImage", ReadImage)
    async def read_image(self, request: Request, payload: ReadImage) -> Reply:
        source = payload.image_source
        book = await self.passbook(request)
        await self.step(request, "scan")
        images: Payload = {}
        if source is None or source.front:
            images["front"] = self.image(book, payload.front_image_type, book.printed())
        if source and source.back:
            images["back"] = self.image(book, payload.back_image_type, [])
        if source and source.codeline:
            images["codeline"] = {"status": "notSupported"}
        return {"images": images}

    @command("Printer.MediaExtents")
    async def media_extents(self, request: Request, _: object) -> Reply:
        media = self.world.inside or self.world.slot
        if media is None:
            media = await self.passbook(request)
        await self.step(request, "measure")
        size = MEDIA["Passbook" if isinstance(media, Passbook) else "Receipt"]
        return {"sizeX": size.width, "sizeY": size.height}

    # Moving

    @command("Printer.ControlMedia", ControlMedia)
    async def control_media(self, request: Request, payload: ControlMedia) -> Reply:
        self.check_controls(payload.media_control)
        if not self.world.inside and not payload.media_control.clear_buffer:
            raise refuse("noMediaPresent", "there is nothing in the printer")
        await self.control(request, payload.media_control)
        return None

    @command("Printer.ControlPassbook", ControlPassbook)
    async def control_passbook(self, request: Request, payload: ControlPassbook) -> Reply:
        book = self.world.inside
        if not isinstance(book, Passbook):
            raise refuse("noMediaPresent", "there is no passbook in the printer")
        if book.closed:
            raise refuse("passbookClosed", "the passbook is closed")
        if payload.action.startswith("close"):
            await self.step(request, "turn page")
            book.closed = True
            return None
        forward = payload.action == "forward"
        target = book.page + (payload.count if forward else -payload.count)
        if not 1 <= target <= book.page_count:
            raise refuse("lastOrFirstPageReached", f"the passbook has no page {target}")
        for _ in range(payload.count):
            await self.step(request, "turn page")
            book.page += 1 if forward else -1
        return None

    @command("Printer.RetractMedia", RetractMedia)
    async def retract_media(self, request: Request, payload: RetractMedia) -> Reply:
        if not self.world.inside and not self.world.slot:
            raise refuse("noMediaPresent", "there is nothing to retract")
        number = await self.into_bin(request, payload.bin_number or 1)
        return {"binNumber": number}

    @command("Printer.DispensePaper", DispensePaper)
    async def dispense_paper(self, request: Request, payload: DispensePaper) -> Reply:
        if payload.paper_source not in {"any", "upper"}:
            raise refuse("sourceInvalid", f"there is no paper source {payload.paper_source}")
        if self.world.inside:
            raise refuse("sequenceInvalid", "there is something in the printer")
        await self.sheet(request)
        return None

    @command("Printer.ResetCount", ResetCount)
    async def reset_count(self, _request: Request, payload: ResetCount) -> Reply:
        bins = self.world.bins
        if payload.bin_number and payload.bin_number > len(bins):
            raise UnsupportedData(f"there is no bin {payload.bin_number}")
        for number, held in enumerate(bins, 1):
            if payload.bin_number in {None, 0, number}:
                held.count = 0
        return None

    @command("Printer.SupplyReplenish")
    async def supply_replenish(self, _request: Request, _: object) -> Reply:
        self.world.changed()  # sensors see the new supplies by themselves
        return None

    @command("Printer.Reset", Reset)
    async def reset(self, request: Request, payload: Reset) -> Reply:
        await self.step(request, "reset")
        world = self.world
        if world.jammed:
            raise refuse("mediaJammed", "the jam has to be cleared by hand")
        if world.inside is None:
            return None
        if payload.media_control == "retract":
            await self.into_bin(request, payload.retract_bin_number)
        elif world.slot is None:
            world.push_out()
        return None

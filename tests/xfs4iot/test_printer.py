"""The receipt and passbook printer."""

from base64 import b64decode, b64encode
from typing import Any

import pytest

from tests.xfs4iot.conftest import Lab, Wire
from xfs4iot.virtual import Fault
from xfs4iot.virtual.printer import Printer
from xfs4iot.virtual.printer_world import Passbook, PrinterWorld, Sheet

RECEIPT = {"formName": "ReceiptForm", "mediaName": "Receipt"}
LINE = {"formName": "PassbookLine", "mediaName": "Passbook"}
ENTRY = {"Date": "2026-01-05", "Item": "SALARY", "Amount": "8000.00", "Balance": "12000.00"}


@pytest.fixture
async def world() -> PrinterWorld:
    return PrinterWorld(paper=25)


@pytest.fixture
async def wire(lab: Lab, world: PrinterWorld) -> Wire:
    return await lab.wire(Printer(world=world))


@pytest.fixture
def book() -> Passbook:
    return Passbook("book-1", stripe="6228480402564890018", lines_per_page=2, page_count=3)


async def test_definitions(wire: Wire) -> None:
    assert "PassbookLine" in (await wire("Printer.GetFormList"))["formList"]
    assert "Passbook" in (await wire("Printer.GetMediaList"))["mediaList"]
    form = await wire("Printer.GetQueryForm", formName="PassbookLine")
    assert "Amount" in form["fields"]
    media = await wire("Printer.GetQueryMedia", mediaName="Passbook")
    assert (media["mediaType"], media["pageCount"]) == ("passbook", 8)
    field = await wire("Printer.GetQueryField", formName="PassbookLine", fieldName="Date")
    assert field["fields"]["Date"]["class"] == "required"
    assert await wire.fails("Printer.GetQueryForm", formName="X") == "formNotFound"
    assert await wire.fails("Printer.GetQueryMedia", mediaName="X") == "mediaNotFound"
    unknown = await wire.fails("Printer.GetQueryField", formName="PassbookLine", fieldName="X")
    assert unknown == "fieldNotFound"


async def test_a_receipt(wire: Wire, world: PrinterWorld) -> None:
    fields = {"Title": "存款回单", "Text": "金额 100.00\n谢谢"}
    done = await wire.do(
        "Printer.PrintForm", **RECEIPT, fields=fields, mediaControl={"cut": True, "eject": True}
    )
    assert done.events[-1].name == "Printer.MediaPresentedEvent"
    sheet = world.take()
    assert isinstance(sheet, Sheet)
    assert sheet.lines == ["存款回单", "金额 100.00", "谢谢", "***"]
    await wire.hears("Printer.MediaTakenEvent")


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({"formName": "None", "fields": {}}, "formNotFound"),
        ({**RECEIPT, "mediaName": "None", "fields": {}}, "mediaNotFound"),
        ({**RECEIPT, "mediaName": "Passbook", "fields": {}}, "mediaInvalid"),
        ({**RECEIPT, "fields": {}}, "fieldError"),
        ({**RECEIPT, "fields": {"Title": "T", "Wrong": "x"}}, "fieldError"),
        ({**RECEIPT, "fields": {"Title": "T"}, "paperSource": "lower"}, "sourceInvalid"),
        (
            {**RECEIPT, "fields": {"Title": "T"}, "mediaControl": {"perforate": True}},
            "unsupportedData",
        ),
        (
            {**RECEIPT, "fields": {"Title": "T"}, "mediaControl": {"eject": True, "retract": True}},
            "sequenceInvalid",
        ),
    ],
)
async def test_what_cannot_be_printed(
    wire: Wire, world: PrinterWorld, payload: dict[str, Any], error: str
) -> None:
    assert await wire.fails("Printer.PrintForm", **payload) == error
    assert world.paper == 25


async def test_a_passbook(wire: Wire, world: PrinterWorld, book: Passbook) -> None:
    names: list[str] = []

    done = await wire.during(
        lambda: world.insert(book),
        "Printer.NoMediaEvent",
        "Printer.ReadForm",
        formName="PassbookData",
        mediaName="Passbook",
    )
    names = [event.name for event in done.events]
    assert names == ["Printer.NoMediaEvent", "Printer.MediaInsertedEvent"]
    assert done.payload["fields"] == {"Stripe": "6228480402564890018", "Page": "1", "Line": "1"}

    for _ in range(2):
        await wire("Printer.PrintForm", **LINE, fields=ENTRY)
    assert await wire.fails("Printer.PrintForm", **LINE, fields=ENTRY) == "mediaOverflow"
    await wire("Printer.ControlPassbook", action="forward", count=1)
    await wire("Printer.PrintForm", **LINE, fields=ENTRY)
    assert [len(book.pages[page]) for page in (1, 2)] == [2, 1]
    assert book.pages[1][0].split() == ["2026-01-05", "SALARY", "8000.00", "12000.00"]
    far = await wire.fails("Printer.ControlPassbook", action="forward", count=5)
    assert far == "lastOrFirstPageReached"
    await wire("Printer.ControlPassbook", action="backward", count=1)
    assert book.page == 1
    await wire("Printer.ControlPassbook", action="closeForward")
    again = await wire.fails("Printer.ControlPassbook", action="forward", count=1)
    assert again == "passbookClosed"
    await wire("Printer.ControlMedia", mediaControl={"eject": True})
    assert world.take() is book
    assert await wire.fails("Printer.ControlPassbook", action="forward") == "noMediaPresent"
    assert await wire.fails("Printer.ControlMedia", mediaControl={"eject": True}) == (
        "noMediaPresent"
    )


async def test_writing_and_losing_the_stripe(
    wire: Wire, world: PrinterWorld, book: Passbook
) -> None:
    world.insert(book)
    await wire("Printer.PrintForm", formName="PassbookData", fields={"Stripe": "NEW"})
    assert book.stripe == "NEW"
    book.stripe = ""
    assert await wire.fails("Printer.ReadForm", formName="PassbookData") == "noMSF"
    unreadable = await wire.fails("Printer.ReadForm", formName="PassbookData", fieldNames=["No"])
    assert unreadable == "fieldError"
    assert await wire.fails("Printer.ReadForm", formName="ReceiptForm") == "readNotSupported"


async def test_fields_too_long(wire: Wire, world: PrinterWorld, book: Passbook) -> None:
    world.insert(book)
    done = await wire.do("Printer.PrintForm", **LINE, fields=ENTRY | {"Item": "X" * 30})
    warned = [event.payload for event in done.events if event.name.endswith("WarningEvent")]
    assert warned == [{"formName": "PassbookLine", "fieldName": "Item", "failure": "overflow"}]
    too_long = await wire.fails("Printer.PrintForm", **LINE, fields=ENTRY | {"Amount": "9" * 30})
    assert too_long == "fieldError"
    assert len(book.printed()) == 1


async def test_pictures_and_size(wire: Wire, world: PrinterWorld, book: Passbook) -> None:
    world.insert(book)
    source = {"front": True, "back": True, "codeline": True}
    images = (await wire("Printer.ReadImage", backImageType="jpg", imageSource=source))["images"]
    assert b64decode(images["front"]["data"])[:2] == b"BM"
    assert images["back"] == images["codeline"] == {"status": "notSupported"}
    assert (await wire("Printer.MediaExtents", base="rowColumn", unitX=1, unitY=1))["sizeX"] == 60


async def test_raw_data(wire: Wire, world: PrinterWorld) -> None:
    data = b64encode(b"\x1b@hello").decode()
    reply = await wire("Printer.PrintRaw", data=data, inputData="yes")
    assert b64decode(reply["data"]) == b"\x12"
    await wire("Printer.PrintNative", data=data, mediaControl={"stamp": True, "eject": True})
    sheet = world.take()
    assert isinstance(sheet, Sheet)
    assert sheet.raw == b"\x1b@hello" * 2
    assert sheet.stamped


async def test_paper_runs_out(wire: Wire, world: PrinterWorld) -> None:
    for _ in range(5):
        await wire("Printer.DispensePaper", paperSource="upper")
        await wire("Printer.ControlMedia", mediaControl={"eject": True})
        world.take()
    assert (await wire.hears("Printer.PaperThresholdEvent"))["threshold"] == "low"
    assert (await wire.status("printer"))["paper"] == {"upper": "low"}
    world.load_paper(0)
    assert await wire.fails("Printer.DispensePaper", paperSource="upper") == "paperOut"
    world.load_paper(500)
    await wire("Printer.SupplyReplenish", upper=True)
    assert (await wire.status("printer"))["paper"] == {"upper": "full"}


async def test_a_passbook_left_behind(wire: Wire, world: PrinterWorld, book: Passbook) -> None:
    assert await wire.fails("Printer.RetractMedia", binNumber=1) == "noMediaPresent"
    world.insert(book)
    await wire("Printer.ReadForm", formName="PassbookData", mediaControl={"eject": True})
    assert await wire("Printer.RetractMedia", binNumber=1) == {"binNumber": 1}
    assert world.bins[0].items == [book]
    assert (await wire.status("printer"))["retractBins"] == [{"state": "ok", "count": 1}]
    await wire("Printer.ResetCount", binNumber=1)
    assert (await wire.status("printer"))["retractBins"][0]["count"] == 0
    world.bins[0].items = [Sheet(str(number)) for number in range(50)]
    world.insert(Passbook("book-2"))
    assert await wire.fails("Printer.RetractMedia", binNumber=1) == "retractBinFull"
    assert await wire.fails("Printer.RetractMedia", binNumber=7) == "unsupportedData"
    assert len(world.empty_bin(1)) == 50


async def test_no_passbook_comes(wire: Wire) -> None:
    assert await wire.fails("Printer.ReadForm", 30, formName="PassbookData") == "timeOut"


@pytest.mark.parametrize("to", ["eject", "retract"])
async def test_a_jam(wire: Wire, world: PrinterWorld, book: Passbook, to: str) -> None:
    world.insert(book)
    world.inject(Fault.JAM, at="read")
    assert await wire.fails("Printer.ReadForm", formName="PassbookData") == "mediaJammed"
    assert (await wire.status("printer"))["media"] == "jammed"
    assert await wire.fails("Printer.Reset", mediaControl=to) == "mediaJammed"
    world.clear_jam()
    await wire("Printer.Reset", mediaControl=to)
    assert world.everywhere() == [book]
    assert (world.slot is book) == (to == "eject")
    assert (await wire.status())["device"] == "online"


async def test_the_power_fails_between_two_lines(
    wire: Wire, world: PrinterWorld, book: Passbook
) -> None:
    world.insert(book)
    await wire("Printer.PrintForm", **LINE, fields=ENTRY)
    world.inject(Fault.POWER_LOSS, at="print")
    assert await wire.fails("Printer.PrintForm", **LINE, fields=ENTRY) == "hardwareError"
    assert await wire.hears_of("device") == "powerOff"
    world.restore_power()
    assert len(book.printed()) == 1  # the second line was not printed, and may be again
    await wire("Printer.Reset", mediaControl="eject")
    assert world.take() is book

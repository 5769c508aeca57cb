"""Papers, cards and books at a machine: put in, read, printed on, given back.

A card or a book stays inside while it is used. Before one is taken in the slot must be empty, so that
nobody does business with what somebody else left behind; one that is given back and not taken is drawn
in again and kept for the staff.
"""

import asyncio
from typing import Any

from tingtang.journeys.actions import Call
from tingtang.journeys.machine import reading
from tingtang.journeys.machine.machines import Hands, Part
from tingtang.journeys.machine.refusals import Interrupted, Kept, SomethingInside, Stuck
from xfs4iot.errors import CommandFailed, TimeOut

CUSTOMER_MS = 60_000
"""How long a customer has to put something in, or press keys."""
MECHANISM_MS = 30_000
TAKEN_SECONDS = 30.0
"""How long what was given back may stick out."""
LOOK_SECONDS = 0.2
STATUS_OF = {"card_reader": "cardReader", "certificate": "printer"}
"""Under which name the status of a service tells of what is in its slot."""
CALL = {"card_reader": "card_in_machine", "certificate": "book_in_machine"}
"""Why staff is called where something does not come out."""
INSIDE, IN_SLOT, STUCK = "present", "entering", "jammed"


async def read_id(hands: Hands, _call: Call) -> dict[str, Any]:
    reader = hands.client("id_reader")
    done = await reader.execute(
        "CardReader.ReadRawData", {"chip": True, "frontImage": True}, timeout_ms=CUSTOMER_MS
    )
    await _hand_back_paper(reader)
    return reading.identity(done.payload)


async def scan_paper(hands: Hands, _call: Call) -> dict[str, Any]:
    """A picture of the front of whatever is laid in, chip or none."""
    reader = hands.client("id_reader")
    done = await reader.execute(
        "CardReader.ReadRawData", {"frontImage": True}, timeout_ms=CUSTOMER_MS
    )
    await _hand_back_paper(reader)
    picture = str(done.payload.get("frontImage") or "")
    if not picture:
        raise reading.NotReadable("no picture")
    return {"photo": picture}


async def _hand_back_paper(reader: Part) -> None:
    await reader.execute(
        "CardReader.Move", {"from": "transport", "to": "exit"}, timeout_ms=MECHANISM_MS
    )


async def take_picture(hands: Hands, _call: Call) -> dict[str, Any]:
    done = await hands.client("camera").execute(
        "Camera.TakePicture", {"camera": "person"}, timeout_ms=MECHANISM_MS
    )
    return {"photo": done.payload.get("pictureFile", "")}


# -- cards --------------------------------------------------------------------------------------


async def read_card(hands: Hands, call: Call) -> dict[str, Any]:
    """The number of the card that is put in, which stays inside."""
    await _empty_slot(hands, "card_reader", call)
    reader = hands.client("card_reader")
    try:
        done = await reader.execute(
            "CardReader.ReadRawData", {"track2": True, "chip": True}, timeout_ms=CUSTOMER_MS
        )
        return {"card": reading.card_number(done.payload)}
    except TimeOut:
        raise
    except (CommandFailed, reading.NotReadable):
        await _give_back(hands, "card_reader")
        raise


async def return_card(hands: Hands, _call: Call) -> dict[str, Any]:
    await _give_back(hands, "card_reader")
    return {}


# -- books --------------------------------------------------------------------------------------


async def read_passbook(hands: Hands, call: Call) -> dict[str, Any]:
    """Whose book it is and where it is open; it stays inside."""
    await _empty_slot(hands, "certificate", call)
    try:
        fields = await _open_page(hands)
    except TimeOut:
        raise
    except CommandFailed:
        await _give_back(hands, "certificate")
        raise
    account = str(fields.get("Stripe", "")).strip()
    if not account:
        await _give_back(hands, "certificate")
        raise reading.NotReadable("the stripe is empty")
    page, line = fields.get("Page", "1"), fields.get("Line", "1")
    return {"account": account, "page": int(page), "line": int(line)}


async def return_book(hands: Hands, _call: Call) -> dict[str, Any]:
    await _give_back(hands, "certificate")
    return {}


async def _open_page(hands: Hands) -> dict[str, Any]:
    """Stripe, page, and the next free line on it."""
    done = await hands.client("certificate").execute(
        "Printer.ReadForm",
        {"formName": "PassbookData", "mediaName": "Passbook"},
        timeout_ms=CUSTOMER_MS,
    )
    return dict(done.payload.get("fields") or {})


async def print_passbook(hands: Hands, call: Call) -> dict[str, Any]:
    """Lines go onto the open page one after another; the book stays inside.

    ``page`` and ``line`` say where the first belongs. How many of them the page bears already, of an
    attempt that was interrupted, the book itself says: they are not printed again.
    """
    printer = hands.client("certificate")
    lines = list(call.inputs.get("lines") or ())
    for line in lines[await _on_the_page(hands, call) :]:
        fields = {
            "Date": str(line["date"]),
            "Item": str(line["summary"])[:16],
            "Amount": f"{int(line['amount']) / 100:.2f}",
            "Balance": f"{int(line['balance']) / 100:.2f}",
        }
        await printer.execute(
            "Printer.PrintForm",
            {"formName": "PassbookLine", "mediaName": "Passbook", "fields": fields},
            timeout_ms=MECHANISM_MS,
        )
    last = int(lines[-1]["number"]) if lines else 0
    return {"printed": len(lines), "last": last}


async def _on_the_page(hands: Hands, call: Call) -> int:
    """How many of the lines stand on the open page already."""
    first = call.inputs.get("line")
    if first is None:
        return 0
    fields = await _open_page(hands)
    account = call.inputs.get("account")
    if account is not None and str(fields.get("Stripe", "")).strip() != account:
        await _give_back(hands, "certificate")
        raise reading.NotReadable("another book")
    if int(fields.get("Page", "1")) != int(call.inputs.get("page") or 1):
        return 0
    return max(0, int(fields.get("Line", "1")) - int(first))


async def print_receipt(hands: Hands, call: Call) -> dict[str, Any]:
    await print_sheet(hands, "receipt_printer", call)
    return {}


async def print_sheet(hands: Hands, module: str, call: Call) -> None:
    """Print the call's title and text on a sheet of a printer, cut it and put it out."""
    fields = {name.title(): str(call.inputs.get(name, "")) for name in ("title", "text")}
    await hands.client(module).execute(
        "Printer.PrintForm",
        {
            "formName": "ReceiptForm",
            "mediaName": "Receipt",
            "fields": fields,
            "mediaControl": {"cut": True, "eject": True},
        },
        timeout_ms=MECHANISM_MS,
    )


# -- what is in a slot --------------------------------------------------------------------------


async def _empty_slot(hands: Hands, module: str, call: Call) -> None:
    """Asked again, what came in before is given back first: nobody knows what was read of it."""
    if call.again:
        await _give_back(hands, module)
        raise Interrupted
    await require_empty(hands, module)


async def require_empty(hands: Hands, module: str) -> None:
    """Raises SomethingInside where somebody else's card, book or paper is there."""
    if await _where(hands, module) in (INSIDE, STUCK):
        raise SomethingInside(CALL[module])


async def _where(hands: Hands, module: str) -> str:
    done = await hands.client(module).execute("Common.Status", {}, timeout_ms=MECHANISM_MS)
    own = done.payload.get(STATUS_OF[module]) or {}
    return str(own.get("media", ""))


async def _give_back(hands: Hands, module: str) -> None:
    """Out to its owner; what is not taken is kept. Done twice it is done once."""
    client, where = hands.client(module), await _where(hands, module)
    if where == INSIDE:
        await (_eject_card if module == "card_reader" else _eject_book)(client)
    await wait_until_taken(hands, module)


async def wait_until_taken(hands: Hands, module: str) -> None:
    """What sticks out is taken; raises Kept where nobody takes it, Stuck where it does not come out."""
    client, where = hands.client(module), await _where(hands, module)
    waited = 0.0
    while where == IN_SLOT:
        if waited >= TAKEN_SECONDS:
            await (_keep_card if module == "card_reader" else _keep_book)(client)
            raise Kept(CALL[module])
        await asyncio.sleep(LOOK_SECONDS)
        waited += LOOK_SECONDS
        where = await _where(hands, module)
    if where in (INSIDE, STUCK):
        raise Stuck(CALL[module])


async def _eject_card(reader: Part) -> None:
    await reader.execute(
        "CardReader.Move", {"from": "transport", "to": "exit"}, timeout_ms=MECHANISM_MS
    )


async def _eject_book(printer: Part) -> None:
    await printer.execute(
        "Printer.ControlMedia", {"mediaControl": {"eject": True}}, timeout_ms=MECHANISM_MS
    )


async def _keep_card(reader: Part) -> None:
    """Into the bin for cards that nobody took."""
    done = await reader.execute("Storage.GetStorage", {}, timeout_ms=MECHANISM_MS)
    bin_ = reading.retain_unit(done.payload)
    if bin_ is not None:
        await reader.execute(
            "CardReader.Move", {"from": "exit", "to": bin_}, timeout_ms=MECHANISM_MS
        )


async def _keep_book(printer: Part) -> None:
    await printer.execute("Printer.RetractMedia", {"binNumber": 1}, timeout_ms=MECHANISM_MS)

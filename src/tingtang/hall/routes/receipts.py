"""HTTP of printed tickets and QR codes."""

import io
from typing import Literal

import msgspec
import segno
from litestar import Response, get, post

from tingtang.hall.bookings import BookingService
from tingtang.hall.model.printing import NO_PRINTER
from tingtang.hall.printers import TicketPrinters
from tingtang.hall.qr import BOOKING_PREFIX
from tingtang.hall.receipts import Paper, Receipt, escpos, receipt_of
from tingtang.hall.routes.tickets import check_subject
from tingtang.hall.service import HallService
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BookingId, BranchId, TicketId
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.web import AnyRequest, permit

TICKET = "/api/branches/{branch:str}/tickets/{ticket:str}"
SVG = "image/svg+xml"
QR_DARK = "#000"
"""QR codes are black on white in every theme: cameras need the contrast."""


class PrinterHere(msgspec.Struct, frozen=True):
    """``paper`` is the width in millimetres."""

    ready: bool
    paper: Paper | None = None


@get(f"{TICKET}/receipt", summary="The printed ticket", **permit(Permission.TICKET_FOLLOW))
async def read_receipt(
    branch: str, ticket: str, hall: HallService, actor: Actor, request: AnyRequest
) -> Receipt:
    """What stands on a ticket; a page lays it out for 80 or 58 mm paper."""
    check_subject(actor, ticket)
    return await _receipt(hall, branch, ticket, request)


@get(
    f"{TICKET}/receipt.bin",
    summary="The printed ticket as ESC/POS",
    media_type="application/octet-stream",
    **permit(Permission.TICKET_FOLLOW),
)
async def read_receipt_bytes(
    branch: str,
    ticket: str,
    hall: HallService,
    actor: Actor,
    request: AnyRequest,
    language: str,
    paper: Paper = 80,
    qr: Literal["native", "image"] = "native",
) -> Response[bytes]:
    """Bytes for a ticket printer (GB18030). ``qr=image`` for printers that draw no QR codes."""
    check_subject(actor, ticket)
    receipt = await _receipt(hall, branch, ticket, request)
    body = escpos(receipt, paper, language, native_qr=qr == "native")
    return Response(body, media_type="application/octet-stream")


@get(
    "/api/branches/{branch:str}/printer",
    summary="This machine's ticket printer",
    **permit(Permission.TICKET_ISSUE),
)
async def read_printer(branch: str, printers: TicketPrinters, actor: Actor) -> PrinterHere:
    """Whether tickets can be printed for whoever asks, and on which paper."""
    found = printers.of(BranchId(branch), actor)
    return PrinterHere(found is not None, found.paper if found is not None else None)


@post(
    f"{TICKET}/print",
    summary="Print a ticket",
    status_code=204,
    **permit(Permission.TICKET_ISSUE),
)
async def print_ticket(
    branch: str,
    ticket: str,
    hall: HallService,
    printers: TicketPrinters,
    actor: Actor,
    request: AnyRequest,
    language: str,
) -> None:
    """On the printer of the machine that asks; the answer comes when the paper is out."""
    printer = printers.of(BranchId(branch), actor)
    if printer is None:
        raise Refused(NO_PRINTER)
    receipt = await _receipt(hall, branch, ticket, request)
    data = escpos(receipt, printer.paper, language, native_qr=printer.qr == "native")
    await printers.print(printer, data)


@get(
    f"{TICKET}/qr.svg",
    summary="QR code of a ticket",
    media_type=SVG,
    **permit(Permission.TICKET_FOLLOW),
)
async def read_ticket_qr(
    branch: str, ticket: str, hall: HallService, actor: Actor, request: AnyRequest
) -> Response[bytes]:
    """The link by which a phone follows the ticket, as a picture; the token is in no address."""
    check_subject(actor, ticket)
    await hall.ticket(BranchId(branch), TicketId(ticket))
    return _svg(hall.link_url(BranchId(branch), ticket, _base(request)))


@get(
    "/api/branches/{branch:str}/bookings/{booking:str}/qr.svg",
    summary="QR code of a booking",
    media_type=SVG,
    **permit(Permission.BOOKING_MAKE),
)
async def read_booking_qr(
    branch: str, booking: str, bookings: BookingService, actor: Actor
) -> Response[bytes]:
    """What the customer shows to a kiosk to check in."""
    found = await bookings.read(BranchId(branch), BookingId(booking), actor)
    return _svg(f"{BOOKING_PREFIX}{found.booking}")


async def _receipt(hall: HallService, branch: str, ticket: str, request: AnyRequest) -> Receipt:
    place = BranchId(branch)
    held = await hall.ticket(place, TicketId(ticket))
    state, book, names, now_ms = await hall.in_day(place)
    return receipt_of(
        state,
        book,
        names,
        held,
        url=hall.link_url(place, ticket, _base(request)),
        time_zone=hall.directory.branch(place).time_zone,
        at_ms=now_ms,
    )


def _base(request: AnyRequest) -> str:
    return str(request.base_url).rstrip("/")


def _svg(text: str) -> Response[bytes]:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=4, dark=QR_DARK, light="#fff", xmldecl=False, omitsize=True
    )
    return Response(out.getvalue(), media_type=SVG)


ROUTES = (
    read_receipt, read_receipt_bytes, read_printer, print_ticket, read_ticket_qr, read_booking_qr,
)  # fmt: skip

"""The printed ticket: what stands on it, for a page and for a printer. Pure.

Ticket printers in China take GB18030 text and EPSON's ESC/POS commands; 80 mm paper holds 48
columns, 58 mm paper 32, of which a Chinese character takes two.
"""

import textwrap
import unicodedata
from collections.abc import Iterator
from typing import Literal

import msgspec
from escpos.printer import Dummy

from tingtang.hall import views
from tingtang.hall.model.settings import PassRule
from tingtang.hall.model.state import HallDay, Ticket
from tingtang.hall.model.waits import WaitBook
from tingtang.kernel.clock import MINUTE_MS, local_time
from tingtang.kernel.ids import TicketId
from tingtang.kernel.text import Text

Paper = Literal[80, 58]
COLUMNS: dict[Paper, int] = {80: 48, 58: 32}
DOTS: dict[Paper, int] = {80: 576, 58: 384}
"""Printable width at 203 dots an inch."""
QR_DOT: dict[Paper, int] = {80: 6, 58: 5}
"""Size of one QR module in dots: about 0.75 mm, which a phone reads at arm's length."""

CHINESE_ON, CHINESE_OFF = b"\x1c&", b"\x1c."
CHINESE_DOUBLE, CHINESE_SINGLE = b"\x1c!\x0c", b"\x1c!\x00"


class Receipt(msgspec.Struct, frozen=True):
    """What stands on a ticket. ``url`` is what its QR code holds."""

    ticket: TicketId
    number: str
    branch: Text
    services: tuple[Text, ...]
    issued_ms: int
    issued: str
    """Local date and time."""
    booked: str
    """The booked time (HH:MM), or ""."""
    ahead: int
    wait: views.Told | None
    rule: Text
    """What becomes of those who do not come when called."""
    url: str


def receipt_of(
    state: HallDay,
    book: WaitBook,
    names: views.Names,
    held: Ticket,
    *,
    url: str,
    time_zone: str,
    at_ms: int,
) -> Receipt:
    """What to print for a ticket at ``at_ms``."""
    issued = local_time(held.issued_ms, time_zone)
    booked = local_time(held.booked_ms, time_zone) if held.booked_ms else None
    services = [leg.service for leg in held.legs if leg.outcome != "transferred"]
    passing = state.setup.settings.passing if state.setup is not None else PassRule()
    return Receipt(
        ticket=held.id,
        number=held.number,
        branch=names.branch(),
        services=tuple(names.service(s) for s in (*services, *held.later)),
        issued_ms=held.issued_ms,
        issued=f"{issued:%Y-%m-%d %H:%M}",
        booked=f"{booked:%H:%M}" if booked is not None else "",
        ahead=book.people_ahead(state, held, at_ms),
        wait=views.told(book.for_ticket(state, held, at_ms)),
        rule=rule_words(passing),
        url=url,
    )


def rule_words(passing: PassRule) -> Text:
    """The branch's rule for those who miss their call."""
    if passing.passes_max <= 1 or not passing.return_minutes:
        return Text("请留意叫号，过号作废", "Listen for your number: a missed call ends the ticket")
    minutes = passing.return_minutes
    return Text(
        f"请留意叫号，过号后 {minutes} 分钟内可找大堂经理恢复排队",
        f"Listen for your number; if you miss it, see the lobby manager within {minutes} minutes",
    )


def lines(receipt: Receipt, language: str) -> Iterator[str]:
    """The text below the number, one sentence a line."""
    zh = not language.startswith("en")
    colon, comma = ("：", "、") if zh else (": ", ", ")
    services = comma.join(name.in_language(language) for name in receipt.services)
    yield ("办理业务" if zh else "For") + colon + services
    if receipt.booked:
        yield ("预约时间" if zh else "Booked for") + colon + receipt.booked
    yield ("前面等候" if zh else "Ahead of you") + colon + (f"{receipt.ahead} 人" if zh else str(receipt.ahead))  # fmt: skip
    if receipt.wait is not None:
        middle, low, high = (
            round(ms / MINUTE_MS)
            for ms in (receipt.wait.median_ms, receipt.wait.low_ms, receipt.wait.high_ms)
        )
        if zh:
            yield f"预计等候：约 {middle} 分钟（多在 {low}–{high} 分钟）"
        else:
            yield f"Expected wait: about {middle} min (mostly {low}-{high})"
    yield ("取号时间" if zh else "Taken at") + colon + receipt.issued


def escpos(receipt: Receipt, paper: Paper, language: str, *, native_qr: bool = True) -> bytes:
    """The ticket as bytes for a printer with ``paper`` mm wide paper.

    ``native_qr`` has the printer draw the QR code; older ones need it as an image.
    """
    printer = Dummy()
    printer.hw("INIT")
    columns = COLUMNS[paper]
    printer.set(align="center")
    _text(printer, receipt.branch.in_language(language), columns)
    _text(printer, "您的号码" if not language.startswith("en") else "Your number", columns)
    printer.set(align="center", bold=True, custom_size=True, width=4, height=4)
    _raw(printer, CHINESE_DOUBLE + receipt.number.encode("ascii") + b"\n" + CHINESE_SINGLE)
    printer.set(align="left", bold=False, normal_textsize=True)
    for line in lines(receipt, language):
        _text(printer, line, columns)
    printer.set(align="center")
    if receipt.url:
        if native_qr:
            printer.qr(receipt.url, ec=1, size=QR_DOT[paper], native=True)
        else:
            printer.qr(receipt.url, ec=1, size=QR_DOT[paper])
        scan = Text("扫码查看排队进度", "Scan to follow your place in line")
        _text(printer, scan.in_language(language), columns)
    _text(printer, receipt.rule.in_language(language), columns)
    printer.cut()
    output: bytes = printer.output
    return output


def _text(printer: Dummy, text: str, columns: int) -> None:
    encoded = "\n".join(wrap(text, columns)).encode("gb18030", errors="replace")
    _raw(printer, CHINESE_ON + encoded + b"\n" + CHINESE_OFF)


def _raw(printer: Dummy, data: bytes) -> None:
    printer._raw(data)


def width(text: str) -> int:
    """The columns that a text takes on paper: two for a wide character."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def wrap(text: str, columns: int) -> list[str]:
    """``text`` in lines of at most ``columns``; Latin words stay whole where they fit."""
    if text.isascii():
        return textwrap.wrap(text, columns) or [""]
    found, line = [], ""
    for character in text:
        if width(line + character) > columns:
            found.append(line)
            line = ""
        line += character
    return [*found, line]

"""Printed tickets: what stands on them, as data, as bytes for a printer, and as QR codes."""

import re

import msgspec
import pytest

from tests.http.world import World
from tingtang.hall.answers import IssuedTicket
from tingtang.hall.model.settings import PassRule
from tingtang.hall.model.state import Channel
from tingtang.hall.receipts import COLUMNS, Receipt, escpos, rule_words, width, wrap
from tingtang.hall.service import HallService
from tingtang.hall.views import Told
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.ids import BranchId, ServiceId, TicketId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text
from tingtang.org.sign_in.model.rules import TerminalKind

EAST = BranchId("east")
URL = "https://hall.example/phone/t#c.token"
RECEIPT = Receipt(
    ticket=TicketId("t"),
    number="A012",
    branch=Text("东城支行", "Dongcheng Branch"),
    services=(Text("现金存款", "Cash deposit"), Text("开立借记卡·社保卡", "New debit card")),
    issued_ms=0,
    issued="2026-11-18 10:00",
    booked="",
    ahead=3,
    wait=Told(8 * MINUTE_MS, 5 * MINUTE_MS, 14 * MINUTE_MS),
    rule=rule_words(PassRule()),
    url=URL,
)


def printed(data: bytes) -> list[str]:
    """The lines of text that a printer would put on paper."""
    data = data[: data.index(b"\x1dV")]  # up to the cut
    data = re.sub(rb"\x1d\(k..1P0.*?\x1d\(k\x03\x001Q0", b"", data, flags=re.DOTALL)  # the QR code
    data = re.sub(rb"\x1d\(k\x04\x001A..|\x1d\(k\x03\x001[CE].", b"", data, flags=re.DOTALL)
    data = re.sub(rb"\x1c[&.]|\x1c!.|\x1b@|\x1b[aE].|\x1b[!MtJd-{G].|\x1d[!BbH].", b"", data, flags=re.DOTALL)  # fmt: skip
    return [line for line in data.decode("gb18030").split("\n") if line.strip()]


@pytest.mark.shows("R027", part="printed ticket")
@pytest.mark.parametrize("paper", [80, 58])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_line_fits_the_paper_and_the_text_is_gb18030(paper, language) -> None:
    lines = printed(escpos(RECEIPT, paper, language))
    assert all(width(line) <= COLUMNS[paper] for line in lines)
    text = "".join(lines)
    if language == "zh":
        assert "您的号码A012办理业务：现金存款、开立借记卡·社保卡" in text
        assert "前面等候：3 人预计等候：约 8 分钟（多在 5–14 分钟）" in text
    else:
        assert "Your number" in lines
        assert "Ahead of you: 3" in lines
        assert "Expected wait: about 8 min" in text


def test_the_number_is_large_and_the_paper_is_cut() -> None:
    data = escpos(RECEIPT, 80, "zh")
    before = data[: data.index(b"A012")]
    sizes = re.findall(rb"\x1d!(.)", before, flags=re.DOTALL)
    assert sizes[-1] == bytes([3 << 4 | 3])  # four times as wide and as high
    assert data.count(b"\x1dV") == 1


def test_the_qr_code_is_drawn_by_the_printer_or_sent_as_an_image() -> None:
    native = escpos(RECEIPT, 80, "zh")
    assert URL.encode() in native
    image = escpos(RECEIPT, 58, "zh", native_qr=False)
    assert URL.encode() not in image
    assert b"\x1dv0" in image  # raster bit image
    row_bytes = int.from_bytes(image[image.index(b"\x1dv0") + 4 :][:2], "little")
    assert row_bytes * 8 <= 384
    without = escpos(msgspec.structs.replace(RECEIPT, url=""), 80, "zh")
    assert b"\x1d(k" not in without


def test_letters_that_the_printers_character_set_lacks_do_not_stop_it() -> None:
    odd = msgspec.structs.replace(RECEIPT, branch=Text("㐀𠮷😀支行"))
    assert printed(escpos(odd, 80, "zh"))[0] == "㐀𠮷😀支行"  # GB18030 holds all of Unicode


def test_wrapping_counts_wide_characters_twice() -> None:
    assert wrap("一二三四五", 4) == ["一二", "三四", "五"]
    assert wrap("a一b二", 3) == ["a一", "b二"]
    assert wrap("see the lobby manager", 9) == ["see the", "lobby", "manager"]
    assert wrap("", 9) == [""]


def test_the_rule_for_a_missed_call_is_the_branchs_own() -> None:
    assert "30 分钟" in rule_words(PassRule()).zh
    assert rule_words(PassRule(passes_max=1)).zh.endswith("过号作废")
    assert "ends the ticket" in rule_words(PassRule(return_minutes=0)).en


@pytest.mark.shows("R027", part="a kiosk prints what it issued, with a QR to follow it")
async def test_a_kiosk_gets_the_receipt_of_the_ticket_it_issued(world: World) -> None:
    hall = world.app.parts.service("hall", HallService)
    await hall.open_day(EAST, SYSTEM)
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    answer = await kiosk.post(
        "/api/branches/east/tickets", json={"services": ["svc.cash_deposit", "svc.card_open"]}
    )
    ticket = answer.json()["ticket"]
    path = f"/api/branches/east/tickets/{ticket}"
    receipt = (await kiosk.get(f"{path}/receipt")).json()
    assert receipt["number"] == "A001"
    assert receipt["branch"]["zh"] == "东城支行"
    assert receipt["services"][0]["zh"] == "现金存款"
    assert receipt["issued"] == "2026-11-18 10:00"
    assert receipt["url"].startswith("http://hall.test/phone/t#c.")
    phone = world.bearer(receipt["url"].partition("#")[2])
    assert (await phone.get(path)).json()["number"] == "A001"
    data = await kiosk.get(f"{path}/receipt.bin", params={"paper": 58})
    assert data.headers["content-type"] == "application/octet-stream"
    assert "A001" in printed(data.content)
    assert (await kiosk.get(f"{path}/receipt.bin", params={"paper": 70})).status_code == 400
    picture = await kiosk.get(f"{path}/qr.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.text.startswith("<svg")
    other = msgspec.json.decode(
        await hall.issue_ticket(EAST, (ServiceId("svc.transfer"),), SYSTEM, channel=Channel.KIOSK),
        type=IssuedTicket,
    )
    for what in ("receipt", "receipt.bin", "qr.svg"):
        stranger = await phone.get(f"/api/branches/east/tickets/{other.ticket}/{what}")
        assert stranger.json()["error"]["code"] == "unknown_ticket"
        assert (await kiosk.get(f"/api/branches/east/tickets/none/{what}")).status_code == 404

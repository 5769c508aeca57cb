"""The cabinets for certificates and bills, over XFS4IoT, with somebody standing before them."""

import asyncio

import pytest

from tests.journeys import test_machine
from tests.journeys.conftest import until
from tests.journeys.flows import asks, does
from tests.journeys.test_machine import Stand
from tingtang.journeys.machine import cabinets, media
from xfs4iot.virtual.check import Cheque
from xfs4iot.virtual.printer_world import Sheet

stand = test_machine.stand
PRINT = does(
    "paper", "machine.print_certificate", 'on_refused="go_on"', title="'存单'", text="'100.00'"
)
TAKE = does("bill", "machine.take_bill", 'on_refused="go_on"')


@pytest.mark.shows("R053", part="a certificate is printed in the cabinet and taken")
async def test_a_certificate_is_printed_and_taken(stand: Stand) -> None:
    printer = stand.worlds["CertificateCabinet"]
    running = asyncio.create_task(stand.run(PRINT))
    await until(lambda: printer.slot is not None, 60)
    sheet = printer.take()
    view = await running
    assert isinstance(sheet, Sheet)
    assert sheet.lines[:2] == ["存单", "100.00"]
    assert "refused" not in stand.known(view)["paper"]


@pytest.mark.shows("R053", part="one that nobody takes is drawn in again")
async def test_a_certificate_that_nobody_takes_is_kept(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "TAKEN_SECONDS", 0.0)
    view = await stand.run(PRINT)
    assert stand.known(view)["paper"]["code"] == "kept"
    assert stand.worlds["CertificateCabinet"].slot is None


@pytest.mark.shows("R054", part="a cheque is taken in, read, and kept under a stamp")
async def test_a_cheque_is_read_and_kept(stand: Stand) -> None:
    cabinet, cheque = stand.worlds["BillCabinet"], Cheque("123456", ("CHEQUE",))
    view = await stand.run(
        TAKE,
        does("stored", "machine.keep_bill"),
        do=lambda: cabinet.put_in(cheque),
        at="BillCabinet",
    )
    known = stand.known(view)
    assert known["bill"] == {"code": "123456"}
    assert (cabinet.bin, cheque.stamped) == ([cheque], True)


@pytest.mark.shows("R054", part="a cheque that is not kept comes back")
async def test_a_cheque_comes_back_when_its_owner_leaves(stand: Stand) -> None:
    cabinet, cheque = stand.worlds["BillCabinet"], Cheque("123456")
    view = await stand.run(TAKE, asks("sure"), do=lambda: cabinet.put_in(cheque), at="BillCabinet")
    leaving = asyncio.create_task(stand.kiosk.do(view, "cancel"))
    await until(lambda: cabinet.output, 60)
    assert cabinet.take() == [cheque]
    answer = await leaving
    assert answer.status_code == 201, answer.text
    await until(lambda: stand.status(view) == "cancelled", 60)
    assert not cabinet.bin


async def test_a_cheque_that_nobody_takes_back_is_drawn_in(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cabinets, "TAKEN_SECONDS", 0.0)
    cabinet, cheque = stand.worlds["BillCabinet"], Cheque("123456")
    view = await stand.run(
        TAKE, does("back", "machine.return_bill", 'on_refused="go_on"'),
        do=lambda: cabinet.put_in(cheque), at="BillCabinet",
    )  # fmt: skip
    assert stand.known(view)["back"]["code"] == "kept"
    assert cabinet.everywhere() == [cheque]
    assert not cabinet.customer

"""The actions ``machine.*``: one service command each, or a few that belong together.

A machine is told once: what a service was told and did not answer is never told again by itself,
for notes and cards would come out twice. Where the process ended in the middle, reading and
printing are refused with words, so that the customer does it again; where cash is moved, or a card
or a book is inside, the machine is asked how far it came.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from tingtang.journeys.actions import Action, Actions, Call, Declined, Done, Result, Unclear
from tingtang.journeys.machine import cabinets, cash, media, pins, reading, token_port
from tingtang.journeys.machine.cash_use import CashUse
from tingtang.journeys.machine.machines import DeviceMachines, Hands
from tingtang.journeys.machine.refusals import (
    BROKEN,
    CASH_CLOSED,
    INTERRUPTED,
    TOO_LATE,
    UNREADABLE,
    NotDone,
    NothingCameOut,
)
from tingtang.kernel.text import Text
from xfs4iot.errors import CommandErrorCode, CommandFailed, NotDelivered, OutcomeUnknown, TimeOut

Perform = Callable[[Hands, Call], Awaitable[dict[str, Any]]]

ID_READER = Text("身份证阅读器", "ID reader")
CARD_READER = Text("读卡器", "card reader")
BOOK_PRINTER = Text("存折打印机", "passbook printer")
CASH = Text("现金模块", "cash module")
CERTIFICATES, BILLS = Text("存单边柜", "certificate cabinet"), Text("票据边柜", "bill cabinet")
AFTER_CASH = frozenset({"bank.trade", "machine.store_cash"})


class Work(msgspec.Struct, frozen=True):
    """What a machine can do for a journey."""

    about: Text
    part: Text
    """The part that it needs."""
    perform: Perform
    has_effect: bool = False
    """There is no way back behind it."""
    is_asked_again: bool = False
    """After an interruption the machine is asked how far it came."""
    given_back_by: str = ""
    held_until: frozenset[str] = frozenset()
    closed_code: str = ""
    """Of what begins to move cash: how it is declined where the machine's cash is closed, with nothing
    done. Of handing out it is the code by which a scenario takes the booking back.
    """


WORKS: dict[str, Work] = {
    "read_id": Work(Text("读取身份证", "Read an identity card"), ID_READER, media.read_id),
    "scan_paper": Work(
        Text("扫描证件正面", "Take a picture of a paper's front"), ID_READER, media.scan_paper
    ),
    "read_card": Work(
        Text("读取银行卡", "Read a bank card"), CARD_READER, media.read_card,
        has_effect=True, is_asked_again=True, given_back_by="machine.return_card",
    ),
    "return_card": Work(
        Text("退还银行卡", "Give the card back"), CARD_READER, media.return_card,
        is_asked_again=True,
    ),
    "take_picture": Work(
        Text("现场拍照", "Take a picture"), Text("摄像头", "camera"), media.take_picture
    ),
    "read_passbook": Work(
        Text("读取存折", "Read a passbook"), BOOK_PRINTER, media.read_passbook,
        has_effect=True, is_asked_again=True, given_back_by="machine.return_book",
    ),
    "return_book": Work(
        Text("退还存折", "Give the book back"), BOOK_PRINTER, media.return_book,
        is_asked_again=True,
    ),
    "print_passbook": Work(
        Text("存折打印", "Print a passbook"), BOOK_PRINTER, media.print_passbook,
        has_effect=True, is_asked_again=True,
    ),
    "print_receipt": Work(
        Text("打印凭条", "Print a receipt"), Text("凭条打印机", "receipt printer"),
        media.print_receipt,
    ),
    "enter_pin": Work(Text("输入密码", "Enter a PIN"), Text("密码键盘", "PIN pad"), pins.enter_pin),
    "print_certificate": Work(
        Text("打印存单并取走", "Print a certificate, to be taken"), CERTIFICATES,
        cabinets.print_certificate, has_effect=True,
    ),
    "take_bill": Work(
        Text("收取支票或票据", "Take a cheque or bill in"), BILLS, cabinets.take_bill,
        has_effect=True, is_asked_again=True, given_back_by="machine.return_bill",
        held_until=frozenset({"machine.keep_bill"}),
    ),
    "keep_bill": Work(
        Text("票据入箱", "Keep the bill"), BILLS, cabinets.keep_bill, has_effect=True,
        is_asked_again=True,
    ),
    "return_bill": Work(
        Text("退还票据", "Give the bill back"), BILLS, cabinets.return_bill, is_asked_again=True
    ),
    "use_token": Work(
        Text("凭U盾签名", "Have a U-key sign"), Text("U盾接口", "U-key port"), token_port.use_token
    ),
    "accept_cash": Work(
        Text("收取现金", "Take cash in"), CASH, cash.accept_cash, has_effect=True,
        is_asked_again=True, given_back_by="machine.return_cash", held_until=AFTER_CASH,
        closed_code="cash_closed",
    ),
    "store_cash": Work(
        Text("现金入钞箱", "Store the cash"), CASH, cash.store_cash, has_effect=True,
        is_asked_again=True,
    ),
    "return_cash": Work(
        Text("退还现金", "Give the cash back"), CASH, cash.return_cash, has_effect=True,
        is_asked_again=True,
    ),
    "count_out": Work(
        Text("核对已付出现金数", "Read what was handed out so far"), CASH, cash.count_out,
        closed_code="cash_closed",
    ),
    "dispense_cash": Work(
        Text("付出现金", "Hand cash out"), CASH, cash.dispense_cash, has_effect=True,
        is_asked_again=True, closed_code=NothingCameOut.code,
    ),
}  # fmt: skip
"""By name."""


class MachineActions:
    """Registers the actions, and turns what may go wrong into words."""

    def __init__(self, machines: DeviceMachines, cash_use: CashUse) -> None:
        self._machines = machines
        self._cash_use = cash_use

    def register(self, actions: Actions) -> None:
        """Offer all of them to scenarios."""
        for name, work in WORKS.items():
            actions.register(
                Action(
                    name=f"machine.{name}",
                    about=work.about,
                    perform=self._performer(work),
                    has_effect=work.has_effect,
                    given_back_by=work.given_back_by,
                    held_until=work.held_until,
                )
            )

    def _performer(self, work: Work) -> Callable[[Call], Awaitable[Result]]:
        async def perform(call: Call) -> Result:
            if call.again and not work.is_asked_again:
                return Declined("interrupted", INTERRUPTED)
            is_begun = call.again or not work.closed_code
            if not is_begun and not await self._cash_use.may_begin(call):
                return Declined(work.closed_code, CASH_CLOSED)
            hands = self._machines.hands(call.holder, work.part)
            try:
                return Done(await work.perform(hands, call))
            except TimeOut:
                return Declined("no_customer", TOO_LATE)
            except reading.NotReadable:
                return Declined("unreadable", UNREADABLE)
            except NotDone as refusal:
                return refusal.declined
            except CommandErrorCode as error:
                return Declined(error.error_code[:60], BROKEN)
            except CommandFailed as error:
                return Declined(error.code[:60], BROKEN)
            except NotDelivered:
                return Declined("machine_gone", BROKEN)
            except OutcomeUnknown:
                if work.is_asked_again:
                    return Unclear()
                return Declined("machine_gone", BROKEN)

        return perform

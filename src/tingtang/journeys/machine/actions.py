"""The actions ``machine.*``: one service command each, or a few that belong together.

A machine is told once: what a service was told and did not answer is never told again by itself,
for notes and cards would come out twice. Where the process ended in the middle, reading and
printing are refused with words, so that the customer does it again; where cash is concerned the
machine is asked how far it came.
"""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from tingtang.journeys.actions import Action, Actions, Call, Declined, Done, Result, Unclear
from tingtang.journeys.machine import reading
from tingtang.journeys.machine.machines import DeviceMachines, Hands
from tingtang.kernel.text import Text
from xfs4iot.errors import CommandErrorCode, CommandFailed, NotDelivered, OutcomeUnknown, TimeOut

CUSTOMER_MS = 60_000
"""How long a customer has to put something in, or press keys."""
MECHANISM_MS = 30_000
PIN_KEYS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
)  # fmt: skip
PIN_KEY = "PK"
"""The name of the PIN key that the bank's people load into every pad."""

TOO_LATE = Text("没有等到您的操作，请再试一次", "Nothing came in time; please try again")
INTERRUPTED = Text(
    "上一次操作中断了，请重新操作", "The last attempt was interrupted; please do it again"
)
UNREADABLE = Text(
    "没有读出内容，请检查放置方向后重试", "It could not be read; check how it lies and try again"
)
BROKEN = Text("设备出错，请联系大堂经理", "The machine failed; please ask the lobby manager")
NOTHING_CAME_OUT = Text("机器没有出钞", "The machine handed nothing out")
GIVEN_UP = Text("您取消了输入", "You cancelled")
NOT_ALIKE = Text("两次输入的密码不一致，请重试", "The two PINs differ; please try again")

Work = Callable[[Hands, Call], Awaitable[dict[str, Any]]]


class _GivenUp(Exception):  # noqa: N818
    """The customer pressed cancel."""


class _NotKnown(Exception):  # noqa: N818
    """The machine cannot say whether notes were handed out."""


class _NothingCameOut(Exception):  # noqa: N818
    """The machine's own counts say that no note was handed out, and none will be."""


class _NotAlike(Exception):  # noqa: N818
    """The PIN was not the same the second time."""


async def _read_id(hands: Hands, _call: Call) -> dict[str, Any]:
    reader = hands.client("id_reader")
    done = await reader.execute(
        "CardReader.ReadRawData", {"chip": True, "frontImage": True}, timeout_ms=CUSTOMER_MS
    )
    await _give_back(hands, "id_reader")
    return reading.identity(done.payload)


async def _scan_paper(hands: Hands, _call: Call) -> dict[str, Any]:
    """A picture of the front of whatever is laid in, chip or none."""
    done = await hands.client("id_reader").execute(
        "CardReader.ReadRawData", {"frontImage": True}, timeout_ms=CUSTOMER_MS
    )
    await _give_back(hands, "id_reader")
    picture = str(done.payload.get("frontImage") or "")
    if not picture:
        raise reading.NotReadable("no picture")
    return {"photo": picture}


async def _read_card(hands: Hands, _call: Call) -> dict[str, Any]:
    done = await hands.client("card_reader").execute(
        "CardReader.ReadRawData", {"track2": True, "chip": True}, timeout_ms=CUSTOMER_MS
    )
    try:
        return {"card": reading.card_number(done.payload)}
    except reading.NotReadable:
        await _give_back(hands, "card_reader")
        raise


async def _return_card(hands: Hands, _call: Call) -> dict[str, Any]:
    await _give_back(hands, "card_reader")
    return {}


async def _give_back(hands: Hands, module: str) -> None:
    await hands.client(module).execute(
        "CardReader.Move", {"from": "transport", "to": "exit"}, timeout_ms=MECHANISM_MS
    )


async def _take_picture(hands: Hands, _call: Call) -> dict[str, Any]:
    done = await hands.client("camera").execute(
        "Camera.TakePicture", {"camera": "person"}, timeout_ms=MECHANISM_MS
    )
    return {"photo": done.payload.get("pictureFile", "")}


async def _read_passbook(hands: Hands, _call: Call) -> dict[str, Any]:
    done = await hands.client("certificate").execute(
        "Printer.ReadForm",
        {"formName": "PassbookData", "mediaName": "Passbook"},
        timeout_ms=CUSTOMER_MS,
    )
    fields = done.payload.get("fields") or {}
    account = str(fields.get("Stripe", "")).strip()
    if not account:
        raise reading.NotReadable("the stripe is empty")
    page, line = fields.get("Page", "1"), fields.get("Line", "1")
    return {"account": account, "page": int(page), "line": int(line)}


async def _print_passbook(hands: Hands, call: Call) -> dict[str, Any]:
    """Lines go onto the open page one after another; the book comes out after the last."""
    printer = hands.client("certificate")
    lines = list(call.inputs.get("lines") or ())
    for line in lines:
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
    await printer.execute(
        "Printer.ControlMedia", {"mediaControl": {"eject": True}}, timeout_ms=MECHANISM_MS
    )
    last = int(lines[-1]["number"]) if lines else 0
    return {"printed": len(lines), "last": last}


async def _print_receipt(hands: Hands, call: Call) -> dict[str, Any]:
    fields = {
        "Title": str(call.inputs.get("title", "")),
        "Text": str(call.inputs.get("text", "")),
    }
    await hands.client("receipt_printer").execute(
        "Printer.PrintForm",
        {
            "formName": "ReceiptForm",
            "mediaName": "Receipt",
            "fields": fields,
            "mediaControl": {"cut": True, "eject": True},
        },
        timeout_ms=MECHANISM_MS,
    )
    return {}


async def _enter_pin(hands: Hands, call: Call) -> dict[str, Any]:
    """A PIN becomes a block inside the pad, for one account; nobody outside sees a digit."""
    account = "".join(c for c in str(call.inputs.get("account", "")) if c.isdigit())
    block = await _pin_block(hands, account)
    if call.inputs.get("twice") and await _pin_block(hands, account) != block:
        raise _NotAlike
    return {"pin_block": block}


async def _pin_block(hands: Hands, account: str) -> str:
    pad = hands.client("keypad")
    keys: dict[str, Any] = {key: {} for key in PIN_KEYS}
    keys |= {
        "enter": {"terminate": True},
        "cancel": {"terminate": True},
        "clear": {},
        "backspace": {},
    }
    done = await pad.execute(
        "Keyboard.PinEntry",
        {"minLen": 6, "maxLen": 6, "autoEnd": True, "activeKeys": keys},
        timeout_ms=CUSTOMER_MS,
    )
    if done.payload.get("completion") not in ("auto", "enter"):
        raise _GivenUp
    made = await pad.execute(
        "PinPad.GetPinBlock",
        {
            "customerData": account[-13:-1].rjust(12, "0"),
            "xorData": "00",
            "padding": 15,
            "format": "iso0",
            "key": PIN_KEY,
        },
        timeout_ms=MECHANISM_MS,
    )
    return str(made.payload["pinBlock"])


async def _accept_cash(hands: Hands, call: Call) -> dict[str, Any]:
    """Notes are taken in and counted, and stay in escrow until they are stored or given back."""
    cash, in_escrow = hands.client("cash"), await _in_escrow(hands)
    if in_escrow is None:
        await cash.execute("CashAcceptor.CashInStart", {}, timeout_ms=MECHANISM_MS)
    elif in_escrow["amount"] and not call.again:
        # Nobody knows whose they are: not this customer's.
        raise CommandErrorCode("cashInActive")
    elif in_escrow["amount"]:
        return in_escrow
    await cash.execute("CashAcceptor.CashIn", {}, timeout_ms=CUSTOMER_MS)
    taken = await _in_escrow(hands)
    if taken is None or not taken["amount"]:
        raise reading.NotReadable("no note was kept")
    return taken


async def _in_escrow(hands: Hands) -> dict[str, Any] | None:
    """What a cash-in that is open has taken so far; None where none is open."""
    cash = hands.client("cash")
    status = await cash.execute("CashAcceptor.GetCashInStatus", {}, timeout_ms=MECHANISM_MS)
    if status.payload.get("status") != "active":
        return None
    types = await cash.execute("CashManagement.GetBankNoteTypes", {}, timeout_ms=MECHANISM_MS)
    return reading.cash(status.payload, types.payload)


async def _cash_in_state(hands: Hands) -> str:
    done = await hands.client("cash").execute(
        "CashAcceptor.GetCashInStatus", {}, timeout_ms=MECHANISM_MS
    )
    return str(done.payload.get("status", ""))


async def _store_cash(hands: Hands, call: Call) -> dict[str, Any]:
    if not (call.again and await _cash_in_state(hands) == "ok"):
        await hands.client("cash").execute("CashAcceptor.CashInEnd", {}, timeout_ms=MECHANISM_MS)
    return {}


async def _return_cash(hands: Hands, call: Call) -> dict[str, Any]:
    if not (call.again and await _cash_in_state(hands) == "rollback"):
        await hands.client("cash").execute(
            "CashAcceptor.CashInRollback", {}, timeout_ms=MECHANISM_MS
        )
    return {}


async def _dispense_cash(hands: Hands, call: Call) -> dict[str, Any]:
    """Told once. What came of it is read off the machine's own counts where its answer was lost or
    was a failure: ``so_far`` is what they said before (:func:`_count_out`).
    """
    amount = int(call.inputs["amount"])
    cash = hands.client("cash")
    if call.again:
        return await _what_came_out(hands, call, amount)
    denomination = {"denomination": {"currencies": {"CNY": amount / 100}}, "mix": "mix1"}
    try:
        await cash.execute(
            "CashDispenser.Dispense",
            {"denomination": denomination, "position": "outDefault"},
            timeout_ms=MECHANISM_MS,
        )
        await cash.execute("CashDispenser.Present", {}, timeout_ms=MECHANISM_MS)
    except CommandFailed:
        return await _what_came_out(hands, call, amount)
    return {"amount": amount}


async def _count_out(hands: Hands, _call: Call) -> dict[str, Any]:
    """Fen that the machine has handed out so far."""
    done = await hands.client("cash").execute("Storage.GetStorage", {}, timeout_ms=MECHANISM_MS)
    return {"amount": reading.handed_out(done.payload)}


async def _what_came_out(hands: Hands, call: Call, amount: int) -> dict[str, Any]:
    """The amount where all of it was presented. What still lies inside goes to the reject box, so
    that after this none of it can come out any more.
    """
    with contextlib.suppress(CommandErrorCode):  # there is nothing inside
        # Commands of a service are carried out one after another: whatever was told is over then.
        await hands.client("cash").execute("CashDispenser.Reject", {}, timeout_ms=MECHANISM_MS)
    so_far = call.inputs.get("so_far")
    if so_far is None:
        raise _NotKnown
    out = (await _count_out(hands, call))["amount"] - int(so_far)
    if out == 0:
        raise _NothingCameOut
    if out != amount:
        raise _NotKnown
    return {"amount": amount}


class MachineActions:
    """Registers the actions, and turns what may go wrong into words."""

    def __init__(self, machines: DeviceMachines) -> None:
        self._machines = machines

    def register(self, actions: Actions) -> None:
        """Offer all of them to scenarios."""
        for name, (about, part, work, has_effect) in WORKS.items():
            is_held = name == "accept_cash"
            actions.register(
                Action(
                    name=f"machine.{name}",
                    about=about,
                    perform=self._performer(part, work),
                    has_effect=has_effect,
                    given_back_by="machine.return_cash" if is_held else "",
                    held_until=frozenset({"bank.trade", "machine.store_cash"}),
                )
            )

    def _performer(self, part: Text, work: Work) -> Callable[[Call], Awaitable[Result]]:
        async def perform(call: Call) -> Result:
            if call.again and work not in ASKED_AGAIN:
                return Declined("interrupted", INTERRUPTED)
            hands = self._machines.hands(call.holder, part)
            try:
                return Done(await work(hands, call))
            except TimeOut:
                return Declined("no_customer", TOO_LATE)
            except reading.NotReadable:
                return Declined("unreadable", UNREADABLE)
            except _NothingCameOut:
                return Declined("nothing_came_out", NOTHING_CAME_OUT)
            except _NotKnown:
                return Declined("cash_not_known", BROKEN)
            except _GivenUp:
                return Declined("given_up", GIVEN_UP)
            except _NotAlike:
                return Declined("pins_differ", NOT_ALIKE)
            except CommandErrorCode as error:
                return Declined(error.error_code[:60], BROKEN)
            except CommandFailed as error:
                return Declined(error.code[:60], BROKEN)
            except NotDelivered:
                return Declined("machine_gone", BROKEN)
            except OutcomeUnknown:
                if work in ASKED_AGAIN:
                    return Unclear()
                return Declined("machine_gone", BROKEN)

        return perform


WORKS: dict[str, tuple[Text, Text, Work, bool]] = {
    "read_id": (
        Text("读取身份证", "Read an identity card"),
        Text("身份证阅读器", "ID reader"),
        _read_id,
        False,
    ),
    "scan_paper": (
        Text("扫描证件正面", "Take a picture of a paper's front"),
        Text("身份证阅读器", "ID reader"),
        _scan_paper,
        False,
    ),
    "read_card": (
        Text("读取银行卡", "Read a bank card"),
        Text("读卡器", "card reader"),
        _read_card,
        False,
    ),
    "return_card": (
        Text("退还银行卡", "Give the card back"),
        Text("读卡器", "card reader"),
        _return_card,
        False,
    ),
    "take_picture": (
        Text("现场拍照", "Take a picture"),
        Text("摄像头", "camera"),
        _take_picture,
        False,
    ),
    "read_passbook": (
        Text("读取存折", "Read a passbook"),
        Text("存折打印机", "passbook printer"),
        _read_passbook,
        False,
    ),
    "print_passbook": (
        Text("存折打印", "Print a passbook"),
        Text("存折打印机", "passbook printer"),
        _print_passbook,
        True,
    ),
    "print_receipt": (
        Text("打印凭条", "Print a receipt"),
        Text("凭条打印机", "receipt printer"),
        _print_receipt,
        False,
    ),
    "enter_pin": (Text("输入密码", "Enter a PIN"), Text("密码键盘", "PIN pad"), _enter_pin, False),
    "accept_cash": (
        Text("收取现金", "Take cash in"),
        Text("现金模块", "cash module"),
        _accept_cash,
        True,
    ),
    "store_cash": (
        Text("现金入钞箱", "Store the cash"),
        Text("现金模块", "cash module"),
        _store_cash,
        True,
    ),
    "return_cash": (
        Text("退还现金", "Give the cash back"),
        Text("现金模块", "cash module"),
        _return_cash,
        True,
    ),
    "count_out": (
        Text("核对已付出现金数", "Read what was handed out so far"),
        Text("现金模块", "cash module"),
        _count_out,
        False,
    ),
    "dispense_cash": (
        Text("付出现金", "Hand cash out"),
        Text("现金模块", "cash module"),
        _dispense_cash,
        True,
    ),
}
"""By name: what it is, the part it needs, how it is done, and whether it can be taken back."""


ASKED_AGAIN = frozenset({_accept_cash, _store_cash, _return_cash, _dispense_cash})
"""What moves cash: after an interruption the machine is asked how far it came."""

"""The cash module: notes taken in, stored or given back, and handed out. What moves notes is told
once; how far it came is read off the machine's own counts.
"""

import contextlib
from typing import Any

from tingtang.journeys.actions import Call
from tingtang.journeys.machine import reading
from tingtang.journeys.machine.machines import Hands
from tingtang.journeys.machine.media import CUSTOMER_MS, MECHANISM_MS
from tingtang.journeys.machine.refusals import CashInside, CashNotKnown, NothingCameOut
from xfs4iot.errors import CommandErrorCode, CommandFailed, TimeOut

CASH_INSIDE = "cash_in_machine"
"""Why staff is called where notes are inside that nobody booked."""
NOTHING_INSIDE = frozenset({"noCashInActive", "noItems"})
"""What a rollback says where there is nothing to give back."""


async def accept_cash(hands: Hands, call: Call) -> dict[str, Any]:
    """Notes are taken in and counted, and stay in escrow until they are stored or given back."""
    cash, in_escrow = hands.client("cash"), await _in_escrow(hands)
    if in_escrow is None:
        await cash.execute("CashAcceptor.CashInStart", {}, timeout_ms=MECHANISM_MS)
    elif in_escrow["amount"] and not call.again:
        # Nobody knows whose they are: not this customer's.
        raise CashInside(CASH_INSIDE)
    elif in_escrow["amount"]:
        return in_escrow
    try:
        await cash.execute("CashAcceptor.CashIn", {}, timeout_ms=CUSTOMER_MS)
        taken = await _in_escrow(hands)
    except TimeOut:
        raise
    except CommandFailed:
        await _give_back(hands)
        raise
    if taken is None or not taken["amount"]:
        raise reading.NotReadable("no note was kept")
    return taken


async def _give_back(hands: Hands) -> None:
    """After a fault nobody knows how much was taken in: all of it goes back at once, and where it does
    not, staff come.
    """
    try:
        await hands.client("cash").execute(
            "CashAcceptor.CashInRollback", {}, timeout_ms=MECHANISM_MS
        )
    except CommandErrorCode as error:
        if error.error_code not in NOTHING_INSIDE:
            raise CashInside(CASH_INSIDE) from None
    except CommandFailed:
        raise CashInside(CASH_INSIDE) from None


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


async def store_cash(hands: Hands, call: Call) -> dict[str, Any]:
    if not (call.again and await _cash_in_state(hands) == "ok"):
        await hands.client("cash").execute("CashAcceptor.CashInEnd", {}, timeout_ms=MECHANISM_MS)
    return {}


async def return_cash(hands: Hands, call: Call) -> dict[str, Any]:
    if not (call.again and await _cash_in_state(hands) == "rollback"):
        await hands.client("cash").execute(
            "CashAcceptor.CashInRollback", {}, timeout_ms=MECHANISM_MS
        )
    return {}


async def dispense_cash(hands: Hands, call: Call) -> dict[str, Any]:
    """Told once. What came of it is read off the machine's own counts where its answer was lost or
    was a failure: ``so_far`` is what they said before (:func:`count_out`).
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


async def count_out(hands: Hands, _call: Call) -> dict[str, Any]:
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
        raise CashNotKnown
    out = (await count_out(hands, call))["amount"] - int(so_far)
    if out == 0:
        raise NothingCameOut
    if out != amount:
        raise CashNotKnown
    return {"amount": amount}

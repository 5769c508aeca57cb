"""The cabinets beside the counter: certificates that are printed and taken, bills that are put in.

A certificate is printed once: where nobody knows whether it came out, staff look. A bill stays inside
until the scenario keeps it; until then it is its owner's, and comes back when they leave.
"""

import asyncio
from typing import Any

from tingtang.journeys.actions import Call
from tingtang.journeys.machine import media, reading
from tingtang.journeys.machine.machines import Hands, Part
from tingtang.journeys.machine.media import CUSTOMER_MS, LOOK_SECONDS, MECHANISM_MS, TAKEN_SECONDS
from tingtang.journeys.machine.refusals import Interrupted, Kept, SomethingInside

BILL_CALL = "bill_in_machine"
UNIT = "unit1"
ACTIVE, ENDED = "active", "ok"


async def print_certificate(hands: Hands, call: Call) -> dict[str, Any]:
    """Print on a blank of the certificate cabinet, and wait until it is taken; what is not taken is
    drawn in again and kept.
    """
    await media.require_empty(hands, "certificate")
    await media.print_sheet(hands, "certificate", call)
    await media.wait_until_taken(hands, "certificate")
    return {}


async def take_bill(hands: Hands, call: Call) -> dict[str, Any]:
    """Take one cheque or bill in and read its code line; it stays inside. Gives {code}."""
    cabinet = hands.client("bill")
    if call.again:
        await _out(cabinet)
        raise Interrupted
    if _inside(await _status(cabinet)):
        raise SomethingInside(BILL_CALL)
    await cabinet.execute("Check.MediaIn", {"maxMediaOnStacker": 1}, timeout_ms=CUSTOMER_MS)
    rows = (await _status(cabinet)).get("mediaInfo") or []
    code = str(rows[0].get("codelineData") or "") if rows else ""
    if not code:
        await _out(cabinet)
        raise reading.NotReadable("no code line")
    return {"code": code}


async def keep_bill(hands: Hands, _call: Call) -> dict[str, Any]:
    """Into the bin, cancelled by a stamp. Asked again it is looked whether it lies there already."""
    cabinet = hands.client("bill")
    status = await _status(cabinet)
    if status.get("mediaInTransaction") == ENDED:
        return {}
    await cabinet.execute(
        "Check.SetMediaParameters",
        {"mediaID": 1, "destination": UNIT, "stamp": True},
        timeout_ms=MECHANISM_MS,
    )
    await cabinet.execute("Check.MediaInEnd", {}, timeout_ms=MECHANISM_MS)
    return {}


async def return_bill(hands: Hands, _call: Call) -> dict[str, Any]:
    """Back to its owner."""
    await _out(hands.client("bill"))
    return {}


async def _out(cabinet: Part) -> None:
    if _inside(await _status(cabinet)):
        await cabinet.execute("Check.MediaInRollback", {}, timeout_ms=MECHANISM_MS)
    waited = 0.0
    while not await _is_taken(cabinet):
        if waited >= TAKEN_SECONDS:
            await cabinet.execute("Check.RetractMedia", {}, timeout_ms=MECHANISM_MS)
            raise Kept(BILL_CALL)
        await asyncio.sleep(LOOK_SECONDS)
        waited += LOOK_SECONDS


async def _is_taken(cabinet: Part) -> bool:
    rows = (await _status(cabinet)).get("mediaInfo") or []
    return all(row.get("mediaLocation") != "device" for row in rows)


async def _status(cabinet: Part) -> dict[str, Any]:
    done = await cabinet.execute("Check.GetTransactionStatus", {}, timeout_ms=MECHANISM_MS)
    return done.payload


def _inside(status: dict[str, Any]) -> bool:
    return bool(status.get("mediaInTransaction") == ACTIVE)

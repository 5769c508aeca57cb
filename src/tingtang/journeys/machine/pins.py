"""The PIN pad: digits become a block inside it, and nobody outside sees one."""

from typing import Any

from tingtang.journeys.actions import Call
from tingtang.journeys.machine.machines import Hands
from tingtang.journeys.machine.media import CUSTOMER_MS, MECHANISM_MS
from tingtang.journeys.machine.refusals import GivenUp, NotAlike

PIN_KEYS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
)  # fmt: skip
PIN_KEY = "PK"
"""The name of the PIN key that the bank's people load into every pad."""


async def enter_pin(hands: Hands, call: Call) -> dict[str, Any]:
    """A PIN becomes a block inside the pad, for one account; nobody outside sees a digit."""
    account = "".join(c for c in str(call.inputs.get("account", "")) if c.isdigit())
    block = await _pin_block(hands, account)
    if call.inputs.get("twice") and await _pin_block(hands, account) != block:
        raise NotAlike
    return {"pin_block": block}


async def enter_digits(hands: Hands) -> None:
    """Six digits are entered, and stay inside the pad."""
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
        raise GivenUp


async def _pin_block(hands: Hands, account: str) -> str:
    await enter_digits(hands)
    made = await hands.client("keypad").execute(
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

"""A U盾 in the kiosk's own port: its PIN goes from the pad to the token inside the machine, and what it
signs then was drawn for this one time, so that no answer of yesterday is one of today.
"""

import secrets
from base64 import b64decode, b64encode
from typing import Any

from tingtang.devices.model import token_commands as c
from tingtang.journeys.actions import Call
from tingtang.journeys.machine import pins, reading
from tingtang.journeys.machine.machines import Hands, Part
from tingtang.journeys.machine.media import CUSTOMER_MS, MECHANISM_MS
from tingtang.journeys.machine.refusals import NotDone, TokenBlocked, TokenPinWrong
from xfs4iot.errors import CommandFailed

PROTOCOL = "chipT0"
PURPOSE = b"tingtang identify 1\n"
"""What stands first in every message: a signature here is none under anything else."""
NONCE_BYTES = 32


async def use_token(hands: Hands, call: Call) -> dict[str, Any]:
    """Wait for a U盾, have its PIN entered, and have it sign. Gives {certificate, message, signature},
    by which the bank says whose it is.
    """
    port, pad = hands.client("key_port"), hands.client("keypad")
    await port.execute("CardReader.ReadRawData", {"chip": True}, timeout_ms=CUSTOMER_MS)
    certificate, _ = await _asked(port, c.READ_CERTIFICATE)
    if not certificate:
        raise reading.NotReadable("no certificate in the token")
    await pins.enter_digits(hands)
    await _present(pad)
    message = PURPOSE + call.trace.encode()[:120] + b"\n" + secrets.token_bytes(NONCE_BYTES)
    signature, status = await _asked(port, c.sign(message))
    if status != c.DONE or len(signature) != c.SIGNATURE_BYTES:
        raise reading.NotReadable("the token did not sign")
    return {
        "certificate": b64encode(certificate).decode(),
        "message": message.hex(),
        "signature": signature.hex(),
    }


async def _present(pad: Part) -> None:
    """The digits leave the pad for the token alone; raises why the token does not take them."""
    done = await pad.execute(
        "PinPad.PresentIDC",
        {
            "presentAlgorithm": "presentClear",
            "chipProtocol": PROTOCOL,
            "chipData": b64encode(c.verify_pin()).decode(),
            "algorithmData": {"pinPointer": c.PIN_POINTER, "pinOffset": 0},
        },
        timeout_ms=MECHANISM_MS,
    )
    _, status = _read(done.payload)
    if status == c.DONE:
        return
    left = c.tries_left(status)
    if left is None:
        raise NotDone
    raise TokenPinWrong(left) if left else TokenBlocked


async def _asked(port: Part, command: bytes) -> tuple[bytes, int]:
    told = {"chipProtocol": PROTOCOL, "chipData": b64encode(command).decode()}
    try:
        done = await port.execute("CardReader.ChipIO", told, timeout_ms=MECHANISM_MS)
    except CommandFailed:
        raise reading.NotReadable("the token was taken out") from None
    return _read(done.payload)


def _read(payload: dict[str, Any]) -> tuple[bytes, int]:
    try:
        return c.answered(b64decode(str(payload.get("chipData", "")), validate=True))
    except ValueError:
        raise reading.NotReadable("no answer of a chip") from None

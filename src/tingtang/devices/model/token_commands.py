"""What a U盾 in a machine's port is asked, in the chip commands of ISO/IEC 7816-4 and 7816-8.

A token with another set of commands (GM/T 0017 leaves room for makers' own) needs its own words here;
what is asked of it stays the same: its certificate, its PIN, one signature for each PIN.
"""

READ_CERTIFICATE = bytes.fromhex("00CA7F21000000")
"""GET DATA of the holder's certificate; extended length, for it is longer than 256 bytes."""
VERIFY = bytes.fromhex("0020008108")
"""VERIFY of the holder's own PIN, as a block of eight bytes (ISO 9564-1 format 2)."""
PIN_LENGTH = 6
PIN_POINTER = len(VERIFY) + 1
"""The byte of :func:`verify_pin` from which the PIN pad puts the digits in."""
SIGN = bytes.fromhex("002A9E9A")
"""PERFORM SECURITY OPERATION: COMPUTE DIGITAL SIGNATURE over the message that follows."""
MESSAGE_MAX = 255
SIGNATURE_BYTES = 64
"""r and s of SM2, each in 32 bytes."""
DONE, NOT_VERIFIED, BLOCKED, NO_DATA, BAD_LENGTH = 0x9000, 0x6982, 0x6983, 0x6A88, 0x6700
NOT_KNOWN = 0x6D00
TRIES = 0x63C0
"""The PIN was wrong; the last digit says how many tries are left."""


def verify_pin() -> bytes:
    """The command with room for a PIN of six digits, which the PIN pad alone puts in."""
    return VERIFY + bytes([0x20 + PIN_LENGTH]) + b"\xff" * 7


def sign(message: bytes) -> bytes:
    """Sign a message of up to 255 bytes."""
    if not 0 < len(message) <= MESSAGE_MAX:
        raise ValueError("a message has 1 to 255 bytes")
    return SIGN + bytes([len(message)]) + message + b"\x00"


def answered(reply: bytes) -> tuple[bytes, int]:
    """What was given, and the status word; ValueError for what is no answer of a chip."""
    if len(reply) < 2:
        raise ValueError("no status word")
    return reply[:-2], int.from_bytes(reply[-2:], "big")


def answer(data: bytes, status: int) -> bytes:
    """An answer of a chip."""
    return data + status.to_bytes(2, "big")


def tries_left(status: int) -> int | None:
    """How often the PIN may still be tried, of the status of a wrong one; None of any other."""
    if status == BLOCKED:
        return 0
    return status & 0xF if status & 0xFFF0 == TRIES else None

"""PIN blocks of ISO 9564-1, in the clear and enciphered. Pure functions.

Formats 0, 1 and 3 are one block of 8 bytes for Triple DES; format 4 is enciphered with AES in two
steps (ISO 9564-1:2017, 9.4.2).
"""

import secrets
from collections.abc import Callable

PIN_MIN, PIN_MAX = 4, 12
"""Digits of a PIN in any ISO format."""

Encipher = Callable[[bytes], bytes]
"""One block under the PIN key."""


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _pan_field(account: str) -> bytes:
    """The rightmost twelve digits of the account number without its check digit, as 8 bytes."""
    return bytes.fromhex("0000" + account.rjust(12, "0")[-12:])


def inserted(pin: str, command: bytes, pointer: int, offset: int) -> bytes:
    """A chip's command with the PIN's digits in it, one in four bits (PinPad.PresentIDC, presentClear):
    from the byte ``pointer``, ``offset`` bits into it. ValueError where they do not fit.
    """
    if offset not in {0, 4}:
        raise ValueError("a digit begins at half a byte")
    digits, start = command.hex(), 2 * pointer + offset // 4
    if start + len(pin) > len(digits):
        raise ValueError("the PIN is longer than its place")
    return bytes.fromhex(digits[:start] + pin + digits[start + len(pin) :])


def format_0(pin: str, account: str) -> bytes:
    """ISO format 0 (ANSI X9.8). ``account`` is the number without its check digit."""
    field = f"0{len(pin):X}{pin}".ljust(16, "F")
    return _xor(bytes.fromhex(field), _pan_field(account))


def format_1(pin: str) -> bytes:
    """ISO format 1: no account number; filled with random digits."""
    fill = "".join(secrets.choice("0123456789ABCDEF") for _ in range(14 - len(pin)))
    return bytes.fromhex(f"1{len(pin):X}{pin}{fill}")


def format_3(pin: str, account: str) -> bytes:
    """ISO format 3: as format 0, filled with random digits from A to F."""
    fill = "".join(secrets.choice("ABCDEF") for _ in range(14 - len(pin)))
    return _xor(bytes.fromhex(f"3{len(pin):X}{pin}{fill}"), _pan_field(account))


def format_4_fields(pin: str, account: str, fill: bytes) -> tuple[bytes, bytes]:
    """ISO format 4: the plain PIN field, filled with 8 random bytes, and the account field.

    ``account`` is the whole account number, 12 to 19 digits.
    """
    pin_field = bytes.fromhex(f"4{len(pin):X}{pin}".ljust(16, "A")) + fill
    digits = account.rjust(12, "0")
    return pin_field, bytes.fromhex(f"{len(digits) - 12}{digits}".ljust(32, "0"))


def encipher_format_4(pin: str, account: str, encipher: Encipher) -> bytes:
    """The enciphered block of ISO format 4; ``encipher`` is one block of AES."""
    pin_field, account_field = format_4_fields(pin, account, secrets.token_bytes(8))
    return encipher(_xor(encipher(pin_field), account_field))


def encipher(pin: str, account: str, name: str, block: Encipher) -> bytes:
    """The enciphered PIN block in a format named as XFS4IoT does: iso0, ansi, iso1, iso3, iso4.

    Raises ValueError for a PIN or account that does not fit, KeyError for an unknown format.
    """
    if not (pin.isdigit() and PIN_MIN <= len(pin) <= PIN_MAX):
        raise ValueError("a PIN has 4 to 12 digits")
    if not (account.isdigit() and len(account) <= 19):
        raise ValueError("an account number has at most 19 digits")
    match name:
        case "iso0" | "ansi":
            return block(format_0(pin, account))
        case "iso1":
            return block(format_1(pin))
        case "iso3":
            return block(format_3(pin, account))
        case "iso4":
            return encipher_format_4(pin, account, block)
    raise KeyError(name)


AES_FORMATS = frozenset({"iso4"})
FORMATS = ("ansi", "iso0", "iso1", "iso3", "iso4")

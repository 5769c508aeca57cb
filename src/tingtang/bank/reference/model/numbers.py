"""Numbers the bank gives out. Card numbers begin with 99, which no payment network uses."""

import re

DEBIT_PREFIX, CREDIT_PREFIX = "996001", "996002"
_VOUCHER = re.compile(r"^([A-Z]{0,6})(\d{1,14})$")


def luhn_digit(digits: str) -> str:
    """The check digit that makes a card number whole (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def debit_card(number: int) -> str:
    """19 digits."""
    digits = f"{DEBIT_PREFIX}{number:012}"
    return digits + luhn_digit(digits)


def credit_card(number: int) -> str:
    """16 digits."""
    digits = f"{CREDIT_PREFIX}{number:09}"
    return digits + luhn_digit(digits)


def account(number: int) -> str:
    """17 digits."""
    return f"9101{number:013}"


def deposit(number: int) -> str:
    return f"D{number:010}"


def split_voucher(number: str) -> tuple[str, int, int]:
    """Prefix, value and width; ValueError where it is no voucher's number."""
    found = _VOUCHER.match(number)
    if found is None:
        raise ValueError(number)
    return found[1], int(found[2]), len(found[2])


def voucher(prefix: str, value: int, width: int) -> str:
    return f"{prefix}{value:0{width}}"

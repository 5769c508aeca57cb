"""End-to-end security: tokens by which a host authorises one sensitive command. Pure functions.

A token is a text of keys and values: the nonce the device gave (Common.GetCommandNonce), the format,
the whole token's length in four decimal digits, what is authorised, and the HMAC-SHA256 of all
before it under a key that host and device share, so that nobody between them can have cash paid out:

    NONCE=254611E6,TOKENFORMAT=1,TOKENLENGTH=0140,DISPENSE1=50.00CNY,HMACSHA256=CB73...
"""

import hmac
import re
from collections.abc import Mapping
from decimal import Decimal

from xfs4iot.errors import (
    AuthorisationRequired,
    InvalidToken,
    InvalidTokenFormat,
    InvalidTokenHmac,
    InvalidTokenNonce,
    NoCommandNonce,
)

LENGTH_MAX = 1_024
_SHAPE = re.compile(
    r"NONCE=(?P<nonce>[0-9A-F]+),TOKENFORMAT=1,TOKENLENGTH=(?P<length>[0-9]{4}),"
    r"(?P<rest>(?:[A-Z0-9]+=[^,=]+,)+)HMACSHA256=(?P<hmac>[0-9A-F]{64})",
    re.ASCII,
)
_AMOUNT = re.compile(r"(?P<amount>[0-9]{1,12}(?:\.[0-9]{1,3})?)(?P<currency>[A-Z]{3})", re.ASCII)


def _code(text: str, key: bytes) -> str:
    return hmac.digest(key, text.encode("ascii"), "sha256").hex().upper()


def make(nonce: str, amounts: Mapping[str, Decimal], key: bytes) -> str:
    """The host's side: a token for a dispense of at most these amounts by currency.

    Raises ValueError when there is no amount or the token would be too long.
    """
    if not amounts:
        raise ValueError("a token authorises an amount")
    rows = [
        f"DISPENSE{number}={amount:.2f}{currency}"
        for number, (currency, amount) in enumerate(amounts.items(), 1)
    ]
    head, tail = f"NONCE={nonce},TOKENFORMAT=1,TOKENLENGTH=", "," + ",".join(rows)
    length = len(head) + 4 + len(tail) + len(",HMACSHA256=") + 64
    if length > LENGTH_MAX:
        raise ValueError(f"a token has at most {LENGTH_MAX} characters")
    signed = f"{head}{length:04d}{tail}"
    return f"{signed},HMACSHA256={_code(signed, key)}"


def authorise(
    token: str | None, nonce: str | None, amounts: Mapping[str, Decimal], key: bytes
) -> None:
    """The device's side: return if ``token`` authorises these amounts, else raise why not.

    Raises AuthorisationRequired, NoCommandNonce, InvalidTokenFormat, InvalidTokenHmac,
    InvalidTokenNonce or InvalidToken. What the token says is looked at only once its HMAC is right.
    """
    if token is None:
        raise AuthorisationRequired("the command needs a token")
    if nonce is None:
        raise NoCommandNonce("no nonce is active; get one first")
    readable = len(token) <= LENGTH_MAX and token.isascii()
    found = _SHAPE.fullmatch(token) if readable else None
    if found is None or int(found["length"]) != len(token):
        raise InvalidTokenFormat("the token is not of format 1")
    signed = token[: token.rindex(",HMACSHA256=")]
    if not hmac.compare_digest(_code(signed, key), found["hmac"]):
        raise InvalidTokenHmac("the token was not made with the device's key")
    if not hmac.compare_digest(found["nonce"], nonce):
        raise InvalidTokenNonce("the token is for another nonce")
    allowed = _amounts(found["rest"])
    for currency, amount in amounts.items():
        if amount > allowed.get(currency, Decimal(0)):
            raise InvalidToken(f"the token does not cover {currency} {amount}")


def _amounts(rest: str) -> dict[str, Decimal]:
    """The amounts of a token's DISPENSE keys. Raises InvalidTokenFormat."""
    allowed: dict[str, Decimal] = {}
    seen: set[str] = set()
    for row in rest.rstrip(",").split(","):
        name, _, value = row.partition("=")
        if name in seen:
            raise InvalidTokenFormat(f"{name} stands there twice")
        seen.add(name)
        if not name.startswith("DISPENSE"):
            continue
        amount = _AMOUNT.fullmatch(value)
        if amount is None or amount["currency"] in allowed:
            raise InvalidTokenFormat(f"{name} is no amount in a currency of its own")
        allowed[amount["currency"]] = Decimal(amount["amount"])
    return allowed

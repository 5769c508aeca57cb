"""What somebody who comes to a virtual machine has with them."""

import msgspec


class Token(msgspec.Struct, frozen=True):
    """A made-up customer's U盾, whose key is no secret: it opens nothing but a made-up account."""

    number: str
    private: str
    """The private number of its key, in hexadecimal."""
    certificate: str
    """What the bank issued for it: base64 of DER."""


class Wallet(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has with them."""

    name: str
    id_number: str
    id_kind: str = "resident"
    birth_date: str = ""
    id_expires: str = ""
    card: str = ""
    """The number of a bank card."""
    books: tuple[str, ...] = ()
    """Account numbers of passbooks and term books."""
    token: Token | None = None
    """Their U盾; its PIN is the same."""
    pin: str = "135790"
    hundreds: int = 20
    """Notes of 100 yuan, put in whenever cash is asked for."""


EXAMPLE = Wallet(
    name="演示客户", id_number="990000199001019994", birth_date="1990-01-01",
    card="6222000011112222", books=("6228480402564890018",),
)  # fmt: skip
"""Somebody whom no bank knows."""

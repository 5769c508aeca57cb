"""The virtual U盾: in the port of a virtual dispenser it makes its own key, and keeps it to itself; in
the port of a kiosk it signs, once for each time that its PIN was entered.

A real one does this in its chip (国密 U盾); here the private number lives in the memory of the process
that plays the machine; a made-up customer of the demo brings one along.
"""

import binascii
import secrets
from base64 import b64decode, b64encode

from tingtang.devices.model import key_request, sm2
from tingtang.devices.model import token_commands as c
from tingtang.devices.virtual.body import Body
from xfs4iot.virtual.card_world import Card, Chip

PARTS = ("part1", "part2", "part3", "part4")
"""A certificate is longer than one value of a command may be."""
PIN_TRIES = 6
"""Wrong PINs in a row that a token takes before it blocks itself."""


class TokenChip(Chip, kw_only=True):
    """What a U盾 answers where it is plugged in: it signs nothing before its PIN was entered, and one
    message for each time."""

    private: int
    certificate: bytes = b""
    """DER."""
    pin: str = "135790"
    tries: int = PIN_TRIES
    is_open: bool = False

    def reply(self, command: bytes) -> bytes:
        if command == c.READ_CERTIFICATE:
            return c.answer(self.certificate, c.DONE if self.certificate else c.NO_DATA)
        if command.startswith(c.VERIFY):
            return c.answer(b"", self._verified(command[len(c.VERIFY) :]))
        if command.startswith(c.SIGN):
            return self._signed(command[len(c.SIGN) :])
        return c.answer(b"", c.NOT_KNOWN)

    def _verified(self, block: bytes) -> int:
        self.is_open = False
        if self.tries == 0:
            return c.BLOCKED
        if block.hex().upper() == f"2{len(self.pin)}{self.pin}".ljust(16, "F"):
            self.tries, self.is_open = PIN_TRIES, True
            return c.DONE
        self.tries -= 1
        return c.TRIES + self.tries if self.tries else c.BLOCKED

    def _signed(self, told: bytes) -> bytes:
        if not self.is_open:
            return c.answer(b"", c.NOT_VERIFIED)
        self.is_open = False
        size = told[0] if told else 0
        message = told[1 : 1 + size]
        if not message or len(message) != size:
            return c.answer(b"", c.BAD_LENGTH)
        r, s = sm2.sign(self.private, message, 1 + secrets.randbelow(sm2.N - 1))
        return c.answer(r.to_bytes(sm2.SIZE, "big") + s.to_bytes(sm2.SIZE, "big"), c.DONE)


def token(number: str, private: int, certificate: bytes, pin: str = "135790") -> Card:
    """A U盾 in somebody's hand; a machine's port is a reader of chips like another."""
    chip = TokenChip(answer=b"\x3b\x00", private=private, certificate=certificate, pin=pin)
    return Card(number, chip=chip)


def new_key(body: Body, number: str) -> str:
    """A key is made anew for each certificate; gives the request for it, as base64 of its DER."""
    private = 1 + secrets.randbelow(sm2.N - 2)
    made = key_request.request(number, private, 1 + secrets.randbelow(sm2.N - 1))
    body.keys[number] = private
    return b64encode(made).decode()


def install(body: Body, number: str, certificate: str) -> str:
    """Take a certificate in; gives why not: ``no_key``, ``bad_certificate``, ``other_key``."""
    private = body.keys.get(number)
    if private is None:
        return "no_key"
    try:
        point = key_request.key_of(b64decode(certificate, validate=True))
    except (ValueError, binascii.Error):
        return "bad_certificate"
    return "" if point == sm2.encoded(sm2.public_point(private)) else "other_key"

"""The virtual U盾 in the port of a virtual dispenser: makes its own key, and keeps it to itself.

A real one does this in its chip (国密 U盾); here the private number lives in the memory of the process
that plays the machine, and nowhere else.
"""

import binascii
import secrets
from base64 import b64decode, b64encode

from tingtang.devices.model import key_request, sm2
from tingtang.devices.virtual.body import Body

PARTS = ("part1", "part2", "part3", "part4")
"""A certificate is longer than one value of a command may be."""


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

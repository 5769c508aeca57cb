"""What a U盾 says of the key that was made in it: a certification request (PKCS#10, RFC 2986) with
SM2 (GM/T 0015). It is signed with that very key, so that nobody gets a certificate for another's.
"""

import msgspec
from cryptography import x509
from cryptography.x509.oid import NameOID

from tingtang.devices.model import sm2

SEQUENCE, SET, INTEGER, BITS, UTF8, ATTRIBUTES = 0x30, 0x31, 0x02, 0x03, 0x0C, 0xA0
KEY_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
"""SubjectPublicKeyInfo of a point on the SM2 curve, up to the point."""
SIGNED_WITH = bytes.fromhex("300a06082a811ccf55018375")
"""SM2 with SM3: 1.2.156.10197.1.501."""
COMMON_NAME = bytes.fromhex("0603550403")
POINT_BYTES = 2 * sm2.SIZE + 1


class KeyRequest(msgspec.Struct, frozen=True):
    """``number`` is that of the U盾, ``point`` its new public key, uncompressed."""

    number: str
    point: bytes


def request(number: str, private: int, nonce: int) -> bytes:
    """The request of a U盾; raises ValueError where another nonce must be drawn."""
    point = sm2.public_point(private)
    pair = _item(SEQUENCE, COMMON_NAME, _item(UTF8, number.encode()))
    name = _item(SEQUENCE, _item(SET, pair))
    version = _item(INTEGER, b"\x00")
    body = _item(SEQUENCE, version, name, KEY_HEAD + sm2.encoded(point), _item(ATTRIBUTES))
    r, s = sm2.sign(private, body, nonce)
    signature = _item(SEQUENCE, _integer(r), _integer(s))
    return _item(SEQUENCE, body, SIGNED_WITH, _item(BITS, b"\x00", signature))


def read_request(data: bytes) -> KeyRequest:
    """What it says; raises ValueError unless it was signed with the key that it brings."""
    csr = x509.load_der_x509_csr(data)
    body = csr.tbs_certrequest_bytes
    at = body.find(KEY_HEAD) + len(KEY_HEAD)
    if at < len(KEY_HEAD):
        raise ValueError("not a key on the SM2 curve")
    point = sm2.decoded(body[at : at + POINT_BYTES])
    r, s = _pair(csr.signature)
    if not sm2.is_signed(point, body, r, s):
        raise ValueError("not signed with its own key")
    names = csr.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return KeyRequest(str(names[0].value) if names else "", sm2.encoded(point))


def key_of(certificate: bytes) -> bytes:
    """The point that a certificate (DER) is for; raises ValueError where it is for none such."""
    body = x509.load_der_x509_certificate(certificate).tbs_certificate_bytes
    at = body.find(KEY_HEAD) + len(KEY_HEAD)
    if at < len(KEY_HEAD):
        raise ValueError("not a key on the SM2 curve")
    return sm2.encoded(sm2.decoded(body[at : at + POINT_BYTES]))


def _item(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    head = bytes([size]) if size < 0x80 else b"\x81" + bytes([size])
    if size > 0xFF:
        head = b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + head + body


def _integer(value: int) -> bytes:
    return _item(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _pair(signature: bytes) -> tuple[int, int]:
    """(r, s) of a DER sequence of two integers that fills the signature to its end."""
    if len(signature) < 8 or signature[0] != SEQUENCE or signature[1] != len(signature) - 2:
        raise ValueError("not a signature")
    numbers, at = [], 2
    while at < len(signature):
        size = signature[at + 1] if at + 1 < len(signature) else 0
        value = signature[at + 2 : at + 2 + size]
        if signature[at] != INTEGER or not value or len(value) != size:
            raise ValueError("not a signature")
        numbers.append(int.from_bytes(value, "big"))
        at += 2 + size
    if len(numbers) != 2:
        raise ValueError("not a signature")
    return numbers[0], numbers[1]

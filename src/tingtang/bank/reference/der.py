"""Just enough DER for an X.509 certificate (RFC 5280) of a key on the SM2 curve (GB/T 32918), which
common libraries do not build.
"""

import datetime as dt

EC_KEY = bytes.fromhex("2a8648ce3d0201")
SM2_CURVE = bytes.fromhex("2a811ccf5501822d")
"""1.2.156.10197.1.301"""
ECDSA_SHA256 = bytes.fromhex("2a8648ce3d040302")
COMMON_NAME = bytes.fromhex("550403")
INTEGER, BIT_STRING, OBJECT, UTF8, SEQUENCE, SET = 0x02, 0x03, 0x06, 0x0C, 0x30, 0x31
GENERALIZED_TIME, UTC_TIME = 0x18, 0x17
VERSION_3 = bytes.fromhex("a003020102")


def item(tag: int, *parts: bytes) -> bytes:
    """One value: its tag, its length, its bytes."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(body).to_bytes(size, "big") + body


def integer(value: int) -> bytes:
    """A number that is not negative."""
    return item(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def sm2_key(point: bytes) -> bytes:
    """SubjectPublicKeyInfo of an uncompressed point."""
    algorithm = item(SEQUENCE, item(OBJECT, EC_KEY), item(OBJECT, SM2_CURVE))
    return item(SEQUENCE, algorithm, item(BIT_STRING, b"\x00" + point))


def is_key_info(data: bytes) -> bool:
    """A sequence that begins with a sequence and fills the data to its end."""
    body = _body(data)
    return body is not None and body[:1] == bytes([SEQUENCE])


def _body(data: bytes) -> bytes | None:
    if len(data) < 2 or data[0] != SEQUENCE:
        return None
    size, at = data[1], 2
    if size & 0x80:
        count = size & 0x7F
        size, at = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    return data[at:] if len(data) == at + size else None


def _name(common_name: str) -> bytes:
    pair = item(SEQUENCE, item(OBJECT, COMMON_NAME), item(UTF8, common_name.encode()))
    return item(SEQUENCE, item(SET, pair))


def _time(date: dt.date) -> bytes:
    if date.year < 2050:
        return item(UTC_TIME, date.strftime("%y%m%d000000Z").encode())
    return item(GENERALIZED_TIME, date.strftime("%Y%m%d000000Z").encode())


def certificate_body(
    serial: int, issuer: str, subject: str, start: dt.date, end: dt.date, key: bytes
) -> bytes:
    """What is signed (TBSCertificate)."""
    validity = item(SEQUENCE, _time(start), _time(end))
    algorithm = item(SEQUENCE, item(OBJECT, ECDSA_SHA256))
    return item(
        SEQUENCE, VERSION_3, integer(serial), algorithm, _name(issuer), validity, _name(subject), key
    )  # fmt: skip


def certificate(body: bytes, signature: bytes) -> bytes:
    """The whole of it."""
    algorithm = item(SEQUENCE, item(OBJECT, ECDSA_SHA256))
    return item(SEQUENCE, body, algorithm, item(BIT_STRING, b"\x00" + signature))

"""The reference bank's security module, in software: PINs compared by a keyed digest, certificates
issued for the keys of tokens.

It is not a certified HSM and does not pretend to be: keys lie in a file beside the bank's data, and
a PIN block is compared as the pad enciphered it, so that one pad's key and format (ISO 9564 format
0 under the zone's key) must stand behind a PIN from its setting to its check.
"""

import base64
import binascii
import datetime as dt
import hmac
import os
import secrets
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tingtang.bank.reference import der
from tingtang.devices.model import sm2
from tingtang.devices.model.key_request import key_of

YEARS = 5
ISSUER = "Tingtang reference bank"


class _Keys(msgspec.Struct, frozen=True):
    pin: str
    authority: str
    """The private key that signs certificates, as PEM."""


class SoftwareSecurity:
    """The keys of one reference bank; made at its first start."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            _make(path)
        keys = msgspec.json.decode(path.read_bytes(), type=_Keys)
        self._pin = bytes.fromhex(keys.pin)
        loaded = serialization.load_pem_private_key(keys.authority.encode(), None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise TypeError("the authority's key is not an EC key")
        self._authority = loaded

    def digest(self, pin_block: str) -> str:
        return hmac.digest(self._pin, pin_block.strip().encode(), "sha256").hex()

    def certificate(self, subject: str, public_key: str, serial: str, date: str) -> tuple[str, str]:
        """An X.509 certificate for a public key: an SM2 point (128 or 130 hexadecimal digits), or
        any SubjectPublicKeyInfo (PEM, or base64 of DER). Signed with ECDSA on P-256.
        """
        start = dt.date.fromisoformat(date)
        end = start.replace(year=start.year + YEARS, day=min(start.day, 28))
        body = der.certificate_body(
            int(serial, 16), ISSUER, subject, start, end, key_info(public_key)
        )
        signature = self._authority.sign(body, ec.ECDSA(hashes.SHA256()))
        whole = base64.encodebytes(der.certificate(body, signature)).decode()
        pem = f"-----BEGIN CERTIFICATE-----\n{whole}-----END CERTIFICATE-----\n"
        return pem, end.isoformat()

    def is_signed(self, certificate: str, message: bytes, signature: bytes) -> bool:
        """By the SM2 key that the certificate is for; False for a key of any other kind."""
        whole = base64.b64decode(
            "".join(x for x in certificate.splitlines() if not x.startswith("-----"))
        )
        if len(signature) != 2 * sm2.SIZE:
            return False
        try:
            point = sm2.decoded(key_of(whole))
        except ValueError:
            return False
        r, s = (int.from_bytes(x, "big") for x in (signature[: sm2.SIZE], signature[sm2.SIZE :]))
        return sm2.is_signed(point, message, r, s)

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """By which certificates are verified."""
        return self._authority.public_key()


def key_info(given: str) -> bytes:
    """SubjectPublicKeyInfo of a key as a token gives it; ValueError where it is none."""
    text = given.strip()
    if len(text) in {128, 130}:
        try:
            point = bytes.fromhex(text)
        except ValueError:
            point = b""
        if len(point) == 64:
            point = b"\x04" + point
        if point[:1] == b"\x04":
            return der.sm2_key(point)
    lines = [line for line in text.splitlines() if not line.startswith("-----")]
    try:
        info = base64.b64decode("".join(lines), validate=True)
    except binascii.Error as error:
        raise ValueError("a public key is hexadecimal, PEM or base64") from error
    if not der.is_key_info(info):
        raise ValueError("no SubjectPublicKeyInfo")
    return info


def _make(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    body = msgspec.json.encode(_Keys(secrets.token_hex(32), pem.decode()))
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(body)

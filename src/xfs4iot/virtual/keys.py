"""Keys inside an encrypting PIN pad: what they are for, and what is done with them.

Usage, algorithm and mode are the letters of ANSI X9.143 (TR-31) key blocks. Key values never leave
this module's store.
"""

import hashlib
from typing import Literal

import msgspec
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

Algorithm = Literal["T", "A"]
"""Triple DES or AES."""

KEYS_MAX = 64
LENGTHS = {"T": {16, 24}, "A": {16, 24, 32}}
"""Bytes of a key, by algorithm."""


class WrongUse(Exception):  # noqa: N818 it is the specification's useViolation
    """The key is not for that."""


class Key(msgspec.Struct, frozen=True):
    """A key and its attributes."""

    value: bytes
    usage: str
    """P0 PIN encryption, D0 data, M* authentication, K0 and K1 keys under keys."""
    algorithm: Algorithm
    mode: str
    """E encrypt, D decrypt, B both, C calculate, G generate, V verify, N and X any or derive."""
    exportability: str = "N"

    def __repr__(self) -> str:
        return f"Key({self.usage}, {self.algorithm}, {self.mode})"

    def _cipher(self) -> TripleDES | AES:
        if self.algorithm == "A":
            return AES(self.value)
        # Two-key Triple DES is the three-key one with the first key again at the end.
        return TripleDES(self.value if len(self.value) == 24 else self.value + self.value[:8])

    @property
    def block_bytes(self) -> int:
        return 8 if self.algorithm == "T" else 16

    def require(self, usages: str, modes_of_use: str) -> None:
        """Raise WrongUse unless the key is for one of ``usages`` (first letters or whole)."""
        if not any(self.usage.startswith(usage) for usage in usages.split()):
            raise WrongUse(f"a key of usage {self.usage}")
        if self.mode not in modes_of_use:
            raise WrongUse(f"a key with mode of use {self.mode}")

    def encrypt(self, data: bytes, iv: bytes | None = None) -> bytes:
        """Whole blocks, ECB or with ``iv`` CBC. Raises ValueError on a broken block."""
        mode = modes.CBC(iv) if iv is not None else modes.ECB()  # noqa: S305 as the standards ask
        worker = Cipher(self._cipher(), mode).encryptor()
        return worker.update(data) + worker.finalize()

    def decrypt(self, data: bytes, iv: bytes | None = None) -> bytes:
        mode = modes.CBC(iv) if iv is not None else modes.ECB()  # noqa: S305
        worker = Cipher(self._cipher(), mode).decryptor()
        return worker.update(data) + worker.finalize()

    def cmac(self, data: bytes) -> bytes:
        """Authentication of NIST SP 800-38B."""
        worker = CMAC(self._cipher())
        worker.update(data)
        return worker.finalize()

    def check_value(self, kind: Literal["kcvZero", "kcvSelf"]) -> bytes:
        """Three bytes that show that two sides hold the same key.

        ``kcvZero`` encrypts a block of zeros, ``kcvSelf`` the key's own first block.
        """
        source = bytes(self.block_bytes) if kind == "kcvZero" else self.value[: self.block_bytes]
        return self.encrypt(source)[:3]


class KeyStore:
    """The keys of a device, kept through power losses."""

    def __init__(self) -> None:
        self._keys: dict[str, Key] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, name: str) -> Key | None:
        return self._keys.get(name)

    def put(self, name: str, key: Key) -> None:
        """Raises ValueError for a length that the algorithm does not have."""
        if len(key.value) not in LENGTHS[key.algorithm]:
            raise ValueError(f"a key of {len(key.value)} bytes")
        self._keys[name] = key

    def remove(self, name: str) -> None:
        self._keys.pop(name, None)

    def clear(self) -> None:
        self._keys.clear()

    def describe(self) -> dict[str, Key]:
        return dict(self._keys)


def digest(algorithm: Literal["sha1", "sha256"], data: bytes) -> bytes:
    """A hash, as Crypto.Digest gives it; SHA-1 is there for old hosts."""
    return hashlib.new(algorithm, data, usedforsecurity=False).digest()

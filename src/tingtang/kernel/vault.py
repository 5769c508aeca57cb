"""The vault: what keeps sensitive fields unreadable at rest, and what signs.

Keys live in a versioned key file beside the database, never inside it, nor in its backups. A field
is sealed with AES-256-GCM or SM4-GCM and bound to the place it was written to, so that a ciphertext
moved to another row does not open. It is found again by a *blind index*: a keyed hash of its
normalised value (HMAC-SHA256 or HMAC-SM3) in a column beside it. :class:`Vault` is the port behind
which a hardware security module can stand.
"""

import contextlib
import os
import re
import secrets
import struct
import unicodedata
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tingtang.kernel.errors import Trouble

FORMAT = 1
"""First byte of every ciphertext, and of the key file."""
HEADER = struct.Struct(">BI")
"""Format and key version, before the nonce."""
NONCE_BYTES = 12
TAG_BYTES = 16
SECRET_BYTES = 32
NORMALISE_MAX = 4
"""Rounds until a text no longer changes: each step may make work for another."""
OPEN_TO_OTHERS = 0o077
"""Mode bits of a key file that let others in."""


class KeyFileProblem(Trouble):
    """The key file cannot be used; the words say why and what to do."""


class CannotOpen(Exception):  # noqa: N818
    """A sealed field does not open: another key, another place, or changed bytes."""


class Suite(StrEnum):
    """Which ciphers a key is for."""

    AES_256_GCM = "aes-256-gcm"
    SM4_GCM = "sm4-gcm"


class Signature(msgspec.Struct, frozen=True):
    """An Ed25519 signature and the version of the key that made it."""

    key_version: int
    value: bytes


class Vault(Protocol):
    """What features may ask of the keys. The keys themselves are never given out."""

    def seal(self, text: str, context: str) -> bytes:
        """Encrypt ``text`` for the place ``context`` (table/column/row) with the newest key."""
        ...

    def open(self, sealed: bytes, context: str) -> str:
        """Decrypt what was sealed for the same place; raises :class:`CannotOpen`."""
        ...

    def index(self, text: str, purpose: str) -> bytes:
        """The blind index of the normalised ``text`` under the newest key: to write."""
        ...

    def indexes(self, text: str, purpose: str) -> list[bytes]:
        """The blind indexes under every key, newest first: to search."""
        ...

    def current_header(self) -> bytes:
        """How everything sealed with the newest key begins: to find what is to be sealed again."""
        ...

    def secret(self, purpose: str) -> bytes:
        """32 bytes for one purpose (session cookies, links), derived from the newest key."""
        ...

    def sign(self, message: bytes) -> Signature:
        """Sign with the newest key."""
        ...

    def public_key(self, key_version: int) -> bytes | None:
        """The 32 bytes with which a signature of that key is checked; None if unknown."""
        ...


class Key(msgspec.Struct, frozen=True):
    """One version of the keys. ``signing`` is dropped when a newer version takes over."""

    version: int
    created_ms: int
    suite: Suite
    secret: bytes
    public: bytes
    signing: bytes | None

    def __repr__(self) -> str:
        return f"Key(version={self.version}, suite={self.suite})"  # never the secrets


class KeyFile(msgspec.Struct, frozen=True):
    """The key file's content, as JSON; bytes are base64."""

    format: int
    keys: list[Key]


class KeyFileVault:
    """A vault over the keys of a file."""

    def __init__(self, file: KeyFile) -> None:
        self._keys = {key.version: key for key in file.keys}
        self._newest = max(file.keys, key=lambda key: key.version)
        self._derive = lru_cache(maxsize=256)(self._derive_now)

    @property
    def suite(self) -> Suite:
        """The ciphers of the newest key."""
        return self._newest.suite

    @property
    def versions(self) -> list[int]:
        """The key versions, oldest first."""
        return sorted(self._keys)

    def seal(self, text: str, context: str) -> bytes:
        key = self._newest
        header = self.current_header()
        nonce = secrets.token_bytes(NONCE_BYTES)
        secret = self._derive(key.version, "seal")
        return header + nonce + _encrypt(
            key.suite, secret, nonce, text.encode(), header + context.encode()
        )  # fmt: skip

    def open(self, sealed: bytes, context: str) -> str:
        if len(sealed) < HEADER.size + NONCE_BYTES + TAG_BYTES:
            raise CannotOpen("too short to be a sealed field")
        header, rest = sealed[: HEADER.size], sealed[HEADER.size :]
        format_, version = HEADER.unpack(header)
        key = self._keys.get(version)
        if format_ != FORMAT or key is None:
            raise CannotOpen(f"sealed with key {version}, which is not in the key file")
        nonce, body = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
        secret = self._derive(version, "seal")
        try:
            text = _decrypt(key.suite, secret, nonce, body, header + context.encode())
        except InvalidTag:
            raise CannotOpen("the sealed field was changed or moved to another place") from None
        return text.decode()

    def index(self, text: str, purpose: str) -> bytes:
        return self._index(self._newest, text, purpose)

    def indexes(self, text: str, purpose: str) -> list[bytes]:
        return [
            self._index(self._keys[version], text, purpose) for version in reversed(self.versions)
        ]

    def current_header(self) -> bytes:
        return HEADER.pack(FORMAT, self._newest.version)

    def secret(self, purpose: str) -> bytes:
        return self._derive(self._newest.version, f"secret/{purpose}")

    def sign(self, message: bytes) -> Signature:
        signing = self._newest.signing
        if signing is None:
            raise KeyFileProblem(
                "密钥文件中最新的密钥不能签名", "the newest key of the key file cannot sign"
            )
        value = Ed25519PrivateKey.from_private_bytes(signing).sign(message)
        return Signature(self._newest.version, value)

    def public_key(self, key_version: int) -> bytes | None:
        key = self._keys.get(key_version)
        return None if key is None else key.public

    def _index(self, key: Key, text: str, purpose: str) -> bytes:
        mac = hmac.HMAC(self._derive(key.version, f"index/{purpose}"), _hash_of(key.suite))
        mac.update(normalise(text).encode())
        return mac.finalize()

    def _derive_now(self, version: int, purpose: str) -> bytes:
        key = self._keys[version]
        info = f"tingtang/{key.suite}/{purpose}".encode()
        return HKDF(_hash_of(key.suite), SECRET_BYTES, salt=None, info=info).derive(key.secret)


def normalise(text: str) -> str:
    """The form in which two spellings of one value are the same.

    Unicode NFKC (full-width digits become plain ones), small letters, and no blanks or hyphens: so
    "１３８-0013 8000" and "13800138000" are found by each other.
    """
    for _ in range(NORMALISE_MAX):
        before = text
        text = unicodedata.normalize("NFKC", text).casefold()
        text = re.sub(r"[\s\-‐-―]+", "", text)
        if text == before:
            break
    return text


def is_signed(message: bytes, signature: bytes, public_key: bytes) -> bool:
    """True if ``signature`` is Ed25519's over ``message``."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def open_vault(path: Path) -> KeyFileVault:
    """The vault of an existing key file; raises :class:`KeyFileProblem`."""
    return KeyFileVault(read_key_file(path))


def open_or_create_vault(path: Path, suite: Suite, now_ms: int) -> KeyFileVault:
    """The vault of the key file, which is made, with one key, where there is none yet."""
    if not path.exists():
        with contextlib.suppress(FileExistsError):  # another process was faster: use its file
            _write(path, KeyFile(FORMAT, [_new_key(1, suite, now_ms)]), replace=False)
    return open_vault(path)


def rotate(path: Path, suite: Suite, now_ms: int) -> int:
    """Add a new key, with which all is sealed and signed from now on; gives its version.

    What was sealed before still opens. A server that is running takes the new key at its next
    start.
    """
    old = read_key_file(path)
    version = max(key.version for key in old.keys) + 1
    kept = [msgspec.structs.replace(key, signing=None) for key in old.keys]
    _write(path, KeyFile(FORMAT, [*kept, _new_key(version, suite, now_ms)]), replace=True)
    return version


def read_key_file(path: Path) -> KeyFile:
    """The keys of a file that nobody else may read; raises :class:`KeyFileProblem`."""
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise KeyFileProblem(
            f"无法读取密钥文件 {path}：{error.strerror}",
            f"the key file {path} cannot be read: {error.strerror}",
        ) from None
    if mode & OPEN_TO_OTHERS:
        raise KeyFileProblem(
            f"密钥文件 {path} 可被他人读取：请执行 chmod 600，并视其密钥为已泄露",
            f"the key file {path} can be read by others: chmod 600 it, and consider its keys known",
        )
    try:
        file = msgspec.json.decode(content, type=KeyFile)
    except msgspec.DecodeError as error:
        raise KeyFileProblem(
            f"密钥文件 {path} 已损坏：{error}", f"the key file {path} is damaged: {error}"
        ) from None
    if file.format != FORMAT or not file.keys:
        raise KeyFileProblem(
            f"密钥文件 {path} 中没有本版本可用的密钥",
            f"the key file {path} has no key that this version can use",
        )
    return file


def _new_key(version: int, suite: Suite, now_ms: int) -> Key:
    signing = Ed25519PrivateKey.generate()
    return Key(
        version=version,
        created_ms=now_ms,
        suite=suite,
        secret=secrets.token_bytes(SECRET_BYTES),
        public=signing.public_key().public_bytes_raw(),
        signing=signing.private_bytes_raw(),
    )


def _write(path: Path, file: KeyFile, *, replace: bool) -> None:
    """Write beside and then put in place, so that there is never half a key file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(msgspec.json.format(msgspec.json.encode(file)) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        if replace:
            beside.replace(path)
        else:
            path.hardlink_to(beside)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        beside.unlink(missing_ok=True)


def _hash_of(suite: Suite) -> hashes.HashAlgorithm:
    return hashes.SM3() if suite is Suite.SM4_GCM else hashes.SHA256()


def _encrypt(suite: Suite, secret: bytes, nonce: bytes, data: bytes, bound: bytes) -> bytes:
    if suite is Suite.AES_256_GCM:
        return AESGCM(secret).encrypt(nonce, data, bound)
    encryptor = Cipher(algorithms.SM4(secret[:16]), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound)
    return encryptor.update(data) + encryptor.finalize() + encryptor.tag


def _decrypt(suite: Suite, secret: bytes, nonce: bytes, body: bytes, bound: bytes) -> bytes:
    if suite is Suite.AES_256_GCM:
        return AESGCM(secret).decrypt(nonce, body, bound)
    data, tag = body[:-TAG_BYTES], body[-TAG_BYTES:]
    decryptor = Cipher(algorithms.SM4(secret[:16]), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(bound)
    return decryptor.update(data) + decryptor.finalize()

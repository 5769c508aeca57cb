"""Anchors: the signed heads of all streams at one moment, in a file to be kept elsewhere.

Whoever holds an anchor can later prove that nothing before it was changed or removed, even by
somebody who could rewrite the whole database. The file is lines of JSON: a title, then
``[stream, sequence, hash]`` for each stream in the order of the streams' bytes, then the SHA-256 of
all that and an Ed25519 signature over it.
"""

import hashlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec
import sqlalchemy as sa

from tingtang.kernel import log_tables as t
from tingtang.kernel.errors import Trouble
from tingtang.kernel.vault import Vault, is_signed

FORMAT = "tingtang anchor 1"
CHUNK = 1000
"""Rows fetched at a time."""


class AnchorProblem(Trouble):
    """The anchor file cannot be trusted; the words say why."""


class Head(msgspec.Struct, frozen=True, array_like=True):
    """Where a stream stood."""

    stream: str
    sequence: int
    hash: bytes


class Title(msgspec.Struct, frozen=True):
    """What an anchor is about."""

    format: str
    position: int
    """The newest position of the log when the anchor was taken."""
    time_ms: int
    streams: int


class _Seal(msgspec.Struct, frozen=True):
    sha256: bytes
    key_version: int
    public_key: bytes
    signature: bytes


_head_decoder = msgspec.json.Decoder(Head)


def read_heads(connection: sa.Connection) -> Iterator[Head]:
    """The present heads, in the order of the streams' bytes, a few at a time."""
    query = sa.select(t.streams.c.stream, t.streams.c.sequence, t.streams.c.hash)
    rows = connection.execution_options(stream_results=True, yield_per=CHUNK).execute(
        query.order_by(t.streams.c.stream)
    )
    return (Head(stream, sequence, bytes(head)) for stream, sequence, head in rows)


def write_anchor(connection: sa.Connection, vault: Vault, path: Path, now_ms: int) -> Title:
    """Write the anchor of this moment to ``path``, which must not exist yet."""
    position = connection.scalar(sa.select(sa.func.max(t.events.c.position))) or 0
    streams = connection.scalar(sa.select(sa.func.count()).select_from(t.streams)) or 0
    title = Title(FORMAT, position, now_ms, streams)
    digest = hashlib.sha256()
    beside = path.with_name(f".{path.name}.new")
    if path.exists():
        raise AnchorProblem(
            f"{path} 已存在，锚点文件不可覆盖",
            f"{path} exists already; an anchor is never overwritten",
        )
    with beside.open("wb") as out:
        for line in itertools.chain([title], read_heads(connection)):
            encoded = msgspec.json.encode(line) + b"\n"
            digest.update(encoded)
            out.write(encoded)
        signature = vault.sign(digest.digest())
        public = vault.public_key(signature.key_version) or b""
        seal = _Seal(digest.digest(), signature.key_version, public, signature.value)
        out.write(msgspec.json.encode(seal) + b"\n")
    beside.rename(path)
    return title


class Anchor:
    """An anchor file whose signature holds."""

    def __init__(self, path: Path, title: Title) -> None:
        self.path = path
        self.title = title

    def heads(self) -> Iterator[Head]:
        """The heads, in the order of the streams' bytes, a few at a time."""
        with self.path.open("rb") as lines:
            next(lines)
            for _ in range(self.title.streams):
                yield _head_decoder.decode(next(lines))


def open_anchor(path: Path, vault: Vault | None, public_key: bytes | None = None) -> Anchor:
    """The anchor of a file, its signature checked; raises :class:`AnchorProblem`.

    The key that must have signed it is ``public_key``, kept by the auditor, or else the vault's.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as lines:
            first = next(lines)
            title = msgspec.json.decode(first, type=Title)
            digest.update(first)
            for _ in range(title.streams):
                digest.update(next(lines))
            seal = msgspec.json.decode(next(lines), type=_Seal)
            more = lines.read(1)
    except (OSError, StopIteration, msgspec.DecodeError) as error:
        raise AnchorProblem(
            f"{path} 不是完整的锚点文件：{error}",
            f"{path} is not an anchor, or not all of one: {error}",
        ) from None
    if title.format != FORMAT or more:
        raise AnchorProblem(
            f"{path} 不是本版本可读的锚点文件",
            f"{path} is not an anchor that this version can read",
        )
    trusted = public_key
    if trusted is None and vault is not None:
        trusted = vault.public_key(seal.key_version)
    if trusted is None:
        raise AnchorProblem(
            f"{path} 由密钥 {seal.key_version} 签名，密钥文件中没有该密钥：请提供审计员保存的公钥",
            f"{path} was signed with key {seal.key_version}, which is not in the key file: "
            "give the public key that the auditor kept",
        )
    if seal.sha256 != digest.digest() or not is_signed(digest.digest(), seal.signature, trusted):
        raise AnchorProblem(
            f"{path} 签名后被改动，或由其他密钥签名",
            f"{path} was changed after it was signed, or signed with another key",
        )
    return Anchor(path, title)

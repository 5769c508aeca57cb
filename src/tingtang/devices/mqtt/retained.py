"""Retained messages of the embedded broker, by whose they are; kept over a restart in one file."""

import asyncio
import contextlib
import logging
import os
from pathlib import Path

import msgspec

FLUSH_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Retained(msgspec.Struct, frozen=True, array_like=True):
    payload: bytes
    qos: int


Kept = dict[str, dict[str, Retained]]
"""By user, then by topic."""


class RetainedStore:
    """Bounded for every user. ``file`` None keeps nothing over a restart."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._kept: Kept = {}
        self._is_changed = False

    def load(self) -> None:
        """Read the file; one that cannot be read is as none, for clients say it all again."""
        if self._file is None or not self._file.exists():
            return
        try:
            self._kept = msgspec.msgpack.decode(self._file.read_bytes(), type=Kept)
        except (msgspec.DecodeError, OSError) as error:
            logger.warning("retained messages could not be read: %s", error)

    def set(self, user: str, topic: str, message: Retained, most: int) -> bool:
        """Keep a message; an empty one clears. False where the user has ``most`` already."""
        own = self._kept.setdefault(user, {})
        if not message.payload:
            if own.pop(topic, None) is not None:
                self._is_changed = True
            return True
        if topic not in own and len(own) >= most:
            return False
        if own.get(topic) != message:
            own[topic] = message
            self._is_changed = True
        return True

    def of(self, user: str) -> dict[str, Retained]:
        return self._kept.get(user, {})

    def users(self) -> list[str]:
        return list(self._kept)

    def forget(self, user: str) -> None:
        if self._kept.pop(user, None):
            self._is_changed = True

    async def run(self) -> None:
        """Write the file whenever something has changed."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        if self._file is None or not self._is_changed:
            return
        self._is_changed = False
        data = msgspec.msgpack.encode(self._kept)
        try:
            await asyncio.to_thread(_replace, self._file, data)
        except OSError as error:
            self._is_changed = True
            logger.warning("retained messages could not be written: %s", error)


def _replace(file: Path, data: bytes) -> None:
    """Write beside and rename, so that a crash leaves the old file or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(file)
    with contextlib.suppress(OSError):
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

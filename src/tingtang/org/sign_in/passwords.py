"""Password hashes: argon2id in threads of their own, because one takes a tenth of a second."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tingtang.kernel.errors import BUSY, Refused

T = TypeVar("T")

THREADS = 2
WAITING_MAX = 64
"""Hashes waiting; more than this is an attack, and the hall must not wait for it."""


class Passwords:
    """Hashes and verifies. The default costs are RFC 9106's second recommendation (64 MiB)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """The hash to store."""
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether ``password`` is the stored one; takes as long where there is nobody (None)."""
        if stored is None:
            if not self._nobody:
                self._nobody = await self.hash("nobody has this password")
            stored, exists = self._nobody, False
        else:
            exists = True
        return await self._run(lambda: self._matches(stored, password)) and exists

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING_MAX:
            raise Refused(BUSY)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

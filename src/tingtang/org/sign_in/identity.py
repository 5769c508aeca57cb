"""Who is asking, as the outermost layer sees it."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from tingtang.kernel.permissions import NOBODY, Actor


class Identity(msgspec.Struct, frozen=True):
    """An actor and the session through which it is known."""

    actor: Actor
    session: str = ""
    """The session's id, by which it can be watched and revoked; empty where there is none."""
    expires_ms: int = 0


STRANGER = Identity(NOBODY)


class Identifier(Protocol):
    """Tells who is asking. ``known`` is cheap and answers None where ``find`` must be asked."""

    def known(self, token: str) -> Identity | None: ...
    async def find(self, token: str) -> Identity: ...
    def is_valid(self, identity: Identity) -> bool: ...
    def on_end(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` whenever sessions were ended before their time."""
        ...


class NobodyKnown:
    """Knows nobody: for an application without sign-in."""

    def known(self, token: str) -> Identity | None:  # noqa: ARG002
        return STRANGER

    async def find(self, token: str) -> Identity:  # noqa: ARG002
        return STRANGER

    def is_valid(self, identity: Identity) -> bool:  # noqa: ARG002
        return True

    def on_end(self, listener: Callable[[], None]) -> None:
        """Nobody's session ever ends."""

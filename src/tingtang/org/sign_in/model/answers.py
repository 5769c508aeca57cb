"""What sign-in answers and is asked: bodies of its routes."""

from typing import Annotated

import msgspec

from tingtang.kernel.permissions import Actor, ActorKind
from tingtang.org.sign_in.model.rules import (
    INVITATION_MAX_MS,
    INVITATION_MS,
    PASSWORD_LENGTH_MAX,
    TerminalKind,
)

ShortText = Annotated[str, msgspec.Meta(max_length=80)]
Secret = Annotated[str, msgspec.Meta(max_length=PASSWORD_LENGTH_MAX)]


class Credentials(msgspec.Struct, frozen=True):
    """A name and a password, and the code of the second factor where one is set up."""

    name: ShortText
    password: Secret
    code: ShortText = ""


class NewPassword(msgspec.Struct, frozen=True):
    """The present password and the one to replace it."""

    old: Secret
    new: Secret


class Code(msgspec.Struct, frozen=True):
    """A code that was typed or scanned."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class LinkToken(msgspec.Struct, frozen=True):
    """The token at the end of a customer's link."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class OpenPage(msgspec.Struct, frozen=True):
    """The branch whose public page was opened."""

    branch: ShortText


class WhoIAm(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom the server takes the caller for."""

    kind: ActorKind
    id: str
    name: str = ""
    branch: str = ""
    """The branch the caller belongs to; empty for those above all branches."""
    unit: str = ""
    roles: list[str] = []
    permissions: list[str] = []
    subject: str = ""
    """A customer's own ticket or booking; a counter screen's own counter."""
    must: str = ""
    """"password" or "second_factor": what must be done before anything else."""


def who(
    actor: Actor, *, name: str = "", branch: str = "", unit: str = "", must: str = ""
) -> WhoIAm:
    """The answer for ``actor``; lists sorted, so that equal answers are equal bytes."""
    if not branch and actor.branches is not None and len(actor.branches) == 1:
        branch = next(iter(actor.branches))
    return WhoIAm(
        actor.kind,
        actor.id,
        name,
        branch,
        unit,
        sorted(actor.roles),
        sorted(actor.permissions),
        actor.subject,
        must,
    )


class SecondFactor(msgspec.Struct, frozen=True):
    """What an authenticator app needs. Shown once."""

    secret: str
    uri: str


class RecoveryCodes(msgspec.Struct, frozen=True):
    """Each lets its owner in once without the second factor. Shown once."""

    codes: list[str]


class SessionSeen(msgspec.Struct, frozen=True):
    """A session, as its owner or the security administrator sees it."""

    id: str
    kind: ActorKind
    owner: str
    surface: str
    created_ms: int
    seen_ms: int
    expires_ms: int


class SessionList(msgspec.Struct, frozen=True):
    sessions: list[SessionSeen]


class Invite(msgspec.Struct, frozen=True):
    """A machine to be enrolled. A counter's screen names its counter."""

    kind: TerminalKind
    label: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    counter: ShortText = ""
    valid_ms: Annotated[int, msgspec.Meta(ge=60_000, le=INVITATION_MAX_MS)] = INVITATION_MS


class Invitation(msgspec.Struct, frozen=True):
    """An invitation that was issued; ``code`` is shown once, to whom issued it."""

    id: str
    kind: TerminalKind
    label: str
    counter: str
    expires_ms: int
    code: str = ""


class TerminalSeen(msgspec.Struct, frozen=True):
    """An enrolled machine."""

    id: str
    kind: TerminalKind
    label: str
    counter: str
    enrolled_ms: int
    revoked_ms: int
    seen_ms: int


class TerminalList(msgspec.Struct, frozen=True):
    terminals: list[TerminalSeen]
    invitations: list[Invitation]


class DoorCode(msgspec.Struct, frozen=True):
    """What the screen at the door shows as a QR code until ``changes_ms``."""

    code: str
    url: str
    changes_ms: int


class NewReset(msgspec.Struct, frozen=True):
    """A password to be told to its owner, who must change it at first use."""

    password: str


class Access(msgspec.Struct, frozen=True):
    """The ``access`` section of a branch's settings."""

    remote_tickets: bool = False
    """Tickets also for phones that are not at the door."""

"""What happens at the door. People and machines by id; never a name, an address or a secret."""

from tingtang.kernel.events import Event, EventTypes


class SignedIn(Event, frozen=True):
    staff: str
    session: str
    method: str
    """"password", "password+code", "password+recovery", "oidc" or "demo"."""


class SignInFailed(Event, frozen=True):
    reason: str
    staff: str = ""
    """Empty where the name belongs to nobody."""


class SignedOut(Event, frozen=True):
    session: str


class SessionRevoked(Event, frozen=True):
    session: str
    owner: str


class PasswordChanged(Event, frozen=True):
    staff: str


class PasswordReset(Event, frozen=True):
    staff: str


class SecondFactorSet(Event, frozen=True):
    staff: str


class SecondFactorRemoved(Event, frozen=True):
    staff: str


class RecoveryCodeUsed(Event, frozen=True):
    staff: str
    left: int


class TerminalInvited(Event, frozen=True):
    invitation: str
    branch: str
    kind: str


class InvitationWithdrawn(Event, frozen=True):
    invitation: str
    branch: str


class TerminalEnrolled(Event, frozen=True):
    terminal: str
    invitation: str
    branch: str
    kind: str


class TerminalRevoked(Event, frozen=True):
    terminal: str
    branch: str


class LinksRevoked(Event, frozen=True):
    """All links to one ticket or booking that were made up to now are dead."""

    subject: str
    before_ms: int


SIGN_IN_EVENTS = EventTypes(
    "sign_in",
    (
        SignedIn, SignInFailed, SignedOut, SessionRevoked, PasswordChanged, PasswordReset,
        SecondFactorSet, SecondFactorRemoved, RecoveryCodeUsed, TerminalInvited,
        InvitationWithdrawn, TerminalEnrolled, TerminalRevoked, LinksRevoked,
    ),
)  # fmt: skip

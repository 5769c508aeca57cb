"""What sign-in must be told by the installation."""

import msgspec
from argon2 import PasswordHasher

from tingtang.org.sign_in.model.rules import STAFF_IDLE_MS, STAFF_LONGEST_MS


class OidcOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The bank's own sign-in (OpenID Connect, code flow with PKCE)."""

    issuer: str
    client_id: str
    client_secret: str = ""
    scopes: str = "openid profile"
    name_claim: str = "preferred_username"
    """The claim that holds a staff member's sign-in name."""


class SignInOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the application's options that is sign-in's."""

    is_tls: bool = False
    public_url: str = ""
    messages_url: str = ""
    oidc: OidcOptions | None = None
    staff_idle_ms: int = STAFF_IDLE_MS
    staff_longest_ms: int = STAFF_LONGEST_MS
    password_hasher: PasswordHasher | None = None
    """How passwords are hashed; None takes argon2id with the costs of RFC 9106."""

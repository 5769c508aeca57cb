"""What the web application must be told; made from the settings, or by hand in tests."""

from pathlib import Path

import msgspec
from argon2 import PasswordHasher


class OidcOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The bank's own sign-in (OpenID Connect, code flow with PKCE)."""

    issuer: str
    client_id: str
    client_secret: str = ""
    scopes: str = "openid profile"
    name_claim: str = "preferred_username"
    """The claim that holds a staff member's sign-in name."""


class WebOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Everything :func:`tingtang.http.app.build` needs beyond its ports."""

    database_url: str
    data_folder: Path = Path("var")
    is_demo: bool = False
    is_tls: bool = False
    """True where browsers reach us over HTTPS: cookies are Secure and HSTS is sent."""
    public_url: str = ""
    """How people reach this server ("https://hall.example"); empty takes the request's own host."""
    origins: tuple[str, ...] = ()
    """Other origins whose pages may call this server (a reverse proxy's name)."""
    static_folder: Path | None = None
    """The built web pages; None looks in the package and then in a checkout's web/dist."""
    oidc: OidcOptions | None = None
    public_per_second: float = 20.0
    """Requests a second that one address without a session may make, with bursts of ten seconds'
    worth: a branch's guests often share one address."""
    sign_ins_per_minute: float = 30.0
    """Attempts to sign in or enrol from one address."""
    password_hasher: PasswordHasher | None = None
    """How passwords are hashed; None takes argon2id with the costs of RFC 9106."""
    metrics_token: str = ""
    """If set, /metrics asks for it as a bearer token; else only this machine may read them."""

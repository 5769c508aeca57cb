"""Sign-in through the bank's own identity provider: OpenID Connect, code flow with PKCE."""

import hmac
import secrets
from typing import Any

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tingtang.kernel.clock import HOUR_MS, MINUTE_MS, Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import ADMINISTRATORS
from tingtang.org.directory import Directory
from tingtang.org.sign_in.model import rules as r
from tingtang.org.sign_in.options import OidcOptions
from tingtang.org.sign_in.staff import Opened, StaffSignIn
from tingtang.org.sign_in.tokens import Claim, ClaimKind, Signer

UNDER_WAY_MS = 10 * MINUTE_MS
DISCOVERY_MS = HOUR_MS
TIME_OUT_SECONDS = 10.0
LEEWAY_SECONDS = 60
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
STRONG = frozenset({"mfa", "otp", "hwk", "swk", "sms", "fpt", "face"})
"""``amr`` values (RFC 8176) that tell of a second factor."""
NEXT_LENGTH_MAX = 200


class _Provider(msgspec.Struct, frozen=True):
    """What the provider says of itself (OpenID Connect Discovery)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Given(msgspec.Struct, frozen=True):
    """What the provider answers to a code; only who it is counts for us."""

    id_token: str


class Oidc:
    """Sends staff to the provider and reads what it says when they come back."""

    def __init__(
        self,
        settings: OidcOptions | None,
        staff: StaffSignIn,
        directory: Directory,
        signer: Signer,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._staff = staff
        self._directory = directory
        self._signer = signer
        self._clock = clock
        self._provider: _Provider | None = None
        self._keys: KeySet | None = None
        self._read_ms = 0

    @property
    def is_on(self) -> bool:
        return self._settings is not None

    async def begin(self, callback: str, next_path: str) -> tuple[str, str]:
        """The provider's address to go to, and the token to keep until they come back."""
        settings = self._required()
        provider, _ = await self._discover()
        state, nonce = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        verifier = secrets.token_urlsafe(48)
        url = prepare_grant_uri(
            provider.authorization_endpoint,
            settings.client_id,
            "code",
            redirect_uri=callback,
            scope=settings.scopes,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        now_ms = self._clock.now_ms()
        kept = f"{state} {nonce} {verifier}"
        claim = Claim(ClaimKind.OIDC, safe_path(next_path), kept, now_ms, now_ms + UNDER_WAY_MS)
        return str(url), self._signer.sign(claim)

    async def finish(
        self, callback: str, kept_token: str, state: str, code: str, surface: str
    ) -> tuple[Opened, str]:
        """A session for whom the provider vouches for, and the page they wanted."""
        settings = self._required()
        claim = self._signer.read(kept_token)
        if (
            claim is None
            or claim.kind is not ClaimKind.OIDC
            or claim.expires_ms <= self._clock.now_ms()
        ):
            raise Refused(r.OIDC_FAILED, reason="state")
        kept_state, nonce, verifier = claim.subject.split(" ")
        if not hmac.compare_digest(kept_state.encode(), state.encode()):
            raise Refused(r.OIDC_FAILED, reason="state")
        provider, keys = await self._discover()
        token = await self._exchange(settings, provider, callback, code, verifier)
        claims = self._read(settings, provider, keys, token, nonce)
        login = str(claims.get(settings.name_claim, "")).lower()
        staff = self._directory.staff_by_login(login)
        if staff is None or not staff.active:
            raise Refused(r.OIDC_FAILED, reason=settings.name_claim)
        methods = claims.get("amr") or []
        if not ADMINISTRATORS.isdisjoint(staff.roles) and STRONG.isdisjoint(methods):
            raise Refused(r.SECOND_FACTOR_REQUIRED)
        opened = await self._staff.open(staff.id, surface, "oidc")
        return opened, claim.branch

    def _read(
        self, settings: OidcOptions, provider: _Provider, keys: KeySet, token: str, nonce: str
    ) -> dict[str, Any]:
        """The claims of an id token that is meant for us, now, for this very sign-in."""
        try:
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
            registry = jwt.JWTClaimsRegistry(
                now=self._clock.now_ms() // 1000,
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": provider.issuer},
                aud={"essential": True, "value": settings.client_id},
                exp={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            registry.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise Refused(r.OIDC_FAILED, reason=type(error).__name__) from error
        return dict(decoded.claims)

    async def _discover(self) -> tuple[_Provider, KeySet]:
        settings = self._required()
        now_ms = self._clock.now_ms()
        if self._provider and self._keys and now_ms - self._read_ms < DISCOVERY_MS:
            return self._provider, self._keys
        address = settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            async with httpx.AsyncClient(timeout=TIME_OUT_SECONDS) as client:
                found = await client.get(address)
                provider = msgspec.json.decode(found.raise_for_status().content, type=_Provider)
                keys = await client.get(provider.jwks_uri)
                self._keys = KeySet.import_key_set(keys.raise_for_status().json())
        except (httpx.HTTPError, msgspec.MsgspecError, ValueError, JoseError) as error:
            raise Refused(r.OIDC_FAILED, reason=type(error).__name__) from error
        if provider.issuer != settings.issuer:
            raise Refused(r.OIDC_FAILED, reason="issuer")
        self._provider, self._read_ms = provider, now_ms
        return provider, self._keys

    async def _exchange(
        self, settings: OidcOptions, provider: _Provider, callback: str, code: str, verifier: str
    ) -> str:
        """The id token that the provider gives for ``code``."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": callback,
            "client_id": settings.client_id,
            "code_verifier": verifier,
        }
        secret = settings.client_secret
        login = httpx.BasicAuth(settings.client_id, secret) if secret else None
        try:
            async with httpx.AsyncClient(timeout=TIME_OUT_SECONDS, auth=login) as client:
                answer = await client.post(provider.token_endpoint, data=form)
                given = msgspec.json.decode(answer.raise_for_status().content, type=_Given)
        except (httpx.HTTPError, msgspec.MsgspecError) as error:
            raise Refused(r.OIDC_FAILED, reason=type(error).__name__) from error
        return given.id_token

    def _required(self) -> OidcOptions:
        if self._settings is None:
            raise Refused(r.OIDC_OFF)
        return self._settings


def safe_path(path: str) -> str:
    """``path`` if it is one of our own pages, else the portal: no redirect leads away from us."""
    is_ours = (
        path.startswith("/")
        and not path.startswith(("//", "/\\"))
        and len(path) <= NEXT_LENGTH_MAX
        and all(" " < c < "\x7f" and c != "\\" for c in path)
    )
    return path if is_ours else "/"

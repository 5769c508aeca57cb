"""Tokens: random ones that are looked up, and signed ones that carry what they allow.

A signed token is ``c.`` and the claim behind its MAC: nothing is stored when a phone scans the code at the door, so
a crowd of phones costs no disk.
"""

import base64
import binascii
import datetime as dt
import functools
import hashlib
import hmac
import secrets
from collections.abc import Callable
from enum import StrEnum

import msgspec

from tingtang.kernel.clock import MINUTE_MS, local_time, moment_ms
from tingtang.kernel.vault import Vault
from tingtang.org.sign_in.model.rules import DOOR_STEP_MS, DOOR_STEPS_ACCEPTED

SESSION_PREFIX = "s."
SIGNED_PREFIX = "c."
MAC_BYTES = 16
URL_SAFE = bytes.maketrans(b"+/", b"-_")
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without what looks alike (I, L, O, 0, 1)."""
CODE_LENGTH = 10
"""About 49 bits: with the rate limit far beyond guessing in the half hour a code lives."""


class ClaimKind(StrEnum):
    LINK = "l"
    """One ticket or booking, for its customer."""
    DOOR = "d"
    """A phone that stood at the door."""
    WEB = "w"
    """A phone that opened the public page: books, but takes no ticket."""
    REMOTE = "r"
    """The same in a branch that gives tickets to those who are still on their way."""
    OIDC = "o"
    """A sign-in through the bank that is under way."""


LINK = ClaimKind.LINK


class Claim(msgspec.Struct, frozen=True, array_like=True):
    """What a signed token says."""

    kind: ClaimKind
    branch: str
    subject: str
    issued_ms: int
    expires_ms: int


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(Claim)


def new_token() -> str:
    """A session token: 256 random bits."""
    return SESSION_PREFIX + secrets.token_urlsafe(32)


def new_code() -> str:
    """A code for people to type."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def new_password() -> str:
    """A first password to be told to its owner: four groups of four, about 79 bits."""
    alphabet = CODE_ALPHABET.lower()
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))


def clean_code(typed: str) -> str:
    """What was typed, without blanks and dashes, in capitals."""
    return "".join(c for c in typed.upper() if c.isalnum())[: CODE_LENGTH * 2]


@functools.lru_cache(maxsize=4096)
def digest_of(token: str) -> bytes:
    """Under which a token or code is stored; it has entropy enough to need no salt."""
    return hashlib.sha256(token.encode()).digest()


def end_of_next_day(now_ms: int, time_zone: str) -> int:
    """Midnight after tomorrow, local time."""
    after = local_time(now_ms, time_zone).date() + dt.timedelta(days=2)
    return moment_ms(after.isoformat(), "00:00", time_zone)


class Signer:
    """Signs and reads claims."""

    def __init__(self, vault: Vault) -> None:
        key = vault.secret("sign-in/claims")
        self._keyed = hashlib.blake2b(digest_size=MAC_BYTES, key=key)

    def sign(self, claim: Claim) -> str:
        """The token of a claim."""
        body = _encode(claim)
        return SIGNED_PREFIX + _text(self._mac(body) + body)

    def read(self, token: str) -> Claim | None:
        """The claim of a token with our signature; whether it still holds is not looked at."""
        if not token.startswith(SIGNED_PREFIX):
            return None
        try:
            data = _bytes(token[len(SIGNED_PREFIX) :])
            mac, body = data[:MAC_BYTES], data[MAC_BYTES:]
            if not hmac.compare_digest(mac, self._mac(body)):
                return None
            return _decoder.decode(body)
        except (ValueError, msgspec.MsgspecError):
            return None

    def _mac(self, body: bytes) -> bytes:
        # BLAKE2b is a MAC by itself when keyed (RFC 7693): a third of an HMAC's cost, and it holds
        # on to the interpreter's lock, which a busy server takes long to get back.
        mac = self._keyed.copy()
        mac.update(body)
        return mac.digest()


class Links:
    """Makes the links that customers follow to their own ticket or booking, and nothing else."""

    def __init__(
        self,
        signer: Signer,
        time_zone_of: Callable[[str], str],
        public_url: str,
        messages_url: str = "",
    ) -> None:
        self._signer = signer
        self._time_zone_of = time_zone_of
        self._public_url = public_url.rstrip("/")
        self._messages_url = messages_url.rstrip("/")
        self._ends: dict[str, tuple[int, int]] = {}

    def make(self, branch: str, subject: str, now_ms: int) -> str:
        """The token of a link that is good until the end of the next day in the branch."""
        minute = now_ms // MINUTE_MS
        end = self._ends.get(branch)
        if end is None or end[0] != minute:  # time zones cost more than tokens
            end = minute, end_of_next_day(now_ms, self._time_zone_of(branch))
            self._ends[branch] = end
        return self._signer.sign(Claim(LINK, branch, subject, now_ms, end[1]))

    def token(self, subject: str, branch: str, now_ms: int, expires_ms: int) -> str:
        """A token for the ticket or booking ``subject`` of ``branch``, good until ``expires_ms``."""
        return self._signer.sign(Claim(LINK, branch, subject, now_ms, expires_ms))

    def url(self, token: str, base: str = "") -> str:
        """Where the customer's phone goes. The token stands in the fragment, which no server logs.

        ``base`` ("https://host") is used where no public address was set; a message knows none, and
        leads to the address that the server was told for messages.
        """
        return f"{self._public_url or base or self._messages_url}/phone/t#{token}"


class DoorCodes:
    """The changing code at the door: proof that a phone's owner stood before it a moment ago."""

    def __init__(self, vault: Vault) -> None:
        self._key = vault.secret("sign-in/door")

    def code(self, branch: str, now_ms: int) -> str:
        """The code to show now; it changes every 30 s."""
        return self._code(branch, now_ms // DOOR_STEP_MS)

    def branch_of(self, code: str, now_ms: int) -> str | None:
        """The branch whose door showed this code in the last five minutes; None for any other."""
        branch, _, rest = code.rpartition(".")
        branch, _, step_text = branch.rpartition(".")
        if not branch or not rest or not step_text.isascii() or not step_text.isdigit():
            return None
        step, now = int(step_text[:12]), now_ms // DOOR_STEP_MS
        if not now - DOOR_STEPS_ACCEPTED < step <= now + 1:
            return None
        if not hmac.compare_digest(code.encode(), self._code(branch, step).encode()):
            return None
        return branch

    def _code(self, branch: str, step: int) -> str:
        mac = hmac.digest(self._key, f"{branch}|{step}".encode(), hashlib.sha256)
        return f"{branch}.{step}.{_text(mac[:9])}"


def _text(data: bytes) -> str:
    # base64.urlsafe_b64encode without padding, in one pass: links are made with every ticket.
    return binascii.b2a_base64(data, newline=False).translate(URL_SAFE, b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

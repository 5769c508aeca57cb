"""The second factor: time-based codes (RFC 6238) and codes for when the phone is lost."""

import hashlib
import hmac
import json
import secrets
from typing import Any

import pyotp
import sqlalchemy as sa

from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import Actor
from tingtang.kernel.sealed import seal
from tingtang.kernel.vault import Vault
from tingtang.org.directory import Directory
from tingtang.org.sign_in import tables as t
from tingtang.org.sign_in.credentials import Credential, Credentials, update_of
from tingtang.org.sign_in.identity import Identity
from tingtang.org.sign_in.model import events as e
from tingtang.org.sign_in.model import rules as r
from tingtang.org.sign_in.sessions import Sessions
from tingtang.org.sign_in.tokens import CODE_ALPHABET, clean_code

TOTP_SECONDS = 30
RECOVERY_CODES = 8
RECOVERY_LENGTH = 12
"""About 59 bits each: enough to store them as plain digests."""


class SecondFactors:
    """Sets up, checks and removes second factors."""

    def __init__(
        self,
        credentials: Credentials,
        directory: Directory,
        sessions: Sessions,
        clock: Clock,
        vault: Vault,
    ) -> None:
        self._credentials = credentials
        self._directory = directory
        self._sessions = sessions
        self._clock = clock
        self._vault = vault

    async def begin(self, identity: Identity, code: str) -> tuple[str, str]:
        """A new secret and its ``otpauth:`` address; it counts once a code of it was given.

        Who has a second factor already gives a ``code`` of that one.
        """
        staff = identity.actor.id
        credential = await self._credentials.read(staff)
        if credential is None:
            raise Refused(r.NO_SUCH, what="credential", id=staff)
        await self.check(self._directory.person(staff).login, credential, code)
        secret = pyotp.random_base32()
        values = seal(self._vault, t.credentials.c.totp_pending, {"staff": staff}, secret)
        await self._credentials.write(
            f"sign_in/{staff}", [], [update_of(staff, values)], identity.actor.name
        )
        login = self._directory.person(staff).login
        uri = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="Tingtang")
        return secret, uri

    async def confirm(self, identity: Identity, code: str) -> list[str]:
        """Make the pending secret count; gives the recovery codes. All sessions end."""
        staff = identity.actor.id
        credential = await self._credentials.read(staff)
        if credential is None or credential.totp_pending is None:
            raise Refused(r.WRONG_CODE)
        self._credentials.require_unlocked(self._directory.person(staff).login, credential)
        step = self._matching_step(credential.totp_pending, code, 0)
        if step is None:
            await self._credentials.failed(self._directory.person(staff).login, credential, "code")
            raise Refused(r.WRONG_CODE)
        codes = [
            "".join(secrets.choice(CODE_ALPHABET) for _ in range(RECOVERY_LENGTH))
            for _ in range(RECOVERY_CODES)
        ]
        row = {"staff": staff}
        values: dict[str, Any] = {
            **seal(self._vault, t.credentials.c.totp, row, credential.totp_pending),
            "totp_pending": None,
            "totp_step": step,
            "recovery": json.dumps([_recovery_digest(one) for one in codes]),
        }
        await self._credentials.write(
            f"sign_in/{staff}",
            [e.SecondFactorSet(staff=staff)],
            [
                update_of(staff, values),
                sa.delete(t.sessions).where(t.sessions.c.owner == staff),
            ],
            identity.actor.name,
        )
        self._sessions.end_all_of(staff)
        return codes

    async def remove(self, staff: str, actor: Actor) -> None:
        """Take a lost second factor away; an administrator must set up a new one at next sign-in."""
        if staff == actor.id:
            raise Refused(r.NOT_ONESELF)
        self._directory.staff(staff)
        values = {"totp": None, "totp_pending": None, "totp_step": 0, "recovery": "[]"}
        await self._credentials.write(
            f"sign_in/{staff}",
            [e.SecondFactorRemoved(staff=staff)],
            [update_of(staff, values), sa.delete(t.sessions).where(t.sessions.c.owner == staff)],
            actor.name,
        )
        self._sessions.end_all_of(staff)

    async def check(self, login: str, credential: Credential, code: str) -> str:
        """Refuse unless ``code`` is right, where one is needed; says how it was proved.

        A code counts once; a recovery code is used up.
        """
        if credential.totp is None:
            return "password"
        if not code:
            raise Refused(r.SECOND_FACTOR_REQUIRED)
        staff = credential.staff
        step = self._matching_step(credential.totp, code, credential.totp_step)
        if step is not None:
            # The step is compared again where it is written: two requests with one code, one wins.
            statement = (
                sa.update(t.credentials)
                .where(t.credentials.c.staff == staff, t.credentials.c.totp_step < step)
                .values(totp_step=step)
            )
            if await self._credentials.changed(staff, statement, []):
                return "password+code"
        used = _recovery_digest(clean_code(code))
        if step is None and used in credential.recovery:
            left = [one for one in credential.recovery if one != used]
            statement = (
                sa.update(t.credentials)
                .where(
                    t.credentials.c.staff == staff,
                    t.credentials.c.recovery == json.dumps(credential.recovery),
                )
                .values(recovery=json.dumps(left))
            )
            if await self._credentials.changed(
                staff, statement, [e.RecoveryCodeUsed(staff=staff, left=len(left))]
            ):
                return "password+recovery"
        await self._credentials.failed(login, credential, "code")
        raise Refused(r.WRONG_CREDENTIALS)

    def _matching_step(self, secret: str, code: str, after: int) -> int | None:
        """The 30 s step whose code was given, newer than ``after``; one step of drift is allowed."""
        digits = "".join(c for c in code if c.isdigit())
        if len(digits) != 6:
            return None
        now = self._clock.now_ms() // 1000 // TOTP_SECONDS
        totp = pyotp.TOTP(secret, interval=TOTP_SECONDS)
        for step in (now - 1, now, now + 1):
            if step > after and hmac.compare_digest(totp.generate_otp(step), digits):
                return step
        return None


def _recovery_digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()

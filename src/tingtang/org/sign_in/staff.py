"""Staff sign in: password, lockout, second factor, sessions."""

import hmac
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.kernel.clock import Clock
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import Ids
from tingtang.kernel.permissions import ADMINISTRATORS, Actor, ActorKind, Permission
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory
from tingtang.org.sign_in import tables as t
from tingtang.org.sign_in.credentials import Credentials, update_of
from tingtang.org.sign_in.identity import Identity
from tingtang.org.sign_in.model import events as e
from tingtang.org.sign_in.model import rules as r
from tingtang.org.sign_in.model.answers import SessionSeen
from tingtang.org.sign_in.passwords import Passwords
from tingtang.org.sign_in.second_factor import SecondFactors
from tingtang.org.sign_in.sessions import SessionRow, Sessions
from tingtang.org.sign_in.tokens import digest_of, new_password, new_token
from tingtang.org.tables import plain

SESSIONS_LISTED_MAX = 500


class Opened(msgspec.Struct, frozen=True):
    """A session that was just made, and the token to hand out."""

    identity: Identity
    token: str
    lasts_ms: int
    must: str = ""


class StaffSignIn:
    """The use cases of staff at the door."""

    def __init__(
        self,
        credentials: Credentials,
        second_factors: SecondFactors,
        sessions: Sessions,
        passwords: Passwords,
        directory: Directory,
        clock: Clock,
        ids: Ids,
        *,
        idle_ms: int,
        longest_ms: int,
    ) -> None:
        self.second_factors = second_factors
        self._credentials = credentials
        self._sessions = sessions
        self._passwords = passwords
        self._directory = directory
        self._clock = clock
        self._ids = ids
        self._idle_ms = idle_ms
        self._longest_ms = longest_ms

    # -- signing in -------------------------------------------------------------------------

    async def sign_in(self, name: str, password: str, code: str, surface: str) -> Opened:
        """Open a session, limited where something must be done first.

        Refused alike (wrong_credentials, then locked) whether the name or the password is wrong.
        """
        login = name.strip().lower()
        staff = self._directory.staff_by_login(login)
        known = staff if staff is not None and staff.active else None
        credential = None if known is None else await self._credentials.read(known.id)
        self._credentials.require_unlocked(login, credential)
        stored = None if credential is None else credential.password_hash
        if not await self._passwords.verify(stored, password) or credential is None or not known:
            await self._credentials.failed(login, credential, "password")
            raise Refused(r.WRONG_CREDENTIALS)
        method = await self.second_factors.check(login, credential, code)
        is_admin = not ADMINISTRATORS.isdisjoint(known.roles)
        limited = ""
        if credential.must_change:
            limited = "password"
        elif is_admin and credential.totp is None:
            limited = "second_factor"
        changes: dict[str, Any] = {"failures": 0, "locked_until_ms": 0}
        if self._passwords.is_outdated(credential.password_hash):
            changes["password_hash"] = await self._passwords.hash(password)
        return await self.open(known.id, surface, method, limited, changes)

    async def open(
        self,
        staff: str,
        surface: str,
        method: str,
        limited: str = "",
        changes: dict[str, Any] | None = None,
    ) -> Opened:
        """Make a session for a staff member who has proved who they are."""
        now_ms = self._clock.now_ms()
        token = new_token()
        lasts_ms = r.LIMITED_MS if limited else self._longest_ms
        row = SessionRow(
            id=self._ids.new(now_ms),
            token_digest=digest_of(token),
            kind=ActorKind.STAFF,
            owner=staff,
            limited=limited,
            surface=surface,
            created_ms=now_ms,
            seen_ms=now_ms,
            idle_ms=0 if limited else self._idle_ms,
            expires_ms=now_ms + lasts_ms,
        )
        statements: list[sa.Executable] = [
            sa.insert(t.sessions).values(msgspec.to_builtins(row, builtin_types=(bytes,)))
        ]
        if changes:
            statements.append(update_of(staff, changes))
        event = e.SignedIn(staff=staff, session=row.id, method=method)
        await self._credentials.write(f"sign_in/{staff}", [event], statements, f"staff:{staff}")
        return Opened(self._sessions.add(row), token, lasts_ms, limited)

    async def sign_out(self, identity: Identity) -> None:
        """End the caller's own session."""
        event = e.SignedOut(session=identity.session)
        await self._end([identity.session], [event], identity.actor.id, identity.actor.name)

    # -- passwords ----------------------------------------------------------------------------

    async def change_password(self, identity: Identity, old: str, new: str, surface: str) -> Opened:
        """Replace the caller's own password; every other session of theirs ends."""
        staff = identity.actor.id
        credential = await self._credentials.read(staff)
        person = self._directory.person(staff)
        self._credentials.require_unlocked(person.login, credential)
        if credential is None or not await self._passwords.verify(credential.password_hash, old):
            await self._credentials.failed(person.login, credential, "password")
            raise Refused(r.WRONG_CREDENTIALS)
        trouble = r.password_trouble(new, person.login, person.name)
        if trouble is None and hmac.compare_digest(old.encode(), new.encode()):
            trouble = Text("不能与原密码相同", "it is the old one")
        if trouble is not None:
            raise Refused(r.WEAK_PASSWORD, reason=trouble)
        changes = {
            "password_hash": await self._passwords.hash(new),
            "must_change": False,
            "failures": 0,
            "locked_until_ms": 0,
            "changed_ms": self._clock.now_ms(),
        }
        event = e.PasswordChanged(staff=staff)
        await self._credentials.write(
            f"sign_in/{staff}",
            [event],
            [update_of(staff, changes), sa.delete(t.sessions).where(t.sessions.c.owner == staff)],
            identity.actor.name,
        )
        self._sessions.end_all_of(staff)
        facts = self._directory.staff(staff)
        needs_factor = not ADMINISTRATORS.isdisjoint(facts.roles) and credential.totp is None
        return await self.open(staff, surface, "password", "second_factor" if needs_factor else "")

    async def set_password(
        self, staff: str, password: str, actor: Actor, *, must_change: bool = True
    ) -> None:
        """Give a staff member a password; used for the first one and for a reset.

        The second factor stays. All sessions of theirs end.
        """
        self._directory.staff(staff)
        values = {
            "staff": staff,
            "password_hash": await self._passwords.hash(password),
            "must_change": must_change,
            "failures": 0,
            "locked_until_ms": 0,
            "totp": None,
            "totp_pending": None,
            "totp_step": 0,
            "recovery": "[]",
            "changed_ms": self._clock.now_ms(),
        }
        insert = upsert(self._credentials.database, t.credentials).values(values)
        kept = {"staff", "totp", "totp_pending", "totp_step", "recovery"}
        fresh = {name: insert.excluded[name] for name in values if name not in kept}
        await self._credentials.write(
            f"sign_in/{staff}",
            [e.PasswordReset(staff=staff)],
            [
                insert.on_conflict_do_update(index_elements=["staff"], set_=fresh),
                sa.delete(t.sessions).where(t.sessions.c.owner == staff),
            ],
            actor.name,
        )
        self._sessions.end_all_of(staff)

    async def reset_password(self, staff: str, actor: Actor) -> str:
        """A new password for somebody else, to be changed at first use; gives it back once."""
        self._require_power_over(actor, staff)
        password = new_password()
        await self.set_password(staff, password, actor)
        return password

    async def confirm_second_factor(
        self, identity: Identity, code: str, surface: str
    ) -> tuple[list[str], Opened]:
        """Make a new second factor count; gives its recovery codes and a full session."""
        if self._sessions.limited(identity.session) == "password":
            raise Refused(r.PASSWORD_CHANGE_REQUIRED)
        codes = await self.second_factors.confirm(identity, code)
        return codes, await self.open(identity.actor.id, surface, "password+code")

    # -- sessions -----------------------------------------------------------------------------

    async def list_sessions(self, owner: str) -> list[SessionSeen]:
        """The sessions of one owner that have not ended, newest first."""
        s = t.sessions.c
        query = (
            sa.select(s.id, s.kind, s.owner, s.surface, s.created_ms, s.seen_ms, s.expires_ms)
            .where(s.owner == owner, s.expires_ms > self._clock.now_ms())
            .order_by(s.created_ms.desc())
            .limit(SESSIONS_LISTED_MAX)
        )
        rows = await self._credentials.database.read(lambda c: c.execute(query).all())
        return [msgspec.convert(plain(row), SessionSeen) for row in rows]

    async def revoke_session(self, session: str, actor: Actor) -> None:
        """End a session: one's own, or anybody's for the security administrator."""
        query = sa.select(t.sessions.c.owner).where(t.sessions.c.id == session)
        owner = await self._credentials.database.read(lambda c: c.scalar(query))
        if owner is None or (owner != actor.id and not actor.may(Permission.ROLES_GRANT)):
            raise Refused(r.NO_SUCH, what="session", id=session)
        event = e.SessionRevoked(session=session, owner=owner)
        await self._end([session], [event], owner, actor.name)

    async def write_seen(self, session: str, seen_ms: int) -> None:
        """Write down that a session is in use."""
        statement = sa.update(t.sessions).where(t.sessions.c.id == session).values(seen_ms=seen_ms)
        await self._credentials.write("sign_in/seen", [], [statement], "system")

    async def forget_ended(self) -> None:
        """Delete the rows of sessions that are over."""
        statement = sa.delete(t.sessions).where(t.sessions.c.expires_ms < self._clock.now_ms())
        await self._credentials.write("sign_in/seen", [], [statement], "system")

    async def _end(self, ids: list[str], events: list[Event], owner: str, by: str) -> None:
        statement = sa.delete(t.sessions).where(t.sessions.c.id.in_(ids))
        await self._credentials.write(f"sign_in/{owner}", events, [statement], by)
        for one in ids:
            self._sessions.end(one)

    # -- inside -------------------------------------------------------------------------------

    def _require_power_over(self, actor: Actor, staff: str) -> None:
        """Nobody resets the password of themselves, nor of one who may do what they may not."""
        if staff == actor.id:
            raise Refused(r.NOT_ONESELF)
        facts = self._directory.staff(staff)
        if actor.may(Permission.ROLES_GRANT):
            return
        actor.require(Permission.STAFF_EDIT)
        theirs = self._sessions.staff_actor(staff)
        their_branches = self._directory.branches_below(facts.unit)
        in_reach = actor.branches is None or (
            their_branches is not None and bool(their_branches) and their_branches <= actor.branches
        )
        if not in_reach or (theirs is not None and not theirs.permissions <= actor.permissions):
            raise Refused(r.MAY_DO_MORE)

"""Machines in the hall: invited by an administrator, enrolled once, revoked at once."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import Ids
from tingtang.kernel.log import Append, EventLog
from tingtang.kernel.permissions import Actor, ActorKind
from tingtang.org.directory import Directory
from tingtang.org.model.problems import BROKEN_REFERENCE
from tingtang.org.sign_in import tables as t
from tingtang.org.sign_in.model import events as e
from tingtang.org.sign_in.model import rules as r
from tingtang.org.sign_in.model.answers import Invitation, Invite, TerminalList, TerminalSeen
from tingtang.org.sign_in.model.rules import TerminalKind
from tingtang.org.sign_in.sessions import SessionRow, Sessions, Terminal
from tingtang.org.sign_in.staff import Opened
from tingtang.org.sign_in.tokens import clean_code, digest_of, new_code, new_token
from tingtang.org.tables import plain

LISTED_MAX = 500


class Terminals:
    """The use cases of machines at the door."""

    def __init__(
        self,
        log: EventLog,
        wall_clock: Clock,
        hall_clock: Clock,
        ids: Ids,
        directory: Directory,
        sessions: Sessions,
    ) -> None:
        self._log = log
        self._clock = wall_clock
        self._hall_clock = hall_clock
        self._ids = ids
        self._directory = directory
        self._sessions = sessions

    async def invite(self, branch: str, invite: Invite, actor: Actor) -> Invitation:
        """Issue a code with which one machine can be enrolled, once, until it expires."""
        self._directory.branch(branch)
        if invite.kind is TerminalKind.COUNTER_SCREEN:
            counters = {counter.id for counter in self._directory.counters(branch)}
            if invite.counter not in counters:
                raise Refused(BROKEN_REFERENCE, field="counter", id=invite.counter)
        now_ms = self._clock.now_ms()
        code, invitation = new_code(), self._ids.new(now_ms)
        expires_ms = now_ms + invite.valid_ms
        row = {
            "id": invitation,
            "code_digest": digest_of(code),
            "branch": branch,
            "kind": invite.kind.value,
            "label": invite.label,
            "counter": invite.counter,
            "expires_ms": expires_ms,
            "used_ms": 0,
        }
        event = e.TerminalInvited(invitation=invitation, branch=branch, kind=invite.kind)
        await self._write(branch, [event], [sa.insert(t.invitations).values(row)], actor.name)
        return Invitation(invitation, invite.kind, invite.label, invite.counter, expires_ms, code)

    async def withdraw(self, branch: str, invitation: str, actor: Actor) -> None:
        """Take an unused invitation back."""
        i = t.invitations.c
        mine = sa.and_(i.id == invitation, i.branch == branch, i.used_ms == 0)
        await self._require(sa.select(i.id).where(mine), "invitation", invitation)
        event = e.InvitationWithdrawn(invitation=invitation, branch=branch)
        await self._write(branch, [event], [sa.delete(t.invitations).where(mine)], actor.name)

    async def enrol(self, code: str, surface: str) -> Opened:
        """Make the machine that typed ``code`` a terminal; the code is then used up."""
        now_ms = self._clock.now_ms()
        i = t.invitations.c
        digest = digest_of(clean_code(code))
        query = sa.select(t.invitations).where(i.code_digest == digest)
        found = await self._log.database.read(lambda c: c.execute(query).first())
        if found is None or found.used_ms or found.expires_ms <= now_ms:
            raise Refused(r.BAD_INVITATION)
        terminal = Terminal(
            id=self._ids.new(now_ms),
            branch=found.branch,
            kind=TerminalKind(found.kind),
            label=found.label,
            counter=found.counter,
            enrolled_ms=now_ms,
        )
        use = sa.update(t.invitations).where(i.id == found.id, i.used_ms == 0)
        event = e.TerminalEnrolled(
            terminal=terminal.id, invitation=found.id, branch=terminal.branch, kind=terminal.kind
        )
        return await self._open(terminal, surface, [event], use.values(used_ms=now_ms))

    async def enrol_at_once(self, terminal: Terminal, surface: str) -> Opened:
        """A terminal without an invitation: for the demo, where links take its place."""
        query = sa.select(t.terminals.c.id).where(t.terminals.c.id == terminal.id)
        exists = await self._log.database.read(lambda c: c.scalar(query))
        if exists is not None:
            return await self._open(terminal, surface, [], None, is_new=False)
        event = e.TerminalEnrolled(
            terminal=terminal.id, invitation="", branch=terminal.branch, kind=terminal.kind
        )
        return await self._open(terminal, surface, [event], None)

    async def _open(
        self,
        terminal: Terminal,
        surface: str,
        events: Sequence[Event],
        use: sa.Update | None,
        *,
        is_new: bool = True,
    ) -> Opened:
        now_ms = self._clock.now_ms()
        token = new_token()
        row = SessionRow(
            id=self._ids.new(now_ms),
            token_digest=digest_of(token),
            kind=ActorKind.TERMINAL,
            owner=terminal.id,
            surface=surface,
            created_ms=now_ms,
            seen_ms=now_ms,
            idle_ms=0,
            expires_ms=now_ms + r.TERMINAL_LONGEST_MS,
        )

        def work(connection: sa.Connection) -> None:
            if use is not None and connection.execute(use).rowcount != 1:
                raise Refused(r.BAD_INVITATION)  # another machine was faster
            if is_new:
                connection.execute(sa.insert(t.terminals).values(msgspec.to_builtins(terminal)))
            values = msgspec.to_builtins(row, builtin_types=(bytes,))
            connection.execute(sa.insert(t.sessions).values(values))

        by = f"{ActorKind.TERMINAL}:{terminal.id}"
        await self._log.append(
            Append(
                stream=_stream(terminal.branch),
                branch=terminal.branch,
                events=events,
                time_ms=self._hall_clock.now_ms(),
                actor=by,
                work=work,
            )
        )
        return Opened(self._sessions.add(row, terminal), token, r.TERMINAL_LONGEST_MS)

    async def revoke(self, branch: str, terminal: str, actor: Actor) -> None:
        """Shut a machine out at once; its open sockets close."""
        m = t.terminals.c
        mine = sa.and_(m.id == terminal, m.branch == branch, m.revoked_ms == 0)
        await self._require(sa.select(m.id).where(mine), "terminal", terminal)
        event = e.TerminalRevoked(terminal=terminal, branch=branch)
        statements = [
            sa.update(t.terminals).where(mine).values(revoked_ms=self._clock.now_ms()),
            sa.delete(t.sessions).where(t.sessions.c.owner == terminal),
        ]
        await self._write(branch, [event], statements, actor.name)
        self._sessions.end_all_of(terminal)

    async def list(self, branch: str) -> TerminalList:
        """The branch's machines and open invitations; codes are not shown again."""
        m, i = t.terminals.c, t.invitations.c
        seen = (
            sa.select(t.sessions.c.owner, sa.func.max(t.sessions.c.seen_ms).label("seen_ms"))
            .group_by(t.sessions.c.owner)
            .subquery()
        )
        machines = (
            sa.select(
                m.id, m.kind, m.label, m.counter, m.enrolled_ms, m.revoked_ms,
                sa.func.coalesce(seen.c.seen_ms, 0).label("seen_ms"),
            )
            .outerjoin(seen, seen.c.owner == m.id)
            .where(m.branch == branch)
            .order_by(m.enrolled_ms.desc())
            .limit(LISTED_MAX)
        )  # fmt: skip
        invitations = (
            sa.select(i.id, i.kind, i.label, i.counter, i.expires_ms)
            .where(i.branch == branch, i.used_ms == 0, i.expires_ms > self._clock.now_ms())
            .order_by(i.expires_ms)
            .limit(LISTED_MAX)
        )
        rows = await self._log.database.read(
            lambda c: (c.execute(machines).all(), c.execute(invitations).all())
        )
        return TerminalList(
            [msgspec.convert(plain(row), TerminalSeen) for row in rows[0]],
            [msgspec.convert(plain(row), Invitation) for row in rows[1]],
        )

    async def label(self, terminal: str) -> str:
        """The name an administrator gave the machine."""
        query = sa.select(t.terminals.c.label).where(t.terminals.c.id == terminal)
        return await self._log.database.read(lambda c: c.scalar(query)) or ""

    async def _require(self, query: sa.Select[tuple[str]], what: str, id_: str) -> None:
        if await self._log.database.read(lambda c: c.scalar(query)) is None:
            raise Refused(r.NO_SUCH, what=what, id=id_)

    async def _write(
        self, branch: str, events: Sequence[Event], statements: Sequence[sa.Executable], by: str
    ) -> None:
        def work(connection: sa.Connection) -> None:
            for statement in statements:
                connection.execute(statement)

        await self._log.append(
            Append(
                stream=_stream(branch),
                branch=branch,
                events=events,
                time_ms=self._hall_clock.now_ms(),
                actor=by,
                work=work,
            )
        )


def _stream(branch: str) -> str:
    return f"terminals/{branch}"

"""One-time sign-in links, for demonstrations only: where the demo is off there are none."""

from collections.abc import Callable

import msgspec
import sqlalchemy as sa

from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.log import Append, EventLog
from tingtang.kernel.permissions import ActorKind
from tingtang.org.directory import Directory
from tingtang.org.model.problems import NO_SUCH_BRANCH
from tingtang.org.sign_in import tables as t
from tingtang.org.sign_in.model import rules as r
from tingtang.org.sign_in.sessions import Terminal
from tingtang.org.sign_in.staff import Opened, StaffSignIn
from tingtang.org.sign_in.terminals import Terminals
from tingtang.org.sign_in.tokens import digest_of, new_token


class NotADemo(RuntimeError):  # noqa: N818
    """A demo link was asked for outside a demo."""


class DemoLinks:
    """Makes and takes the links that let a visitor of the demo be anybody."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        directory: Directory,
        staff: StaffSignIn,
        terminals: Terminals,
        *,
        is_demo: bool,
    ) -> None:
        self._log = log
        self._clock = clock
        self._directory = directory
        self._staff = staff
        self._terminals = terminals
        self.is_on = is_demo

    async def for_staff(self, staff: str, surface: str) -> str:
        """The path of a link that signs a staff member in at a surface, once."""
        self._directory.staff(staff)
        return await self._make(ActorKind.STAFF, staff, surface)

    async def for_terminal(self, terminal: Terminal, surface: str) -> str:
        """The path of a link that makes a browser this terminal, once."""
        if not self._directory.has_branch(terminal.branch):
            raise Refused(NO_SUCH_BRANCH, branch=terminal.branch)
        body = msgspec.json.encode(terminal).decode()
        return await self._make(ActorKind.TERMINAL, body, surface)

    async def take(self, token: str) -> tuple[Opened, str]:
        """Use a link up; gives the session and its surface."""
        if not self.is_on:
            raise Refused(r.BAD_LINK)
        d = t.demo_links.c
        digest, now_ms = digest_of(token), self._clock.now_ms()
        query = sa.select(t.demo_links).where(d.token_digest == digest)
        found = await self._log.database.read(lambda c: c.execute(query).first())
        if found is None or found.used_ms or found.expires_ms <= now_ms:
            raise Refused(r.BAD_LINK)
        use = sa.update(t.demo_links).where(d.token_digest == digest, d.used_ms == 0)

        def work(connection: sa.Connection) -> None:
            if connection.execute(use.values(used_ms=now_ms)).rowcount != 1:
                raise Refused(r.BAD_LINK)  # another browser was faster

        await self._write(work)
        if found.owner_kind == ActorKind.STAFF:
            return await self._staff.open(found.owner, found.surface, "demo"), found.surface
        terminal = msgspec.json.decode(found.owner, type=Terminal)
        return await self._terminals.enrol_at_once(terminal, found.surface), found.surface

    async def _make(self, kind: ActorKind, owner: str, surface: str) -> str:
        if not self.is_on:
            raise NotADemo("one-time sign-in links exist in the demo only")
        token = new_token()
        row = {
            "token_digest": digest_of(token),
            "owner_kind": kind.value,
            "owner": owner,
            "surface": surface,
            "expires_ms": self._clock.now_ms() + r.DEMO_LINK_MS,
            "used_ms": 0,
        }
        statement = sa.insert(t.demo_links).values(row)
        await self._write(lambda c: c.execute(statement))
        return f"/enter/{token}"

    async def _write(self, work: Callable[[sa.Connection], object]) -> None:
        await self._log.append(
            Append(
                stream="sign_in/demo",
                branch="",
                events=(),
                time_ms=self._clock.now_ms(),
                actor="system",
                work=work,
            )
        )

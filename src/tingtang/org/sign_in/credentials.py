"""The stored credentials of staff: passwords' hashes, failures, second factors."""

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.log import Append, EventLog
from tingtang.kernel.permissions import NOBODY
from tingtang.kernel.sealed import unseal
from tingtang.kernel.vault import Vault
from tingtang.org.sign_in import tables as t
from tingtang.org.sign_in.model import events as e
from tingtang.org.sign_in.model import rules as r

STRANGERS_MAX = 20_000
"""Names that are nobody's and were tried; beyond this the one tried longest ago is forgotten."""


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """How one staff member proves who they are."""

    staff: str
    password_hash: str
    must_change: bool
    failures: int
    locked_until_ms: int
    totp: str | None
    totp_pending: str | None
    totp_step: int
    recovery: list[str]


def update_of(staff: str, values: dict[str, Any]) -> sa.Update:
    """New values in a staff member's credentials."""
    return sa.update(t.credentials).where(t.credentials.c.staff == staff).values(values)


class Credentials:
    """Reads and writes credentials; every write goes through the log."""

    def __init__(self, log: EventLog, wall_clock: Clock, hall_clock: Clock, vault: Vault) -> None:
        self.database = log.database
        self._log = log
        self._clock = wall_clock
        self._hall_clock = hall_clock
        self._vault = vault
        self._strangers: OrderedDict[str, tuple[int, int]] = OrderedDict()

    async def read(self, staff: str) -> Credential | None:
        """The credentials of a staff member; None where none were ever set."""
        query = sa.select(t.credentials).where(t.credentials.c.staff == staff)
        row = await self.database.read(lambda c: c.execute(query).first())
        if row is None:
            return None
        values = row._asdict()
        return Credential(
            staff=staff,
            password_hash=values["password_hash"],
            must_change=values["must_change"],
            failures=values["failures"],
            locked_until_ms=values["locked_until_ms"],
            totp=unseal(self._vault, t.credentials.c.totp, values),
            totp_pending=unseal(self._vault, t.credentials.c.totp_pending, values),
            totp_step=values["totp_step"],
            recovery=json.loads(values["recovery"]),
        )

    def require_unlocked(self, login: str, credential: Credential | None) -> None:
        """Refuse (locked) while somebody must wait after too many failures."""
        until_ms = (
            credential.locked_until_ms
            if credential is not None
            else self._strangers.get(login, (0, 0))[1]
        )
        left_ms = until_ms - self._clock.now_ms()
        if left_ms > 0:
            raise Refused(r.LOCKED, seconds=-(-left_ms // 1000))

    async def failed(self, login: str, credential: Credential | None, reason: str) -> None:
        """Count a failure, for a name that is nobody's too."""
        now_ms = self._clock.now_ms()
        if credential is None:
            # The same waiting for a name that is nobody's, so that nothing can be told from it.
            failures = self._strangers.pop(login, (0, 0))[0] + 1
            self._strangers[login] = (failures, now_ms + r.lock_ms(failures))
            if len(self._strangers) > STRANGERS_MAX:
                self._strangers.popitem(last=False)
            event = e.SignInFailed(reason="name")
            await self.write("sign_in/unknown", [event], [], NOBODY.name)
            return
        # Counted where it is written, so that a hundred guesses at once count as a hundred.
        event = e.SignInFailed(reason=reason, staff=credential.staff)
        c = t.credentials.c

        def count(connection: sa.Connection) -> None:
            mine = c.staff == credential.staff
            connection.execute(sa.update(t.credentials).where(mine).values(failures=c.failures + 1))
            failures = connection.scalar(sa.select(c.failures).where(mine)) or 0
            locked = {"locked_until_ms": now_ms + r.lock_ms(failures)}
            if r.lock_ms(failures):
                connection.execute(sa.update(t.credentials).where(mine).values(locked))

        await self.append(f"sign_in/{credential.staff}", [event], count, NOBODY.name)

    async def changed(self, staff: str, statement: sa.Update, events: Sequence[Event]) -> bool:
        """Run an update that must hit one row, with its events; False if it hit none."""

        def work(connection: sa.Connection) -> None:
            if connection.execute(statement).rowcount != 1:
                raise _Missed

        try:
            await self.append(f"sign_in/{staff}", events, work, f"staff:{staff}")
        except _Missed:
            return False
        return True

    async def write(
        self, stream: str, events: Sequence[Event], statements: Sequence[sa.Executable], by: str
    ) -> None:
        """Make events durable together with these statements."""

        def work(connection: sa.Connection) -> None:
            for statement in statements:
                connection.execute(statement)

        await self.append(stream, events, work, by)

    async def append(
        self,
        stream: str,
        events: Sequence[Event],
        work: Callable[[sa.Connection], object],
        by: str,
    ) -> None:
        """Make events durable together with ``work``."""
        await self._log.append(
            Append(
                stream=stream,
                branch="",
                events=events,
                time_ms=self._hall_clock.now_ms(),
                actor=by,
                work=work,
            )
        )


class _Missed(Exception):  # noqa: N818
    """Another request was faster."""

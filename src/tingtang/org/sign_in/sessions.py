"""Who is signed in: a table in memory before the one in the database.

Looking up a known token takes about a microsecond. An unknown one is looked for in the database,
so that sessions made by other processes work too; what is held in memory is compared with the
database every half minute, so that their revocations work too.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.kernel.clock import MINUTE_MS, SECOND_MS, Clock
from tingtang.kernel.database import Database
from tingtang.kernel.permissions import GRANTS, Actor, ActorKind, Permission, Role, granted
from tingtang.org.directory import Directory
from tingtang.org.sign_in import tables as t
from tingtang.org.sign_in.identity import STRANGER, Identity
from tingtang.org.sign_in.model.rules import (
    TerminalKind,
    terminal_permissions,
    terminal_roles,
)
from tingtang.org.sign_in.tokens import (
    SESSION_PREFIX,
    SIGNED_PREFIX,
    Claim,
    ClaimKind,
    Signer,
    digest_of,
)
from tingtang.org.tables import plain

RECHECK_MS = 30 * SECOND_MS
SEEN_WRITTEN_MS = 2 * MINUTE_MS
"""How stale the written time of last use may be; well below the shortest idle time."""
IN_MEMORY_MAX = 100_000
CLAIMS_MAX = 50_000
UNKNOWN_MAX = 10_000
UNKNOWN_MS = 10 * SECOND_MS
"""How long a token that is nobody's is remembered as such."""

LIMITED_PERMISSIONS = frozenset({Permission.SESSION_OWN})
WEB_PERMISSIONS = GRANTS[Role.DOOR_QR] - {Permission.TICKET_ISSUE}

logger = logging.getLogger(__name__)


class SessionRow(msgspec.Struct, kw_only=True):
    """A session as it is stored."""

    id: str
    token_digest: bytes
    kind: ActorKind
    owner: str
    limited: str = ""
    """What must be done before the session counts: "password" or "second_factor"."""
    surface: str = ""
    created_ms: int
    seen_ms: int
    idle_ms: int
    """Ends after this long without a request; 0 for never."""
    expires_ms: int


class Terminal(msgspec.Struct, frozen=True, kw_only=True):
    """An enrolled machine."""

    id: str
    branch: str
    kind: TerminalKind
    label: str
    counter: str = ""
    enrolled_ms: int = 0
    revoked_ms: int = 0


class _Held:
    """A session in memory."""

    __slots__ = ("checked_ms", "identity", "revision", "row", "terminal", "written_ms")

    def __init__(self, row: SessionRow, terminal: Terminal | None, now_ms: int) -> None:
        self.row = row
        self.terminal = terminal
        self.identity = STRANGER
        self.revision = -1
        self.checked_ms = now_ms
        self.written_ms = row.seen_ms


class Sessions:
    """The sessions of this process; the ``identifier`` of the web application."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        signer: Signer,
        wall_clock: Clock,
        hall_clock: Clock,
    ) -> None:
        self._database = database
        self._directory = directory
        self._signer = signer
        self._clock = wall_clock
        self._hall_clock = hall_clock
        self._held: OrderedDict[bytes, _Held] = OrderedDict()
        self._by_id: dict[str, bytes] = {}
        self._claims: OrderedDict[str, tuple[Claim, Identity]] = OrderedDict()
        self._unknown: OrderedDict[bytes, int] = OrderedDict()
        self._dead_before: dict[str, int] = {}
        self._rechecks: set[asyncio.Task[None]] = set()
        self.on_seen: Callable[[str, int], None] = lambda _session, _seen_ms: None
        """Told now and then that a session is in use, to write it down."""
        self._on_end: list[Callable[[], None]] = []
        self._ends = 0
        """How often sessions were ended here."""

    # -- who is asking ----------------------------------------------------------------------

    def known(self, token: str) -> Identity | None:
        """Who holds ``token``; None where the database must be asked."""
        if token.startswith(SIGNED_PREFIX):
            return self._of_claim(token)
        if not token.startswith(SESSION_PREFIX):
            return STRANGER
        digest = digest_of(token)
        held = self._held.get(digest)
        if held is not None:
            return self._use(digest, held)
        until_ms = self._unknown.get(digest)
        return STRANGER if until_ms is not None and self._clock.now_ms() < until_ms else None

    async def find(self, token: str) -> Identity:
        """The same, asking the database."""
        digest = digest_of(token)
        ends = -1
        while ends != self._ends:  # what was ended while it was read does not come back
            ends = self._ends
            held = await self._read(digest)
        if held is None or self._is_over(held.row):
            self._unknown[digest] = self._clock.now_ms() + UNKNOWN_MS
            if len(self._unknown) > UNKNOWN_MAX:
                self._unknown.popitem(last=False)
            return STRANGER
        self._hold(held)
        return self._use(digest, held)

    def is_valid(self, identity: Identity) -> bool:
        """Whether the session behind an open socket still holds, with the rights it had."""
        if identity is STRANGER:
            return True
        if not identity.session:
            return False
        if identity.session.startswith(SIGNED_PREFIX):
            return self._of_claim(identity.session).actor == identity.actor
        digest = self._by_id.get(identity.session)
        held = None if digest is None else self._held.get(digest)
        if held is None or digest is None:
            return False
        if self._is_over(held.row):
            self._drop(digest)
            return False
        self._recheck(digest, held)
        return self._identity(held).actor == identity.actor

    def on_end(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` whenever sessions were ended before their time."""
        self._on_end.append(listener)

    # -- changes ----------------------------------------------------------------------------

    def add(self, row: SessionRow, terminal: Terminal | None = None) -> Identity:
        """Hold a session that was just written."""
        held = _Held(row, terminal, self._clock.now_ms())
        self._unknown.pop(row.token_digest, None)
        self._hold(held)
        return self._identity(held)

    def end(self, session: str) -> None:
        """Forget a session that was ended."""
        digest = self._by_id.get(session)
        if digest is not None:
            self._drop(digest)
        self._tell_ended()

    def end_all_of(self, owner: str, keep: str = "") -> None:
        """Forget every session of a staff member or terminal, but ``keep``."""
        for digest, held in list(self._held.items()):
            if held.row.owner == owner and held.row.id != keep:
                self._drop(digest)
        self._tell_ended()

    def kill_links(self, dead_before: dict[str, int]) -> None:
        """From now on links to these subjects that were made before these times are dead."""
        self._dead_before |= dead_before
        for token, (claim, _) in list(self._claims.items()):
            if self._is_dead(claim):
                del self._claims[token]
        self._tell_ended()

    def limited(self, session: str) -> str:
        """What must be done before this session counts; "" for a full one."""
        digest = self._by_id.get(session)
        return "" if digest is None else self._held[digest].row.limited

    @property
    def held(self) -> int:
        """Sessions in memory; shown as a metric."""
        return len(self._held)

    # -- inside -----------------------------------------------------------------------------

    def _use(self, digest: bytes, held: _Held) -> Identity:
        now_ms = self._clock.now_ms()
        row = held.row
        if now_ms >= row.expires_ms or (row.idle_ms and now_ms - row.seen_ms >= row.idle_ms):
            self._drop(digest)
            return STRANGER
        row.seen_ms = now_ms
        if now_ms - held.written_ms >= SEEN_WRITTEN_MS:
            held.written_ms = now_ms
            self.on_seen(row.id, now_ms)
        if now_ms - held.checked_ms >= RECHECK_MS:
            self._recheck(digest, held)
        if held.revision != self._directory.revision:
            return self._identity(held)
        return held.identity

    def _is_over(self, row: SessionRow) -> bool:
        now_ms = self._clock.now_ms()
        return now_ms >= row.expires_ms or bool(row.idle_ms and now_ms - row.seen_ms >= row.idle_ms)

    def _identity(self, held: _Held) -> Identity:
        if held.revision != self._directory.revision:
            held.revision = self._directory.revision
            row = held.row
            actor = (
                self.terminal_actor(held.terminal)
                if held.terminal is not None
                else self.staff_actor(row.owner, row.limited)
            )
            if actor != held.identity.actor:
                held.identity = (
                    STRANGER if actor is None else Identity(actor, row.id, row.expires_ms)
                )
        return held.identity

    def staff_actor(self, staff: str, limited: str = "") -> Actor | None:
        """What a staff member may do now; None for one who left."""
        directory = self._directory
        if not directory.has_staff(staff) or not directory.staff(staff).active:
            return None
        facts = directory.staff(staff)
        roles = frozenset(facts.roles)
        if limited:
            return Actor(ActorKind.STAFF, staff, frozenset(), LIMITED_PERMISSIONS, frozenset())
        return Actor(
            ActorKind.STAFF,
            staff,
            roles,
            granted(roles) | LIMITED_PERMISSIONS,
            directory.branches_below(facts.unit),
        )

    @staticmethod
    def terminal_actor(terminal: Terminal) -> Actor | None:
        """What an enrolled machine may do; None once it was revoked."""
        if terminal.revoked_ms:
            return None
        return Actor(
            ActorKind.TERMINAL,
            terminal.id,
            terminal_roles(terminal.kind),
            terminal_permissions(terminal.kind),
            frozenset({terminal.branch}),
            terminal.counter,
        )

    def _of_claim(self, token: str) -> Identity:
        found = self._claims.get(token)
        if found is None:
            claim = self._signer.read(token)
            if claim is None or claim.kind is ClaimKind.OIDC or self._is_dead(claim):
                return STRANGER
            identity = Identity(_claim_actor(claim), token, claim.expires_ms)
            self._claims[token] = found = (claim, identity)
            if len(self._claims) > CLAIMS_MAX:
                self._claims.popitem(last=False)
        claim, identity = found
        # A ticket's link ends with the hall's day; the others end by real time.
        clock = self._hall_clock if claim.kind is ClaimKind.LINK else self._clock
        return identity if clock.now_ms() < claim.expires_ms else STRANGER

    def _is_dead(self, claim: Claim) -> bool:
        return bool(claim.subject) and claim.issued_ms < self._dead_before.get(claim.subject, 0)

    def _tell_ended(self) -> None:
        self._ends += 1
        for listener in self._on_end:
            listener()

    def _hold(self, held: _Held) -> None:
        self._held[held.row.token_digest] = held
        self._by_id[held.row.id] = held.row.token_digest
        if len(self._held) > IN_MEMORY_MAX:
            self._drop(next(iter(self._held)))  # it will be read again when it is used

    def _drop(self, digest: bytes) -> None:
        held = self._held.pop(digest, None)
        if held is not None:
            self._by_id.pop(held.row.id, None)

    def _recheck(self, digest: bytes, held: _Held) -> None:
        now_ms = self._clock.now_ms()
        if now_ms - held.checked_ms < RECHECK_MS:
            return
        held.checked_ms = now_ms
        task = asyncio.get_running_loop().create_task(self._compare(digest))
        self._rechecks.add(task)
        task.add_done_callback(self._rechecks.discard)

    async def _compare(self, digest: bytes) -> None:
        try:
            stored = await self._read(digest)
        except Exception:
            logger.exception("a session could not be compared with the database")
            return
        held = self._held.get(digest)
        if held is None:
            return
        if stored is None:
            self._drop(digest)
            return
        # Use is known here first and written down later; what was decided elsewhere is taken over.
        held.row.expires_ms = stored.row.expires_ms
        held.row.limited = stored.row.limited
        held.row.seen_ms = max(held.row.seen_ms, stored.row.seen_ms)
        held.terminal = stored.terminal
        held.revision = -1

    async def _read(self, digest: bytes) -> _Held | None:
        def query(connection: sa.Connection) -> tuple[Any, Any] | None:
            row = connection.execute(
                sa.select(t.sessions).where(t.sessions.c.token_digest == digest)
            ).first()
            if row is None:
                return None
            machine = None
            if row.kind == ActorKind.TERMINAL:
                machine = connection.execute(
                    sa.select(t.terminals).where(t.terminals.c.id == row.owner)
                ).first()
            return row, machine

        found = await self._database.read(query)
        if found is None:
            return None
        values, machine = found
        row = msgspec.convert({**plain(values), "token_digest": digest}, SessionRow)
        terminal = None if machine is None else msgspec.convert(plain(machine), Terminal)
        if row.kind is ActorKind.TERMINAL and terminal is None:
            return None
        if terminal is not None and terminal.revoked_ms:
            return None
        return _Held(row, terminal, self._clock.now_ms())


def _claim_actor(claim: Claim) -> Actor:
    branches = frozenset({claim.branch})
    if claim.kind is ClaimKind.LINK:
        role = frozenset({Role.CUSTOMER_LINK})
        name = f"link:{claim.subject}"
        return Actor(ActorKind.CUSTOMER, name, role, granted(role), branches, claim.subject)
    role = frozenset({Role.DOOR_QR})
    permissions = WEB_PERMISSIONS if claim.kind is ClaimKind.WEB else granted(role)
    name = f"{'door' if claim.kind is ClaimKind.DOOR else 'web'}:{claim.subject}"
    return Actor(ActorKind.CUSTOMER, name, role, permissions, branches)

"""Customers' phones: the code at the door, the public page, and links to one's own ticket."""

import sqlalchemy as sa

from tingtang.kernel.clock import DAY_MS, Clock
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import Ids
from tingtang.kernel.log import Append, EventLog
from tingtang.kernel.permissions import Actor
from tingtang.org.directory import Directory
from tingtang.org.sign_in import tables as t
from tingtang.org.sign_in.identity import STRANGER
from tingtang.org.sign_in.model import events as e
from tingtang.org.sign_in.model import rules as r
from tingtang.org.sign_in.model.answers import Access, DoorCode
from tingtang.org.sign_in.sessions import Sessions
from tingtang.org.sign_in.staff import Opened
from tingtang.org.sign_in.tokens import Claim, ClaimKind, DoorCodes, Signer

LINK_LIVES_MAX_MS = 60 * DAY_MS
"""Longer than any link lives (a booking made two weeks ahead): then a revocation may be forgotten."""


class Phones:
    """The use cases of customers at the door. Nothing is stored for a phone that scans a code."""

    def __init__(
        self,
        log: EventLog,
        wall_clock: Clock,
        hall_clock: Clock,
        ids: Ids,
        directory: Directory,
        sessions: Sessions,
        signer: Signer,
        doors: DoorCodes,
        public_url: str,
    ) -> None:
        self._log = log
        self._clock = wall_clock
        self._hall_clock = hall_clock
        self._ids = ids
        self._directory = directory
        self._sessions = sessions
        self._signer = signer
        self._doors = doors
        self._public_url = public_url.rstrip("/")

    def door_code(self, branch: str, base: str) -> DoorCode:
        """What the door's screen shows now. ``base`` is our address as the screen itself sees it."""
        self._directory.branch(branch)
        now_ms = self._clock.now_ms()
        code = self._doors.code(branch, now_ms)
        changes_ms = (now_ms // r.DOOR_STEP_MS + 1) * r.DOOR_STEP_MS
        return DoorCode(code, f"{self._public_url or base}/phone/door#{code}", changes_ms)

    def open_at_door(self, code: str) -> Opened:
        """A session for a phone that scanned the door's code in the last minutes."""
        branch = self._doors.branch_of(code, self._clock.now_ms())
        if branch is None or not self._directory.has_branch(branch):
            raise Refused(r.BAD_LINK)
        return self._open(ClaimKind.DOOR, branch, r.DOOR_SESSION_MS)

    def open_public(self, branch: str) -> Opened:
        """A session for a phone that opened the branch's public page: it books, and takes a ticket
        only where the branch says that remote tickets may be taken."""
        self._directory.branch(branch)
        access = self._directory.section(branch, Access)
        kind = ClaimKind.REMOTE if access.remote_tickets else ClaimKind.WEB
        return self._open(kind, branch, r.WEB_SESSION_MS)

    def open_link(self, token: str) -> Opened:
        """Exchange the token of a customer's link for a cookie."""
        claim = self._signer.read(token)
        identity = self._sessions.known(token) or STRANGER
        if claim is None or claim.kind is not ClaimKind.LINK or identity is STRANGER:
            raise Refused(r.BAD_LINK)
        lasts_ms = max(1000, claim.expires_ms - self._hall_clock.now_ms())
        return Opened(identity, token, lasts_ms)

    def subject_of(self, token: str, branch: str) -> str | None:
        """The ticket or booking that a link of ``branch`` is about; None where it is not good."""
        found = self.of_link(token)
        return found[1] if found is not None and found[0] == branch else None

    def of_link(self, token: str) -> tuple[str, str] | None:
        """The branch and the subject of a link; None where it is not good."""
        claim = self._signer.read(token)
        if claim is None or claim.kind is not ClaimKind.LINK:
            return None
        holder = self._sessions.known(token)
        if holder is None or holder is STRANGER:
            return None  # it has ended, or was revoked
        return claim.branch, claim.subject

    async def revoke_links(self, subject: str, actor: Actor) -> int:
        """Kill every link to a ticket, booking or journey that was made up to now; gives the time from
        which on a link that is made is good.
        """
        now_ms = self._hall_clock.now_ms() + 1
        row = {"subject": subject, "before_ms": now_ms, "until_ms": now_ms + LINK_LIVES_MAX_MS}
        insert = upsert(self._log.database, t.revoked_links).values(row)
        newer = {name: insert.excluded[name] for name in ("before_ms", "until_ms")}
        statement = insert.on_conflict_do_update(index_elements=["subject"], set_=newer)
        await self._log.append(
            Append(
                stream=f"links/{subject}",
                branch="",
                events=[e.LinksRevoked(subject=subject, before_ms=now_ms)],
                time_ms=self._hall_clock.now_ms(),
                actor=actor.name,
                work=lambda c: c.execute(statement),
            )
        )
        self._sessions.kill_links({subject: now_ms})
        return now_ms

    async def load(self) -> None:
        """Learn which links are dead; at start."""
        rows = await self._log.database.read(
            lambda c: c.execute(
                sa.select(t.revoked_links.c.subject, t.revoked_links.c.before_ms)
            ).all()
        )
        self._sessions.kill_links({row.subject: row.before_ms for row in rows})

    def _open(self, kind: ClaimKind, branch: str, lasts_ms: int) -> Opened:
        now_ms = self._clock.now_ms()
        claim = Claim(kind, branch, self._ids.new(now_ms), now_ms, now_ms + lasts_ms)
        token = self._signer.sign(claim)
        return Opened(self._sessions.known(token) or STRANGER, token, lasts_ms)

"""Who booked, sealed: how to reach them, the codes they were given, and when it is all erased."""

import secrets
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from tingtang.hall import tables as t
from tingtang.kernel.database import upsert
from tingtang.kernel.ids import BookingId, BranchId
from tingtang.kernel.log import Append, EventLog
from tingtang.kernel.sealed import erase, holds, seal, unseal
from tingtang.kernel.vault import Vault

CODE_DIGITS = 6
CODES_OFFERED = 3
"""Codes drawn for one booking, in case one of them is in use on that day."""
REFERENCE_CHARS = 32
"""Of a keyed hash, as events carry it: 128 bits."""


class Contact(msgspec.Struct, frozen=True):
    """How to reach somebody who booked."""

    phone: str
    name: str = ""
    language: str = "zh"


class Contacts:
    """The sealed table of contacts. Events refer to its rows by keyed hashes."""

    def __init__(self, log: EventLog, vault: Vault) -> None:
        self._log = log
        self._vault = vault

    def party(self, phone: str) -> str:
        """What events call the owner of this phone."""
        return self._vault.index(phone, "booking/party").hex()[:REFERENCE_CHARS]

    def code_reference(self, branch: BranchId, date: str, code: str) -> str:
        """What events call a booking code of that day."""
        return self._vault.index(code, _code_purpose(branch, date)).hex()[:REFERENCE_CHARS]

    def code_references(self, branch: BranchId, date: str, code: str) -> list[str]:
        """The same under every key, for codes given out before the newest key."""
        found = self._vault.indexes(code, _code_purpose(branch, date))
        return [index.hex()[:REFERENCE_CHARS] for index in found]

    async def keep(
        self, booking: BookingId, branch: BranchId, contact: Contact, erase_ms: int, now_ms: int
    ) -> list[str]:
        """Write a contact; gives the codes from which the booking may take one.

        Written again, name and phone are replaced, and the codes stay what they were.
        """
        codes = [
            f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}" for _ in range(CODES_OFFERED)
        ]
        row = {"booking": booking}
        values = {
            "branch": branch,
            "erase_ms": erase_ms,
            "language": contact.language,
            **seal(self._vault, t.contacts.c.phone, row, contact.phone),
            **seal(self._vault, t.contacts.c.name, row, contact.name or None),
        }
        sealed_codes = seal(self._vault, t.contacts.c.codes, row, " ".join(codes))
        insert = upsert(self._log.database, t.contacts).values({**row, **values, **sealed_codes})
        statement = insert.on_conflict_do_update(
            index_elements=["booking"], set_={name: insert.excluded[name] for name in values}
        )
        mine = sa.select(t.contacts).where(t.contacts.c.booking == booking)

        def work(connection: sa.Connection) -> str:
            connection.execute(statement)
            kept = connection.execute(mine).one()._asdict()
            return unseal(self._vault, t.contacts.c.codes, kept) or ""

        appended = await self._log.append(
            Append(
                stream="hall/contacts",
                branch=branch,
                events=(),
                time_ms=now_ms,
                actor="system",
                work=work,
            )
        )
        return str(appended.result).split()

    async def find(self, bookings: Sequence[BookingId]) -> dict[BookingId, Contact]:
        """The contacts of some bookings, as far as they are not erased."""
        query = sa.select(t.contacts).where(t.contacts.c.booking.in_(bookings))
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        found = {}
        for row in rows:
            values = row._asdict()
            phone = unseal(self._vault, t.contacts.c.phone, values)
            if phone is not None:
                name = unseal(self._vault, t.contacts.c.name, values) or ""
                found[BookingId(row.booking)] = Contact(phone, name, row.language)
        return found

    async def codes(self, booking: BookingId) -> list[str]:
        """The codes drawn for a booking; empty where they were erased."""
        query = sa.select(t.contacts).where(t.contacts.c.booking == booking)
        row = await self._log.database.read(lambda c: c.execute(query).first())
        if row is None:
            return []
        return (unseal(self._vault, t.contacts.c.codes, row._asdict()) or "").split()

    async def by_phone(self, branch: BranchId, date: str, phone: str) -> list[BookingId]:
        """The bookings of that day that were made with this phone number."""
        query = (
            sa.select(t.contacts.c.booking)
            .join(t.bookings, t.bookings.c.booking == t.contacts.c.booking)
            .where(
                t.bookings.c.branch == branch,
                t.bookings.c.date == date,
                holds(self._vault, t.contacts.c.phone, phone),
            )
        )
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        return [BookingId(row.booking) for row in rows]

    async def erase_old(self, now_ms: int) -> int:
        """Empty the contacts whose time is up; gives back how many."""
        due = sa.and_(t.contacts.c.erase_ms <= now_ms, t.contacts.c.codes.is_not(None))
        query = sa.select(sa.func.count()).select_from(t.contacts).where(due)
        if not await self._log.database.read(lambda c: c.scalar(query)):
            return 0
        appended = await self._log.append(
            Append(
                stream="hall/contacts",
                branch="",
                events=(),
                time_ms=now_ms,
                actor="system",
                work=lambda c: erase(c, t.contacts, due),
            )
        )
        return int(appended.result)


def _code_purpose(branch: BranchId, date: str) -> str:
    return f"booking/code/{branch}/{date}"

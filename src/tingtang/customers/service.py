"""Use cases of customers: save, identify, consent, reveal, erase."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.customers import model as m
from tingtang.customers import tables as t
from tingtang.kernel.clock import Clock
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.ids import BranchId, CustomerId, Ids
from tingtang.kernel.log import Append, EventLog
from tingtang.kernel.permissions import Actor
from tingtang.kernel.vault import Vault

KNOWN_MAX = 20_000
"""Customers kept in memory: those who are in a hall now, many times over."""

Resolver = Callable[[BranchId, str], Awaitable[CustomerId | None]]


class Known(msgspec.Struct, frozen=True):
    """A customer in memory: enough for dispatch and for a masked name in the hall."""

    facts: m.Facts
    name: str
    """Masked, and only with consent to show it."""


class CustomerService:
    """Customers; other features call this."""

    def __init__(self, log: EventLog, clock: Clock, ids: Ids, vault: Vault) -> None:
        self._log = log
        self._clock = clock
        self._ids = ids
        self._vault = vault
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._resolvers: dict[m.By, list[Resolver]] = {}
        log.follow(
            (m.CustomerSaved, m.CustomerErased, m.ConsentGiven, m.ConsentWithdrawn),
            self._forget_changed,
        )

    def register_resolver(self, by: m.By, resolver: Resolver) -> None:
        """Let a later feature find customers by what it knows (its ticket, its booking).

        Resolvers of the same kind are asked in turn until one finds somebody.
        """
        self._resolvers.setdefault(by, []).append(resolver)

    # -- records -------------------------------------------------------------------------------

    async def save(
        self, facts: m.Facts, details: m.Details, actor: Actor, *, is_new: bool = False
    ) -> CustomerId:
        """Create or replace a customer; refused (already_registered) if a number is another's."""
        m.check_details(details)
        customer = facts.id or CustomerId(self._ids.new(self._clock.now_ms()))
        facts = msgspec.structs.replace(facts, id=customer)
        if not is_new and facts.id:
            await self._load(customer)
        digests = self._digests(details)
        await self._check_free(customer, digests)
        sealed = self._vault.seal(msgspec.json.encode(details).decode(), f"customers/{customer}")
        row = {
            "id": customer,
            "branch": facts.branch,
            "facts": msgspec.json.encode(facts).decode(),
            "details": sealed,
            "saved_ms": self._clock.now_ms(),
        }

        def work(connection: sa.Connection) -> None:
            insert = upsert(self._log.database, t.customers).values(row)
            changed = {name: insert.excluded[name] for name in row if name != "id"}
            connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=changed))
            connection.execute(sa.delete(t.keys).where(t.keys.c.customer == customer))
            if digests:
                connection.execute(
                    sa.insert(t.keys),
                    [{"digest": d, "customer": customer, "kind": k} for d, k in digests.items()],
                )

        await self._write(customer, facts.branch, [m.CustomerSaved(facts=facts)], actor, work)
        return customer

    async def read(self, customer: CustomerId) -> m.Masked:
        """The customer as screens may show them."""
        facts, details = await self._load(customer)
        return m.masked(facts, details, await self.consents_now(customer))

    async def reveal(
        self, customer: CustomerId, field: str, reason: str, branch: BranchId, actor: Actor
    ) -> str | Sequence[str]:
        """One field in the clear; who looked, at what and why is in the log first."""
        _, details = await self._load(customer)
        if field not in m.Details.__struct_fields__:
            raise Refused(m.BAD_VALUE, what=field)
        event = m.DetailRevealed(customer=customer, field=field, reason=reason)
        await self._write(customer, branch, [event], actor)
        value: str | Sequence[str] = getattr(details, field)
        return value

    async def erase(self, customer: CustomerId, branch: BranchId, actor: Actor) -> None:
        """Remove what is personal. Events keep the id, which then names nobody."""
        facts, _ = await self._load(customer)
        blank = m.Facts(id=facts.id, branch=facts.branch)

        def work(connection: sa.Connection) -> None:
            where = t.customers.c.id == customer
            cleared = {"details": None, "facts": msgspec.json.encode(blank).decode()}
            connection.execute(sa.update(t.customers).where(where).values(cleared))
            connection.execute(sa.delete(t.keys).where(t.keys.c.customer == customer))

        await self._write(customer, branch, [m.CustomerErased(customer=customer)], actor, work)

    # -- identification ------------------------------------------------------------------------

    async def identify(self, branch: BranchId, by: m.By, value: str, actor: Actor) -> m.Masked:
        """Who this is; refused (not_identified) without telling why, so that nobody can fish."""
        customer: CustomerId | None = None
        if by in self._resolvers:
            for resolver in self._resolvers[by]:
                customer = customer or await resolver(branch, value)
        else:
            customer = await self._find(by, m.checked(by, value))
        if customer is None:
            raise Refused(m.NOT_IDENTIFIED)
        found = await self.read(customer)
        event = m.CustomerIdentified(customer=customer, by=by)
        await self._write(customer, branch, [event], actor)
        return found

    async def standing_of(self, customer: CustomerId) -> m.Facts:
        """Tier and care needs, from memory where possible; refused (unknown_customer)."""
        return (await self._know(customer)).facts

    def name_if_known(self, customer: str) -> str:
        """The masked name if the customer is in memory and consents to showing it."""
        known = self._known.get(customer)
        return known.name if known is not None else ""

    # -- consents ------------------------------------------------------------------------------

    async def record_consent(
        self,
        customer: CustomerId,
        purpose: m.Purpose,
        *,
        given: bool,
        how: str,
        branch: BranchId,
        actor: Actor,
    ) -> None:
        """Give or withdraw a consent; the history keeps both."""
        await self._load(customer)
        row = {
            "customer": customer,
            "purpose": purpose.value,
            "at_ms": self._clock.now_ms(),
            "given": given,
            "by": actor.name,
            "how": how,
        }
        kind = m.ConsentGiven if given else m.ConsentWithdrawn
        event = kind(customer=customer, purpose=purpose, how=how)
        insert = upsert(self._log.database, t.consents).values(row)
        same_moment = insert.on_conflict_do_update(
            index_elements=["customer", "purpose", "at_ms"],
            set_={"given": insert.excluded["given"], "how": insert.excluded["how"]},
        )
        await self._write(customer, branch, [event], actor, lambda c: c.execute(same_moment))

    async def consent_history(self, customer: CustomerId) -> list[m.Consent]:
        """All entries, oldest first."""
        query = (
            sa.select(t.consents)
            .where(t.consents.c.customer == customer)
            .order_by(t.consents.c.at_ms)
        )
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        return [m.Consent(m.Purpose(r.purpose), bool(r.given), r.at_ms, r.by, r.how) for r in rows]

    async def consents_now(self, customer: CustomerId) -> dict[m.Purpose, bool]:
        """What holds now; what was never asked is absent, and absent means no."""
        return {entry.purpose: entry.given for entry in await self.consent_history(customer)}

    async def require_consent(self, customer: CustomerId, purpose: m.Purpose) -> None:
        """Refuse (no_consent) unless the customer consents to ``purpose`` now."""
        if not (await self.consents_now(customer)).get(purpose, False):
            raise Refused(m.NO_CONSENT, purpose=purpose.value)

    # -- parts ---------------------------------------------------------------------------------

    def _digests(self, details: m.Details) -> dict[bytes, str]:
        """The blind indexes by which the customer is found again."""
        found = {}
        for by, value in _numbers(details):
            found[self._vault.index(m.checked(by, value), f"customers/{by.value}")] = by.value
        return found

    async def _check_free(self, customer: CustomerId, digests: dict[bytes, str]) -> None:
        if not digests:
            return
        query = sa.select(t.keys.c.kind, t.keys.c.customer).where(
            t.keys.c.digest.in_(list(digests)), t.keys.c.customer != customer
        )
        taken = await self._log.database.read(lambda c: c.execute(query).first())
        if taken is not None:
            raise Refused(m.TAKEN, what=m.WHAT[m.By(taken.kind)])

    async def _find(self, by: m.By, value: str) -> CustomerId | None:
        digests = self._vault.indexes(value, f"customers/{by.value}")
        query = sa.select(t.keys.c.customer).where(t.keys.c.digest.in_(digests))
        found = await self._log.database.read(lambda c: c.scalar(query))
        return None if found is None else CustomerId(found)

    async def _load(self, customer: CustomerId) -> tuple[m.Facts, m.Details]:
        query = sa.select(t.customers).where(t.customers.c.id == customer)
        row = await self._log.database.read(lambda c: c.execute(query).first())
        if row is None or row.details is None:
            raise Refused(m.UNKNOWN_CUSTOMER)
        details = self._vault.open(bytes(row.details), f"customers/{customer}")
        return (
            msgspec.json.decode(row.facts, type=m.Facts),
            msgspec.json.decode(details, type=m.Details),
        )

    async def _know(self, customer: CustomerId) -> Known:
        known = self._known.get(customer)
        if known is None:
            facts, details = await self._load(customer)
            consents = await self.consents_now(customer)
            shown = m.mask_name(details.name) if consents.get(m.Purpose.SHOW_NAME) else ""
            known = self._known[customer] = Known(facts, shown)
            if len(self._known) > KNOWN_MAX:
                self._known.popitem(last=False)
        return known

    def _forget_changed(self, recorded: Recorded) -> None:
        match recorded.event:
            case m.CustomerSaved(facts=facts):
                self._known.pop(facts.id, None)
            case (
                m.CustomerErased(customer=customer)
                | m.ConsentGiven(customer=customer)
                | m.ConsentWithdrawn(customer=customer)
            ):
                self._known.pop(customer, None)

    async def _write(
        self,
        customer: CustomerId,
        branch: BranchId,
        events: Sequence[Event],
        actor: Actor,
        work: Callable[[sa.Connection], Any] | None = None,
    ) -> None:
        await self._log.append(
            Append(
                stream=f"customer/{customer}",
                branch=branch,
                events=events,
                time_ms=self._clock.now_ms(),
                actor=actor.name,
                work=work,
            )
        )


def _numbers(details: m.Details) -> list[tuple[m.By, str]]:
    numbers = [(m.By.PHONE, details.phone), (m.By.ID_NUMBER, details.id_number)]
    numbers += [(m.By.CARD, card) for card in details.cards]
    return [(by, value) for by, value in numbers if value]

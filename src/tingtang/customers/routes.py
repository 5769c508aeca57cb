"""HTTP of customers. Every path names the branch in which the question is asked."""

from typing import Annotated

import msgspec
from litestar import delete, get, post, put

from tingtang.customers import model as m
from tingtang.customers.service import CustomerService
from tingtang.kernel.ids import BranchId, CustomerId
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.kernel.web import permit

CUSTOMERS = "/api/branches/{branch:str}/customers"
CUSTOMER = f"{CUSTOMERS}/{{customer:str}}"


class IdentifyRequest(msgspec.Struct, frozen=True):
    """What the customer shows or says."""

    by: m.By
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class Identified(msgspec.Struct, frozen=True):
    """Enough to greet and to go on; a terminal learns no more than a mask."""

    customer: CustomerId
    name: str
    tier: m.Tier
    tier_name: str


class CustomerRequest(msgspec.Struct, frozen=True, kw_only=True):
    facts: m.Facts
    details: m.Details


class Saved(msgspec.Struct, frozen=True):
    customer: CustomerId


class ConsentRequest(msgspec.Struct, frozen=True):
    purpose: m.Purpose
    given: bool
    how: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class RevealRequest(msgspec.Struct, frozen=True):
    """Why it must be seen in the clear; it is kept in the log."""

    field: str
    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=100)]


class Revealed(msgspec.Struct, frozen=True):
    value: str | list[str]


@post(
    f"{CUSTOMERS}/identify",
    summary="Identify a customer",
    status_code=200,
    **permit(Permission.CUSTOMER_IDENTIFY),
)
async def identify(
    branch: str, data: IdentifyRequest, customers: CustomerService, actor: Actor, language: str
) -> Identified:
    """By phone, ID number, card, booking, ticket or QR."""
    found = await customers.identify(BranchId(branch), data.by, data.value, actor)
    shows_name = actor.kind is ActorKind.STAFF
    # A number that can be guessed tells a machine nothing about whose it is.
    is_guessable = data.by in {m.By.PHONE, m.By.TICKET}
    name = found.name if shows_name or not is_guessable else ""
    return Identified(found.id, name, found.tier, found.tier_name.in_language(language))


@post(CUSTOMERS, summary="Register a customer", **permit(Permission.CUSTOMER_EDIT))
async def register(
    branch: str, data: CustomerRequest, customers: CustomerService, actor: Actor
) -> Saved:
    """A new record; numbers that belong to somebody else are refused."""
    facts = msgspec.structs.replace(data.facts, id=CustomerId(""), branch=BranchId(branch))
    return Saved(await customers.save(facts, data.details, actor, is_new=True))


@put(CUSTOMER, summary="Change a customer", status_code=200, **permit(Permission.CUSTOMER_EDIT))
async def change(
    branch: str, customer: str, data: CustomerRequest, customers: CustomerService, actor: Actor
) -> Saved:
    """Replace the record."""
    facts = msgspec.structs.replace(data.facts, id=CustomerId(customer), branch=BranchId(branch))
    return Saved(await customers.save(facts, data.details, actor))


@get(CUSTOMER, summary="Look a customer up", **permit(Permission.CUSTOMER_SEE))
async def read(branch: str, customer: str, customers: CustomerService) -> m.Masked:  # noqa: ARG001
    """The masked record with tier, care needs, privileges and consents."""
    return await customers.read(CustomerId(customer))


@delete(CUSTOMER, summary="Erase a customer", **permit(Permission.CUSTOMER_EDIT))
async def erase(branch: str, customer: str, customers: CustomerService, actor: Actor) -> None:
    """Remove everything personal; what happened stays in the log without a name."""
    await customers.erase(CustomerId(customer), BranchId(branch), actor)


@post(
    f"{CUSTOMER}/reveal",
    summary="See a field in the clear",
    status_code=200,
    **permit(Permission.CUSTOMER_REVEAL),
)
async def reveal(
    branch: str, customer: str, data: RevealRequest, customers: CustomerService, actor: Actor
) -> Revealed:
    """Unmask one field, with a reason that goes into the log."""
    value = await customers.reveal(
        CustomerId(customer), data.field, data.reason, BranchId(branch), actor
    )
    return Revealed(value if isinstance(value, str) else list(value))


@get(f"{CUSTOMER}/consents", summary="Consent history", **permit(Permission.CUSTOMER_SEE))
async def read_consents(
    branch: str,  # noqa: ARG001
    customer: str,
    customers: CustomerService,
) -> list[m.Consent]:
    """Every consent given or withdrawn, oldest first."""
    return await customers.consent_history(CustomerId(customer))


@post(
    f"{CUSTOMER}/consents",
    summary="Record a consent",
    status_code=204,
    **permit(Permission.CONSENT_RECORD),
)
async def record_consent(
    branch: str, customer: str, data: ConsentRequest, customers: CustomerService, actor: Actor
) -> None:
    """The customer agrees to one purpose, or no longer does."""
    await customers.record_consent(
        CustomerId(customer),
        data.purpose,
        given=data.given,
        how=data.how,
        branch=BranchId(branch),
        actor=actor,
    )


ROUTES = (identify, register, change, read, erase, reveal, read_consents, record_consent)

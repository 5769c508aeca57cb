"""What the hall needs from those that stand before it, as it sees them."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from tingtang.hall.model.state import Care
from tingtang.kernel.ids import BranchId, CustomerId
from tingtang.kernel.permissions import Actor


class Standing(msgspec.Struct, frozen=True):
    """What dispatch may know of a customer: the tier's level (0 none, 1 branch, 2 managing branch,
    3 head office) and the care they need."""

    tier: int = 0
    care: tuple[Care, ...] = ()


class CustomerBook(Protocol):
    """Customers, as far as the hall needs them."""

    async def standing(self, customer: CustomerId) -> Standing:
        """Tier and care needs; refused (unknown_customer) where there is no such customer."""
        ...

    def masked_name(self, customer: str) -> str:
        """王*明, if the customer may be shown to staff in the hall; "" otherwise."""
        ...


class Links(Protocol):
    """Signed links by which a customer's phone reaches its own ticket or booking and no other."""

    def make(self, branch: BranchId, subject: str, now_ms: int) -> str:
        """The token of a link that is good until the end of the next day."""
        ...

    def token(self, subject: str, branch: str, now_ms: int, expires_ms: int) -> str:
        """The same until a time of our own: a booking's link lives until after the booked day."""
        ...

    def url(self, token: str, base: str = "") -> str:
        """Where a phone goes with the token; ``base`` ("https://host") is ours as the caller sees
        it, used where no public address was set."""
        ...


class MessagePort(Protocol):
    """Messages to customers' phones (SMS, WeChat templates)."""

    async def send(self, template: str, to: str, values: Mapping[str, str], key: str) -> None:
        """Hand a message over for delivery; the same ``key`` is delivered once.

        ``values`` fill the template's gaps; ``values["language"]`` is "zh" or "en".
        """
        ...


class NoCustomers:
    """A hall that knows no customers: everybody is an ordinary one."""

    async def standing(self, customer: CustomerId) -> Standing:  # noqa: ARG002
        return Standing()

    def masked_name(self, customer: str) -> str:  # noqa: ARG002
        return ""


def staff_id(actor: Actor) -> str:
    """The staff member behind an actor; "" for terminals, customers and the system."""
    return actor.id if actor.kind == "staff" else ""

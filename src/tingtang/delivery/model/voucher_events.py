"""What can happen to a movement or a void of blank vouchers, ``vouchers/<task>``."""

from tingtang.kernel.events import Event, EventTypes


class VouchersAsked(Event, frozen=True):
    kind: str
    first: str
    last: str
    from_holder: str
    to_holder: str
    is_void: bool


class VouchersConfirmed(Event, frozen=True):
    """By a second person, who has counted."""


class VouchersBooked(Event, frozen=True):
    """In the bank's books."""


class VouchersPartlyVoided(Event, frozen=True):
    """The bank declined a number midway: ``voided`` pieces from the first on are void in its books, and
    the rest is to be tried again or given up.
    """

    voided: int
    next: str


class VouchersRefused(Event, frozen=True):
    """By a second person, or by the bank: nothing was booked but what was voided before."""


TYPES = EventTypes(
    "vouchers",
    [VouchersAsked, VouchersConfirmed, VouchersBooked, VouchersPartlyVoided, VouchersRefused],
)

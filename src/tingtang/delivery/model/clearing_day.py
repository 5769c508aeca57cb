"""The end of a branch's delivery day, ``clearingday/<branch>/<date>``."""

from tingtang.kernel.events import Event, EventTypes


class DeliveryDayClosed(Event, frozen=True):
    """Every machine was cleared, every difference booked, nothing is in doubt."""

    date: str


TYPES = EventTypes("clearing_day", [DeliveryDayClosed])

"""The end of a branch's delivery day, ``clearingday/<branch>/<date>``: one asks, another closes.

What keeps the day open is looked up by whoever calls; that two different people close it is decided
here. Pure.
"""

from collections.abc import Sequence

import msgspec

from tingtang.delivery.model import problems as p
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event, EventTypes


class DeliveryDayAsked(Event, frozen=True):
    """The first of the two has seen that nothing is open."""

    date: str
    by: str


class DeliveryDayClosed(Event, frozen=True):
    """Every machine was cleared, every difference booked, nothing is in doubt."""

    date: str
    by: str = ""


TYPES = EventTypes("clearing_day", [DeliveryDayAsked, DeliveryDayClosed])


class Day(msgspec.Struct):
    """As its events leave it; actors, empty for nobody yet."""

    asked_by: str = ""
    closed_by: str = ""


class AskToClose(msgspec.Struct, frozen=True):
    date: str
    by: str


class Close(msgspec.Struct, frozen=True):
    date: str
    by: str


Command = AskToClose | Close


class DayCore:
    """Decides and evolves the ends of days."""

    def initial(self, stream: str) -> Day:
        """Open."""
        del stream
        return Day()

    def decide(self, state: Day, command: Command, at_ms: int) -> Sequence[Event]:
        """What follows; refused: day_not_asked, two_people. A closed day stays as it is."""
        del at_ms
        if state.closed_by:
            return ()
        if isinstance(command, AskToClose):
            # Whoever asks again takes the first's place, so that a shift may change in between.
            if state.asked_by == command.by:
                return ()
            return (DeliveryDayAsked(date=command.date, by=command.by),)
        if not state.asked_by:
            raise Refused(p.DAY_NOT_ASKED)
        if state.asked_by == command.by:
            raise Refused(p.TWO_PEOPLE)
        return (DeliveryDayClosed(date=command.date, by=command.by),)

    def evolve(self, state: Day, event: Event, at_ms: int) -> None:
        """Apply what has happened, in place."""
        del at_ms
        match event:
            case DeliveryDayAsked():
                state.asked_by = event.by
            case DeliveryDayClosed():
                state.closed_by = event.by or "unknown"  # as it was written at first, without

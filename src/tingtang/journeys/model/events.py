"""What happens on a journey. What people entered is not in here: it lies sealed in a table, under
the journey and the number of the entry.
"""

from enum import StrEnum

from tingtang.journeys.model.scenario import Channel
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.ids import CustomerId, JourneyId, StaffId, VisitId


class Outcome(StrEnum):
    """What came of an action."""

    DONE = "done"
    REFUSED = "refused"
    """By the bank, a device or a person; ``code`` says why."""


class Ending(StrEnum):
    """How a journey ended."""

    DONE = "done"
    CANCELLED = "cancelled"
    """By whoever held it."""
    EXPIRED = "expired"
    """Nobody went on with it."""


class JourneyStarted(Event, frozen=True):
    """``holder`` is the terminal, member of staff or phone that it runs on, as the log names
    actors.
    """

    scenario: str
    scenario_version: int
    channel: Channel
    holder: str
    visit: VisitId | None = None
    customer: CustomerId | None = None


class StepAnswered(Event, frozen=True):
    """``entry`` counts the answers and outcomes of a journey from 1."""

    entry: int
    step: str


class StepsTakenBack(Event, frozen=True):
    """The entries after ``entry`` hold no more."""

    entry: int


class ActionBegun(Event, frozen=True):
    """Something was asked of another system under ``trace``, by which it does it once only."""

    step: str
    action: str
    trace: str


class ActionUnclear(Event, frozen=True):
    """No answer came in time: it may or may not have been done, and is asked after."""

    step: str
    trace: str


class ActionEnded(Event, frozen=True):
    entry: int
    step: str
    action: str
    trace: str
    outcome: Outcome
    code: str = ""
    has_effect: bool = True


class JourneyCustomerKnown(Event, frozen=True):
    """Who it is was found out on the way."""

    customer: CustomerId


class JourneyMoved(Event, frozen=True):
    """It goes on at another terminal, or in the hands of a member of staff."""

    channel: Channel
    holder: str


class JourneyEnded(Event, frozen=True):
    ending: Ending
    by: StaffId | None = None


class JourneyErased(Event, frozen=True):
    """What was entered is gone, as the rules ask; what was done stays."""


class JourneyRated(Event, frozen=True):
    """How the customer found it, 1 (bad) to 5 (very good)."""

    journey: JourneyId
    scenario: str
    score: int


TYPES = EventTypes(
    "journey",
    [
        JourneyStarted, StepAnswered, StepsTakenBack, ActionBegun, ActionUnclear, ActionEnded,
        JourneyCustomerKnown, JourneyMoved, JourneyEnded, JourneyErased,
        JourneyRated,
    ],
)  # fmt: skip

"""A journey as its events leave it."""

from enum import StrEnum

import msgspec

from tingtang.journeys.model import events as e
from tingtang.journeys.model.scenario import Channel
from tingtang.kernel.events import Event
from tingtang.kernel.ids import CustomerId, JourneyId, VisitId


class Status(StrEnum):
    OPEN = "open"
    """Waits for an answer."""
    AT_WORK = "at_work"
    """Waits for another system, or for somebody's yes."""
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OVER = frozenset({Status.DONE, Status.CANCELLED, Status.EXPIRED})


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One answer or outcome."""

    number: int
    step: str
    is_outcome: bool
    refused: bool = False
    has_effect: bool = False


class Pending(msgspec.Struct, frozen=True, gc=False):
    """An action that was begun and has not ended."""

    step: str
    action: str
    trace: str
    since_ms: int
    is_unclear: bool = False


class Journey(msgspec.Struct):
    """One piece of business under way or done."""

    id: JourneyId
    scenario: str = ""
    version: int = 0
    channel: Channel = Channel.KIOSK
    holder: str = ""
    visit: VisitId | None = None
    customer: CustomerId | None = None
    entries: list[Entry] = []
    """Those that hold."""
    counted: int = 0
    """Entries ever made, taken back ones too."""
    pending: dict[str, Pending] = {}
    """By step."""
    ending: e.Ending | None = None
    is_erased: bool = False
    started_ms: int = 0
    changed_ms: int = 0
    sequence: int = 0

    @property
    def status(self) -> Status:
        if self.ending is not None:
            return Status(self.ending.value)
        return Status.AT_WORK if self.pending else Status.OPEN

    @property
    def firm(self) -> int:
        """The newest entry that cannot be taken back: the last thing that was done."""
        done = (x.number for x in self.entries if x.has_effect and not x.refused)
        return max(done, default=0)


def copied(journey: Journey) -> Journey:
    """One to try events on, while others still read the journey itself."""
    entries, pending = list(journey.entries), dict(journey.pending)
    return msgspec.structs.replace(journey, entries=entries, pending=pending)


def evolve(journey: Journey, event: Event, at_ms: int) -> None:
    """Apply what has happened, in place."""
    journey.sequence += 1
    journey.changed_ms = at_ms
    match event:
        case e.JourneyStarted():
            journey.scenario, journey.version = event.scenario, event.scenario_version
            journey.channel, journey.holder = event.channel, event.holder
            journey.visit, journey.customer = event.visit, event.customer
            journey.started_ms = at_ms
        case e.StepAnswered():
            journey.counted = event.entry
            journey.entries.append(Entry(event.entry, event.step, is_outcome=False))
        case e.StepsTakenBack():
            journey.entries = [x for x in journey.entries if x.number <= event.entry]
        case e.ActionBegun():
            journey.pending[event.step] = Pending(event.step, event.action, event.trace, at_ms)
        case e.ActionUnclear():
            journey.pending[event.step] = msgspec.structs.replace(
                journey.pending[event.step], is_unclear=True
            )
        case e.ActionEnded():
            del journey.pending[event.step]
            journey.counted = event.entry
            refused = event.outcome is e.Outcome.REFUSED
            journey.entries.append(
                Entry(
                    event.entry, event.step, is_outcome=True, refused=refused,
                    has_effect=event.has_effect,
                )
            )  # fmt: skip
        case e.JourneyCustomerKnown():
            journey.customer = event.customer
        case e.JourneyMoved():
            journey.channel, journey.holder = event.channel, event.holder
        case e.JourneyEnded():
            journey.ending = event.ending
        case e.JourneyErased():
            journey.is_erased = True

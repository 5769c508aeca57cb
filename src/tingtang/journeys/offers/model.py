"""What is offered after a piece of business, to whom, and what they said. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from tingtang.journeys.model.scenario import Channel, ScenarioAbout
from tingtang.kernel.clock import DAY_MS
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.ids import CustomerId, JourneyId
from tingtang.kernel.text import Text

NOTHING = "none"


class OfferMade(Event, frozen=True):
    """``offer`` is the scenario that was proposed, ``moment`` the business that it came after."""

    customer: CustomerId
    journey: JourneyId
    moment: str
    offer: str
    channel: Channel


class OfferAnswered(Event, frozen=True):
    """Yes or no; no is an answer as good as the other, and is respected for a while."""

    customer: CustomerId
    journey: JourneyId
    moment: str
    offer: str
    accepted: bool


TYPES = EventTypes("offer", [OfferMade, OfferAnswered])


class Offer(msgspec.Struct, frozen=True):
    """A row of the table that fits: the scenario, what it is, and why it is shown."""

    scenario: str
    name: Text
    why: Text


class Answered(msgspec.Struct, frozen=True):
    """What a customer said before."""

    offer: str
    accepted: bool
    at_ms: int


def rows_of(columns: Mapping[str, Any]) -> list[Offer]:
    """The table's outputs, a list each, as rows; those without a scenario offer nothing."""
    names = ("scenario", "zh", "en", "why_zh", "why_en")
    lists = [columns.get(name) for name in names]
    if not all(isinstance(one, list) for one in lists):
        return []
    found = []
    for scenario, zh, en, why_zh, why_en in zip(*lists, strict=False):
        if scenario:
            found.append(
                Offer(str(scenario), Text(str(zh), str(en)), Text(str(why_zh), str(why_en)))
            )
    return found


def choose(
    fitting: Iterable[Offer],
    before: Sequence[Answered],
    offered_here: Mapping[str, ScenarioAbout],
    *,
    own: str,
    channel: Channel,
    modules: frozenset[str] | None,
    now_ms: int,
    quiet_days: int,
) -> Offer | None:
    """The first that fits, can be done here and now, and was not declined lately; at most one.

    ``modules`` is None where nothing is known of the machine, and nothing is held back then.
    """
    declined = {
        one.offer for one in before if not one.accepted and now_ms - one.at_ms < quiet_days * DAY_MS
    }
    for one in fitting:
        about = offered_here.get(one.scenario)
        if about is None or one.scenario in {own, *declined} or channel not in about.channels:
            continue
        if modules is not None and not modules.issuperset(about.needs):
            continue
        return one
    return None


def is_resting(before: Sequence[Answered], now_ms: int, rest_days: int) -> bool:
    """Whether they answered something only lately."""
    return any(now_ms - one.at_ms < rest_days * DAY_MS for one in before)


def age(born: str, today: dt.date) -> int:
    """Whole years since an ISO date of birth; -1 where it is not known."""
    try:
        date = dt.date.fromisoformat(born)
    except ValueError:
        return -1
    return today.year - date.year - ((today.month, today.day) < (date.month, date.day))

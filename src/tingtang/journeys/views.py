"""What terminals and lists show of journeys."""

from collections.abc import Mapping

import msgspec

from tingtang.journeys.model.engine import Standing, Waiting
from tingtang.journeys.model.expressions import WrongExpression
from tingtang.journeys.model.scenario import Channel, ScenarioAbout
from tingtang.journeys.model.screens import Screen, screen
from tingtang.journeys.model.state import Journey, Status
from tingtang.kernel.ids import BranchId, JourneyId, VisitId
from tingtang.kernel.text import Text

FREQUENT = 6
"""What stands first on a menu: as many as are seen at once."""


class Refusal(msgspec.Struct, frozen=True):
    """Why the journey does not go on, in words for the customer."""

    code: str
    words: Text


class AtWork(msgspec.Struct, frozen=True):
    """What is under way. ``is_unclear``: no answer came, and it is being asked after."""

    name: Text
    action: str
    since_ms: int
    is_unclear: bool


class NextUp(msgspec.Struct, frozen=True):
    """Business that the customer wants to go on with: begun with ``after``, it knows who they are."""

    scenario: str
    name: Text


class JourneyView(msgspec.Struct, frozen=True, kw_only=True):
    """A journey as the terminal that runs it shows it."""

    journey: JourneyId
    branch: BranchId
    scenario: str
    name: Text
    status: Status
    channel: Channel
    holder: str
    visit: VisitId | None
    sequence: int
    """Grows with everything that happens to it: of two views the one with more is newer."""
    answered: int
    """Steps answered so far."""
    can_go_back: bool
    screen: Screen | None = None
    """What to show: the step to answer, or what is said while an action is under way."""
    at_work: AtWork | None = None
    refusal: Refusal | None = None
    is_broken: bool = False
    """The scenario itself failed: only leaving it is left."""
    is_here: bool = True
    """False for whoever may look but does not hold it: then nothing of its screen is told."""
    has_effect: bool = False
    """Something was done that stays done: it is parked rather than left."""
    next: NextUp | None = None


class JourneyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A journey in a list: nothing that was entered."""

    journey: JourneyId
    scenario: str
    name: Text
    status: Status
    channel: Channel
    holder: str
    visit: VisitId | None
    step: str
    started_ms: int
    changed_ms: int


class BranchJourneys(msgspec.Struct, frozen=True):
    """``journeys.branch``: what is under way in a branch, by id; the newest change first."""

    journeys: dict[str, JourneyRow]
    order: tuple[str, ...]


GIVING_BACK = Text("正在退还，请取走您的物品", "Giving it back; please take what is yours")
"""Shown while what a machine holds comes out at the end."""


class MenuEntry(msgspec.Struct, frozen=True):
    """Business that a terminal offers. ``missing`` names modules that do not work here now;
    ``channels`` are all on which it can be done, ``hours`` when (``always``, ``staffed``).
    """

    scenario: str
    name: Text
    group: str
    words: tuple[str, ...]
    is_possible: bool
    missing: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    hours: str = "always"
    is_frequent: bool = False
    """Among the few that people come for most."""


def journey_view(
    journey: Journey,
    branch: BranchId,
    about: ScenarioAbout,
    run: Standing | None,
    refusal: Refusal | None,
    *,
    can_go_back: bool,
    next_up: NextUp | None = None,
) -> JourneyView:
    """The journey at this moment; secrets are in no view."""
    shown: Screen | None = None
    at_work: AtWork | None = None
    is_broken = False
    if run is not None and refusal is None:
        waiting = run.waiting()
        pending = next(iter(journey.pending.values()), None)
        if pending is not None:
            step = next((one for one in waiting if one.key == pending.step), None)
            name = step.step.name if step is not None else GIVING_BACK
            at_work = AtWork(name, pending.action, pending.since_ms, pending.is_unclear)
            shown, is_broken = _shown(run, step)
        elif waiting:
            shown, is_broken = _shown(run, waiting[0])
    return JourneyView(
        journey=journey.id,
        branch=branch,
        scenario=journey.scenario,
        name=about.name,
        status=journey.status,
        channel=journey.channel,
        holder=journey.holder,
        visit=journey.visit,
        sequence=journey.sequence,
        answered=sum(not entry.is_outcome for entry in journey.entries),
        can_go_back=can_go_back and journey.ending is None and not journey.pending,
        screen=shown,
        at_work=at_work,
        refusal=refusal,
        is_broken=is_broken,
        has_effect=journey.firm > 0,
        next=next_up,
    )


def elsewhere(journey: Journey, branch: BranchId, about: ScenarioAbout) -> JourneyView:
    """For whoever may look but does not hold it: where it goes on, and nothing that was entered."""
    return JourneyView(
        journey=journey.id,
        branch=branch,
        scenario=journey.scenario,
        name=about.name,
        status=journey.status,
        channel=journey.channel,
        holder="",
        visit=None,
        sequence=journey.sequence,
        answered=sum(not entry.is_outcome for entry in journey.entries),
        can_go_back=False,
        is_here=False,
        has_effect=journey.firm > 0,
    )


def _shown(run: Standing, waiting: Waiting | None) -> tuple[Screen | None, bool]:
    if waiting is None or waiting.step.screen is None:
        return None, False
    try:
        return screen(waiting.key, waiting.step.screen, run.known(waiting.key)), False
    except WrongExpression:
        return None, True


def menu(
    offered: list[ScenarioAbout],
    channel: Channel,
    modules: frozenset[str] | None,
    shares: Mapping[str, int] | None = None,
) -> list[MenuEntry]:
    """What is offered on a channel where these modules work; None: nothing is known of them, and
    nothing is held back. By ``shares`` of the volume what people come for most stands first, its group
    with it.
    """
    shares = shares or {}
    here = [one for one in offered if channel in one.channels]
    of_group: dict[str, int] = {}
    for one in here:
        of_group[one.group] = of_group.get(one.group, 0) + shares.get(one.id, 0)
    here.sort(key=lambda o: (-of_group[o.group], o.group, -shares.get(o.id, 0), o.id))
    by_share = sorted(here, key=lambda one: -shares.get(one.id, 0))
    frequent = {one.id for one in by_share[:FREQUENT] if shares.get(one.id, 0)}
    found = []
    for one in here:
        missing = tuple(n for n in one.needs if modules is not None and n not in modules)
        found.append(
            MenuEntry(
                one.id, one.name, one.group, one.words, not missing, missing, one.channels,
                one.hours, one.id in frequent,
            )
        )  # fmt: skip
    return found

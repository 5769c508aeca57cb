"""HTTP of what all screens need: the hall's time, and the reasons and limits they choose from."""

import msgspec
from litestar import get

from tingtang.hall.model.settings import HallSettings, Hold, Reason, Thresholds
from tingtang.hall.service import HallService
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.web import permit, public
from tingtang.org.directory import Directory
from tingtang.org.model.hours import coming_spans

OPENING_DAYS = 15
"""Longer than the longest holidays, with the work days around them."""


class HallTime(msgspec.Struct, frozen=True):
    """The hall's time, and how many times as fast as real time it runs (1 outside the demo)."""

    now_ms: int
    speed: float
    time_zone: str
    """By which a screen writes times of day: the caller's branch's, else the bank's first."""


class Opening(msgspec.Struct, frozen=True):
    """From when to when the doors are open."""

    opens_ms: int
    closes_ms: int


class Openings(msgspec.Struct, frozen=True):
    """Today's and those of the coming days, in order; a lunch break parts a day in two."""

    openings: list[Opening]


class HallChoices(msgspec.Struct, frozen=True):
    """What staff choose from, and the limits by which a screen tells how long is too long."""

    holds: tuple[Hold, ...]
    pauses: tuple[Reason, ...]
    calls: tuple[Reason, ...]
    ratings: tuple[Reason, ...]
    thresholds: Thresholds


class RatingReasons(msgspec.Struct, frozen=True):
    """What a customer may say beside a score."""

    reasons: tuple[Reason, ...]


@get(
    "/api/clock",
    summary="The hall's time",
    **public("screens count from the server's moments, whatever their own clock says"),
)
async def read_clock(hall: HallService, directory: Directory, actor: Actor) -> HallTime:
    """What time it is in the hall."""
    branches = directory.branches()
    own = next(iter(actor.branches)) if actor.branches and len(actor.branches) == 1 else ""
    zone = next((b.time_zone for b in branches if b.id == own), None)
    zone = zone or next((b.time_zone for b in branches), "Asia/Shanghai")
    return HallTime(hall.clock.now_ms(), float(getattr(hall.clock, "speed", 1.0)), zone)


@get(
    "/api/branches/{branch:str}/openings",
    summary="When the doors are open",
    **permit(Permission.GUIDE_SEE),
)
async def read_openings(branch: str, directory: Directory, hall: HallService) -> Openings:
    """Today and the two weeks to come, so that a closed hall can say when it opens next."""
    record = directory.branch(branch)
    today = hall.dates.at(branch, hall.clock.now_ms())
    spans = coming_spans(record.hours, today, OPENING_DAYS, record.time_zone)
    return Openings([Opening(opens, closes) for opens, closes in spans])


@get(
    "/api/branches/{branch:str}/choices",
    summary="Reasons and limits for the hall's screens",
    **permit(Permission.HALL_SEE),
)
async def read_choices(branch: str, directory: Directory) -> HallChoices:
    """The branch's reasons for holds, pauses, calls and ratings, and its limits; no other rules."""
    rules = _rules(directory, branch)
    return HallChoices(
        rules.holds, rules.pauses, rules.call_reasons, rules.rating_reasons, rules.thresholds
    )


@get(
    "/api/branches/{branch:str}/rating-reasons",
    summary="Reasons beside a rating",
    **permit(Permission.RATING_GIVE),
)
async def read_rating_reasons(branch: str, directory: Directory) -> RatingReasons:
    """The branch's reasons for a rating, in its order."""
    return RatingReasons(_rules(directory, branch).rating_reasons)


def _rules(directory: Directory, branch: str) -> HallSettings:
    return directory.section(directory.branch(branch).id, HallSettings)


ROUTES = (read_clock, read_openings, read_choices, read_rating_reasons)

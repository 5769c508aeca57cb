"""HTTP of what all screens need: the hall's time, and the reasons and limits they choose from."""

import msgspec
from litestar import get

from tingtang.hall.model.settings import HallSettings, Hold, Reason, Thresholds
from tingtang.hall.service import HallService
from tingtang.kernel.permissions import Permission
from tingtang.kernel.web import permit, public
from tingtang.org.directory import Directory


class HallTime(msgspec.Struct, frozen=True):
    """The hall's time, and how many times as fast as real time it runs (1 outside the demo)."""

    now_ms: int
    speed: float


class HallChoices(msgspec.Struct, frozen=True):
    """What staff choose from, and the limits by which a screen tells how long is too long."""

    holds: tuple[Hold, ...]
    pauses: tuple[Reason, ...]
    calls: tuple[Reason, ...]
    thresholds: Thresholds


class RatingReasons(msgspec.Struct, frozen=True):
    """What a customer may say beside a score."""

    reasons: tuple[Reason, ...]


@get(
    "/api/clock",
    summary="The hall's time",
    **public("screens count from the server's moments, whatever their own clock says"),
)
async def read_clock(hall: HallService) -> HallTime:
    """What time it is in the hall."""
    return HallTime(hall.clock.now_ms(), float(getattr(hall.clock, "speed", 1.0)))


@get(
    "/api/branches/{branch:str}/choices",
    summary="Reasons and limits for the hall's screens",
    **permit(Permission.HALL_SEE),
)
async def read_choices(branch: str, directory: Directory) -> HallChoices:
    """The branch's reasons for holds and pauses, and its limits, without its other rules."""
    rules = _rules(directory, branch)
    return HallChoices(rules.holds, rules.pauses, rules.call_reasons, rules.thresholds)


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


ROUTES = (read_clock, read_choices, read_rating_reasons)

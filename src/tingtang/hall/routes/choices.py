"""HTTP of the lists that screens choose from: reasons for a hold, a pause, a rating."""

import msgspec
from litestar import get

from tingtang.hall.model.settings import HallSettings, Hold, Reason, Thresholds
from tingtang.kernel.permissions import Permission
from tingtang.kernel.web import permit
from tingtang.org.directory import Directory


class HallChoices(msgspec.Struct, frozen=True):
    """What staff choose from, and the limits by which a screen tells how long is too long."""

    holds: tuple[Hold, ...]
    pauses: tuple[Reason, ...]
    thresholds: Thresholds


class RatingReasons(msgspec.Struct, frozen=True):
    """What a customer may say beside a score."""

    reasons: tuple[Reason, ...]


@get(
    "/api/branches/{branch:str}/choices",
    summary="Reasons and limits for the hall's screens",
    **permit(Permission.HALL_SEE),
)
async def read_choices(branch: str, directory: Directory) -> HallChoices:
    """The branch's reasons for holds and pauses, and its limits, without its other rules."""
    rules = _rules(directory, branch)
    return HallChoices(rules.holds, rules.pauses, rules.thresholds)


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


ROUTES = (read_choices, read_rating_reasons)

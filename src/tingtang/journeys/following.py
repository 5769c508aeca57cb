"""One journey after another: what a customer accepted is begun next, and who they are is kept.

Only the platform keeps it, from a journey that ended on the very same terminal a moment ago; what a
terminal sends cannot claim to be somebody.
"""

from typing import Any

from tingtang.journeys.model.problems import NOT_NEXT
from tingtang.journeys.model.scenario import ScenarioAbout
from tingtang.journeys.model.state import Status
from tingtang.journeys.store import Open
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.errors import Refused

WITHIN_MS = MINUTE_MS
"""How long after its end; whoever stands there later is identified anew."""
BY = "by"
"""In an identity: the medium that it was known by, in the place of a paper."""
NEXT, IDENTITY, FACED = "next_scenario", "identity", "faced"
"""Under which names a scenario leaves behind what goes on."""


def next_of(opened: Open) -> str:
    """The scenario that a journey which is done leads to; empty where to none."""
    if opened.journey.status is not Status.DONE or opened.run is None:
        return ""
    return str(opened.run.result.get(NEXT) or "")


def kept_of(
    opened: Open, next_one: ScenarioAbout, branch: str, holder: str, now_ms: int
) -> dict[str, Any]:
    """What the next journey knows of the customer from this one; refused (not_next) for any journey
    but the one that was accepted, at the same terminal, within a minute.

    Who was known by a card or a book alone is that only where the next business lets them be: for an
    opening or a reset the paper is asked for.
    """
    journey = opened.journey
    is_it = (
        next_of(opened) == next_one.id
        and opened.branch == branch
        and journey.holder == holder
        and 0 <= now_ms - journey.changed_ms <= WITHIN_MS
    )
    if not is_it or opened.run is None:
        raise Refused(NOT_NEXT)
    result = opened.run.result
    identity = result.get(IDENTITY)
    if not isinstance(identity, dict) or not _will_do(identity, next_one):
        return {}
    kept: dict[str, Any] = {IDENTITY: identity}
    if result.get(FACED) == identity.get("customer"):
        kept[FACED] = result[FACED]
    return kept


def _will_do(identity: dict[str, Any], next_one: ScenarioAbout) -> bool:
    by = identity.get(BY)
    return not by or by in {one.value for one in next_one.identify}

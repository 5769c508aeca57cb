"""What must happen before a journey may be left: what a machine holds of the customer's is given back."""

from tingtang.journeys.actions import Actions
from tingtang.journeys.model.events import Ending
from tingtang.journeys.model.state import Pending
from tingtang.journeys.store import Open, step_of
from tingtang.kernel.text import Text

LEAVING = "$"
"""Begins the key of a step that stands in no diagram: ``$cancelled``, ``$expired``."""
GIVING_BACK = Text("正在退还", "Giving it back")


def to_give_back(opened: Open, actions: Actions) -> str:
    """The action that gives back what the journey holds; empty where it holds nothing."""
    if opened.run is None:
        return ""
    by, until = "", frozenset[str]()
    for entry in opened.journey.entries:
        spec = step_of(opened.run, entry.step).action
        if spec is None or entry.refused or not entry.is_outcome:
            continue
        action = actions.get(spec.name)
        if action is not None and action.given_back_by:
            by, until = action.given_back_by, action.held_until
        elif spec.name in until or spec.name == by:
            by, until = "", frozenset()
    return by


def is_leaving(pending: Pending) -> bool:
    """True for what was begun because the journey is left."""
    return pending.step.startswith(LEAVING)


def ending_of(pending: Pending) -> Ending:
    """How the journey ends once it was given back."""
    return Ending(pending.step.removeprefix(LEAVING))

"""What must happen before a journey ends: what a machine holds of the customer's is given back."""

from tingtang.journeys.actions import Actions
from tingtang.journeys.model.events import Ending
from tingtang.journeys.model.state import Pending
from tingtang.journeys.store import LEAVING, Open, is_leaving_step, step_of

KEPT_BECAUSE = {
    "machine.return_card": "card_in_machine",
    "machine.return_book": "book_in_machine",
    "machine.return_bill": "bill_in_machine",
}
"""Why staff is called where it could not be given back, by what should have done it."""
CASH_IN_MACHINE = "cash_in_machine"


def to_give_back(opened: Open, actions: Actions, ended: str = "") -> list[str]:
    """The actions that give back what the journey holds, in the order in which it was taken in.
    ``ended`` is the step that was done just now, before that is written down.
    """
    if opened.run is None:
        return []
    held: dict[str, frozenset[str]] = {}
    entries = [(x.step, x.refused) for x in opened.journey.entries if x.is_outcome]
    for key, refused in [*entries, *([(ended, False)] if ended else [])]:
        if is_leaving_step(key):
            held.pop(key.partition(":")[2], None)
            continue
        spec = step_of(opened.run, key).action
        if spec is None or refused:
            continue
        for by in [by for by, until in held.items() if spec.name in until or spec.name == by]:
            del held[by]
        action = actions.get(spec.name)
        if action is not None and action.given_back_by:
            held[action.given_back_by] = action.held_until
    return list(held)


def leaving_step(ending: Ending, action: str) -> str:
    """The key of a step that stands in no diagram: ``$cancelled:machine.return_cash``."""
    return f"{LEAVING}{ending.value}:{action}"


def is_leaving(pending: Pending) -> bool:
    """True for what was begun because the journey ends."""
    return is_leaving_step(pending.step)


def ending_of(pending: Pending) -> Ending:
    """How the journey ends once it was given back."""
    return Ending(pending.step.removeprefix(LEAVING).partition(":")[0])


def reason_of(pending: Pending) -> str:
    """Why staff is called where it could not be given back."""
    return KEPT_BECAUSE.get(pending.action, CASH_IN_MACHINE)

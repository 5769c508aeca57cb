"""What a step of a journey leads to, as events: actions to begin, things to give back, the end."""

from collections.abc import Sequence

from tingtang.journeys.actions import Actions
from tingtang.journeys.leaving import leaving_step, to_give_back
from tingtang.journeys.model import events as e
from tingtang.journeys.model.engine import Run
from tingtang.journeys.model.state import Journey
from tingtang.journeys.store import Open
from tingtang.kernel.events import Event


def what_follows(
    opened: Open, run: Run, actions: Actions, ahead: int, ended: str = ""
) -> list[Event]:
    """The actions that a step leads to, or the end, before which all is given back."""
    journey = opened.journey
    if not run.is_over:
        return to_begin(run, journey, journey.sequence + ahead, ended)
    held = to_give_back(opened, actions, ended)
    if held:
        return to_return(held, journey, journey.sequence + ahead, e.Ending.DONE)
    return [e.JourneyEnded(ending=e.Ending.DONE)]


def to_return(
    held: Sequence[str], journey: Journey, sequence: int, ending: e.Ending
) -> list[Event]:
    """The actions that give back what a journey ``held``, each under a trace of its own; the end
    comes when all have ended.
    """
    return [
        e.ActionBegun(
            step=leaving_step(ending, action), action=action,
            trace=f"{journey.id}-{sequence + place}",
        )
        for place, action in enumerate(held, 1)
    ]  # fmt: skip


def to_begin(run: Run, journey: Journey, sequence: int, ended: str = "") -> list[Event]:
    """Actions that wait and were not begun. A trace is the place in the journey's own log, so
    that no two are ever alike.
    """
    begun: list[Event] = []
    for waiting in run.waiting():
        pending = waiting.key in journey.pending and waiting.key != ended
        if waiting.step.action is None or pending:
            continue
        trace = f"{journey.id}-{sequence + len(begun) + 1}"
        action = waiting.step.action.name
        begun.append(e.ActionBegun(step=waiting.key, action=action, trace=trace))
    return begun

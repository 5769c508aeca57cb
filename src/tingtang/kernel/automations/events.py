"""What can happen to automations."""

from enum import StrEnum

import msgspec

from tingtang.kernel.automations.declared import Automation, Scalar
from tingtang.kernel.automations.guard import CutOff
from tingtang.kernel.automations.offered import ActionResult
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.text import Text


class Planned(msgspec.Struct, frozen=True):
    """An action with the values it is done with."""

    action: str
    arguments: dict[str, Scalar] = {}


class RunState(StrEnum):
    """How a run is or ended."""

    RUNNING = "running"
    DONE = "done"
    PARTLY = "partly"
    """Some of it could not be done."""
    FAILED = "failed"
    REPLACED = "replaced"
    """It was set off again and began anew."""


class AutomationSaved(Event, frozen=True):
    automation: Automation


class AutomationRemoved(Event, frozen=True):
    automation: str
    branch: str


class RunStarted(Event, frozen=True):
    """It was set off and will run: from now on it is promised, whatever happens to the process."""

    run: str
    automation: str
    occasion: str
    """What set it off, once and for all: ``event:<position>``, ``time:<ms>``, ``by hand``, ..."""
    trigger: int
    """Which of its triggers, from 0; -1 by hand."""
    why: Text
    actions: tuple[Planned, ...]
    chain: tuple[str, ...] = ()
    """The automations whose doing led to this, oldest first, itself last."""


class RunEnded(Event, frozen=True):
    run: str
    automation: str
    state: RunState
    results: tuple[ActionResult, ...]


class RunCutOff(Event, frozen=True):
    """It was set off and did not run, because that would have got out of hand."""

    automation: str
    occasion: str
    why: CutOff


TYPES = EventTypes(
    "automations", [AutomationSaved, AutomationRemoved, RunStarted, RunEnded, RunCutOff]
)

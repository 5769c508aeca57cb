"""What scenarios may ask of the system. Features register their actions here by name.

An action is performed under a *trace*: asked for again under the same one, after a crash or a
time-out, it must be done no second time. That is the bank's own rule for its trades, and the rule
that keeps money and items from being doubled.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from tingtang.journeys.model.scenario import Channel
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, CustomerId, JourneyId, VisitId
from tingtang.kernel.reactions import UNABLE
from tingtang.kernel.text import Text


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One asking for an action."""

    journey: JourneyId
    branch: BranchId
    scenario: str
    step: str
    trace: str
    inputs: dict[str, Any]
    known: dict[str, Any]
    """All that the journey knows: for evidence, not to be kept."""
    channel: Channel
    holder: str
    """On which terminal or by whom, as the log names actors."""
    visit: VisitId | None
    customer: CustomerId | None
    again: bool
    """It was asked for before under this trace, and how that ended is not known."""


class Done(msgspec.Struct, frozen=True):
    """It was done; ``data`` is what later steps know of it."""

    data: dict[str, Any] = {}
    customer: CustomerId | None = None
    """Who the customer is, where the action found that out."""


class Declined(msgspec.Struct, frozen=True):
    """It was not done and will not be under this trace; ``words`` say why, to the customer."""

    code: str
    words: Text
    data: dict[str, Any] = {}
    staff: str = ""
    """Why somebody of the staff must come now (a reason of ``staff.call``); empty: nobody must."""


class Unclear(msgspec.Struct, frozen=True):
    """No answer: it may have been done. It is asked for again, under the same trace."""


def refused_as(refused: Refused) -> Declined | Unclear:
    """What was refused elsewhere, in the same words. Where the system was not able to, as on a disk
    that is full or a database that went away while writing, nobody knows whether it was done.
    """
    if refused.problem.status >= UNABLE:
        return Unclear()
    return Declined(refused.code, Text(refused.message("zh"), refused.message("en")))


class Later(msgspec.Struct, frozen=True):
    """Somebody else will say: :meth:`.service.JourneyService.resolve`."""


Result = Done | Declined | Unclear | Later
Perform = Callable[[Call], Awaitable[Result]]


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be asked for; ``inputs`` and ``gives`` tell its designer what goes in and
    what comes out, by name.
    """

    name: str
    about: Text
    perform: Perform
    withdraw: Callable[[str], Awaitable[None]] | None = None
    """Of an action that waits for somebody: told by its trace that nobody wants it any more."""
    given_back_by: str = ""
    """Of an action that takes something in which is not yet used: by which action a customer who
    leaves, or is gone, has it back, and how staff is called where that fails (``staff.call``).
    """
    held_until: frozenset[str] = frozenset()
    """By which actions, once they are done, it is used."""
    has_effect: bool = True
    """False for what only looks something up: it can be taken back with the answer before it."""
    inputs: dict[str, Text] = {}
    gives: dict[str, Text] = {}


class Actions:
    """All of them, by name."""

    def __init__(self) -> None:
        self._actions: dict[str, Action] = {}

    def register(self, *actions: Action) -> None:
        """Offer actions; once a name."""
        for action in actions:
            if action.name in self._actions:
                raise ValueError(f"two actions are called {action.name}")
            self._actions[action.name] = action

    def get(self, name: str) -> Action | None:
        return self._actions.get(name)

    def all(self) -> list[Action]:
        return [self._actions[name] for name in sorted(self._actions)]

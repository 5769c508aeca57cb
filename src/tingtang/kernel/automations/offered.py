"""What features bring to automations: kinds of events, facts, actions, lists to choose from."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from tingtang.kernel.automations.declared import Scalar
from tingtang.kernel.automations.fields import FieldInfo, fields_of
from tingtang.kernel.events import Event, EventTypes, Recorded
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.text import Text

ACTION_SECONDS = 30.0
"""How long an action may take before it counts as failed, unless it says otherwise."""


class ValueKind(StrEnum):
    SWITCH = "switch"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A typed value that a fact or an action takes."""

    name: str
    text: Text
    kind: ValueKind = ValueKind.TEXT
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    choice_texts: tuple[Text, ...] = ()
    length_max: int = 60
    options: str = ""
    """The registered list from which a text is chosen: the branch's scenes, zones, devices."""
    required: bool = True

    def fits(self, value: object) -> bool:
        """Whether this is a value it can have; lists to choose from are looked at elsewhere."""
        if self.kind is ValueKind.SWITCH:
            return isinstance(value, bool)
        if self.kind is ValueKind.NUMBER:
            if isinstance(value, bool) or not isinstance(value, int | float):
                return False
            above = self.low is None or value >= self.low
            return above and (self.high is None or value <= self.high)
        if not isinstance(value, str):
            return False
        if self.kind is ValueKind.CHOICE:
            return value in self.choices
        return len(value) <= self.length_max


class FactReplay(Protocol):
    """Facts of one source at moments of the past."""

    def follow(self, recorded: Recorded) -> None:
        """Take in the branch's next event."""

    def value(self, fact: str, arguments: Mapping[str, Scalar], at_ms: int) -> Scalar | None:
        """The fact after all events followed so far."""


class FactSource(Protocol):
    """Where facts come from, now and in a replay. The same rule must make both."""

    async def value(
        self, branch: str, fact: str, arguments: Mapping[str, Scalar], at_ms: int
    ) -> Scalar | None:
        """A fact now; None where it is not known. From memory: it is asked every other second."""

    async def replay(self, branch: str, from_ms: int) -> FactReplay:
        """Begin a replay with what was known at ``from_ms``."""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Something about a branch that is so at a moment: how many wait, whether a lamp is on."""

    name: str
    text: Text
    parameters: tuple[Parameter, ...] = ()
    kind: ValueKind | None = ValueKind.NUMBER
    """None where it depends on the arguments."""
    unit: str = ""
    choices: tuple[str, ...] = ()
    choice_texts: tuple[Text, ...] = ()


class ActionState(StrEnum):
    DONE = "done"
    PARTLY = "partly"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It may or may not have been done."""
    SKIPPED = "skipped"
    """The automation began anew before its turn came."""


class ActionResult(msgspec.Struct, frozen=True):
    """What came of an action. ``words`` name no customer: they are kept in the log."""

    state: ActionState = ActionState.DONE
    code: str = ""
    words: Text = Text("")


class Call(msgspec.Struct, frozen=True):
    """An action that is to be done. With the same ``key`` it is done at most once."""

    branch: str
    arguments: Mapping[str, Scalar]
    actor: Actor
    key: Key
    cause: str
    at_ms: int


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """Something an automation can do; who writes the automation must hold ``permission``."""

    name: str
    text: Text
    about: Text = Text("")
    parameters: tuple[Parameter, ...] = ()
    permission: Permission
    run: Callable[[Call], Awaitable[ActionResult]]
    seconds_max: float = ACTION_SECONDS


class Option(msgspec.Struct, frozen=True):
    """One entry of a list to choose from."""

    value: str
    text: Text


Options = Callable[[str], Sequence[Option]]
"""The entries for a branch; for "" those that hold in the whole bank."""


class OfferedEvent(msgspec.Struct, frozen=True):
    name: str
    text: Text
    fields: tuple[FieldInfo, ...]
    named: bool
    """A feature gave it a name of its own; forms show these first."""


class OfferedAction(msgspec.Struct, frozen=True):
    """An action as a form shows it."""

    name: str
    text: Text
    about: Text
    parameters: tuple[Parameter, ...]
    permission: Permission


class Catalogue(msgspec.Struct, frozen=True):
    """All the words in which an automation can be written."""

    events: tuple[OfferedEvent, ...]
    facts: tuple[Fact, ...]
    actions: tuple[OfferedAction, ...]
    options: dict[str, tuple[Option, ...]]


class Offers:
    """The register of all that was offered."""

    def __init__(self, types: EventTypes) -> None:
        self._types = types
        self._events: dict[str, Text] = {}
        self._infos: dict[str, tuple[FieldInfo, ...]] = {}
        self.facts: dict[str, tuple[Fact, FactSource]] = {}
        self.actions: dict[str, Action] = {}
        self.options: dict[str, Options] = {}

    def offer_event(self, type_: type[Event], text: Text) -> None:
        """Give an event a name that people understand."""
        self._events[self._types.name_of(type_)] = text

    def offer_facts(self, source: FactSource, facts: Sequence[Fact]) -> None:
        """Offer facts that ``source`` knows."""
        for fact in facts:
            if fact.name in self.facts:
                raise ValueError(f"two features offer the fact {fact.name}")
            self.facts[fact.name] = (fact, source)

    def offer_action(self, action: Action) -> None:
        """Offer something to do."""
        if action.name in self.actions:
            raise ValueError(f"two features offer the action {action.name}")
        self.actions[action.name] = action

    def offer_options(self, name: str, options: Options) -> None:
        """Offer a list from which parameters are chosen."""
        self.options[name] = options

    def event_type(self, name: str) -> type[Event] | None:
        """The type of this stored name; automations' own events set nothing off."""
        return None if name.startswith("automations.") else self._types.all().get(name)

    def event_text(self, name: str) -> Text:
        return self._events.get(name) or Text(name, name)

    def fields(self, name: str) -> tuple[FieldInfo, ...]:
        """What of an event can be looked at."""
        type_ = self.event_type(name)
        if type_ is None:
            return ()
        if name not in self._infos:
            self._infos[name] = fields_of(type_)
        return self._infos[name]

    def catalogue(self, branch: str) -> Catalogue:
        """Everything, as the form of one branch needs it."""
        names = [name for name in self._types.all() if self.event_type(name) is not None]
        names.sort(key=lambda name: (name not in self._events, name))
        return Catalogue(
            events=tuple(
                OfferedEvent(name, self.event_text(name), self.fields(name), name in self._events)
                for name in names
            ),
            facts=tuple(fact for fact, _ in self.facts.values()),
            actions=tuple(
                OfferedAction(one.name, one.text, one.about, one.parameters, one.permission)
                for one in self.actions.values()
            ),
            options={name: tuple(options(branch)) for name, options in self.options.items()},
        )

"""What authorisers see of the queue: no more than they need to choose what to take."""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from tingtang.journeys.authorisation.model import Standing
from tingtang.journeys.authorisation.policy import Mode
from tingtang.journeys.authorisation.work import WorkKind
from tingtang.kernel.ids import BranchId, JourneyId, StaffId
from tingtang.kernel.text import Text


class QueuedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request in the queue; amounts in fen. Evidence is shown to whoever takes it."""

    authorisation: str
    branch: BranchId
    branch_name: Text
    journey: JourneyId
    scenario: str
    name: Text
    standing: Standing
    modes: tuple[Mode, ...]
    priority: int
    wanted: int
    amount: int
    taken_by: StaffId
    taken_by_name: str
    given_by: tuple[StaffId, ...]
    """Who has said yes already, where two are wanted."""
    given_names: tuple[str, ...]
    asked_ms: int
    work: str = ""
    """Of a piece of work: its kind; then it is no yes that is wanted."""
    work_name: Text = Text("")


class Queue(msgspec.Struct, frozen=True):
    """The most urgent first."""

    requests: dict[str, QueuedRequest]
    order: tuple[str, ...]


class AskedView(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the customer's terminal shows it: that somebody looks at it, not who."""

    authorisation: str
    standing: Standing
    modes: tuple[Mode, ...]
    wanted: int
    """How many people have yet to say yes."""
    asked_ms: int


class Bell(msgspec.Struct, frozen=True):
    """How many wait in the centre; ``stamp`` changes with every change."""

    waiting: int
    stamp: str


class Names(Protocol):
    """Names of what a queue refers to, by id."""

    def branch(self, branch: str) -> Text: ...
    def scenario(self, scenario: str) -> Text: ...
    def staff(self, staff: str) -> str: ...


NO_WORK = WorkKind(code="", name=Text(""))


def queue(
    rows: list[dict[str, Any]],
    names: Names,
    modes: frozenset[Mode] | None = None,
    kinds: Mapping[str, WorkKind] | None = None,
) -> Queue:
    """The queue; ``modes`` narrows it to requests that may be answered there, ``kinds`` says of which
    kind a piece of work is.
    """
    found = {}
    for row in rows:
        own = tuple(Mode(one) for one in row["modes"].split())
        if modes is not None and not modes.intersection(own):
            continue
        found[row["authorisation"]] = QueuedRequest(
            authorisation=row["authorisation"],
            branch=BranchId(row["branch"]),
            branch_name=names.branch(row["branch"]),
            journey=JourneyId(row["journey"]),
            scenario=row["scenario"],
            name=names.scenario(row["scenario"]),
            standing=Standing(row["standing"]),
            modes=own,
            priority=row["priority"],
            wanted=row["wanted"],
            amount=row["amount"],
            taken_by=StaffId(row["taken_by"]),
            taken_by_name=names.staff(row["taken_by"]) if row["taken_by"] else "",
            given_by=tuple(StaffId(one) for one in row["given_by"].split()),
            given_names=tuple(names.staff(one) for one in row["given_by"].split()),
            asked_ms=row["asked_ms"],
            work=(kinds or {}).get(row["authorisation"], NO_WORK).code,
            work_name=(kinds or {}).get(row["authorisation"], NO_WORK).name,
        )
    return Queue(found, tuple(found))

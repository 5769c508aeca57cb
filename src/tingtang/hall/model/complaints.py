"""投诉: states, steps and events of a complaint. Pure.

What the customer wrote lies sealed in a table; events say only that it was written.
"""

from enum import StrEnum
from typing import NewType

from tingtang.kernel.errors import Problem
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.ids import StaffId
from tingtang.kernel.text import Text

ComplaintId = NewType("ComplaintId", str)

UNKNOWN_COMPLAINT = Problem("unknown_complaint", 404, "没有这项投诉", "There is no such complaint")
COMPLAINT_STATE = Problem(
    "complaint_state",
    409,
    "该投诉{state}，不能{action}",
    "This complaint is {state} and cannot be {action}",
)
UNKNOWN_CATEGORY = Problem(
    "unknown_category",
    422,
    "没有这个投诉类别（{category}）",
    "There is no such category ({category})",
)

CONTENT_SCORE = 3
"""An answer with this rating or a better one closes the complaint; a worse one opens it again."""


class ComplaintState(StrEnum):
    OPEN = "open"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    CLOSED = "closed"


class Step(StrEnum):
    """What can be done with a complaint."""

    ASSIGN = "assign"
    NOTE = "note"
    ANSWER = "answer"
    RATE = "rate"


S = ComplaintState
ALLOWED: dict[Step, tuple[frozenset[ComplaintState], Text]] = {
    Step.ASSIGN: (frozenset({S.OPEN, S.ASSIGNED}), Text("分派", "assigned")),
    Step.NOTE: (frozenset({S.OPEN, S.ASSIGNED, S.ANSWERED}), Text("备注", "noted")),
    Step.ANSWER: (frozenset({S.OPEN, S.ASSIGNED}), Text("答复", "answered")),
    Step.RATE: (frozenset({S.ANSWERED}), Text("评价", "rated")),
}
"""From which states a complaint may take which step; everything else is refused by name."""
STATES = {
    S.OPEN: Text("待处理", "open"),
    S.ASSIGNED: Text("处理中", "assigned"),
    S.ANSWERED: Text("已答复", "answered"),
    S.CLOSED: Text("已办结", "closed"),
}
UNSETTLED = frozenset({S.OPEN, S.ASSIGNED})


def after(step: Step, state: ComplaintState, score: int = 0) -> ComplaintState:
    """The state that a step leads to."""
    match step:
        case Step.ASSIGN:
            return S.ASSIGNED
        case Step.ANSWER:
            return S.ANSWERED
        case Step.RATE:
            return S.CLOSED if score >= CONTENT_SCORE else S.OPEN
        case Step.NOTE:
            return state


class ComplaintRegistered(Event, frozen=True):
    """``subject`` is the ticket, visit or counter that it is about, if any."""

    complaint: ComplaintId
    category: str
    channel: str
    due_ms: int
    subject: str = ""


class ComplaintAssigned(Event, frozen=True):
    complaint: ComplaintId
    staff: StaffId


class ComplaintNoted(Event, frozen=True):
    complaint: ComplaintId
    note: str
    """The id of the note; its words are sealed."""


class ComplaintAnswered(Event, frozen=True):
    complaint: ComplaintId


class ComplaintRated(Event, frozen=True):
    """The customer's opinion of the answer, 1 (bad) to 5 (very good)."""

    complaint: ComplaintId
    score: int


TYPES = EventTypes(
    "complaint",
    [
        ComplaintRegistered, ComplaintAssigned, ComplaintNoted, ComplaintAnswered, ComplaintRated,
    ],
)  # fmt: skip

"""What a day's report tells beside the monitor's figures: bookings and tasks. Pure."""

import statistics
from collections import Counter

import msgspec

from tingtang.hall.model.booking.state import BookingDay, BookingState
from tingtang.hall.model.kpis import Rate
from tingtang.hall.model.tasks.state import TaskBoard, TaskKind, TaskState


class BookingFigures(msgspec.Struct, frozen=True):
    """Bookings of the day; those who came, late or in time, of those whose time it was."""

    confirmed: int
    came: int
    late: int
    missed: int
    cancelled: int
    came_rate: Rate


class TaskFigures(msgspec.Struct, frozen=True):
    """Tasks of the day: how many by kind, and how soon somebody took and finished them."""

    raised: int
    done: int
    withdrawn: int
    open: int
    by_kind: dict[TaskKind, int]
    median_accept_ms: float | None
    """From raising to acceptance."""
    median_done_ms: float | None
    """From acceptance to the end."""


def booking_figures(day: BookingDay) -> BookingFigures:
    """The day's bookings; holds that nobody confirmed do not count."""
    confirmed = [booking for booking in day.bookings.values() if booking.party]
    states = Counter(booking.state for booking in confirmed)
    came, missed = states[BookingState.CHECKED_IN], states[BookingState.MISSED]
    return BookingFigures(
        confirmed=len(confirmed),
        came=came,
        late=sum(booking.late for booking in confirmed),
        missed=missed,
        cancelled=states[BookingState.CANCELLED],
        came_rate=Rate(came, came + missed),
    )


def task_figures(board: TaskBoard) -> TaskFigures:
    """The day's tasks."""
    tasks = list(board.tasks.values())
    states = Counter(task.state for task in tasks)
    accepted = [task.accepted_ms - task.raised_ms for task in tasks if task.accepted_ms]
    took = [task.closed_ms - task.accepted_ms for task in tasks if task.state is TaskState.DONE]
    return TaskFigures(
        raised=len(tasks),
        done=states[TaskState.DONE],
        withdrawn=states[TaskState.CANCELLED],
        open=len(board.open),
        by_kind=dict(Counter(task.kind for task in tasks)),
        median_accept_ms=statistics.median(accepted) if accepted else None,
        median_done_ms=statistics.median(took) if took else None,
    )

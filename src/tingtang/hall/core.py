"""The pure cores of the hall's three streams, as :mod:`tingtang.kernel.streams` wants them."""

from collections.abc import Sequence

from tingtang.hall.model import booking, decide, evolve, tasks
from tingtang.hall.model.commands import Command
from tingtang.hall.model.state import HallDay
from tingtang.kernel.events import Event


class HallCore:
    """``hall/<branch>/<date>``."""

    def initial(self, stream: str) -> HallDay:
        return HallDay(stream.rpartition("/")[2])

    def decide(self, state: HallDay, command: Command, at_ms: int) -> Sequence[Event]:
        return decide.decide(state, command, at_ms)

    def evolve(self, state: HallDay, event: Event, at_ms: int) -> None:
        evolve.evolve(state, event, at_ms)


class BookingCore:
    """``booking/<branch>/<date>``."""

    def initial(self, stream: str) -> booking.BookingDay:  # noqa: ARG002
        return booking.BookingDay()

    def decide(
        self, state: booking.BookingDay, command: booking.BookingCommand, at_ms: int
    ) -> Sequence[Event]:
        return booking.decide(state, command, at_ms)

    def evolve(self, state: booking.BookingDay, event: Event, at_ms: int) -> None:
        booking.evolve(state, event, at_ms)


class TaskCore:
    """``tasks/<branch>/<date>``."""

    def initial(self, stream: str) -> tasks.TaskBoard:  # noqa: ARG002
        return tasks.TaskBoard()

    def decide(
        self, state: tasks.TaskBoard, command: tasks.TaskCommand, at_ms: int
    ) -> Sequence[Event]:
        return tasks.decide(state, command, at_ms)

    def evolve(self, state: tasks.TaskBoard, event: Event, at_ms: int) -> None:
        tasks.evolve(state, event, at_ms)

"""The pure cores of the hall's three streams, as :mod:`tingtang.kernel.streams` wants them."""

from collections.abc import Sequence

from tingtang.hall.model.booking.commands import BookingCommand
from tingtang.hall.model.booking.decide import decide as decide_booking
from tingtang.hall.model.booking.evolve import evolve as evolve_booking
from tingtang.hall.model.booking.state import BookingDay
from tingtang.hall.model.commands import Command
from tingtang.hall.model.decide import decide
from tingtang.hall.model.evolve import evolve
from tingtang.hall.model.state import HallDay
from tingtang.hall.model.tasks.commands import TaskCommand
from tingtang.hall.model.tasks.decide import decide as decide_task
from tingtang.hall.model.tasks.evolve import evolve as evolve_task
from tingtang.hall.model.tasks.state import TaskBoard
from tingtang.kernel.events import Event


class HallCore:
    """``hall/<branch>/<date>``."""

    def initial(self, stream: str) -> HallDay:
        return HallDay(stream.rpartition("/")[2])

    def decide(self, state: HallDay, command: Command, at_ms: int) -> Sequence[Event]:
        return decide(state, command, at_ms)

    def evolve(self, state: HallDay, event: Event, at_ms: int) -> None:
        evolve(state, event, at_ms)


class BookingCore:
    """``booking/<branch>/<date>``."""

    def initial(self, stream: str) -> BookingDay:  # noqa: ARG002
        return BookingDay()

    def decide(self, state: BookingDay, command: BookingCommand, at_ms: int) -> Sequence[Event]:
        return decide_booking(state, command, at_ms)

    def evolve(self, state: BookingDay, event: Event, at_ms: int) -> None:
        evolve_booking(state, event, at_ms)


class TaskCore:
    """``tasks/<branch>/<date>``."""

    def initial(self, stream: str) -> TaskBoard:  # noqa: ARG002
        return TaskBoard()

    def decide(self, state: TaskBoard, command: TaskCommand, at_ms: int) -> Sequence[Event]:
        return decide_task(state, command, at_ms)

    def evolve(self, state: TaskBoard, event: Event, at_ms: int) -> None:
        evolve_task(state, event, at_ms)

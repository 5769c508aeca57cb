"""The pure cores of the hall's three streams, as :mod:`tingtang.kernel.streams` wants them."""

from tingtang.hall.model.booking.decide import decide as decide_booking
from tingtang.hall.model.booking.evolve import evolve as evolve_booking
from tingtang.hall.model.booking.state import BookingDay
from tingtang.hall.model.decide import decide
from tingtang.hall.model.evolve import evolve
from tingtang.hall.model.state import HallDay
from tingtang.hall.model.tasks.decide import decide as decide_task
from tingtang.hall.model.tasks.evolve import evolve as evolve_task
from tingtang.hall.model.tasks.state import TaskBoard


class HallCore:
    """``hall/<branch>/<date>``."""

    decide = staticmethod(decide)
    evolve = staticmethod(evolve)

    def initial(self, stream: str) -> HallDay:
        return HallDay(stream.rpartition("/")[2])


class BookingCore:
    """``booking/<branch>/<date>``."""

    decide = staticmethod(decide_booking)
    evolve = staticmethod(evolve_booking)

    def initial(self, stream: str) -> BookingDay:  # noqa: ARG002
        return BookingDay()


class TaskCore:
    """``tasks/<branch>/<date>``."""

    decide = staticmethod(decide_task)
    evolve = staticmethod(evolve_task)

    def initial(self, stream: str) -> TaskBoard:  # noqa: ARG002
        return TaskBoard()

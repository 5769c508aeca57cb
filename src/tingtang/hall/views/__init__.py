"""What screens show of the hall: pure functions of committed state.

Collections are objects by id, so that a merge patch carries only what changed. Public views hold
numbers, never people. Times are given as moments, not as ages, so that nothing changes merely
because time passes; the screen counts. Names come in both languages and the screen chooses.
"""

from tingtang.hall.views.boards import BoardCall, BoardCounter, BoardService, BoardView, board
from tingtang.hall.views.counters import NEXT_SHOWN, CounterView, Tally, counter
from tingtang.hall.views.monitors import CalibrationView, MonitorView, calibration, monitor
from tingtang.hall.views.pads import HallView, PadCounter, PadVisit, pad
from tingtang.hall.views.shared import BoardNotice, Names, Told, is_open, notices, told
from tingtang.hall.views.task_lists import CLOSED_TASKS_SHOWN, OnDuty, TasksView, TaskView, tasks
from tingtang.hall.views.tickets import (
    StaffTicket,
    TicketLeg,
    TicketView,
    staff_ticket,
    ticket,
    ticket_leg,
)

__all__ = [
    "CLOSED_TASKS_SHOWN",
    "NEXT_SHOWN",
    "BoardCall",
    "BoardCounter",
    "BoardNotice",
    "BoardService",
    "BoardView",
    "CalibrationView",
    "CounterView",
    "HallView",
    "MonitorView",
    "Names",
    "OnDuty",
    "PadCounter",
    "PadVisit",
    "StaffTicket",
    "Tally",
    "TaskView",
    "TasksView",
    "TicketLeg",
    "TicketView",
    "Told",
    "board",
    "calibration",
    "counter",
    "is_open",
    "monitor",
    "notices",
    "pad",
    "staff_ticket",
    "tasks",
    "ticket",
    "ticket_leg",
    "told",
]

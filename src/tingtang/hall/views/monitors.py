"""``hall.monitor``: the figures of the day so far."""

import msgspec

from tingtang.hall.model.kpis import Kpis, kpis
from tingtang.hall.model.state import HallDay
from tingtang.hall.model.waiting import Calibration
from tingtang.hall.model.waits import WaitBook
from tingtang.hall.views.shared import Names, is_open
from tingtang.kernel.ids import CounterId, ServiceId, StaffId
from tingtang.kernel.text import Text


class CalibrationView(msgspec.Struct, frozen=True):
    """How good today's estimates were; None while nothing was counted."""

    count: int
    coverage: float | None
    mean_width_ms: float | None
    mean_error_ms: float | None


class MonitorView(msgspec.Struct, frozen=True):
    """``hall.monitor``: the service monitor. Made anew on every change and every minute."""

    branch: Text
    date: str
    open: bool
    kpis: Kpis
    calibration: CalibrationView
    services: dict[ServiceId, Text]
    counters: dict[CounterId, str]
    staff: dict[StaffId, str]


def monitor(state: HallDay, book: WaitBook, names: Names, at_ms: int) -> MonitorView:
    """All figures of the day so far, with the names needed to read them."""
    figures = kpis(state, at_ms)
    return MonitorView(
        branch=names.branch(),
        date=state.date,
        open=is_open(state),
        kpis=figures,
        calibration=calibration(book.calibration),
        services={s: names.service(s) for s in figures.by_service},
        counters={c: setup.sign for c, setup in state.setup.counters.items()}
        if state.setup
        else {},
        staff={s: names.staff(s) for s in figures.by_staff},
    )


def calibration(of: Calibration) -> CalibrationView:
    """The calibration as shown."""
    return CalibrationView(of.count, of.coverage, of.mean_width_ms, of.mean_error_ms)

"""What screens show of the hall, and what they must not."""

import msgspec
import pytest

from tests.hall.world import CARD, CASH, LOAN, Hall
from tingtang.hall import views
from tingtang.hall.model import commands as c
from tingtang.hall.model.kpis import busy_level, composite_satisfaction, kpis, summary_of_waits
from tingtang.hall.model.settings import BusyLimits, Segment
from tingtang.hall.model.state import Source
from tingtang.hall.model.triage import Busy
from tingtang.hall.model.waits import WaitBook
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.ids import CounterId, CustomerId, ServiceId, StaffId, VisitId, ZoneId
from tingtang.kernel.live import as_json_object, merge_patch
from tingtang.kernel.text import Text

SECRET = "王*明"


class Names:
    def branch(self) -> Text:
        return Text("东城支行", "Dongcheng")

    def service(self, service: ServiceId) -> Text:
        return Text(service)

    def zone(self, zone: ZoneId) -> Text:
        return Text(zone)

    def staff(self, staff: StaffId) -> str:
        return f"柜员{staff}"

    def customer(self, customer: str) -> str:
        return SECRET if customer else ""


NAMES = Names()


class Shown:
    """A hall with its book, as every view sees it."""

    def __init__(self) -> None:
        self.hall = Hall().open(1, 2)
        self.book = WaitBook()
        self.followed = 0

    def board(self) -> views.BoardView:
        return views.board(self.hall.state, self._book(), NAMES, self.hall.now_ms)

    def pad(self) -> views.HallView:
        return views.pad(self.hall.state, self._book(), NAMES, self.hall.now_ms)

    def counter(self, number: int) -> views.CounterView:
        found = views.counter(
            self.hall.state, self._book(), NAMES, CounterId(str(number)), self.hall.now_ms
        )
        assert found is not None
        return found

    def _book(self) -> WaitBook:
        for at_ms, event in self.hall.events[self.followed :]:
            self.book.follow(self.hall.state, event, at_ms)
        self.followed = len(self.hall.events)
        return self.book


@pytest.mark.shows("R025", part="one hall event on board, counter, PAD and phone together")
@pytest.mark.shows("R033", part="window states")
def test_one_call_changes_every_screen_at_once() -> None:
    shown = Shown()
    ticket = shown.hall.issue(CASH)
    shown.board()
    shown.hall.wait(2)
    shown.hall.call(1)
    board, counter, pad = shown.board(), shown.counter(1), shown.pad()
    phone = views.ticket(shown.hall.state, shown.book, NAMES, ticket.id, shown.hall.now_ms)
    assert phone is not None
    assert (board.calls[1].number, board.calls[1].sign, board.last_call) == ("A001", "1", 1)
    assert board.counters[CounterId("1")].state == "calling"
    assert counter.current is not None
    assert counter.current.number == "A001"
    assert counter.why is not None
    assert "等候" in counter.why.zh
    assert pad.counters[CounterId("1")].number == "A001"
    assert (phone.state, phone.sign) == ("called", "1")


@pytest.mark.shows("R032", part="lists live, numbers only")
def test_public_screens_hold_numbers_and_no_person() -> None:
    shown = Shown()
    visit = VisitId("guest")
    shown.hall.do(c.Arrive(visit=visit, source=Source.PAD))
    shown.hall.issue(CASH, visit=visit, segment=Segment.VIP_BRANCH)
    shown.hall.do(c.Identify(visit=visit, customer=CustomerId("k1"), by="card"))
    public = msgspec.json.encode(shown.board()).decode()
    assert SECRET not in public
    assert "k1" not in public
    assert SECRET in msgspec.json.encode(shown.pad()).decode()


@pytest.mark.shows("R035")
def test_the_pad_knows_who_is_here_where_and_since_when() -> None:
    shown = Shown()
    visit = VisitId("guest")
    shown.hall.do(c.Arrive(visit=visit, source=Source.CAMERA, zone=ZoneId("door")))
    arrived = shown.hall.now_ms
    shown.hall.wait(3).do(c.Move(visit=visit, zone=ZoneId("machines")))
    shown.hall.do(c.UseMachine(visit=visit, machine="kiosk-1"))
    here = shown.pad().visits[visit]
    assert (here.zone, here.arrived_ms, here.busy_at) == ("machines", arrived, "kiosk-1")
    assert here.busy_since_ms == shown.hall.now_ms
    assert shown.pad().in_hall == 1
    shown.hall.do(c.LeaveMachine(visit=visit))
    shown.hall.do(c.Leave(visit=visit))
    assert shown.pad().in_hall == 0


def test_a_leg_keeps_its_number_after_a_transfer() -> None:
    shown = Shown()
    ticket = shown.hall.issue(CASH, CARD)
    shown.hall.call(1)
    shown.hall.do(c.StartService(ticket=ticket.id))
    shown.hall.do(c.Transfer(ticket=ticket.id, service=LOAN))
    shown.hall.open(4).call(4)
    shown.hall.do(c.StartService(ticket=ticket.id))
    shown.hall.do(c.FinishService(ticket=ticket.id))
    phone = views.ticket(shown.hall.state, shown.book, NAMES, ticket.id, shown.hall.now_ms)
    assert phone is not None
    done = next(leg for leg in phone.legs if leg.done)
    assert (done.leg, done.service) == (1, LOAN)
    shown.hall.do(c.Rate(ticket=ticket.id, score=4, leg=done.leg))
    assert [leg.score for leg in shown.hall.state.tickets[ticket.id].legs][:2] == [0, 4]


@pytest.mark.shows("R036", part="place and time left of everybody who waits")
def test_place_and_time_are_revised_as_the_line_moves() -> None:
    shown = Shown()
    for _ in range(4):
        shown.hall.issue(CASH)
    last = shown.hall.issue(CASH)

    def told() -> tuple[int, int]:
        view = views.ticket(shown.hall.state, shown.book, NAMES, last.id, shown.hall.now_ms)
        assert view is not None
        assert view.wait is not None
        return view.ahead, view.wait.median_ms

    shown.board()
    before = told()
    assert before[0] == 4
    shown.hall.call(1)
    shown.hall.call(2)
    shown.board()
    after = told()
    assert after[0] == 2
    assert after[1] < before[1]


def test_nobody_can_tell_a_time_while_no_counter_is_open() -> None:
    shown = Shown()
    assert shown.board().services[LOAN].wait is None
    assert shown.board().services[CASH].wait is not None


def test_a_patch_of_two_boards_turns_one_into_the_other() -> None:
    shown = Shown()
    old = as_json_object(shown.board())
    shown.hall.issue(CASH)
    shown.hall.call(1)
    new = as_json_object(shown.board())
    patch = merge_patch(old, new)
    assert "branch" not in patch
    assert _applied(old, patch) == new


def _applied(target: dict, patch: dict) -> dict:  # type: ignore[type-arg]
    out = dict(target)
    for name, value in patch.items():
        if value is None:
            out.pop(name, None)
        elif isinstance(value, dict):
            inner = out.get(name)
            out[name] = _applied(inner if isinstance(inner, dict) else {}, value)
        else:
            out[name] = value
    return out


# -- figures -------------------------------------------------------------------------------------


@pytest.mark.shows("R042", part="figures of the day")
def test_the_days_figures_by_their_formulas() -> None:
    hall = Hall().open(1)
    waits = (0, 5, 12)
    for wait in waits:
        hall.issue(CASH)
        hall.wait(wait)
        ticket = hall.serve(1, minutes=6)
    hall.do(c.Rate(ticket=ticket.id, score=5))
    gone = hall.issue(CASH)
    hall.do(c.Abandon(ticket=gone.id))
    hall.issue(CASH)
    hall.wait(16)
    figures = kpis(hall.state, hall.now_ms)
    assert (figures.issued, figures.finished, figures.abandoned, figures.waiting) == (5, 3, 1, 1)
    assert figures.waits.mean_ms == pytest.approx(sum(waits) / 3 * MINUTE_MS)
    assert figures.waits.bands == (2, 1, 0, 0)
    assert (figures.over_limit.part, figures.over_limit.whole) == (1, 1)
    assert figures.abandon_rate.value == pytest.approx(1 / 5)
    assert figures.over_standard.value == 1.0
    assert figures.good_rate.value == 1.0
    assert figures.open_rate.value == pytest.approx(1 / 4)
    expected = (1 - 1 / 5) * 0.4 + (1 - sum(waits) / 3 / 60) * 0.6
    assert figures.composite_satisfaction == pytest.approx(expected)


def test_what_was_not_counted_has_no_value() -> None:
    figures = kpis(Hall().state, 0)
    assert figures.good_rate.value is None
    assert figures.abandon_rate.value is None
    assert figures.waits.mean_ms is None
    assert figures.composite_satisfaction is None
    assert composite_satisfaction(0.0, 90 * MINUTE_MS) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("wait", "per_counter", "level"),
    [
        (3, 1, Busy.IDLE), (3.1, 1, Busy.NORMAL), (15, 5, Busy.NORMAL), (15.1, 5, Busy.BUSY),
        (1, 5.1, Busy.BUSY), (15.1, 5.1, Busy.SATURATED),
    ],
)  # fmt: skip
def test_the_busy_level_has_its_four_grades(wait: float, per_counter: float, level: Busy) -> None:
    limits = BusyLimits()
    found = busy_level(limits, is_open=True, mean_wait_minutes=wait, per_counter=per_counter)
    assert found is level
    closed = busy_level(limits, is_open=False, mean_wait_minutes=wait, per_counter=per_counter)
    assert closed is Busy.CLOSED


def test_the_ninetieth_percentile_is_the_nearest_rank() -> None:
    found = summary_of_waits([n * MINUTE_MS for n in range(1, 11)])
    assert (found.p90_ms, found.max_ms) == (9 * MINUTE_MS, 10 * MINUTE_MS)

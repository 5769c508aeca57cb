"""Tasks: who is asked, when the next, and what the hall itself asks for."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.hall.world import CASH, LOAN, Hall
from tingtang.hall.model import commands as hall_c
from tingtang.hall.model.settings import Grades, HallSettings, Segment, Thresholds
from tingtang.hall.model.state import Care, Channel, Source
from tingtang.hall.model.tasks import commands as c
from tingtang.hall.model.tasks import events as e
from tingtang.hall.model.tasks.alerts import changes, needs
from tingtang.hall.model.tasks.asking import levels_of
from tingtang.hall.model.tasks.decide import decide
from tingtang.hall.model.tasks.evolve import evolve
from tingtang.hall.model.tasks.state import (
    GRADE_ORDER,
    OPEN,
    Grade,
    Person,
    Task,
    TaskBoard,
    TaskKind,
    TaskState,
)
from tingtang.kernel.clock import MINUTE_MS, SECOND_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import ServiceId, StaffId, TaskId, TicketId, VisitId, ZoneId
from tingtang.kernel.permissions import Role

EAST, WEST = ZoneId("east"), ZoneId("west")
LOBBY, SECOND, ACCOUNT, CHIEF = (StaffId(n) for n in ("lobby", "second", "account", "chief"))
PEOPLE = {
    LOBBY: Person(LOBBY, frozenset({Role.LOBBY_MANAGER}), frozenset({CASH}), EAST),
    SECOND: Person(SECOND, frozenset({Role.LOBBY_MANAGER}), frozenset({CASH, LOAN}), WEST),
    ACCOUNT: Person(ACCOUNT, frozenset({Role.ACCOUNT_MANAGER}), frozenset({LOAN}), EAST),
    CHIEF: Person(CHIEF, frozenset({Role.BRANCH_MANAGER})),
}


@dataclass
class Board:
    now_ms: int = 1_760_000_000_000
    state: TaskBoard = field(default_factory=TaskBoard)
    events: list[tuple[int, Event]] = field(default_factory=list)
    made: int = 0

    def do(self, command: c.TaskCommand) -> Sequence[Event]:
        events = decide(self.state, command, self.now_ms)
        for event in events:
            evolve(self.state, event, self.now_ms)
            self.events.append((self.now_ms, event))
        return events

    def duty(self, *staff: StaffId) -> "Board":
        for one in staff or tuple(PEOPLE):
            self.do(c.TakeDuty(person=PEOPLE[one]))
        return self

    def call(self, kind: TaskKind = TaskKind.CALL_MANAGER, about: str = "", **more: object) -> Task:
        self.made += 1
        task = TaskId(f"t{self.made}")
        about = about or task
        self.do(c.RaiseTask(task=task, kind=kind, about=about, **more))  # type: ignore[arg-type]
        return self.state.tasks[self.state.open[about]]

    def wait(self, seconds: float) -> "Board":
        self.now_ms += round(seconds * SECOND_MS)
        self.do(c.RunTaskTimers())
        return self


def code(board: Board, command: c.TaskCommand) -> str:
    before = len(board.events)
    with pytest.raises(Refused) as found:
        board.do(command)
    assert len(board.events) == before
    assert "{" not in found.value.message("zh") + found.value.message("en")
    return found.value.code


# -- who is asked --------------------------------------------------------------------------------


@pytest.mark.shows("R039", part="role, skill, zone, load")
def test_a_task_goes_to_the_role_then_skill_then_load_then_zone() -> None:
    board = Board().duty()
    assert board.call(zone=WEST).offered_to == SECOND
    assert board.call(zone=WEST).offered_to == LOBBY  # Second has one already
    assert board.call(zone=EAST, skill=LOAN).offered_to == SECOND  # of them only Second can
    assert board.call(TaskKind.VIP_RECEPTION).offered_to == ACCOUNT
    assert board.call(to=CHIEF).offered_to == CHIEF
    assert code(board, c.RaiseTask(task=TaskId("x"), kind=TaskKind.OTHER, about="x", to=StaffId("?"))) == "not_on_duty"  # fmt: skip


@pytest.mark.shows("R039", part="time out, escalate")
def test_who_does_not_answer_is_passed_over_up_to_the_branch_manager_and_round_again() -> None:
    board = Board().duty()
    task = board.call(zone=EAST)
    asked = [task.offered_to]
    for _ in range(3):
        board.wait(89)
        assert task.offered_to == asked[-1]
        asked.append(board.wait(1) and task.offered_to)
    assert asked == [LOBBY, SECOND, ACCOUNT, CHIEF]
    board.wait(90)
    assert (task.state, task.offered_to) == (TaskState.UNANSWERED, "")
    second_round = [board.wait(90) and task.offered_to for _ in range(4)]
    assert second_round == asked


@pytest.mark.shows("R039", part="accept, hand over, close, times kept")
def test_a_task_is_accepted_handed_over_and_closed_with_its_times() -> None:
    board = Board().duty()
    raised_ms = board.now_ms
    task = board.call(zone=EAST)
    assert code(board, c.CloseTask(task=task.id, staff=LOBBY)) == "accept_first"
    board.wait(20)
    board.do(c.Accept(task=task.id, staff=LOBBY))
    assert board.do(c.Accept(task=task.id, staff=LOBBY)) == ()
    assert code(board, c.Accept(task=task.id, staff=SECOND)) == "not_your_task"
    assert code(board, c.HandOver(task=task.id, by=SECOND, to=CHIEF)) == "not_your_task"
    board.do(c.HandOver(task=task.id, by=LOBBY, to=ACCOUNT, note="wants a loan"))
    assert (task.offered_to, task.accepted_by) == (ACCOUNT, "")
    assert [one.text for one in task.remarks] == ["wants a loan"]
    board.wait(30)
    board.do(c.Accept(task=task.id, staff=ACCOUNT))
    assert code(board, c.CloseTask(task=task.id, staff=LOBBY)) == "not_your_task"
    board.wait(600)  # an accepted task is asked of nobody else
    board.do(c.CloseTask(task=task.id, staff=ACCOUNT, outcome="opened an account"))
    times = [task.raised_ms, task.offered_ms, task.accepted_ms, task.closed_ms]
    assert [t - raised_ms for t in times] == [0, 20_000, 50_000, 650_000]
    assert task.state is TaskState.DONE
    assert not board.state.open
    assert board.do(c.CloseTask(task=task.id, staff=ACCOUNT)) == ()
    assert code(board, c.Accept(task=task.id, staff=LOBBY)) == "task_state"
    assert code(board, c.Accept(task=TaskId("?"), staff=LOBBY)) == "unknown_task"


def test_the_same_need_is_one_task_that_can_only_become_more_urgent() -> None:
    board = Board().duty(LOBBY)
    task = board.call(about="wait:1", grade=Grade.YELLOW)
    assert board.call(about="wait:1", grade=Grade.NOTE) is task
    assert task.grade is Grade.YELLOW
    assert board.call(about="wait:1", grade=Grade.RED) is task
    assert task.grade is Grade.RED
    assert len(board.state.tasks) == 1
    board.do(c.CancelTask(about="wait:1", why="resolved"))
    assert (task.state, task.outcome) == (TaskState.CANCELLED, "resolved")
    assert board.do(c.CancelTask(about="wait:1", why="resolved")) == ()


def test_who_leaves_gives_their_tasks_to_others_and_who_comes_gets_the_unanswered() -> None:
    board = Board()
    task = board.call()
    assert task.state is TaskState.UNANSWERED
    board.wait(600)
    assert task.state is TaskState.UNANSWERED  # nobody to ask: the log is not filled with it
    assert len(board.events) == 2
    board.duty(CHIEF)
    assert task.offered_to == CHIEF
    board.do(c.Accept(task=task.id, staff=CHIEF))
    board.duty(LOBBY)
    board.do(c.LeaveDuty(staff=CHIEF))
    # The level does not fall back: nobody above the branch manager is left to ask ...
    assert task.state is TaskState.UNANSWERED
    board.wait(90)
    assert task.offered_to == LOBBY  # ... so the round begins again
    assert board.do(c.LeaveDuty(staff=CHIEF)) == ()


# -- what the hall asks for ----------------------------------------------------------------------


def alerts(hall: Hall) -> dict[str, tuple[TaskKind, Grade]]:
    return {n.about: (n.kind, n.grade) for n in needs(hall.state, hall.now_ms)}


@pytest.mark.shows("R038", part="waits long")
def test_a_long_wait_rises_through_three_grades_and_care_comes_earlier() -> None:
    hall = Hall().open(1, 2)
    ticket = hall.issue()
    hall.do(
        hall_c.IssueTicket(
            ticket=TicketId("elder"),
            visit=VisitId("v-elder"),
            services=(CASH,),
            channel=Channel.KIOSK,
            segment=Segment.CARE,
            care=(Care.ELDER,),
        )
    )
    late = hall.issue(segment=Segment.BOOKED, booked_ms=hall.now_ms + 60 * MINUTE_MS)
    grades = {}
    for minute in (7, 8, 14, 15, 24, 25, 39, 40):
        hall.wait(minute - (hall.now_ms - ticket.issued_ms) / MINUTE_MS)
        grades[minute] = (
            alerts(hall).get(f"wait:{ticket.id}", ("", ""))[1],
            alerts(hall).get("wait:elder", ("", ""))[1],
        )
    assert grades == {
        7: ("", ""), 8: ("", "yellow"), 14: ("", "yellow"), 15: ("yellow", "orange"),
        24: ("yellow", "orange"), 25: ("orange", "red"), 39: ("orange", "red"), 40: ("red", "red"),
    }  # fmt: skip
    assert alerts(hall)["wait:elder"][0] is TaskKind.CARE
    assert f"wait:{late.id}" not in alerts(hall)  # a booked time counts from that time


@pytest.mark.shows("R038", part="stuck at a machine")
def test_who_is_stuck_at_a_machine_held_too_long_or_served_too_long_is_seen() -> None:
    hall = Hall().open(1)
    hall.do(hall_c.Arrive(visit=VisitId("v"), source=Source.PAD, zone=EAST))
    hall.do(hall_c.UseMachine(visit=VisitId("v"), machine="kiosk-3"))
    assert alerts(hall) == {}
    hall.wait(4)
    assert alerts(hall) == {"stuck:v": (TaskKind.STUCK, Grade.YELLOW)}
    hall.do(hall_c.LeaveMachine(visit=VisitId("v")))
    ticket = hall.issue(CASH)
    hall.call(1)
    hall.do(hall_c.StartService(ticket=ticket.id))
    hall.wait(6)
    service = f"service:{ticket.id}:1"
    assert alerts(hall) == {service: (TaskKind.SERVICE_LONG, Grade.YELLOW)}
    hall.wait(6)
    assert alerts(hall)[service][1] is Grade.RED
    hall.do(hall_c.HoldTicket(ticket=ticket.id, reason="form", minutes=5))
    assert alerts(hall) == {}
    hall.wait(5).do(hall_c.RunTimers())
    assert alerts(hall) == {f"hold:{ticket.id}": (TaskKind.HOLD_ENDED, Grade.YELLOW)}


@pytest.mark.shows("R042", part="thresholds in three grades")
def test_crowding_is_people_waiting_for_each_open_counter_by_the_banks_own_limits() -> None:
    limits = Thresholds(waiting_per_counter=Grades(1.5, 2, 3))
    hall = Hall(HallSettings(thresholds=limits)).open(1, 2)
    seen = []
    for _ in range(6):
        hall.issue()
        seen.append(alerts(hall).get("crowded", ("", ""))[1])
    assert seen == ["", "", "yellow", "orange", "orange", "red"]
    hall.do(hall_c.PauseCounter(counter=next(iter(hall.state.counters)), reason="meal"))
    assert alerts(hall)["crowded"] == (TaskKind.CROWDED, Grade.RED)


@pytest.mark.shows("R038", part="raised once, withdrawn when resolved")
def test_needs_become_tasks_once_rise_and_are_withdrawn_unless_somebody_has_them() -> None:
    hall, board = Hall().open(1), Board().duty(LOBBY, SECOND)
    first, second = hall.issue(), hall.issue()

    def tend(minutes: float) -> tuple[list[str], list[str]]:
        hall.wait(minutes)
        board.now_ms = hall.now_ms
        found = changes(board.state, list(needs(hall.state, hall.now_ms)), 10, hall.now_ms)
        for need in found.raise_:
            board.call(need.kind, need.about, grade=need.grade, zone=need.zone)
        for about in found.withdraw:
            board.do(c.CancelTask(about=about, why="resolved"))
        return [n.about for n in found.raise_], list(found.withdraw)

    one, two = f"wait:{first.id}", f"wait:{second.id}"
    assert tend(14) == ([], [])
    assert tend(1) == ([one, two], [])
    assert tend(1) == ([], [])
    accepted = board.state.open[one]
    board.do(c.Accept(task=accepted, staff=LOBBY))
    hall.serve(1)
    hall.serve(1)
    assert tend(0) == ([], [two])  # nobody had it; the other is the lobby manager's to close
    third = hall.issue()
    three = f"wait:{third.id}"
    assert tend(15) == ([three], [])
    board.do(c.Accept(task=board.state.open[three], staff=SECOND))
    board.do(c.CloseTask(task=board.state.open[three], staff=SECOND))
    assert tend(9) == ([], [])
    assert tend(1) == ([three], [])  # it waits on: after ten minutes somebody is asked again
    assert board.state.tasks[board.state.open[three]].grade is Grade.ORANGE
    board.do(c.Accept(task=board.state.open[three], staff=SECOND))
    board.do(c.CloseTask(task=board.state.open[three], staff=SECOND))
    assert tend(5) == ([], [])
    assert tend(10) == ([three], [])


# -- under any sequence --------------------------------------------------------------------------

PICK = st.integers(0, 10_000)
STAFF = st.sampled_from(sorted(PEOPLE))


class TaskMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.board = Board()

    def attempt(self, command: c.TaskCommand) -> None:
        try:
            self.board.do(command)
        except Refused as no:
            assert "{" not in no.message("zh") + no.message("en")

    def some(self, pick: int) -> TaskId:
        tasks = list(self.board.state.tasks)
        return tasks[pick % len(tasks)] if tasks else TaskId("none")

    @rule(
        kind=st.sampled_from(list(TaskKind)),
        about=st.sampled_from("abcd"),
        grade=st.sampled_from(list(Grade)),
        to=st.sampled_from(["", "", LOBBY]),
        skill=st.sampled_from(["", LOAN]),
    )
    def raise_it(self, kind: TaskKind, about: str, grade: Grade, to: str, skill: str) -> None:
        self.board.made += 1
        task = TaskId(f"t{self.board.made}")
        self.attempt(
            c.RaiseTask(
                task=task,
                kind=kind,
                about=about,
                grade=grade,
                to=StaffId(to),
                skill=ServiceId(skill),
            )
        )

    @rule(staff=STAFF, on=st.booleans())
    def duty(self, staff: StaffId, on: bool) -> None:
        self.attempt(c.TakeDuty(person=PEOPLE[staff]) if on else c.LeaveDuty(staff=staff))

    @rule(pick=PICK, staff=STAFF, to=STAFF, step=st.sampled_from(["accept", "hand", "close"]))
    def step(self, pick: int, staff: StaffId, to: StaffId, step: str) -> None:
        task = self.some(pick)
        self.attempt(
            {
                "accept": c.Accept(task=task, staff=staff),
                "hand": c.HandOver(task=task, by=staff, to=to),
                "close": c.CloseTask(task=task, staff=staff),
            }[step]
        )

    @rule(about=st.sampled_from("abcd"))
    def cancel(self, about: str) -> None:
        self.attempt(c.CancelTask(about=about, why="resolved"))

    @rule(seconds=st.integers(0, 200))
    def time_passes(self, seconds: int) -> None:
        self.board.wait(seconds)

    @invariant()
    def every_open_task_is_in_one_hand(self) -> None:
        board = self.board.state
        assert {t.id for t in board.tasks.values() if t.state in OPEN} == set(board.open.values())
        for task in board.tasks.values():
            held = (bool(task.offered_to), bool(task.accepted_by))
            assert held == {
                TaskState.OFFERED: (True, False),
                TaskState.UNANSWERED: (False, False),
                TaskState.ACCEPTED: (False, True),
                TaskState.DONE: (False, True),
            }.get(task.state, (False, held[1]))
            assert bool(task.closed_ms) == (task.state not in OPEN)
            assert task.level < len(levels_of(task.kind))

    @invariant()
    def nobody_who_left_is_waited_for(self) -> None:
        """An offer never stands longer than its time once the timers ran."""
        for task in self.board.state.tasks.values():
            if task.state is TaskState.OFFERED:
                assert task.until_ms > self.board.now_ms - 1

    @invariant()
    def grades_only_rise(self) -> None:
        grades: dict[TaskId, int] = {}
        for _, event in self.board.events:
            if isinstance(event, e.TaskRaised | e.TaskRegraded):
                rank = GRADE_ORDER.index(event.grade)
                assert rank > grades.get(event.task, -1)
                grades[event.task] = rank

    def teardown(self) -> None:
        again = TaskBoard()
        for at_ms, event in self.board.events:
            evolve(again, event, at_ms)
        for name in TaskBoard.__slots__:
            assert getattr(again, name) == getattr(self.board.state, name), name


TaskMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.mark.shows("R039", part="under any sequence of commands")
class TestTasks(TaskMachine.TestCase):
    pass

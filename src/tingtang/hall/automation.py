"""What the hall brings to automations: its events, facts about it, tasks and notices."""

from collections.abc import Mapping
from importlib import resources

from tingtang.hall.core import HallCore
from tingtang.hall.model import commands as c
from tingtang.hall.model import events as e
from tingtang.hall.model.kpis import busy_now, online_counters
from tingtang.hall.model.state import CounterState, HallDay
from tingtang.hall.model.tasks import events as task_events
from tingtang.hall.model.tasks.state import Grade, TaskKind
from tingtang.hall.model.triage import Busy
from tingtang.hall.service import HallService
from tingtang.hall.tasks import TaskService, check_note
from tingtang.hall.views import is_open
from tingtang.kernel.automations.declared import Scalar
from tingtang.kernel.automations.engine import Automations
from tingtang.kernel.automations.offered import (
    Action,
    ActionResult,
    Call,
    Fact,
    FactReplay,
    Option,
    Parameter,
    ValueKind,
)
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.events import Recorded
from tingtang.kernel.ids import BranchId, CounterId
from tingtang.kernel.permissions import Permission, Role
from tingtang.kernel.text import Text

EVENTS = (
    (e.DayOpened, Text("营业日开始", "the business day was opened")),
    (e.DayClosed, Text("营业日结束", "the business day was closed")),
    (e.TicketIssued, Text("取号", "a ticket was issued")),
    (e.TicketCalled, Text("叫号", "a ticket was called")),
    (e.TicketPassed, Text("过号", "a ticket was passed")),
    (e.TicketAbandoned, Text("弃号", "a ticket was abandoned")),
    (e.TicketRated, Text("客户评价", "a customer gave a rating")),
    (e.VisitArrived, Text("客户到店", "a customer arrived")),
    (e.VisitIdentified, Text("客户被识别", "a customer was identified")),
    (e.CounterOpened, Text("窗口开放", "a counter was opened")),
    (e.CounterPaused, Text("窗口暂停", "a counter was paused")),
    (e.CounterClosed, Text("窗口关闭", "a counter was closed")),
    (task_events.TaskRaised, Text("厅堂任务提出", "a task was raised")),
    (task_events.TaskUnanswered, Text("厅堂任务无人应答", "nobody answered a task")),
    (task_events.TaskDone, Text("厅堂任务完成", "a task was done")),
)
BUSY_TEXTS = {
    Busy.CLOSED: Text("未营业", "closed"),
    Busy.IDLE: Text("空闲", "quiet"),
    Busy.NORMAL: Text("正常", "normal"),
    Busy.BUSY: Text("繁忙", "busy"),
    Busy.SATURATED: Text("饱和", "full"),
}
COUNTER_TEXTS = {
    CounterState.CLOSED: Text("关闭", "closed"),
    CounterState.OPEN: Text("空闲", "open"),
    CounterState.CALLING: Text("叫号中", "calling"),
    CounterState.SERVING: Text("办理中", "serving"),
    CounterState.PAUSED: Text("暂停", "paused"),
}
_COUNTER = Parameter(name="counter", text=Text("窗口", "counter"), options="counters")
FACTS = (
    Fact(name="hall.open", text=Text("营业日已开始", "the business day is open"), kind=ValueKind.SWITCH),
    Fact(name="hall.waiting", text=Text("等候人数", "people waiting"), unit="人"),
    Fact(name="hall.waiting_per_counter", text=Text("平均每窗口等候人数", "people waiting for each open counter"), unit="人"),
    Fact(name="hall.longest_wait", text=Text("最长等候", "longest wait"), unit="min"),
    Fact(name="hall.open_counters", text=Text("开放窗口数", "open counters")),
    Fact(name="hall.in_hall", text=Text("在厅人数", "people in the hall"), unit="人"),
    Fact(
        name="hall.busy",
        text=Text("网点繁忙度", "busy level"),
        kind=ValueKind.CHOICE,
        choices=tuple(one.value for one in BUSY_TEXTS),
        choice_texts=tuple(BUSY_TEXTS.values()),
    ),
    Fact(
        name="hall.counter",
        text=Text("窗口状态", "a counter's state"),
        parameters=(_COUNTER,),
        kind=ValueKind.CHOICE,
        choices=tuple(one.value for one in COUNTER_TEXTS),
        choice_texts=tuple(COUNTER_TEXTS.values()),
    ),
)  # fmt: skip


def fact_of(
    state: HallDay, fact: str, arguments: Mapping[str, Scalar], at_ms: int
) -> Scalar | None:
    """A fact about a hall. Pure: what is so now and what was so in a replay by the same rule."""
    match fact:
        case "hall.open":
            return is_open(state)
        case "hall.waiting":
            return float(state.waiting)
        case "hall.waiting_per_counter":
            return state.waiting / max(1, online_counters(state))
        case "hall.longest_wait":
            since = [at for line in state.lines.values() for at in line.values()]
            return (at_ms - min(since)) / MINUTE_MS if since else 0.0
        case "hall.open_counters":
            return float(online_counters(state))
        case "hall.in_hall":
            return float(sum(not visit.left_ms for visit in state.visits.values()))
        case "hall.busy":
            return busy_now(state, at_ms).value
        case "hall.counter":
            counter = state.counters.get(CounterId(str(arguments.get("counter", ""))))
            return CounterState.CLOSED.value if counter is None else counter.state.value
    return None


class HallFacts:
    """Facts about halls; a :class:`~tingtang.kernel.automations.offered.FactSource`."""

    def __init__(self, hall: HallService) -> None:
        self._hall = hall

    async def value(
        self, branch: str, fact: str, arguments: Mapping[str, Scalar], at_ms: int
    ) -> Scalar | None:
        return fact_of(await self._hall.state(BranchId(branch)), fact, arguments, at_ms)

    async def replay(self, branch: str, from_ms: int) -> FactReplay:
        date = self._hall.dates.at(branch, from_ms)
        return _Replay(f"hall/{branch}/", HallDay(date))


class _Replay:
    """A hall's days as their events built them."""

    def __init__(self, prefix: str, state: HallDay) -> None:
        self._core = HallCore()
        self._prefix = prefix
        self._state = state

    def follow(self, recorded: Recorded) -> None:
        if not recorded.stream.startswith(self._prefix):
            return
        if recorded.sequence == 1:
            self._state = self._core.initial(recorded.stream)
        self._core.evolve(self._state, recorded.event, recorded.time_ms)

    def value(self, fact: str, arguments: Mapping[str, Scalar], at_ms: int) -> Scalar | None:
        return fact_of(self._state, fact, arguments, at_ms)


def register(automations: Automations, hall: HallService, tasks: TaskService) -> None:
    """Offer all of it, and bring the choreography that comes with Tingtang."""
    offers = automations.offers
    for type_, text in EVENTS:
        offers.offer_event(type_, text)
    offers.offer_facts(HallFacts(hall), FACTS)
    offers.offer_options("counters", lambda branch: _counters(hall, branch))
    for action in (_task_action(tasks), _notice_action(hall)):
        offers.offer_action(action)
    for file in resources.files("tingtang.hall").joinpath("choreography").iterdir():
        if file.name.endswith(".toml"):
            automations.ship(file.read_text("utf-8"), file.name)


def _counters(hall: HallService, branch: str) -> list[Option]:
    found = hall.directory.counters(branch) if branch else []
    return [Option(one.id, Text(f"{one.sign} 号窗口", f"counter {one.sign}")) for one in found]


def _task_action(tasks: TaskService) -> Action:
    async def raise_task(call: Call) -> ActionResult:
        branch, said = BranchId(call.branch), call.arguments
        note = check_note(str(said["note"]))
        subject = str(said.get("subject", ""))
        board = await tasks.board(branch)
        role = str(said.get("role", ""))
        first = next((one.staff for one in board.people.values() if role in one.roles), "")
        raised = await tasks.raise_task(
            branch,
            TaskKind.OTHER,
            f"automation:{note}:{subject}",
            call.actor,
            grade=Grade(str(said.get("grade", Grade.YELLOW.value))),
            zone=str(said.get("zone", "")),
            subject=subject,
            note=note,
            to=first,
            cause=call.cause,
            key=call.key,
        )
        return ActionResult(code=raised.task)

    roles = (Role.LOBBY_MANAGER, Role.BRANCH_MANAGER, Role.ACCOUNT_MANAGER, Role.WEALTH_MANAGER)
    return Action(
        name="hall.task",
        text=Text("提出厅堂任务", "Raise a task"),
        about=Text("由在岗人员接单", "Somebody on duty takes it on"),
        parameters=(
            Parameter(name="note", text=Text("内容", "what to do"), length_max=120),
            Parameter(
                name="grade",
                text=Text("等级", "grade"),
                kind=ValueKind.CHOICE,
                choices=tuple(one.value for one in Grade),
                choice_texts=(Text("提示", "note"), Text("黄", "yellow"), Text("橙", "orange"), Text("红", "red")),
                required=False,
            ),
            Parameter(
                name="role",
                text=Text("先问谁", "whom to ask first"),
                kind=ValueKind.CHOICE,
                choices=tuple(one.value for one in roles),
                choice_texts=(
                    Text("大堂经理", "lobby manager"), Text("网点负责人", "branch manager"),
                    Text("客户经理", "account manager"), Text("理财经理", "wealth manager"),
                ),
                required=False,
            ),
            Parameter(name="zone", text=Text("功能区", "zone"), options="zones", required=False),
            Parameter(name="subject", text=Text("关于", "about what"), length_max=60, required=False),
        ),
        permission=Permission.TASK_RAISE,
        run=raise_task,
    )  # fmt: skip


def _notice_action(hall: HallService) -> Action:
    async def send(call: Call) -> ActionResult:
        said = call.arguments
        command = c.SendNotice(
            notice=call.key.name,
            zh=check_note(str(said["zh"])),
            en=check_note(str(said.get("en", ""))),
            minutes=int(float(said.get("minutes", 30))),
        )
        await hall.run(BranchId(call.branch), command, call.actor, key=call.key, cause=call.cause)
        return ActionResult()

    return Action(
        name="hall.notice",
        text=Text("向等候客户发通知", "Tell all who wait"),
        parameters=(
            Parameter(name="zh", text=Text("中文", "Chinese"), length_max=100),
            Parameter(name="en", text=Text("英文", "English"), length_max=200, required=False),
            Parameter(
                name="minutes",
                text=Text("显示时长", "shown for"),
                kind=ValueKind.NUMBER,
                unit="min",
                low=1,
                high=240,
                required=False,
            ),
        ),
        permission=Permission.MESSAGE_WAITING,
        run=send,
    )

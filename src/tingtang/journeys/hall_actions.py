"""What scenarios ask of the hall: somebody of the staff, and to remember how it was."""

from tingtang.hall.feature import TaskService
from tingtang.hall.model.tasks.state import Grade, TaskKind
from tingtang.journeys.actions import Action, Actions, Call, Declined, Done, Result, refused_as
from tingtang.journeys.model.events import JourneyRated
from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.log import Answered, Append, EventLog, Key
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text

URGENT = frozenset(
    {"cash_not_paid", "cash_in_machine", "card_in_machine", "book_in_machine", "bill_in_machine"}
)
REASONS = {
    "callback": Text("外呼回访：核实后解锁账户", "Call back: unlock the account once verified"),
    "cash_not_paid": Text("已记账但未出钞，客户在机器旁", "Booked, but no notes came out"),
    "cash_in_machine": Text(
        "客户的现金留在机器内，请到机器旁核实退还", "A customer's notes are held in the machine"
    ),
    "card_in_machine": Text(
        "客户的银行卡留在机器内，请核实身份后退还", "A customer's card is held in the machine"
    ),
    "book_in_machine": Text(
        "客户的存折留在机器内，请核实身份后退还", "A customer's book is held in the machine"
    ),
    "bill_in_machine": Text(
        "客户的票据留在机器内，请核实身份后退还", "A customer's bill is held in the machine"
    ),
    "cash_not_stored": Text(
        "已入账，现金未入钞箱，请检查机器", "Booked, and the notes are not in their cassette yet"
    ),
}
NOTHING_TO_RATE = Text("评分应为 1 到 5", "A rating is 1 to 5")


class HallActions:
    """``staff.call`` and ``rate``."""

    def __init__(self, log: EventLog, clock: Clock, tasks: TaskService) -> None:
        self._log = log
        self._clock = clock
        self._tasks = tasks

    def register(self, actions: Actions) -> None:
        """Offer both to scenarios."""
        actions.register(
            Action(
                name="staff.call",
                about=Text("请工作人员处理", "Ask somebody of the staff"),
                perform=self.call,
                inputs={"reason": Text("事由代码", "Code of the reason")},
                gives={"task": Text("任务编号", "Id of the task")},
            ),
            Action(
                name="rate",
                about=Text("记录评价", "Remember a rating"),
                perform=self.rate,
                inputs={"stars": Text("1 到 5 分", "1 to 5")},
            ),
        )

    async def call(self, call: Call) -> Result:
        """A task about the journey; whoever takes it finds the customer's business there."""
        reason = str(call.inputs.get("reason", ""))
        words = REASONS.get(reason)
        raised = await self._tasks.raise_task(
            call.branch,
            TaskKind.OTHER,
            f"journey:{call.trace}",
            SYSTEM,
            grade=Grade.RED if reason in URGENT else Grade.ORANGE,
            subject=call.journey,
            note=words.zh if words is not None else reason[:80],
            key=Key(f"journey:{call.trace}", ""),
        )
        return Done({"task": raised.task})

    async def rate(self, call: Call) -> Result:
        """How the customer found it, once."""
        stars = call.inputs.get("stars")
        try:
            score = int(str(stars))
        except ValueError:
            score = 0
        if not 1 <= score <= 5:
            return Declined("bad_score", NOTHING_TO_RATE)
        event = JourneyRated(journey=call.journey, scenario=call.scenario, score=score)
        try:
            await self._log.append(
                Append(
                    stream=f"journey-rating/{call.branch}",
                    branch=call.branch,
                    events=[event],
                    time_ms=self._clock.now_ms(),
                    actor=call.holder,
                    key=Key(f"rate:{call.trace}", ""),
                )
            )
        except Answered:
            return Done({})
        except Refused as refused:
            return refused_as(refused)
        return Done({})

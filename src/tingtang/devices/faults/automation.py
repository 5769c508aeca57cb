"""What faults bring to automations: alarms as triggers, how many there are as a fact."""

from collections.abc import Mapping

from tingtang.devices.faults.model import events as e
from tingtang.devices.faults.model.evolve import evolve
from tingtang.devices.faults.model.settings import GRADES, rank
from tingtang.devices.faults.model.state import DeviceFaults
from tingtang.devices.faults.service import FaultService, faults_stream
from tingtang.devices.model.kinds import AlarmGrade
from tingtang.kernel.automations.declared import Scalar
from tingtang.kernel.automations.engine import Automations
from tingtang.kernel.automations.offered import Fact, FactReplay, Parameter, ValueKind
from tingtang.kernel.events import Recorded
from tingtang.kernel.text import Text

ALARMS = "faults.alarms"
EVENTS = (
    (e.AlarmRaised, Text("设备告警", "an alarm was raised")),
    (e.AlarmEscalated, Text("设备告警无人处理", "nobody took an alarm on")),
    (e.AlarmCleared, Text("设备告警自动关闭", "an alarm is over")),
    (e.RepairOpened, Text("设备报修", "a repair was reported")),
    (e.RepairStepped, Text("报修单有进展", "a repair went on")),
)
GRADE_TEXTS = (
    Text("提示", "notice"),
    Text("一般", "minor"),
    Text("重要", "major"),
    Text("紧急", "critical"),
)
FACT = Fact(
    name=ALARMS,
    text=Text("未关闭的设备告警数", "alarms that are not over"),
    parameters=(
        Parameter(
            name="grade",
            text=Text("不低于", "at least"),
            kind=ValueKind.CHOICE,
            choices=tuple(one.value for one in GRADES),
            choice_texts=GRADE_TEXTS,
        ),
    ),
)


def fact_of(states: Mapping[str, DeviceFaults], arguments: Mapping[str, Scalar]) -> float:
    """How many alarms of at least a grade are not over. Pure: now and in a replay alike."""
    least = rank(AlarmGrade(str(arguments.get("grade", AlarmGrade.NOTICE.value))))
    return float(
        sum(
            rank(state.alarms[alarm].grade) >= least
            for state in states.values()
            for alarm in state.open.values()
        )
    )


class FaultFacts:
    """Facts about alarms; a :class:`~tingtang.kernel.automations.offered.FactSource`."""

    def __init__(self, faults: FaultService) -> None:
        self._faults = faults

    async def value(
        self,
        branch: str,
        fact: str,  # noqa: ARG002
        arguments: Mapping[str, Scalar],
        at_ms: int,  # noqa: ARG002
    ) -> Scalar | None:
        devices = self._faults.devices.register.of_branch(branch)
        return fact_of({one.id: await self._faults.state(one.id) for one in devices}, arguments)

    async def replay(self, branch: str, from_ms: int) -> FactReplay:
        streams = [faults_stream(one.id) for one in self._faults.devices.register.of_branch(branch)]
        return _Replay(await self._faults.states_before(streams, from_ms))


class _Replay:
    def __init__(self, states: dict[str, DeviceFaults]) -> None:
        self._states = states

    def follow(self, recorded: Recorded) -> None:
        state = self._states.get(recorded.stream)
        if state is not None:
            evolve(state, recorded.event, recorded.time_ms)

    def value(self, fact: str, arguments: Mapping[str, Scalar], at_ms: int) -> Scalar | None:  # noqa: ARG002
        return fact_of(self._states, arguments)


def register(automations: Automations, faults: FaultService) -> None:
    """Offer all of it."""
    for type_, text in EVENTS:
        automations.offers.offer_event(type_, text)
    automations.offers.offer_facts(FaultFacts(faults), (FACT,))

"""One run of a scenario: where it stands and what it knows. Deterministic, without any I/O.

SpiffWorkflow walks the diagram; conditions, decision tables and scripts are evaluated by
:mod:`.expressions` and by nothing else. The run itself is never stored: a journey's entries, given
in again in their order, lead to the same place.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from tingtang.journeys.model.bpmn import Scenario, assignments
from tingtang.journeys.model.costs import WALK_MAX, spending
from tingtang.journeys.model.expressions import WrongExpression, compiled, evaluate
from tingtang.journeys.model.problems import BAD_SCENARIO, STEP_PASSED
from tingtang.journeys.model.scenario import StepSpec
from tingtang.kernel.errors import Refused
from tingtang.kernel.text import Text

Json = Any
IDENTIFY_BY = "identify_by"
"""The media that the scenario itself lets somebody be known by."""
KEPT = "kept"
"""What was established in the journey just before, by the platform alone: ``identity``, ``faced``."""


class Waiting(msgspec.Struct, frozen=True):
    """A step that somebody, or something, must answer. ``key`` tells it from all others, those of
    the same step in another round too.
    """

    key: str
    step: StepSpec


class Standing(msgspec.Struct, frozen=True):
    """Where a run stood at one moment: it does not change when the run goes on."""

    steps: tuple[tuple[Waiting, dict[str, Json]], ...] = ()
    """What waited, each with what it knew."""

    def waiting(self) -> list[Waiting]:
        """The steps that could be answered."""
        return [waiting for waiting, _ in self.steps]

    def known(self, key: str) -> dict[str, Json]:
        """What a waiting step knew."""
        for waiting, known in self.steps:
            if waiting.key == key:
                return dict(known)
        raise Refused(STEP_PASSED)


ENGINE_STEPS_MAX = 2_000
"""Gateways, scripts and tables that one answer may lead through; what ships stays below a hundred."""
ITEMS_MAX, TEXT_MAX = 5_000, 3_000_000
"""What a script may make: so many values in one, and so many bytes of JSON (a picture is a million)."""


class _Environment:
    """What SpiffWorkflow asks for when it evaluates without a task."""

    def evaluate(
        self, expression: str, context: Mapping[str, Json], external_context: Json = None
    ) -> Json:
        return evaluate(expression, context, **(external_context or {}))


class _Expressions:
    """In the place of SpiffWorkflow's script engine, which evaluates Python."""

    def __init__(self) -> None:
        self.environment = _Environment()

    def validate(self, expression: str) -> None:
        try:
            compiled(expression)
        except WrongExpression as error:
            raise SyntaxError(str(error)) from None

    def evaluate(self, task: Task, expression: str, external_context: Json = None) -> Json:
        return evaluate(expression, task.data, **(external_context or {}))

    def execute(self, task: Task, script: str, external_context: Json = None) -> bool:
        for name, value in assignments(script):
            task.data[name] = _of_bearable_size(self.evaluate(task, value, external_context))
        return True


class Run:
    """A scenario under way."""

    def __init__(self, scenario: Scenario, given: Mapping[str, Json]) -> None:
        """Begin with what is known already (``customer``, ``terminal``, ...)."""
        self.scenario = scenario
        self._answered: dict[str, int] = {}
        self._ready: list[tuple[Waiting, Task]] = []
        self._flow = BpmnWorkflow(scenario.plan, scenario.shared, script_engine=_Expressions())
        start = self._flow.get_tasks(state=TaskState.READY)[0]
        media = [one.value for one in scenario.about.identify]
        start.data.update({KEPT: {}, **given, IDENTIFY_BY: media})
        self._walk()

    @property
    def is_over(self) -> bool:
        return bool(self._flow.completed)

    def waiting(self) -> list[Waiting]:
        """The steps that can be answered now, in the order of the diagram."""
        return [waiting for waiting, _ in self._ready]

    def known(self, key: str) -> dict[str, Json]:
        """What a waiting step knows: all that was given on the way to it."""
        return dict(self._find(key)[1].data)

    def standing(self) -> Standing:
        """Where it stands now, for whoever looks at it while it goes on."""
        return Standing(tuple((waiting, dict(task.data)) for waiting, task in self._ready))

    @property
    def result(self) -> dict[str, Json]:
        """What was known at the end of a run that is over."""
        return dict(self._flow.data or self._flow.last_task.data)

    def give(self, key: str, answer: Json, terminal: Mapping[str, Json]) -> None:
        """Answer a step and walk on; refused (step_passed) where it is not waiting any more."""
        waiting, task = self._find(key)
        step = waiting.step
        if isinstance(answer, dict) and isinstance(task.data.get(step.into), dict):
            answer = {**task.data[step.into], **answer}
        task.data[step.into] = answer
        task.data["terminal"] = dict(terminal)
        task.run()
        self._answered[step.key] = self._answered.get(step.key, 0) + 1
        self._walk()

    def _walk(self) -> None:
        steps = 0

        def count(_task: Task) -> None:
            nonlocal steps
            steps += 1
            if steps > ENGINE_STEPS_MAX:
                raise WrongExpression(f"more than {ENGINE_STEPS_MAX} steps without an answer")

        try:
            with spending(WALK_MAX):
                while _run_ready(self._flow, count):
                    pass
        except (SpiffWorkflowException, WrongExpression) as error:
            words = str(error).split("\n", 1)[0]
            raise Refused(BAD_SCENARIO, reason=Text(words, words)) from None
        ready = [task for flow in _flows(self._flow) for task in _ready(flow)]
        if len(ready) > 1:  # in the order of the diagram
            ready = self._flow.get_tasks(state=TaskState.READY)
        self._ready = [(self._waiting(task), task) for task in ready if task.task_spec.manual]

    def _waiting(self, task: Task) -> Waiting:
        step = self.scenario.steps[f"{task.workflow.spec.name}/{task.task_spec.bpmn_id}"]
        return Waiting(f"{step.key}#{self._answered.get(step.key, 0)}", step)

    def _find(self, key: str) -> tuple[Waiting, Task]:
        for waiting, task in self._ready:
            if waiting.key == key:
                return waiting, task
        raise Refused(STEP_PASSED)


def _flows(flow: BpmnWorkflow) -> list[Any]:
    """The processes that are under way, the innermost first, the scenario's own last."""
    called = sorted(flow.get_active_subprocesses(), key=lambda one: one.depth, reverse=True)
    return [*called, flow]


def _ready(flow: Any) -> list[Task]:
    """What is ready in one process. Looked up in its table of tasks: walking the tree of them, most of
    which lie behind or may never come, took a third of the time of a walk.
    """
    return [task for task in flow.tasks.values() if task.state == TaskState.READY]


def _run_ready(flow: BpmnWorkflow, count: Callable[[Task], None]) -> bool:
    """Run what needs nobody's answer, once through all processes; True if there was any. This is
    SpiffWorkflow's ``do_engine_steps`` without timers, of which a diagram may have none.
    """
    found = False
    flows = _flows(flow)
    for one in flows:
        ran = True
        while ran:
            ran = False
            for task in _ready(one):
                # What ran before it may have ended or cancelled it.
                if not task.task_spec.manual and task.state == TaskState.READY:
                    count(task)
                    task.run()
                    ran = found = True
        if one is not flow:
            caller = flow.get_task_from_id(one.parent_task_id)
            caller.task_spec._update(caller)
    return found or len(_flows(flow)) > len(flows)


def _of_bearable_size(value: Json) -> Json:
    """The value; ``WrongExpression`` where it grew beyond what anybody entered or was told."""
    if not isinstance(value, str | list | dict):
        return value
    try:
        body = msgspec.json.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise WrongExpression(f"a script makes what cannot be kept: {error}") from None
    if len(body) > TEXT_MAX or body.count(b",") > ITEMS_MAX:
        raise WrongExpression("a script makes more than may be kept")
    return value

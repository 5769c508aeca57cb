"""What happens to versions of scenarios, and what is found when one is looked over. Pure."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from tingtang.journeys.model.bpmn import Scenario, read
from tingtang.journeys.model.scenario import OnRefused, ScreenKind
from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.ids import StaffId
from tingtang.kernel.text import Text

OWN_WORK = Problem(
    "release_own_work",
    403,
    "自己编辑的流程须由另一位同事发布",
    "Somebody else must release what you drew yourself",
)
NOT_SUBMITTED = Problem(
    "not_submitted",
    409,
    "请先提交，再由另一位同事发布",
    "Submit it first; then somebody else releases it",
)
NOT_DRAFT = Problem(
    "not_a_draft",
    409,
    "这一版本不能再修改，请另存为新草稿",
    "This version cannot be changed; save a new draft",
)
HAS_FAULTS = Problem(
    "scenario_has_faults", 422, "流程检查未通过：{reason}", "The scenario has faults: {reason}"
)
UNKNOWN_VERSION = Problem("unknown_version", 404, "没有这个版本", "There is no such version")


class ScenarioSubmitted(Event, frozen=True):
    """Its author asks for a second pair of eyes."""

    scenario: str
    scenario_version: int


class ScenarioSentBack(Event, frozen=True):
    """The second person wants something changed."""

    scenario: str
    scenario_version: int
    reason: str


class ScenarioReleased(Event, frozen=True):
    """From now on new journeys run by it."""

    scenario: str
    scenario_version: int
    author: StaffId


TYPES = EventTypes("designer", [ScenarioSubmitted, ScenarioSentBack, ScenarioReleased])


class Weight(StrEnum):
    FAULT = "fault"
    """It cannot be released."""
    HINT = "hint"


class Finding(msgspec.Struct, frozen=True):
    """Something to mend, or to think about."""

    weight: Weight
    where: str
    words: Text


def look_over(scenario: str, files: Mapping[str, str], actions: frozenset[str]) -> list[Finding]:
    """What is wrong with a scenario, and what might be."""
    try:
        found = read(scenario, files)
    except Refused as refused:
        words = Text(refused.message("zh"), refused.message("en"))
        return [Finding(Weight.FAULT, scenario, words)]
    findings = []
    for step in found.steps.values():
        if step.action is not None and step.action.name not in actions:
            words = Text(f"没有动作 {step.action.name}", f"There is no action {step.action.name}")
            findings.append(Finding(Weight.FAULT, step.key, words))
        if step.screen is not None and not step.screen.title.en:
            words = Text("缺少英文标题", "The English title is missing")
            findings.append(Finding(Weight.HINT, step.key, words))
        for field in step.screen.fields if step.screen is not None else ():
            if not field.label.zh:
                words = Text(f"字段 {field.name} 没有名称", f"The field {field.name} has no label")
                findings.append(Finding(Weight.FAULT, step.key, words))
    return findings + _hints(found)


def _hints(found: Scenario) -> list[Finding]:
    hints = []
    kinds = {step.screen.kind for step in found.steps.values() if step.screen is not None}
    moves = [s for s in found.steps.values() if s.action and s.action.name == "bank.trade"]
    if moves and ScreenKind.REVIEW not in kinds:
        words = Text("办理前没有核对页", "Nothing is reviewed before it takes effect")
        hints.append(Finding(Weight.HINT, found.about.id, words))
    if moves and ScreenKind.RECEIPT not in kinds:
        words = Text("办理后没有结果页", "There is no receipt")
        hints.append(Finding(Weight.HINT, found.about.id, words))
    for step in moves:
        if step.action is not None and step.action.on_refused is OnRefused.GO_ON:
            words = Text("请确认流程处理了被拒的情形", "Make sure that a refusal is dealt with")
            hints.append(Finding(Weight.HINT, step.key, words))
    return hints

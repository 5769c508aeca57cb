"""Reads scenarios from BPMN 2.0 files, with DMN tables beside them. Diagrams are not trusted.

A scenario is a *bundle* of texts: its own process, the shared processes that it calls, and the
decision tables it asks. What BPMN has no words for stands in extension elements of our own
namespace, see ``docs/journeys.md``. Everything is checked here, so that what was accepted runs.
"""

import functools
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import msgspec
from lxml import etree
from SpiffWorkflow.bpmn.exceptions import WorkflowException
from SpiffWorkflow.bpmn.parser.task_parsers import ScriptTaskParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.defaults import ScriptTask, UserTask
from SpiffWorkflow.dmn.parser.BpmnDmnParser import BpmnDmnParser
from SpiffWorkflow.dmn.specs import BusinessRuleTaskMixin

from tingtang.journeys.model import scenario as s
from tingtang.journeys.model.expressions import WrongExpression, compiled, gaps
from tingtang.journeys.model.soundness import BPMN, TT, check_calls, check_file
from tingtang.journeys.model.soundness import wrong as _wrong
from tingtang.kernel.text import Text

NAMESPACES = {"bpmn": BPMN, "tt": TT}

TEXT_MAX = 400_000
"""Characters of one file; the largest scenario that ships is a tenth of it."""
ELEMENTS_MAX = 2_000
FILES_MAX = 40
DEPTH_MAX = 200
TEXTS_KEPT = 512
"""Texts of which what they say is remembered: a few times as many as ship."""

ALLOWED = frozenset(
    {
        "definitions", "process", "extensionElements", "documentation", "incoming", "outgoing",
        "startEvent", "endEvent", "terminateEventDefinition", "sequenceFlow",
        "conditionExpression", "userTask", "serviceTask", "scriptTask", "script",
        "businessRuleTask", "callActivity", "subProcess", "exclusiveGateway", "parallelGateway",
        "inclusiveGateway", "textAnnotation", "text", "association", "laneSet", "lane",
        "flowNodeRef", "collaboration", "participant", "category", "categoryValue", "group",
    }
)  # fmt: skip
"""The elements of BPMN that scenarios may be made of. Timers, messages and signals are not among
them: nothing would fire them, for waiting is what actions do."""


class Scenario(msgspec.Struct, frozen=True):
    """A scenario that can be run: what it is called, its steps by key, and the engine's plan."""

    about: s.ScenarioAbout
    steps: dict[str, s.StepSpec]
    plan: Any
    """SpiffWorkflow's specification of the process."""
    shared: dict[str, Any]
    """The same of every process that it calls."""
    calls: frozenset[str] = frozenset()
    """The actions that it may ask for."""


@functools.lru_cache(maxsize=TEXTS_KEPT)
def about(text: str) -> s.ScenarioAbout:
    """What a scenario's own file says of it; refused (bad_scenario) where it cannot be read."""
    return _about(_process(parsed(text)))


@functools.lru_cache(maxsize=TEXTS_KEPT)
def called(text: str) -> frozenset[str]:
    """Ids of the shared processes and decision tables that this file itself asks for."""
    root = parsed(text)
    found = {e.get("calledElement", "") for e in root.iter(f"{{{BPMN}}}callActivity")}
    return frozenset(found | {_decision(e) for e in root.iter(f"{{{BPMN}}}businessRuleTask")})


def read(scenario: str, bundle: Mapping[str, str]) -> Scenario:
    """The scenario with the id ``scenario`` from the files of ``bundle``; refused (bad_scenario)
    with what is wrong and where.
    """
    if len(bundle) > FILES_MAX:
        raise _wrong(f"超过 {FILES_MAX} 个文件", f"more than {FILES_MAX} files")
    parser = _Parser()
    steps: dict[str, s.StepSpec] = {}
    calls: dict[str, set[str]] = {}
    found: s.ScenarioAbout | None = None
    for name, text in bundle.items():
        root = parsed(text)
        check_file(name, root)
        try:
            if etree.QName(root).namespace != BPMN:
                parser.add_dmn_xml(root, name)
                continue
            process = _process(root)
            _check_loops(process)
            calls[process.get("id", "")] = {
                e.get("calledElement", "") for e in process.iter(f"{{{BPMN}}}callActivity")
            }
            for step in _steps(process):
                steps[step.key] = step
            if process.get("id") == scenario:
                found = _about(process)
            parser.add_bpmn_xml(root, filename=name)
        except (ValidationException, WorkflowException, ValueError, KeyError) as error:
            raise _wrong(f"{name}：{error}", f"{name}: {error}") from None
    if found is None:
        raise _wrong(f"没有流程 {scenario}", f"there is no process {scenario}")
    check_calls(calls)
    try:
        plan = parser.get_spec(scenario)
        shared = parser.get_subprocess_specs(scenario)
    except (ValidationException, WorkflowException, ValueError, KeyError) as error:
        raise _wrong(f"{error}", f"{error}") from None
    except RecursionError:
        raise _wrong("图太长或嵌套太深", "the diagram is too long or too deep") from None
    asked = frozenset(step.action.name for step in steps.values() if step.action is not None)
    return Scenario(found, steps, plan, shared, asked)


class _RuleTask(BusinessRuleTaskMixin, BpmnTaskSpec):  # type: ignore[misc]
    """A decision table that is asked."""


class _RuleTaskParser(TaskParser):  # type: ignore[misc]
    """Reads which table from our own attribute ``tt:decision``."""

    def create_task(self) -> _RuleTask:
        engine = self.process_parser.parser.get_engine(self.get_decision_ref(self.node), self.node)
        return _RuleTask(self.spec, self.bpmn_id, dmnEngine=engine, **self.bpmn_attributes)

    @staticmethod
    def get_decision_ref(node: etree._Element) -> str:
        found: str | None = node.get(f"{{{TT}}}decision")
        if not found:
            where = node.get("id", "")
            raise _wrong(f"{where} 没有 tt:decision", f"{where} has no tt:decision")
        return found


class _Parser(BpmnDmnParser):  # type: ignore[misc]
    """Both kinds of task wait for us: people answer the one, the system the other."""

    OVERRIDE_PARSER_CLASSES: ClassVar = {
        full_tag("userTask"): (TaskParser, UserTask),
        full_tag("serviceTask"): (TaskParser, UserTask),
        full_tag("scriptTask"): (ScriptTaskParser, ScriptTask),
        full_tag("businessRuleTask"): (_RuleTaskParser, _RuleTask),
    }


# -- reading the texts --------------------------------------------------------------------------


def parsed(text: str) -> etree._Element:
    """The tree of a file that holds nothing but what is let in; refused (bad_scenario)."""
    if len(text) > TEXT_MAX:
        raise _wrong(f"文件超过 {TEXT_MAX} 字", f"a file is longer than {TEXT_MAX} characters")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise _wrong(f"不是有效的 XML：{error}", f"not valid XML: {error}") from None
    if root.getroottree().docinfo.doctype:
        raise _wrong("不允许 DOCTYPE", "a DOCTYPE is not allowed")
    if sum(1 for _ in root.iter()) > ELEMENTS_MAX * 10:
        raise _wrong("图太大", "the diagram is too large")
    for element in root.iter(f"{{{BPMN}}}*"):
        name = etree.QName(element).localname
        if name not in ALLOWED:
            raise _wrong(
                f"不支持的元素 {name}（{element.get('id', '')}）",
                f"the element {name} is not supported ({element.get('id', '')})",
            )
    return root


def _process(root: etree._Element) -> etree._Element:
    found = root.findall("bpmn:process", NAMESPACES)
    if len(found) != 1:
        raise _wrong("一个文件应有且只有一个流程", "a file holds exactly one process")
    if not found[0].get("id"):
        raise _wrong("流程没有 id", "the process has no id")
    return found[0]


def _about(process: etree._Element) -> s.ScenarioAbout:
    given = process.find("bpmn:extensionElements/tt:scenario", NAMESPACES)
    attributes: Mapping[str, str] = given.attrib if given is not None else {}
    try:
        channels = tuple(s.Channel(one) for one in attributes.get("channels", "").split())
        identify = tuple(s.Medium(one) for one in attributes.get("identify", "").split())
    except ValueError as error:
        raise _wrong(f"渠道或介质有误：{error}", f"a channel or medium is wrong: {error}") from None
    return s.ScenarioAbout(
        id=process.get("id", ""),
        name=Text(process.get("name", ""), attributes.get("en", "")),
        group=attributes.get("group", ""),
        channels=channels,
        needs=tuple(attributes.get("needs", "").split()),
        words=tuple(attributes.get("words", "").split()),
        identify=identify,
        hours=attributes.get("hours", "always"),
        is_shared=given is None or not channels,
    )


def _steps(process: etree._Element) -> Iterator[s.StepSpec]:
    for kind in ("userTask", "serviceTask"):
        for element in process.iter(f"{{{BPMN}}}{kind}"):
            yield _step(process.get("id", ""), element, is_action=kind == "serviceTask")
    for condition in process.iter(f"{{{BPMN}}}conditionExpression"):
        _check(condition.text or "", process)
    for script in process.iter(f"{{{BPMN}}}script"):
        for _name, value in assignments(script.text or ""):
            _check(value, process)


def assignments(script: str) -> list[tuple[str, str]]:
    """The lines ``name = expression`` of a script task; nothing else is a script here."""
    found = []
    for line in filter(None, map(str.strip, script.splitlines())):
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            raise _wrong(f"脚本只能是“名称 = 表达式”：{line}", f"not 'name = expression': {line}")
        found.append((name.strip(), value.strip()))
    return found


def _step(process: str, element: etree._Element, *, is_action: bool) -> s.StepSpec:
    step_id = element.get("id", "")
    screen_element = element.find("bpmn:extensionElements/tt:screen", NAMESPACES)
    action_element = element.find("bpmn:extensionElements/tt:action", NAMESPACES)
    if is_action and action_element is None:
        raise _wrong(
            f"服务任务 {step_id} 没有 tt:action", f"the service task {step_id} has no tt:action"
        )
    if not is_action and screen_element is None:
        raise _wrong(
            f"用户任务 {step_id} 没有 tt:screen", f"the user task {step_id} has no tt:screen"
        )
    given = action_element if is_action else screen_element
    name = Text(element.get("name", ""), "" if given is None else given.get("en", ""))
    into = (given.get("into") if given is not None else None) or step_id
    if not into.isidentifier():
        raise _wrong(f"{step_id}：名称“{into}”有误", f"{step_id}: {into!r} is no name")
    screen = None if screen_element is None else _screen(screen_element, name, is_action=is_action)
    action = None if action_element is None else _action(action_element)
    return s.StepSpec(
        id=step_id, process=process, name=name, into=into, screen=screen, action=action
    )


def _screen(element: etree._Element, name: Text, *, is_action: bool) -> s.ScreenSpec:
    default = s.ScreenKind.WAIT if is_action else s.ScreenKind.FORM
    titles = [_text(e, element) for e in element.findall("tt:title", NAMESPACES)]
    says = [_text(e, element) for e in element.findall("tt:say", NAMESPACES)]
    buttons = [_text(e, element) for e in element.findall("tt:button", NAMESPACES)]
    try:
        kind = s.ScreenKind(element.get("kind") or default)
    except ValueError as error:
        raise _wrong(str(error), str(error)) from None
    return s.ScreenSpec(
        kind=kind,
        title=titles[0] if titles else name,
        texts=tuple(_text(e, element) for e in element.findall("tt:text", NAMESPACES)),
        say=says[0] if says else Text(""),
        fields=tuple(_field(e) for e in element.findall("tt:field", NAMESPACES)),
        rows=tuple(_row(e) for e in element.findall("tt:row", NAMESPACES)),
        button=buttons[0] if buttons else Text(""),
        actor=element.get("actor", "customer"),
    )


def _text(element: etree._Element, where: etree._Element) -> Text:
    text = Text(element.get("zh", ""), element.get("en", ""))
    for gap in gaps(text.zh) + gaps(text.en):
        _check(gap, where)
    return text


def _field(element: etree._Element) -> s.FieldSpec:
    given = dict(element.attrib)
    for expression in ("options", "default", "when", "least", "most"):
        if given.get(expression):
            _check(given[expression], element)
    try:
        return s.FieldSpec(
            name=given["name"],
            kind=s.FieldKind(given.get("kind", "text")),
            label=Text(given.get("zh", ""), given.get("en", "")),
            hint=Text(given.get("hint_zh", ""), given.get("hint_en", "")),
            required=given.get("required", "true") != "false",
            options=given.get("options", ""),
            default=given.get("default", ""),
            when=given.get("when", ""),
            least=given.get("least", ""),
            most=given.get("most", ""),
            pattern=given.get("pattern", ""),
            length_max=int(given.get("length_max", "200")),
            sensitivity=s.Sensitivity(given.get("sensitivity", "c2")),
        )
    except (KeyError, ValueError) as error:
        raise _wrong(f"字段有误：{error}", f"a field is wrong: {error}") from None


def _row(element: etree._Element) -> s.RowSpec:
    row = s.RowSpec(
        Text(element.get("zh", ""), element.get("en", "")),
        element.get("value", ""),
        element.get("when", ""),
    )
    _check(row.value, element)
    if row.when:
        _check(row.when, element)
    return row


def _action(element: etree._Element) -> s.ActionSpec:
    inputs = {}
    for given in element.findall("tt:input", NAMESPACES):
        inputs[given.get("name", "")] = given.get("value", "")
        _check(given.get("value", ""), element)
    try:
        on_refused = s.OnRefused(element.get("on_refused", "stop"))
    except ValueError as error:
        raise _wrong(str(error), str(error)) from None
    return s.ActionSpec(
        name=element.get("name", ""),
        inputs=inputs,
        on_refused=on_refused,
        needs=element.get("needs", ""),
        secret=tuple(element.get("secret", "").split()),
    )


def _decision(element: etree._Element) -> str:
    return _RuleTaskParser.get_decision_ref(element)


def _check(expression: str, where: etree._Element) -> None:
    try:
        compiled(expression)
    except WrongExpression as error:
        place = where.get("id") or where.get("name") or etree.QName(where).localname
        raise _wrong(f"{place}：{error}", f"{place}: {error}") from None


def _check_loops(process: etree._Element) -> None:
    """A round in which nobody answers anything would be walked for ever: by the engine, or, where the
    system does something in it, by the actions that it asks for again and again.
    """
    waits = {e.get("id") for e in process.iter(f"{{{BPMN}}}userTask")}
    onward: dict[str, list[str]] = {}
    for flow in process.iter(f"{{{BPMN}}}sequenceFlow"):
        source, target = flow.get("sourceRef", ""), flow.get("targetRef", "")
        if source not in waits and target not in waits:
            onward.setdefault(source, []).append(target)
    safe: set[str] = set()
    for start in onward:
        path: list[str] = []
        _walk_from(start, onward, path, safe)


def _walk_from(node: str, onward: dict[str, list[str]], path: list[str], safe: set[str]) -> None:
    if node in safe:
        return
    if node in path:
        loop = " → ".join([*path[path.index(node) :], node])
        raise _wrong(
            f"循环中没有由人回答的步骤：{loop}", f"a loop in which nobody answers anything: {loop}"
        )
    if len(path) > DEPTH_MAX:
        raise _wrong("图太深", "the diagram is too deep")
    path.append(node)
    for other in onward.get(node, ()):
        _walk_from(other, onward, path, safe)
    path.pop()
    safe.add(node)

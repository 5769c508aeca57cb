"""What no file of a scenario may do, whoever drew it: claim what only the platform says, hide another
process, or keep the program busy for ever.
"""

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from tingtang.journeys.model.expressions import WrongExpression, compiled, is_pattern
from tingtang.journeys.model.problems import BAD_SCENARIO
from tingtang.kernel.errors import Refused
from tingtang.kernel.text import Text

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
TT = "urn:tingtang:journeys:1"
RESERVED = frozenset({"kept", "terminal", "branch", "customer", "given", "identify_by"})
"""Names under which the platform itself says what holds: no step and no script says so instead."""
ID = re.compile(r"[\w.-]{1,120}")
OTHER = re.compile(r"(\?)(?=(?:[^'\"]|['\"][^'\"]*['\"])*$)")
"""The engine of tables puts the input in the place of ``?`` wherever it stands in no text."""


def wrong(zh: str, en: str) -> Refused:
    """The file is not valid, and why."""
    return Refused(BAD_SCENARIO, reason=Text(zh, en))


def check_file(name: str, root: etree._Element) -> None:
    """A file is what it is called, each of its ids stands for one thing, and what it sets is its own;
    refused (bad_scenario).
    """
    is_process = etree.QName(root).namespace == BPMN
    if is_process is not name.endswith(".bpmn"):
        raise wrong(f"{name} 的内容与扩展名不符", f"{name} is not what its name says")
    if not is_process:
        _check_table(name, root)
        return
    process = root.find(f"{{{BPMN}}}process")
    if process is None:
        return
    if process.get("id") != name.removesuffix(".bpmn"):
        raise wrong(f"{name} 中的流程名称不同", f"{name} holds a process of another name")
    seen: set[str] = set()
    for element in process.iter(f"{{{BPMN}}}*"):
        found = element.get("id")
        if found is not None and (found in seen or not ID.fullmatch(found)):
            raise wrong(
                f"{name}：编号 {found} 重复或有误", f"{name}: the id {found} is not its own"
            )
        seen.add(found or "")
    for own in _names(process):
        if own in RESERVED:
            raise wrong(f"{name}：{own} 由系统设定", f"{name}: {own} is set by the platform alone")
    for field in process.iter(f"{{{TT}}}field"):
        pattern = field.get("pattern", "")
        if pattern and not is_pattern(pattern):
            raise wrong(f"{name}：格式 {pattern} 有误", f"{name}: {pattern} is no pattern")


def check_calls(calls: Mapping[str, set[str]]) -> None:
    """Shared processes call each other in no circle; refused (bad_scenario)."""
    done: set[str] = set()

    def walk(one: str, path: tuple[str, ...]) -> None:
        if one in path:
            loop = " → ".join([*path, one])
            raise wrong(f"流程互相调用：{loop}", f"processes call each other in a circle: {loop}")
        if one not in done:
            for other in calls.get(one, ()):
                walk(other, (*path, one))
            done.add(one)

    for process in calls:
        walk(process, ())


def _names(process: etree._Element) -> Iterator[str]:
    for element in process.iter(f"{{{TT}}}screen", f"{{{TT}}}action"):
        yield element.get("into", "")
    for kind in ("userTask", "serviceTask"):
        for element in process.iter(f"{{{BPMN}}}{kind}"):
            yield element.get("id", "")
    for script in process.iter(f"{{{BPMN}}}script"):
        for line in (script.text or "").splitlines():
            yield line.partition("=")[0].strip()


def _check_table(name: str, root: etree._Element) -> None:
    """Every cell of a decision table is an expression of ours."""
    space = etree.QName(root).namespace or ""
    if "DMN" not in space.upper():
        raise wrong(f"{name} 既不是 BPMN 也不是 DMN", f"{name} is neither BPMN nor DMN")
    for output in root.iter(f"{{{space}}}output"):
        if output.get("name") in RESERVED:
            found = output.get("name")
            raise wrong(
                f"{name}：{found} 由系统设定", f"{name}: {found} is set by the platform alone"
            )
    for kind in ("inputExpression", "inputEntry", "outputEntry"):
        for element in root.iter(f"{{{space}}}{kind}"):
            text = (element.findtext(f"{{{space}}}text") or "").strip()
            if text or kind == "inputExpression":
                _check_cell(name, kind, text)


def _check_cell(name: str, kind: str, text: str) -> None:
    """As the engine of tables reads it: a value to be equal to, ``< 5``, or a condition over ``?``."""
    readings = [OTHER.sub("v", text)]
    if kind == "inputEntry":
        readings.append(f"v {text}")
    problem = ""
    for reading in readings:
        try:
            compiled(reading)
        except WrongExpression as error:
            problem = problem or str(error)
        else:
            return
    raise wrong(f"{name}：{problem}", f"{name}: {problem}")

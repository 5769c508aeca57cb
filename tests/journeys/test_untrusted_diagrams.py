"""Diagrams that mean harm: none hangs the program, hides what it changes, or claims what is not so."""

import time
from collections.abc import Mapping

import pytest

from tests.journeys.conftest import Office
from tests.journeys.flows import HEAD, TAIL, asks, calls, line
from tingtang.journeys.library import shipped
from tingtang.journeys.model.answers import checked
from tingtang.journeys.model.bpmn import read
from tingtang.journeys.model.engine import Run
from tingtang.journeys.model.scenario import FieldKind, FieldSpec, ScreenKind, ScreenSpec
from tingtang.kernel.errors import Refused
from tingtang.kernel.text import Text

NAME = 'name="name" zh="姓名" en="Name"'
ASK = asks("ask", NAME)
DMN = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" '
    'namespace="n"><decision id="t" name="t"><decisionTable id="dt" hitPolicy="FIRST">'
    '<input id="i"><inputExpression id="ie" typeRef="number"><text>{input}</text>'
    '</inputExpression></input><output id="o" name="found" typeRef="string"/>'
    '<rule id="r"><inputEntry id="e"><text>{cell}</text></inputEntry>'
    '<outputEntry id="oe"><text>{output}</text></outputEntry></rule></decisionTable></decision>'
    "</definitions>"
)
RULE = '<bpmn:businessRuleTask id="rule" tt:decision="t"/>'


def run(files: Mapping[str, str], scenario: str = "x") -> Run:
    return Run(read(scenario, files), {"given": {}, "terminal": {}})


def script(*lines: str) -> str:
    text = "\n".join(lines)
    return f'<bpmn:scriptTask id="s"><bpmn:script>{text}</bpmn:script></bpmn:scriptTask>'


def forks(stages: int) -> str:
    """Tokens double at every stage: split in two, and never joined."""
    parts, flows = ['<bpmn:startEvent id="start"/>'], []
    last = "start"
    for n in range(stages):
        parts += [
            f'<bpmn:scriptTask id="p{n}"><bpmn:script>a = 1</bpmn:script></bpmn:scriptTask>',
            f'<bpmn:exclusiveGateway id="a{n}"/><bpmn:exclusiveGateway id="b{n}"/>',
            f'<bpmn:exclusiveGateway id="m{n}"/>',
        ]
        flows += [(last, f"p{n}"), (f"p{n}", f"a{n}"), (f"p{n}", f"b{n}")]
        flows += [(f"a{n}", f"m{n}"), (f"b{n}", f"m{n}")]
        last = f"m{n}"
    parts.append('<bpmn:endEvent id="end"/>')
    flows.append((last, "end"))
    drawn = "".join(
        f'<bpmn:sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>'
        for n, (a, b) in enumerate(flows)
    )
    return HEAD.format(id="x", name="x") + "".join(parts) + drawn + TAIL


LISTED = "[" + ",".join(map(str, range(200))) + "]"
HARMFUL = {
    "expressions that go round in rounds": {
        "x.bpmn": line("x", script(f"a = {LISTED}.map(b, {LISTED}.map(c, {LISTED}.map(d, 1)))"))
    },
    "the same behind a comment": {
        "x.bpmn": line(
            "x", script(f"a = {LISTED}.map(b, {LISTED}.map (c, {LISTED}.map // x\u2028(d, 1)))")
        )
    },
    "a text that doubles": {"x.bpmn": line("x", script("a = 'aaaaaaaa'", *["a = a + a"] * 60))},
    "a list that doubles": {"x.bpmn": line("x", script("a = [1]", *["a = [a, a]"] * 60))},
    "tokens that double": {"x.bpmn": forks(40)},
    "a process that calls itself": {"x.bpmn": line("x", calls("again", "x"))},
    "two that call each other": {
        "x.bpmn": line("x", calls("to_y", "y")), "y.bpmn": line("y", calls("to_x", "x"), about=""),
    },
    "a very long line": {"x.bpmn": line("x", *(asks(f"a{n}", NAME) for n in range(1_500)))},
    "what the platform sets": {"x.bpmn": line("x", script("kept = {'identity': {}}"), ASK)},
    "the same as an answer": {"x.bpmn": line("x", asks("ask", NAME, attributes='into="terminal"'))},
    "one id twice": {"x.bpmn": line("x", ASK, asks("ask", NAME))},
    "an id that looks like another's": {"x.bpmn": line("x", asks("ask/me", NAME))},
    "another's process under this name": {"x.bpmn": line("x", ASK), "y.bpmn": line("z", ASK)},
    "a process that is called a table": {"x.bpmn": line("x", ASK), "y.dmn": line("y", ASK)},
    "a pattern that is none": {"x.bpmn": line("x", asks("ask", NAME + ' pattern="(a"'))},
    "a table without a question": {
        "x.bpmn": line("x", RULE, ASK), "t.dmn": DMN.format(input="", cell="1", output="'a'"),
    },
    "a cell in another language": {
        "x.bpmn": line("x", RULE, ASK),
        "t.dmn": DMN.format(input="1", cell="__import__('os').system('true') or (", output="'a'"),
    },
    "an answer in another language": {
        "x.bpmn": line("x", RULE, ASK), "t.dmn": DMN.format(input="1", cell="1", output="lambda: 1"),
    },
}  # fmt: skip


@pytest.mark.shows("R015", part="uploaded diagrams are not trusted")
@pytest.mark.parametrize("files", HARMFUL.values(), ids=HARMFUL)
def test_what_means_harm_is_refused_with_words(files: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        run(files)
    assert refused.value.code == "bad_scenario"


def test_what_ships_means_none() -> None:
    for scenario, files in shipped().items():
        assert read(scenario, files).about.id == scenario


def test_a_pattern_is_matched_in_no_more_time_than_the_text_is_long() -> None:
    field = FieldSpec(name="n", kind=FieldKind.TEXT, label=Text("号码"), pattern="(a+)+")
    spec = ScreenSpec(kind=ScreenKind.FORM, title=Text("号码"), fields=(field,))
    began = time.process_time()
    with pytest.raises(Refused, match="does not look right"):
        checked(spec, {}, {"n": "a" * 60 + "b"})
    assert time.process_time() - began < 60, "a pattern that goes back over the text takes years"
    assert checked(spec, {}, {"n": "aaa"}) == {"n": "aaa"}


async def test_a_draft_hides_no_other_process(office: Office) -> None:
    """The second person is shown the scenario's own files: others in the bundle they would not see."""
    drawer = (await office.staff("gao.mingyuan")).http
    own = line("greet", calls("who", "shared_identify"), ASK)
    anyone = line("shared_identify", asks("claim", NAME), about="")
    files = {"greet.bpmn": own, "shared_identify.bpmn": anyone}
    path = "/api/designer/scenarios/greet"
    for what in ("drafts", "check", "trial"):
        answer = await drawer.post(f"{path}/{what}", json={"files": files})
        assert "shared_identify.bpmn" in answer.text, what
        assert answer.status_code == 422 or answer.json()["findings"][0]["weight"] == "fault"
    assert (await drawer.post(f"{path}/drafts", json={"files": {"greet.bpmn": own}})).is_success

"""Scenarios are drawn, checked, tried, and released by a second person; diagrams are not trusted."""

import httpx
import pytest
from lxml import etree

from tests.journeys.conftest import Office
from tests.journeys.flows import asks, calls, does, line
from tingtang.journeys.designer.layout import columns, with_layout
from tingtang.journeys.designer.model import Weight, look_over
from tingtang.journeys.library import bundles, shipped
from tingtang.journeys.model.bpmn import ELEMENTS_MAX, TEXT_MAX, read
from tingtang.journeys.model.engine import Run
from tingtang.journeys.model.expressions import WrongExpression
from tingtang.journeys.model.screens import screen
from tingtang.kernel.errors import Refused

NAME = 'name="name" zh="姓名" en="Name"'
FIRST = line("greet", asks("ask", NAME), asks("hello", title="{ask.name}，您好"))
SECOND = line("greet", asks("ask", NAME), asks("hello", title="欢迎 {ask.name}"))
FILES = {"files": {"greet.bpmn": FIRST}}
ONE = "/api/designer/scenarios/greet"
TO_COME = frozenset({"offer"})
"""Actions that scenarios ask for and later features bring; until then each is refused, and the
scenario goes on."""


async def _two(office: Office) -> tuple[httpx.AsyncClient, httpx.AsyncClient]:
    """Two people of head office: one who draws, one who releases."""
    return (await office.staff("gao.mingyuan")).http, (await office.staff("luo.shuyu")).http


@pytest.mark.shows("R015")
async def test_drawn_tried_and_released_by_two_people(office: Office) -> None:
    drawer, other = await _two(office)
    saved = await drawer.post(f"{ONE}/drafts", json={**FILES, "note": "第一版"})
    assert saved.status_code == 201, saved.text
    version = saved.json()["version"]
    again = await drawer.post(f"{ONE}/drafts", json={"files": {"greet.bpmn": SECOND}})
    assert again.json()["version"] == version, "one draft a person"
    early = await other.post(f"{ONE}/versions/{version}/release")
    assert early.json()["error"]["code"] == "not_submitted"
    assert (await drawer.post(f"{ONE}/versions/{version}/submit")).status_code == 201
    own = await drawer.post(f"{ONE}/versions/{version}/release")
    assert own.json()["error"]["code"] == "release_own_work"
    assert (await other.post(f"{ONE}/versions/{version}/release")).status_code == 201
    kiosk = await office.kiosk()
    view = await kiosk.answer(await kiosk.begin("greet"), name="王小明")
    assert view["screen"]["title"]["zh"] == "欢迎 王小明"
    listed = (await drawer.get("/api/designer/versions?scenario=greet")).json()["versions"]
    assert [(one["state"], one["in_force"]) for one in listed] == [("released", True)]


async def test_a_trial_asks_nothing_real(office: Office) -> None:
    send = office.play("test.send")
    drawer, _ = await _two(office)
    flow = line("pay", asks("ask", NAME), does("send", "test.send", who="ask.name"),
                asks("end_screen", title="凭证 {send.voucher}"))  # fmt: skip
    body = {"files": {"pay.bpmn": flow}, "given": []}
    path = "/api/designer/scenarios/pay/trial"
    trial = (await drawer.post(path, json=body)).json()
    assert trial["screen"]["fields"][0]["name"] == "name"
    body["given"].append({"step": trial["steps"][0], "values": {"name": "王小明"}})
    trial = (await drawer.post(path, json=body)).json()
    assert (trial["action"], trial["inputs"]) == ("test.send", ["who"])
    body["given"].append({"step": trial["steps"][0], "values": {"voucher": "V9"}})
    trial = (await drawer.post(path, json=body)).json()
    assert trial["screen"]["title"]["zh"] == "凭证 V9"
    assert not send.calls


async def test_faults_are_named_and_keep_it_from_release(office: Office) -> None:
    drawer, _ = await _two(office)
    flow = line("pay", does("send", "no.such_action"))
    files = {"files": {"pay.bpmn": flow}}
    found = (await drawer.post("/api/designer/scenarios/pay/check", json=files)).json()["findings"]
    assert [one["words"]["zh"] for one in found if one["weight"] == "fault"] == [
        "没有动作 no.such_action"
    ]
    version = (await drawer.post("/api/designer/scenarios/pay/drafts", json=files)).json()[
        "version"
    ]
    refused = await drawer.post(f"/api/designer/scenarios/pay/versions/{version}/submit")
    assert refused.json()["error"]["code"] == "scenario_has_faults"


def _bad(inside: str) -> str:
    return FIRST.replace("</bpmn:process>", f"{inside}</bpmn:process>")


@pytest.mark.parametrize(
    "text",
    [
        "not xml",
        "<a/>",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + FIRST,
        FIRST.replace("您好", "&e;"),
        _bad(
            '<bpmn:scriptTask id="s"><bpmn:script>__import__("os").system("id")</bpmn:script></bpmn:scriptTask>'
        ),
        _bad('<bpmn:intermediateCatchEvent id="t"/>'),
        _bad('<bpmn:userTask id="u"/>'),
        FIRST.replace("{ask.name}", "{ask.name +}"),
        FIRST.replace('name="name"', 'name="name" kind="film"'),
        FIRST.replace(
            "</bpmn:process>",
            '<bpmn:exclusiveGateway id="g1"/><bpmn:exclusiveGateway id="g2"/>'
            '<bpmn:sequenceFlow id="l1" sourceRef="g1" targetRef="g2"/>'
            '<bpmn:sequenceFlow id="l2" sourceRef="g2" targetRef="g1"/></bpmn:process>',
        ),
        "x" * (TEXT_MAX + 1),
        _bad("<bpmn:documentation/>" * (ELEMENTS_MAX * 11)),
    ],
)
def test_what_is_not_let_in_is_refused_with_words(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read("greet", {"greet.bpmn": text})
    assert refused.value.code == "bad_scenario"
    assert refused.value.message("zh")


def test_a_gap_in_a_text_reaches_nothing_outside() -> None:
    text = FIRST.replace("{ask.name}，您好", "{__import__('os').getcwd()}")
    run = Run(read("greet", {"greet.bpmn": text}), {})
    run.give(run.waiting()[0].key, {"name": "x"}, {})
    first = run.waiting()[0]
    with pytest.raises(WrongExpression):
        screen(first.key, first.step.screen, run.known(first.key))


def test_what_has_no_drawing_gets_one_with_every_box_in_its_own_place() -> None:
    drawn = etree.fromstring(with_layout(FIRST).encode())
    space = {"di": "http://www.omg.org/spec/BPMN/20100524/DI"}
    shapes = drawn.findall(".//di:BPMNShape", space)
    assert {one.get("bpmnElement") for one in shapes} == {"start", "ask", "hello", "end"}
    places = [tuple(one[0].attrib.values()) for one in shapes]
    assert len(set(places)) == len(places)
    assert len(drawn.findall(".//di:BPMNEdge", space)) == 3
    assert with_layout(with_layout(FIRST)) == with_layout(FIRST)


def test_boxes_stand_right_of_all_before_them_and_rounds_end() -> None:
    found = columns({"a": ["b", "c"], "b": ["c"], "c": ["b", "d"]}, ["a"])
    assert found["a"] == 0
    assert found["d"] > found["c"]


async def test_what_ships_is_sound(office: Office) -> None:
    names = frozenset(action.name for action in office.actions.all()) | TO_COME
    assert shipped()
    for name, bundle in shipped().items():
        faults = [f for f in look_over(name, bundle, names) if f.weight is Weight.FAULT]
        assert not faults, name


def test_a_bundle_holds_all_that_is_called() -> None:
    files = {
        "greet.bpmn": line("greet", calls("who", "shared_name")),
        "shared_name.bpmn": line("shared_name", asks("ask", NAME), about=""),
        "other.bpmn": line("other", asks("ask", NAME)),
    }
    assert set(bundles(files)["greet"]) == {"greet.bpmn", "shared_name.bpmn"}

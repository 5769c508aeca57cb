"""Who may act, by the rules: minors with their guardian, agents with both papers, faces only by wish."""

from typing import Any

import pytest

from tests.journeys.flows import calls, line
from tests.journeys.scenarios.cases import AGENTS
from tingtang.bank.reference.model.agents import BY_AGENT
from tingtang.journeys.library import closure, shipped
from tingtang.journeys.model.bpmn import read
from tingtang.journeys.model.engine import Run
from tingtang.journeys.model.expressions import evaluate
from tingtang.journeys.model.scenario import Channel
from tingtang.journeys.model.screens import screen

ADULT = {
    "customer": "c1", "name": "王小明", "id_kind": "resident", "id_number": "110101199003077758",
    "is_minor": False, "guardian": "", "phone": "13900000000", "risk_level": 0, "risks": [],
}  # fmt: skip
CHILD = {**ADULT, "customer": "c9", "name": "王小宝", "is_minor": True, "guardian": "c1"}
OTHER_NUMBER = "370102198506150026"
KIOSK = {"channel": "kiosk", "modules": ["id_reader", "camera"], "has_machine": True}
COUNTER = {"channel": "counter", "modules": [], "has_machine": False}
READ = {"id_kind": "resident", "id_number": "110101199003077758", "name": "王小明", "is_chip": True}


class Played:
    """One shared process, step by step."""

    def __init__(self, process: str, identity: dict, terminal: dict, **more: Any) -> None:
        files = {**shipped()[process], "try.bpmn": line("try", calls("p", process))}
        self.terminal = terminal
        known = {"given": {}, "customer": "", "branch": "east", "terminal": terminal, **more}
        known |= {"identity": identity, "read": {}, "checked": {}}
        self.run = Run(read("try", closure("try", files)), known)
        self.path: list[str] = []

    @property
    def step(self) -> str:
        """The step that waits; empty where none does."""
        waiting = self.run.waiting()
        return waiting[0].step.id if waiting else ""

    def give(self, step: str, **answer: Any) -> "Played":
        assert self.step == step, self.step
        self.path.append(step)
        self.run.give(self.run.waiting()[0].key, answer, self.terminal)
        return self

    def inputs(self) -> dict[str, Any]:
        waiting = self.run.waiting()[0]
        known = self.run.known(waiting.key)
        assert waiting.step.action is not None
        return {name: evaluate(x, known) for name, x in waiting.step.action.inputs.items()}

    def shown(self) -> Any:
        waiting = self.run.waiting()[0]
        assert waiting.step.screen is not None
        return screen(waiting.key, waiting.step.screen, self.run.known(waiting.key))

    def fields(self) -> dict[str, bool]:
        """What the screen asks for, and whether it must be given."""
        return {one.name: one.required for one in self.shown().fields}

    def proposed(self) -> dict[str, Any]:
        """What stands in the fields already."""
        return {one.name: one.value for one in self.shown().fields}

    def title(self) -> str:
        return str(self.shown().title.zh)

    def evidence(self) -> dict[str, Any]:
        rows = self.inputs()["evidence"]
        return {one["zh"]: one.get("value", one.get("picture")) for one in rows}


def identified(played: Played, customer: str) -> Played:
    """The guardian's card is read, checked, and found."""
    return (
        played.give("ask_guardian")
        .give("read", **READ)
        .give("check", result="00", matches=True, photo="")
        .give("find", customer=customer, name="王小明", is_minor=False)
    )


@pytest.mark.shows("R106", part="a minor's face is never asked for")
def test_a_minor_is_never_asked_for_a_picture_of_the_face() -> None:
    played = Played("shared_face", CHILD, KIOSK).give("agreed", given=False)
    assert played.step == "look_at"
    assert played.inputs()["risks"] == ["in_person"]


@pytest.mark.shows("R106", part="the other way ends as well, and the outcome is the same")
def test_whoever_wants_no_picture_is_seen_by_a_person_and_goes_on() -> None:
    played = Played("shared_face", ADULT, KIOSK).give("consent", way="person")
    played.give("agreed", given=False).give("look_at", approved_by=["s1"])
    assert played.run.is_over
    assert played.run.result["faced"] == "c1"
    assert not {"live", "snap", "match", "compare"} & set(played.path)


def test_a_person_compares_whatever_the_machine_says_unless_policy_lets_it() -> None:
    near = {"outcome": "near", "is_near": True, "may_skip": False, "zh": "相近", "en": "near"}
    for found in (near, {"refused": True, "zh": "未比对", "en": "not compared"}):
        played = Played("shared_face", ADULT, KIOSK).give("consent", way="face")
        played.give("agreed", given=True).give("live", photo="QUJD").give("match", **found)
        assert played.step == "compare"
        assert played.evidence()["机器比对"] == found["zh"]
    played = Played("shared_face", ADULT, KIOSK).give("consent", way="face")
    played.give("agreed", given=True).give("live", photo="QUJD")
    played.give("match", **{**near, "may_skip": True})
    assert played.run.is_over


@pytest.mark.shows("R092", part="the guardian on record, the household book, and a second person")
def test_a_child_comes_with_the_guardian_on_record_and_a_person_sees_the_book() -> None:
    played = identified(Played("shared_guardian", CHILD, KIOSK), "c1")
    assert played.step == "relation"
    assert played.fields() == {"as": True, "book": True, "agree": True}
    played.give("relation", **{"as": "parent", "book": "QUJD", "agree": True})
    assert played.inputs()["risks"] == ["minor"]
    assert played.evidence()["户口簿"] == "QUJD"
    played.give("confirm_guardian", approved_by=["s1"])
    assert played.run.is_over
    assert played.run.result["identity"]["customer"] == "c9"
    assert played.run.result["guardian"]["customer"] == "c1"


def test_another_adult_is_not_the_guardian() -> None:
    played = identified(Played("shared_guardian", CHILD, KIOSK), "c2")
    assert played.step == "other_guardian"
    assert played.give("other_guardian").step == "ask_guardian"


OTHER = {
    "id_kind": "resident", "id_number": OTHER_NUMBER, "name": "李四光", "picture": None,
    "agreed": None,
}  # fmt: skip
MORE = {"phone": "13900000001", "why": "住院"}
AGREES = {"result": "00", "matches": True, "zh": "一致", "en": "match"}


def at_counter() -> Played:
    return Played("shared_agent", ADULT, COUNTER).give("who_comes", who="agent")


@pytest.mark.shows("R071", part="an agent with both papers (储蓄管理条例 art. 29)")
def test_an_agent_shows_both_papers_and_a_second_person_sees_them() -> None:
    played = at_counter().give("seen", **OTHER)
    assert played.inputs() == {
        "id_kind": "resident", "id_number": OTHER_NUMBER, "name": "李四光"
    }  # fmt: skip
    played.give("check", **AGREES).give("agent_more", **MORE)
    assert played.inputs()["risks"] == ["agent"]
    seen = played.evidence()
    assert (seen["存款人"], seen["代办人"], seen["代办原因"]) == ("王小明", "李四光", "住院")
    assert OTHER_NUMBER not in str(seen)
    played.give("agent_yes", approved_by=["s1"])
    assert played.run.is_over
    assert played.run.result["identity"]["customer"] == "c1"
    assert played.run.result["agent"]["name"] == "李四光"


def test_an_agents_paper_is_read_from_a_picture_where_they_agree_to_it() -> None:
    played = at_counter()
    assert "代办人" in played.title()
    played.give(
        "seen", **{**OTHER, "id_number": None, "name": None, "picture": "QUJD", "agreed": True}
    )
    assert played.inputs() == {"picture": "QUJD", "kind": "resident"}
    read = {
        "id_number": OTHER_NUMBER,
        "name": "李四光",
        "zh": "请核对",
        "en": "Compare",
        "doubts": [],
    }
    played.give("seen_ocr", **read)
    played.give("seen_read", id_kind="resident", id_number=OTHER_NUMBER, name="李四光")
    played.give("check", **AGREES).give("agent_more", **MORE).give("agent_yes", approved_by=["s1"])
    assert played.run.result["agent"]["id_number"] == OTHER_NUMBER


def test_what_was_read_of_the_depositor_is_not_mixed_with_the_agents() -> None:
    played = at_counter().give("seen", **OTHER).give("check", **AGREES, photo="QUJD")
    played.give("agent_more", **MORE).give("agent_yes", approved_by=["s1"])
    assert played.run.result["checked"] == {}
    # What the customer filled in before is not proposed for the agent.
    filled = Played("shared_agent", ADULT, COUNTER, given={"id_number": ADULT["id_number"]})
    assert filled.give("who_comes", who="agent").proposed()["id_number"] is None


def test_no_agent_where_nobody_sees_them_and_none_for_a_minor() -> None:
    for identity, terminal in ((ADULT, KIOSK), (CHILD, COUNTER)):
        assert Played("shared_agent", identity, terminal).run.is_over


def test_an_agents_paper_is_another_persons_and_the_register_agrees() -> None:
    same = at_counter().give("seen", **{**OTHER, "id_number": ADULT["id_number"]})
    assert same.give("check", **AGREES).step == "same_person"
    assert same.give("same_person").step == "who_comes"
    wrong = at_counter().give("seen", **OTHER)
    wrong.give("check", result="02", matches=False, zh="姓名不符", en="another name")
    assert wrong.step == "agent_wrong"
    silent = at_counter().give("seen", **OTHER)
    silent.give("check", refused=True, zh="无应答", en="no answer").give("agent_more", **MORE)
    assert silent.evidence()["联网核查结果"] == "unknown"
    assert silent.inputs()["risks"] == ["agent", "unchecked"]


def test_whatever_an_agent_may_do_names_the_agent_to_the_bank() -> None:
    found = 0
    for name, files in shipped().items():
        if "shared_agent.bpmn" not in files or "channels=" not in files[f"{name}.bpmn"]:
            continue
        for step in read(name, closure(name, files)).steps.values():
            if step.action is not None and step.action.name == "bank.trade":
                found += 1
                assert "agent" in step.action.inputs, (name, step.id)
    assert found


@pytest.mark.shows(
    "R068", part="by an agent at counter and PAD (储蓄管理条例 art. 30, 若干规定 art. 37)"
)
def test_what_the_bank_lets_an_agent_do_one_is_asked_for_wherever_they_are_seen() -> None:
    """But where the business is named as the customer's own: without a card, by their paper."""
    allowed = {x.name for x in BY_AGENT}
    asked, not_asked = set(), set()
    for name, files in shipped().items():
        if not any(f"'{trade}'" in text for text in files.values() for trade in allowed):
            continue
        about = read(name, closure(name, files))
        if not {Channel.PAD, Channel.COUNTER} & set(about.about.channels):
            continue
        trades = {
            x.action.inputs["trade"].strip("'")
            for x in about.steps.values()
            if x.action is not None and x.action.name == "bank.trade"
        }
        if trades & allowed:
            (asked if "shared_agent.bpmn" in files else not_asked).add(name)
    assert asked == set(AGENTS)
    assert not_asked == {"nocard_card_loss", "nocard_term_withdraw"}

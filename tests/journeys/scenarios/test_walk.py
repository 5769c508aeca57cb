"""Every scenario is walked from its start to its end, in many ways, until every branch was taken."""

from functools import cache
from random import Random

import pytest
from lxml import etree

from tests.journeys.scenarios.played import World, terminal
from tingtang.journeys.library import shipped
from tingtang.journeys.model.answers import checked
from tingtang.journeys.model.bpmn import NAMESPACES, Scenario, read
from tingtang.journeys.model.engine import Run
from tingtang.journeys.model.expressions import evaluate
from tingtang.journeys.model.scenario import OnRefused, ScreenKind
from tingtang.journeys.model.screens import screen
from tingtang.journeys.model.soundness import BPMN, TT

WALKS = 2
SEEDS_MAX = 200
STEPS_MAX = 200
JUST_KNOWN = {
    "customer": "c1", "name": "王小明", "id_kind": "resident", "id_number": "110101199003077758",
    "is_minor": False, "guardian": "", "phone": "13900000000", "risk_level": 2, "risks": [],
}  # fmt: skip
Branch = tuple[str, str, str]
"""Process, from, to."""


@cache
def scenarios() -> dict[str, Scenario]:
    """All that customers are offered."""
    found = {name: read(name, bundle) for name, bundle in shipped().items()}
    return {name: one for name, one in found.items() if not one.about.is_shared}


def walk(scenario: Scenario, seed: int) -> tuple[Run, list[str]]:
    """One walk to the end; the steps in their order."""
    random = Random(seed)
    world = World(random)
    channels = scenario.about.channels
    here = terminal(random, channels[seed % len(channels)].value)
    given = {"amount": 30_000_00, "name": "王小明"} if seed % 2 else {}
    # One in three goes on from a journey just ended, with whom it knew.
    kept = {"identity": JUST_KNOWN, "faced": "c1"} if seed % 3 == 2 else {}
    known = {"given": given, "customer": "", "branch": "east", "terminal": here, "kept": kept}
    run = Run(scenario, known)
    path: list[str] = []
    while not run.is_over:
        assert len(path) < STEPS_MAX, path[-30:]
        waiting = run.waiting()[0]
        step, known = waiting.step, run.known(waiting.key)
        path.append(step.key)
        shown = None if step.screen is None else screen(waiting.key, step.screen, known)
        if step.action is None:
            assert step.screen is not None
            assert shown is not None
            if step.id == "move":
                here = {**here, "modules": ["keypad"]}
            answer = checked(step.screen, known, world.answer(shown))
            run.give(waiting.key, answer, here)
            continue
        inputs = {name: evaluate(value, known) for name, value in step.action.inputs.items()}
        world.asked += 1
        outcome = world.outcome(step.action.name, inputs)
        if outcome.get("refused") and step.action.on_refused is OnRefused.STOP:
            outcome = world.outcome(step.action.name, inputs)
        run.give(waiting.key, outcome, here)
    return run, path


def taken(run: Run) -> set[Branch]:
    """The ways that a run went, between tasks of one process."""
    found = set()
    for task in run._flow.get_tasks():
        if (
            task.parent is None
            or not task.has_state(64)
            or task.parent.workflow is not task.workflow
        ):
            continue
        start, end = task.parent.task_spec.name, task.task_spec.name
        found.add((task.workflow.spec.name, start, end))
    return found


def branches() -> set[Branch]:
    """What leaves the exclusive gateways of all files that ship."""
    found = set()
    for bundle in shipped().values():
        for name, text in bundle.items():
            if not name.endswith(".bpmn"):
                continue
            root = etree.fromstring(text.encode())
            process = root.find("bpmn:process", NAMESPACES)
            assert process is not None
            gates = {one.get("id") for one in process.findall("bpmn:exclusiveGateway", NAMESPACES)}
            for flow in process.findall("bpmn:sequenceFlow", NAMESPACES):
                if flow.get("sourceRef") in gates:
                    found.add((process.get("id"), flow.get("sourceRef"), flow.get("targetRef")))
    return found


OFFERED = sorted(
    name for name, bundle in shipped().items() if "channels=" in bundle[f"{name}.bpmn"]
)


@pytest.mark.parametrize("name", OFFERED)
def test_it_is_walked_to_its_end(name: str) -> None:
    scenario = scenarios()[name]
    for seed in range(WALKS):
        run, path = walk(scenario, seed)
        assert run.is_over
        assert len(path) > 1


def test_every_branch_of_every_file_is_taken() -> None:
    """No way is written down that nobody can go."""
    missing = branches()
    for seed in range(SEEDS_MAX):
        for process in sorted({one[0] for one in missing}):
            if any(one[0] == process for one in missing):
                name = Random(f"{process} {seed}").choice(users_of(process))
                run, _ = walk(scenarios()[name], seed)
                missing -= taken(run)
    assert not missing


@cache
def users_of(process: str) -> tuple[str, ...]:
    """Business that runs through a process; more often what lets somebody be known in several ways,
    which has most to go through.
    """
    users = [name for name in OFFERED if f"{process}.bpmn" in shipped_files(name)]
    return (*users, *[name for name in users if scenarios()[name].about.identify] * 4)


@cache
def shipped_files(name: str) -> frozenset[str]:
    return frozenset(shipped()[name])


def test_at_least_sixty_are_offered_and_each_has_its_words() -> None:
    assert len(OFFERED) >= 60
    for scenario in scenarios().values():
        about = scenario.about
        assert about.name.zh, about.id
        assert about.name.en, about.id
        assert about.group, about.id
        assert about.words, about.id
        for step in scenario.steps.values():
            if step.screen is not None:
                assert step.screen.title.en, step.key
                assert all(text.en for text in step.screen.texts), step.key
                assert all(field.label.en for field in step.screen.fields), step.key
                assert all(row.label.en for row in step.screen.rows), step.key


def test_what_moves_something_is_reviewed_first_and_told_after() -> None:
    for scenario in scenarios().values():
        if "bank.trade" not in scenario.calls:
            continue
        kinds = {step.screen.kind for step in scenario.steps.values() if step.screen is not None}
        assert {ScreenKind.REVIEW, ScreenKind.RECEIPT} <= kinds, scenario.about.id


@pytest.mark.shows("R078", part="13 scenes")
def test_thirteen_scenes_are_for_papers_of_hong_kong_macao_and_taiwan() -> None:
    found = [one for one in scenarios().values() if one.about.group == "hk_macao_taiwan"]
    assert len(found) == 13
    for scenario in found:
        run, path = walk(scenario, 0)
        assert run.is_over
        assert "shared_identify_hkmt/which_one" in path


@pytest.mark.shows("R080", part="8 groups, 21 scenes")
def test_twenty_one_scenes_need_an_identity_card_and_no_bank_card() -> None:
    found = [one for one in scenarios().values() if one.about.group == "no_card"]
    assert len(found) == 21
    for scenario in found:
        assert "machine.read_card" not in scenario.calls
        run, path = walk(scenario, 0)
        assert run.is_over
        assert any(step.startswith("shared_paper/") for step in path)


BY_PAPER_ALONE = (
    "open",
    "loss",
    "reset",
    "unlock",
    "unfreeze",
    "replace",
    "renew",
    "apply",
    "bind",
)


@pytest.mark.shows("R107", part="never for openings, losses and resets")
def test_a_card_or_a_book_identifies_nobody_for_openings_losses_and_resets() -> None:
    by_medium = {name for name, one in scenarios().items() if one.about.identify}
    assert len(by_medium) >= 10
    assert not [x for x in by_medium if any(word in x for word in BY_PAPER_ALONE)]
    for name in by_medium:
        assert "medium.check" in scenarios()[name].calls


PAYS = {"transfer", "cash.withdraw", "product.buy", "term.open", "credit.repay"}
ASKED = {"shared_pin", "shared_authorise", "shared_sign"}


def test_nobody_is_asked_for_what_the_bank_would_decline() -> None:
    """On every way to a PIN, a signature or a yes the bank has said that the account may pay."""
    seen = set()
    files = {name: text for bundle in shipped().values() for name, text in bundle.items()}
    for name, text in files.items():
        process = etree.fromstring(text.encode()).find(f"{{{BPMN}}}process")
        if process is None:
            continue
        inputs = {x.get("value", "").strip("'") for x in process.iter(f"{{{TT}}}input")}
        if not inputs & PAYS:
            continue
        seen |= inputs & PAYS
        onward: dict[str, set[str]] = {}
        for flow in process.iter(f"{{{BPMN}}}sequenceFlow"):
            onward.setdefault(flow.get("sourceRef", ""), set()).add(flow.get("targetRef", ""))
        reached, ahead = set(), {"start"}
        while ahead:
            one = ahead.pop()
            reached.add(one)
            ahead |= onward.get(one, set()) - reached - {"may"}
        asked = {
            x.get("id") for x in process.iter(f"{{{BPMN}}}callActivity")
            if x.get("calledElement") in ASKED
        }  # fmt: skip
        assert asked, name
        assert not asked & reached, name
    assert seen == PAYS

"""A second person's yes: asked by policy, given by another, never twice by one."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.golden_events import lines
from tests.http.world import open_world
from tests.journeys.conftest import Office, Terminal, until
from tests.journeys.flows import asks, does, line
from tingtang.journeys.authorisation import model as m
from tingtang.journeys.authorisation.patterns import Habits, PatternRules, look
from tingtang.journeys.authorisation.policy import RULES, Asked, Mode, Rule, choose
from tingtang.journeys.authorisation.service import Authorisations
from tingtang.journeys.model.scenario import Channel
from tingtang.journeys.model.state import Status
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import JourneyId, StaffId
from tingtang.kernel.text import Text

AMOUNT = 'name="amount" kind="amount" zh="金额"'
FILES = {
    "pay.bpmn": line(
        "pay",
        asks("enter", AMOUNT),
        does(
            "ask",
            "authorise",
            'into="authorisation"',
            amount="enter.amount",
            evidence="[{'zh': '金额', 'value': yuan(enter.amount)}]",
        ),
        does("send", "test.send", yes="authorisation.approved_by"),
        asks("receipt", attributes='kind="receipt"'),
    )
}
RISKY = {
    "risky.bpmn": line(
        "risky",
        asks("enter", AMOUNT),
        does("ask", "authorise", 'into="authorisation"', amount="enter.amount", kind="'transfer'",
             needed="false", evidence="[]"),
        does("send", "test.send", yes="authorisation.approved_by"),
        asks("receipt", attributes='kind="receipt"'),
    ),
    "seen.bpmn": line(
        "seen",
        asks("enter", AMOUNT),
        does("ask", "authorise", risks="['in_person']", evidence="[]"),
        asks("receipt", attributes='kind="receipt"'),
    ),
}  # fmt: skip
LOBBY, TELLER, MANAGER = "lin.xiaolan", "chen.yutong", "zhao.mingyuan"


def asked(**more: object) -> Asked:
    return msgspec.convert({"scenario": "any", "channel": "kiosk", "hour": 10, **more}, Asked)


@pytest.mark.shows("R059", part="a line for each risk: where, what must be seen, who decides")
@pytest.mark.parametrize(
    ("question", "mode", "may_escalate", "people"),
    [
        (asked(amount=100), Mode.PAD, True, 1),
        (asked(amount=50_000_00), Mode.PAD, True, 1),
        (asked(amount=200_000_00), Mode.REMOTE, True, 1),
        (asked(risks={"unusual"}), Mode.REMOTE, True, 2),
        (asked(risks={"in_person"}), Mode.PAD, False, 1),
        (asked(risks={"in_person"}, channel="phone", pictures=3), Mode.PAD, False, 1),
        (asked(risks={"minor"}, pictures=1), Mode.PAD, False, 1),
        (asked(risks={"face"}, pictures=2), Mode.PAD, True, 1),
        (asked(risks={"face"}, pictures=1), Mode.PAD, False, 1),
        (asked(risks={"face"}, channel="phone", pictures=2), Mode.REMOTE, True, 1),
        (asked(risks={"chipless"}, pictures=1), Mode.REMOTE, True, 1),
        (asked(risks={"chipless"}), Mode.PAD, False, 1),
        (asked(risks={"unchecked"}, pictures=1), Mode.PAD, True, 1),
        (asked(risks={"unchecked"}), Mode.PAD, False, 1),
        (asked(risks={"unchecked", "name_differs"}, channel="phone", pictures=1), Mode.REMOTE,
         True, 1),
        (asked(risks={"name_differs"}, channel="counter", pictures=1), Mode.PAD, True, 1),
        (asked(risks={"pin_reset"}), Mode.PAD, True, 1),
    ],
)  # fmt: skip
def test_every_risk_has_its_line(
    question: Asked, mode: Mode, may_escalate: bool, people: int
) -> None:
    rule = choose(RULES, question)
    assert (rule.mode, rule.may_escalate, rule.people) == (mode, may_escalate, people)


@pytest.mark.parametrize(
    "risk", ["unusual", "in_person", "minor", "name_differs", "chipless", "unchecked", "face"]
)
def test_no_risk_falls_through_to_the_last_line(risk: str) -> None:
    rule = choose(RULES, asked(risks={risk}, pictures=2))
    assert rule.risks
    assert rule.name.zh
    assert rule.name.en
    assert rule.priority > RULES[-1].priority


def test_what_is_in_no_line_needs_the_centre() -> None:
    night = Rule(name=Text("夜间"), mode=Mode.NONE, hour_from=22, hour_to=6)
    assert choose([night], asked(hour=23)).mode is Mode.NONE
    assert choose([night], asked(hour=5)).mode is Mode.NONE
    assert choose([night], asked(hour=12)).mode is Mode.REMOTE


KIOSK, COUNTER = Channel.KIOSK, Channel.COUNTER
QUIET = Habits()


@pytest.mark.shows("R059", part="totals of the day and unusual patterns stop or ask")
@pytest.mark.parametrize(
    ("channel", "kind", "amount", "hour", "habits", "what"),
    [
        (KIOSK, "cash", 10_000_00, 10, QUIET, "go"),
        (KIOSK, "cash", 200_000_00, 10, QUIET, "go"),
        (KIOSK, "cash", 200_000_01, 10, QUIET, "stop"),
        (COUNTER, "cash", 900_000_00, 10, QUIET, "go"),
        (Channel.PHONE, "transfer", 50_000_01, 10, QUIET, "stop"),
        (KIOSK, "transfer", 100_00, 10, Habits(repeats=3), "go"),
        (KIOSK, "transfer", 100_00, 10, Habits(repeats=4), "ask"),
        (KIOSK, "phone", 0, 10, Habits(repeats=9), "go"),
        (KIOSK, "phone", 0, 10, Habits(denials=1), "ask"),
        (KIOSK, "phone", 0, 10, Habits(denials=3), "stop"),
        (COUNTER, "phone", 0, 10, Habits(denials=3), "ask"),
        (KIOSK, "transfer", 50_000_00, 23, QUIET, "ask"),
        (KIOSK, "transfer", 49_999_99, 23, QUIET, "go"),
    ],
)
def test_patterns_stop_or_ask(
    channel: Channel, kind: str, amount: int, hour: int, habits: Habits, what: str
) -> None:
    found = look(PatternRules(), channel, kind, amount, hour, habits)
    assert {"stop": found.stop is not None, "ask": found.is_unusual and not found.stop,
            "go": not found.stop and not found.is_unusual}[what]  # fmt: skip


@given(
    st.lists(
        st.tuples(st.sampled_from(["take", "give", "back", "deny", "tend"]), st.integers(0, 3)),
        max_size=30,
    )
)
def test_no_yes_from_those_involved_nor_twice_from_one(steps: list[tuple[str, int]]) -> None:
    core, state = m.Core(), m.Request()
    event = m.AuthorisationAsked(
        journey=JourneyId("j"), trace="t", scenario="s", mode=Mode.REMOTE, people=2, priority=5,
        involved=(StaffId("p0"),),
    )  # fmt: skip
    core.evolve(state, event, 0)
    remote = frozenset({Mode.REMOTE})
    for at_ms, (step, who) in enumerate(steps):
        person = StaffId(f"p{who}")
        command: m.Command = {
            "take": m.Take(person, remote),
            "give": m.Give(person, Mode.REMOTE),
            "back": m.PutBack(person),
            "deny": m.Deny(person),
            "tend": m.Tend(3, 10, 100),
        }[step]
        try:
            events = core.decide(state, command, at_ms)
        except Refused:
            continue
        for event in events:
            core.evolve(state, event, at_ms)
    assert "p0" not in state.yes
    assert len(set(state.yes)) == len(state.yes) <= 2
    assert (state.standing is m.Standing.GIVEN) == (len(state.yes) == 2)


@pytest.mark.shows("R057")
async def test_the_lobby_manager_says_yes_on_the_pad(office: Office) -> None:
    send = office.play("test.send")
    await office.install("pay", FILES)
    kiosk, lobby = await office.kiosk(), await office.staff(LOBBY)
    view = await kiosk.answer(await kiosk.begin("pay"), amount=100_00)
    assert view["at_work"]["action"] == "authorise"
    queue = (await lobby.http.get("/api/authorisations?branch=east")).json()
    (name,) = queue["order"]
    assert queue["requests"][name]["amount"] == 100_00
    refused = await lobby.http.get(f"/api/authorisations/{name}/evidence")
    assert refused.json()["error"]["code"] == "not_taken_by_you"
    taken = (await lobby.http.post(f"/api/authorisations/{name}/take")).json()
    assert taken["evidence"][0]["value"]["zh"] == "100.00"
    assert (await lobby.http.post(f"/api/authorisations/{name}/give")).status_code == 201
    await until(lambda: len(send.calls) == 1)
    assert send.calls[0].inputs["yes"] == [office.world.staff(LOBBY)]
    assert (await lobby.http.get("/api/authorisations")).json()["order"] == []


@pytest.mark.shows("R112", part="never the same person twice")
async def test_whoever_handled_it_cannot_say_yes(office: Office) -> None:
    office.play("test.send")
    await office.install("pay", FILES)
    lobby = await office.staff(LOBBY)
    view = await lobby.begin("pay", channel="pad")
    await lobby.answer(view, amount=100_00)
    (name,) = (await lobby.http.get("/api/authorisations")).json()["order"]
    refused = await lobby.http.post(f"/api/authorisations/{name}/take")
    assert refused.json()["error"]["code"] == "same_person"


@pytest.mark.shows("R058")
async def test_two_of_the_centre_at_once_and_only_one_gets_it(office: Office) -> None:
    office.play("test.send")
    await office.install("pay", FILES)
    kiosk = await office.kiosk()
    centre = [
        Terminal(office.world.bearer((await _open(office, s)).token)) for s in _centre(office)
    ]
    assert len(centre) >= 2
    await kiosk.answer(await kiosk.begin("pay"), amount=200_000_00)
    (name,) = (await centre[0].http.get("/api/authorisations")).json()["order"]
    answers = await asyncio.gather(
        *(one.http.post(f"/api/authorisations/{name}/take") for one in centre)
    )
    assert sorted(a.status_code for a in answers) == [201] + [409] * (len(centre) - 1)


@pytest.mark.shows("R056")
async def test_on_site_with_name_and_password(office: Office) -> None:
    send = office.play("test.send")
    await office.install("pay", FILES)
    kiosk = await office.kiosk()
    view = await kiosk.answer(await kiosk.begin("pay"), amount=100_00)
    path = f"/api/journeys/{view['journey']}/authorise"
    wrong = await kiosk.http.post(path, json={"login": LOBBY, "password": "no"})
    assert wrong.status_code == 401
    teller = await kiosk.http.post(path, json={"login": TELLER, "password": office.password})
    assert teller.status_code == 403
    body, headers = {"login": LOBBY, "password": office.password}, {"Idempotency-Key": "yes"}
    right = await kiosk.http.post(path, json=body, headers=headers)
    assert right.status_code == 201, right.text
    await until(lambda: len(send.calls) == 1)
    again = await kiosk.http.post(path, json=body, headers=headers)
    assert (again.status_code, again.json()) == (201, right.json())
    assert len(send.calls) == 1


async def test_passwords_asked_on_site_are_counted_by_address_like_sign_ins(
    seeded: Path, tmp_path: Path
) -> None:
    """Whoever tries one password on many names is stopped, where no name is locked yet."""
    async with open_world(seeded, tmp_path, sign_ins_per_minute=6) as world:
        office = Office(world)
        office.play("test.send")
        await office.install("pay", FILES)
        kiosk = await office.kiosk()  # one sign-in of the six may be its own
        view = await kiosk.answer(await kiosk.begin("pay"), amount=100_00)
        path = f"/api/journeys/{view['journey']}/authorise"
        statuses = [
            (
                await kiosk.http.post(path, json={"login": f"name{n}", "password": "guess"})
            ).status_code
            for n in range(8)
        ]
        assert statuses[:4] == [401] * 4
        assert statuses[-1] == 429
        name = {"name": LOBBY, "password": office.password}
        assert (await kiosk.http.post("/api/session", json=name)).status_code == 429


@pytest.mark.shows("R059")
async def test_a_no_is_told_and_nothing_is_done(office: Office) -> None:
    send = office.play("test.send")
    await office.install("pay", FILES)
    kiosk, lobby = await office.kiosk(), await office.staff(LOBBY)
    view = await kiosk.answer(await kiosk.begin("pay"), amount=100_00)
    (name,) = (await lobby.http.get("/api/authorisations")).json()["order"]
    await lobby.http.post(f"/api/authorisations/{name}/take")
    await lobby.http.post(f"/api/authorisations/{name}/deny", json={"reason": "影像不清"})
    await _status(office, view, Status.OPEN)
    view = await kiosk.see(view)
    assert view["refusal"]["words"]["zh"] == "授权未通过：影像不清"
    assert not send.calls


@pytest.mark.shows("R010", part="why somebody said no lies sealed, and goes with the rest")
async def test_why_not_is_told_and_stands_in_no_event(office: Office) -> None:
    office.play("test.send")
    await office.install("pay", FILES)
    kiosk, lobby = await office.kiosk(), await office.staff(LOBBY)
    view = await kiosk.answer(await kiosk.begin("pay"), amount=100_00)
    (name,) = (await lobby.http.get("/api/authorisations")).json()["order"]
    await lobby.http.post(f"/api/authorisations/{name}/take")
    reason = "客户王小明与证件照片不是同一人"
    told = [
        await lobby.http.post(
            f"/api/authorisations/{name}/deny",
            json={"reason": reason},
            headers={"Idempotency-Key": "no"},
        )
        for _ in range(2)
    ]
    assert [one.status_code for one in told] == [201, 201]
    await _status(office, view, Status.OPEN)
    assert reason in (await kiosk.see(view))["refusal"]["words"]["zh"]
    everything = b"".join(p.read_bytes() for p in office.world.folder.glob("tingtang.db*"))
    assert reason.encode() not in everything
    assert "王小明".encode() not in everything
    service = office.world.app.parts.service("authorisations", Authorisations)
    assert (await service.shown.read(name)).reason == reason
    office.world.clock.advance(31 * 86_400_000)
    await service.tend()
    assert (await service.shown.read(name)).reason == ""


def test_a_reason_of_an_old_log_is_still_read() -> None:
    (line,) = (one for one in lines() if one.type == "authorisation.authorisation_denied")
    event = m.TYPES.decode(line.type, line.version, line.body)
    core, state = m.Core(), m.Request()
    core.evolve(state, event, 0)
    assert state.reason == "xx"


async def test_a_yes_is_told_from_where_it_was_said_and_the_centre_why_it_has_it(
    office: Office,
) -> None:
    send = office.play("test.send")
    files = FILES["pay.bpmn"].replace("authorisation.approved_by", "authorisation.mode")
    await office.install("pay", {"pay.bpmn": files})
    kiosk, lobby = await office.kiosk(), await office.staff(LOBBY)
    view = await kiosk.answer(await kiosk.begin("pay"), amount=100_00)
    path = f"/api/journeys/{view['journey']}/authorisation"
    asked = (await kiosk.http.get(path)).json()
    assert asked["modes"] == ["pad"]
    name = asked["authorisation"]
    taken = (await lobby.http.post(f"/api/authorisations/{name}/take")).json()
    assert not taken["is_escalated"]
    await lobby.http.post(f"/api/authorisations/{name}/put-back")
    office.world.clock.advance(91_000)
    await office.world.app.parts.service("authorisations", Authorisations).tend()
    assert (await kiosk.http.get(path)).json()["modes"] == ["pad", "remote"]
    centre = Terminal(office.world.bearer((await _open(office, _centre(office)[0])).token))
    taken = (await centre.http.post(f"/api/authorisations/{name}/take")).json()
    assert taken["is_escalated"]
    await centre.http.post(f"/api/authorisations/{name}/give")
    await until(lambda: len(send.calls) == 1)
    assert send.calls[0].inputs["yes"] == "remote"


async def test_nobody_in_time_goes_to_the_centre_and_then_lapses(office: Office) -> None:
    office.play("test.send")
    await office.install("pay", FILES)
    kiosk, lobby = await office.kiosk(), await office.staff(LOBBY)
    view = await kiosk.answer(await kiosk.begin("pay"), amount=100_00)
    service = office.world.app.parts.service("authorisations", Authorisations)
    office.world.clock.advance(91_000)
    await service.tend()
    (request,) = (await lobby.http.get("/api/authorisations")).json()["requests"].values()
    assert request["modes"] == ["pad", "remote"]
    await lobby.http.post(f"/api/authorisations/{request['authorisation']}/take")
    office.world.clock.advance(121_000)
    await service.tend()
    (request,) = (await lobby.http.get("/api/authorisations")).json()["requests"].values()
    assert request["taken_by"] == ""
    office.world.clock.advance(900_000)
    await service.tend()
    await _status(office, view, Status.OPEN)
    assert (await kiosk.see(view))["refusal"]["code"] == "authorisation_lapsed"


async def test_the_customer_need_not_wait(office: Office) -> None:
    office.play("test.send")
    await office.install("pay", FILES)
    kiosk = await office.kiosk()
    view = await kiosk.answer(await kiosk.begin("pay"), amount=100_00)
    assert (await kiosk.do(view, "withdraw")).status_code == 201
    await _status(office, view, Status.OPEN)
    assert (await kiosk.do(view, "cancel")).json()["status"] == "cancelled"


@pytest.mark.shows("R059", part="a total above the channel's day limit stops the business")
async def test_a_total_of_the_day_that_is_too_high_stops_in_clear_words(office: Office) -> None:
    send = office.play("test.send")
    await office.install("risky", RISKY)
    kiosk = await office.kiosk()
    view = await kiosk.answer(await kiosk.begin("risky"), amount=600_000_00)
    await _status(office, view, Status.OPEN)
    refusal = (await kiosk.see(view))["refusal"]
    assert refusal["code"] == "stopped_by_risk_rule"
    assert "请到柜台办理" in refusal["words"]["zh"]
    assert "counter" in refusal["words"]["en"]
    assert not send.calls


async def test_what_needs_no_yes_and_is_not_unusual_goes_on_at_once(office: Office) -> None:
    send = office.play("test.send")
    await office.install("risky", RISKY)
    kiosk, lobby = await office.kiosk(), await office.staff(LOBBY)
    await kiosk.answer(await kiosk.begin("risky"), amount=100_00)
    await until(lambda: len(send.calls) == 1)
    assert (await lobby.http.get("/api/authorisations")).json()["order"] == []


@pytest.mark.shows("R060", part="somebody stands before the customer: the centre does not decide")
async def test_who_must_be_seen_in_person_is_not_passed_to_the_centre(office: Office) -> None:
    await office.install("seen", RISKY)
    kiosk, lobby = await office.kiosk(), await office.staff(LOBBY)
    await kiosk.answer(await kiosk.begin("seen"), amount=100_00)
    service = office.world.app.parts.service("authorisations", Authorisations)
    office.world.clock.advance(91_000)
    await service.tend()
    (request,) = (await lobby.http.get("/api/authorisations")).json()["requests"].values()
    assert request["modes"] == ["pad"]
    centre = Terminal(office.world.bearer((await _open(office, _centre(office)[0])).token))
    refused = await centre.http.post(f"/api/authorisations/{request['authorisation']}/take")
    assert refused.json()["error"]["code"] == "wrong_mode"
    assert "PAD 授权" in refused.json()["error"]["message"]
    taken = (await lobby.http.post(f"/api/authorisations/{request['authorisation']}/take")).json()
    assert taken["rule"]["zh"] == "到客户身边核实本人"
    assert taken["rule"]["en"].startswith("Somebody comes")


@pytest.mark.shows("R058", part="a message that comes twice counts once")
async def test_a_yes_that_comes_twice_counts_once(office: Office) -> None:
    send = office.play("test.send")
    await office.install("pay", FILES)
    kiosk, lobby = await office.kiosk(), await office.staff(LOBBY)
    await kiosk.answer(await kiosk.begin("pay"), amount=100_00)
    (name,) = (await lobby.http.get("/api/authorisations")).json()["order"]
    path = f"/api/authorisations/{name}"
    for _ in range(2):
        assert (await lobby.http.post(f"{path}/take")).status_code == 201
    first, second = await asyncio.gather(*(lobby.http.post(f"{path}/give") for _ in range(2)))
    codes = {first.status_code, second.status_code}
    assert codes == {201, 409}
    late = await lobby.http.post(f"{path}/deny", json={"reason": "影像不清"})
    assert late.json()["error"]["code"] == "authorisation_over"
    await until(lambda: len(send.calls) == 1)


async def _status(office: Office, view: dict, status: Status) -> None:
    journey = JourneyId(view["journey"])
    store = office.journeys.store
    await until(lambda: (found := store.in_memory(journey)) and found.journey.status is status)


def _centre(office: Office) -> list[str]:
    return office.of_role("authoriser")


async def _open(office: Office, staff: str):
    return await office.world.sign_in.staff.open(staff, "", "password")

"""Every scenario that ships, from its start to its end, over what really stands behind it: the
reference bank and the identity check behind their sockets, items, and a kiosk over XFS4IoT.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from tests.bank.conftest import check_books
from tests.journeys.conftest import Terminal
from tests.journeys.scenarios.cases import (
    AGENTS,
    BY_MEDIUM,
    CASES,
    WALKS,
    Case,
    changes,
    state,
)
from tests.journeys.scenarios.hall import (
    HOPPER,
    HOPPER_EACH,
    KIOSK,
    MACHINE,
    PEOPLE,
    TELLER,
    Hall,
    open_hall,
    until,
)
from tests.journeys.scenarios.test_walk import OFFERED, scenarios
from tests.journeys.scenarios.walker import Walk, arrive, prepare
from tingtang.bank.pins import DEMO_PIN, pin_block
from tingtang.bank.port import BankDeclined
from tingtang.devices.model.wire import App
from tingtang.devices.service import DeviceService
from tingtang.journeys import service
from tingtang.journeys.model.scenario import Channel
from tingtang.org.sign_in.model.rules import TerminalKind


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def hall(
    seeded: Path, tmp_path_factory: pytest.TempPathFactory, runner: asyncio.Runner
) -> Iterator[Hall]:
    patch = pytest.MonkeyPatch()
    patch.setattr(service, "SETTLE_SECONDS", 0.05)  # nobody waits for a yes that this test gives
    opening = open_hall(seeded, tmp_path_factory.mktemp("real"))
    opened = runner.run(opening.__aenter__())
    yield opened
    check_books(opened.books.store)
    runner.run(opening.__aexit__(None, None, None))
    patch.undo()


@pytest.fixture(scope="module")
def kiosk(hall: Hall, runner: asyncio.Runner) -> Terminal:
    return Terminal(runner.run(hall.world.as_terminal(TerminalKind.KIOSK, id_=KIOSK)))


ON_PHONE: dict[str, dict[str, Any]] = {
    "card_loss": {"Card.lost": "oral", "Card.oral_until": ANY},
    "passbook_loss": {"Account.lost": "oral", "Account.oral_until": ANY},
    "term_loss": {"Account.lost": "oral", "Account.oral_until": ANY},
}
"""What is different where a business is done on a phone: a report there is an oral one (art. 31)."""


async def walk(hall: Hall, kiosk: Terminal, name: str, channel: Channel = Channel.KIOSK) -> Walk:
    case, scenario = WALKS[name], name.partition(" ")[0]
    me, says = await prepare(hall, scenario, case)
    arrive(hall, me, case)
    wanted = case.does(me) if callable(case.does) else case.does
    if channel is not Channel.KIOSK:  # the cash is the teller's
        wanted = {x: value for x, value in wanted.items() if x != "box"}
    if channel is Channel.PHONE:
        wanted = {**wanted, **ON_PHONE.get(name, {})}
    before = state(hall, me.one)
    walked = Walk(hall, kiosk, says, channel)
    view = await walked.run(scenario)
    assert view["status"] == "done"
    assert walked.told, walked.steps
    for world in (hall.worlds["CardReader"], hall.worlds["CertificateCabinet"]):
        assert world.slot is None
    assert hall.worlds["CardReader"].transport is None
    assert hall.worlds["CertificateCabinet"].inside is None
    assert changes(before, state(hall, me.one)) == wanted
    recorded = await hall.world.app.parts.log.read_stream(f"journey/{view['journey']}")
    ended = [x.event for x in recorded if x.type == "journey.action_ended"]
    traces = [x.trace for x in ended if x.action == "bank.trade"]
    booked = [hall.books.store.find(trace) for trace in traces]
    assert [x.name for x in booked if x is not None] == ([case.trade] if case.trade else [])
    assert hall.books.store.ledger.is_balanced()
    return walked


def test_every_scenario_has_its_case() -> None:
    assert sorted(CASES) == OFFERED


SHOWN = {
    "passbook_pin_change": "R066", "passbook_pin_reset": "R067", "passbook_loss": "R068",
    "passbook_loss_undo": "R069", "term_open": "R070", "term_withdraw": "R071", "term_loss": "R072",
    "term_loss_close": "R073", "term_loss_undo": "R074", "term_book_update": "R075",
    "token_certificate": "R081", "ebank_open": "R082", "ebank_modify": "R082",
    "quickpay_bind": "R083", "quickpay_cancel": "R084", "quickpay_limit": "R084",
    "composite_open": "R085", "statement_book_replace": "R086", "account_unlock": "R087",
    "credit_loss": "R088", "credit_loss_undo": "R089", "credit_unlock": "R090",
    "credit_repay_all": "R091", "minor_card_activate": "R092", "card_apply": "R093",
    "item_pickup": "R100", "cash_deposit": "R052", "cash_withdraw": "R052",
}  # fmt: skip


def shown(name: str) -> str:
    """The requirement that names this business."""
    groups = {"hkmt_": "R078", "nocard_": "R080", "card_": "R094"}
    return SHOWN.get(name) or next((x for g, x in groups.items() if name.startswith(g)), "R063")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.shows(shown(name), part="run end to end"))
        for name in OFFERED
    ],
)
def test_it_does_what_it_says(
    hall: Hall, kiosk: Terminal, runner: asyncio.Runner, name: str
) -> None:
    walked = runner.run(walk(hall, kiosk, name))
    assert Channel.KIOSK in walked.seats


def on_every_channel() -> list[tuple[str, Channel]]:
    """Of each group a scenario for every channel that one of the group is done on, but the kiosk."""
    found: dict[tuple[str, Channel], str] = {}
    for name, scenario in scenarios().items():
        for channel in scenario.about.channels:
            found.setdefault((scenario.about.group, channel), name)
    return sorted((name, x) for (_, x), name in found.items() if x is not Channel.KIOSK)


@pytest.mark.parametrize(("name", "channel"), on_every_channel())
@pytest.mark.shows("R016", part="on PAD, counter and phone, its PIN at the kiosk")
def test_it_does_the_same_on_every_channel(
    hall: Hall, kiosk: Terminal, runner: asyncio.Runner, name: str, channel: Channel
) -> None:
    walked = runner.run(walk(hall, kiosk, name, channel))
    assert channel in walked.seats


@pytest.mark.parametrize(
    "name",
    [pytest.param(x, marks=pytest.mark.shows("R107", part="by its PIN")) for x in BY_MEDIUM],
)
def test_who_puts_in_a_card_or_a_book_is_known_by_its_pin(
    hall: Hall, kiosk: Terminal, runner: asyncio.Runner, name: str
) -> None:
    walked = runner.run(walk(hall, kiosk, name))
    assert not [step for step in walked.steps if step.startswith("shared_paper/")]


async def walk_with(hall: Hall, kiosk: Terminal, name: str, case: Case, **more: Any) -> Walk:
    """Another way through a scenario."""
    me, says = await prepare(hall, name, case)
    arrive(hall, me, case)
    before = state(hall, me.one)
    wanted = case.does(me) if callable(case.does) else case.does
    walked = Walk(hall, kiosk, says | more)
    assert (await walked.run(name))["status"] == "done"
    assert changes(before, state(hall, me.one)) == wanted
    return walked


@pytest.mark.shows("R087", part="unusual: it stays locked and somebody calls the customer back")
def test_what_is_unusual_stays_locked_until_its_owner_was_called_back(
    hall: Hall, kiosk: Terminal, runner: asyncio.Runner
) -> None:
    walked = runner.run(
        walk_with(hall, kiosk, "account_unlock", replace(CASES["account_unlock"], who=13, does={}))
    )
    assert walked.steps[-1] == "account_unlock/called"


@pytest.mark.shows("R093", part="for a minor, with the guardian")
def test_a_guardian_applies_for_a_childs_card(
    hall: Hall, kiosk: Terminal, runner: asyncio.Runner
) -> None:
    child = replace(CASES["card_apply"], who=56)
    walked = runner.run(walk_with(hall, kiosk, "card_apply", child, minor=True))
    assert "shared_guardian/relation" in walked.steps


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(x, marks=pytest.mark.shows(shown(x), part="by an agent, named to the bank"))
        for x in AGENTS
    ],
)
def test_an_agent_comes_with_both_papers_and_the_bank_knows_who(
    hall: Hall, kiosk: Terminal, runner: asyncio.Runner, name: str
) -> None:
    async def act() -> None:
        case = CASES[name]
        me, says = await prepare(hall, name, case)
        arrive(hall, me, case)
        wanted = case.does(me) if callable(case.does) else case.does
        before = state(hall, me.one)
        other = PEOPLE[41]
        walked = Walk(hall, kiosk, says, Channel.COUNTER)
        view = await walked.run(name, until="shared_agent/who_comes")
        hall.visitor.paper = other
        walked.says |= {
            "who": "agent", "id_kind": other.id_kind.value, "phone": other.phone, "why": "住院"
        }  # fmt: skip
        view = await walked.go_on(view)
        assert view["status"] == "done"
        assert "shared_agent/agent_more" in walked.steps
        # The cash is the teller's.
        assert changes(before, state(hall, me.one)) == {
            x: value for x, value in wanted.items() if x != "box"
        }
        recorded = await hall.world.app.parts.log.read_stream(f"journey/{view['journey']}")
        ended = [x.event for x in recorded if x.type == "journey.action_ended"]
        (trace,) = [x.trace for x in ended if x.action == "bank.trade"]
        kept = hall.books.store.agent_of(trace)
        assert kept is not None
        assert (kept.name, kept.id_number) == (other.name, other.id_number)

    runner.run(act())


@pytest.mark.shows("R071", part="early, and a part of it")
def test_a_part_of_a_term_deposit_is_withdrawn_early(
    hall: Hall, kiosk: Terminal, runner: asyncio.Runner
) -> None:
    does = {"TermDeposit.amount": ANY, "term": -3_000_00, "account": ANY}
    case = replace(CASES["term_withdraw"], does=does)
    more = {"whole": False, "amount": 3_000_00}
    walked = runner.run(walk_with(hall, kiosk, "term_withdraw", case, **more))
    assert walked.told


@pytest.mark.shows("R068", part="payment stops at once")
def test_a_lost_passbook_pays_no_more(hall: Hall, kiosk: Terminal, runner: asyncio.Runner) -> None:
    async def lose() -> None:
        case = CASES["passbook_loss"]
        me, says = await prepare(hall, "passbook_loss", case)
        arrive(hall, me, case)
        await Walk(hall, kiosk, says).run("passbook_loss")
        account = me.account("passbook")
        pin = pin_block(DEMO_PIN, account)
        with pytest.raises(BankDeclined) as declined:
            await hall.do("cash.withdraw", account=account, amount=100, box=MACHINE, pin=pin)
        assert declined.value.code == "lost"

    runner.run(lose())


def test_cash_that_is_not_paid_in_comes_back(
    hall: Hall, kiosk: Terminal, runner: asyncio.Runner
) -> None:
    case = replace(CASES["cash_deposit"], does={})
    world = hall.worlds["CashCabinet"]
    had = len(world.customer)
    walked = runner.run(walk_with(hall, kiosk, "cash_deposit", case, go=False))
    assert walked.steps[-1] == "cash_deposit/returned"
    assert len(world.customer) == had + case.cash


@pytest.mark.shows("R108", part="nothing is counted while a customer's cash is on its way")
def test_a_clearing_waits_for_cash_on_its_way_and_lets_no_more_begin(
    hall: Hall, kiosk: Terminal, runner: asyncio.Runner
) -> None:
    async def clear() -> None:
        case = CASES["cash_deposit"]
        me, says = await prepare(hall, "cash_deposit", case)
        arrive(hall, me, case)
        paying_in = Walk(hall, kiosk, says)
        paid = await paying_in.run("cash_deposit", until="cash_deposit/confirm")
        had = me.balance()
        first, second = [await hall.world.as_staff(login) for login in (TELLER, "he.jiaxin")]
        path = "/api/branches/east/clearings"
        begun = (await first.post(path, json={"device": MACHINE})).json()
        one = f"{path}/{begun['clearing']}"
        assert begun["waits_for_cash"]
        await second.post(f"{one}/join")
        count = {"counts": {"cash:CNY": 1}}
        assert (await first.post(f"{one}/count", json=count)).json()["error"][
            "code"
        ] == "cash_under_way"
        # Somebody else begins at the same machine, and is led on with nothing moved.
        case = CASES["cash_withdraw"]
        other, says = await prepare(hall, "cash_withdraw", case)
        arrive(hall, other, case)
        drawing = Walk(hall, kiosk, says)
        before = state(hall, other.one)
        refused = await drawing.run("cash_withdraw", until="cash_closed")
        assert (await kiosk.do(refused, "cancel")).json()["status"] == "cancelled"
        assert changes(before, state(hall, other.one)) == {}
        # The first one's cash is booked and stored, and only then the machine counts.
        assert (await first.get(one)).json()["is_device_asked"] is False
        arrive(hall, me, CASES["cash_deposit"])
        assert (await paying_in.go_on(paid))["status"] == "done"
        assert me.balance() == had + 500_00
        for _ in range(6000):
            if (await first.get(one)).json()["is_device_asked"]:
                break
            await asyncio.sleep(0.01)
        books = hall.books.store.ledger.balances[f"box:{MACHINE}", "CNY"]
        for person in (first, second):
            view = (await person.post(f"{one}/count", json={"counts": {"cash:CNY": books}})).json()
        assert view["step"] == "balanced"
        (line,) = view["lines"]
        assert (line["device"], line["books"]) == (books, books)
        await first.post(f"{one}/finish")
        devices = hall.world.app.parts.service("devices", DeviceService)
        await until(lambda: devices.known_state(MACHINE).app is App.RUNNING)  # type: ignore[union-attr]
        # It serves again.
        assert (await Walk(hall, kiosk, says).run("cash_withdraw"))["status"] == "done"
        hall.visitor.collect()

    runner.run(clear())


@pytest.mark.shows("R108", part="what lies in the machine is what the bank's books say")
def test_the_machines_notes_are_what_its_box_in_the_books_says(hall: Hall) -> None:
    """The last of the module: after all that went in and out."""
    world = hall.worlds["CashCabinet"]
    inside = sum(
        world.types[note.type].value * 100 for unit in world.units.values() for note in unit.notes
    )
    assert inside == hall.books.store.ledger.balances[f"box:{MACHINE}", "CNY"]
    assert not (world.stacker or world.output or world.input)
    assert len({note.serial for note in world.everywhere()}) == len(world.everywhere())
    gone = [name for name in hall.hopper.out if name.startswith("DC")]
    assert hall.stock("debit_card", HOPPER) == HOPPER_EACH - len(gone)

"""Whose a journey is: who does not hold it sees nothing of it, answers nothing and hides nothing in it."""

import pytest

from tests.journeys.conftest import Office, Terminal
from tests.journeys.flows import asks, does, line
from tingtang.hall.clockwork import Clockwork
from tingtang.hall.service import HallService
from tingtang.kernel.ids import BranchId, TicketId
from tingtang.kernel.permissions import SYSTEM
from tingtang.org.sign_in.model.rules import TerminalKind

NAME = 'name="name" kind="text" zh="姓名" en="Name"'
CITY = 'name="city" kind="text" zh="城市" en="City"'
COUNT = 'name="amount" kind="amount" zh="清点金额" en="Counted"'
TELL = {"tell.bpmn": line("tell", asks("who", NAME), asks("where", CITY, title="{who.name}住哪"))}
CASH = {
    "cash.bpmn": line(
        "cash",
        asks("who", NAME),
        asks("count", COUNT, attributes='actor="staff"'),
        asks("end_"),
    )
}
NOT_HERE = "unknown_journey"


def code_of(answer: object) -> str:
    return str(answer.json()["error"]["code"])  # type: ignore[attr-defined]


async def answered(terminal: Terminal, view: dict, key: str, **values: object) -> object:
    return await terminal.http.post(
        f"/api/journeys/{view['journey']}/answers",
        json={"step": view["screen"]["step"], "values": values},
        headers={"idempotency-key": key},
    )


async def test_a_key_used_before_opens_nobody_elses_journey(office: Office) -> None:
    await office.install("tell", TELL)
    own, other = await office.kiosk("k1"), await office.kiosk("k2")
    mine, theirs = await own.begin("tell"), await other.begin("tell")
    await other.answer(theirs, name="王小明")
    await answered(own, mine, "once", name="我")
    same = {"step": mine["screen"]["step"], "values": {"name": "我"}}
    seen = await own.http.post(
        f"/api/journeys/{theirs['journey']}/answers",
        json=same,
        headers={"idempotency-key": "once"},
    )
    assert code_of(seen) == NOT_HERE


@pytest.mark.shows("R060", part="what was taken over is answered by whoever took it, alone")
async def test_a_phone_that_handed_it_over_answers_nothing_any_more(office: Office) -> None:
    await office.install("cash", CASH)
    kiosk, teller = await office.kiosk(), await office.staff()
    view = await kiosk.begin("cash")
    code = (await kiosk.do(view, "code")).json()["code"]
    phone = Terminal(office.world.bearer(code))
    view = (await phone.do(view, "here")).json()
    view = await phone.answer(view, name="王小明")
    lasting = (await phone.do(view, "link")).json()["token"]
    view = (await teller.do(view, "here?channel=counter")).json()
    for old in (Terminal(office.world.bearer(lasting)), kiosk):
        assert code_of(await old.try_answer(view, amount=10**12)) == NOT_HERE
        for what in ("back", "retry", "cancel", "withdraw"):
            assert code_of(await old.do(view, what)) == NOT_HERE
    assert (await teller.answer(view, amount=100_00))["screen"]["step"].startswith("cash/end_")


async def test_a_step_for_staff_is_answered_by_no_customer(office: Office) -> None:
    await office.install("cash", CASH)
    kiosk = await office.kiosk()
    view = await kiosk.answer(await kiosk.begin("cash"), name="王小明")
    assert code_of(await kiosk.try_answer(view, amount=10**12)) == "step_for_staff"


async def test_staff_who_did_not_take_it_over_see_nothing_of_it(office: Office) -> None:
    await office.install("tell", TELL)
    kiosk, teller = await office.kiosk(), await office.staff()
    view = await kiosk.answer(await kiosk.begin("tell"), name="王小明")
    assert code_of(await teller.try_answer(view, city="上海")) == NOT_HERE
    waited = (await teller.do(view, "withdraw")).json()
    assert (waited["is_here"], waited["screen"]) == (False, None)
    assert (await teller.do(view, "cancel")).json()["status"] == "cancelled"


async def test_it_goes_on_only_where_its_business_is_done(office: Office) -> None:
    only = line("tell", asks("who", NAME), about='channels="kiosk counter"')
    await office.install("tell", {"tell.bpmn": only})
    kiosk = await office.kiosk()
    view = await kiosk.begin("tell")
    phone = Terminal(office.world.bearer((await kiosk.do(view, "code")).json()["code"]))
    assert code_of(await phone.do(view, "here")) == "not_on_this_channel"
    assert (await kiosk.answer(view, name="王小明"))["status"] == "done"


async def test_whoever_takes_it_over_says_no_yes_to_it(office: Office) -> None:
    """授权人 is never 经办人, nor becomes it while the request waits."""
    pay = line(
        "pay", asks("enter", NAME), does("ask", "authorise", 'into="yes"', risks="['in_person']"),
        asks("receipt", attributes='kind="receipt"'),
    )  # fmt: skip
    await office.install("pay", {"pay.bpmn": pay})
    kiosk, manager = await office.kiosk(), await office.staff("zhou.qihang")
    view = await kiosk.answer(await kiosk.begin("pay"), name="王小明")
    (name,) = (await manager.http.get("/api/authorisations?branch=east")).json()["order"]
    await manager.http.post(f"/api/authorisations/{name}/take")
    assert (await manager.do(view, "here?channel=pad")).status_code == 201
    refused = await manager.http.post(f"/api/authorisations/{name}/give")
    assert code_of(refused) == "same_person"


async def test_a_code_is_used_once_and_only_the_newest_is_good(office: Office) -> None:
    await office.install("tell", TELL)
    first, second, third = [await office.kiosk(name) for name in ("k1", "k2", "k3")]
    view = await first.begin("tell")
    older = (await first.do(view, "code")).json()["digits"]
    newer = (await first.do(view, "code")).json()["digits"]
    take = "/api/journeys/take"
    assert code_of(await second.http.post(take, json={"code": older})) == "handover_code_wrong"
    assert (await second.http.post(take, json={"code": newer})).status_code == 201
    assert code_of(await third.http.post(take, json={"code": newer})) == "handover_code_wrong"


async def test_nobody_guesses_codes(office: Office) -> None:
    await office.install("tell", TELL)
    kiosk, guesser = await office.kiosk("k1"), await office.kiosk("k2")
    digits = (await kiosk.do(await kiosk.begin("tell"), "code")).json()["digits"]
    take = "/api/journeys/take"
    for n in range(10):
        wrong = f"{(int(digits) + n + 1) % 10**8:08d}"
        assert code_of(await guesser.http.post(take, json={"code": wrong})) == "handover_code_wrong"
    refused = await guesser.http.post(take, json={"code": digits})
    assert code_of(refused) == "too_many_codes"
    office.world.clock.advance(10 * 60_000)
    assert (await guesser.http.post(take, json={"code": digits})).status_code == 201


async def test_a_picture_of_the_scanned_code_is_worth_nothing_later(office: Office) -> None:
    await office.install("tell", TELL)
    kiosk = await office.kiosk()
    view = await kiosk.answer(await kiosk.begin("tell"), name="王小明")
    code = (await kiosk.do(view, "code")).json()["code"]
    phone, other = (Terminal(office.world.bearer(code)) for _ in range(2))
    await phone.do(view, "here")
    lasting = (await phone.do(view, "link")).json()["token"]
    assert (await other.do(view, "here")).status_code == 401
    assert code_of(await kiosk.http.post("/api/journeys/take", json={"code": code})) == (
        "handover_code_wrong"
    )
    owner = Terminal(office.world.bearer(lasting))
    assert (await owner.answer(await owner.see(view), city="上海"))["status"] == "done"


@pytest.mark.parametrize(("identify", "knows"), [("", False), ("passbook", False), ("card", True)])
async def test_a_card_is_a_paper_for_no_business_that_asks_for_one(
    office: Office, identify: str, knows: bool
) -> None:
    """What follows on business that was done by card and PIN asks anew where it wants a paper."""

    def said(*lines: str) -> str:
        text = "\n".join(lines)
        return f'<bpmn:scriptTask id="said"><bpmn:script>{text}</bpmn:script></bpmn:scriptTask>'

    known = said(
        "identity = {'by': 'card', 'customer': '1', 'name': '王'}", "next_scenario = 'two'"
    )
    seen = asks("seen", title="{has(kept.identity) ? '认识' : '不认识'}")
    about = f'channels="kiosk" identify="{identify}"'
    await office.install("one", {"one.bpmn": line("one", asks("go"), known)})
    await office.install("two", {"two.bpmn": line("two", seen, about=about)})
    kiosk = await office.kiosk()
    done = await kiosk.answer(await kiosk.begin("one"))
    assert done["next"]["scenario"] == "two"
    view = await kiosk.begin("two", after=done["journey"])
    assert view["screen"]["title"]["zh"] == ("认识" if knows else "不认识")


async def test_business_belongs_to_a_visit_of_this_branch_and_day_alone(office: Office) -> None:
    await office.install("tell", TELL)
    parts = office.world.app.parts
    await parts.service("clockwork", Clockwork).stop()
    hall = parts.service("hall", HallService)
    for branch in ("east", "harbour"):
        await hall.open_day(BranchId(branch), SYSTEM)
    kiosk, teller = await office.kiosk(), await office.staff()
    western = Terminal(await office.world.as_terminal(TerminalKind.KIOSK, "harbour", id_="w1"))
    body = {"services": ["svc.cash_deposit"]}
    mine, other = [
        (await kiosk.http.post("/api/branches/east/tickets", json=body)).json() for _ in range(2)
    ]
    theirs = (await western.http.post("/api/branches/harbour/tickets", json=body)).json()

    async def begun(terminal: Terminal, branch: str, ticket: str) -> object:
        visit = (await hall.state(BranchId(branch))).tickets[TicketId(ticket)].visit
        return await terminal.http.post(
            "/api/branches/east/journeys", json={"scenario": "tell", "visit": visit}
        )

    right = await begun(teller, "east", mine["ticket"])
    assert right.status_code == 201, right.text  # type: ignore[attr-defined]
    assert right.json()["visit"]  # type: ignore[attr-defined]
    assert code_of(await begun(teller, "harbour", theirs["ticket"])) == "visit_not_here"
    made_up = {"scenario": "tell", "visit": "nobody"}
    refused = await teller.http.post("/api/branches/east/journeys", json=made_up)
    assert code_of(refused) == "visit_not_here"
    phone = Terminal(office.world.bearer(mine["link"]))
    assert (await begun(phone, "east", mine["ticket"])).status_code == 201  # type: ignore[attr-defined]
    assert code_of(await begun(phone, "east", other["ticket"])) == "visit_not_here"
    yesterdays = (await hall.state(BranchId("east"))).tickets[TicketId(mine["ticket"])].visit
    office.world.clock.advance(24 * 3_600_000)
    again = await (await office.staff()).http.post(
        "/api/branches/east/journeys", json={"scenario": "tell", "visit": yesterdays}
    )
    assert code_of(again) == "visit_not_here"

"""A journey goes on elsewhere: by code, by scan, by whoever serves; and stays on no screen it left."""

import pytest

from tests.journeys.conftest import Office, Terminal, until
from tests.journeys.flows import asks, does, line
from tingtang.journeys.desk import JourneyDesk
from tingtang.journeys.model.answers import checked
from tingtang.journeys.model.scenario import FieldKind, FieldSpec, ScreenKind, ScreenSpec
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, JourneyId
from tingtang.kernel.text import Text
from tingtang.org.sign_in.model.rules import TerminalKind

NAME = 'name="name" kind="text" zh="姓名" en="Name"'
CITY = 'name="city" kind="text" zh="城市" en="City"'
FILES = {"tell.bpmn": line("tell", asks("who", NAME), asks("where", CITY, title="{who.name}住哪"))}
PAY = {
    "pay.bpmn": line(
        "pay",
        asks("enter", NAME),
        does("ask", "authorise", 'into="yes"', risks="['unusual']"),
        asks("receipt", attributes='kind="receipt"'),
    )
}


@pytest.mark.shows("R014", part="another machine of the branch goes on at the same step")
async def test_eight_digits_bring_it_to_another_machine(office: Office) -> None:
    await office.install("tell", FILES)
    first, second = await office.kiosk("k1"), await office.kiosk("k2")
    view = await first.answer(await first.begin("tell"), name="王小明")
    code = (await first.do(view, "code")).json()
    shown = f"{code['digits'][:4]} {code['digits'][4:]}"
    once = {"Idempotency-Key": "t1"}
    for _ in range(2):  # the answer to the first was lost on its way
        answer = await second.http.post("/api/journeys/take", json={"code": shown}, headers=once)
        taken = answer.json()
        assert taken["screen"] == view["screen"]
    third = await office.kiosk("k3")
    spent = await third.http.post("/api/journeys/take", json={"code": shown}, headers=once)
    assert spent.json()["error"]["code"] == "handover_code_wrong"
    assert (await first.do(view, "back")).json()["error"]["code"] == "unknown_journey"
    assert (await second.answer(taken, city="上海"))["status"] == "done"


async def test_digits_of_another_branch_or_of_yesterday_open_nothing(office: Office) -> None:
    await office.install("tell", FILES)
    kiosk = await office.kiosk()
    view = await kiosk.begin("tell")
    digits = (await kiosk.do(view, "code")).json()["digits"]
    far = Terminal(await office.world.as_terminal(TerminalKind.KIOSK, "west", id_="far"))
    for terminal, code in ((far, digits), (kiosk, "00000000")):
        refused = await terminal.http.post("/api/journeys/take", json={"code": code})
        assert refused.json()["error"]["code"] == "handover_code_wrong"
    office.world.clock.advance(16 * 60_000)
    late = await (await office.kiosk("k2")).http.post("/api/journeys/take", json={"code": digits})
    assert late.json()["error"]["code"] == "handover_code_wrong"


@pytest.mark.shows("R060", part="staff take over what a customer began")
async def test_staff_take_over_and_the_kiosk_sees_nothing_of_it_any_more(office: Office) -> None:
    await office.install("tell", FILES)
    kiosk, teller = await office.kiosk(), await office.staff()
    view = await kiosk.answer(await kiosk.begin("tell"), name="王小明")
    looked = await teller.see(view)
    assert (looked["is_here"], looked["screen"], looked["answered"]) == (False, None, 1)
    desk = office.world.app.parts.service("journey_desk", JourneyDesk)
    (row,) = (await desk.live(BranchId("east"))).journeys.values()
    assert (row.journey, row.channel) == (view["journey"], "kiosk")
    taken = (await teller.do(view, "here?channel=counter")).json()
    assert (taken["channel"], taken["screen"]) == ("counter", view["screen"])
    opened = await office.journeys.store.get(JourneyId(view["journey"]))
    gone = desk.view(opened, view["holder"])
    assert (gone.is_here, gone.screen, gone.channel) == (False, None, "counter")


@pytest.mark.shows("R061", part="the phone goes on, and keeps a link that lasts")
async def test_a_phone_follows_and_goes_on(office: Office) -> None:
    await office.install("tell", FILES)
    kiosk = await office.kiosk()
    view = await kiosk.answer(await kiosk.begin("tell"), name="王小明")
    code = (await kiosk.do(view, "code")).json()["code"]
    phone = Terminal(office.world.bearer(code))
    assert not (await phone.see(view))["is_here"]
    assert (await phone.do(view, "link")).json()["error"]["code"] == "unknown_journey"
    taken = (await phone.do(view, "here")).json()
    assert (taken["channel"], taken["screen"]) == ("phone", view["screen"])
    lasting = (await phone.do(view, "link")).json()["token"]
    office.world.clock.advance(60 * 60_000)
    assert (await phone.http.get(f"/api/journeys/{view['journey']}")).status_code == 401
    later = Terminal(office.world.bearer(lasting))
    assert (await later.answer(taken, city="上海"))["status"] == "done"


async def test_what_took_effect_is_told(office: Office) -> None:
    office.play("test.send")
    files = {"send.bpmn": line("send", asks("who", NAME), does("do", "test.send"), asks("end_"))}
    await office.install("send", files)
    kiosk = await office.kiosk()
    view = await kiosk.begin("send")
    assert not view["has_effect"]
    assert (await kiosk.answer(view, name="王小明"))["has_effect"]


@pytest.mark.shows("R058", part="the second of two sees whose yes there is already")
async def test_the_customers_screen_and_the_queue_tell_how_it_stands(office: Office) -> None:
    await office.install("pay", PAY)
    kiosk = await office.kiosk()
    one, two = await office.staff("tan.siqi"), await office.staff("shen.yiran")
    view = await kiosk.answer(await kiosk.begin("pay"), name="王小明")
    path = f"/api/journeys/{view['journey']}/authorisation"
    asked = (await kiosk.http.get(path)).json()
    assert (asked["standing"], asked["modes"], asked["wanted"]) == ("waiting", ["remote"], 2)
    name = asked["authorisation"]
    taken = (await one.http.post(f"/api/authorisations/{name}/take")).json()
    assert (taken["rule"]["zh"], taken["risks"]) == ("异常交易双人远程授权", ["unusual"])
    assert taken["until_ms"] == office.world.clock.now_ms() + 120_000
    assert (await kiosk.http.get(path)).json()["standing"] == "taken"
    await one.http.post(f"/api/authorisations/{name}/give")
    (row,) = (await two.http.get("/api/authorisations")).json()["requests"].values()
    assert (row["given_by"], row["wanted"]) == ([office.world.staff("tan.siqi")], 1)
    await two.http.post(f"/api/authorisations/{name}/take")
    await two.http.post(f"/api/authorisations/{name}/give")
    opened = await office.journeys.store.get(JourneyId(view["journey"]))
    await until(lambda: not opened.journey.pending)
    assert (await kiosk.http.get(path)).json()["error"]["code"] == "unknown_journey"


@pytest.mark.parametrize(
    ("value", "is_good"),
    [("M10,20L30,40", True), ("typed:王小明", True), ("王小明", False), ("M1<script>", False)],
)
def test_a_signature_is_drawn_or_typed(value: str, is_good: bool) -> None:
    sign = FieldSpec(name="s", kind=FieldKind.SIGNATURE, label=Text("签名"))
    spec = ScreenSpec(kind=ScreenKind.FORM, title=Text("签名"), fields=(sign,))
    if is_good:
        assert checked(spec, {}, {"s": value}) == {"s": value}
    else:
        with pytest.raises(Refused, match="drawn or typed"):
            checked(spec, {}, {"s": value})

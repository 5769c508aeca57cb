"""One hub: whatever attaches does so by the same interface, to the same business, with one bank behind."""

import pytest

from tests.journeys.conftest import Office, Terminal, until
from tests.journeys.flows import asks, does, line
from tingtang.kernel.ids import JourneyId

PROPOSED = (
    'name="name" kind="text" zh="姓名" en="Name" default="has(given.name) ? given.name : null"'
)
NAME = 'name="name" kind="text" zh="姓名" en="Name"'
HUB = {
    "hub.bpmn": line(
        "hub",
        asks("who", NAME),
        asks("where", 'name="city" kind="text" zh="城市" en="City"'),
        does("rates", "bank.look", lookup="'term.products'"),
        asks("check"),
        asks("over"),
    )
}


@pytest.mark.shows("R001", part="kiosk, phone, PAD and counter hold one journey, one bank behind")
async def test_every_terminal_holds_the_same_business_in_turn(office: Office) -> None:
    await office.install("hub", HUB)
    kiosk, staff = await office.kiosk(), await office.staff()
    view = await kiosk.answer(await kiosk.begin("hub"), name="王小明")
    link = (await kiosk.do(view, "code")).json()["code"]
    phone = Terminal(office.world.bearer(link))
    on_phone = (await phone.do(view, "here")).json()
    assert on_phone["screen"] == view["screen"]
    view = await phone.answer(on_phone, city="上海")
    journey = JourneyId(view["journey"])
    store = office.journeys.store
    await until(lambda: not store.in_memory(journey).journey.pending)
    seen = []
    for channel in ("pad", "counter"):
        answer = await staff.http.post(f"/api/journeys/{journey}/here?channel={channel}")
        seen.append(answer.json()["channel"])
        view = await staff.answer(answer.json())
    assert seen == ["pad", "counter"]
    assert view["status"] == "done"
    opened = await store.get(journey)
    assert opened.run is not None
    assert opened.run.result["rates"]["products"]


@pytest.mark.shows(
    "R001", part="robot, screen, kiosk and printer in one register, by one interface"
)
async def test_machines_of_every_kind_are_registered_and_listed_alike(office: Office) -> None:
    engineer = await office.staff("jiang.haoran")
    kinds = ("robot", "signage_player", "kiosk", "ticket_machine", "locker")
    for kind in kinds:
        body = {"id": f"hub-{kind}", "type": kind, "name": kind, "zone": ""}
        made = await engineer.http.post("/api/branches/east/devices", json=body)
        assert made.status_code == 201, made.text
    listed = (await engineer.http.get("/api/branches/east/devices")).json()["devices"]
    found = {name: set(row) for name, row in listed.items() if name.startswith("hub-")}
    assert set(found) == {f"hub-{kind}" for kind in kinds}
    assert len({frozenset(fields) for fields in found.values()}) == 1


@pytest.mark.shows(
    "R095", part="filled in by staff on the PAD, proposed where the business is done"
)
async def test_what_the_pad_filled_in_is_proposed_at_the_machine(office: Office) -> None:
    await office.install("fill", {"fill.bpmn": line("fill", asks("who", PROPOSED))})
    pad, kiosk = await office.staff(), await office.kiosk("k2")
    begun = await pad.begin("fill", channel="pad", given={"name": "王小明"})
    code = (await pad.do(begun, "code")).json()["digits"]
    view = (await kiosk.http.post("/api/journeys/take", json={"code": code})).json()
    (field,) = view["screen"]["fields"]
    assert field["value"] == "王小明"
    assert (await kiosk.answer(view, name=field["value"]))["status"] == "done"

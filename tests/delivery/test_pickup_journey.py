"""实物领取, as it ships: the whole business on a kiosk, with the cabinet played by the test.

Only how a customer is identified is another: they type the number of their paper.
"""

import asyncio
from pathlib import Path

import pytest

from tests.delivery.conftest import CABINET, HANDLER, ID_NUMBER, OTHER, Branch
from tests.delivery.test_items import loaded, sealed
from tests.journeys.conftest import Office, Terminal
from tests.journeys.flows import asks, line
from tingtang import journeys
from tingtang.delivery.model.cabinet import CellState

SHIPPED = {
    file.name: file.read_text("utf-8")
    for file in (Path(journeys.__file__).parent / "scenarios").iterdir()
    if file.suffix in {".bpmn", ".dmn"}
}
KNOWN = (
    '<bpmn:scriptTask id="known"><bpmn:script>identity = {"id_number": typed.number}'
    "</bpmn:script></bpmn:scriptTask>"
)
IDENTIFY = line(
    "shared_identify", asks("typed", 'name="number" kind="text" zh="号码"'), KNOWN, about=""
)


async def at(office: Office, kiosk: Terminal, view: dict, step: str) -> dict:
    """Wait until the customer's screen is at a step."""
    for _ in range(6000):
        view = await kiosk.see(view)
        if (
            view.get("screen")
            and view["screen"]["step"].endswith(f"/{step}#0")
            and not view.get("at_work")
        ):
            return view
        await asyncio.sleep(0.01)
    raise AssertionError(view)


async def chosen(
    branch: Branch, code: str, order: str = "", *, is_new: bool = True
) -> tuple[Office, Terminal, dict]:
    office = Office(branch.world)
    if is_new:
        await office.install("item_pickup", {**SHIPPED, "shared_identify.bpmn": IDENTIFY})
    kiosk = await office.kiosk()
    view = await kiosk.answer(await kiosk.begin("item_pickup"), number=ID_NUMBER)
    view = await at(office, kiosk, view, "choose")
    options = view["screen"]["fields"][0]["options"]
    assert {one["label"]["zh"] for one in options} == {"封包（自提柜）"}
    order = order or options[0]["value"]
    return office, kiosk, await kiosk.answer(view, order=order, code=code)


@pytest.mark.shows("R100")
async def test_a_customer_fetches_a_parcel_at_the_kiosk(branch: Branch) -> None:
    made = await loaded(branch)
    office, kiosk, view = await chosen(branch, made["pick_up_code"])
    await branch.opens(made["cell"], 2)
    view = await at(office, kiosk, view, "receipt")
    assert str(made["cell"]) in str(view["screen"]["rows"])
    await branch.door("cell_closed", made["cell"], 2, occupied=False)
    await branch.status(made["order"], "settled")
    await branch.cell(made["cell"], None)


@pytest.mark.shows("R100", part="a wrong code opens nothing and says so")
async def test_a_wrong_code_opens_no_door_and_can_be_tried_again(branch: Branch) -> None:
    made = await loaded(branch)
    wrong = "000000" if made["pick_up_code"] != "000000" else "111111"
    _office, kiosk, view = await chosen(branch, wrong)
    for _ in range(6000):
        view = await kiosk.see(view)
        if view.get("refusal"):
            break
        await asyncio.sleep(0.01)
    assert view["refusal"]["code"] == "not_recognised"
    assert len([1 for _, one in branch.link.sent if one.name == "open_cell"]) == 1
    await branch.cell(made["cell"], CellState.FULL)


@pytest.mark.shows("R098", part="a door left open and a wrong seal, within whole journeys")
async def test_a_wrong_seal_and_a_door_left_open_lose_nothing_of_a_journey(branch: Branch) -> None:
    """Somebody holds another's parcel before the cabinet; the customer walks off from the open door;
    the next one fetches theirs meanwhile; somebody looks.
    """
    first = await sealed(branch, "S0001")
    other = await sealed(branch, "S0002")
    into = {"device": CABINET, "seal": "S0002"}
    refused = await branch.post(HANDLER, f"items/{first['order']}/load", 409, **into)
    assert refused["error"]["code"] == "wrong_seal"
    assert not [1 for _, one in branch.link.sent if one.name == "open_cell"]
    for number, (made, seal) in enumerate([(first, "S0001"), (other, "S0002")], 1):
        body = {"device": CABINET, "seal": seal}
        made["cell"] = (await branch.post(HANDLER, f"items/{made['order']}/load", **body))["cell"]
        await branch.opens(made["cell"], number)
        await branch.door("cell_closed", made["cell"], number, occupied=True)
        await branch.status(made["order"], "ready")
    office, kiosk, view = await chosen(branch, first["pick_up_code"], first["order"])
    await branch.opens(first["cell"], 3)
    view = await at(office, kiosk, view, "receipt")
    branch.world.clock.advance(120_000)
    await branch.items.tend()
    assert len(await branch.world.events("cabinet.cell_left_open")) == 1
    await branch.beat(CABINET)
    assert (await kiosk.do(view, "cancel")).status_code == 201
    # The next customer's business goes on beside the open door.
    office, kiosk, view = await chosen(branch, other["pick_up_code"], other["order"], is_new=False)
    await branch.opens(other["cell"], 4)
    await at(office, kiosk, view, "receipt")
    await branch.door("cell_closed", other["cell"], 4, occupied=False)
    await branch.status(other["order"], "settled")
    await branch.status(first["order"], "released")
    look = f"cabinets/{CABINET}/cells/{first['cell']}/inspect"
    await branch.post(OTHER, look, is_full=False)
    await branch.status(first["order"], "settled")
    assert len(await branch.world.events("item.item_picked_up")) == 2
    assert (await branch.items.cabinets.state(CABINET)).cells == {}

"""实物领取, as it ships: the whole business on a kiosk, with the cabinet played by the test.

Only how a customer is identified is another: they type the number of their paper.
"""

import asyncio
from pathlib import Path

import pytest

from tests.delivery.conftest import ID_NUMBER, Branch
from tests.delivery.test_items import loaded
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
    for _ in range(1000):
        view = await kiosk.see(view)
        if (
            view.get("screen")
            and view["screen"]["step"].endswith(f"/{step}#0")
            and not view.get("at_work")
        ):
            return view
        await asyncio.sleep(0.01)
    raise AssertionError(view)


async def chosen(branch: Branch, code: str) -> tuple[Office, Terminal, dict]:
    office = Office(branch.world)
    await office.install("item_pickup", {**SHIPPED, "shared_identify.bpmn": IDENTIFY})
    kiosk = await office.kiosk()
    view = await kiosk.answer(await kiosk.begin("item_pickup"), number=ID_NUMBER)
    view = await at(office, kiosk, view, "choose")
    (option,) = view["screen"]["fields"][0]["options"]
    assert option["label"]["zh"] == "封包（自提柜）"
    return office, kiosk, await kiosk.answer(view, order=option["value"], code=code)


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
    for _ in range(1000):
        view = await kiosk.see(view)
        if view.get("refusal"):
            break
        await asyncio.sleep(0.01)
    assert view["refusal"]["code"] == "not_recognised"
    assert len([1 for _, one in branch.link.sent if one.name == "open_cell"]) == 1
    await branch.cell(made["cell"], CellState.FULL)

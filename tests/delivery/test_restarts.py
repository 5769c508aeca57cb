"""The whole process ends and begins anew at step after step of one parcel's way: nothing is done twice."""

import asyncio

import pytest

from tests.delivery.conftest import CABINET, HANDLER, TRADER, Branch
from tests.delivery.test_items import ORDER, loaded
from tests.delivery.test_pickup_journey import at, chosen
from tests.http.world import make_app
from tests.journeys.conftest import Office, Terminal
from tingtang.delivery.model.cabinet import CellState, Outcome
from tingtang.delivery.service import Items
from tingtang.devices.model.records import Protocol
from tingtang.devices.service import DeviceService
from tingtang.hall.clockwork import Clockwork


async def restart(branch: Branch, kiosk: Terminal | None = None) -> Terminal | None:
    """Another process over the same folder; gives the kiosk there, under its old token."""
    world, link = branch.world, branch.link
    await world.app.stop()
    world.app = make_app(world.folder, world.clock)
    await world.app.start()
    parts = world.app.parts
    await parts.service("clockwork", Clockwork).stop()
    branch.devices = parts.service("devices", DeviceService)
    branch.items = parts.service("items", Items)
    branch.people.clear()
    branch.devices.add_link(Protocol.MQTT, link)
    await branch.beat(CABINET)
    if kiosk is None:
        return None
    return Terminal(world.client(authorization=kiosk.http.headers["authorization"]))


async def test_who_asks_before_an_opening_was_taken_up_again_hears_what_came_of_it(
    branch: Branch,
) -> None:
    made = await loaded(branch)
    await chosen(branch, made["pick_up_code"])
    call = await branch.told("open_cell", 2)
    cabinets = branch.items.cabinets
    await cabinets.stop()  # as after a start, before cabinets are looked at
    cell = (await cabinets.state(CABINET)).cells[made["cell"]]
    asked = asyncio.create_task(cabinets.outcome(CABINET, cell.opening))
    await asyncio.sleep(0.05)
    await branch.answer(CABINET, call, "done")
    assert await asked is Outcome.DONE


@pytest.mark.shows("R110", part="the whole process restarted at each step of a parcel's way")
async def test_a_parcels_way_survives_a_restart_at_each_step(branch: Branch) -> None:
    made = await branch.post(TRADER, "items", **ORDER)
    one = f"items/{made['order']}"
    await branch.post(HANDLER, f"{one}/stock", numbers=[])
    await branch.post(HANDLER, f"{one}/seal", seal="S1")
    await restart(branch)
    cell = (await branch.post(HANDLER, f"{one}/load", device=CABINET, seal="S1"))["cell"]
    call = await branch.told("open_cell")
    await restart(branch)  # the door was told, and nothing was heard of it
    await branch.door("cell_opened", cell, 1)
    await branch.answer(CABINET, call, "done")
    await branch.cell(cell, CellState.OPEN)
    await restart(branch)  # it stands open
    await branch.door("cell_closed", cell, 1, occupied=True)
    await branch.status(made["order"], "ready")

    office, kiosk, view = await chosen(branch, made["pick_up_code"], made["order"])
    call = await branch.told("open_cell", 2)
    again = await restart(branch, kiosk)  # released, and the door told
    assert again is not None
    await branch.door("cell_opened", cell, 2)
    await branch.answer(CABINET, call, "done")
    office = Office(branch.world)
    view = await at(office, again, view, "receipt")
    again = await restart(branch, again)
    assert again is not None
    await branch.door("cell_closed", cell, 2, occupied=False)
    await branch.status(made["order"], "settled")
    await branch.cell(cell, None)
    await at(Office(branch.world), again, view, "receipt")
    assert len([1 for _, told in branch.link.sent if told.name == "open_cell"]) == 2
    for type_ in ("item.item_loaded", "item.item_picked_up", "item.item_settled"):
        assert len(await branch.world.events(type_)) == 1
    assert not await branch.world.events("cabinet.cell_in_doubt")

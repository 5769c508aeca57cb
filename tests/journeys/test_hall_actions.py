"""Scenarios call somebody of the staff, once, and remember how customers found it."""

import pytest

from tests.journeys.conftest import Office
from tests.journeys.flows import asks, does, line
from tingtang.hall.feature import TaskService
from tingtang.kernel.ids import BranchId


@pytest.mark.shows("R087", part="a task for whoever calls the customer back")
async def test_staff_are_called_once_with_the_business_named(office: Office) -> None:
    flow = line("help", does("call", "staff.call", reason="'cash_not_paid'"), asks("stop"))
    await office.install("help", {"help.bpmn": flow})
    kiosk = await office.kiosk()
    view = await kiosk.begin("help")
    assert view["screen"]["step"].startswith("help/stop")
    tasks = office.world.app.parts.service("tasks", TaskService)
    board = await tasks.view(BranchId("east"))
    mine = [one for one in board.tasks.values() if one.subject == view["journey"]]
    assert [(one.grade.value, one.kind.value) for one in mine] == [("red", "other")]


async def test_a_rating_is_remembered_and_a_wrong_one_is_not(office: Office) -> None:
    files = {
        "praise.bpmn": line("praise", does("rate", "rate", stars="'5'"), asks("stop")),
        "blame.bpmn": line("blame", does("rate", "rate", stars="'9'"), asks("stop")),
    }
    for name in ("praise", "blame"):
        await office.install(name, files)
    kiosk = await office.kiosk()
    view = await kiosk.begin("praise")
    refused = await kiosk.begin("blame")
    assert refused["refusal"]["code"] == "bad_score"
    recorded = await office.world.app.parts.log.read_stream("journey-rating/east")
    assert [(r.event.journey, r.event.score) for r in recorded] == [(view["journey"], 5)]

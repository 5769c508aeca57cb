"""The process ends between two steps: what was begun is ended or taken back, once."""

import asyncio
from typing import Any

import pytest

from tests.delivery.conftest import CABINET, HANDLER, ID_NUMBER, OTHER, TRADER, Branch
from tests.delivery.test_items import actions, loaded, pick_up
from tingtang.delivery.model.cabinet import CellState
from tingtang.delivery.model.cabinet_events import Purpose
from tingtang.delivery.model.kinds import Status
from tingtang.delivery.releasing import BEGUN_MS
from tingtang.journeys.actions import Declined, Done
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId


class Killed(BaseException):
    """The process is gone."""


def dies(branch: Branch, monkeypatch: pytest.MonkeyPatch, what: object, name: str) -> None:
    """The next time that this is called it is the end of the process, once."""

    async def die(*_: Any, **__: Any) -> None:
        monkeypatch.undo()
        raise Killed

    monkeypatch.setattr(what, name, die)


def doors(branch: Branch) -> int:
    """How often a door was told to open."""
    return len([1 for _, call in branch.link.sent if call.name == "open_cell"])


async def released_and_died(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """An order that a terminal released for its owner, where the process ended before the door."""
    made = await loaded(branch)
    dies(branch, monkeypatch, branch.items.cabinets, "open")
    with pytest.raises(Killed):
        await actions(branch).pick_up(pick_up(branch, "t1", made["pick_up_code"]))
    return made


@pytest.mark.shows("R102", part="power lost between the release and the door")
async def test_a_release_whose_door_was_never_told_is_taken_back_once(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await released_and_died(branch, monkeypatch)
    await branch.status(made["order"], "released")
    await branch.items.tend()
    await branch.status(made["order"], "released")  # it may just be about to open
    branch.world.clock.advance(BEGUN_MS)
    for _ in range(2):
        await branch.items.tend()
        await branch.status(made["order"], "ready")
    assert len(await branch.world.events("item.item_still_there")) == 1
    assert doors(branch) == 1
    # Whoever was about to open it comes too late.
    east = BranchId("east")
    with pytest.raises(Refused) as late:
        await branch.items.cabinets.open(CABINET, east, made["order"], Purpose.PICK_UP, "t1", "x")
    assert late.value.code == "cell_busy"
    await branch.cell(made["cell"], CellState.FULL)
    await branch.beat(CABINET)
    done = asyncio.create_task(actions(branch).pick_up(pick_up(branch, "t2", made["pick_up_code"])))
    await branch.opens(made["cell"], 2)
    assert isinstance(await done, Done)
    await branch.door("cell_closed", made["cell"], 2, occupied=False)
    await branch.status(made["order"], "settled")


async def test_a_terminal_that_asks_again_after_it_opens_no_door_by_itself(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await released_and_died(branch, monkeypatch)
    again = await actions(branch).pick_up(pick_up(branch, "t1", made["pick_up_code"]))
    assert isinstance(again, Declined)
    assert again.code == "door_stuck"
    await branch.status(made["order"], "ready")
    assert doors(branch) == 1


@pytest.mark.parametrize("path", ["hand-over", "take-back"])
async def test_who_asks_again_under_the_same_key_has_the_door_opened(
    branch: Branch, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    made = await loaded(branch)
    person = await branch.person(HANDLER)
    body = {"id_number": ID_NUMBER, "code": made["pick_up_code"]} if path == "hand-over" else {}
    url, key = f"/api/branches/east/items/{made['order']}/{path}", {"Idempotency-Key": "k1"}
    dies(branch, monkeypatch, branch.items.cabinets, "open")
    with pytest.raises(BaseException):  # noqa: B017 - as the client is told of the end
        await person.post(url, json=body, headers=key)
    assert doors(branch) == 1
    answer = await person.post(url, json=body, headers=key)
    assert (answer.status_code, answer.json()["cell"]) == (201, made["cell"])
    await branch.opens(made["cell"], 2)
    assert doors(branch) == 2


async def test_what_was_to_be_handed_over_at_a_counter_waits_again(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"kind": "letter", "how": "counter", "id_number": ID_NUMBER}
    made = await branch.post(TRADER, "items", **body)
    one = f"items/{made['order']}"
    await branch.post(HANDLER, f"{one}/stock", numbers=[])
    await branch.post(HANDLER, f"{one}/lay-ready")
    releases, by = branch.items.releases, "staff:x"
    run, paper = releases.orders.run, (ID_NUMBER, made["pick_up_code"])

    async def once(*given: Any, **more: Any) -> Any:
        done = await run(*given, **more)
        monkeypatch.undo()
        raise Killed(done)

    monkeypatch.setattr(releases.orders, "run", once)
    with pytest.raises(Killed):
        await releases.release(BranchId("east"), *paper, by, "r1", made["order"])
    await branch.status(made["order"], "released")
    branch.world.clock.advance(BEGUN_MS)
    await branch.items.tend()
    await branch.status(made["order"], "ready")
    await branch.post(OTHER, f"{one}/hand-over", id_number=ID_NUMBER, code=made["pick_up_code"])
    assert len(await branch.world.events("item.item_picked_up")) == 1


async def test_an_order_that_cannot_be_tended_is_in_no_other_ones_way(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await released_and_died(branch, monkeypatch)
    branch.world.clock.advance(BEGUN_MS)
    in_status = branch.items.orders.in_status

    async def with_one_of_a_branch_that_is_no_more(status: Status) -> list[dict[str, Any]]:
        gone = {"item": "lost", "branch": "nowhere"}
        return (
            [gone, *await in_status(status)] if status is Status.READY else await in_status(status)
        )

    monkeypatch.setattr(branch.items.orders, "in_status", with_one_of_a_branch_that_is_no_more)
    await branch.items.tend()
    await branch.status(made["order"], "ready")
    assert (await branch.items.orders.row(made["order"]))["status"] == Status.READY

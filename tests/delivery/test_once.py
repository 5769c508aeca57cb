"""A step that is asked for again under the same key is done once, and answered as it was the first time."""

from typing import Any

import msgspec
import pytest

from tests.delivery.conftest import CABINET, HANDLER, ID_NUMBER, MANAGER, OTHER, TRADER, Branch
from tests.delivery.test_items import actions, loaded, pick_up, sealed
from tingtang.journeys.actions import Done
from tingtang.kernel.permissions import SYSTEM

SEAL = "S0042"


async def twice(branch: Branch, login: str, path: str, wanted: int = 201, **body: Any) -> Any:
    """The same request two times; gives the answer that both got."""
    person = await branch.person(login)
    headers = {"Idempotency-Key": f"{login}-{path}"}
    answers = [
        await person.post(f"/api/branches/east/{path}", json=body, headers=headers)
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [wanted, wanted], [one.text for one in answers]
    assert answers[0].json() == answers[1].json()
    return answers[0].json()


async def happened(branch: Branch, order: str) -> list[str]:
    """The names of what happened to an order."""
    trail = await branch.get(TRADER, f"items/{order}/trail")
    return [line["what"]["en"] for line in trail["lines"]]


async def test_every_step_to_the_cell_and_out_of_it_happens_once(branch: Branch) -> None:
    body = {"kind": "token", "how": "locker", "id_number": ID_NUMBER, "name": "王小明"}
    made = await twice(branch, TRADER, "items", is_trade_done=False, **body)
    one = f"items/{made['order']}"
    await twice(branch, HANDLER, f"{one}/stock", numbers=[])
    await twice(branch, HANDLER, f"{one}/seal", seal=SEAL)
    moved = await twice(branch, HANDLER, f"{one}/load", device=CABINET, seal=SEAL)
    assert moved == {"order": made["order"], "cell": 1}
    await branch.opens(1, 1)
    await branch.door("cell_closed", 1, 1, occupied=True)
    await branch.status(made["order"], "loaded")
    await twice(branch, TRADER, f"{one}/trade", trace="T1")
    await branch.status(made["order"], "ready")
    wrong = f"{(int(made['pick_up_code']) + 1) % 1_000_000:06}"
    refused = await twice(branch, HANDLER, f"{one}/hand-over", 403, id_number=ID_NUMBER, code=wrong)
    assert refused["error"]["code"] == "not_recognised"
    person = await branch.person(HANDLER)
    given = await person.post(
        f"/api/branches/east/{one}/hand-over", headers={"Idempotency-Key": "second"},
        json={"id_number": ID_NUMBER, "code": made["pick_up_code"]},
    )  # fmt: skip
    assert given.json() == {"order": made["order"], "cell": 1}
    await branch.opens(1, 2)
    again = await person.post(
        f"/api/branches/east/{one}/hand-over", headers={"Idempotency-Key": "second"},
        json={"id_number": ID_NUMBER, "code": made["pick_up_code"]},
    )  # fmt: skip
    assert again.json() == given.json()
    await branch.door("cell_closed", 1, 2, occupied=False)
    await branch.status(made["order"], "settled")
    lines = await happened(branch, made["order"])
    assert len(lines) == len(set(lines)), lines
    assert [call.name for _, call in branch.link.sent].count("open_cell") == 2


async def test_a_wrong_seal_is_written_down_once_and_refused_twice(branch: Branch) -> None:
    made = await sealed(branch, SEAL)
    one = f"items/{made['order']}"
    refused = await twice(branch, HANDLER, f"{one}/load", 409, device=CABINET, seal="S9999")
    assert refused["error"]["code"] == "wrong_seal"
    lines = await happened(branch, made["order"])
    assert len(lines) == len(set(lines)), lines


async def test_what_is_taken_back_opens_one_door_and_is_settled_once(branch: Branch) -> None:
    made = await loaded(branch, SEAL)
    one = f"items/{made['order']}"
    assert (await twice(branch, HANDLER, f"{one}/take-back"))["cell"] == made["cell"]
    await branch.opens(made["cell"], 2)
    await branch.door("cell_closed", made["cell"], 2, occupied=False)
    await branch.status(made["order"], "returned")
    await twice(branch, OTHER, f"{one}/settle")
    assert (await branch.items.orders.row(made["order"]))["status"] == "settled"


async def test_unlock_cancel_and_the_counter_s_steps_are_answered_alike(branch: Branch) -> None:
    made = await loaded(branch, SEAL)
    for _ in range(5):
        await branch.post(
            HANDLER, f"items/{made['order']}/hand-over", 403, id_number=ID_NUMBER,
            code=f"{(int(made['pick_up_code']) + 1) % 1_000_000:06}",
        )  # fmt: skip
    await twice(branch, MANAGER, f"items/{made['order']}/unlock")
    body = {"kind": "passbook", "id_number": ID_NUMBER, "is_trade_done": True}
    other = await branch.post(TRADER, "items", how="counter", **body)
    await twice(branch, TRADER, f"items/{other['order']}/cancel", reason="客户不要了")
    third = await branch.post(TRADER, "items", how="counter", **body)
    await twice(branch, HANDLER, f"items/{third['order']}/stock", numbers=[])
    await twice(branch, HANDLER, f"items/{third['order']}/lay-ready")
    code = third["pick_up_code"]
    handed = await twice(
        branch, HANDLER, f"items/{third['order']}/hand-over", id_number=ID_NUMBER, code=code
    )
    assert handed["cell"] == 0
    lines = await happened(branch, third["order"])
    assert len(lines) == len(set(lines)), lines


async def test_a_key_is_for_one_request(branch: Branch) -> None:
    made = await sealed(branch, SEAL)
    person, headers = await branch.person(HANDLER), {"Idempotency-Key": "k"}
    path = f"/api/branches/east/items/{made['order']}/load"
    first = await person.post(path, json={"device": CABINET, "seal": SEAL}, headers=headers)
    assert first.status_code == 201, first.text
    other = await person.post(path, json={"device": CABINET, "seal": "S1"}, headers=headers)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "key_reused")


@pytest.mark.shows("R098", part="at a cabinet's own screen, what lies in it comes first")
async def test_a_cabinet_s_screen_finds_what_lies_in_it(branch: Branch) -> None:
    made = await loaded(branch, SEAL)
    card = await branch.post(
        TRADER, "items", kind="card", how="dispenser", id_number=ID_NUMBER, is_trade_done=True,
        device="east-dispenser",
    )  # fmt: skip
    body = {"kind": "passbook", "how": "counter", "id_number": ID_NUMBER, "is_trade_done": True}
    kept = await branch.post(TRADER, "items", **body)
    await branch.post(HANDLER, f"items/{kept['order']}/stock", numbers=[])
    await branch.post(HANDLER, f"items/{kept['order']}/lay-ready")
    register = branch.devices.register
    cabinet = register.get(CABINET)
    assert cabinet is not None
    await register.save(msgspec.structs.replace(cabinet, terminal="k1"), SYSTEM)

    async def found(holder: str) -> set[str]:
        call = msgspec.structs.replace(pick_up(branch, "t", ""), holder=holder)
        result = await actions(branch).find(call)
        assert isinstance(result, Done)
        return {one["value"] for one in result.data["items"]}

    assert await found("terminal:k1") == {made["order"]}
    assert await found("terminal:kiosk") == {made["order"], card["order"]}
    assert kept["order"] in await found("staff:s1")

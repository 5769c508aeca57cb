"""Automations of the whole bank: head office writes one, it holds in every branch that has none of its own."""

from typing import Any

from tests.automations.test_choreography import EAST, PATH, Branch, branch, seeded

__all__ = ["branch", "seeded"]
BANK = "/api/automations"
DRAFT: dict[str, Any] = {
    "name": {"zh": "全行早会", "en": "Morning meeting"},
    "triggers": [{"kind": "time", "at": "08:30"}],
    "actions": [{"action": "devices.scene", "parameters": {"scene": "morning_meeting"}}],
}


async def origins(branch: Branch, who: Any, name: str) -> tuple[str, str]:
    shown = (await who.get(PATH)).json()["automations"][name]
    return shown["origin"], shown["behind"]


async def test_what_head_office_writes_holds_in_a_branch_until_it_writes_its_own(
    branch: Branch,
) -> None:
    head = await branch.world.as_staff("gao.mingyuan")
    manager = await branch.world.as_staff("lin.xiaolan")
    words = (await head.get("/api/automation-words")).json()
    assert "morning_meeting" in [one["value"] for one in words["options"]["scenes"]]
    assert (await manager.put(f"{BANK}/own.early", json=DRAFT)).status_code == 403
    saved = await head.put(f"{BANK}/own.early", json=DRAFT)
    assert saved.status_code == 200, saved.text
    shown = (await head.get(BANK)).json()["automations"]["own.early"]
    assert (shown["origin"], shown["behind"], shown["own_in"]) == ("bank", "", [])
    assert await origins(branch, manager, "own.early") == ("bank", "bank")

    off = await manager.put(f"{PATH}/own.early/enabled", json={"enabled": False})
    assert off.status_code == 200, off.text
    assert await origins(branch, manager, "own.early") == ("branch", "bank")
    assert (await head.get(BANK)).json()["automations"]["own.early"]["own_in"] == [EAST]
    assert (await manager.delete(f"{PATH}/own.early")).status_code == 204
    assert await origins(branch, manager, "own.early") == ("bank", "bank")


async def test_the_bank_switches_off_what_came_and_takes_its_version_back(branch: Branch) -> None:
    head = await branch.world.as_staff("gao.mingyuan")
    manager = await branch.world.as_staff("lin.xiaolan")
    assert await origins(branch, manager, "hall.day_opened") == ("shipped", "shipped")
    off = await head.put(f"{BANK}/hall.day_opened/enabled", json={"enabled": False})
    assert off.status_code == 200, off.text
    here = (await manager.get(PATH)).json()["automations"]["hall.day_opened"]
    assert (here["origin"], here["automation"]["enabled"]) == ("bank", False)
    bank = (await head.get(BANK)).json()["automations"]["hall.day_opened"]
    assert (bank["origin"], bank["behind"]) == ("bank", "shipped")
    assert (await manager.delete(f"{BANK}/hall.day_opened")).status_code == 403
    assert (await head.delete(f"{BANK}/hall.day_opened")).status_code == 204
    assert (await head.delete(f"{BANK}/hall.day_opened")).status_code == 404
    assert await origins(branch, manager, "hall.day_opened") == ("shipped", "shipped")


async def test_it_runs_in_a_branch(branch: Branch) -> None:
    head = await branch.world.as_staff("gao.mingyuan")
    opened = DRAFT | {"triggers": [{"kind": "event", "event": "hall.day_opened"}]}
    saved = await head.put(f"{BANK}/own.early", json=opened)
    assert saved.status_code == 200, saved.text
    await branch.hall.open_day(EAST)
    await branch.done()
    manager = await branch.world.as_staff("lin.xiaolan")
    [run] = (await manager.get(f"{PATH}/own.early/runs")).json()
    assert run["branch"] == EAST

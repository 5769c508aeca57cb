"""Faults over HTTP: alarms as they happen, people who see to them, repairs, figures."""

import asyncio

import httpx
import pytest

from tests.devices.conftest import ENGINEER, Shop
from tingtang.devices.faults.model.state import AlarmState
from tingtang.devices.faults.service import FaultService
from tingtang.devices.model import wire
from tingtang.devices.model.wire import Health, ModuleReport
from tingtang.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

BRANCH = "/api/branches/east"
MANAGER = "zhou.qihang"


class Faults:
    """The faults of a shop's devices, looked at when a test says so."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.service = shop.world.app.parts.service("faults", FaultService)
        self.clock = shop.world.clock

    async def kiosk(self, device: str = "kiosk-1") -> None:
        await self.shop.enrol(device, "kiosk")
        await self.shop.up(device)
        await self.look()

    async def report(self, health: Health, code: str = "", device: str = "kiosk-1") -> None:
        self.shop.devices.modules(device, {"cash": ModuleReport(health, code)})
        await self.shop.settled()
        await self.look()

    async def look(self, after_ms: int = 0) -> None:
        self.clock.advance(after_ms)
        # The devices say that they are alive.
        for device in self.shop.devices.register.all():
            self.shop.devices.beat(device.id, wire.Beat(1, 0))
        await self.service.look()

    async def jam(self, after_ms: int = 0, for_ms: int = 10 * MINUTE_MS) -> None:
        """The cash module of kiosk-1 fails and works again."""
        await self.look(after_ms)
        await self.report(Health.FAULT, "note_jam")
        await self.look(for_ms)
        await self.report(Health.OK)

    async def alarms(self, client: httpx.AsyncClient) -> dict[str, dict[str, object]]:
        answer = await client.get(f"{BRANCH}/device-faults")
        assert answer.status_code == 200, answer.text
        found: dict[str, dict[str, object]] = answer.json()["alarms"]
        return found


@pytest.fixture
def faults(shop: Shop) -> Faults:
    return Faults(shop)


def code_of(answer: httpx.Response) -> str:
    code: str = answer.json()["error"]["code"]
    return code


@pytest.mark.shows("R138", part="an alarm from the device to the one who sees to it")
async def test_an_alarm_is_raised_taken_on_handed_over_and_closed(faults: Faults) -> None:
    await faults.kiosk()
    await faults.report(Health.FAULT, "note_jam")
    manager = await faults.shop.world.as_staff(MANAGER)
    [(alarm, shown)] = (await faults.alarms(manager)).items()
    assert (shown["grade"], shown["role"], shown["part"], shown["code"], shown["state"]) == (
        "major", "device_engineer", "cash", "note_jam", "open",
    )  # fmt: skip
    assert shown["answer_by_ms"] == faults.clock.now_ms() + 15 * MINUTE_MS
    path = f"{BRANCH}/devices/kiosk-1/alarms/{alarm}"
    assert (await manager.post(f"{path}/accept")).status_code == 201
    engineer = await faults.shop.world.as_staff(ENGINEER)
    assert code_of(await engineer.post(f"{path}/accept")) == "not_your_alarm"
    teller = faults.shop.world.staff("chen.yutong")
    refused = await manager.post(f"{path}/hand-over", json={"to": teller})
    assert code_of(refused) == "no_such_owner"
    to = faults.shop.world.staff(ENGINEER)
    assert (await manager.post(f"{path}/hand-over", json={"to": to})).status_code == 201
    [shown] = (await faults.alarms(manager)).values()
    assert (shown["owner"], shown["owner_name"]) == (to, "姜浩然")
    assert code_of(await manager.post(f"{path}/close", json={"outcome": "x"})) == "not_your_alarm"
    closed = await engineer.post(f"{path}/close", json={"outcome": "已取出卡钞"})
    assert closed.status_code == 201
    assert await faults.alarms(manager) == {}
    past = (await manager.get(f"{BRANCH}/devices/kiosk-1/faults")).json()["alarms"]
    assert past[alarm]["outcome"] == "已取出卡钞"


async def test_an_alarm_goes_to_the_next_and_closes_itself(faults: Faults) -> None:
    await faults.kiosk()
    await faults.report(Health.FAULT, "note_jam")
    await faults.look(15 * MINUTE_MS)
    manager = await faults.shop.world.as_staff(MANAGER)
    [shown] = (await faults.alarms(manager)).values()
    assert (shown["role"], shown["level"]) == ("branch_manager", 1)
    await faults.report(Health.OK)
    await faults.look(2 * MINUTE_MS)
    assert await faults.alarms(manager) == {}
    names = [r.type for r in await faults.shop.world.app.parts.log.read_stream("faults/kiosk-1")]
    assert names == [
        "faults.condition_changed", "faults.condition_changed", "faults.alarm_raised",
        "faults.alarm_escalated", "faults.condition_changed", "faults.alarm_ceased",
        "faults.alarm_cleared",
    ]  # fmt: skip


async def test_what_a_device_says_is_noticed_without_anybody_asking(faults: Faults) -> None:
    await faults.kiosk()
    faults.shop.devices.modules("kiosk-1", {"cash": ModuleReport(Health.FAULT, "note_jam")})
    async with asyncio.timeout(10):
        while not (await faults.service.state("kiosk-1")).open:
            await asyncio.sleep(0.01)
    assert len((await faults.service.state("kiosk-1")).open) == 1


async def test_supplies_that_run_low_are_the_lobby_managers(faults: Faults) -> None:
    await faults.kiosk()
    now_ms = faults.clock.now_ms()
    faults.shop.devices.samples("kiosk-1", wire.Samples(now_ms, {"receipt_paper": 4.0}))
    await faults.look()
    manager = await faults.shop.world.as_staff(MANAGER)
    [shown] = (await faults.alarms(manager)).values()
    assert (shown["kind"], shown["role"], shown["grade"]) == (
        "consumable_low", "lobby_manager", "minor",
    )  # fmt: skip
    assert shown["part_text"] == {"zh": "凭条纸", "en": "Receipt paper"}
    seen = (await manager.get(f"{BRANCH}/devices/kiosk-1/faults")).json()["consumables"]
    paper = next(one for one in seen if one["name"] == "receipt_paper")
    assert (paper["left"], paper["low"]) == (4.0, 10.0)


@pytest.mark.shows("R138", part="a repair from an alarm to its verification by somebody else")
async def test_a_repair_is_opened_from_an_alarm_and_closed_by_another(faults: Faults) -> None:
    await faults.kiosk()
    await faults.report(Health.FAULT, "note_jam")
    manager = await faults.shop.world.as_staff(MANAGER)
    engineer = await faults.shop.world.as_staff(ENGINEER)
    [alarm] = await faults.alarms(manager)
    path = f"{BRANCH}/devices/kiosk-1/repairs"
    body = {"description": "反复卡钞", "alarm": alarm}
    repair = (await manager.post(path, json=body)).json()["repair"]
    assert code_of(await manager.post(path, json=body)) == "repair_open"
    [shown] = (await faults.alarms(manager)).values()
    assert (shown["state"], shown["repair"]) == ("accepted", repair)
    steps = f"{path}/{repair}/steps"
    assert (await manager.post(steps, json={"step": "start"})).status_code == 403
    assert (await engineer.post(steps, json={"step": "start"})).status_code == 201
    faults.clock.advance(20 * MINUTE_MS)
    assert code_of(await engineer.post(steps, json={"step": "finish"})) == "repair_cause_missing"
    finish = {"step": "finish", "cause": "wear", "cost_fen": 12800, "note": "更换滚轮"}
    assert (await engineer.post(steps, json=finish)).status_code == 201
    assert code_of(await engineer.post(steps, json={"step": "verify"})) == "verify_others"
    assert (await manager.post(steps, json={"step": "verify"})).status_code == 201
    fleet = (await engineer.get("/api/device-repairs")).json()
    assert fleet["repairs"][repair]["state"] == "closed"
    figures = (await engineer.get("/api/devices/reliability?days=30")).json()["repairs"]
    assert (figures["done"], figures["mean_repair_ms"]) == (1, 20 * MINUTE_MS)
    bad = await manager.post(path, json={"description": "打 13800001111"})
    assert code_of(bad) == "personal_words"


async def test_an_answer_that_was_lost_is_given_again(faults: Faults) -> None:
    await faults.kiosk()
    manager = await faults.shop.world.as_staff(MANAGER)
    path, body = f"{BRANCH}/devices/kiosk-1/repairs", {"description": "屏幕有划痕"}
    first = await manager.post(path, json=body, headers={"idempotency-key": "k"})
    again = await manager.post(path, json=body, headers={"idempotency-key": "k"})
    assert first.json() == again.json()


@pytest.mark.shows("R138", part="a maintenance window in which nobody is alarmed")
async def test_maintenance_mutes_alarms_and_counts_for_nothing(faults: Faults) -> None:
    await faults.kiosk()
    engineer = await faults.shop.world.as_staff(ENGINEER)
    manager = await faults.shop.world.as_staff(MANAGER)
    now_ms = faults.clock.now_ms()
    body = {"from_ms": 0, "until_ms": now_ms + HOUR_MS, "reason": "季度保养"}
    assert (await manager.post(f"{BRANCH}/maintenance", json=body)).status_code == 403
    wrong = {**body, "until_ms": now_ms}
    assert code_of(await engineer.post(f"{BRANCH}/maintenance", json=wrong)) == "bad_window"
    window = (await engineer.post(f"{BRANCH}/maintenance", json=body)).json()
    assert window["from_ms"] == now_ms
    await faults.report(Health.FAULT, "note_jam")
    assert await faults.alarms(manager) == {}
    await faults.look(30 * MINUTE_MS)
    engineer = await faults.shop.world.as_staff(ENGINEER)  # the first session was idle too long
    manager = await faults.shop.world.as_staff(MANAGER)
    ended = await engineer.delete(f"{BRANCH}/maintenance/{window['id']}")
    assert ended.status_code == 204
    await faults.look()
    assert len(await faults.alarms(manager)) == 1
    [kept] = (await engineer.get(f"{BRANCH}/maintenance")).json()
    assert kept["until_ms"] == now_ms + 30 * MINUTE_MS
    figures = (await engineer.get("/api/devices/reliability?days=1&branch=east")).json()
    assert figures["all"]["figures"]["planned_hours"] == 0.5
    assert figures["all"]["figures"]["down_hours"] == 0.0


@pytest.mark.shows("R139", part="availability of a branch over HTTP, from what its devices said")
async def test_availability_follows_from_what_devices_said(faults: Faults) -> None:
    await faults.kiosk()
    await faults.look(50 * MINUTE_MS)
    await faults.jam(for_ms=20 * MINUTE_MS)
    await faults.look(50 * MINUTE_MS)
    manager = await faults.shop.world.as_staff(MANAGER)
    seen = (await manager.get("/api/devices/reliability?days=1")).json()
    whole = seen["all"]["figures"]
    assert whole["availability"] == pytest.approx(100 / 120)
    assert (whole["failures"], whole["mttr_hours"]) == (1, pytest.approx(1 / 3))
    assert whole["mtbf_hours"] == pytest.approx(100 / 60)
    assert [one["id"] for one in seen["branches"]] == ["east"]
    [kiosk] = seen["devices"]
    assert kiosk["device"] == "kiosk-1"
    own = (await manager.get(f"{BRANCH}/devices/kiosk-1/faults")).json()
    assert own["figures"]["down_hours"] == whole["down_hours"]
    assert [one["condition"] for one in own["history"]] == ["ok", "fault", "ok"]
    assert own["history"][1]["parts"] == [{"zh": "现金边柜", "en": "Cash cabinet"}]


async def test_a_forecast_says_what_it_lacks(faults: Faults) -> None:
    await faults.kiosk()
    engineer = await faults.shop.world.as_staff(ENGINEER)
    found = (await engineer.get("/api/devices/forecast?days=14")).json()
    assert found["chances"] == []
    assert found["tested"] is None
    assert found["too_short"]["failed_needed"] == 10


async def test_what_is_known_is_known_after_a_restart(faults: Faults) -> None:
    await faults.kiosk()
    await faults.report(Health.FAULT, "note_jam")
    app = faults.shop.world.app
    fresh = await faults.service.states_before(["faults/kiosk-1"], faults.clock.now_ms() + 1)
    assert fresh["faults/kiosk-1"] == await faults.service.state("kiosk-1")
    assert app.parts.log.head > 0


async def test_a_device_taken_out_of_use_alarms_nobody(faults: Faults) -> None:
    await faults.kiosk()
    await faults.report(Health.FAULT, "note_jam")
    engineer = await faults.shop.world.as_staff(ENGINEER)
    body = {"id": "kiosk-1", "type": "kiosk", "name": "一号", "active": False}
    await engineer.put(f"{BRANCH}/devices/kiosk-1", json=body)
    await faults.look(SECOND_MS)
    await faults.look(2 * MINUTE_MS)
    [alarm] = (await faults.service.state("kiosk-1")).alarms.values()
    assert alarm.state is AlarmState.CLEARED


async def test_a_device_of_another_branch_has_no_faults_here(faults: Faults) -> None:
    await faults.kiosk()
    engineer = await faults.shop.world.as_staff(ENGINEER)
    answer = await engineer.get("/api/branches/willow/devices/kiosk-1/faults")
    assert code_of(answer) == "unknown_device"
    teller = await faults.shop.world.as_staff("chen.yutong")
    assert (await teller.get(f"{BRANCH}/device-faults")).status_code == 403


async def test_old_conditions_are_forgotten(faults: Faults) -> None:
    await faults.kiosk()
    await faults.jam(after_ms=HOUR_MS)
    assert await faults.service.history.forget() == 0
    faults.clock.advance(801 * DAY_MS)
    assert await faults.service.history.forget() == 2


async def test_the_look_goes_on_after_one_that_failed(
    faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures, again = [RuntimeError("broken")], asyncio.Event()

    async def look(_devices: set[str] | None = None) -> None:
        if failures:
            raise failures.pop()
        again.set()

    monkeypatch.setattr(faults.service, "look", look)
    for _ in range(2):
        faults.service._news.set()
        await asyncio.sleep(0.05)
    async with asyncio.timeout(30):
        await again.wait()
    assert not failures

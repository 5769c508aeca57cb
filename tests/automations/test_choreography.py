"""The hall's choreography, as it comes with Tingtang, in a running branch with devices."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.devices.conftest import Shop
from tests.devices.test_scenes import Answering
from tests.http.world import open_world, seed
from tingtang.devices.model import wire
from tingtang.devices.model.records import Protocol
from tingtang.hall.model import commands as c
from tingtang.hall.model.state import Channel
from tingtang.hall.model.tasks.state import TaskKind
from tingtang.hall.service import HallService
from tingtang.hall.tasks import TaskService
from tingtang.kernel.automations.engine import Automations
from tingtang.kernel.automations.trial import try_day
from tingtang.kernel.clock import moment_ms
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text

EAST = BranchId("east")
ZONE = "Asia/Shanghai"
PATH = "/api/branches/east/automations"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("choreography")
    asyncio.run(seed(folder))
    return folder


class Branch(Shop):
    """A branch with a hall, devices that answer, and automations."""

    @property
    def engine(self) -> Automations:
        return self.world.app.parts.service("automations", Automations)

    @property
    def hall(self) -> HallService:
        return self.world.app.parts.service("hall", HallService)

    @property
    def tasks(self) -> TaskService:
        return self.world.app.parts.service("tasks", TaskService)

    async def done(self) -> None:
        """Everything has followed from everything."""
        reactions = self.world.app.parts.reactions
        async with asyncio.timeout(20):
            quiet = 0
            while quiet < 3:
                busy = reactions.behind or self.engine.runner.is_busy or self.devices.is_busy
                quiet = 0 if busy else quiet + 1
                await asyncio.sleep(0.01)

    async def device(self, name: str, type_: str, zone: str) -> None:
        await self.enrol(name, type_, zone=zone)
        await self.up(name)

    async def wait(self, minutes: float) -> None:
        """Time passes, and automations look every five seconds."""
        for _ in range(round(minutes * 12)):
            self.world.clock.advance(5_000)
            now_ms = self.world.clock.now_ms()
            for device in self.devices.register.of_branch(EAST):
                self.devices.beat(device.id, wire.Beat(1, now_ms))
            await self.engine.look()
        await self.done()

    async def ran(self) -> list[str]:
        return [one.event.automation for one in await self.world.events("automations.run_started")]


@pytest.fixture
async def branch(seeded: Path, tmp_path: Path) -> AsyncIterator[Branch]:
    async with open_world(seeded, tmp_path) as world:
        branch = Branch(world, Answering.__new__(Answering))
        branch.link = Answering(branch)
        branch.devices.add_link(Protocol.MQTT, branch.link)
        yield branch


@pytest.mark.shows("R025", part="the day opens and closes with its devices")
async def test_the_branch_s_devices_open_and_close_with_its_day(branch: Branch) -> None:
    await branch.device("lamp", "light", "east.zone.waiting")
    await branch.device("blind", "curtain", "east.zone.window")
    await branch.hall.open_day(EAST)
    await branch.done()
    lamp = await branch.devices.state("lamp")
    assert lamp.properties == {"on": True, "level": 80}
    assert (await branch.devices.state("blind")).properties["position"] == 100
    await branch.hall.run(EAST, c.CloseDay(), SYSTEM)
    await branch.done()
    assert (await branch.devices.state("lamp")).properties["on"] is False
    assert await branch.ran() == ["hall.day_opened", "hall.day_closed"]
    for command in [one.cause for one in await branch.world.events("scenes.scene_started")]:
        assert command.startswith("scene:")


@pytest.mark.shows("R025", part="a VIP's arrival prepares the wealth area")
async def test_when_somebody_is_sent_to_meet_a_vip_the_wealth_area_is_ready(branch: Branch) -> None:
    await branch.device("near", "light", "east.zone.wealth")
    await branch.device("far", "light", "east.zone.waiting")
    await branch.device("scent", "scent", "east.zone.wealth")
    await branch.hall.open_day(EAST)
    await branch.done()
    for kind in (TaskKind.OTHER, TaskKind.VIP_RECEPTION):
        await branch.tasks.raise_task(EAST, kind, f"about {kind}", SYSTEM)
    await branch.done()
    assert (await branch.devices.state("near")).properties["colour_temperature"] == 3500
    assert (await branch.devices.state("scent")).properties["level"] == 50
    assert "colour_temperature" not in (await branch.devices.state("far")).properties
    assert (await branch.ran()).count("hall.vip_arrives") == 1


@pytest.mark.shows("R025", part="a queue that grows: notice, screens, a task")
async def test_a_queue_that_grows_is_told_of_and_a_trial_says_the_same(branch: Branch) -> None:
    await branch.device("screen", "signage_player", "east.zone.waiting")
    branch.devices.properties("screen", {"on": True, "source": "hdmi"})
    await branch.hall.open_day(EAST)
    await branch.wait(1)
    service = branch.hall.directory.services_of(EAST)[0].id
    for _ in range(7):
        await branch.hall.issue_ticket(EAST, (service,), SYSTEM, channel=Channel.KIOSK)
    await branch.wait(2)
    assert "hall.queue_grows" not in await branch.ran()
    await branch.wait(2)
    assert (await branch.ran()).count("hall.queue_grows") == 1
    state = await branch.hall.state(EAST)
    [notice] = state.notices
    assert "Many are waiting" in notice.en
    assert (await branch.devices.state("screen")).properties["source"] == "playlist"
    board = await branch.tasks.board(EAST)
    assert any(task.note.startswith("排队增长") for task in board.tasks.values())
    await branch.wait(10)
    assert (await branch.ran()).count("hall.queue_grows") == 1
    automation = branch.engine.book.get("east", "hall.queue_grows")
    before = len(await branch.ran())
    trial = await try_day(branch.engine, automation, "east", "2026-11-18")
    [would] = [one for one in trial.occasions if one.actions]
    [did] = [one for one in await branch.world.events("automations.run_started")
             if one.event.automation == "hall.queue_grows"]  # fmt: skip
    assert abs(would.at_ms - did.time_ms) <= 20_000
    assert would.actions == did.event.actions
    assert len(await branch.ran()) == before


@pytest.mark.shows("R025", part="counters that open late")
async def test_too_few_counters_after_the_doors_opened_is_a_task_for_the_manager(
    branch: Branch,
) -> None:
    branch.world.clock.at_ms = moment_ms("2026-11-19", "08:40", ZONE)
    await branch.hall.open_day(EAST)
    await branch.wait(30)
    assert (await branch.ran()).count("hall.counter_late") == 1
    board = await branch.tasks.board(EAST)
    [task] = [one for one in board.tasks.values() if "柜员" in one.note]
    assert task.grade == "orange"


@pytest.mark.shows("R135", part="power by the branch's hours")
async def test_devices_are_switched_by_the_branch_s_hours(branch: Branch) -> None:
    await branch.device("lamp", "light", "east.zone.waiting")
    manager = await branch.world.as_staff("lin.xiaolan")
    for name in ("devices.power_on", "devices.power_off"):
        answer = await manager.put(f"{PATH}/{name}/enabled", json={"enabled": True})
        assert answer.status_code == 200, answer.text
    found: dict[str, Any] = (await manager.get(PATH)).json()["automations"]
    assert found["devices.power_on"]["origin"] == "branch"
    assert found["devices.window_dark"]["automation"]["enabled"] is False
    lamp: list[tuple[str, object]] = []
    for clock in ("08:25", "08:31", "17:30", "18:01"):
        branch.world.clock.at_ms = moment_ms("2026-11-19", clock, ZONE)
        branch.devices.link("lamp", wire.LinkState(wire.Link.ONLINE, boot=clock))
        await branch.settled()
        await branch.engine.look()
        await branch.done()
        lamp.append((clock, (await branch.devices.state("lamp")).properties.get("on")))
    assert lamp == [("08:25", None), ("08:31", True), ("17:30", True), ("18:01", False)]


@pytest.mark.shows("R135", part="chosen devices by times of business days")
async def test_some_devices_are_switched_at_times_of_their_own(branch: Branch) -> None:
    await branch.device("lamp", "light", "east.zone.waiting")
    await branch.device("other", "light", "east.zone.smart")
    manager = await branch.world.as_staff("lin.xiaolan")
    for state, at in (("on", "08:00"), ("off", "18:00")):
        draft = {
            "name": {"zh": "等候区灯", "en": "Waiting area"},
            "triggers": [{"kind": "time", "at": at, "business_days_only": True}],
            "actions": [
                {
                    "action": "devices.power",
                    "parameters": {"state": state, "zone": "east.zone.waiting", "type": "light"},
                }
            ],
        }
        answer = await manager.put(f"{PATH}/power.waiting.{state}", json=draft)
        assert answer.status_code == 200, answer.text
    seen: list[tuple[str, object, object]] = []
    # On New Year's Day the branch is closed.
    for day, clock in (("2026-11-19", "08:01"), ("2026-11-19", "18:01"), ("2027-01-01", "08:01")):
        branch.world.clock.at_ms = moment_ms(day, clock, ZONE)
        for device in ("lamp", "other"):
            branch.devices.link(device, wire.LinkState(wire.Link.ONLINE, boot=day + clock))
        await branch.settled()
        await branch.engine.look()
        await branch.done()
        lamp, other = [await branch.devices.state(one) for one in ("lamp", "other")]
        seen.append((clock, lamp.properties.get("on"), other.properties.get("on")))
    assert seen == [("08:01", True, None), ("18:01", False, None), ("08:01", False, None)]
    [run] = await branch.engine.book.runs(EAST, "power.waiting.off", 5)
    assert run.results[0].words == Text("1 台到位", "1 as wanted")


async def test_staff_edit_try_and_run_one_over_http(branch: Branch) -> None:
    await branch.device("lamp", "light", "east.zone.waiting")
    await branch.hall.open_day(EAST)
    await branch.done()
    manager = await branch.world.as_staff("lin.xiaolan")
    draft: dict[str, Any] = {
        "name": {"zh": "演示", "en": "Shown"},
        "triggers": [{"kind": "event", "event": "device.properties_changed",
                      "where": [{"kind": "field", "field": "values.on", "value": True},
                                {"kind": "field", "field": "stream", "value": "device/lamp"}]}],
        "actions": [{"action": "devices.set", "parameters": {"device": "lamp", "property": "level", "number": 30}}],
    }  # fmt: skip
    tried = await manager.post(
        "/api/branches/east/automation-trials", json={"date": "2026-11-18", "draft": draft}
    )
    assert tried.status_code == 200, tried.text
    assert [one["held"] for one in tried.json()["occasions"]] == [True]
    assert tried.json()["occasions"][0]["actions"][0]["arguments"]["number"] == 30
    assert (await branch.devices.state("lamp")).properties["level"] == 80

    saved = await manager.put(f"{PATH}/lamp.dim", json=draft)
    assert saved.status_code == 200, saved.text
    begun = await manager.post(f"{PATH}/lamp.dim/runs")
    assert begun.status_code == 201, begun.text
    await branch.done()
    assert (await branch.devices.state("lamp")).properties["level"] == 30
    [run] = (await manager.get(f"{PATH}/lamp.dim/runs")).json()
    assert (run["state"], run["run"]) == ("done", begun.json()["run"])
    given = (await branch.world.events("device.command_given"))[-1]
    assert given.actor == f"system:automation/{run['run']}"

    draft["actions"][0]["parameters"]["device"] = "nobody"
    refused = await manager.put(f"{PATH}/lamp.dim", json=draft)
    assert refused.json()["error"]["code"] == "bad_automation"
    teller = await branch.world.as_staff("chen.yutong")
    assert (await teller.get(PATH)).status_code == 403
    assert (await manager.put("/api/automations/lamp.dim", json=draft)).status_code == 403
    assert (await manager.delete(f"{PATH}/lamp.dim")).status_code == 204
    assert (await manager.delete(f"{PATH}/lamp.dim")).status_code == 404

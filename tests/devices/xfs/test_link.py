"""Machines on XFS4IoT over real sockets: faults are injected, and seen in the device's state."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.devices.conftest import ENGINEER, Shop
from tests.http.world import open_world
from tingtang.devices.model.state import CommandState, DeviceState
from tingtang.devices.model.wire import App, Health, Link
from tingtang.devices.virtual.xfs_machines import kiosk
from tingtang.devices.xfs.machine import Machine
from tingtang.kernel.permissions import SYSTEM
from xfs4iot.client import Connection
from xfs4iot.errors import CommandErrorCode
from xfs4iot.server import Host
from xfs4iot.virtual import Fault
from xfs4iot.virtual.auxiliaries import AuxiliariesWorld
from xfs4iot.virtual.cash_world import CashWorld
from xfs4iot.virtual.device import VirtualDevice

KIOSK_ID = "kiosk-x"
PATH = f"/api/branches/east/devices/{KIOSK_ID}"


class Hall:
    """A shop with a kiosk on a socket."""

    def __init__(self, shop: Shop, host: Host, services: list[VirtualDevice]) -> None:
        self.shop = shop
        self.host = host
        self.services = {one.name: one for one in services}

    async def state(self, holds: Callable[[DeviceState], bool]) -> DeviceState:
        """The kiosk's state as soon as ``holds``."""
        async with asyncio.timeout(15):
            while True:
                state = await self.shop.devices.state(KIOSK_ID)
                if holds(state):
                    return state
                await asyncio.sleep(0.02)

    async def module(self, name: str, health: Health) -> str:
        """The code of a module once it is in that health."""
        state = await self.state(
            lambda state: name in state.modules and state.modules[name].health is health
        )
        return state.modules[name].code

    async def told(self, name: str, **parameters: object) -> tuple[CommandState, str, str]:
        """What came of a command, with its code and detail."""
        command = await self.shop.devices.give(KIOSK_ID, name, parameters, SYSTEM)  # type: ignore[arg-type]
        outcome = await self.shop.devices.outcome(KIOSK_ID, command)
        given = (await self.shop.devices.state(KIOSK_ID)).commands[command]
        return outcome, given.code, given.detail


@pytest.fixture
async def hall(seeded: Path, tmp_path: Path) -> AsyncIterator[Hall]:
    services = kiosk(step_ms=0)
    async with open_world(seeded, tmp_path) as world, Host(services) as host:
        shop = Shop(world, None)  # type: ignore[arg-type]
        await shop.enrol(KIOSK_ID, "kiosk", protocol="xfs", address=host.uri)
        hall = Hall(shop, host, services)
        await hall.state(lambda state: len(state.modules) == 12)
        yield hall


@pytest.mark.shows("R051", part="a smart counter over XFS4IoT")
@pytest.mark.shows("R134", part="modules over XFS4IoT")
async def test_a_kiosk_is_found_with_all_its_modules(hall: Hall) -> None:
    state = await hall.state(lambda state: "in_service" in state.properties)
    assert state.link is Link.ONLINE
    assert state.firmware
    assert {module.health for module in state.modules.values()} == {Health.OK}
    latest = hall.shop.devices.telemetry.latest[KIOSK_ID]
    assert latest["notes"].value == 1_800
    assert latest["safe_door_open"].value == 0


@pytest.mark.shows("R138", part="a jam is seen, and goes away after repair and reset")
async def test_a_jam_is_a_fault_of_its_module_until_it_is_cleared_and_reset(hall: Hall) -> None:
    printer = hall.services["ReceiptPrinter"]
    printer.world.inject(Fault.JAM)
    async with await Connection.open(hall.host.uri_of("ReceiptPrinter")) as application:
        with pytest.raises(CommandErrorCode):
            await application.execute("Printer.PrintNative", {"data": "eA=="})
    assert await hall.module("receipt_printer", Health.FAULT) == "printer.media=jammed"
    outcome, code, _ = await hall.told("reset_module", module="receipt_printer")
    assert outcome is CommandState.FAILED
    assert code
    printer.world.clear_jam()
    assert (await hall.told("reset_module", module="receipt_printer"))[0] is CommandState.DONE
    await hall.module("receipt_printer", Health.OK)


async def test_a_module_without_power_is_a_fault_until_power_is_back(hall: Hall) -> None:
    world = hall.services["CashCabinet"].world
    world.cut_power()
    assert await hall.module("cash", Health.FAULT) == "device=powerOff"
    world.restore_power()
    await hall.module("cash", Health.OK)


@pytest.mark.shows("R133", part="a machine's link lost and regained")
async def test_a_machine_that_loses_power_is_off_line_and_comes_back_as_new(hall: Hall) -> None:
    before = await hall.state(lambda state: state.link is Link.ONLINE)
    first = before.boot
    await hall.host.lose_power()
    state = await hall.state(lambda state: state.link is Link.OFFLINE)
    assert state.link_why == "will"
    assert {module.health for module in state.modules.values()} == {Health.OK}
    hall.shop.world.clock.advance(1_000)
    await hall.host.start()
    state = await hall.state(lambda state: state.link is Link.ONLINE)
    assert state.boot != first


async def test_a_machine_that_says_what_makes_no_sense_is_looked_for_again(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, failures = Machine._found, [TypeError("a text where a number should be")]
    is_found = asyncio.Event()

    async def puzzled(machine: Machine) -> None:
        await found(machine)
        if failures:
            raise failures.pop()
        is_found.set()

    monkeypatch.setattr(Machine, "_found", puzzled)
    await hall.host.lose_power()
    await hall.state(lambda state: state.link is Link.OFFLINE)
    await hall.host.start()
    async with asyncio.timeout(15):
        await is_found.wait()
    state = await hall.state(lambda state: state.link is Link.ONLINE)
    assert state.link is Link.ONLINE
    assert not failures


@pytest.mark.shows("R109")
async def test_it_counts_its_notes_itself(hall: Hall) -> None:
    world = hall.services["CashCabinet"].world
    assert isinstance(world, CashWorld)
    world.units["unitCNY50"].notes.pop()  # taken by hand, which no counter knows
    outcome, _, detail = await hall.told("self_count", module="cash")
    assert outcome is CommandState.DONE
    assert "unitcny50=599" in detail
    assert hall.shop.devices.telemetry.latest[KIOSK_ID]["notes"].value == 1_799


async def test_an_exchange_opens_and_closes_the_units(hall: Hall) -> None:
    assert (await hall.told("start_exchange", module="cash"))[0] is CommandState.DONE
    again = await hall.told("start_exchange", module="cash")
    assert again[:2] == (CommandState.FAILED, "exchangeActive")
    assert (await hall.told("end_exchange", module="cash"))[0] is CommandState.DONE
    assert (await hall.told("end_exchange", module="cash"))[1] == "noExchangeActive"


async def test_it_is_opened_and_paused_by_its_indicator(hall: Hall) -> None:
    assert (await hall.told("set", in_service=True, volume=30))[0] is CommandState.DONE
    state = await hall.state(lambda state: state.properties.get("in_service") is True)
    assert state.properties["volume"] == 30
    world = hall.services["Sensors"].world
    assert isinstance(world, AuxiliariesWorld)
    assert world.states["openClosedIndicator"] == "open"
    assert (await hall.told("pause"))[0] is CommandState.DONE
    await hall.state(lambda state: state.app is App.PAUSED)
    assert world.states["openClosedIndicator"] == "closed"
    assert (await hall.told("resume"))[0] is CommandState.DONE
    await hall.state(lambda state: state.app is App.RUNNING)


async def test_what_xfs_cannot_do_is_said(hall: Hall) -> None:
    assert (await hall.told("version"))[2].startswith("BillCabinet ")
    outcome, code, detail = await hall.told("reset_module", module="guide_lights")
    assert (outcome, code) == (CommandState.FAILED, "unsupported")
    assert "Lights" in detail
    engineer = await hall.shop.world.as_staff(ENGINEER)
    sent = await engineer.post(f"{PATH}/commands", json={"name": "restart"})
    outcome = await hall.shop.devices.outcome(KIOSK_ID, sent.json()["command"])
    assert outcome is CommandState.FAILED


async def test_a_module_whose_service_goes_is_a_fault_and_the_rest_goes_on(hall: Hall) -> None:
    service = hall.host.services.pop("Scanner")
    for session in list(service.sessions):
        session.socket.transport.abort()
    assert await hall.module("scanner", Health.FAULT) == "not_connected"
    hall.host.services["Scanner"] = service
    await hall.module("scanner", Health.OK)
    assert (await hall.shop.devices.state(KIOSK_ID)).link is Link.ONLINE


async def test_a_machine_that_is_removed_is_let_go(hall: Hall) -> None:
    engineer = await hall.shop.world.as_staff(ENGINEER)
    assert (await engineer.delete(PATH)).status_code == 204
    async with asyncio.timeout(5):
        while any(service.sessions for service in hall.services.values()):
            await asyncio.sleep(0.02)

"""Machines that sleep or are switched off are woken, and who cannot be is told so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.devices.conftest import ENGINEER, Shop
from tingtang.devices.model import wire
from tingtang.devices.model.decide import WAKE_TIMEOUT_MS
from tingtang.devices.model.state import CommandState
from tingtang.devices.waking import magic_packet

PATH = "/api/branches/east/devices"
MAC = "02:00:5E:10:20:30"
ASLEEP = wire.LinkState(wire.Link.SLEEPING)


class Card(asyncio.DatagramProtocol):
    """A network card that waits for its packet."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.heard.put_nowait(data)


@asynccontextmanager
async def network_card() -> AsyncIterator[tuple[Card, str]]:
    transport, card = await asyncio.get_running_loop().create_datagram_endpoint(
        Card, local_addr=("127.0.0.1", 0)
    )
    yield card, f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    transport.close()


async def wake(shop: Shop, device: str) -> str:
    manager = await shop.world.as_staff("zhou.qihang")
    answer = await manager.post(f"{PATH}/{device}/commands", json={"name": "wake"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["command"])


async def asleep(shop: Shop, device: str) -> None:
    await shop.up(device)
    shop.devices.link(device, ASLEEP)
    await shop.settled()


def test_a_magic_packet_is_as_the_network_cards_expect_it() -> None:
    packet = magic_packet(MAC)
    assert len(packet) == 102
    assert packet[:6] == b"\xff" * 6
    assert packet[6:] == bytes([0x02, 0x00, 0x5E, 0x10, 0x20, 0x30]) * 16


@pytest.mark.shows("R135", part="on: a computer over the network")
async def test_a_sleeping_computer_is_woken_over_the_network(shop: Shop) -> None:
    async with network_card() as (card, address):
        await shop.enrol("pc-1", "pc", mac=MAC, wake_address=address)
        await asleep(shop, "pc-1")
        command = await wake(shop, "pc-1")
        async with asyncio.timeout(10):
            assert await card.heard.get() == magic_packet(MAC)
        await shop.settled()
        state = await shop.devices.state("pc-1")
        assert state.commands[command].state is CommandState.SENT
        # A packet is never acknowledged: that it is up is what ends the command.
        await shop.up("pc-1", boot="2")
        assert await shop.devices.outcome("pc-1", command) is CommandState.DONE


@pytest.mark.shows("R135", part="on: by a smart plug")
async def test_what_hangs_on_a_plug_is_woken_by_it(shop: Shop) -> None:
    await shop.enrol("plug-1", "light")
    await shop.enrol("coffee-1", "coffee_printer", plug="plug-1")
    await shop.up("plug-1")
    await asleep(shop, "coffee-1")
    await wake(shop, "coffee-1")
    while not shop.link.sent:
        await asyncio.sleep(0.005)
    [(device, call)] = shop.link.sent
    assert (device, call.name, call.parameters) == ("plug-1", "set", {"on": True})


async def test_what_listens_while_it_sleeps_is_told_over_its_own_link(shop: Shop) -> None:
    await shop.enrol("robot-1", "robot")
    await asleep(shop, "robot-1")
    command = await wake(shop, "robot-1")
    while not shop.link.sent:
        await asyncio.sleep(0.005)
    assert [(device, call.name) for device, call in shop.link.sent] == [("robot-1", "wake")]
    shop.devices.result("robot-1", wire.CommandResult(command, wire.CommandStep.ACCEPTED))
    await shop.settled()
    assert (await shop.devices.state("robot-1")).commands[command].state is CommandState.ACCEPTED


async def test_what_is_on_is_not_woken_again(shop: Shop) -> None:
    await shop.enrol("robot-1", "robot")
    await shop.up("robot-1")
    command = await wake(shop, "robot-1")
    given = (await shop.devices.state("robot-1")).commands[command]
    assert (given.state, given.code) == (CommandState.DONE, "already_on")


async def test_what_does_not_come_up_is_unknown_in_the_end(shop: Shop) -> None:
    await shop.enrol("robot-1", "robot")
    await asleep(shop, "robot-1")
    command = await wake(shop, "robot-1")
    shop.world.clock.advance(WAKE_TIMEOUT_MS)
    await shop.devices.look()
    given = (await shop.devices.state("robot-1")).commands[command]
    assert given.state is CommandState.UNKNOWN


async def test_when_no_way_works_that_is_what_came_of_it(shop: Shop) -> None:
    await shop.enrol("plug-1", "light")  # which is away
    await shop.enrol("coffee-1", "coffee_printer", plug="plug-1")
    await asleep(shop, "coffee-1")
    command = await wake(shop, "coffee-1")
    assert await shop.devices.outcome("coffee-1", command) is CommandState.FAILED
    given = (await shop.devices.state("coffee-1")).commands[command]
    assert (given.code, given.detail) == ("not_sent", "plug: device_not_reachable")


@pytest.mark.parametrize(
    ("type_", "more", "code"),
    [("light", {}, "unknown_command"), ("pc", {}, "cannot_be_woken")],
    ids=["a type that is not woken", "nobody registered how"],
)
async def test_what_cannot_be_woken_says_so(
    shop: Shop, type_: str, more: dict[str, str], code: str
) -> None:
    await shop.enrol("x-1", type_, **more)
    await asleep(shop, "x-1")
    manager = await shop.world.as_staff("zhou.qihang")
    answer = await manager.post(f"{PATH}/x-1/commands", json={"name": "wake"})
    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"mac": "02-00-5E-10-20-30"}, "bad_input"),
        ({"wake_address": "here"}, "bad_input"),
        ({"plug": "nowhere"}, "unknown_plug"),
        ({"plug": "camera-1"}, "unknown_plug"),
        ({"plug": "far-1"}, "unknown_plug"),
    ],
)
async def test_how_it_is_woken_is_checked_when_it_is_registered(
    shop: Shop, more: dict[str, str], code: str
) -> None:
    await shop.enrol("camera-1", "camera")
    engineer = await shop.world.as_staff(ENGINEER)
    far = {"id": "far-1", "type": "light", "name": "远处"}
    assert (await engineer.post("/api/branches/harbour/devices", json=far)).status_code == 201
    answer = await shop.enrol("pc-1", "pc", **more)
    assert answer.json()["error"]["code"] == code

"""A U盾 in the dispenser's port: its own key, the bank's certificate, written into it."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.devices.virtual.test_machine import Played
from tests.journeys.conftest import Office, Terminal, open_office, until
from tests.journeys.flows import asks, does, line
from tingtang.bank.reference.security import SoftwareSecurity
from tingtang.devices.model import wire
from tingtang.devices.model.records import Protocol
from tingtang.devices.service import DeviceService
from tingtang.kernel.ids import JourneyId

ENGINEER, DISPENSER = "jiang.haoran", "east-dispenser"


class Port:
    """The link to a virtual dispenser: what it says goes to the platform."""

    def __init__(self, devices: DeviceService) -> None:
        self.devices = devices
        self.played = Played("dispenser")
        self.swapped = ""
        """The number of another U盾 that was plugged in instead."""

    async def send(self, device: str, call: wire.CommandCall) -> bool:
        asyncio.get_running_loop().call_soon(self._do, device, call)
        return True

    def _do(self, device: str, call: wire.CommandCall) -> None:
        if self.swapped:
            call = wire.CommandCall(
                id=call.id, name=call.name, parameters={**call.parameters, "number": self.swapped}
            )
        said = [*self.played.machine.hear(call, self.played.now_ms), *self.played.run(10)]
        for one in said:
            if isinstance(one.body, wire.CommandResult):
                self.devices.result(device, one.body)

    async def use_modules(self, device: str, modules: dict[str, bool]) -> None:
        pass

    async def forget(self, device: str) -> None:
        pass


class Lobby:
    def __init__(self, office: Office, port: Port, bank: SoftwareSecurity) -> None:
        self.office, self.port, self.bank = office, port, bank
        self.kiosk: Terminal

    async def run(self) -> dict:
        """Make a key, have it certified, write the certificate; what is known then."""
        steps = [
            does("made", "token.request", 'on_refused="go_on"', token="'UK00000007'"),
            asks("ask", 'name="pem" kind="text" zh="证书" en="PEM" length_max="2000"'),
            does(
                "written", "token.install", 'on_refused="go_on"', token="'UK00000007'",
                certificate="ask.pem",
            ),
            asks("stop"),
        ]  # fmt: skip
        await self.office.install("try", {"try.bpmn": line("try", *steps)})
        view = await self._settled(await self.kiosk.begin("try"))
        made = self._known(view)["made"]
        key = made.get("public_key", "04" + "ab" * 64)
        pem, _ = self.bank.certificate("c1@UK00000007", key, "0A", "2026-11-22")
        self.port.swapped = ""
        view = await self._settled(await self.kiosk.answer(view, pem=pem))
        return self._known(view)

    async def _settled(self, view: dict) -> dict:
        store = self.office.journeys.store
        await until(lambda: not store.in_memory(JourneyId(view["journey"])).journey.pending, 60)
        return await self.kiosk.see(view)

    def _known(self, view: dict) -> dict:
        opened = self.office.journeys.store.in_memory(JourneyId(view["journey"]))
        return opened.run.known(opened.run.waiting()[0].key)


@pytest.fixture
async def lobby(seeded: Path, tmp_path: Path) -> AsyncIterator[Lobby]:
    async with open_office(seeded, tmp_path) as office:
        devices = office.world.app.parts.service("devices", DeviceService)
        port = Port(devices)
        devices.add_link(Protocol.MQTT, port)
        engineer = await office.staff(ENGINEER)
        body = {"id": DISPENSER, "type": "dispenser", "name": "产品领取机", "zone": ""}
        made = await engineer.http.post("/api/branches/east/devices", json=body)
        assert made.status_code == 201, made.text
        devices.link(DISPENSER, wire.LinkState(wire.Link.ONLINE, boot="1", firmware="1.0"))
        devices.modules(DISPENSER, dict(port.played.machine.body.modules))
        await devices.state(DISPENSER)
        await until(lambda: not devices.is_busy, 60)
        found = Lobby(office, port, SoftwareSecurity(tmp_path / "bank-keys.json"))
        found.kiosk = await office.kiosk()
        yield found


@pytest.mark.shows("R081", part="from the U盾's own key to the certificate inside it")
async def test_a_key_is_made_inside_and_its_certificate_is_written(lobby: Lobby) -> None:
    known = await lobby.run()
    assert known["made"]["public_key"].startswith("04")
    assert known["written"] == {}
    private = lobby.port.played.machine.body.keys["UK00000007"]
    secret = private.to_bytes(32, "big")
    kept = b"".join(p.read_bytes() for p in lobby.office.world.folder.glob("tingtang.db*"))
    assert secret not in kept
    assert secret.hex().encode() not in kept


async def test_another_token_in_the_port_is_noticed(lobby: Lobby) -> None:
    lobby.port.swapped = "UK00000008"
    known = await lobby.run()
    assert known["made"]["code"] == "other_token"
    assert known["written"]["code"] == "failed"


async def test_a_certificate_for_another_key_is_not_taken(lobby: Lobby) -> None:
    own = lobby.bank.certificate

    def other(subject: str, _key: str, serial: str, date: str) -> tuple[str, str]:
        from tingtang.devices.model import sm2

        return own(subject, sm2.encoded(sm2.public_point(7)).hex(), serial, date)

    lobby.bank.certificate = other  # type: ignore[method-assign]
    known = await lobby.run()
    assert known["written"]["code"] == "failed"
    assert "重新办理" in known["written"]["zh"]


async def test_without_a_port_it_is_said_at_once(lobby: Lobby) -> None:
    engineer = await lobby.office.staff(ENGINEER)
    path = f"/api/branches/east/devices/{DISPENSER}/modules/key_port"
    answer = await engineer.http.put(path, json={"enabled": False})
    assert answer.status_code < 300, answer.text
    known = await lobby.run()
    assert known["made"]["code"] == "no_port"
    assert "签名程序" in known["made"]["zh"]


def test_the_private_key_of_a_request_stays_inside() -> None:
    played = Played("dispenser")
    call = wire.CommandCall(id="c1", name="key_request", parameters={"number": "UK00000007"})
    played.machine.hear(call, played.now_ms)
    said = played.run(10)
    results = [one.body for one in said if isinstance(one.body, wire.CommandResult)]
    request = b64decode(str(results[-1].data["request"]))
    assert played.machine.body.keys["UK00000007"].to_bytes(32, "big") not in request

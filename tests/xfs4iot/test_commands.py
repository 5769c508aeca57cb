"""The command line, whole machines, and the virtual customer."""

import asyncio
import json
import os
import signal
import sys
from typing import Any

import pytest

from tests.xfs4iot.conftest import Lab
from xfs4iot.__main__ import main
from xfs4iot.virtual import MACHINES, Customer, Fault, build
from xfs4iot.virtual.card_reader import CardReader
from xfs4iot.virtual.card_world import CardWorld
from xfs4iot.virtual.cash import CashRecycler
from xfs4iot.virtual.cash_world import CashWorld
from xfs4iot.virtual.check import CheckReader
from xfs4iot.virtual.pin_pad import DIGITS


async def run(*arguments: str) -> tuple[int, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "xfs4iot", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode() + err.decode()


async def test_serve_discover_call() -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "xfs4iot", "serve", "--services", "kiosk", "--port", "0",
        "--step-ms", "0", "--customer",
        stdout=asyncio.subprocess.PIPE, env=os.environ,
    )  # fmt: skip
    assert server.stdout
    try:
        lines = [(await server.stdout.readline()).decode().strip() for _ in range(9)]
        assert lines[1].endswith("/CardReader")
        port = lines[0].split(":")[2].split("/")[0]
        found, listed, read, failed = await asyncio.gather(
            run("discover", "127.0.0.1", "--ports", port),
            run("call", lines[1], "Common.Status", "--dialect", "2021-1"),
            run("call", lines[4], "BarcodeReader.Read", "--timeout-ms", "9000"),
            run("call", lines[1], "CardReader.ChipPower", '{"chipPower": "cold"}'),
        )
        assert found[0] == 0
        assert json.loads(found[1])[0]["services"] == lines[1:]
        assert listed[0] == 0
        assert json.loads(listed[1])["payload"]["common"]["device"] == "online"
        assert "VElDS0VULUEwMDE=" in read[1]  # the customer held a ticket to the window
        assert failed[0] == 1
        assert "noMedia" in failed[1]
    finally:
        server.send_signal(signal.SIGINT)
        assert await server.wait() == 0


async def test_calling_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    code = await asyncio.to_thread(main, ["call", "ws://127.0.0.1:1/xfs4iot/v1.0", "Common.Status"])
    assert code == 2
    assert "127.0.0.1:1" in capsys.readouterr().err
    assert await asyncio.to_thread(main, ["discover", "127.0.0.1", "--ports", "1"]) == 1


def test_machines_are_built_of_known_devices() -> None:
    for machine, kinds in MACHINES.items():
        assert [device.name for device in build([machine])] == list(kinds)
    assert len(build(["kiosk", "CardReader"])) == len(MACHINES["kiosk"])
    with pytest.raises(KeyError):
        build(["toaster"])


async def test_a_kiosk_serves_a_customer_who_plays_along(one_lab: Lab) -> None:
    devices = {device.name: device for device in build(["kiosk", "CashRecycler", "Check"])}
    host = await one_lab.publish(*devices.values())
    customer = Customer(*(device.world for device in devices.values()), delay_ms=1, pin="1357")
    customer.start()
    wires = {name: await one_lab.connect(host, device) for name, device in devices.items()}
    card = await wires["CardReader"]("CardReader.ReadRawData", track2=True)
    assert card["track2"]["status"] == "ok"
    keys = {key: {} for key in DIGITS} | {"enter": {"terminate": True}}
    entry = await wires["PinPad"]("Keyboard.PinEntry", minLen=4, activeKeys=keys)
    assert entry["digits"] == 4
    await wires["Printer"](
        "Printer.ReadForm", formName="PassbookData", mediaControl={"eject": True}
    )
    await wires["Printer"].hears("Printer.MediaTakenEvent")
    cash = wires["CashRecycler"]
    await cash("CashAcceptor.CashInStart")
    assert await cash("CashAcceptor.CashIn") == {"typeCNY100": {"fit": 3}}
    await cash("CashAcceptor.CashInEnd")
    await wires["Check"]("Check.MediaIn")
    await wires["CardReader"]("CardReader.Move")
    await wires["CardReader"].hears("CardReader.MediaRemovedEvent")
    customer.stop()


async def test_a_customer_who_leaves_the_notes(one_lab: Lab) -> None:
    device = CashRecycler()
    world: CashWorld = device.world
    wire = await one_lab.wire(device)
    customer = Customer(world, delay_ms=1)
    customer.start()
    world.inject(Fault.NOT_TAKEN, at="take")
    wanted = {"denomination": {"currencies": {"CNY": 100}}, "mix": "mix1"}
    await wire("CashDispenser.Dispense", denomination=wanted)
    await wire("CashDispenser.Present")
    while world._armed:  # until the customer has walked away
        await asyncio.sleep(0.001)
    assert len(world.output) == 1
    await wire("CashManagement.Retract")
    await wire("CashDispenser.Dispense", denomination=wanted)
    await wire("CashDispenser.Present")
    await wire.hears("CashManagement.ItemsTakenEvent")
    customer.stop()


def test_world_methods_refuse_what_cannot_be() -> None:
    cards = CardWorld()
    with pytest.raises(ValueError, match="no card"):
        cards.take()
    with pytest.raises(ValueError, match="no card"):
        CardReader(world=cards).world.take()
    with pytest.raises(ValueError, match="nothing"):
        CheckReader().world.take()

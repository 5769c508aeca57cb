"""Barcode reader, camera, lights, auxiliaries, vendor mode, cheques; and what all devices share."""

from base64 import b64decode
from typing import Any

import pytest

from tests.xfs4iot.conftest import Lab
from xfs4iot import names
from xfs4iot.virtual import DEVICES, Fault, build
from xfs4iot.virtual.auxiliaries import Auxiliaries, AuxiliariesWorld
from xfs4iot.virtual.barcode_reader import BarcodeReader, BarcodeWorld
from xfs4iot.virtual.camera import PICTURES_MAX, Camera, CameraWorld
from xfs4iot.virtual.check import CheckReader, CheckWorld, Cheque
from xfs4iot.virtual.lights import Lights
from xfs4iot.virtual.vendor_mode import VendorMode


@pytest.mark.parametrize("kind", DEVICES)
async def test_every_device_says_what_it_is(lab: Lab, kind: str) -> None:
    (device,) = build([kind])
    wire = await lab.wire(device)
    listed = await wire("Common.Capabilities")
    assert (await wire("Common.Status"))["common"]["device"] == "online"
    for interface in listed["interfaces"]:
        assert all(names.is_command(name) for name in interface["commands"])
        for name in interface["events"]:
            assert names.is_event(name, unsolicited=True) or names.is_event(name, unsolicited=False)
    supported = {name for one in listed["interfaces"] for name in one["commands"]}
    for interface in {name.partition(".")[0] for name in supported}:
        known = {f"{interface}.{name}" for name in names.catalogue()[interface].commands}
        for absent in sorted(known - supported)[:2]:
            lab.oracle.hostile = True  # it is sent without its payload
            assert await wire.fails(absent) == "unsupportedCommand"
    device.world.cut_power()
    assert (await wire("Common.Status"))["common"]["device"] == "powerOff"
    assert await wire.fails("Common.GetTransactionState") == "deviceNotReady"
    device.world.restore_power()
    assert await wire.hears_of("device") == "powerOff"
    assert await wire.hears_of("device") == "online"


async def test_barcodes(lab: Lab) -> None:
    world = BarcodeWorld()
    wire = await lab.wire(BarcodeReader(world=world))
    assert await wire.fails("BarcodeReader.Read", 30) == "timeOut"
    assert (await wire.status("barcodeReader"))["scanner"] == "off"
    world.show("A001")
    row = (await wire("BarcodeReader.Read", symbologies={"qrCode": True}))["readOutput"][0]
    assert (row["symbology"], b64decode(row["barcodeData"])) == ("qrCode", b"A001")
    assert await wire.fails("BarcodeReader.Read", 30, symbologies={"ean13": True}) == "timeOut"
    world.show("")
    assert await wire.fails("BarcodeReader.Read") == "barcodeInvalid"
    world.hide()
    await wire("BarcodeReader.Reset")


async def test_pictures(lab: Lab) -> None:
    world = CameraWorld()
    wire = await lab.wire(Camera(world=world))
    first = await wire("Camera.TakePicture", camera="person", camData="A001")
    second = await wire("Camera.TakePicture", camera="person", camData="A002")
    assert b64decode(first["pictureFile"])[:8] == b"\x89PNG\r\n\x1a\n"
    assert first != second
    assert (await wire.status("camera"))["pictures"]["person"] == 2
    world.cover("room")
    assert await wire.fails("Camera.TakePicture", camera="room") == "unsupportedData"
    assert (await wire.status("camera"))["cameras"]["room"] == "inop"
    world.pictures["person"] = PICTURES_MAX - 1
    await wire("Camera.TakePicture")
    assert (await wire.hears("Camera.MediaThresholdEvent")) == {"mediaThreshold": "full"}
    assert await wire.fails("Camera.TakePicture") == "unsupportedData"
    await wire("Camera.Reset")
    assert (await wire.status("camera"))["pictures"]["person"] == 0


async def test_lights(lab: Lab) -> None:
    device = Lights()
    wire = await lab.wire(device)
    shine = {"flashRate": "slow", "color": "green"}
    await wire("Lights.SetLight", cardReader=shine, statusGood={"flashRate": "continuous"})
    state = await wire.status("lights")
    assert state["cardReader"] == shine | {"position": "center"}
    assert state["statusGood"]["flashRate"] == "continuous"
    assert await wire.fails("Lights.SetLight", moon=shine) == "invalidLight"
    assert await wire.fails("Lights.SetLight", cardReader={"position": "left"}) == "invalidLight"
    device.world.broken.add("pinPad")
    assert await wire.fails("Lights.SetLight", pinPad=shine) == "lightError"
    lab.oracle.hostile = True
    assert await wire.fails("Lights.SetLight", pinPad={"color": "pink"}) == "invalidData"


async def test_doors_and_sensors(lab: Lab) -> None:
    world = AuxiliariesWorld()
    wire = await lab.wire(Auxiliaries(world=world))
    await wire(
        "Auxiliaries.Register",
        safeDoor="register",
        ups="register",
        operatorCallButton="register",
        cabinetFront="register",
    )
    await wire("Auxiliaries.Register", cabinetFront="deregister")
    world.put("cabinetFrontDoor", "open")  # nobody is told, but Status knows
    world.put("safeDoor", "open")
    assert await wire.hears("Auxiliaries.AuxiliaryStatusEvent") == {"safeDoorState": "open"}
    world.put_ups(engaged=True, powering=True)
    told = await wire.hears("Auxiliaries.AuxiliaryStatusEvent")
    assert told["upsState"]["powering"]
    world.put("operatorCallButtonSensor", "on")
    told = await wire.hears("Auxiliaries.AuxiliaryStatusEvent")
    assert told == {"operatorCallButtonSensorState": "on"}
    status = await wire.status("auxiliaries")
    assert (status["cabinetFrontDoor"], status["UPS"]["engaged"]) == ("open", True)
    await wire("Auxiliaries.SetAuxiliaries", safeDoor="bolt", volume=100, openClose="open")
    status = await wire.status("auxiliaries")
    assert (status["safeDoor"], status["volume"]) == ("bolted", {"volumeLevel": 100})
    assert status["openClosedIndicator"] == "open"
    assert await wire.fails("Auxiliaries.SetAuxiliaries", vandalShield="open") == (
        "invalidAuxiliary"
    )
    assert await wire.fails("Auxiliaries.Register", tailFin="register") == "invalidAuxiliary"
    with pytest.raises(ValueError, match="cannot be"):
        world.put("safeDoor", "ajar")


async def test_when_the_machine_starts(lab: Lab) -> None:
    wire = await lab.wire(Auxiliaries())
    assert await wire("Auxiliaries.GetAutoStartUpTime") == {"mode": "clear"}
    daily = {"mode": "daily", "startTime": {"hour": 8, "minute": 30}}
    await wire("Auxiliaries.SetAutoStartUpTime", **daily)
    assert await wire("Auxiliaries.GetAutoStartUpTime") == daily
    assert await wire.fails("Auxiliaries.SetAutoStartUpTime", mode="weekly") == "invalidData"
    await wire("Auxiliaries.ClearAutoStartUpTime")
    assert await wire("Auxiliaries.GetAutoStartUpTime") == {"mode": "clear"}


async def test_vendor_mode(lab: Lab) -> None:
    lights = Lights()
    device = VendorMode(devices=[lights])
    host = await lab.publish(device, lights)
    teller, technician = await lab.connect(host, device), await lab.connect(host, device)
    lamp = await lab.connect(host, lights)
    await teller("VendorMode.Register", appName="kiosk")
    assert await technician.fails("VendorMode.ExitModeRequest") == "sequenceError"
    await technician("VendorMode.EnterModeRequest")
    await teller.hears("VendorMode.EnterModeRequestEvent")
    assert (await teller.status("vendorMode"))["service"] == "enterPending"
    assert await technician.fails("VendorMode.EnterModeAcknowledge") == "sequenceError"
    await teller("VendorMode.EnterModeAcknowledge")
    await technician.hears("VendorMode.ModeEnteredEvent")
    assert await lamp.fails("Lights.SetLight", pinPad={"color": "red"}) == "deviceNotReady"
    assert (await lamp.status())["device"] == "offline"
    await technician("VendorMode.ExitModeRequest")
    await teller.hears("VendorMode.ExitModeRequestEvent")
    await teller.connection.close()  # an application that is gone need not be waited for
    await technician.hears("VendorMode.ModeExitedEvent")
    await lamp("Lights.SetLight", pinPad={"color": "red"})


async def test_cheques(lab: Lab) -> None:
    world = CheckWorld()
    wire = await lab.wire(CheckReader(world=world))
    good, other, blank = Cheque("123456"), Cheque("654321"), Cheque("")
    done = await wire.during(
        lambda: world.put_in(good, blank, other),
        "Check.NoMediaEvent",
        "Check.MediaIn",
        image=[{"source": "front", "type": "bmp"}],
    )
    assert done.payload["mediaIn"]["lastMediaOnStacker"] == "2"
    data = [event.payload for event in done.events if event.name == "Check.MediaDataEvent"]
    assert [row["codelineData"] for row in data] == ["123456", "654321"]
    assert b64decode(data[0]["image"][0]["image"])[:2] == b"BM"
    await wire("Check.SetMediaParameters", mediaID=1, destination="unit1", stamp=True)
    await wire("Check.SetMediaParameters", mediaID=2, destination="customer")
    assert await wire.fails("Check.SetMediaParameters", mediaID=9) == "invalidMediaID"
    assert await wire.fails("Check.MediaInEnd") == "positionNotEmpty"
    assert world.take() == [blank]
    await wire.hears("Check.MediaTakenEvent")
    await wire("Check.MediaInEnd")
    status = await wire("Check.GetTransactionStatus")
    assert status["mediaInTransaction"] == "ok"
    assert [row["mediaLocation"] for row in status["mediaInfo"]] == ["unit1", "device"]
    assert world.take() == [other]
    assert (world.bin, good.stamped) == ([good], True)


@pytest.mark.parametrize("end", ["rollback", "retract", "jam", "power"])
async def test_cheques_that_are_not_deposited(lab: Lab, end: str) -> None:
    world = CheckWorld()
    wire = await lab.wire(CheckReader(world=world))
    assert await wire.fails("Check.MediaIn", 30) == "timeOut"
    cheque = Cheque("123456")
    world.put_in(cheque)
    await wire("Check.MediaIn")
    if end == "rollback":
        await wire("Check.MediaInRollback")
        assert world.take() == [cheque]
    elif end == "retract":
        await wire("Check.RetractMedia")
        assert await wire.fails("Check.RetractMedia") == "noMediaPresent"
    else:
        world.inject(Fault.JAM if end == "jam" else Fault.POWER_LOSS, at="deposit")
        failed = await wire.fails("Check.MediaInEnd")
        assert failed == ("mediaJammed" if end == "jam" else "hardwareError")
        world.clear_jam()
        world.restore_power()
        await wire("Check.Reset")
    ended: dict[str, Any] = await wire("Check.GetTransactionStatus")
    assert ended["mediaInTransaction"] == {"jam": "reset", "power": "reset"}.get(end, end)
    assert world.everywhere() == [cheque]

"""The encrypting PIN pad: keys, PIN entry, PIN blocks; and that no PIN ever leaves in the clear."""

from base64 import b64decode, b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xfs4iot.conftest import Lab, Wire
from xfs4iot.client import Event
from xfs4iot.virtual import Fault, pin_blocks
from xfs4iot.virtual.keys import Key
from xfs4iot.virtual.pin_pad import DIGITS, KeypadWorld, PinPad

MASTER = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
PIN_KEY = bytes.fromhex("11223344556677889900AABBCCDDEEFF")
ACCOUNT = "4321987654321098"
ENTRY = {key: {} for key in (*DIGITS, "clear", "backspace")} | {
    "enter": {"terminate": True},
    "cancel": {"terminate": True},
}


def text(data: bytes) -> str:
    return b64encode(data).decode()


@pytest.fixture
async def world() -> KeypadWorld:
    return KeypadWorld()


@pytest.fixture
async def wire(lab: Lab, world: KeypadWorld) -> Wire:
    return await lab.wire(PinPad(world=world))


def attributes(usage: str, algorithm: str = "T", mode: str = "E") -> dict[str, str]:
    return {"keyUsage": usage, "algorithm": algorithm, "modeOfUse": mode}


async def load_keys(wire: Wire, algorithm: str = "T") -> None:
    """A master key, and a PIN key under it."""
    master = Key(MASTER, "K0", algorithm, "D")  # type: ignore[arg-type]
    await wire(
        "KeyManagement.ImportKey",
        key="MK",
        keyAttributes=attributes("K0", algorithm, "D"),
        value=text(MASTER),
    )
    await wire(
        "KeyManagement.ImportKey",
        key="PK",
        keyAttributes=attributes("P0", algorithm),
        value=text(master.encrypt(PIN_KEY)),
        decryptKey="MK",
        decryptMethod="ecb",
        verificationData=text(Key(PIN_KEY, "P0", algorithm, "E").check_value("kcvZero")),  # type: ignore[arg-type]
        verifyAttributes={"cryptoMethod": "kcvZero"},
    )


async def enter(wire: Wire, world: KeypadWorld, *keys: str, **payload: Any) -> dict[str, Any]:
    entry = {"minLen": 4, "maxLen": 6, "autoEnd": False, "activeKeys": ENTRY} | payload
    done = await wire.during(
        lambda: world.press(*keys), "Keyboard.EnterDataEvent", "Keyboard.PinEntry", **entry
    )
    return done.payload


# Keys


async def test_loading_keys(wire: Wire) -> None:
    assert (await wire.status("keyManagement"))["encryptionState"] == "initialized"
    await load_keys(wire)
    assert (await wire.status("keyManagement"))["encryptionState"] == "ready"
    details = (await wire("KeyManagement.GetKeyDetail"))["keyDetails"]
    assert details["PK"]["keyBlockInfo"]["keyUsage"] == "P0"
    kcv = await wire("KeyManagement.GenerateKCV", key="PK", keyCheckMode="zero")
    assert b64decode(kcv["kcv"]) == Key(PIN_KEY, "P0", "T", "E").check_value("kcvZero")
    await wire("KeyManagement.DeleteKey", key="PK")
    assert await wire.fails("KeyManagement.GetKeyDetail", keyName="PK") == "keyNotFound"
    await wire("KeyManagement.Initialization")
    await wire.hears("KeyManagement.InitializedEvent")
    assert (await wire("KeyManagement.GetKeyDetail"))["keyDetails"] == {}


async def test_keys_that_are_refused(wire: Wire) -> None:
    await load_keys(wire)
    plain = {"key": "X", "keyAttributes": attributes("P0"), "value": text(PIN_KEY)}
    assert await wire.fails("KeyManagement.ImportKey", **plain) == "accessDenied"
    under = plain | {"decryptKey": "PK"}
    assert await wire.fails("KeyManagement.ImportKey", **under) == "useViolation"
    assert (await wire.hears("KeyManagement.IllegalKeyAccessEvent"))["keyName"] == "PK"
    missing = plain | {"decryptKey": "ZZ"}
    assert await wire.fails("KeyManagement.ImportKey", **missing) == "keyNotFound"
    short = plain | {"decryptKey": "MK", "value": text(bytes(8))}
    assert await wire.fails("KeyManagement.ImportKey", **short) == "invalidKeyLength"
    wrong = plain | {"decryptKey": "MK", "verificationData": text(b"abc")}
    assert await wire.fails("KeyManagement.ImportKey", **wrong) == "signatureInvalid"
    rsa = plain | {"keyAttributes": attributes("P0", "R")}
    assert await wire.fails("KeyManagement.ImportKey", **rsa) == "algorithmNotSupported"
    assert await wire.fails("KeyManagement.GetKeyDetail", keyName="X") == "keyNotFound"


async def test_a_key_in_two_parts(one_lab: Lab, world: KeypadWorld) -> None:
    """Release 2021-1 wants a value even where there is none; later ones do not."""
    one_lab.oracle.hostile = True
    wire = await one_lab.wire(PinPad(world=world))
    digits = {key: {} for key in (*DIGITS, "a", "b", "c", "d", "e", "f")} | {
        "enter": {"terminate": True}
    }
    for part in ("1" * 32, "2" * 32):
        await wire.during(
            lambda part=part: world.press(part, "enter"),  # type: ignore[misc]
            "Keyboard.EnterDataEvent",
            "Keyboard.SecureKeyEntry",
            keyLen=32,
            verificationType="zero",
            activeKeys=digits,
        )
        await wire(
            "KeyManagement.ImportKey",
            key="MK",
            keyAttributes=attributes("K0", mode="D"),
            constructing=True,
        )
    done = await wire("KeyManagement.ImportKey", key="MK", keyAttributes=attributes("K0", mode="D"))
    built = Key(bytes.fromhex("3" * 32), "K0", "T", "D")
    assert b64decode(done["verificationData"]) == built.check_value("kcvZero")


async def test_crypto(wire: Wire) -> None:
    first = await wire("Crypto.GenerateRandom")
    assert first != await wire("Crypto.GenerateRandom")
    digest = await wire("Crypto.Digest", hashAlgorithm="sha256", data=text(b"abc"))
    assert b64decode(digest["digest"]).hex().startswith("ba7816bf")
    await load_keys(wire)
    data = Key(MASTER, "K0", "T", "D").encrypt(PIN_KEY)
    await wire(
        "KeyManagement.ImportKey",
        key="DK",
        keyAttributes=attributes("D0", mode="B"),
        value=text(data),
        decryptKey="MK",
    )
    job = {"key": "DK", "cryptoMethod": "cbc", "padding": 0}
    sealed = await wire("Crypto.CryptoData", **job, modeOfUse="E", data=text(b"hello"))
    opened = await wire("Crypto.CryptoData", **job, modeOfUse="D", data=sealed["data"])
    assert b64decode(opened["data"]) == b"hello\0\0\0"
    assert await wire.fails("Crypto.CryptoData", **job | {"key": "PK"}, data="AAAA") == (
        "useViolation"
    )


# PIN


async def test_a_pin_becomes_a_block(wire: Wire, world: KeypadWorld) -> None:
    await load_keys(wire)
    assert await enter(wire, world, "1234", "enter") == {"digits": 4, "completion": "enter"}
    job = {"customerData": ACCOUNT[3:-1], "xorData": "00", "padding": 15, "format": "iso0"}
    block = b64decode((await wire("PinPad.GetPinBlock", **job, key="PK"))["pinBlock"])
    clear = Key(PIN_KEY, "D0", "T", "D").decrypt(block)
    assert clear == pin_blocks.format_0("1234", ACCOUNT[3:-1])
    assert await wire.fails("PinPad.GetPinBlock", **job, key="PK") == "noPin"  # used up


async def test_iso_4_with_aes(wire: Wire, world: KeypadWorld) -> None:
    await load_keys(wire, "A")
    await enter(wire, world, "123456", autoEnd=True)
    job = {"customerData": ACCOUNT, "xorData": "00", "padding": 15, "key": "PK"}
    assert await wire.fails("PinPad.GetPinBlock", **job, format="iso0") == "algorithmNotSupported"
    block = b64decode((await wire("PinPad.GetPinBlock", **job, format="iso4"))["pinBlock"])
    key = Key(PIN_KEY, "D0", "A", "B")
    _, account_field = pin_blocks.format_4_fields("", ACCOUNT, bytes(8))
    inner = bytes(a ^ b for a, b in zip(key.decrypt(block), account_field, strict=True))
    assert key.decrypt(inner)[:8].hex() == "46123456aaaaaaaa"


async def test_correcting_and_giving_up(wire: Wire, world: KeypadWorld) -> None:
    await load_keys(wire)
    corrected = await enter(wire, world, "99", "clear", "123", "backspace", "34", "enter")
    assert corrected == {"digits": 4, "completion": "enter"}
    assert await enter(wire, world, "12", "cancel") == {"digits": 2, "completion": "cancel"}
    job = {"customerData": ACCOUNT[3:-1], "xorData": "00", "padding": 15, "format": "iso0"}
    assert await wire.fails("PinPad.GetPinBlock", **job, key="PK") == "noPin"


async def test_entries_that_are_refused(wire: Wire, world: KeypadWorld) -> None:
    entry = {"minLen": 4, "maxLen": 6, "activeKeys": ENTRY}
    assert await wire.fails("Keyboard.PinEntry", 30, **entry) == "timeOut"
    assert await wire.fails("Keyboard.PinEntry", minLen=6, maxLen=4, activeKeys=ENTRY) == (
        "invalidData"
    )
    assert await wire.fails("Keyboard.PinEntry", minLen=4, activeKeys={}) == "noActivekeys"
    never = {"one": {}, "two": {}}
    assert await wire.fails("Keyboard.PinEntry", minLen=1, activeKeys=never) == "noTerminatekeys"
    absent = ENTRY | {"oemX": {}}
    assert await wire.fails("Keyboard.PinEntry", minLen=1, activeKeys=absent) == "keyNotSupported"
    with pytest.raises(Exception, match="at least 4"):
        await enter(wire, world, "123", "enter")
    world.press("1234")  # nobody asked: lost
    assert not world.pressed


async def test_maintained_pin_and_power_loss(wire: Wire, world: KeypadWorld) -> None:
    await load_keys(wire)
    job = {"customerData": ACCOUNT[3:-1], "xorData": "00", "padding": 15, "format": "iso1"}
    await wire("PinPad.MaintainPin", maintainPIN=True)
    await enter(wire, world, "1234", "enter")
    for _ in range(2):
        await wire("PinPad.GetPinBlock", **job, key="PK")
    world.inject(Fault.POWER_LOSS, at="pin block")
    assert await wire.fails("PinPad.GetPinBlock", **job, key="PK") == "hardwareError"
    world.restore_power()
    assert await wire.fails("PinPad.GetPinBlock", **job, key="PK") == "noPin"
    assert (await wire("KeyManagement.GetKeyDetail"))["keyDetails"].keys() == {"MK", "PK"}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"format": "visa3"}, "formatNotSupported"),
        ({"key": None}, "keyNotFound"),
        ({"key": "MK"}, "useViolation"),
        ({"cryptoMethod": "cbc"}, "cryptoMethodNotSupported"),
    ],
)
async def test_blocks_that_are_refused(
    wire: Wire, world: KeypadWorld, changed: dict[str, Any], error: str
) -> None:
    await load_keys(wire)
    await enter(wire, world, "1234", "enter")
    job = {"customerData": ACCOUNT[3:-1], "xorData": "00", "padding": 15, "format": "iso0"}
    wanted = {k: v for k, v in (job | {"key": "PK"} | changed).items() if v is not None}
    assert await wire.fails("PinPad.GetPinBlock", **wanted) == error


async def test_no_digit_of_a_pin_is_seen(lab: Lab, world: KeypadWorld) -> None:
    """Nothing on the wire tells one PIN from another, but the enciphered block."""
    seen: list[list[bytes | str]] = []
    for pin in ("1234", "9876"):
        wire_of: list[bytes | str] = []
        device = PinPad(f"Pad{pin}", world)
        host = await lab.publish(device)
        wire = await lab.connect(
            host, device, observer=lambda way, text, keep=wire_of: keep.append(text)
        )
        await enter(wire, world, pin, "enter")
        await wire("Common.Status")
        seen.append([str(message) for message in wire_of])
        assert repr(device).find(pin) < 0
    assert seen[0] == seen[1]


async def test_keyboard(wire: Wire, world: KeypadWorld) -> None:
    layout = (await wire("Keyboard.GetLayout", entryMode="pin"))["layout"]
    assert len(layout["pin"][0]["keys"]) == 16
    await wire("Keyboard.KeypressBeep", mode={"active": True, "inactive": False})
    assert (await wire.status("keyboard"))["autoBeepMode"]["activeAvailable"]
    events: list[Event] = []
    done = await wire.during(
        lambda: world.press("150", "enter"),
        "Keyboard.EnterDataEvent",
        "Keyboard.DataEntry",
        maxLen=8,
        activeKeys=ENTRY,
    )
    events = [event for event in done.events if event.name == "Keyboard.KeyEvent"]
    assert [row["digit"] for row in done.payload["pinKeys"]] == ["one", "five", "zero", "enter"]
    assert len(events) == 4
    await wire("Keyboard.Reset")
    await wire("PinPad.Reset")
    assert (await wire("PinPad.GetQueryPCIPTSDeviceId"))["modelIdentifier"] == "virtual"


# The formats themselves


def test_format_0_of_the_standard() -> None:
    """The worked example that is found with every description of ISO 9564-1 format 0."""
    assert pin_blocks.format_0("1234", "987654321098").hex().upper() == "0412AC89ABCDEF67"


@given(st.from_regex(r"[0-9]{4,12}", fullmatch=True), st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_every_format_gives_the_pin_back(pin: str, account: str) -> None:
    pan = bytes.fromhex("0000" + account)
    for block in (pin_blocks.format_0(pin, account), pin_blocks.format_3(pin, account)):
        clear = bytes(a ^ b for a, b in zip(block, pan, strict=True)).hex()
        assert clear[2 : 2 + int(clear[1], 16)] == pin
    clear = pin_blocks.format_1(pin).hex()
    assert clear[2 : 2 + int(clear[1], 16)] == pin


@pytest.mark.parametrize("pin", ["123", "1234567890123", "12a4"])
def test_no_block_for_what_is_no_pin(pin: str) -> None:
    with pytest.raises(ValueError, match="4 to 12"):
        pin_blocks.encipher(pin, "1", "iso0", bytes)


# A chip beside the pad


class Listening:
    """A reader that remembers what its chip was told."""

    def __init__(self) -> None:
        self.told = b""

    def chip_reply(self, command: bytes) -> bytes:
        self.told = command
        return b"\x90\x00"


PRESENT: dict[str, Any] = {
    "presentAlgorithm": "presentClear", "chipProtocol": "chipT0",
    "chipData": text(bytes.fromhex("002000810826FFFFFFFFFFFFFF")),
    "algorithmData": {"pinPointer": 6, "pinOffset": 0},
}  # fmt: skip


async def test_a_pin_goes_to_the_chip_and_nowhere_else(lab: Lab, world: KeypadWorld) -> None:
    reader = Listening()
    wire = await lab.wire(PinPad(world=world, reader=reader))
    assert await wire.fails("PinPad.PresentIDC", **PRESENT) == "noPin"
    await enter(wire, world, "86420", "9", minLen=6, autoEnd=True)
    reply = await wire("PinPad.PresentIDC", **PRESENT)
    assert b64decode(reply["chipData"]) == b"\x90\x00"
    assert reader.told.hex().upper() == "002000810826864209FFFFFFFF"
    assert await wire.fails("PinPad.PresentIDC", **PRESENT) == "noPin"
    await enter(wire, world, "864209", minLen=6, autoEnd=True)
    narrow = PRESENT | {"algorithmData": {"pinPointer": 12, "pinOffset": 4}}
    assert await wire.fails("PinPad.PresentIDC", **narrow) == "invalidData"


async def test_a_pad_alone_presents_nothing(wire: Wire) -> None:
    assert await wire.fails("PinPad.PresentIDC", **PRESENT) == "unsupportedCommand"

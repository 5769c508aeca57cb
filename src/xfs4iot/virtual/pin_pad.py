"""An encrypting PIN pad: Keyboard and PinPad over the keys of KeyManagement.

What is entered as a PIN is kept in the device's memory only and leaves it only inside an enciphered
PIN block: no event, completion, status or log line holds a digit of it.
"""

from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Literal, Protocol

from xfs4iot.errors import InvalidData, UnsupportedCommand
from xfs4iot.messages import Payload
from xfs4iot.server.commands import Reply, command
from xfs4iot.server.requests import Request
from xfs4iot.server.service import refuse
from xfs4iot.virtual import pin_blocks
from xfs4iot.virtual.key_management import KeyManager
from xfs4iot.virtual.key_parameters import (
    ActiveKeys,
    DataEntry,
    GetLayout,
    GetPinBlock,
    KeypressBeep,
    MaintainPin,
    PinEntry,
    PresentIDC,
    SecureKeyEntry,
)
from xfs4iot.virtual.keys import Key
from xfs4iot.virtual.world import World

CONTACT = "chipT0"
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
HEX = (*DIGITS, "a", "b", "c", "d", "e", "f")
ROWS = (
    ("one", "two", "three", "cancel"),
    ("four", "five", "six", "clear"),
    ("seven", "eight", "nine", "backspace"),
    ("decPoint", "zero", "doubleZero", "enter"),
)
KEYS = frozenset(key for row in ROWS for key in row) | frozenset(HEX[10:])


class KeypadWorld(World):
    """The keys under the customer's fingers."""

    def __init__(self, *, step_ms: int = 0) -> None:
        super().__init__(step_ms=step_ms)
        self.pressed: deque[str] = deque(maxlen=256)
        self.listening = False
        """Whether the device takes keys; what is pressed otherwise is lost."""

    def press(self, *keys: str) -> None:
        """Press keys, named as in the specification; a text of digits presses each."""
        for key in keys:
            names = [DIGITS[int(digit)] for digit in key] if key.isdigit() else [key]
            if self.listening:
                self.pressed.extend(names)
        self.changed()


class ChipReader(Protocol):
    """A reader of chips that a pad is wired to."""

    def chip_reply(self, command: bytes) -> bytes: ...


class PinPad(KeyManager):
    """Keyboard, PinPad, KeyManagement and Crypto in one device."""

    model: ClassVar[str] = "virtual encrypting PIN pad"
    interfaces: ClassVar[tuple[str, ...]] = (*KeyManager.interfaces, "Keyboard", "PinPad")
    events: ClassVar[tuple[str, ...]] = (
        *KeyManager.events,
        "Keyboard.EnterDataEvent",
        "Keyboard.KeyEvent",
    )
    world: KeypadWorld

    def __init__(
        self,
        name: str = "PinPad",
        world: KeypadWorld | None = None,
        reader: ChipReader | None = None,
    ) -> None:
        """``reader`` is where a PIN is presented to a chip without leaving the machine."""
        super().__init__(name, world or KeypadWorld())
        self._reader = reader
        self._pin: str | None = None
        self._maintain = False
        self._beep = {"activeAvailable": False, "inactiveAvailable": False}

    def status(self) -> dict[str, Payload]:
        return super().status() | {"keyboard": {"autoBeepMode": dict(self._beep)}}

    def capabilities(self) -> dict[str, Payload]:
        methods = {"E": {"cryptoMethod": {"ecb": True}}}
        pin_pad: Payload = {
            "pinFormats": dict.fromkeys(pin_blocks.FORMATS, True),
            "presentationAlgorithms": {"presentClear": self._reader is not None},
            "display": {"none": True},
            "idcConnect": self._reader is not None,
            "validationAlgorithms": {"des": False, "visa": False},
            "pinCanPersistAfterUse": True,
            "typeCombined": False,
            "setPinblockDataRequired": False,
            "pinBlockAttributes": {"P0": {"T": methods, "A": methods}},
        }
        beeps = ("activeAvailable", "activeSelectable", "inactiveAvailable", "inactiveSelectable")
        keyboard = {"autoBeep": dict.fromkeys(beeps, True)}
        return super().capabilities() | {"keyboard": keyboard, "pinPad": pin_pad}

    def power_lost(self) -> None:
        super().power_lost()
        self._pin = None
        self.world.pressed.clear()

    # Keyboard

    @command("Keyboard.GetLayout", GetLayout, immediate=True)
    async def get_layout(self, _request: Request, payload: GetLayout) -> Reply:
        frame = {
            "xPos": 0,
            "yPos": 0,
            "xSize": 0,
            "ySize": 0,
            "keys": [
                {"xPos": x * 250, "yPos": y * 250, "xSize": 250, "ySize": 250, "key": key}
                for y, row in enumerate(ROWS)
                for x, key in enumerate(row)
            ],
        }
        wanted = [payload.entry_mode] if payload.entry_mode else ["data", "pin", "secure"]
        return {"layout": {mode: [frame] for mode in wanted}}

    @command("Keyboard.PinEntry", PinEntry)
    async def pin_entry(self, request: Request, payload: PinEntry) -> Reply:
        if payload.max_len and payload.max_len < payload.min_len:
            raise InvalidData("maxLen is below minLen")
        self._check_keys(payload.active_keys, auto_end=payload.auto_end and bool(payload.max_len))
        self._pin = None
        digits: list[str] = []
        limit = payload.max_len or 12
        completion = "auto"
        with self._entry(request):
            while True:
                key = await self._key(request, payload.active_keys)
                if key in DIGITS:
                    if len(digits) == limit:
                        continue  # the pad takes no more; it says nothing
                    digits.append(str(DIGITS.index(key)))
                    request.event("Keyboard.KeyEvent", {"completion": "continue"})
                    if payload.auto_end and len(digits) == limit:
                        break
                    continue
                word = _completion(key)
                request.event("Keyboard.KeyEvent", {"completion": word, "digit": key})
                if key == "clear":
                    digits.clear()
                elif key == "backspace":
                    del digits[-1:]
                if self._ends(key, payload.active_keys):
                    if key == "enter" and len(digits) < payload.min_len:
                        raise refuse(
                            "minimumLength", f"at least {payload.min_len} digits are needed"
                        )
                    completion = word
                    break
        if completion in {"auto", "enter"}:
            self._pin = "".join(digits)
        return {"digits": len(digits), "completion": completion}

    @command("Keyboard.DataEntry", DataEntry)
    async def data_entry(self, request: Request, payload: DataEntry) -> Reply:
        self._check_keys(payload.active_keys, auto_end=payload.auto_end and bool(payload.max_len))
        entered: list[Payload] = []
        completion = "auto"
        with self._entry(request):
            while True:
                key = await self._key(request, payload.active_keys)
                ends = self._ends(key, payload.active_keys)
                row: Payload = {"completion": _completion(key), "digit": key}
                entered.append(row)
                request.event("Keyboard.KeyEvent", row)
                if ends:
                    completion = _completion(key)
                    break
                if payload.auto_end and payload.max_len and len(entered) == payload.max_len:
                    break
        return {"keys": len(entered), "pinKeys": entered, "completion": completion}

    @command("Keyboard.SecureKeyEntry", SecureKeyEntry)
    async def secure_key_entry(self, request: Request, payload: SecureKeyEntry) -> Reply:
        """A key part in hexadecimal digits, kept for KeyManagement.ImportKey."""
        self._check_keys(payload.active_keys, auto_end=payload.auto_end)
        self.entered_part = None
        digits: list[str] = []
        completion = "auto"
        with self._entry(request):
            while True:
                key = await self._key(request, payload.active_keys)
                if key in HEX:
                    if len(digits) < payload.key_len:
                        digits.append(f"{HEX.index(key):X}")
                        request.event("Keyboard.KeyEvent", {"completion": "continue"})
                    if payload.auto_end and len(digits) == payload.key_len:
                        break
                    continue
                if key == "clear":
                    digits.clear()
                if self._ends(key, payload.active_keys):
                    completion = _completion(key)
                    break
        if completion not in {"auto", "enter"}:
            return {"digits": len(digits), "completion": completion}
        if len(digits) != payload.key_len:
            raise refuse("invalidKeyLength", f"{len(digits)} of {payload.key_len} digits")
        part = bytes.fromhex("".join(digits))
        aes = payload.crypto_method == "aes"
        whole = part if aes or len(part) > 8 else part * 2
        self.entered_part = part
        kind: Literal["kcvSelf", "kcvZero"] = (
            "kcvSelf" if payload.verification_type == "self" else "kcvZero"
        )
        check = Key(whole, "K0", "A" if aes else "T", "D").check_value(kind)
        reply = {"digits": len(digits), "completion": completion}
        return reply | {"kcv": b64encode(check).decode()}

    @command("Keyboard.KeypressBeep", KeypressBeep)
    async def keypress_beep(self, _request: Request, payload: KeypressBeep) -> Reply:
        self._beep = {
            "activeAvailable": payload.mode.active,
            "inactiveAvailable": payload.mode.inactive,
        }
        return None

    @command("Keyboard.Reset")
    async def reset_keyboard(self, request: Request, _: object) -> Reply:
        return await self._reset(request)

    @contextmanager
    def _entry(self, request: Request) -> Iterator[None]:
        """While keys are taken. Whatever ends the entry, no key lingers."""
        world = self.world
        world.pressed.clear()
        world.listening = True
        request.event("Keyboard.EnterDataEvent")
        try:
            yield
        finally:
            world.listening = False
            world.pressed.clear()

    async def _key(self, request: Request, active: ActiveKeys) -> str:
        """The next active key that is pressed."""
        while True:
            await self.wait(request, lambda: bool(self.world.pressed), want="keys")
            key = self.world.pressed.popleft()
            if key in active:
                return key

    def _check_keys(self, active: ActiveKeys, *, auto_end: bool) -> None:
        if not active:
            raise refuse("noActivekeys", "no key is active")
        if unknown := active.keys() - KEYS:
            raise refuse("keyNotSupported", f"there is no key {sorted(unknown)[0]}")
        if not auto_end and not any(self._ends(key, active) for key in active):
            raise refuse("noTerminatekeys", "no key would end the entry")

    @staticmethod
    def _ends(key: str, active: ActiveKeys) -> bool:
        return key in active and active[key].terminate

    # PinPad

    @command("PinPad.GetPinBlock", GetPinBlock)
    async def get_pin_block(self, request: Request, payload: GetPinBlock) -> Reply:
        if payload.format not in pin_blocks.FORMATS:
            raise refuse("formatNotSupported", f"format {payload.format} is not supported")
        if payload.key is None:
            raise refuse("keyNotFound", "the PIN leaves enciphered only: a key is needed")
        if payload.crypto_method != "ecb":
            raise refuse("cryptoMethodNotSupported", "PIN blocks are enciphered with ecb")
        key = self.key(payload.key, "P0", "EB")
        if (payload.format in pin_blocks.AES_FORMATS) != (key.algorithm == "A"):
            raise refuse("algorithmNotSupported", "iso4 needs an AES key, others Triple DES")
        if self._pin is None:
            raise refuse("noPin", "no PIN has been entered")
        await self.step(request, "pin block")
        pin = self._pin
        if pin is None:
            raise refuse("noPin", "no PIN has been entered")
        try:
            account = payload.customer_data
            block = pin_blocks.encipher(pin, account, payload.format, key.encrypt)
        except ValueError as problem:
            raise InvalidData(str(problem)) from None
        finally:
            if not self._maintain:
                self._pin = None
        return {"pinBlock": b64encode(block).decode()}

    @command("PinPad.PresentIDC", PresentIDC)
    async def present_idc(self, request: Request, payload: PresentIDC) -> Reply:
        """The PIN goes from the keys to the chip over a wire inside the machine: nobody else sees it."""
        reader = self._reader
        if reader is None:
            raise UnsupportedCommand("this pad is wired to no reader")
        if payload.chip_protocol != CONTACT:
            raise refuse("protocolNotSupported", f"{payload.chip_protocol} is not supported")
        await self.step(request, "present")
        pin, self._pin = self._pin, self._pin if self._maintain else None
        if pin is None:
            raise refuse("noPin", "no PIN has been entered")
        place = payload.algorithm_data
        try:
            told = b64decode(payload.chip_data, validate=True)
            told = pin_blocks.inserted(pin, told, place.pin_pointer, place.pin_offset)
        except ValueError:
            raise refuse("invalidData", "there is no room for the PIN") from None
        reply = reader.chip_reply(told)
        return {"chipProtocol": CONTACT, "chipData": b64encode(reply).decode()}

    @command("PinPad.MaintainPin", MaintainPin)
    async def maintain_pin(self, _request: Request, payload: MaintainPin) -> Reply:
        self._maintain = payload.maintain_pin
        if not self._maintain:
            self._pin = None
        return None

    @command("PinPad.GetQueryPCIPTSDeviceId", immediate=True)
    async def get_query_pcipts_device_id(self, _request: Request, _: object) -> Reply:
        return {
            "manufacturerIdentifier": "xfs4iot",
            "modelIdentifier": "virtual",
            "hardwareIdentifier": "none",
            "firmwareIdentifier": "none",
            "applicationIdentifier": "none",
        }

    @command("PinPad.Reset")
    async def reset_pin_pad(self, request: Request, _: object) -> Reply:
        return await self._reset(request)

    async def _reset(self, request: Request) -> Reply:
        await self.step(request, "reset")
        self._pin = None
        self.world.pressed.clear()
        return None


def _completion(key: str) -> str:
    """The word for what a function key did to the entry."""
    return key if key in {"enter", "cancel", "clear", "backspace", "help"} else "continue"

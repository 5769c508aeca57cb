"""The payloads of the commands of KeyManagement, Crypto, Keyboard and PinPad."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from xfs4iot.server.commands import Parameters

KeyName = Annotated[str, Meta(min_length=1, max_length=64)]
Base64 = Annotated[str, Meta(pattern="^[A-Za-z0-9+/]*={0,2}$", max_length=65_536)]
KeyLabel = Annotated[
    str,
    Meta(
        pattern="^(zero|one|two|three|four|five|six|seven|eight|nine|[a-f]|enter|cancel|clear"
        "|backspace|help|decPoint|shift|doubleZero|tripleZero|fdk(0[1-9]|[12][0-9]|3[0-2])"
        "|oem[a-zA-Z0-9]*)$",
        max_length=40,
    ),
]
Digits = Annotated[str, Meta(pattern="^[0-9a-fA-F]*$", max_length=64)]


class KeyAttributes(Parameters):
    key_usage: Annotated[str, Meta(pattern="^[A-Z0-9][A-Z0-9]$")]
    algorithm: Annotated[str, Meta(pattern="^[0-9ADRT]$")]
    mode_of_use: Annotated[str, Meta(pattern="^[0-9BCDEGNSTVXY]$")]
    restricted_key_usage: str | None = None


class VerifyAttributes(Parameters):
    crypto_method: str = "kcvZero"
    hash_algorithm: str | None = None


class ImportKey(Parameters):
    key: KeyName
    key_attributes: KeyAttributes | None = None
    value: Base64 | None = None
    constructing: bool = False
    decrypt_key: KeyName | None = None
    decrypt_method: Literal["ecb", "cbc"] = "ecb"
    verification_data: Base64 | None = None
    verify_attributes: VerifyAttributes | None = None


class KeyNamed(Parameters):
    key: KeyName | None = None


class GetKeyDetail(Parameters):
    key_name: KeyName | None = None


class GenerateKCV(Parameters):
    key: KeyName
    key_check_mode: Literal["self", "zero"]


class Digest(Parameters):
    hash_algorithm: Literal["sha1", "sha256"]
    data: Base64


class CryptoData(Parameters):
    key: KeyName
    data: Base64
    mode_of_use: Literal["D", "E"] = "E"
    crypto_method: str = "ecb"
    iv: Base64 | None = None
    padding: Annotated[int, Meta(ge=0, le=255)] = 0


class ActiveKey(Parameters):
    terminate: bool = False


ActiveKeys = Annotated[dict[KeyLabel, ActiveKey], Meta(max_length=64)]


class GetLayout(Parameters):
    entry_mode: Literal["data", "pin", "secure"] | None = None


class PinEntry(Parameters):
    min_len: Annotated[int, Meta(ge=0, le=12)]
    max_len: Annotated[int, Meta(ge=0, le=12)] = 12
    auto_end: bool = False
    echo: Annotated[str, Meta(min_length=1, max_length=1)] | None = None
    active_keys: ActiveKeys = msgspec.field(default_factory=dict)


class DataEntry(Parameters):
    max_len: Annotated[int, Meta(ge=0, le=200)] = 0
    auto_end: bool = False
    active_keys: ActiveKeys = msgspec.field(default_factory=dict)


class SecureKeyEntry(Parameters):
    key_len: Literal[16, 32, 48]
    verification_type: Literal["self", "zero"]
    active_keys: ActiveKeys
    auto_end: bool = False
    crypto_method: Literal["des", "tripleDes", "aes"] = "tripleDes"


class BeepMode(Parameters):
    active: bool = False
    inactive: bool = False


class KeypressBeep(Parameters):
    mode: BeepMode


class PinPlace(Parameters):
    pin_pointer: Annotated[int, Meta(ge=0, le=255)]
    pin_offset: Annotated[int, Meta(ge=0, le=7)]


class PresentIDC(Parameters):
    present_algorithm: Literal["presentClear"]
    chip_protocol: str
    chip_data: Base64
    algorithm_data: PinPlace


class GetPinBlock(Parameters):
    customer_data: Digits
    format: str
    xor_data: Digits = ""
    padding: Annotated[int, Meta(ge=0, le=15)] = 15
    key: KeyName | None = None
    second_enc_key: KeyName | None = None
    crypto_method: str = "ecb"


class MaintainPin(Parameters):
    maintain_pin: bool = msgspec.field(name="maintainPIN", default=False)

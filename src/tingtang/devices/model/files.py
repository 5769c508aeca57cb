"""Pictures and logs that devices send. Pure."""

from enum import StrEnum

import msgspec

from tingtang.devices.model import problems as p
from tingtang.kernel.errors import Refused

BYTES_MAX = 1_000_000
"""Of one picture or log."""


class FileKind(StrEnum):
    PICTURE = "picture"
    LOG = "log"


class DeviceFile(msgspec.Struct, frozen=True):
    """What is kept, without its bytes."""

    id: str
    kind: FileKind
    media_type: str
    size: int
    time_ms: int
    command: str = ""
    """The command that it answers, where it does."""


def media_type_of(kind: FileKind, body: bytes) -> str:
    """By what the bytes are, never by what they are said to be; refused (bad_device_file)."""
    if kind is FileKind.PICTURE:
        if body.startswith(b"\x89PNG\r\n\x1a\n"):
            return "image/png"
        if body.startswith(b"\xff\xd8\xff"):
            return "image/jpeg"
    elif b"\0" not in body:
        return "text/plain; charset=utf-8"
    raise Refused(p.BAD_FILE)

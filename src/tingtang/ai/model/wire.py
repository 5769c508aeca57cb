"""What the engines' own process is asked, and what it answers. Frames: length (4 bytes, big-endian),
then MessagePack.
"""

from enum import StrEnum

import msgspec

FRAME_BYTES_MAX = 8_000_000
HEAD_BYTES = 4


class Job(StrEnum):
    """What to do with a picture; the name of the engine that does it."""

    PAPERS = "papers"
    FACES = "faces"


class Line(msgspec.Struct, frozen=True):
    """A line of writing: ``sure`` from 0 to 1; the box in thousandths of the picture's width, so
    that both axes have one scale.
    """

    text: str
    sure: float
    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


class Face(msgspec.Struct, frozen=True):
    """A face: its box in pixels of the picture as it came, and the 128 numbers that stand for it.

    The numbers are biometric (C3): they live in memory for one comparison and are written nowhere.
    """

    left: int
    top: int
    width: int
    height: int
    vector: tuple[float, ...]

    @property
    def area(self) -> int:
        return self.width * self.height


class Ask(msgspec.Struct, frozen=True):
    job: Job
    picture: bytes


class Fault(StrEnum):
    """Why there is no answer."""

    NO_PICTURE = "no_picture"
    """It is not a picture, or too large a one."""
    NOT_INSTALLED = "not_installed"
    FAILED = "failed"


class Answer(msgspec.Struct, frozen=True):
    fault: Fault | None = None
    lines: tuple[Line, ...] = ()
    faces: tuple[Face, ...] = ()


def frame(message: msgspec.Struct) -> bytes:
    """A message as it goes over the pipe."""
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(HEAD_BYTES, "big") + body

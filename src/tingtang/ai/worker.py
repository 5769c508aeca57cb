"""The engines' own process: reads jobs from its input, answers on its output, and does nothing else.

It is apart because the engines are large native programs that are shown pictures from outside: one
that crashes on a picture, or thinks for seconds, takes nobody else with it. It reaches no network,
writes no file and leaves no core image, for what it sees are faces and papers (C3).
"""

import io
import os
import resource
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import msgspec

from tingtang.ai.manifest import checked_path
from tingtang.ai.model.wire import (
    FRAME_BYTES_MAX,
    HEAD_BYTES,
    Answer,
    Ask,
    Face,
    Fault,
    Job,
    Line,
    frame,
)

PIXELS_MAX = 24_000_000
PAPER_SIDE_MAX = 1_600
"""Pixels of the longer side that writing is read from; more costs time and finds no more."""
FACE_SIDE = (500, 900)
"""Faces are looked for in a picture whose longer side is between these; the one printed on a paper
is small and is enlarged.
"""
FORMATS = ("JPEG", "PNG", "BMP", "WEBP")
THREADS = 2
UNREACHABLE = frozenset({"socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto"})


def seal_off() -> None:
    """Refuse the network for good, and core images."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def guard(event: str, _arguments: tuple[Any, ...]) -> None:
        if event in UNREACHABLE:
            raise PermissionError("engines reach no network")

    sys.addaudithook(guard)


def opened(data: bytes) -> Any:
    """The picture, upright and in colour; raises ValueError for what is none, or is too large."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
        if picture.width * picture.height > PIXELS_MAX:
            raise ValueError("too many pixels")
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from None
    return upright


def scaled(picture: Any, least: int, most: int) -> tuple[Any, float]:
    """The picture with its longer side between two lengths, and by how much it was scaled."""
    longer = max(picture.width, picture.height)
    factor = min(max(longer, least), most) / longer
    if factor == 1.0:
        return picture, 1.0
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture.resize(size), factor


class Papers:
    """PP-OCR by RapidOCR: lines of Chinese and Latin writing, with boxes."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        # With its own paths it looks nowhere else, and downloads nothing.
        self._engine = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Det.model_path": checked_path(Job.PAPERS, "detect"),
                "Cls.model_path": checked_path(Job.PAPERS, "turn"),
                "Rec.model_path": checked_path(Job.PAPERS, "read"),
                "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            }
        )

    def __call__(self, data: bytes) -> Answer:
        import numpy

        picture, _ = scaled(opened(data), 0, PAPER_SIDE_MAX)
        # The engine expects the channels as OpenCV has them.
        found: Any = self._engine(numpy.asarray(picture)[:, :, ::-1].copy())
        if found.boxes is None:
            return Answer()
        unit = 1000 / picture.width
        lines = []
        for box, text, sure in zip(found.boxes, found.txts, found.scores, strict=True):
            across, down = [round(x * unit) for x, _ in box], [round(y * unit) for _, y in box]
            lines.append(
                Line(
                    text=str(text), sure=round(float(sure), 3), left=min(across), top=min(down),
                    right=max(across), bottom=max(down),
                )
            )  # fmt: skip
        return Answer(lines=tuple(lines))


class Faces:
    """dlib: a face is found, turned upright by five points, and put into 128 numbers."""

    def __init__(self) -> None:
        import dlib

        self._find = dlib.get_frontal_face_detector()
        self._points = dlib.shape_predictor(checked_path(Job.FACES, "points"))
        self._embed = dlib.face_recognition_model_v1(checked_path(Job.FACES, "embed"))

    def __call__(self, data: bytes) -> Answer:
        import numpy

        picture, factor = scaled(opened(data), *FACE_SIDE)
        pixels = numpy.asarray(picture).copy()
        faces = []
        for box in self._find(pixels, 1):
            points = self._points(pixels, box)
            numbers = tuple(float(x) for x in self._embed.compute_face_descriptor(pixels, points))
            faces.append(
                Face(
                    left=round(box.left() / factor),
                    top=round(box.top() / factor),
                    width=round(box.width() / factor),
                    height=round(box.height() / factor),
                    vector=numbers,
                )
            )
        return Answer(faces=tuple(faces))


ENGINES: dict[Job, Callable[[], Callable[[bytes], Answer]]] = {
    Job.PAPERS: Papers,
    Job.FACES: Faces,
}


class Worker:
    """Does one job after another; an engine is loaded when it is first needed."""

    def __init__(self) -> None:
        self._engines: dict[Job, Callable[[bytes], Answer]] = {}

    def answer(self, ask: Ask) -> Answer:
        """What came of a job; whatever goes wrong is said, and ends nothing."""
        try:
            if ask.job not in self._engines:
                self._engines[ask.job] = ENGINES[ask.job]()
        except (ImportError, FileNotFoundError):
            return Answer(Fault.NOT_INSTALLED)
        except Exception:
            return Answer(Fault.FAILED)
        try:
            return self._engines[ask.job](ask.picture)
        except ValueError:
            return Answer(Fault.NO_PICTURE)
        except Exception:
            return Answer(Fault.FAILED)


def serve(into: BinaryIO, out: BinaryIO) -> None:
    """Answer until the input ends."""
    worker = Worker()
    while len(head := into.read(HEAD_BYTES)) == HEAD_BYTES:
        size = int.from_bytes(head, "big")
        if size > FRAME_BYTES_MAX:
            return
        ask = msgspec.msgpack.decode(into.read(size), type=Ask)
        out.write(frame(worker.answer(ask)))
        out.flush()


def main() -> None:
    """Engines print what they like: only our own frames go out."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    seal_off()
    serve(sys.stdin.buffer, out)


if __name__ == "__main__":
    main()

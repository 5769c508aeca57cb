"""The other end for demos and tests: a register of made-up citizens on a socket."""

import asyncio
import base64
import contextlib
import io
import re
from collections.abc import Mapping

import msgspec

from tingtang.bank.identity import messages as m
from tingtang.bank.identity.client import COVERED, Checked, SocketIdentityCheck
from tingtang.bank.identity.wire import frame, read_frame
from tingtang.bank.reference.people import made_up
from tingtang.kernel.clock import Clock

SECONDS_MAX = 30.0
"""How long a connection may stay silent."""
NO_PHOTO_EVERY = 10
ISSUER = "海棠市公安局"
_NUMBER = re.compile(r"^\d{17}[\dX]$")
PHOTO_SIZE = (102, 126)
"""Pixels of the picture in an ID chip."""


class Citizen(msgspec.Struct, frozen=True):
    """Somebody in the register."""

    name: str
    issuer: str = ISSUER
    has_photo: bool = True


def made_up_citizens() -> dict[str, Citizen]:
    """The made-up customers of the reference bank who have a citizen's number; every tenth without
    a photo.
    """
    return {
        x.id_number: Citizen(x.name, has_photo=x.number % NO_PHOTO_EVERY != NO_PHOTO_EVERY - 1)
        for x in made_up()
        if x.id_kind in COVERED
    }


def look_up(register: Mapping[str, Citizen], request: m.Request) -> m.Answer:
    """What the register answers."""
    found = register.get(request.id)
    if not _NUMBER.match(request.id) or not request.name:
        result = m.Result.BAD_INPUT
    elif found is None:
        result = m.Result.NO_SUCH_NUMBER
    elif found.name != request.name:
        result = m.Result.NAME_DIFFERS
    else:
        result = m.Result.MATCH if found.has_photo else m.Result.MATCH_NO_PHOTO
    is_match = found is not None and result in m.MATCHES
    return m.Answer(
        result=result, id=request.id, name=request.name,
        issuer=found.issuer if found is not None and is_match else "",
        photo=silhouette(request.id) if result is m.Result.MATCH else "",
    )  # fmt: skip


def silhouette(number: str) -> str:
    """A picture of nobody, a little different for each number; a JPEG as base64."""
    from PIL import Image, ImageDraw

    shade = 150 + int(number[-4:-1]) % 70
    image = Image.new("RGB", PHOTO_SIZE, "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((31, 20, 71, 72), fill=(shade, shade, shade))
    draw.ellipse((11, 80, 91, 180), fill=(shade, shade, shade))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return base64.b64encode(file.getvalue()).decode()


class IdentityServer:
    """``is_silent`` takes questions and answers none: for tests."""

    def __init__(self, register: Mapping[str, Citizen]) -> None:
        self.register = register
        self.is_silent = False
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in list(self._open):
                writer.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError, EOFError, TimeoutError, m.BadMessage):
                while True:
                    async with asyncio.timeout(SECONDS_MAX):
                        request = m.read_request(await read_frame(reader))
                    if self.is_silent:
                        continue
                    writer.write(frame(m.write_answer(look_up(self.register, request))))
                    await writer.drain()
        finally:
            self._open.discard(writer)
            writer.close()


class EmbeddedIdentityCheck:
    """:class:`.client.IdentityCheck` over a socket to a register in this process, which starts when
    it is first asked.
    """

    def __init__(self, bank_code: str, clock: Clock, seconds: float) -> None:
        self._bank_code, self._clock, self._seconds = bank_code, clock, seconds
        self._starting = asyncio.Lock()
        self.server = IdentityServer(made_up_citizens())

    async def check(self, id_number: str, name: str, operator: str) -> Checked:
        async with self._starting:
            if not self.server.port:
                await self.server.start()
        client = SocketIdentityCheck(
            "127.0.0.1", self.server.port, self._bank_code, self._clock, self._seconds
        )
        return await client.check(id_number, name, operator)

    async def close(self) -> None:
        await self.server.stop()

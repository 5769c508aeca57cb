"""A ticket printer on a real socket: takes ESC/POS, answers status requests, keeps what it printed."""

import asyncio
import re

from tingtang.hall.model.printing import ASK_OFFLINE, ASK_PAPER, ASK_WHEN_DONE

ASKED = re.compile(b"|".join(map(re.escape, (ASK_OFFLINE, ASK_PAPER, ASK_WHEN_DONE))))
FIXED = 0x12
"""Bits that are always set in a status byte."""


class VirtualPrinter:
    """``offline``, ``paper`` and ``done`` are the bits of its next answers; a mute one never answers."""

    def __init__(self, *, mute: bool = False) -> None:
        self.mute = mute
        self.offline = self.paper = self.done = 0
        self.printed: list[bytes] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> "VirtualPrinter":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken = b""
        while data := await reader.read(65_536):
            answers = {ASK_OFFLINE: self.offline, ASK_PAPER: self.paper, ASK_WHEN_DONE: self.done}
            for asked in ASKED.findall(data):
                if not self.mute:
                    writer.write(bytes([FIXED | answers[asked]]))
            taken += ASKED.sub(b"", data)
        if taken:
            self.printed.append(taken)
        writer.close()

"""The engines that look at pictures, from outside: reading papers, finding faces.

They run in a process of their own, which is started with the first picture and ends when none has
come for a while. What cannot be done is refused in words; nothing pretends.
"""

import asyncio
import contextlib
import sys
from collections.abc import Callable
from typing import Protocol

import msgspec

from tingtang.ai.manifest import engines
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
from tingtang.kernel.errors import BUSY, Problem, Refused

NO_ENGINE = Problem(
    "no_engine",
    404,
    "本机没有安装“{engine}”引擎，请由工作人员人工处理",
    "The engine “{engine}” is not installed here; a person has to do it",
)
NO_PICTURE = Problem(
    "no_picture",
    422,
    "图片无法读取，请重新拍摄（支持 JPEG、PNG，不超过 4 MB）",
    "The picture cannot be read; take another one (JPEG or PNG, at most 4 MB)",
)
ENGINE_FAILED = Problem(
    "engine_failed",
    409,
    "“{engine}”引擎处理失败，请由工作人员人工处理",
    "The engine “{engine}” failed; a person has to do it",
)
PICTURE_BYTES_MAX = 4_000_000
WAITING_MAX = 12
SECONDS_MAX = 90.0
"""Patience with one picture, the loading of its engine included, on a busy machine."""
IDLE_SECONDS = 600.0
"""After so long without a picture the process ends; the engines hold 400 MB."""
COMMAND = (sys.executable, "-m", "tingtang.ai.worker")


class PaperReader(Protocol):
    """Reads writing."""

    @property
    def can_read(self) -> bool:
        """Whether an engine is installed."""
        ...

    async def read(self, picture: bytes) -> tuple[Line, ...]:
        """The lines of a picture. Refused: no_engine, no_picture, engine_failed, busy."""
        ...


class FaceFinder(Protocol):
    """Finds faces."""

    @property
    def can_compare(self) -> bool:
        """Whether an engine is installed."""
        ...

    async def faces(self, picture: bytes) -> tuple[Face, ...]:
        """The faces in a picture, none where it shows none. Refused as above."""
        ...


class PictureEngines:
    """Both, in one process beside ours."""

    def __init__(
        self, command: tuple[str, ...] = COMMAND, installed: Callable[[str], bool] | None = None
    ) -> None:
        self._command = command
        self._installed = installed or (lambda code: engines()[code].is_installed)
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._idle: asyncio.TimerHandle | None = None

    @property
    def can_read(self) -> bool:
        return self._installed(Job.PAPERS)

    @property
    def can_compare(self) -> bool:
        return self._installed(Job.FACES)

    async def read(self, picture: bytes) -> tuple[Line, ...]:
        return (await self._ask(Job.PAPERS, picture)).lines

    async def faces(self, picture: bytes) -> tuple[Face, ...]:
        return (await self._ask(Job.FACES, picture)).faces

    async def stop(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    # -- inside ---------------------------------------------------------------------------------

    async def _ask(self, job: Job, picture: bytes) -> Answer:
        name = engines()[job].text
        if not self._installed(job):
            raise Refused(NO_ENGINE, engine=name)
        if not picture or len(picture) > PICTURE_BYTES_MAX:
            raise Refused(NO_PICTURE)
        if self._waiting >= WAITING_MAX:
            raise Refused(BUSY)
        self._waiting += 1
        try:
            async with self._turn:
                answer = await self._told(Ask(job, picture))
        finally:
            self._waiting -= 1
        match answer.fault:
            case None:
                return answer
            case Fault.NO_PICTURE:
                raise Refused(NO_PICTURE)
            case Fault.NOT_INSTALLED:
                raise Refused(NO_ENGINE, engine=name)
        raise Refused(ENGINE_FAILED, engine=name)

    async def _told(self, ask: Ask) -> Answer:
        """Ask once. A process that is silent, or broke, is ended: the next picture gets a new one."""
        try:
            async with asyncio.timeout(SECONDS_MAX):
                answer = await self._exchange(ask)
        except (TimeoutError, OSError, EOFError, msgspec.DecodeError):
            await self._end()
            return Answer(Fault.FAILED)
        except BaseException:
            # Called off in the middle of an answer, which nobody would read any more.
            await self._end()
            raise
        self._rest()
        return answer

    async def _exchange(self, ask: Ask) -> Answer:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        into, out = process.stdin, process.stdout
        if into is None or out is None:
            raise OSError("no pipes")
        into.write(frame(ask))
        await into.drain()
        size = int.from_bytes(await out.readexactly(HEAD_BYTES), "big")
        if size > FRAME_BYTES_MAX:
            raise EOFError("not a frame of ours")
        return msgspec.msgpack.decode(await out.readexactly(size), type=Answer)

    def _rest(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(IDLE_SECONDS, self._let_go)

    def _let_go(self) -> None:
        # Its input ends, and so does it; the next picture starts another.
        if self._process is not None and self._process.stdin is not None and not self._waiting:
            self._process.stdin.close()

    async def _end(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        # Waits for the pipes as well, so that none is left open behind the loop.
        await process.communicate()

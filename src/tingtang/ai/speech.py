"""Speech out, behind a port. A bank may put its own engine here; espeak-ng speaks where it is
installed, and where nothing is, the browser's own voice does."""

import asyncio
import shutil
import struct
from collections import OrderedDict
from typing import Protocol

from tingtang.ai.spoken import in_pinyin
from tingtang.kernel.errors import BUSY, Problem, Refused

NO_VOICE = Problem(
    "no_voice",
    404,
    "本机没有安装语音引擎，请使用浏览器语音",
    "No speech engine is installed here; use the browser's own voice",
)
KEPT_MAX = 400
"""Phrases kept: the calls of a morning come again and again."""
AT_ONCE_MAX = 2
WAITING_MAX = 20
SECONDS_MAX = 10.0
MARK = b"AI-generated speech (GB 45438-2025) / \xe4\xba\xba\xe5\xb7\xa5\xe6\x99\xba\xe8\x83\xbd\xe5\x90\x88\xe6\x88\x90\xe8\xaf\xad\xe9\x9f\xb3"


class Voice(Protocol):
    """An engine that speaks."""

    name: str

    async def speak(self, text: str, language: str) -> bytes:
        """``text`` as a WAV file; ``language`` is "zh" or "en"."""
        ...


class EspeakVoice:
    """espeak-ng (GPL-3, run as a process of its own). Robotic, small, everywhere."""

    name = "espeak-ng"

    def __init__(self, program: str) -> None:
        self._program = program

    async def speak(self, text: str, language: str) -> bytes:
        voice, words = ("cmn-latn-pinyin", in_pinyin(text)) if language == "zh" else ("en-gb", text)
        process = await asyncio.create_subprocess_exec(
            self._program, "-v", voice, "-s", "145", "--stdin", "--stdout",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(SECONDS_MAX):
                sound, _ = await process.communicate(words.encode())
        except TimeoutError:
            process.kill()
            raise Refused(BUSY) from None
        if process.returncode != 0 or not sound.startswith(b"RIFF"):
            raise Refused(NO_VOICE)
        return marked(sound)


def find_voice() -> Voice | None:
    """The engine that is installed here, if any."""
    program = shutil.which("espeak-ng")
    return None if program is None else EspeakVoice(program)


def marked(sound: bytes) -> bytes:
    """The WAV with true sizes, and a note in its metadata that a machine spoke it.

    espeak-ng writes to a pipe and cannot know the length beforehand; some players then refuse.
    """
    data = sound.find(b"data")
    body = sound[data + 8 :]
    note = b"ICMT" + struct.pack("<I", len(MARK) + 1) + MARK + b"\0"
    note += b"\0" * (len(note) % 2)
    notes = b"LIST" + struct.pack("<I", len(note) + 4) + b"INFO" + note
    content = sound[8:data] + notes + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(content)) + content


class Speech:
    """Speaks phrases and keeps them, so that the same call is made once."""

    def __init__(self, voice: Voice | None) -> None:
        self.voice = voice
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._turn = asyncio.Semaphore(AT_ONCE_MAX)
        self._waiting = 0

    async def say(self, text: str, language: str) -> bytes:
        """A WAV file; refused (no_voice) where no engine is installed, (busy) in a rush."""
        if self.voice is None:
            raise Refused(NO_VOICE)
        key = (language, text)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        if self._waiting >= WAITING_MAX:
            raise Refused(BUSY)
        self._waiting += 1
        try:
            async with self._turn:
                sound = await self.voice.speak(text, language)
        finally:
            self._waiting -= 1
        self._kept[key] = sound
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return sound

"""Announcements are put into words, spoken where an engine is, and refused in words where none is."""

import shutil
import struct

import pytest

from tingtang.ai.speech import EspeakVoice, Speech, marked
from tingtang.ai.spoken import in_chinese, in_pinyin
from tingtang.kernel.errors import Refused


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("请A001到3号窗口", "请A零零一到三号窗口"),
        ("约12分钟", "约十二分钟"),
        ("E105到10号窗口", "E一零五到十号窗口"),
        ("尾号08", "尾号零八"),
        ("排队205人", "排队二百零五人"),
        ("1010号", "一千零一十号"),
        ("0人", "零人"),
    ],
)
def test_numbers_are_said_as_people_say_them(written: str, said: str) -> None:
    assert in_chinese(written) == said


def test_letters_are_said_in_chinese() -> None:
    assert in_pinyin("A001") == "ei1 ling2 ling2 yi1"


class Counting:
    name = "counting"

    def __init__(self) -> None:
        self.spoken = 0

    async def speak(self, text: str, language: str) -> bytes:
        self.spoken += 1
        return f"{language}:{text}".encode()


async def test_a_phrase_is_made_once() -> None:
    voice = Counting()
    speech = Speech(voice)
    for _ in range(3):
        assert await speech.say("请A001", "zh") == "zh:请A001".encode()
    assert voice.spoken == 1


async def test_without_an_engine_the_refusal_says_so() -> None:
    with pytest.raises(Refused) as refused:
        await Speech(None).say("请A001", "zh")
    assert refused.value.code == "no_voice"


def test_the_sound_tells_its_length_and_that_a_machine_spoke() -> None:
    body = b"\1\2" * 50
    piped = b"RIFF" + b"\xff" * 4 + b"WAVEfmt " + struct.pack("<I", 16) + bytes(16)
    sound = marked(piped + b"data" + b"\xff" * 4 + body)
    assert struct.unpack("<I", sound[4:8])[0] == len(sound) - 8
    assert sound.endswith(b"data" + struct.pack("<I", len(body)) + body)
    assert b"AI-generated" in sound


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.shows("R031", part="spoken announcements")
async def test_espeak_speaks_both_languages() -> None:
    voice = EspeakVoice(shutil.which("espeak-ng") or "")
    for text, language in (("请A001到3号窗口", "zh"), ("A001, counter 3", "en")):
        sound = await voice.speak(text, language)
        assert len(sound) > 20_000
        assert struct.unpack("<I", sound[4:8])[0] == len(sound) - 8

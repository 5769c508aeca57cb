"""The messages of the identity check, as XML of the CFX form in GBK: 0001 asks, 0002 answers.

Fields and results are those that are publicly known (BankCode, EntrustDate, BusinessCode, UserCode,
ID, Name; CheckResult, IssueOffice, Photo). How a message is framed on a socket is not: here eight
decimal digits tell how many bytes follow.
"""

from enum import StrEnum
from typing import TypeVar
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import msgspec

from tingtang.kernel.text import Text

LENGTH_DIGITS = 8
BYTES_MAX = 256 * 1024
"""A photo of an ID chip has some kilobytes."""
DECLARATION = '<?xml version="1.0" encoding="GBK"?>'


S = TypeVar("S", bound=msgspec.Struct)


class Result(StrEnum):
    """CheckResult."""

    MATCH = "00"
    MATCH_NO_PHOTO = "01"
    NAME_DIFFERS = "02"
    NO_SUCH_NUMBER = "03"
    OTHER = "04"
    BAD_INPUT = "05"


WORDS: dict[Result, Text] = {
    Result.MATCH: Text("号码与姓名一致，有照片", "Number and name match; with a photo"),
    Result.MATCH_NO_PHOTO: Text("号码与姓名一致，无照片", "Number and name match; no photo"),
    Result.NAME_DIFFERS: Text("号码存在，姓名不一致", "The number exists under another name"),
    Result.NO_SUCH_NUMBER: Text("号码不存在", "The number does not exist"),
    Result.OTHER: Text("其他错误，未能核查", "It could not be checked"),
    Result.BAD_INPUT: Text("输入有误", "What was asked is not valid"),
}
MATCHES = frozenset({Result.MATCH, Result.MATCH_NO_PHOTO})


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Message 0001."""

    bank_code: str
    entrust_date: str
    """YYYYMMDD"""
    business_code: str
    """What for: ``01`` opening, ``02`` other business of an account."""
    user_code: str
    """Who asks."""
    id: str
    name: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Message 0002."""

    result: Result
    id: str
    name: str
    issuer: str = ""
    photo: str = ""
    """A JPEG as base64; empty without one."""


class BadMessage(ValueError):  # noqa: N818
    """What came is no such message."""


_ASKED = {
    "BankCode": "bank_code", "EntrustDate": "entrust_date", "BusinessCode": "business_code",
    "UserCode": "user_code", "ID": "id", "Name": "name",
}  # fmt: skip
_ANSWERED = {
    "CheckResult": "result", "Name": "name", "ID": "id", "IssueOffice": "issuer", "Photo": "photo",
}  # fmt: skip


def write_request(request: Request) -> bytes:
    return _write("0001", {tag: getattr(request, name) for tag, name in _ASKED.items()})


def write_answer(answer: Answer) -> bytes:
    return _write("0002", {tag: str(getattr(answer, name)) for tag, name in _ANSWERED.items()})


def read_request(data: bytes) -> Request:
    """Raises :class:`BadMessage`."""
    return _read(data, "0001", _ASKED, Request)


def read_answer(data: bytes) -> Answer:
    """Raises :class:`BadMessage`."""
    return _read(data, "0002", _ANSWERED, Answer)


def _write(number: str, fields: dict[str, str]) -> bytes:
    body = "".join(f"<{tag}>{escape(value)}</{tag}>" for tag, value in fields.items())
    text = (
        f"{DECLARATION}<CFX><HEAD><VER>1.0</VER><MsgNo>{number}</MsgNo></HEAD>"
        f"<MSG><Msg{number}>{body}</Msg{number}></MSG></CFX>"
    )
    # A rare character that GBK does not have goes as a numbered one.
    return text.encode("gbk", "xmlcharrefreplace")


def _read(data: bytes, number: str, names: dict[str, str], kind: type[S]) -> S:
    root = _parse(data)
    if root.tag != "CFX" or root.findtext("HEAD/MsgNo") != number:
        raise BadMessage(f"not a message {number}")
    body = root.find(f"MSG/Msg{number}")
    if body is None:
        raise BadMessage("no body")
    given = {name: (body.findtext(tag) or "").strip() for tag, name in names.items()}
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise BadMessage(str(error)) from error


def _parse(data: bytes) -> ET.Element:
    try:
        text = data.decode("gbk")
    except UnicodeDecodeError as error:
        raise BadMessage("not GBK") from error
    if "<!" in text:
        raise BadMessage("a document type")
    # The parser reads text, and would not know GBK; so the declaration goes.
    _, _, rest = text.partition("?>") if text.lstrip().startswith("<?xml") else ("", "", text)
    try:
        return ET.fromstring(rest)  # noqa: S314 - no document type, hence no entities
    except ET.ParseError as error:
        raise BadMessage("not XML") from error

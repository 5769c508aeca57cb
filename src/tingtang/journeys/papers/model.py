"""What stands on a paper, from the lines that were read and where they stand. Pure.

Every paper pairs labels with values: beside them, or below. Nothing read here is trusted: it is
proposed into a form, a person corrects it, and another looks at the paper itself.
"""

import re
import unicodedata
from collections.abc import Sequence

import msgspec

from tingtang.ai.model.wire import Line
from tingtang.journeys.model.answers import is_id_number
from tingtang.journeys.papers.mrz import read_zone

UNSURE = 0.85
"""Below this a field is pointed out to whoever checks it."""
TITLES = (
    ("临时居民身份证", "temporary"),
    ("港澳居民来往内地通行证", "hk_macao_permit"),
    ("台湾居民来往大陆通行证", "taiwan_permit"),
    ("港澳居民居住证", "hk_macao_residence"),
    ("台湾居民居住证", "taiwan_residence"),
    ("常住人口登记卡", "household"),
    ("居民身份证", "resident"),
)
"""What is printed on papers of a kind; the longer names first, for some hold others."""
NAME, NUMBER, BIRTH, EXPIRES = "name", "id_number", "birth_date", "expires"
LABELS: dict[str, tuple[str, ...]] = {
    NAME: ("中文姓名", "姓名", "Name"),
    NUMBER: (
        "公民身份证件编号", "公民身份号码", "身份证件编号", "证件号码", "护照号码", "护照号",
        "DocumentNo", "PassportNo", "号码",
    ),
    BIRTH: ("出生日期", "出生", "DateofBirth"),
    EXPIRES: ("有效期限", "有效期至", "有效期", "ValidThru", "DateofExpiry"),
}  # fmt: skip
OTHERS = (
    "性别", "民族", "住址", "签发机关", "签发次数", "换证次数", "曾用名", "籍贯", "户主", "国籍", "Sex",
)  # fmt: skip
"""Labels whose values are not asked for; a value ends where one of them begins."""
CHINESE_NAME = re.compile(r"[一-鿿]{1,12}(?:·[一-鿿]{1,12}){0,3}")
LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z ,.'\-]{2,50}")
CITIZENS = frozenset(
    {"resident", "temporary", "hk_macao_residence", "taiwan_residence", "household"}
)
"""Kinds of papers that bear a number of 18 digits (GB 11643)."""
PATTERNS = {
    "hk_macao_permit": re.compile(r"[HM]\d{8}(?:\d{2})?"),
    "taiwan_permit": re.compile(r"\d{8}"),
    "passport": re.compile(r"[A-Z]{1,2}\d{7,8}"),
}
CITIZEN_NUMBER = re.compile(r"\d{17}[\dX]")
MISTAKEN = str.maketrans({"O": "0", "o": "0", "Q": "0", "I": "1", "l": "1", "|": "1", "S": "5"})
"""Letters that digits are taken for."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DATE = re.compile(r"(\d{4})\D{0,2}(\d{1,2})\D{0,2}(\d{1,2})(?!\d)")


class Field(msgspec.Struct, frozen=True):
    """A value; ``sure`` from 0 to 1; ``is_checked`` where a check digit of its own agrees."""

    value: str
    sure: float
    is_checked: bool = False


class Paper(msgspec.Struct, frozen=True):
    """What was read of a paper. ``doubts`` are codes, for whoever looks at it."""

    fields: dict[str, Field]
    kind: str = ""
    """By its title; empty where none stands on this side."""
    doubts: tuple[str, ...] = ()

    def value(self, name: str) -> str:
        """A field's value; empty where it was not found."""
        found = self.fields.get(name)
        return "" if found is None else found.value


class _Piece(msgspec.Struct, frozen=True):
    """A line without its blanks and colons."""

    text: str
    line: Line


def read_paper(lines: Sequence[Line], kind: str) -> Paper:
    """The fields of a paper that is said to be of ``kind``."""
    pieces = [_Piece(_plain(one.text), one) for one in lines]
    found: dict[str, Field] = {}
    if kind == "passport":
        found = _from_zone(lines)
    for name, field in (
        (NAME, _name(pieces)),
        (NUMBER, _number(pieces, kind)),
        (BIRTH, _date(pieces, BIRTH, latest=False)),
        (EXPIRES, _date(pieces, EXPIRES, latest=True)),
    ):
        if field is not None and not (name in found and found[name].is_checked):
            found[name] = field
    number = found.get(NUMBER)
    if BIRTH not in found and number is not None and number.is_checked and kind in CITIZENS:
        digits = number.value[6:14]
        date = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
        found[BIRTH] = Field(date, number.sure, is_checked=True)
    title = _title(pieces)
    return Paper(found, title, _doubts(found, title, kind))


def _doubts(found: dict[str, Field], title: str, kind: str) -> tuple[str, ...]:
    doubts = [f"{name}_missing" for name in (NAME, NUMBER) if name not in found]
    number, birth = found.get(NUMBER), found.get(BIRTH)
    if number is not None and kind in CITIZENS and not number.is_checked:
        doubts.append("check_digit")
    if number is not None and number.is_checked and birth is not None and kind in CITIZENS:
        digits = birth.value.replace("-", "")
        if digits != number.value[6:14]:
            doubts.append("birth_date_differs")
    if any(one.sure < UNSURE for one in found.values()):
        doubts.append("unsure")
    if title and title != kind:
        doubts.append("other_kind")
    return tuple(doubts)


# -- fields --------------------------------------------------------------------------------------


def _name(pieces: Sequence[_Piece]) -> Field | None:
    for text, sure in _values(pieces, LABELS[NAME]):
        chinese = CHINESE_NAME.match(text)
        if chinese and len(chinese[0]) > 1:
            return Field(chinese[0], sure)
        latin = LATIN_NAME.match(text)
        if latin:
            return Field(latin[0].strip(" ,."), sure)
    return None


def _number(pieces: Sequence[_Piece], kind: str) -> Field | None:
    if kind in CITIZENS:
        return _citizen_number(pieces)
    pattern = PATTERNS.get(kind)
    if pattern is None:
        return None
    for text, sure in _values(pieces, LABELS[NUMBER]):
        upper = text.upper()
        head = len(upper) - len(upper.lstrip(LETTERS))
        for likely in (upper[:head] + upper[head:].translate(MISTAKEN), upper.translate(MISTAKEN)):
            found = pattern.match(likely)
            if found:
                return Field(found[0], sure)
    if kind == "taiwan_permit":
        return None  # eight digits alone may be a date
    for piece in pieces:
        whole = pattern.fullmatch(piece.text)
        if whole:
            return Field(whole[0], piece.line.sure)
    return None


def _citizen_number(pieces: Sequence[_Piece]) -> Field | None:
    """Whatever has the check digit (GB 11643), wherever it stands; else what stands by its label."""
    labelled = [*_values(pieces, LABELS[NUMBER])]
    texts = [*labelled, *((piece.text, piece.line.sure) for piece in pieces)]
    likely: Field | None = None
    for text, sure in texts:
        for found in CITIZEN_NUMBER.finditer(text.upper().translate(MISTAKEN)):
            if is_id_number(found[0]):
                return Field(found[0], sure, is_checked=True)
            likely = likely or Field(found[0], sure)
    return likely


def _date(pieces: Sequence[_Piece], name: str, *, latest: bool) -> Field | None:
    """An ISO date; of a span the end. A paper that never runs out says 长期."""
    for text, sure in _values(pieces, LABELS[name]):
        if latest and "长期" in text:
            return Field("9999-12-31", sure)
        found = DATE.findall(text.translate(MISTAKEN))
        for year, month, day in reversed(found) if latest else found:
            if 1900 <= int(year) < 2200 and 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
                return Field(f"{year}-{int(month):02d}-{int(day):02d}", sure)
    return None


def _from_zone(lines: Sequence[Line]) -> dict[str, Field]:
    zone = read_zone([one.text for one in lines])
    if zone is None:
        return {}
    sure = min(one.sure for one in lines if "<<" in one.text or "<" in one.text)
    name = Field(zone.name, sure)
    number = Field(zone.number, sure, is_checked=True)
    return {
        NAME: name, NUMBER: number, BIRTH: Field(zone.birth_date, sure, is_checked=True),
        EXPIRES: Field(zone.expires, sure, is_checked=True),
    }  # fmt: skip


# -- where things stand --------------------------------------------------------------------------


def _values(pieces: Sequence[_Piece], labels: Sequence[str]) -> list[tuple[str, float]]:
    """What stands behind a label in its own line, to its right, or below; the likeliest first."""
    found: list[tuple[str, float]] = []
    for piece in pieces:
        label = next((one for one in labels if one.lower() in piece.text.lower()), None)
        if label is None:
            continue
        at = piece.text.lower().index(label.lower()) + len(label)
        rest = _until_next_label(_without_labels(piece.text[at:], labels))
        if rest:
            found.append((rest, piece.line.sure))
        else:
            found += [(_until_next_label(one.text), one.line.sure) for one in _near(piece, pieces)]
    return [one for one in found if one[0]]


def _near(label: _Piece, pieces: Sequence[_Piece]) -> list[_Piece]:
    """To the right on the same height, then below; the nearest first."""
    own = label.line
    right = [
        one
        for one in pieces
        if one is not label
        and one.line.left >= own.right - own.height
        and abs(one.line.middle - own.middle) < max(own.height, one.line.height) * 0.7
    ]
    below = [
        one
        for one in pieces
        if one is not label
        and own.middle < one.line.middle < own.bottom + 2.5 * own.height
        and one.line.top > own.middle
        and one.line.left < own.right + own.height
        and one.line.right > own.left
    ]
    right.sort(key=lambda one: one.line.left)
    below.sort(key=lambda one: one.line.top)
    return [*right[:1], *below[:2]]


def _without_labels(text: str, labels: Sequence[str]) -> str:
    """Papers bear each label twice: 姓名/Name."""
    text = text.lstrip("/.:")
    for label in sorted(labels, key=len, reverse=True):
        if text.lower().startswith(label.lower()):
            return text[len(label) :].lstrip("/.:")
    return text


ALL_LABELS = tuple(one for labels in LABELS.values() for one in labels) + OTHERS


def _until_next_label(text: str) -> str:
    starts = [text.find(one) for one in ALL_LABELS if one != "Name" and one in text]
    return text[: min(starts)] if starts else text


def _title(pieces: Sequence[_Piece]) -> str:
    for piece in pieces:
        for words, kind in TITLES:
            if words in piece.text:
                return kind
    return ""


def _plain(text: str) -> str:
    """Full-width forms as plain ones; without blanks and colons, which are not always seen. Latin
    words keep the blanks between them.
    """
    text = unicodedata.normalize("NFKC", text).replace("•", "·").replace(":", "")
    return re.sub(r"(?<![A-Za-z,]) +| +(?![A-Za-z])", "", text).strip()

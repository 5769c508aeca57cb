"""The machine-readable zone of a passport (ICAO Doc 9303 part 4, TD3: two lines of 44). Pure."""

import re
from collections.abc import Sequence

import msgspec

LENGTH = 44
WEIGHTS = (7, 3, 1)
DIGITS = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "S": "5", "B": "8", "Z": "2"})
"""Letters that the digits of a numeric place are taken for."""
BORN_BEFORE = 27
"""Two-digit years of birth from here on are of the last century; passports run out in this one."""


class Zone(msgspec.Struct, frozen=True):
    """What the zone says; only given where all its check digits agree."""

    number: str
    name: str
    nationality: str
    birth_date: str
    expires: str


def read_zone(texts: Sequence[str]) -> Zone | None:
    """The zone among lines of writing; None where there is none, or a check digit differs."""
    lines = [re.sub(r"\s", "", one).upper().replace("«", "<<") for one in texts]
    upper = next((one for one in lines if one.startswith("P") and "<<" in one), None)
    if upper is None:
        return None
    for lower in lines:
        if len(lower) == LENGTH and lower is not upper:
            found = _lower(lower, upper)
            if found is not None:
                return found
    return None


def check_digit(text: str) -> str:
    """Weights 7, 3, 1; letters count from 10, the filler 0 (Doc 9303 part 3, 4.9)."""
    total = 0
    for place, letter in enumerate(text):
        value = 0 if letter == "<" else int(letter, 36)
        total += value * WEIGHTS[place % 3]
    return str(total % 10)


def _lower(line: str, upper: str) -> Zone | None:
    number = line[:9]
    birth, expires = line[13:19].translate(DIGITS), line[21:27].translate(DIGITS)
    pairs = ((number, line[9]), (birth, line[19]), (expires, line[27]))
    if not re.fullmatch(r"[0-9A-Z<]{44}", line) or not (birth + expires).isdigit():
        return None
    if any(check_digit(text) != digit.translate(DIGITS) for text, digit in pairs):
        return None
    surname, _, given = upper[5:].rstrip("<").partition("<<")
    name = " ".join(part for part in (*surname.split("<"), *given.split("<")) if part)
    return Zone(number.rstrip("<"), name, line[10:13], _date(birth, born=True), _date(expires))


def _date(digits: str, *, born: bool = False) -> str:
    """YYMMDD as an ISO date."""
    year = int(digits[:2])
    century = 1900 if born and year >= BORN_BEFORE else 2000
    return f"{century + year}-{digits[2:4]}-{digits[4:]}"

"""How announcements are read aloud: numbers and letters put into words. Pure."""

import re

DIGITS = "零一二三四五六七八九"
LETTERS = {
    "A": "ei1", "B": "bi4", "C": "xi1", "D": "di4", "E": "yi4", "F": "ai2 fu5", "G": "ji4",
    "H": "ei1 qi5", "I": "ai1", "J": "jie4", "K": "kei4", "L": "ai2 ou5", "M": "ai2 mu5",
    "N": "en1", "O": "ou1", "P": "pi4", "Q": "kiu1", "R": "a1", "S": "ai2 si5", "T": "ti4",
    "U": "you1", "V": "wei4", "W": "da2 bu5 liu5", "X": "ai2 ke5 si5", "Y": "wai1", "Z": "zei4",
}  # fmt: skip
"""Latin letters as they are said in Chinese, in pinyin with tone numbers."""


def in_chinese(text: str) -> str:
    """Ticket numbers digit by digit (A001: A零零一), other numbers as numbers (12号: 十二号)."""
    text = re.sub(r"([A-Z]{1,2})(\d+)", lambda m: m[1] + _one_by_one(m[2]), text)
    return re.sub(r"\d+", lambda m: _as_number(m[0]), text)


def _one_by_one(digits: str) -> str:
    return "".join(DIGITS[int(d)] for d in digits)


def _as_number(digits: str) -> str:
    """0 to 9999 as it is said; longer ones, and those with a leading zero, digit by digit."""
    if len(digits) > 4 or (digits[0] == "0" and len(digits) > 1):
        return _one_by_one(digits)
    number = int(digits)
    if number == 0:
        return DIGITS[0]
    words, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            words += (DIGITS[0] if gap else "") + DIGITS[digit] + name
            gap = False
        elif words:
            gap = True
    return words[1:] if words.startswith("一十") else words


def in_pinyin(text: str) -> str:
    """Chinese with Latin letters as syllables with tone numbers, for a voice that reads pinyin."""
    from pypinyin import Style, lazy_pinyin

    syllables: list[str] = []
    for part in re.findall(r"[A-Za-z]|[^A-Za-z]+", in_chinese(text)):
        if part.upper() in LETTERS and len(part) == 1:
            syllables.append(LETTERS[part.upper()])
        else:
            syllables += lazy_pinyin(part, style=Style.TONE3, neutral_tone_with_five=True)
    return " ".join(s.strip() for s in syllables if s.strip())

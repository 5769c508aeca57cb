"""The made-up customers of the reference bank, the same on every run: nobody of them exists.

ID numbers bear region codes (990000, 819999, ...) that were never given out, phones the 199 0000
range, cards a prefix that no network uses.
"""

from random import Random

import msgspec

from tingtang.bank.trades import IdKind

COUNT = 60
FIRST_NUMBER = 10_000_000
FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何"
GIVEN = "文思雨晨嘉宁子墨若溪明远静怡佳欣书瑶浩然一诺雪晴俊杰梓涵"
LEVELS = (0,) * 38 + (1,) * 12 + (2,) * 7 + (3,) * 3
OTHER_PAPERS = {
    50: (IdKind.HK_MACAO_RESIDENCE, "819999"),
    51: (IdKind.TAIWAN_RESIDENCE, "839999"),
    52: (IdKind.HK_MACAO_PERMIT, "H99"),
    53: (IdKind.TAIWAN_PERMIT, "99"),
    54: (IdKind.PASSPORT, "E99"),
}
MINORS = {55: 1, 56: 2, 57: 3}
"""Children with the household book, and who their guardian is."""
ELDER_EVERY = 9
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody made up; ``number`` counts from 0 and is in most of what is theirs."""

    number: int
    customer: str
    name: str
    id_kind: IdKind
    id_number: str
    phone: str
    birth_date: str
    level: int
    guardian: str = ""

    @property
    def is_elder(self) -> bool:
        return self.number % ELDER_EVERY == 0

    @property
    def is_minor(self) -> bool:
        return self.number in MINORS


def made_up() -> list[Person]:
    """All of them."""
    random = Random(20_260_302)  # noqa: S311 - names, not secrets
    return [_person(number, _name(random)) for number in range(COUNT)]


def _name(random: Random) -> str:
    given = random.sample(GIVEN, random.choice([1, 2, 2]))
    return random.choice(FAMILY) + "".join(given)


def _person(number: int, name: str) -> Person:
    birth = _birth(number)
    guardian = f"{FIRST_NUMBER + MINORS[number]}" if number in MINORS else ""
    kind, id_number = _paper(number, birth)
    return Person(
        number=number, customer=f"{FIRST_NUMBER + number}", name=name, id_kind=kind,
        id_number=id_number, phone=f"1990000{number:04}", birth_date=birth, level=LEVELS[number],
        guardian=guardian,
    )  # fmt: skip


def _birth(number: int) -> str:
    year = 1962 + number * 7 % 40
    if number in MINORS:
        year = 2014 + number % 3
    elif number % ELDER_EVERY == 0:
        year = 1946 + number % 10
    return f"{year}-{number % 12 + 1:02}-{number % 27 + 1:02}"


def _paper(number: int, birth: str) -> tuple[IdKind, str]:
    kind, region = OTHER_PAPERS.get(number, (IdKind.RESIDENT, "990000"))
    if number in MINORS:
        kind = IdKind.HOUSEHOLD
    if len(region) < 6:
        return kind, f"{region}{number:06}"
    return kind, citizen_number(region, birth, number + 101)


def citizen_number(region: str, birth: str, sequence: int) -> str:
    """18 characters with the check character of GB 11643-1999."""
    digits = f"{region}{birth.replace('-', '')}{sequence:03}"
    total = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]

"""The hoppers of a virtual dispenser: numbered things, given out in the order they were put in."""

import re

from tingtang.devices.virtual.body import Body

_NUMBER = re.compile(r"^([A-Za-z]*)(\d{1,15})$")
PREFIX = "hopper/"


def fill(body: Body, module: str, first: str, count: int) -> None:
    """Put a range of numbers on top of what a hopper holds."""
    matched = _NUMBER.match(first)
    if matched is None:
        return
    if not is_told(body, module):
        _left(body, module, 0.0)  # what it was built with has no numbers
    for n in range(count):
        number = f"{matched[1]}{int(matched[2]) + n:0{len(matched[2])}d}"
        place = body.hidden.get(f"{PREFIX}{module}", 0.0) + 1
        body.hidden[f"{PREFIX}{module}"] = place
        body.hidden[f"{PREFIX}{module}/{number}"] = place
    _left(body, module, float(len(held(body, module))))


def give(body: Body, module: str) -> str:
    """The number of what comes out; nothing where the hopper is empty."""
    numbers = held(body, module)
    if not numbers:
        return ""
    del body.hidden[f"{PREFIX}{module}/{numbers[0]}"]
    _left(body, module, float(len(numbers) - 1))
    return numbers[0]


def held(body: Body, module: str) -> list[str]:
    """What lies in a hopper, the next to come out first."""
    prefix = f"{PREFIX}{module}/"
    found = [(place, name) for name, place in body.hidden.items() if name.startswith(prefix)]
    return [name.removeprefix(prefix) for _, name in sorted(found)]


def is_told(body: Body, module: str) -> bool:
    """Whether it was ever told what was put in: only then does it give out by number alone."""
    return f"{PREFIX}{module}" in body.hidden


def _left(body: Body, module: str, count: float) -> None:
    for one in body.type.consumables:
        if one.module == module:
            body.left[one.name] = min(count, one.full)

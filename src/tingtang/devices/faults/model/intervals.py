"""Exact arithmetic of stretches of time. Pure.

A stretch is half open, ``from_ms <= t < until_ms``, in whole milliseconds; a set of them is a list
in order, none empty, none touching another.
"""

from collections.abc import Iterable, Sequence

Stretch = tuple[int, int]
Stretches = Sequence[Stretch]


def union(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Any stretches, in any order, as a set; empty and backward ones are left out."""
    found: list[Stretch] = []
    for start, end in sorted(one for one in stretches if one[0] < one[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def common(one: Stretches, other: Stretches) -> list[Stretch]:
    """What is in both sets."""
    found: list[Stretch] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            found.append((start, end))
        if one[i][1] <= other[j][1]:
            i += 1
        else:
            j += 1
    return found


def without(one: Stretches, other: Stretches) -> list[Stretch]:
    """What is in the first set and not in the second."""
    found: list[Stretch] = []
    j = 0
    for start, end in one:
        at = start
        while j < len(other) and other[j][1] <= at:
            j += 1
        k = j
        while k < len(other) and other[k][0] < end:
            if other[k][0] > at:
                found.append((at, other[k][0]))
            at = max(at, other[k][1])
            k += 1
        if at < end:
            found.append((at, end))
    return found


def length(stretches: Stretches) -> int:
    """The milliseconds in a set."""
    return sum(end - start for start, end in stretches)

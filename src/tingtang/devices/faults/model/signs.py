"""What is wrong with a device, read from its state and its newest measurements."""

from collections.abc import Mapping

import msgspec

from tingtang.devices.faults.model.settings import AlarmKind, AlarmSettings
from tingtang.devices.model.kinds import AlarmGrade, DeviceType, Threshold
from tingtang.devices.model.state import DeviceState
from tingtang.devices.model.wire import App, Health, Link

LINK, APP, FLAG = "link", "app", "flag:"


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong at this moment. ``about`` stays the same while it lasts."""

    about: str
    kind: AlarmKind
    part: str = ""
    grade: AlarmGrade
    code: str = ""
    detail: str = ""
    since_ms: int


class Seen(msgspec.Struct, frozen=True):
    """What one look at a device tells."""

    present: tuple[Sign, ...]
    known: frozenset[str]
    """What could be judged: an alarm about anything else stays as it is."""

    def judges(self, about: str) -> bool:
        return about in self.known or (about.startswith(FLAG) and LINK in self.known)


def signs(
    type_: DeviceType,
    state: DeviceState,
    measured: Mapping[str, float],
    settings: AlarmSettings,
    still: Mapping[str, int],
    at_ms: int,
) -> Seen:
    """Look at a device at ``at_ms``.

    ``measured`` are its newest values, as far as there are any. ``still`` holds since when each
    value is beyond its mark, by what the sign would be about; a value that is not in there has just
    come to be. A device that cannot be reached says nothing of its parts.
    """
    found: list[Sign] = []
    known: set[str] = set()

    def judge(
        kind: AlarmKind, about: str, part: str, is_wrong: bool, since_ms: int,
        code: str = "", detail: str = "", grade: AlarmGrade | None = None,
    ) -> None:  # fmt: skip
        known.add(about)
        if is_wrong:
            found.append(
                Sign(
                    about=about,
                    kind=kind,
                    part=part,
                    grade=grade or settings.grade(type_, kind, part),
                    code=code,
                    detail=detail,
                    since_ms=since_ms,
                )
            )

    if state.link is Link.UNKNOWN:
        return Seen((), frozenset())
    is_lost = state.link is Link.OFFLINE
    judge(AlarmKind.LINK, LINK, "", is_lost, state.link_since_ms, state.link_why)
    for code, flag in state.flags.items():
        judge(AlarmKind.ODD, f"{FLAG}{code}", code, True, flag.since_ms, code, flag.detail)
    if state.link is Link.ONLINE:
        judge(AlarmKind.APP, APP, "", state.app is App.FAULT, at_ms)
        for module in type_.modules:
            part = state.modules.get(module.name)
            if part is None or part.health is Health.UNKNOWN:
                continue
            is_wrong = part.enabled and part.health is not Health.OK
            kind = (
                AlarmKind.MODULE_FAULT if part.health is Health.FAULT else AlarmKind.MODULE_WARNING
            )
            about = f"module:{module.name}"
            judge(kind, about, module.name, is_wrong, part.since_ms, part.code, part.detail)
        for one in type_.consumables:
            left = measured.get(one.name)
            if left is None:
                continue
            kind = AlarmKind.CONSUMABLE_OUT if left <= 0 else AlarmKind.CONSUMABLE_LOW
            about = f"consumable:{one.name}"
            judge(kind, about, one.name, left <= one.low, still.get(about, at_ms), "", f"{left:g}")
        for mark in type_.thresholds:
            value = measured.get(mark.value)
            if value is None:
                continue
            about = f"threshold:{mark.name}"
            since_ms = still.get(about, at_ms)
            is_wrong = beyond(mark, value, was_beyond=about in still)
            if is_wrong and at_ms - since_ms < mark.for_seconds * 1000:
                continue  # not long enough to be an alarm, and no recovery either
            judge(
                AlarmKind.THRESHOLD, about, mark.name, is_wrong, since_ms, mark.value,
                f"{value:g}", mark.grade,
            )  # fmt: skip
    return Seen(tuple(found), frozenset(known))


def beyond(mark: Threshold, value: float, *, was_beyond: bool) -> bool:
    """Whether a value is beyond a mark; once it was, it must come back by the mark's margin."""
    back = mark.margin if was_beyond else 0.0
    if mark.above is not None and value > mark.above - back:
        return True
    return mark.below is not None and value < mark.below + back


def still_beyond(
    type_: DeviceType, measured: Mapping[str, float], still: Mapping[str, int], at_ms: int
) -> dict[str, int]:
    """Since when each value is beyond its mark, after a look at ``at_ms``."""
    now: dict[str, int] = {}
    for one in type_.consumables:
        about = f"consumable:{one.name}"
        left = measured.get(one.name)
        if (left is None and about in still) or (left is not None and left <= one.low):
            now[about] = still.get(about, at_ms)
    for mark in type_.thresholds:
        about = f"threshold:{mark.name}"
        value = measured.get(mark.value)
        if (value is None and about in still) or (
            value is not None and beyond(mark, value, was_beyond=about in still)
        ):
            now[about] = still.get(about, at_ms)
    return now

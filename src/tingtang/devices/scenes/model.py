"""What a scene wants of which devices, and what came of a run. Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from tingtang.devices.model.decide import SET
from tingtang.devices.model.declared import fits
from tingtang.devices.model.kinds import DeviceType, Group, Name
from tingtang.devices.model.records import Device
from tingtang.devices.model.state import OPEN_COMMANDS, CommandState, DeviceState
from tingtang.devices.model.wire import Link, Value
from tingtang.kernel.errors import Problem
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.text import Text
from tingtang.org.model.records import ZoneKind

WANTED_MAX = 60
SCENES_MAX = 40
"""Of one branch."""

SceneCode = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Select(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which devices: all that is said must be so; nothing said means every device of the branch."""

    device: str = ""
    type: str = ""
    group: Group | None = None
    zone: str = ""
    zone_kind: ZoneKind | None = None


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How they should be. ``as_when`` takes what their type says of an open or closed branch;
    ``values`` stand over it. What a device's type does not have is not wanted of it."""

    select: Select = Select()
    as_when: Literal["", "open", "closed"] = ""
    values: Annotated[dict[Name, Value], msgspec.Meta(max_length=20)] = {}


class SceneDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scene as it is written. Later entries of ``wanted`` stand over earlier ones."""

    name: Text
    about: Text = Text("")
    icon: Annotated[str, msgspec.Meta(max_length=40)] = ""
    rank: int = 100
    """Lower ones stand first on the PAD."""
    wanted: Annotated[tuple[Wanted, ...], msgspec.Meta(min_length=1, max_length=WANTED_MAX)]


class Scene(SceneDraft, frozen=True, kw_only=True):
    """``branch`` is empty for one that comes with Tingtang."""

    code: SceneCode
    branch: str = ""


class SceneResult(StrEnum):
    """What came of a scene on one device."""

    WAITING = "waiting"
    """It was told, or is about to be."""
    DONE = "done"
    UNCHANGED = "unchanged"
    """It was so already: nothing was sent."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """No answer in time: it may or may not have been done."""
    UNREACHABLE = "unreachable"


RETRIED = frozenset({SceneResult.FAILED, SceneResult.UNKNOWN, SceneResult.UNREACHABLE})
"""What a retry takes up again."""
RESULT_OF = {
    CommandState.DONE: SceneResult.DONE,
    CommandState.FAILED: SceneResult.FAILED,
    CommandState.UNKNOWN: SceneResult.UNKNOWN,
}


class DeviceResult(msgspec.Struct, frozen=True):
    """One device in a run. ``code`` and ``detail`` are the device's, or of the refusal."""

    result: SceneResult
    values: dict[str, Value]
    """What was wanted of it."""
    code: str = ""
    detail: str = ""
    attempts: int = 0


class SceneRun(msgspec.Struct, frozen=True):
    """A scene that was set."""

    run: str
    scene: str
    branch: str
    by: str
    started_ms: int
    ended_ms: int
    """0 while devices are still being told."""
    devices: dict[str, DeviceResult]

    @property
    def counts(self) -> dict[SceneResult, int]:
        """How many devices came out how."""
        found = dict.fromkeys(SceneResult, 0)
        for one in self.devices.values():
            found[one.result] += 1
        return found


def selects(select: Select, device: Device, type_: DeviceType, zone_kind: ZoneKind | None) -> bool:
    """Whether a device is meant."""
    return (
        (not select.device or select.device == device.id)
        and (not select.type or select.type == device.type)
        and (select.group is None or select.group is type_.group)
        and (not select.zone or select.zone == device.zone)
        and (select.zone_kind is None or select.zone_kind is zone_kind)
    )


def wanted_of(
    entries: Iterable[Wanted],
    found: Iterable[tuple[Device, DeviceType]],
    zone_kinds: Mapping[str, ZoneKind],
) -> dict[str, dict[str, Value]]:
    """What a scene's entries want of each of these devices; those of which they want nothing are
    left out."""
    entries = tuple(entries)
    plan: dict[str, dict[str, Value]] = {}
    for device, type_ in found:
        values: dict[str, Value] = {}
        for wanted in entries:
            if not selects(wanted.select, device, type_, zone_kinds.get(device.zone)):
                continue
            if wanted.as_when:
                values |= type_.when_open if wanted.as_when == "open" else type_.when_closed
            for name, value in wanted.values.items():
                quantity = type_.property_named(name)
                if quantity is not None and fits(quantity, value):
                    values[name] = value
        if values:
            plan[device.id] = values
    return plan


def to_send(state: DeviceState, wanted: Mapping[str, Value]) -> dict[str, Value]:
    """What must be set on a device to bring it there: what it does not report, or what is about
    to change through a command that is under way."""
    changing = {
        name
        for one in state.commands.values()
        if one.name == SET and one.state in OPEN_COMMANDS
        for name in one.parameters
    }
    return {
        name: value
        for name, value in wanted.items()
        if name in changing or not _same(state.properties.get(name), value)
    }


def first_result(state: DeviceState, wanted: Mapping[str, Value]) -> SceneResult:
    """What is known before anything is sent: WAITING where something must be."""
    if state.link is not Link.ONLINE:
        return SceneResult.UNREACHABLE
    return SceneResult.WAITING if to_send(state, wanted) else SceneResult.UNCHANGED


def wants_up(state: DeviceState, wanted: Mapping[str, Value]) -> bool:
    """Whether a device that sleeps or is off should be woken first: something is to be on. What a
    scene switches off stays asleep."""
    return state.link is not Link.ONLINE and any(value is True for value in wanted.values())


def _same(reported: Value | None, wanted: Value) -> bool:
    if isinstance(reported, bool) or isinstance(wanted, bool):
        return reported is wanted
    return reported == wanted


# -- events and refusals -----------------------------------------------------------------------


class SceneSaved(Event, frozen=True):
    scene: Scene


class SceneRemoved(Event, frozen=True):
    scene: str


class SceneStarted(Event, frozen=True):
    run: str
    scene: str
    devices: int


class SceneEnded(Event, frozen=True):
    """Every device was told, and answered or ran out of time. A retry ends once more."""

    run: str
    scene: str
    results: dict[str, SceneResult]


TYPES = EventTypes("scenes", [SceneSaved, SceneRemoved, SceneStarted, SceneEnded])

UNKNOWN_SCENE = Problem("unknown_scene", 404, "没有场景 {scene}", "There is no scene {scene}")
UNKNOWN_RUN = Problem("unknown_scene_run", 404, "没有这次执行记录", "There is no such run")
STILL_RUNNING = Problem("scene_running", 409, "该场景正在执行", "This scene is still being set")
BAD_SCENE = Problem("bad_scene", 422, "第 {number} 条：{reason}", "Entry {number}: {reason}")
TOO_MANY_SCENES = Problem(
    "too_many_scenes", 409, "最多 {most} 个场景", "There may be at most {most} scenes"
)


def faults(
    scene: SceneDraft,
    devices: Mapping[str, Device],
    types: Mapping[str, DeviceType],
    zones: Iterable[str],
) -> tuple[int, Text] | None:
    """The first entry that makes no sense in a branch, and why."""
    known_zones = set(zones)
    for number, wanted in enumerate(scene.wanted, start=1):
        select = wanted.select
        if select.device and select.device not in devices:
            return number, Text(f"没有设备 {select.device}", f"there is no device {select.device}")
        if select.type and select.type not in types:
            return number, Text(f"没有设备类型 {select.type}", f"there is no type {select.type}")
        if select.zone and select.zone not in known_zones:
            return number, Text(f"没有功能区 {select.zone}", f"there is no zone {select.zone}")
        if not wanted.as_when and not wanted.values:
            return number, Text("未说明要设置什么", "it does not say what should be set")
        of = types.get(devices[select.device].type if select.device else select.type)
        among = [of] if of is not None else list(types.values())
        for name, value in wanted.values.items():
            quantities = [one.property_named(name) for one in among]
            if not any(one is not None and fits(one, value) for one in quantities):
                return number, Text(f"{name} 不能设为 {value}", f"{name} cannot be {value}")
    return None

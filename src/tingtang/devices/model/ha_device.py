"""A machine announced in Home Assistant's format, as one of our devices. Pure.

Each announced entity gives the device values that are read from topics (*readings*), values that
are set by publishing (*writings*) and buttons (*presses*).
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tingtang.devices.model.ha_announcement import Announcement, Path
from tingtang.devices.model.ha_coding import Available, Press, Reading, Writing, text_of
from tingtang.devices.model.ha_parts import PARTS, RANK, Made, slug_of
from tingtang.devices.model.kinds import DeviceType, Group
from tingtang.devices.model.wire import Value
from tingtang.kernel.text import Text

BEAT_SECONDS = 600
_GROUPS = {"sensor": Group.SENSING, "binary_sensor": Group.SENSING}
_ICONS = {"light": "lightbulb", "cover": "curtain", "sensor": "chart", "switch": "poweroff"}


class AnnouncedDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A machine: its type as we declare it, and how it is reached."""

    type: DeviceType
    name: Text
    maker: str = ""
    model: str = ""
    readings: tuple[Reading, ...] = ()
    writings: tuple[Writing, ...] = ()
    presses: dict[str, Press] = {}
    available: tuple[Available, ...] = ()
    mode: str = "latest"
    """Of several topics of availability: all, any or latest."""

    @property
    def topics(self) -> frozenset[str]:
        read = {one.topic for one in self.readings}
        return frozenset(read | {one.topic for one in self.available})


class Message(msgspec.Struct, frozen=True):
    """To be published."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


def device_id(gateway: str, group: str) -> str:
    """Ours of a machine that a gateway announced; the same whenever it does so."""
    return f"{gateway[:40]}-{hashlib.sha256(group.encode()).hexdigest()[:10]}"


def build(device: str, announced: Iterable[Announcement]) -> AnnouncedDevice:
    """One device of all that was announced of it; raises :class:`BadAnnouncement`."""
    every = sorted(announced, key=lambda one: one.place)
    made = Made()
    is_one_of_many = len(every) > 1 or any(one.device for one in every)
    for one in every:
        slug = slug_of(one.place.object)
        is_plain = not is_one_of_many or slug in {one.place.component, "main"}
        PARTS[one.place.component](made, one, "" if is_plain else slug)
    first = every[0]
    about = next((one.device for one in every if one.device), {})
    name = str(about.get("name") or first.settings.get("name") or first.place.object)[:40]
    component = min((one.place.component for one in every), key=RANK.index)
    code = "ha_" + hashlib.sha256(device.encode()).hexdigest()[:12]
    type_ = DeviceType(
        code=code,
        text=Text(name),
        group=_GROUPS.get(component, Group.ENVIRONMENT),
        icon=_ICONS.get(component, ""),
        properties=tuple(made.properties.values()),
        telemetry=tuple(made.telemetry.values()),
        commands=tuple(made.commands.values()),
        beat_seconds=BEAT_SECONDS,
    )
    return AnnouncedDevice(
        type=type_,
        name=Text(name),
        maker=str(about.get("manufacturer") or "")[:60],
        model=str(about.get("model") or "")[:60],
        readings=tuple(made.readings),
        writings=tuple(made.writings),
        presses=made.presses,
        available=tuple(dict.fromkeys(made.available)),
        mode=first.text("availability_mode", "latest"),
    )


def values_of(device: AnnouncedDevice, topic: str, payload: bytes) -> dict[str, tuple[Value, bool]]:
    """What a message says: our values by name, and whether each is a measurement."""
    found: dict[str, tuple[Value, bool]] = {}
    for one in device.readings:
        if one.topic == topic:
            value = one.coding.read(at_path(payload, one.path))
            if value is not None:
                found[one.name] = value, one.is_sample
    return found


def availability_of(device: AnnouncedDevice, topic: str, payload: bytes) -> bool | None:
    """Whether this topic's message says that the device is there; None if it says nothing."""
    for one in device.available:
        if one.topic == topic:
            said = text_of(at_path(payload, one.path))
            return True if said == one.yes else False if said == one.no else None
    return None


def messages_to_set(device: AnnouncedDevice, values: Mapping[str, Value]) -> list[Message]:
    """What to publish so that these values come about; values of one JSON go together."""
    bodies: dict[str, dict[str, Any]] = {}
    found: list[Message] = []
    for one in device.writings:
        if one.name not in values:
            continue
        theirs = one.coding.write(values[one.name])
        if not one.key:
            found.append(Message(one.topic, str(theirs).encode(), one.qos, one.retain))
            continue
        body = bodies.setdefault(one.topic, {})
        if not body:
            found.append(Message(one.topic, b"", one.qos, one.retain))
        if one.switch is not None:
            body.setdefault("state", one.switch.on)
        body[one.key] = theirs
    return [
        msgspec.structs.replace(one, payload=msgspec.json.encode(bodies[one.topic]))
        if one.topic in bodies
        else one
        for one in found
    ]


def is_confirmed(device: AnnouncedDevice, names: Iterable[str]) -> bool:
    """True if topics will show what comes of setting these."""
    wanted = set(names)
    return all(one.is_confirmed for one in device.writings if one.name in wanted)


def at_path(payload: bytes, path: Path) -> object:
    """The value at ``path``; None where there is none."""
    if not path:
        return payload.decode(errors="replace")
    try:
        found: object = msgspec.json.decode(payload)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    for step in path:
        if isinstance(step, int):
            found = found[step] if isinstance(found, list) and step < len(found) else None
        else:
            found = found.get(step) if isinstance(found, dict) else None
    return found

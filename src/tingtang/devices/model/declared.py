"""Reads declarations of device types and checks that they hold together."""

import msgspec

from tingtang.devices.model.kinds import DeviceType, Kind, Quantity
from tingtang.kernel.errors import Trouble


class BadDeviceType(Trouble):
    """A declaration of a device type is wrong; the words say which file and what."""


def parse_type(text: str, source: str) -> DeviceType:
    """The type declared by the TOML ``text`` of the file ``source``; raises :class:`BadDeviceType`."""
    try:
        declared = msgspec.toml.decode(text, type=DeviceType)
    except msgspec.DecodeError as error:
        raise BadDeviceType(
            f"设备类型 {source}：{error}", f"device type {source}: {error}"
        ) from None
    for zh, en in _faults(declared):
        raise BadDeviceType(f"设备类型 {source}：{zh}", f"device type {source}: {en}")
    return declared


def fits(quantity: Quantity, value: object) -> bool:
    """True if ``value`` is one that ``quantity`` can have."""
    if quantity.kind is Kind.SWITCH:
        return isinstance(value, bool)
    if quantity.kind is Kind.NUMBER:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        low, high = quantity.low, quantity.high
        return (low is None or value >= low) and (high is None or value <= high)
    if not isinstance(value, str):
        return False
    if quantity.kind is Kind.CHOICE:
        return value in quantity.choices
    return len(value) <= quantity.length_max


def _faults(declared: DeviceType) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for what, names in (
        ("properties", [one.name for one in declared.properties]),
        ("telemetry", [one.name for one in declared.measured]),
        ("commands", [one.name for one in declared.commands]),
        ("modules", [one.name for one in declared.modules]),
        ("thresholds", [one.name for one in declared.thresholds]),
    ):
        found += [
            (f"{what} 中 {name} 重复", f"{name} stands twice in {what}")
            for name in sorted({name for name in names if names.count(name) > 1})
        ]
    found += [
        (f"命令不能名为 {name}", f"no command may be called {name}")
        for name in ("set", "wake")
        if declared.command_named(name) is not None
    ]
    for when, wanted in (("when_open", declared.when_open), ("when_closed", declared.when_closed)):
        for name, value in wanted.items():
            quantity = declared.property_named(name)
            if quantity is None or not fits(quantity, value):
                found.append((f"{when} 中 {name} 无效", f"{name} in {when} is not a valid setting"))
    modules = {one.name for one in declared.modules}
    found += [
        (f"耗材 {one.name} 的模块不存在", f"the module of {one.name} does not exist")
        for one in declared.consumables
        if one.module and one.module not in modules
    ]
    measured = {one.name for one in declared.measured}
    found += [
        (f"阈值 {one.name} 没有可比较的测量项", f"threshold {one.name} compares nothing")
        for one in declared.thresholds
        if one.value not in measured or (one.above is None and one.below is None)
    ]
    settable = {one.name for one in declared.properties} | {one.name for one in declared.telemetry}
    for entity in declared.entities:
        unknown = set(entity.properties.values()) - settable
        if unknown or (entity.command and declared.command_named(entity.command) is None):
            found.append(
                (f"实体 {entity.name} 引用了不存在的项", f"entity {entity.name} names nothing")
            )
    return found

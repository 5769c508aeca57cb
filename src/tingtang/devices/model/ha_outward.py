"""Our devices as a Home Assistant is told of them: announcements, states, and what comes back. Pure.

Device-based discovery (https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload): one
retained JSON object a device at ``homeassistant/device/tingtang/<device>/config`` with all its entities.
Each entity has a topic for its state and, where it may be told something, one for that:

| topic | |
|---|---|
| ``tingtang/<device>/availability`` | ``online`` or ``offline``, retained |
| ``tingtang/<device>/<entity>/state`` | retained |
| ``tingtang/<device>/<entity>/set`` | from the Home Assistant |
| ``tingtang/<device>/<entity>/press`` | the same, for a button, and for a cover's words |
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tingtang.devices.model import records as r
from tingtang.devices.model.decide import SET
from tingtang.devices.model.ha_announcement import OWN_IDENTIFIER
from tingtang.devices.model.ha_coding import KELVIN, number_of
from tingtang.devices.model.kinds import DeviceType, Entity, Kind, Quantity
from tingtang.devices.model.wire import Value

NODE = "tingtang"
"""Below it lies all that we say; it is also our name as an announcement's node and origin."""
PREFIX = "homeassistant"
ONLINE, OFFLINE = "online", "offline"
ORIGIN = {"name": "Tingtang", "support_url": "https://github.com/tingtang/tingtang"}
PAYLOAD_MAX = 2_000
"""Bytes of an order that comes back; none of ours is a tenth as long."""


class BadOrder(Exception):  # noqa: N818
    """What a Home Assistant asks for is nothing that was announced to it."""


class Order(msgspec.Struct, frozen=True):
    """What a Home Assistant asks of a device: a command of its type."""

    device: str
    name: str
    parameters: dict[str, Value]


def config_topic(device: str) -> str:
    """Where a device is announced."""
    return f"{PREFIX}/device/{NODE}/{device}/config"


def device_of(topic: str) -> str | None:
    """Whose announcement of ours stands at ``topic``; None if it is none of ours."""
    head, tail = f"{PREFIX}/device/{NODE}/", "/config"
    if not (topic.startswith(head) and topic.endswith(tail)):
        return None
    return topic[len(head) : -len(tail)]


def is_ours(topic: str) -> bool:
    """True for a topic on which nobody but we, or who answers us, says anything."""
    return topic.startswith(f"{NODE}/") or device_of(topic) is not None


def is_announced(device: r.Device, type_: DeviceType) -> bool:
    """What came from a gateway is never told to one: that would be a circle."""
    return (
        device.active and device.protocol is not r.Protocol.HOME_ASSISTANT and bool(type_.entities)
    )


def announcement(
    device: r.Device, type_: DeviceType, firmware: str, world: str, *, may_command: bool
) -> dict[str, Any]:
    """The device's announcement; ``world`` stands before every topic it names.

    Where no commands are allowed, what can be set is announced as something to look at.
    """
    base = f"{world}{NODE}/{device.id}"
    about: dict[str, Any] = {
        "identifiers": [OWN_IDENTIFIER + device.id],
        "name": device.name.zh,
        "manufacturer": device.maker,
        "model": device.model or type_.text.zh,
        "serial_number": device.serial,
        "sw_version": firmware,
    }
    components = {}
    for entity in type_.entities:
        made = _component(type_, entity, f"{base}/{entity.name}", may_command=may_command)
        if made is not None:
            made["unique_id"] = f"{OWN_IDENTIFIER}{device.id}_{entity.name}"
            components[entity.name] = made
    return {
        "device": {name: value for name, value in about.items() if value},
        "origin": ORIGIN,
        "availability_topic": f"{base}/availability",
        "qos": 1,
        "components": components,
    }


def states(
    device: str, type_: DeviceType, values: Mapping[str, Value], *, is_online: bool
) -> dict[str, bytes]:
    """What each topic of a device says now; a value that is not known is not said."""
    base = f"{NODE}/{device}"
    said = {f"{base}/availability": (ONLINE if is_online else OFFLINE).encode()}
    for entity in type_.entities:
        payload = _state(type_, entity, values)
        if payload is not None:
            said[f"{base}/{entity.name}/state"] = payload
    return said


def order_of(topic: str, payload: bytes, type_of: Callable[[str], DeviceType | None]) -> Order:
    """The order that a message is; raises :class:`BadOrder`. ``type_of`` knows what is announced."""
    parts = topic.split("/")
    if len(parts) != 4 or parts[0] != NODE or len(payload) > PAYLOAD_MAX:
        raise BadOrder(topic[:80])
    _, device, name, what = parts
    type_ = type_of(device)
    entity = next((one for one in type_.entities if one.name == name), None) if type_ else None
    if type_ is None or entity is None:
        raise BadOrder(f"{device}/{name}"[:80])
    text = payload.decode("utf-8", "replace").strip()
    if what == "press":
        return _pressed(device, type_, entity, text)
    if what != "set" or entity.component not in SETTABLE:
        raise BadOrder(f"{name}/{what}"[:80])
    if entity.component == "light":
        return Order(device, SET, _light_values(type_, entity, payload))
    quantity = type_.property_named(_own(entity))
    if quantity is None:
        raise BadOrder(f"{name} cannot be set")
    return Order(device, SET, {quantity.name: _read(quantity, text)})


SETTABLE = frozenset({"light", "switch", "cover", "number", "select"})
"""Components that can be told something; a button is only pressed."""


def _pressed(device: str, type_: DeviceType, entity: Entity, text: str) -> Order:
    """A button has one command. A cover opens and closes to the ends of its range, and may stop."""
    quantity = type_.property_named(_own(entity))
    if entity.component == "cover" and text in {"OPEN", "CLOSE"} and quantity is not None:
        end = quantity.high if text == "OPEN" else quantity.low
        return Order(device, SET, {quantity.name: 0.0 if end is None else end})
    if entity.command and (entity.component == "button" or text == "STOP"):
        return Order(device, entity.command, {})
    raise BadOrder(f"{entity.name}: {text[:40]}")


def _own(entity: Entity) -> str:
    """Our name of what an entity is about."""
    return entity.properties.get("state") or entity.properties.get("position", "")


def _component(
    type_: DeviceType, entity: Entity, base: str, *, may_command: bool
) -> dict[str, Any] | None:
    kind = entity.component
    if kind == "button":
        command = type_.command_named(entity.command)
        if not may_command or command is None:
            return None
        return {"platform": "button", "name": command.text.zh, "command_topic": f"{base}/press"}
    own = _own(entity)
    quantity = _quantity(type_, own)
    if quantity is None:
        return None
    made: dict[str, Any] = {"platform": kind, "name": quantity.text.zh}
    if entity.device_class:
        made["device_class"] = entity.device_class
    can_set = may_command and kind in SETTABLE and type_.property_named(own) is not None
    if not can_set and kind in SETTABLE:
        made = _only_seen(quantity, made, entity, kind)
    if kind == "cover" and can_set:
        return made | {
            "position_topic": f"{base}/state",
            "set_position_topic": f"{base}/set",
            "command_topic": f"{base}/press",
            "payload_stop": "STOP" if entity.command else None,
        }
    made["state_topic"] = f"{base}/state"
    if can_set:
        made["command_topic"] = f"{base}/set"
    made |= _details(type_, entity, quantity, made["platform"])
    return made


def _only_seen(
    quantity: Quantity, made: dict[str, Any], entity: Entity, kind: str
) -> dict[str, Any]:
    """A thing that can be set, for one who may only look."""
    is_switch = quantity.kind is Kind.SWITCH
    seen = made | {"platform": "binary_sensor" if is_switch else "sensor"}
    if entity.device_class and kind == "cover":
        del seen["device_class"]  # a curtain's; sensors have others
    return seen


def _details(
    type_: DeviceType, entity: Entity, quantity: Quantity, platform: str
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if platform == "light":
        return _light_details(type_, entity)
    if platform == "sensor" and quantity.kind is Kind.NUMBER:
        unit = UNITS.get(entity.device_class, quantity.unit)
        found = {"unit_of_measurement": unit} if unit else {}
        found["state_class"] = (
            "total_increasing" if entity.device_class == "energy" else "measurement"
        )
    elif platform == "number":
        found = {
            name: value
            for name, value in (
                ("min", quantity.low),
                ("max", quantity.high),
                ("step", quantity.step),
            )
            if value is not None
        }
        if quantity.unit:
            found["unit_of_measurement"] = quantity.unit
    elif platform == "select":
        found = {"options": list(_options(quantity).values())}
    return found


UNITS = {"humidity": "%", "battery": "%", "pm25": "µg/m³"}
"""Where Home Assistant knows one unit only for a class of measurement."""


def _light_details(type_: DeviceType, entity: Entity) -> dict[str, Any]:
    has_level = "brightness" in entity.properties
    warmth = type_.property_named(entity.properties.get("color_temp", ""))
    modes = ["color_temp"] if warmth else ["brightness"] if has_level else ["onoff"]
    found: dict[str, Any] = {"schema": "json", "supported_color_modes": modes}
    if has_level:
        found |= {"brightness": True, "brightness_scale": 100}
    if warmth is not None and warmth.low and warmth.high:
        found |= {
            "min_mireds": round(KELVIN / warmth.high),
            "max_mireds": round(KELVIN / warmth.low),
        }
    return found


def _state(type_: DeviceType, entity: Entity, values: Mapping[str, Value]) -> bytes | None:
    if entity.component == "light":
        return _light_state(entity, values)
    own = _own(entity)
    quantity, value = _quantity(type_, own), values.get(own)
    if quantity is None or value is None:
        return None
    return _write(quantity, value).encode()


def _light_state(entity: Entity, values: Mapping[str, Value]) -> bytes | None:
    on = values.get(entity.properties.get("state", ""))
    if on is None:
        return None
    said: dict[str, Any] = {"state": "ON" if on else "OFF"}
    level = number_of(values.get(entity.properties.get("brightness", "")))
    if level is not None:
        said["brightness"] = round(level)
    kelvin = number_of(values.get(entity.properties.get("color_temp", "")))
    if kelvin:
        said |= {"color_mode": "color_temp", "color_temp": round(KELVIN / kelvin)}
    return msgspec.json.encode(said)


def _light_values(type_: DeviceType, entity: Entity, payload: bytes) -> dict[str, Value]:
    try:
        said = msgspec.json.decode(payload, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadOrder(str(error)[:80]) from None
    found: dict[str, Value] = {}
    words = entity.properties
    if said.get("state") in {"ON", "OFF"} and "state" in words:
        found[words["state"]] = said["state"] == "ON"
    level = number_of(said.get("brightness"))
    if level is not None and "brightness" in words:
        found[words["brightness"]] = level
    mireds = number_of(said.get("color_temp"))
    warmth = type_.property_named(words.get("color_temp", ""))
    if mireds and mireds > 0 and warmth is not None:
        kelvin = float(round(KELVIN / mireds))
        low, high = warmth.low or kelvin, warmth.high or kelvin
        # At its ends a rounded mired is a little out of range.
        found[warmth.name] = min(high, max(low, kelvin))
    if not found:
        raise BadOrder("a light is told nothing")
    return found


def _read(quantity: Quantity, text: str) -> Value:
    if quantity.kind is Kind.SWITCH and text in {"ON", "OFF"}:
        return text == "ON"
    if quantity.kind is Kind.NUMBER and (number := number_of(text)) is not None:
        return number
    if quantity.kind is Kind.CHOICE:
        for ours, theirs in _options(quantity).items():
            if theirs == text:
                return ours
    if quantity.kind is Kind.TEXT:
        return text[: quantity.length_max]
    raise BadOrder(f"{quantity.name}: {text[:40]}")


def _write(quantity: Quantity, value: Value) -> str:
    if quantity.kind is Kind.SWITCH:
        return "ON" if value else "OFF"
    if quantity.kind is Kind.CHOICE:
        return _options(quantity).get(str(value), str(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _options(quantity: Quantity) -> dict[str, str]:
    """A choice's own names and the words that are shown for them, which differ from each other."""
    words = [text.zh for text in quantity.choice_texts]
    if len(set(words)) != len(quantity.choices):
        words = list(quantity.choices)
    return dict(zip(quantity.choices, words, strict=True))


def _quantity(type_: DeviceType, name: str) -> Quantity | None:
    found = type_.property_named(name)
    return found or next((one for one in type_.measured if one.name == name), None)

"""The parts of an announced machine: each entity of Home Assistant's as values of ours. Pure."""

import hashlib
import re

import msgspec

from tingtang.devices.model.ha_announcement import Announcement, BadAnnouncement, Path
from tingtang.devices.model.ha_coding import (
    KELVIN,
    Available,
    Coding,
    How,
    Press,
    Reading,
    Writing,
)
from tingtang.devices.model.kinds import DeviceCommand, Kind, Quantity
from tingtang.kernel.text import Text

_NO_NAME = re.compile(r"[^a-z0-9]+")
WORDS = {
    "on": Text("开关", "On"), "level": Text("亮度", "Level"), "speed": Text("风速", "Speed"),
    "colour_temperature": Text("色温", "Colour temperature"), "open": Text("打开", "Open"),
    "position": Text("开度", "Position"), "stop": Text("停止", "Stop"),
    "press": Text("按下", "Press"), "activate": Text("启用", "Activate"),
}  # fmt: skip


def slug_of(text: str) -> str:
    """A name as ours are: small letters, digits and underscores, a letter first."""
    slug = _NO_NAME.sub("_", text.lower()).strip("_")[:30]
    if slug and slug[0].isalpha():
        return slug
    return "v_" + (slug or hashlib.sha256(text.encode()).hexdigest()[:8])


class Made:
    """What has been made so far."""

    def __init__(self) -> None:
        self.properties: dict[str, Quantity] = {}
        self.telemetry: dict[str, Quantity] = {}
        self.commands: dict[str, DeviceCommand] = {}
        self.readings: list[Reading] = []
        self.writings: list[Writing] = []
        self.presses: dict[str, Press] = {}
        self.available: list[Available] = []

    def settable(
        self, one: Announcement, quantity: Quantity, coding: Coding, *, command: str, state: str,
        path: Path, key: str = "", switch: Coding | None = None,
    ) -> None:  # fmt: skip
        """A value that is set by ``command`` and shown by ``state``, both topics."""
        self.properties[quantity.name] = quantity
        if state:
            self.readings.append(Reading(quantity.name, state, path, coding, False))
        if command:
            is_shown = bool(state) and not one.settings.get("optimistic", False)
            self.writings.append(
                Writing(quantity.name, command, coding, key, switch, is_shown, *_delivery(one))
            )

    def measured(self, one: Announcement, quantity: Quantity, coding: Coding) -> None:
        self.telemetry[quantity.name] = quantity
        path = one.path("value_template")
        self.readings.append(Reading(quantity.name, _topic(one, "state_topic"), path, coding, True))

    def pressed(self, one: Announcement, name: str, word: str, payload: str) -> None:
        no_template(one, "command_template")
        self.commands[name] = DeviceCommand(name=name, text=_named(one, word), may_repeat=False)
        self.presses[name] = Press(_topic(one, "command_topic"), payload, *_delivery(one))

    def availability(self, one: Announcement) -> None:
        given = one.settings.get("availability")
        several = given if isinstance(given, list) else [one.settings] if not given else [given]
        for each in several[:10]:
            part = Announcement(one.place, each if isinstance(each, dict) else {})
            topic = part.text("topic" if given else "availability_topic")
            if topic:
                template = "value_template" if given else "availability_template"
                self.available.append(
                    Available(
                        topic,
                        part.path(template),
                        part.text("payload_available", "online"),
                        part.text("payload_not_available", "offline"),
                    )
                )


def _light(made: Made, one: Announcement, slug: str) -> None:
    schema = one.text("schema", "basic")
    if schema not in {"basic", "default", "json"}:
        raise BadAnnouncement("announcement", f"schema {schema}")
    made.availability(one)
    is_json = schema == "json"
    modes = one.settings.get("supported_color_modes")
    modes = modes if isinstance(modes, list) else []
    switch = _switch_coding(one)
    if is_json:
        switch = Coding(how=How.SWITCH)
    command, state = _topic(one, "command_topic"), one.text("state_topic")
    made.settable(
        one, _switch_quantity(one, _name(slug, "on"), "on"), switch, command=command, state=state,
        path=("state",) if is_json else one.path("state_value_template"),
        key="state" if is_json else "",
    )  # fmt: skip
    scale = one.number("brightness_scale", 255)
    level = Coding(how=How.SCALED, full=max(1.0, scale), is_scaled=True)
    kelvin = Coding(how=How.MIREDS)
    if is_json:
        dims = one.settings.get("brightness") is True or (bool(modes) and modes != ["onoff"])
        parts = [("level", "brightness", level, dims)]
        parts.append(("colour_temperature", "color_temp", kelvin, "color_temp" in modes))
        for word, key, coding, has in parts:
            if has:
                made.settable(
                    one, _light_quantity(one, slug, word), coding, command=command, state=state,
                    path=(key,), key=key, switch=switch,
                )  # fmt: skip
        return
    no_template(one, "brightness_command_template", "color_temp_command_template")
    for word, prefix, coding in (
        ("level", "brightness", level), ("colour_temperature", "color_temp", kelvin),
    ):  # fmt: skip
        command = one.text(f"{prefix}_command_topic")
        if command:
            made.settable(
                one, _light_quantity(one, slug, word), coding, command=command,
                state=one.text(f"{prefix}_state_topic"), path=one.path(f"{prefix}_value_template"),
            )  # fmt: skip


def _light_quantity(one: Announcement, slug: str, word: str) -> Quantity:
    name, text = _name(slug, word), WORDS[word]
    if word == "level":
        return Quantity(name=name, text=text, unit="%", low=0, high=100)
    low = KELVIN / max(1.0, one.number("max_mireds", 500))
    high = KELVIN / max(1.0, one.number("min_mireds", 153))
    return Quantity(name=name, text=text, unit="K", low=round(low), high=round(high))


def _switch(made: Made, one: Announcement, slug: str) -> None:
    made.availability(one)
    no_template(one, "command_template")
    made.settable(
        one, _switch_quantity(one, slug or "on", "on"), _switch_coding(one),
        command=_topic(one, "command_topic"), state=one.text("state_topic"),
        path=one.path("value_template"),
    )  # fmt: skip


def _fan(made: Made, one: Announcement, slug: str) -> None:
    made.availability(one)
    no_template(one, "command_template", "percentage_command_template")
    made.settable(
        one, _switch_quantity(one, _name(slug, "on"), "on"), _switch_coding(one),
        command=_topic(one, "command_topic"), state=one.text("state_topic"),
        path=one.path("state_value_template"),
    )  # fmt: skip
    command = one.text("percentage_command_topic")
    if command:
        full = max(1.0, one.number("speed_range_max", 100))
        made.settable(
            one,
            Quantity(name=_name(slug, "speed"), text=WORDS["speed"], unit="%", low=0, high=100),
            Coding(how=How.SCALED, full=full, is_scaled=True),
            command=command,
            state=one.text("percentage_state_topic"),
            path=one.path("percentage_value_template"),
        )


def _cover(made: Made, one: Announcement, slug: str) -> None:
    made.availability(one)
    no_template(one, "set_position_template")
    setter = one.text("set_position_topic")
    if setter:
        zero, full = one.number("position_closed", 0), one.number("position_open", 100)
        if zero == full:
            raise BadAnnouncement("announcement", "position_open is position_closed")
        made.settable(
            one,
            Quantity(
                name=_name(slug, "position"), text=WORDS["position"], unit="%", low=0, high=100
            ),
            Coding(how=How.SCALED, zero=zero, full=full, is_scaled=True),
            command=setter,
            state=one.text("position_topic"),
            path=one.path("position_template"),
        )
    elif one.text("command_topic"):
        writes = Coding(
            how=How.SWITCH,
            on=one.text("payload_open", "OPEN"),
            off=one.text("payload_close", "CLOSE"),
        )
        reads = Coding(
            how=How.SWITCH,
            on=one.text("state_open", "open"),
            off=one.text("state_closed", "closed"),
        )
        name, state = _name(slug, "open"), one.text("state_topic")
        made.settable(
            one, Quantity(name=name, text=WORDS["open"], kind=Kind.SWITCH), writes,
            command=one.text("command_topic"), state="", path=(),
        )  # fmt: skip
        if state:
            made.readings.append(Reading(name, state, one.path("value_template"), reads, False))
            shown = not one.settings.get("optimistic", False)
            last = made.writings.pop()
            made.writings.append(msgspec.structs.replace(last, is_confirmed=shown))
    if one.text("command_topic") and one.settings.get("payload_stop", "STOP") is not None:
        made.pressed(one, _name(slug, "stop"), "stop", one.text("payload_stop", "STOP"))


def _sensor(made: Made, one: Announcement, slug: str) -> None:
    made.availability(one)
    name, unit = slug or _sole(one), one.text("unit_of_measurement")
    numeric = unit or one.text("state_class")
    if not numeric:
        text = Quantity(name=name, text=_named(one), kind=Kind.TEXT)
        made.settable(
            one, text, Coding(how=How.TEXT), command="", state=_topic(one, "state_topic"),
            path=one.path("value_template"),
        )  # fmt: skip
        return
    made.measured(
        one, Quantity(name=name, text=_named(one), unit=unit[:12]), Coding(how=How.SCALED)
    )


def _binary_sensor(made: Made, one: Announcement, slug: str) -> None:
    made.availability(one)
    quantity = Quantity(name=slug or _sole(one), text=_named(one), kind=Kind.SWITCH)
    made.measured(one, quantity, _switch_coding(one))


def _number_part(made: Made, one: Announcement, slug: str) -> None:
    made.availability(one)
    no_template(one, "command_template")
    quantity = Quantity(
        name=slug or _sole(one), text=_named(one), unit=one.text("unit_of_measurement")[:12],
        low=one.number("min", 1), high=one.number("max", 100), step=one.number("step", 1),
    )  # fmt: skip
    made.settable(
        one, quantity, Coding(how=How.SCALED), command=_topic(one, "command_topic"),
        state=one.text("state_topic"), path=one.path("value_template"),
    )  # fmt: skip


def _select(made: Made, one: Announcement, slug: str) -> None:
    made.availability(one)
    no_template(one, "command_template")
    options = one.settings.get("options")
    if not isinstance(options, list) or not 0 < len(options) <= 100:
        raise BadAnnouncement("announcement", "options must be a list")
    choices: dict[str, str] = {}
    for option in map(str, options):
        ours = slug_of(option)
        while ours in choices:
            ours += "_"
        choices[ours] = option[:200]
    quantity = Quantity(
        name=slug or _sole(one), text=_named(one), kind=Kind.CHOICE, choices=tuple(choices),
        choice_texts=tuple(Text(option) for option in choices.values()),
    )  # fmt: skip
    made.settable(
        one, quantity, Coding(how=How.CHOICE, choices=choices),
        command=_topic(one, "command_topic"), state=one.text("state_topic"),
        path=one.path("value_template"),
    )  # fmt: skip


def _button(made: Made, one: Announcement, slug: str) -> None:
    made.availability(one)
    made.pressed(one, slug or "press", "press", one.text("payload_press", "PRESS"))


def _scene(made: Made, one: Announcement, slug: str) -> None:
    made.availability(one)
    made.pressed(one, slug or "activate", "activate", one.text("payload_on", "ON"))


PARTS = {
    "light": _light, "switch": _switch, "cover": _cover, "sensor": _sensor, "fan": _fan,
    "binary_sensor": _binary_sensor, "number": _number_part, "select": _select,
    "button": _button, "scene": _scene,
}  # fmt: skip
RANK = ["light", "cover", "fan", "switch", "select", "number", "scene", "button", "sensor",
         "binary_sensor"]  # fmt: skip
"""What a machine of several parts is foremost."""


def no_template(one: Announcement, *names: str) -> None:
    """Refuse what would have to be filled in by a template that we do not run."""
    for name in names:
        if one.path(name):
            raise BadAnnouncement("template", f"{name}: {one.text(name)[:80]}")


def _topic(one: Announcement, name: str) -> str:
    topic = one.text(name)
    if not topic:
        raise BadAnnouncement("announcement", f"{one.place.component} without {name}")
    return topic


def _delivery(one: Announcement) -> tuple[int, bool]:
    return min(1, max(0, int(one.number("qos", 0)))), one.settings.get("retain") is True


def _name(slug: str, word: str) -> str:
    return f"{slug[:20]}_{word}" if slug else word


def _sole(one: Announcement) -> str:
    return slug_of(one.text("device_class") or one.place.object)


def _named(one: Announcement, word: str = "") -> Text:
    name = one.settings.get("name")
    if isinstance(name, str) and name:
        return Text(name[:40])
    return WORDS.get(word, Text(one.text("device_class") or one.place.object))


def _switch_quantity(one: Announcement, name: str, word: str) -> Quantity:
    text = WORDS[word] if name == word else _named(one, word)
    return Quantity(name=name, text=text, kind=Kind.SWITCH)


def _switch_coding(one: Announcement) -> Coding:
    return Coding(
        how=How.SWITCH, on=one.text("payload_on", "ON"), off=one.text("payload_off", "OFF")
    )

"""Home Assistant's MQTT discovery, as it is announced: read, spelt out and checked. Pure.

https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery: a retained JSON object at
``homeassistant/<component>/[<node>/]<object>/config``; an empty one takes it away. A whole device may
be announced at once at ``homeassistant/device/[<node>/]<object>/config``.
"""

import re
from typing import Any

import msgspec

_ABBREVIATED = (
    "avty=availability avty_mode=availability_mode avty_t=availability_topic "
    "avty_tpl=availability_template bri_cmd_t=brightness_command_topic "
    "bri_cmd_tpl=brightness_command_template bri_scl=brightness_scale "
    "bri_stat_t=brightness_state_topic bri_val_tpl=brightness_value_template "
    "clr_temp_cmd_t=color_temp_command_topic clr_temp_cmd_tpl=color_temp_command_template "
    "clr_temp_stat_t=color_temp_state_topic clr_temp_val_tpl=color_temp_value_template "
    "clrm=color_mode cmd_t=command_topic cmd_tpl=command_template dev=device dev_cla=device_class "
    "max_mirs=max_mireds min_mirs=min_mireds obj_id=object_id ops=options opt=optimistic "
    "pct_cmd_t=percentage_command_topic pct_cmd_tpl=percentage_command_template "
    "pct_stat_t=percentage_state_topic pct_val_tpl=percentage_value_template pl=payload "
    "pl_avail=payload_available pl_not_avail=payload_not_available pl_cls=payload_close "
    "pl_off=payload_off pl_on=payload_on pl_open=payload_open pl_prs=payload_press "
    "pl_stop=payload_stop pos_clsd=position_closed pos_open=position_open pos_t=position_topic "
    "pos_tpl=position_template ret=retain set_pos_t=set_position_topic "
    "set_pos_tpl=set_position_template spd_rng_max=speed_range_max spd_rng_min=speed_range_min "
    "stat_cla=state_class stat_clsd=state_closed stat_off=state_off stat_on=state_on "
    "stat_open=state_open stat_t=state_topic stat_val_tpl=state_value_template "
    "sup_clrm=supported_color_modes t=topic uniq_id=unique_id unit_of_meas=unit_of_measurement "
    "val_tpl=value_template cns=connections ids=identifiers mf=manufacturer mdl=model "
    "sw=sw_version p=platform o=origin"
)
ABBREVIATIONS = dict(one.split("=") for one in _ABBREVIATED.split())
"""Home Assistant's short names of the settings that we understand."""
COMPONENTS = frozenset(
    {"light", "switch", "cover", "sensor", "binary_sensor", "number", "select", "button", "fan",
     "scene"}
)  # fmt: skip
WHOLE = "device"
"""Stands for a component where a whole device is announced at once."""
PARTS_MAX = 200
_TOPIC = re.compile(r"^homeassistant/([a-z_]{1,30})/(?:([\w-]{1,64})/)?([\w-]{1,64})/config$")
_PLAIN = re.compile(r"^\{\{-?\s*value\s*-?\}\}$")
_PATH = re.compile(
    r"^\{\{-?\s*value_json((?:\.[A-Za-z_]\w*|\[\s*(?:'[^']{1,60}'|\"[^\"]{1,60}\"|\d{1,3})\s*\])+)"
    r"\s*(?:\|\s*(?:float|int)(?:\(0?\))?\s*)?-?\}\}$"
)
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[\s*(?:'([^']+)'|\"([^\"]+)\"|(\d+))\s*\]")

OWN_IDENTIFIER = "tingtang_"
"""What the identifiers of our own devices begin with, where we announce them."""
Path = tuple[str | int, ...]
"""Where a value stands in a JSON payload; empty is the payload itself."""


class BadAnnouncement(Exception):  # noqa: N818
    """What was announced cannot be understood; ``code`` says in which way."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        self.detail = detail
        super().__init__(detail)


class Place(msgspec.Struct, frozen=True, order=True):
    """Which announcement: by its topic."""

    component: str
    node: str
    object: str


class Announcement(msgspec.Struct, frozen=True):
    place: Place
    settings: dict[str, Any]
    """Spelt out, with whole topics."""

    @property
    def device(self) -> dict[str, Any]:
        found = self.settings.get("device")
        return found if isinstance(found, dict) else {}

    @property
    def group(self) -> str:
        """What several announcements of one machine have in common."""
        for name in ("identifiers", "connections"):
            found = self.device.get(name)
            if isinstance(found, list) and found:
                found = found[0]
            if found:
                return str(found)
        return str(self.settings.get("unique_id") or "/".join(msgspec.structs.astuple(self.place)))

    @property
    def is_of_ours(self) -> bool:
        """True for a device that was announced by us, whoever says it again."""
        return self.group.startswith(OWN_IDENTIFIER)

    def text(self, name: str, default: str = "") -> str:
        """A setting that is a text; :class:`BadAnnouncement` where it is none."""
        found = self.settings.get(name, default)
        if found is None:
            return default
        if isinstance(found, bool | dict | list):
            raise BadAnnouncement("announcement", f"{name} must be a text")
        return str(found)

    def number(self, name: str, default: float) -> float:
        found = self.settings.get(name, default)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise BadAnnouncement("announcement", f"{name} must be a number")
        return float(found)

    def path(self, name: str) -> Path:
        return path_of(self.text(name))


def place_of(topic: str) -> Place | None:
    """Which announcement stands at ``topic``; None where none does."""
    found = _TOPIC.match(topic)
    return None if found is None else Place(found[1], found[2] or "", found[3])


def read(place: Place, payload: bytes) -> Announcement:
    """The announcement of one component; raises :class:`BadAnnouncement`."""
    if place.component not in COMPONENTS:
        raise BadAnnouncement("component", place.component)
    settings = _spelt_out(*_decoded(payload))
    return Announcement(place, settings)


def read_device(place: Place, payload: bytes) -> list[Announcement]:
    """The announcements that one of a whole device stands for (``homeassistant/device/…``).

    What is said for all components holds for each, unless it says otherwise itself.
    """
    given, base = _decoded(payload)
    components = given.pop("components", None) or given.pop("cmps", None)
    if not isinstance(components, dict) or len(components) > PARTS_MAX:
        raise BadAnnouncement(
            "announcement", f"components must be an object of {PARTS_MAX} at most"
        )
    shared = _spelt_out(given, base)
    found = []
    for name, raw in components.items():  # their names are their own, and never abbreviations
        settings = _spelt_out(raw, base)
        platform = settings.get("platform") if isinstance(settings, dict) else None
        if not isinstance(platform, str) or platform not in COMPONENTS:
            raise BadAnnouncement("component", f"{name}: {platform}"[:100])
        if len(settings) > 1:  # with its platform alone it is taken away
            part = Place(platform, part_of(place), str(name)[:64])
            found.append(Announcement(part, shared | settings))
    return found


def part_of(place: Place) -> str:
    """The node under which the parts of a whole device's announcement stand."""
    return f"{place.node}/{place.object}"


def _decoded(payload: bytes) -> tuple[dict[str, Any], str]:
    """An announcement as it was said, and what ``~`` stands for in it."""
    try:
        given = msgspec.json.decode(payload, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadAnnouncement("announcement", str(error)) from None
    base = given.pop("~", "")
    return given, base if isinstance(base, str) else ""


def _spelt_out(value: Any, base: str, depth: int = 0) -> Any:
    if depth > 4:
        raise BadAnnouncement("announcement", "nested too deep")
    if isinstance(value, list):
        return [_spelt_out(one, base, depth + 1) for one in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for short, one in value.items():
        name: str = ABBREVIATIONS.get(short) or short
        if is_topic_name(name) and base and isinstance(one, str):
            found[name] = _with_base(one, base)
        else:
            found[name] = _spelt_out(one, base, depth + 1)
    return found


def _with_base(topic: str, base: str) -> str:
    """At the beginning or the end of a topic ``~`` stands for the base."""
    if topic.startswith("~"):
        return base + topic[1:]
    return topic[:-1] + base if topic.endswith("~") else topic


def is_topic_name(name: str) -> bool:
    """True for a setting whose value is a topic."""
    return name == "topic" or name.endswith("_topic")


def path_of(template: str) -> Path:
    """Where a template takes its value from. We read a few templates and run none.

    ``{{ value }}`` and ``{{ value_json.a.b }}`` are understood; all others are refused.
    """
    if not template or _PLAIN.match(template):
        return ()
    found = _PATH.match(template)
    if found is None:
        raise BadAnnouncement("template", template[:100])
    steps = _STEP.findall(found[1])
    return tuple(int(number) if number else (a or b or c) for a, b, c, number in steps)

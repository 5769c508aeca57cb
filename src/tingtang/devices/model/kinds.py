"""Device types as declarations: a new type is one TOML file in ``devices/types``.

A type says what its devices measure (telemetry), what can be set on them (properties), what they
can be told to do (commands), which parts of them can fail or be switched off (modules), and what
they use up (consumables). Everything else follows from that: forms, lists, scenes, virtual devices
and the announcement to a Home Assistant.
"""

from enum import StrEnum
from typing import Annotated

import msgspec

from tingtang.kernel.text import Text

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A name in topics, logs and files."""


class Group(StrEnum):
    """Where the PAD lists a type."""

    SELF_SERVICE = "self_service"
    CASH = "cash"
    DELIVERY = "delivery"
    DISPLAY = "display"
    ENVIRONMENT = "environment"
    AUDIO_VIDEO = "audio_video"
    SENSING = "sensing"
    COMPANION = "companion"
    NETWORK = "network"


class Kind(StrEnum):
    """What a value is."""

    SWITCH = "switch"
    """true or false."""
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a device: measured, set, or given with a command."""

    name: Name
    text: Text
    kind: Kind = Kind.NUMBER
    unit: Annotated[str, msgspec.Meta(max_length=12)] = ""
    """As people write it: lx, °C, %, W, 张."""
    low: float | None = None
    high: float | None = None
    """The range of a number; what lies outside is refused, or flagged when a device reports it."""
    step: float | None = None
    choices: tuple[Name, ...] = ()
    choice_texts: tuple[Text, ...] = ()
    length_max: int = 200
    """Characters of a text."""


class Risk(StrEnum):
    """Who may give a command, and whether it is asked for twice."""

    OPERATE = "operate"
    """Daily use in the hall: lights, screens, pause and resume."""
    MAINTAIN = "maintain"
    """For those who look after devices: restart, shut down, logs, screenshots."""


class DeviceCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Something a device can be told to do beside setting a property."""

    name: Name
    text: Text
    risk: Risk = Risk.OPERATE
    asks_first: bool = False
    """The screen asks "really?" before it is sent: it interrupts customers or loses something."""
    parameters: tuple[Quantity, ...] = ()
    timeout_ms: int = 10_000
    """From sending to the result; then the outcome is unknown."""
    may_repeat: bool = True
    """Doing it twice does no harm, so it is sent again where no acknowledgement came."""


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """A part that can fail, or be switched off, while the rest works (R134, R136)."""

    name: Name
    text: Text
    xfs: str = ""
    """The XFS4IoT service class behind it, where there is one: CardReader, Printer, ..."""
    needed_for: tuple[Name, ...] = ()
    """What a customer cannot do without it: codes of a kiosk's menu."""


class Consumable(msgspec.Struct, frozen=True, kw_only=True):
    """What is used up and refilled: paper, ribbons, cards, coffee."""

    name: Name
    text: Text
    unit: str
    full: float
    low: float
    """At or below this somebody must refill it."""
    module: str = ""


class AlarmGrade(StrEnum):
    """How urgent an alarm is, from the least to the most (提示, 一般, 重要, 紧急)."""

    NOTICE = "notice"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Threshold(msgspec.Struct, frozen=True, kw_only=True):
    """A mark on something measured: beyond it somebody must look."""

    name: Name
    text: Text
    value: Name
    """What is measured; of a switch, true is 1."""
    above: float | None = None
    below: float | None = None
    margin: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """It is over only once the value has come back by this much."""
    for_seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 0
    """It must last this long."""
    grade: AlarmGrade


class Wake(StrEnum):
    """A way to wake a machine that sleeps or is switched off."""

    LAN = "lan"
    """Wake-on-LAN: its network card waits for a magic packet."""
    PLUG = "plug"
    """It starts once it has power, and a smart plug gives it that."""
    LINK = "link"
    """Part of it stays connected while it sleeps, and takes the command ``wake``."""


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """How a device shows itself to a Home Assistant: one MQTT component for one value or command.

    ``properties`` maps the component's own words (state, brightness, position) to our properties.
    """

    component: Name
    """light, switch, cover, sensor, binary_sensor, button, number, select, ..."""
    name: Name
    device_class: str = ""
    properties: dict[str, str] = {}
    command: str = ""


class DeviceType(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of machine."""

    code: Name
    text: Text
    about: Text = Text("")
    group: Group
    icon: str = ""
    telemetry: tuple[Quantity, ...] = ()
    properties: tuple[Quantity, ...] = ()
    """What can be set, and is reported back: a scene is a list of wanted values of these."""
    commands: tuple[DeviceCommand, ...] = ()
    modules: tuple[Module, ...] = ()
    consumables: tuple[Consumable, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    entities: tuple[Entity, ...] = ()
    when_open: dict[str, bool | float | str] = {}
    """Property values when the branch opens, and when it closes (R137); a bank may change both."""
    when_closed: dict[str, bool | float | str] = {}
    wakes: tuple[Wake, ...] = ()
    """How it can be woken; a device that can is told so by the command ``wake``."""
    beat_seconds: Annotated[int, msgspec.Meta(ge=1, le=600)] = 10
    """How often it says that it is alive; three missed beats are an outage."""

    @property
    def measured(self) -> tuple[Quantity, ...]:
        """All that its samples may hold: what it measures, and how much is left of what it uses up."""
        left = (
            Quantity(name=one.name, text=one.text, unit=one.unit, low=0, high=one.full)
            for one in self.consumables
        )
        return (*self.telemetry, *left)

    def property_named(self, name: str) -> Quantity | None:
        """What can be set under this name."""
        return next((one for one in self.properties if one.name == name), None)

    def command_named(self, name: str) -> DeviceCommand | None:
        return next((one for one in self.commands if one.name == name), None)

    def module_named(self, name: str) -> Module | None:
        return next((one for one in self.modules if one.name == name), None)

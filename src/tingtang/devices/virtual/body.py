"""What a virtual device is at one moment, and what every kind of device does with time.

A step changes a :class:`Body` in place by what happened in the seconds since the last one; time,
surroundings and chance come in as a :class:`Moment`, so that the same numbers give the same day.
"""

import math
from collections.abc import Callable
from random import Random

import msgspec

from tingtang.devices.model.kinds import DeviceType, Kind, Quantity
from tingtang.devices.model.wire import App, DeviceHappening, Health, ModuleReport, Value
from tingtang.devices.virtual.surroundings import Surroundings

MODULE_FAILS_EVERY_S = 8 * 3600.0
"""Mean time between failures of one module; far shorter than real, so that a demo shows some."""
MODULE_REPAIRED_IN_S = 240.0
"""Mean time until somebody has seen to it."""
REFILLED_IN_S = 360.0
"""Mean time until somebody refills what has run low."""
WARNING_SHARE = 0.3
"""Of all failures, those with which the module still works."""

CODES: dict[str, tuple[str, ...]] = {
    "card_reader": ("media_jam", "reader_dirty"),
    "id_reader": ("no_antenna", "timeout"),
    "receipt_printer": ("paper_jam", "head_hot"),
    "printer": ("paper_jam", "cutter"),
    "certificate": ("paper_jam", "misaligned"),
    "bill": ("media_jam", "scanner_dirty"),
    "cash": ("note_jam", "shutter"),
    "camera": ("no_picture", "covered"),
    "motor": ("overload", "limit_switch"),
    "disk": ("bad_sectors", "smart_warning"),
    "lamp": ("overheated", "no_ignition"),
    "locks": ("cell_not_closed", "no_answer"),
}
"""What modules of these names report when they fail; others say ``fault``."""


class Moment(msgspec.Struct, frozen=True):
    """What a step is given."""

    around: Surroundings
    seconds: float
    """Since the last step."""
    random: Random

    def happens(self, every_s: float) -> bool:
        """Whether something happened in this step that happens once in ``every_s`` on average."""
        if every_s <= 0:
            return False
        return self.random.random() < 1 - math.exp(-self.seconds / every_s)


class Body(msgspec.Struct):
    """A virtual device."""

    type: DeviceType
    properties: dict[str, Value]
    measured: dict[str, Value]
    """Telemetry."""
    left: dict[str, float]
    """Consumables."""
    modules: dict[str, ModuleReport]
    in_use: dict[str, bool] = {}
    """Which modules the branch has put out of use (false)."""
    targets: dict[str, float] = {}
    """Where what moves is going: a curtain's position."""
    app: App = App.RUNNING
    firmware: str = "1.0.0"
    hidden: dict[str, float] = {}
    """What a behaviour remembers and nobody sees."""
    keys: dict[str, int] = {}
    """Private keys of the U盾 that were plugged in, by their numbers; they never leave it."""
    happenings: list[DeviceHappening] = []
    """What happened since they were last sent."""
    daily: set[str] = set()
    """What is counted anew each day."""
    fault_factor: float = 1.0
    """0 for a device that never fails, 10 for one that fails ten times as often."""

    def number(self, name: str) -> float:
        """A measured value or a property as a number; 0 where it is neither."""
        value = self.measured.get(name, self.properties.get(name, 0.0))
        return float(value) if not isinstance(value, str) else 0.0

    def is_on(self, name: str = "on") -> bool:
        return self.properties.get(name) is True

    def works(self, module: str) -> bool:
        """Whether a module is in use and not broken."""
        report = self.modules.get(module)
        healthy = report is None or report.health in {Health.OK, Health.WARNING}
        return healthy and self.in_use.get(module, True)

    @property
    def serves(self) -> bool:
        """Whether customers can use it now."""
        return self.app is App.RUNNING and self.properties.get("in_service", True) is True

    def measure(self, name: str, value: float | bool) -> None:
        """Report a value, within its declared range."""
        quantity = next((one for one in self.type.telemetry if one.name == name), None)
        if quantity is not None:
            self.measured[name] = value if isinstance(value, bool) else bounded(quantity, value)

    def add(self, name: str, more: float) -> None:
        """Add to a measured value."""
        self.measure(name, self.number(name) + more)

    def count(self, name: str, more: float = 1) -> None:
        """Add to what is counted anew each day."""
        self.daily.add(name)
        self.add(name, more)

    def use(self, name: str, amount: float) -> bool:
        """Take from a consumable; False where there is not enough."""
        if self.left.get(name, 0.0) < amount:
            return False
        self.left[name] -= amount
        return True

    def tell(self, moment: Moment, name: str, **data: Value) -> None:
        """Something happened."""
        number = int(self.hidden.get("happenings", 0.0)) + 1
        self.hidden["happenings"] = number
        time_ms = moment.around.time_ms
        self.happenings.append(
            DeviceHappening(name=name, time_ms=time_ms, data=data, id=f"{time_ms}-{number}")
        )


Step = Callable[[Body, Moment], None]


def bounded(quantity: Quantity, value: float) -> float:
    """``value`` within the declared range, to three digits after the point."""
    if quantity.low is not None:
        value = max(quantity.low, value)
    if quantity.high is not None:
        value = min(quantity.high, value)
    return round(value, 3)


def new_body(
    type_: DeviceType, random: Random, *, is_open: bool = False, fault_factor: float = 1.0
) -> Body:
    """A device as it stands in a closed or an open branch: healthy, with most of its supplies."""
    properties: dict[str, Value] = {one.name: _resting(one) for one in type_.properties}
    properties |= type_.when_open if is_open else type_.when_closed
    measured: dict[str, Value] = {}
    for one in type_.telemetry:
        measured[one.name] = False if one.kind is Kind.SWITCH else bounded(one, 0.0)
    return Body(
        type=type_,
        properties=properties,
        measured=measured,
        left={one.name: round(one.full * random.uniform(0.35, 0.95)) for one in type_.consumables},
        modules={one.name: ModuleReport(Health.OK) for one in type_.modules},
        firmware=f"{random.randint(1, 4)}.{random.randint(0, 9)}.{random.randint(0, 20)}",
        fault_factor=fault_factor,
    )


def _resting(quantity: Quantity) -> Value:
    match quantity.kind:
        case Kind.SWITCH:
            return False
        case Kind.NUMBER:
            return bounded(quantity, 0.0)
        case Kind.CHOICE:
            return quantity.choices[0]
        case _:
            return ""


def approach(value: float, goal: float, moment: Moment, time_constant_s: float) -> float:
    """Where ``value`` is after the step when it follows ``goal`` as a first-order lag."""
    return goal + (value - goal) * math.exp(-moment.seconds / time_constant_s)


def wander(value: float, home: float, spread: float, moment: Moment, minutes: float = 5) -> float:
    """A value that strays around ``home`` with the standard deviation ``spread``.

    An Ornstein-Uhlenbeck process, exact for any length of step.
    """
    keep = math.exp(-moment.seconds / (60 * minutes))
    return home + (value - home) * keep + moment.random.gauss(0, spread * math.sqrt(1 - keep**2))


def live(body: Body, moment: Moment, step: Step) -> None:
    """One step of a device: its own behaviour, and what befalls every device."""
    if int(body.hidden.get("day", 0.0)) != moment.around.day:
        _begin_day(body, moment.around.day)
    wear(body, moment)
    refill(body, moment)
    step(body, moment)


def _begin_day(body: Body, day: int) -> None:
    body.hidden["day"] = day
    for name in body.daily:
        body.measured[name] = 0.0


def wear(body: Body, moment: Moment) -> None:
    """Modules fail and are repaired."""
    for name, report in body.modules.items():
        if report.health is Health.OK:
            if body.fault_factor and moment.happens(MODULE_FAILS_EVERY_S / body.fault_factor):
                codes = CODES.get(name, ("fault",))
                is_light = moment.random.random() < WARNING_SHARE
                health = Health.WARNING if is_light else Health.FAULT
                body.modules[name] = ModuleReport(health, moment.random.choice(codes))
        elif moment.happens(MODULE_REPAIRED_IN_S):
            body.modules[name] = ModuleReport(Health.OK)


def refill(body: Body, moment: Moment) -> None:
    """Somebody brings what has run low."""
    for one in body.type.consumables:
        if body.left[one.name] <= one.low and moment.happens(REFILLED_IN_S):
            body.left[one.name] = one.full
            body.tell(moment, "refilled", consumable=one.name)


def move(body: Body, moment: Moment, name: str, per_s: float) -> bool:
    """Move a property towards its target; True while it moves."""
    target, now = body.targets.get(name), body.number(name)
    if target is None:
        return False
    far = per_s * moment.seconds
    if abs(target - now) <= far:
        body.properties[name] = target
        del body.targets[name]
    else:
        body.properties[name] = round(now + math.copysign(far, target - now), 1)
    return True


def anything(body: Body, moment: Moment) -> None:
    """A device nobody wrote a behaviour for: every number strays in the middle of its range."""
    for one in body.type.telemetry:
        if one.kind is Kind.NUMBER and one.low is not None and one.high is not None:
            middle, spread = (one.low + one.high) / 2, (one.high - one.low) / 20
            body.measure(one.name, wander(body.number(one.name) or middle, middle, spread, moment))

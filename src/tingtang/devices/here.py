"""``devices.here``: what a customers' terminal can do now, by the parts of the machine that it is (R136).

A part that staff took out of use, or that says it is broken, takes away what it is ``needed_for``.
Where nothing is known (no machine is registered for the terminal, it never spoke, its link is
lost) nothing is taken away: a customer is not turned away on a guess.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from tingtang.devices.model import events as e
from tingtang.devices.model import records as r
from tingtang.devices.model.kinds import DeviceType
from tingtang.devices.model.state import DeviceState
from tingtang.devices.model.wire import App, Health, Link
from tingtang.devices.register import Register
from tingtang.devices.service import DeviceService
from tingtang.kernel.events import Recorded
from tingtang.kernel.feature import Parts
from tingtang.kernel.live import ViewType
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.kernel.text import Text

VIEW = "devices.here"


class Why(StrEnum):
    """Why something is not possible at a machine."""

    OFF = "off"
    """Staff took a part out of use."""
    FAULT = "fault"
    ABSENT = "absent"


class Lack(msgspec.Struct, frozen=True):
    """Something that customers cannot do here now, and the parts that are to blame."""

    why: Why
    parts: tuple[Text, ...]


class DeviceHere(msgspec.Struct, frozen=True):
    """What a terminal's machine cannot do now, by the codes of ``needed_for``."""

    lacks: dict[str, Lack] = {}
    paused: bool = False
    """The machine serves nobody: only what needs no part of it goes on."""


Machine = tuple[DeviceType, DeviceState]


def here(machines: Iterable[Machine]) -> DeviceHere:
    """What cannot be done with the machines of one terminal: what one lacks another may have."""
    machines = list(machines)
    lacks: dict[str, Lack] = {}
    able: set[str] = set()
    for type_, state in machines:
        own = _lacks(type_, state)
        lacks |= own
        able |= {need for part in type_.modules for need in part.needed_for} - own.keys()
    return DeviceHere(
        {need: lack for need, lack in lacks.items() if need not in able},
        paused=bool(machines) and all(_is_paused(state) for _, state in machines),
    )


def _lacks(type_: DeviceType, state: DeviceState) -> dict[str, Lack]:
    found: dict[str, Lack] = {}
    for part in type_.modules:
        why = _why(state, part.name)
        if why is None:
            continue
        for need in part.needed_for:
            known = found.get(need)
            parts = (part.text,) if known is None else (*known.parts, part.text)
            found[need] = Lack(why if known is None else known.why, parts)
    return found


def _why(state: DeviceState, part: str) -> Why | None:
    known = state.modules.get(part)
    if known is None:
        return None
    if not known.enabled:
        return Why.OFF
    if state.link is not Link.ONLINE:
        return None  # what it said before its link was lost is not taken for its present state
    return _BROKEN.get(known.health)


def _is_paused(state: DeviceState) -> bool:
    return state.link is Link.ONLINE and state.app is App.PAUSED


_BROKEN = {Health.FAULT: Why.FAULT, Health.ABSENT: Why.ABSENT}
_TELLING = (e.ModuleChanged, e.ModuleSwitched, e.AppChanged, e.LinkChanged)


def wire_here(parts: Parts, devices: DeviceService) -> None:
    """Offer the view to the terminals themselves."""
    register = devices.register

    async def compute(key: str) -> DeviceHere:
        branch, _, terminal = key.partition("/")
        found = machines_of(register, branch, terminal)
        return here([(register.type_of(one), await devices.state(one.id)) for one in found])

    async def own(actor: Actor, key: str) -> bool:
        return actor.kind is ActorKind.TERMINAL and key.partition("/")[2] == actor.id

    parts.live.register(ViewType(VIEW, Permission.GUIDE_SEE, compute, allow=own))

    def machine_changed(one: Recorded) -> None:
        device = register.get(one.stream.partition("/")[2])
        if device is not None and device.terminal:
            parts.live.touch_branch(device.branch, VIEW)

    parts.log.follow(_TELLING, machine_changed)
    parts.log.follow(
        (r.DeviceSaved, r.DeviceRemoved), lambda one: parts.live.touch_branch(one.branch, VIEW)
    )


def machines_of(register: Register, branch: str, terminal: str) -> list[r.Device]:
    """The machines whose screen a terminal is."""
    return [one for one in register.of_branch(branch) if terminal and one.terminal == terminal]

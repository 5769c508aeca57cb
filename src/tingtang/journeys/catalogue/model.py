"""The 212 scenes of personal counter business, and the coverage that follows from them (R063, R064).

Two figures are told and never mixed. The *assumed* one weighs scenes by declared shares of a
counter's volume, which were measured nowhere and which a bank replaces by its own. The *measured*
one counts journeys that were done. Pure.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated

import msgspec

from tingtang.journeys.model.scenario import Channel, ScenarioAbout
from tingtang.kernel.text import Text

WHOLE_PPM = 1_000_000
"""All of a counter's volume, in millionths."""
BY_ONESELF = frozenset({Channel.KIOSK, Channel.PHONE})
"""Where customers do their business themselves; on the PAD and at the counter staff do it with them."""
Ppm = Annotated[int, msgspec.Meta(ge=0, le=WHOLE_PPM)]


class Authorisation(StrEnum):
    """When a second person's yes is asked for."""

    NONE = "none"
    IDENTITY = "identity"
    """To see that it is the customer, where nobody stands beside them."""
    AMOUNT = "amount"
    """From an amount on, by the bank's rules."""
    ALWAYS = "always"


class Scene(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of business at a personal counter. ``scenario`` is what does it here; a scene
    without one is a gap, and its channels are where it could be done.
    """

    id: str
    text: Text
    group: str
    share_ppm: Ppm
    """Assumed share of the volume, in millionths."""
    channels: tuple[Channel, ...]
    authorisation: Authorisation
    items: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    """Modules of a machine that take part."""
    scenario: str = ""


class Standing(StrEnum):
    SELF_SERVICE = "self_service"
    """Customers can do it themselves."""
    ASSISTED = "assisted"
    """A scenario does it, with staff."""
    GAP = "gap"
    """No scenario of it is in force: it is done at the counter as ever."""


class Coverage(msgspec.Struct, frozen=True):
    """Shares of the volume by how it can be done, in millionths; together the whole."""

    self_service_ppm: int
    assisted_ppm: int
    gap_ppm: int


class Counted(msgspec.Struct, frozen=True):
    """How many journeys of a scenario ended in one way on one channel."""

    scenario: str
    channel: Channel
    is_done: bool
    count: int


class Measured(msgspec.Struct, frozen=True):
    """What was really done. ``self_service_ppm`` is None where nothing was."""

    done: int
    by_oneself: int
    left: int
    """Begun and not finished."""
    self_service_ppm: int | None


class HourCount(msgspec.Struct, frozen=True):
    """Journeys that were done and had begun in one hour of the local day."""

    hour: int
    done: int
    by_oneself: int
    unattended: int
    """Of those by oneself: while the branch was closed to people."""


def standing(scene: Scene, in_force: Mapping[str, ScenarioAbout]) -> Standing:
    """How a scene can be done with the scenarios that are in force."""
    about = in_force.get(scene.scenario)
    if about is None:
        return Standing.GAP
    return Standing.ASSISTED if BY_ONESELF.isdisjoint(about.channels) else Standing.SELF_SERVICE


def weighed(scenes: Sequence[Scene], own: Mapping[str, int]) -> dict[str, int]:
    """Each scene's share in millionths, 1,000,000 together.

    Where a bank has figures of its own they stand as they are, and the assumed ones of all other
    scenes share what is left in their proportions. ValueError where its own are more than the whole.
    """
    known = {scene.id: own[scene.id] for scene in scenes if scene.id in own}
    left = WHOLE_PPM - sum(known.values())
    if left < 0:
        raise ValueError("the bank's own shares are more than the whole")
    others = {scene.id: scene.share_ppm for scene in scenes if scene.id not in known}
    return {**known, **_scaled(others, left)}


def _scaled(weights: Mapping[str, int], whole: int) -> dict[str, int]:
    """Largest remainders, so that the parts are exactly the whole."""
    total = sum(weights.values())
    if total == 0:
        return dict.fromkeys(weights, 0)
    parts = {name: weight * whole // total for name, weight in weights.items()}
    rest = whole - sum(parts.values())
    by_remainder = sorted(weights, key=lambda name: (-(weights[name] * whole % total), name))
    for name in by_remainder[:rest]:
        parts[name] += 1
    return parts


def coverage(
    scenes: Iterable[Scene], shares: Mapping[str, int], in_force: Mapping[str, ScenarioAbout]
) -> Coverage:
    """How much of the volume can be done how, by these shares."""
    found = dict.fromkeys(Standing, 0)
    for scene in scenes:
        found[standing(scene, in_force)] += shares[scene.id]
    return Coverage(found[Standing.SELF_SERVICE], found[Standing.ASSISTED], found[Standing.GAP])


def measured(counted: Iterable[Counted]) -> Measured:
    """How much of what was done customers did themselves."""
    done = by_oneself = left = 0
    for one in counted:
        if not one.is_done:
            left += one.count
            continue
        done += one.count
        by_oneself += one.count if one.channel in BY_ONESELF else 0
    share = by_oneself * WHOLE_PPM // done if done else None
    return Measured(done, by_oneself, left, share)


def hours(
    begun: Iterable[tuple[int, Channel, bool]], hours_of_day: Collection[int] = range(24)
) -> list[HourCount]:
    """The 24 hours of a day (R065) from journeys that were done, each as its local hour, its
    channel, and whether the branch was open to people then.
    """
    done, alone, unattended = (dict.fromkeys(hours_of_day, 0) for _ in range(3))
    for hour, channel, was_open in begun:
        done[hour] += 1
        if channel in BY_ONESELF:
            alone[hour] += 1
            unattended[hour] += 0 if was_open else 1
    return [HourCount(hour, done[hour], alone[hour], unattended[hour]) for hour in hours_of_day]

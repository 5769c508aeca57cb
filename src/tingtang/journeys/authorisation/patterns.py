"""Patterns in what a customer does today: they raise a risk, or stop the business. Pure.

Totals of the day are told by the bank and count in ``amount``, so that nothing is split to stay
below a line (金融机构大额交易和可疑交易报告管理办法 counts a day's cash together, too).
"""

from typing import Annotated

import msgspec

from tingtang.journeys.model.scenario import Channel
from tingtang.kernel.text import Text

Fen = Annotated[int, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000)]
"""0: never."""
Hour = Annotated[int, msgspec.Meta(ge=0, le=24)]


class DayLimit(msgspec.Struct, frozen=True, kw_only=True):
    """From this total of the day on (fen) a channel does no more business of a kind."""

    channel: Channel
    kind: str
    """``cash``, ``transfer`` or ``term``"""
    stop_from: Fen


class PatternRules(msgspec.Struct, frozen=True, kw_only=True):
    """What is unusual, and what goes too far."""

    day_limits: tuple[DayLimit, ...] = (
        DayLimit(channel=Channel.PHONE, kind="transfer", stop_from=50_000_01),
        DayLimit(channel=Channel.KIOSK, kind="cash", stop_from=200_000_01),
        DayLimit(channel=Channel.KIOSK, kind="transfer", stop_from=500_000_01),
    )
    repeats: Count = 4
    """The same business of one customer so often within ``repeat_minutes`` is unusual."""
    repeat_minutes: Annotated[int, msgspec.Meta(ge=1, le=1_440)] = 60
    night_amount: Fen = 50_000_00
    """Money from so much on is unusual between ``night_from`` and ``night_to``."""
    night_from: Hour = 22
    night_to: Hour = 6
    denials: Count = 1
    """After so many refusals today whatever the customer asks for is unusual."""
    denials_stop: Count = 3
    """After so many nothing more goes today without a counter."""


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the customer: ``repeats`` of this business within the time that the rules
    name, this one too; ``denials`` today.
    """

    repeats: int = 1
    denials: int = 0


class Finding(msgspec.Struct, frozen=True):
    """``stop`` says why it does not go on here; None where it may."""

    is_unusual: bool = False
    stop: Text | None = None


DAY_FULL = Text(
    "今日累计已超过本渠道限额，请到柜台办理",
    "Today’s total is above what can be done here; please go to a counter",
)
REFUSED_TOO_OFTEN = Text(
    "今日授权多次未通过，请到柜台由工作人员核实",
    "Several requests were refused today; please let our staff look at it at a counter",
)


def look(
    rules: PatternRules, channel: Channel, kind: str, amount: int, hour: int, habits: Habits
) -> Finding:
    """Judge a piece of business; ``amount`` is the day's total with it, in fen. At a counter a
    person sees the customer, and nothing is stopped.
    """
    if channel is not Channel.COUNTER:
        if any(
            limit.channel is channel and limit.kind == kind and amount >= limit.stop_from
            for limit in rules.day_limits
        ):
            return Finding(stop=DAY_FULL)
        if rules.denials_stop and habits.denials >= rules.denials_stop:
            return Finding(stop=REFUSED_TOO_OFTEN)
    at_night = is_within(hour, rules.night_from, rules.night_to)
    return Finding(
        is_unusual=(
            (rules.repeats > 0 and amount > 0 and habits.repeats >= rules.repeats)
            or (rules.denials > 0 and habits.denials >= rules.denials)
            or (at_night and amount >= rules.night_amount > 0)
        )
    )


def is_within(hour: int, start: int, end: int) -> bool:
    """22 to 6 goes over midnight."""
    return start <= hour < end if start <= end else hour >= start or hour < end

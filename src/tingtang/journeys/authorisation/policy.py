"""Which business needs whose yes: a table that a bank reads from top to bottom and may change."""

from enum import StrEnum
from typing import Annotated

import msgspec

from tingtang.kernel.permissions import Role
from tingtang.kernel.text import Text


class Mode(StrEnum):
    """Where the second person is."""

    NONE = "none"
    ON_SITE = "on_site"
    """现场授权: beside the customer, with their own name and password."""
    PAD = "pad"
    """Pad授权: somewhere in the hall."""
    REMOTE = "remote"
    """远程集中授权: in the centre, for all branches."""


MODES = {
    Mode.NONE: Text("无需授权", "No authorisation"),
    Mode.ON_SITE: Text("现场授权", "On site"),
    Mode.PAD: Text("PAD 授权", "On the PAD"),
    Mode.REMOTE: Text("远程集中授权", "Remote centre"),
}

MAY_SAY_YES = {
    Mode.ON_SITE: frozenset({Role.LOBBY_MANAGER, Role.BRANCH_MANAGER}),
    Mode.PAD: frozenset({Role.LOBBY_MANAGER, Role.BRANCH_MANAGER}),
    Mode.REMOTE: frozenset({Role.AUTHORISER}),
}
"""Roles whose yes counts, by mode."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One line; empty conditions hold for everything. Amounts in fen, hours 0-24 local time."""

    name: Text
    scenarios: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    """Holds where one of these risk codes was raised."""
    amount_from: Annotated[int, msgspec.Meta(ge=0)] = 0
    hour_from: Annotated[int, msgspec.Meta(ge=0, le=24)] = 0
    hour_to: Annotated[int, msgspec.Meta(ge=0, le=24)] = 24
    mode: Mode = Mode.REMOTE
    people: Annotated[int, msgspec.Meta(ge=1, le=2)] = 1
    """How many different people must say yes."""
    priority: Annotated[int, msgspec.Meta(ge=0, le=9)] = 5
    """9 is answered first."""


class AuthorisationSettings(msgspec.Struct, frozen=True):
    """The table of rules, and how long things wait."""

    rules: tuple[Rule, ...] = (
        Rule(
            name=Text("异常交易双人远程授权", "Unusual: two people in the centre"),
            risks=("unusual",), mode=Mode.REMOTE, people=2, priority=9,
        ),
        Rule(
            name=Text("无芯片证件远程核验", "Papers without a chip: remote"),
            risks=("chipless",), mode=Mode.REMOTE, priority=7,
        ),
        Rule(
            name=Text("20 万元及以上远程授权", "200,000 yuan and more: remote"),
            amount_from=200_000_00, mode=Mode.REMOTE, priority=7,
        ),
        Rule(
            name=Text("5 万元及以上 PAD 授权", "50,000 yuan and more: on the PAD"),
            amount_from=50_000_00, mode=Mode.PAD, priority=6,
        ),
        Rule(name=Text("其他", "All others"), mode=Mode.PAD),
    )  # fmt: skip
    claim_seconds: Annotated[int, msgspec.Meta(ge=10, le=3_600)] = 120
    """How long somebody who took a request has before it goes back to all."""
    escalate_seconds: Annotated[int, msgspec.Meta(ge=10, le=3_600)] = 90
    """After how long without anybody a request in the hall goes to the centre too."""
    lapse_seconds: Annotated[int, msgspec.Meta(ge=60, le=7_200)] = 900
    """After how long without a yes it counts as a no."""
    keep_days: Annotated[int, msgspec.Meta(ge=0, le=3_660)] = 30
    """How long the evidence is kept, in days."""


def choose(
    settings: AuthorisationSettings, scenario: str, amount: int, risks: frozenset[str], hour: int
) -> Rule:
    """The first line that holds; where none does, one yes from the centre is asked (fail closed)."""
    for rule in settings.rules:
        if rule.scenarios and scenario not in rule.scenarios:
            continue
        if rule.risks and not risks.intersection(rule.risks):
            continue
        if amount < rule.amount_from or not _within(hour, rule.hour_from, rule.hour_to):
            continue
        return rule
    return Rule(name=Text("未列明的业务", "Not in the table"), mode=Mode.REMOTE)


def _within(hour: int, start: int, end: int) -> bool:
    """22 to 6 goes over midnight."""
    return start <= hour < end if start <= end else hour >= start or hour < end

"""Which business needs whose yes: a table that a bank reads from top to bottom and may change."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import msgspec

from tingtang.journeys.authorisation.patterns import PatternRules, is_within
from tingtang.journeys.model.scenario import Channel
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
    WORK = "work"
    """集中作业: no yes but work, done in the centre for all branches."""


MODES = {
    Mode.NONE: Text("无需授权", "No authorisation"),
    Mode.ON_SITE: Text("现场授权", "On site"),
    Mode.PAD: Text("PAD 授权", "On the PAD"),
    Mode.REMOTE: Text("远程集中授权", "Remote centre"),
    Mode.WORK: Text("集中作业中心", "Operations centre"),
}

MAY_SAY_YES = {
    Mode.ON_SITE: frozenset({Role.LOBBY_MANAGER, Role.BRANCH_MANAGER}),
    Mode.PAD: frozenset({Role.LOBBY_MANAGER, Role.BRANCH_MANAGER}),
    Mode.REMOTE: frozenset({Role.AUTHORISER}),
    Mode.WORK: frozenset({Role.AUTHORISER}),
}
"""Roles whose yes counts, by mode."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One line; empty conditions hold for everything. Amounts in fen, hours 0-24 local time."""

    name: Text
    scenarios: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    """Where the business runs."""
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
    may_escalate: bool = True
    """Whether the centre may answer what nobody in the hall takes in time; no where somebody must
    stand before the customer."""
    centre_pictures: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0
    """So many pictures the centre must be shown; with fewer the hall decides, and it alone."""


UNUSUAL = "unusual"
"""What the patterns of :mod:`.patterns` raise."""
HALL_RISKS = ("loss_undo", "loss_close", "pin_reset", "unfreeze", "close", "contact_changed")
RULES = (
    Rule(
        name=Text("异常交易双人远程授权", "Unusual: two people in the centre"),
        risks=(UNUSUAL,), mode=Mode.REMOTE, people=2, priority=9,
    ),
    Rule(
        name=Text("到客户身边核实本人", "Somebody comes and sees that it is the customer"),
        risks=("in_person",), mode=Mode.PAD, priority=8, may_escalate=False,
    ),
    Rule(
        name=Text("当面核对未成年人与监护人", "Minor and guardian are seen in person"),
        risks=("minor",), mode=Mode.PAD, priority=8, may_escalate=False,
    ),
    Rule(
        name=Text("手机办理由远程中心核验", "On a phone: the centre looks at the pictures"),
        channels=(Channel.PHONE,), risks=("name_differs", "unchecked", "face", "chipless"),
        mode=Mode.REMOTE, priority=7, centre_pictures=1,
    ),
    Rule(
        name=Text("姓名与登记不符，核对证件", "Another name than on record: the paper is looked at"),
        risks=("name_differs",), mode=Mode.PAD, priority=8, centre_pictures=1,
    ),
    Rule(
        name=Text("无芯片证件远程核验", "Papers without a chip: remote"),
        risks=("chipless",), mode=Mode.REMOTE, priority=7, centre_pictures=1,
    ),
    Rule(
        name=Text("联网核查未通过，核对证件", "Not found by the identity check: the paper is looked at"),
        risks=("unchecked",), mode=Mode.PAD, priority=7, centre_pictures=1,
    ),
    Rule(
        name=Text("人像比对", "The two faces are compared"),
        risks=("face",), mode=Mode.PAD, priority=7, centre_pictures=2,
    ),
    Rule(
        name=Text("20 万元及以上远程授权", "200,000 yuan and more: remote"),
        amount_from=200_000_00, mode=Mode.REMOTE, priority=7,
    ),
    Rule(
        name=Text("5 万元及以上 PAD 授权", "50,000 yuan and more: on the PAD"),
        amount_from=50_000_00, mode=Mode.PAD, priority=6,
    ),
    Rule(
        name=Text("解挂、重置、销户与变更预留信息", "Losses undone, PINs reset, closing, contacts changed"),
        risks=HALL_RISKS, mode=Mode.PAD, priority=6,
    ),
    Rule(name=Text("其他", "All others"), mode=Mode.PAD),
)  # fmt: skip
"""As it ships: the first line that holds counts."""


class AuthorisationSettings(msgspec.Struct, frozen=True):
    """The table of rules, the patterns that raise a risk, and how long things wait."""

    rules: tuple[Rule, ...] = RULES
    patterns: PatternRules = PatternRules()
    claim_seconds: Annotated[int, msgspec.Meta(ge=10, le=3_600)] = 120
    """How long somebody who took a request has before it goes back to all."""
    escalate_seconds: Annotated[int, msgspec.Meta(ge=10, le=3_600)] = 90
    """After how long without anybody a request in the hall goes to the centre too."""
    lapse_seconds: Annotated[int, msgspec.Meta(ge=60, le=7_200)] = 900
    """After how long without a yes it counts as a no."""
    keep_days: Annotated[int, msgspec.Meta(ge=0, le=3_660)] = 30
    """How long the evidence is kept, in days."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a yes is asked for; ``amount`` in fen, ``hour`` of the branch's own day."""

    scenario: str
    channel: Channel
    hour: int
    amount: int = 0
    risks: frozenset[str] = frozenset()
    pictures: int = 0


def choose(rules: Sequence[Rule], asked: Asked) -> Rule:
    """The first line that holds; where none does, one yes from the centre is asked (fail closed).

    What the centre cannot see it does not decide: with too few pictures the line is given to the
    hall, and stays there.
    """
    found = next((rule for rule in rules if _holds(rule, asked)), NOT_LISTED)
    if found.mode is Mode.NONE or asked.pictures >= found.centre_pictures:
        return found
    mode = Mode.PAD if found.mode is Mode.REMOTE else found.mode
    return msgspec.structs.replace(found, mode=mode, may_escalate=False)


NOT_LISTED = Rule(name=Text("未列明的业务", "Not in the table"), mode=Mode.REMOTE)


def _holds(rule: Rule, asked: Asked) -> bool:
    return (
        (not rule.scenarios or asked.scenario in rule.scenarios)
        and (not rule.channels or asked.channel in rule.channels)
        and (not rule.risks or not asked.risks.isdisjoint(rule.risks))
        and asked.amount >= rule.amount_from
        and is_within(asked.hour, rule.hour_from, rule.hour_to)
    )

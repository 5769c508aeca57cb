"""Refuses an automation that makes no sense, saying where and why. Pure but for the lists it asks.

What is saved is checked against what features offer: names, kinds of values, ranges, lists. So an
automation that was saved can run, and nothing in it is ever taken for more than data.
"""

from collections.abc import Iterable, Mapping

from tingtang.kernel.automations.declared import (
    NESTING_MAX,
    AllOf,
    AnyOf,
    AutomationDraft,
    Compared,
    Condition,
    EventTrigger,
    FactTest,
    FactTrigger,
    FieldTest,
    FromEvent,
    Not,
    Op,
    Scalar,
    SunTrigger,
    SunUp,
)
from tingtang.kernel.automations.fields import FieldInfo, find_field
from tingtang.kernel.automations.matching import parts
from tingtang.kernel.automations.offered import Offers, Parameter, ValueKind
from tingtang.kernel.automations.problems import BAD_AUTOMATION
from tingtang.kernel.errors import Refused
from tingtang.kernel.text import Text

CHOICES_SHOWN = 8
_ORDERED = frozenset({Op.OVER, Op.AT_LEAST, Op.UNDER, Op.AT_MOST})


def check(draft: AutomationDraft, branch: str, offers: Offers, *, knows_sun: bool) -> None:
    """Raise :class:`Refused` (bad_automation) for the first thing that is wrong.

    ``knows_sun``: the branch's latitude and longitude are known. ``branch`` "" is the whole bank.
    """
    if not draft.name.zh.strip():
        _refuse(Text("名称", "name"), Text("不能为空", "it cannot be empty"))
    for number, trigger in enumerate(draft.triggers, start=1):
        where = Text(f"触发条件 {number}", f"trigger {number}")
        if isinstance(trigger, EventTrigger):
            fields = _fields(trigger.event, offers, where)
            for test in trigger.where:
                _check_field(test, fields, where)
        elif isinstance(trigger, FactTrigger):
            _check_fact(trigger.fact, trigger.arguments, trigger, branch, offers, where)
        elif isinstance(trigger, SunTrigger):
            _check_sun(knows_sun, where)
    _check_condition(draft, branch, offers, knows_sun=knows_sun)
    for number, call in enumerate(draft.actions, start=1):
        where = Text(f"动作 {number}", f"action {number}")
        action = offers.actions.get(call.action)
        if action is None:
            _refuse(where, Text(f"没有动作 {call.action}", f"there is no action {call.action}"))
            continue
        for value in call.parameters.values():
            if isinstance(value, FromEvent):
                _check_from_event(draft, value, offers, where)
        fixed = {k: v for k, v in call.parameters.items() if not isinstance(v, FromEvent)}
        check_arguments(
            action.parameters, fixed, branch, offers, where, given=call.parameters.keys()
        )


def check_arguments(
    parameters: tuple[Parameter, ...],
    arguments: Mapping[str, Scalar],
    branch: str,
    offers: Offers,
    where: Text,
    given: Iterable[str] | None = None,
) -> None:
    """Refuse arguments that are not what the parameters say; ``given`` names those that come
    later, from the event."""
    names = set(arguments if given is None else given)
    known = {one.name: one for one in parameters}
    for name in names:
        if name not in known:
            _refuse(where, Text(f"没有参数 {name}", f"there is no parameter {name}"))
    for one in parameters:
        if one.name not in names:
            if one.required:
                _refuse(
                    where,
                    Text(f"缺少「{one.text.zh}」", f"{one.text.en or one.text.zh} is missing"),
                )
            continue
        if one.name not in arguments:
            continue
        value = arguments[one.name]
        if not one.fits(value) or not _is_listed(one, value, branch, offers):
            _refuse(where, _misfit(one, value))


def _is_listed(parameter: Parameter, value: Scalar, branch: str, offers: Offers) -> bool:
    listed = offers.options.get(parameter.options)
    if listed is None or (value == "" and not parameter.required):
        return True
    entries = listed(branch)
    # In the whole bank only what every branch has is listed; zones and devices are not.
    return any(one.value == value for one in entries) or (not branch and not entries)


def _misfit(parameter: Parameter, value: Scalar) -> Text:
    name = parameter.text
    if parameter.kind is ValueKind.NUMBER:
        low = "" if parameter.low is None else f"{parameter.low:g}"
        high = "" if parameter.high is None else f"{parameter.high:g}"
        return Text(
            f"「{name.zh}」须为 {low}–{high}{parameter.unit} 之间的数",
            f"{name.en or name.zh} must be a number from {low} to {high} {parameter.unit}".strip(),
        )
    if parameter.kind is ValueKind.CHOICE:
        listed = ", ".join(parameter.choices[:CHOICES_SHOWN])
        return Text(
            f"「{name.zh}」须为 {listed} 之一", f"{name.en or name.zh} must be one of {listed}"
        )
    return Text(f"「{name.zh}」不能是 {value}", f"{name.en or name.zh} cannot be {value}")


def _check_condition(
    draft: AutomationDraft, branch: str, offers: Offers, *, knows_sun: bool
) -> None:
    where = Text("条件", "condition")
    if draft.condition is None:
        return
    if _depth(draft.condition) > NESTING_MAX:
        _refuse(
            where, Text(f"最多嵌套 {NESTING_MAX} 层", f"it may nest {NESTING_MAX} deep at most")
        )
    for part in parts(draft.condition):
        if isinstance(part, FieldTest):
            # With several triggers the field may be missing, which is then not as wanted.
            infos = [
                _fields(one.event, offers, where)
                for one in draft.triggers
                if isinstance(one, EventTrigger)
            ]
            having = [one for one in infos if find_field(one, part.field) is not None]
            if not having:
                _refuse(
                    where,
                    Text(
                        f"触发它的事件没有字段 {part.field}",
                        f"no event that sets it off has a field {part.field}",
                    ),
                )
            _check_field(part, having[0], where)
        elif isinstance(part, FactTest):
            _check_fact(part.fact, part.arguments, part, branch, offers, where)
        elif isinstance(part, SunUp):
            _check_sun(knows_sun, where)


def _check_from_event(
    draft: AutomationDraft, value: FromEvent, offers: Offers, where: Text
) -> None:
    for trigger in draft.triggers:
        infos = offers.fields(trigger.event) if isinstance(trigger, EventTrigger) else ()
        if find_field(infos, value.field) is None:
            _refuse(
                where,
                Text(
                    f"并非每个触发条件都有字段 {value.field}",
                    f"not every trigger brings a field {value.field}",
                ),
            )


def _fields(event: str, offers: Offers, where: Text) -> tuple[FieldInfo, ...]:
    fields = offers.fields(event)
    if not fields:
        _refuse(where, Text(f"没有事件 {event}", f"there is no event {event}"))
    return fields


def _check_field(test: FieldTest, fields: tuple[FieldInfo, ...], where: Text) -> None:
    info = find_field(fields, test.field)
    if info is None:
        _refuse(where, Text(f"事件没有字段 {test.field}", f"the event has no field {test.field}"))
    elif info.kind != "map":
        _check_compared(test, info.kind, info.choices, Text(test.field, test.field), where)
    else:
        _check_compared(test, None, (), Text(test.field, test.field), where)


def _check_fact(
    fact: str,
    arguments: Mapping[str, Scalar],
    test: Compared,
    branch: str,
    offers: Offers,
    where: Text,
) -> None:
    found = offers.facts.get(fact)
    if found is None:
        _refuse(where, Text(f"没有状态 {fact}", f"there is no fact {fact}"))
        return
    known = found[0]
    check_arguments(known.parameters, arguments, branch, offers, where)
    kind = None if known.kind is None else known.kind.value
    _check_compared(test, kind, known.choices, known.text, where)


def _check_compared(
    test: Compared, kind: str | None, choices: tuple[str, ...], what: Text, where: Text
) -> None:
    """``kind`` None: known only when it is looked at."""
    if (test.op is Op.ONE_OF) != isinstance(test.value, tuple):
        _refuse(
            where,
            Text(
                f"「{what.zh}」的比较值有误：仅“属于”可列多个值",
                f"{what.en or what.zh}: several values go with one_of, and only with it",
            ),
        )
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    if test.op in _ORDERED and (
        kind not in {None, "number"} or any(_kind(one) != "number" for one in values)
    ):
        _refuse(
            where,
            Text(f"「{what.zh}」不能比较大小", f"{what.en or what.zh} cannot be more or less"),
        )
    for value in values:
        is_right = (
            kind is None
            or _kind(value) == kind
            or (kind == "choice" and isinstance(value, str) and (not choices or value in choices))
        )
        if not is_right:
            _refuse(
                where,
                Text(f"「{what.zh}」不会是 {value}", f"{what.en or what.zh} is never {value}"),
            )


def _kind(value: Scalar) -> str:
    if isinstance(value, bool):
        return "switch"
    return "number" if isinstance(value, int | float) else "text"


def _check_sun(knows_sun: bool, where: Text) -> None:
    if not knows_sun:
        _refuse(
            where,
            Text(
                "请先在设置中填写网点的经纬度",
                "set the branch's latitude and longitude in its settings first",
            ),
        )


def _depth(condition: Condition) -> int:
    if isinstance(condition, AllOf | AnyOf):
        return 1 + max(_depth(one) for one in condition.of)
    return 1 + _depth(condition.of) if isinstance(condition, Not) else 1


def _refuse(where: Text, reason: Text) -> None:
    raise Refused(BAD_AUTOMATION, where=where, reason=reason)

"""Why an automation ran, in words. Pure."""

from tingtang.kernel.automations.declared import (
    EventTrigger,
    FactTrigger,
    Hour,
    HoursTrigger,
    IntervalTrigger,
    SunMoment,
    SunTrigger,
    TimeTrigger,
    Trigger,
)
from tingtang.kernel.automations.offered import Offers
from tingtang.kernel.text import Text


def why(trigger: Trigger, offers: Offers) -> Text:
    """What set it off."""
    match trigger:
        case EventTrigger():
            text = offers.event_text(trigger.event)
            return Text(f"发生：{text.zh}", f"happened: {text.en or text.zh}")
        case FactTrigger():
            fact = offers.facts.get(trigger.fact)
            text = Text(trigger.fact, trigger.fact) if fact is None else fact[0].text
            value = trigger.value if not isinstance(trigger.value, float) else f"{trigger.value:g}"
            return Text(
                f"{text.zh} {_SIGNS[trigger.op]} {value}",
                f"{text.en or text.zh} {_SIGNS[trigger.op]} {value}",
            )
        case TimeTrigger():
            return Text(f"到了 {trigger.at}", f"it is {trigger.at}")
        case IntervalTrigger():
            return Text(f"每 {trigger.minutes} 分钟", f"every {trigger.minutes} minutes")
        case HoursTrigger():
            opens = trigger.moment is Hour.OPENS
            what = Text("开门", "opening") if opens else Text("关门", "closing")
            return _around(what, trigger.offset_minutes)
        case SunTrigger():
            rises = trigger.moment is SunMoment.RISE
            what = Text("日出", "sunrise") if rises else Text("日落", "sunset")
            return _around(what, trigger.offset_minutes)


def _around(what: Text, offset_minutes: int) -> Text:
    if not offset_minutes:
        return what
    minutes = abs(offset_minutes)
    if offset_minutes < 0:
        return Text(f"{what.zh}前 {minutes} 分钟", f"{minutes} minutes before {what.en}")
    return Text(f"{what.zh}后 {minutes} 分钟", f"{minutes} minutes after {what.en}")


_SIGNS = {
    "is": "=", "is_not": "≠", "over": ">", "at_least": "≥", "under": "<", "at_most": "≤",
    "one_of": "∈",
}  # fmt: skip

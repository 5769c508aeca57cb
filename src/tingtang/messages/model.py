"""Templates, and what happens to a message. Pure; addresses and words never enter an event."""

from enum import StrEnum

import msgspec

from tingtang.kernel.clock import HOUR_MS, MINUTE_MS
from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.text import Text

UNKNOWN_TEMPLATE = Problem(
    "unknown_template", 422, "没有短信模板 {template}", "There is no message template {template}"
)
MISSING_VALUE = Problem(
    "missing_value",
    422,
    "短信模板 {template} 缺少 {name}",
    "The message template {template} lacks {name}",
)

RETRY_AFTER_MS = (10_000, MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS)
"""Pauses between attempts; after the last a message has failed."""
KEEP_MS = 30 * 24 * HOUR_MS
"""How long addresses and words are kept after delivery, to answer questions; then they are gone."""


class Channel(StrEnum):
    SMS = "sms"
    WECHAT = "wechat"


class State(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Template(msgspec.Struct, frozen=True):
    """Approved wording with ``{named}`` gaps."""

    text: Text

    def fill(self, name: str, values: dict[str, str], language: str) -> str:
        """The words; refused (missing_value) where a gap has no value."""
        try:
            return self.text.in_language(language).format(**values)
        except KeyError as missing:
            raise Refused(MISSING_VALUE, template=name, name=missing.args[0]) from None


TEMPLATES: dict[str, Template] = {
    "booking_confirmed": Template(
        Text(
            "您已预约{branch} {date} {time} 办理“{service}”，预约码 {code}。查看或改期：{link}",
            "Booked at {branch}, {date} {time}: {service}. Code {code}. See or change: {link}",
        )
    ),
    "booking_moved": Template(
        Text(
            "您的预约已改为{branch} {date} {time}，“{service}”，预约码 {code}。{link}",
            "Your booking is now at {branch}, {date} {time}: {service}. Code {code}. {link}",
        )
    ),
    "booking_reminder": Template(
        Text(
            "提醒：您预约了今天 {time} 在{branch}（{address}）办理“{service}”，预约码 {code}。{link}",
            "Reminder: today {time} at {branch} ({address}): {service}. Code {code}. {link}",
        )
    ),
    "booking_cancelled": Template(
        Text(
            "您在{branch} {date} {time} 的预约已取消。",
            "Your booking at {branch}, {date} {time}, was cancelled.",
        )
    ),
    "item_ready": Template(
        Text(
            "您的{item}已备好，请持本人证件于 {date} 前到{branch}领取（{where}），取件码 {code}，请勿告诉他人。{link}",
            "Your {item} is ready at {branch} ({where}) until {date}. Bring your papers. Code {code}: tell nobody. {link}",
        )
    ),
    "item_reminder": Template(
        Text(
            "提醒：您的{item}将于 {date} 逾期，请尽快到{branch}领取（{where}），取件码 {code}。{link}",
            "Reminder: your {item} waits at {branch} ({where}) until {date} only. Code {code}. {link}",
        )
    ),
    "item_expired": Template(
        Text(
            "您的{item}逾期未领，{branch}将收回保管，请联系网点。",
            "Your {item} was not fetched in time; {branch} takes it back. Please contact the branch.",
        )
    ),
    "item_posted": Template(
        Text(
            "您的{item}已由{carrier}寄出，运单号 {tracking}。签收时请核对封签。",
            "Your {item} was posted with {carrier}, tracking number {tracking}. Check the seal.",
        )
    ),
    "complaint_answered": Template(
        Text(
            "{branch}已答复您的意见。查看答复并评价：{link}",
            "{branch} has answered your complaint. Read and rate the answer: {link}",
        )
    ),
}


class MessageQueued(Event, frozen=True):
    message: str
    template: str


class MessageSent(Event, frozen=True):
    message: str
    channel: Channel


class MessageFailed(Event, frozen=True):
    message: str
    reason: str


TYPES = EventTypes("message", [MessageQueued, MessageSent, MessageFailed])


def next_attempt_ms(attempts: int, now_ms: int) -> int | None:
    """When to try again after so many attempts; None when it is enough."""
    if attempts > len(RETRY_AFTER_MS):
        return None
    return now_ms + RETRY_AFTER_MS[attempts - 1]

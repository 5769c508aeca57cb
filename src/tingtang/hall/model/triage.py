"""智能引导分流: which way is best for this customer now. A decision table that head office edits.

The first row whose condition holds gives the ways to propose, best first; ways that the service
cannot take are left out, and each way comes with its own expected time.
"""

from enum import StrEnum

import msgspec

from tingtang.hall.model.settings import VIP_SEGMENTS, Segment
from tingtang.kernel.ids import ServiceId
from tingtang.kernel.text import Text


class Way(StrEnum):
    """A way to have one's business done."""

    PHONE = "phone"
    SELF_SERVICE = "self_service"
    COUNTER = "counter"
    VIP_ROOM = "vip_room"
    LATER = "later"


class Busy(StrEnum):
    """网点繁忙度 (kpis.md)."""

    CLOSED = "closed"
    IDLE = "idle"
    NORMAL = "normal"
    BUSY = "busy"
    SATURATED = "saturated"


class Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a row applies: all that is given must hold; what is not given does not matter."""

    booked: bool | None = None
    services: tuple[ServiceId, ...] = ()
    segments: tuple[Segment, ...] = ()
    care: bool | None = None
    channels: tuple[str, ...] = ()
    """Where the customer stands: "kiosk", "pad", "phone", "assistant"."""
    wait_over_minutes: float | None = None
    busy: tuple[Busy, ...] = ()


class Row(msgspec.Struct, frozen=True):
    """One row of the table."""

    id: str
    when: Condition
    ways: tuple[Way, ...]
    why: Text


class TriageTable(msgspec.Struct, frozen=True):
    """The ``triage`` section of a branch's settings; the first row that fits decides."""

    rows: tuple[Row, ...] = (
        Row(
            "booked",
            Condition(booked=True),
            (Way.COUNTER,),
            Text("您已预约，按预约时间优先办理", "You booked: you are served at your time"),
        ),
        Row(
            "vip",
            Condition(segments=tuple(sorted(VIP_SEGMENTS))),
            (Way.VIP_ROOM, Way.COUNTER, Way.SELF_SERVICE),
            Text("贵宾客户由客户经理接待", "Your account manager will receive you"),
        ),
        Row(
            "care",
            Condition(care=True),
            (Way.COUNTER, Way.SELF_SERVICE),
            Text(
                "为您安排关怀窗口，工作人员全程陪同", "A counter with assistance is ready for you"
            ),
        ),
        Row(
            "crowded",
            Condition(busy=(Busy.SATURATED,), wait_over_minutes=30),
            (Way.SELF_SERVICE, Way.PHONE, Way.LATER, Way.COUNTER),
            Text(
                "现在人多，换个方式或时间更快",
                "The hall is crowded: another way or time is faster",
            ),
        ),
        Row(
            "wait",
            Condition(wait_over_minutes=10),
            (Way.SELF_SERVICE, Way.PHONE, Way.COUNTER, Way.LATER),
            Text("自助办理不用排队", "No queue at the self-service machines"),
        ),
        Row(
            "any",
            Condition(),
            (Way.SELF_SERVICE, Way.COUNTER, Way.PHONE, Way.LATER),
            Text("自助办理最快，柜台也可办", "Self-service is fastest; a counter can do it too"),
        ),
    )


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the customer and the hall when the question is asked."""

    service: ServiceId
    segment: Segment
    channel: str
    care: bool = False
    booked: bool = False
    busy: Busy = Busy.NORMAL
    possible: tuple[Way, ...] = tuple(Way)
    """The ways in which this service can be done here and now."""
    wait_ms: dict[Way, int] = {}
    """Expected waiting by way; a way that is missing has no estimate."""
    service_ms: dict[Way, int] = {}
    """Expected time of the business itself by way."""
    later_ms: int = 0
    """The next free booked time, if any."""


class WayOffered(msgspec.Struct, frozen=True):
    """One way with its own expected time; ``wait_ms`` is None where nobody can tell."""

    way: Way
    wait_ms: int | None
    service_ms: int | None
    at_ms: int = 0
    """For ``LATER``: the time that is free."""


class Advice(msgspec.Struct, frozen=True):
    """The ways proposed, best first, and the row that decided."""

    row: str
    why: Text
    ways: tuple[WayOffered, ...]


FALLBACK = Row("none", Condition(), (Way.COUNTER,), Text("请到柜台办理", "Please go to a counter"))


def advise(table: TriageTable, case: Case) -> Advice:
    """What ``table`` proposes in this case; always at least one way."""
    row = next((r for r in table.rows if holds(r.when, case)), FALLBACK)
    ways = [way for way in row.ways if _open(way, case)]
    if not ways:
        row, ways = FALLBACK, [Way.COUNTER]
    return Advice(row.id, row.why, tuple(_offered(way, case) for way in ways))


def machine_wait_ms(machines: int, busy: int, service_ms: int) -> int:
    """The expected wait for one of ``machines`` of which ``busy`` (or queued for) are taken.

    With exponential service times one of ``machines`` comes free every ``service_ms / machines`` on
    average, and so many must come free until it is our turn.
    """
    return max(0, busy - machines + 1) * service_ms // machines


def holds(when: Condition, case: Case) -> bool:
    """True if every given part of the condition is met."""
    counter_wait_ms = case.wait_ms.get(Way.COUNTER, 0)
    return (
        (when.booked is None or when.booked == case.booked)
        and (not when.services or case.service in when.services)
        and (not when.segments or case.segment in when.segments)
        and (when.care is None or when.care == case.care)
        and (not when.channels or case.channel in when.channels)
        and (when.wait_over_minutes is None or counter_wait_ms > when.wait_over_minutes * 60_000)
        and (not when.busy or case.busy in when.busy)
    )


def _open(way: Way, case: Case) -> bool:
    return way in case.possible and (way is not Way.LATER or case.later_ms > 0)


def _offered(way: Way, case: Case) -> WayOffered:
    at_ms = case.later_ms if way is Way.LATER else 0
    return WayOffered(way, case.wait_ms.get(way), case.service_ms.get(way), at_ms)

"""What other systems are told of the hall: names, contents, signature, and when to try again. Pure.

Nothing that names or describes a person is told: numbers and ids, services, counters and times.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from typing import Any, NewType
from urllib.parse import urlsplit

import msgspec

from tingtang.hall.model import events as e
from tingtang.hall.model.booking import events as booking
from tingtang.hall.model.state import HallDay
from tingtang.kernel.clock import MINUTE_MS, SECOND_MS
from tingtang.kernel.errors import Problem
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.ids import CounterId, TicketId

WebhookId = NewType("WebhookId", str)

ATTEMPTS_MAX = 40
"""With the pauses below an event is tried for about six hours before it is set aside."""
PAUSE_FIRST_MS, PAUSE_MAX_MS = 2 * SECOND_MS, 10 * MINUTE_MS
URL_LENGTH_MAX = 500

BAD_URL = Problem(
    "bad_webhook_url",
    422,
    "回调地址须为 https，或内网 IP 的 http，且不含账号（{url}）",
    "A receiver is https, or http at an address of the own network, without credentials ({url})",
)
UNKNOWN_TOLD = Problem(
    "unknown_webhook_event", 422, "没有这种事件（{event}）", "There is no such event ({event})"
)
UNKNOWN_WEBHOOK = Problem("unknown_webhook", 404, "没有这个回调订阅", "There is no such receiver")


class WebhookSaved(Event, frozen=True):
    """A receiver was added or changed; ``branch`` "" hears of all branches."""

    webhook: WebhookId
    branch: str
    url: str
    told: tuple[str, ...]
    active: bool


class WebhookRemoved(Event, frozen=True):
    webhook: WebhookId


TYPES = EventTypes("webhook", [WebhookSaved, WebhookRemoved])


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a receiver gets. ``id`` rises with every event; the same id is the same event."""

    id: int
    event: str
    branch: str
    time_ms: int
    data: dict[str, Any]


Describe = Callable[[Any, HallDay], dict[str, Any]]


def _of_ticket(state: HallDay, ticket_id: TicketId) -> dict[str, Any]:
    ticket = state.tickets.get(ticket_id)
    if ticket is None:
        return {"ticket": ticket_id}
    return {
        "ticket": ticket_id,
        "number": ticket.number,
        "visit": ticket.visit,
        "service": ticket.service,
        "state": ticket.state.value,
    }


def _sign(state: HallDay, counter: CounterId) -> dict[str, Any]:
    place = state.setup.counters.get(counter) if state.setup is not None else None
    return {"counter": counter, "sign": place.sign if place is not None else ""}


def _ticket(event: Any, state: HallDay) -> dict[str, Any]:
    return _of_ticket(state, event.ticket)


def _issued(event: e.TicketIssued, state: HallDay) -> dict[str, Any]:
    return {
        **_of_ticket(state, event.ticket),
        "number": event.number,
        "services": list(event.services),
        "channel": event.channel.value,
        "booked_ms": event.booked_ms,
    }


def _called(event: e.TicketCalled, state: HallDay) -> dict[str, Any]:
    return {**_of_ticket(state, event.ticket), **_sign(state, event.counter)}


def _rated(event: e.TicketRated, state: HallDay) -> dict[str, Any]:
    return {**_of_ticket(state, event.ticket), "leg": event.leg, "score": event.score}


def _counter(event: Any, state: HallDay) -> dict[str, Any]:
    return _sign(state, event.counter)


def _day(_event: Any, state: HallDay) -> dict[str, Any]:
    return {"date": state.date}


def _booking(event: Any, _state: HallDay) -> dict[str, Any]:
    found = {"booking": event.booking}
    for name in ("start_ms", "ticket", "late"):
        if hasattr(event, name):
            found[name] = getattr(event, name)
    return found


TOLD: dict[type[Event], tuple[str, Describe]] = {
    e.DayOpened: ("day.opened", _day),
    e.DayClosed: ("day.closed", _day),
    e.TicketIssued: ("ticket.issued", _issued),
    e.TicketCalled: ("ticket.called", _called),
    e.TicketRecalled: ("ticket.recalled", _ticket),
    e.ServiceStarted: ("ticket.started", _ticket),
    e.TicketPassed: ("ticket.passed", _ticket),
    e.TicketReturned: ("ticket.returned", _ticket),
    e.TicketHeld: ("ticket.held", _ticket),
    e.TicketTransferred: ("ticket.transferred", _ticket),
    e.ServiceFinished: ("ticket.finished", _ticket),
    e.TicketAbandoned: ("ticket.abandoned", _ticket),
    e.TicketRated: ("ticket.rated", _rated),
    e.CounterOpened: ("counter.opened", _counter),
    e.CounterPaused: ("counter.paused", _counter),
    e.CounterResumed: ("counter.resumed", _counter),
    e.CounterClosed: ("counter.closed", _counter),
    booking.BookingConfirmed: ("booking.confirmed", _booking),
    booking.BookingMoved: ("booking.moved", _booking),
    booking.BookingCancelled: ("booking.cancelled", _booking),
    booking.BookingCheckedIn: ("booking.checked_in", _booking),
    booking.BookingMissed: ("booking.missed", _booking),
}
"""Every event that is told, by the name that receivers know it under."""
NAMES = frozenset(name for name, _ in TOLD.values())


def signature(secret: str, body: bytes, at_s: int) -> str:
    """The header by which a receiver knows that it is us, and that nobody replays an old message:
    HMAC-SHA256 over ``<seconds since 1970>.<body>``."""
    mac = hmac.new(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={mac}"


def pause_ms(attempts: int) -> int:
    """How long to wait after the ``attempts``-th failure: doubling from two seconds to ten minutes."""
    return min(PAUSE_MAX_MS, PAUSE_FIRST_MS << min(attempts - 1, 20))


def is_good_url(url: str) -> bool:
    """Whether we may send there: HTTPS, or plain HTTP to an address of the own network."""
    if len(url) > URL_LENGTH_MAX:
        return False
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.password or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_own(host))


def _is_own(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False

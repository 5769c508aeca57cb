"""资源灵活调配: what to change at the counters when the lines grow, and what it would bring. Pure.

A change is tried on a copy of the hall: the same events that it would cause are applied there, and
the branch's own estimates are asked again. Only what shortens the waiting of those who stand in
line by enough to be worth the disturbance is proposed.
"""

import copy
from collections.abc import Iterator, Sequence
from enum import StrEnum

import msgspec

from tingtang.hall.model import events as e
from tingtang.hall.model.evolve import evolve
from tingtang.hall.model.settings import Segment
from tingtang.hall.model.state import Counter, CounterState, HallDay, LineKey
from tingtang.hall.model.waits import WaitBook
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.events import Event
from tingtang.kernel.ids import CounterId, ServiceId, StaffId

PROPOSED_MAX = 3
GAIN_MIN_MS = MINUTE_MS
GAIN_MIN_SHARE = 0.1
"""A change must shorten the mean wait of those in line by a minute and by a tenth."""
UNSERVED_MS = 60 * MINUTE_MS
"""What waiting for a service counts that no open counter does."""


class Kind(StrEnum):
    """What is proposed."""

    RESUME = "resume"
    OPEN = "open"
    SWITCH = "switch"
    MOVE = "move"


class Helper(msgspec.Struct, frozen=True):
    """Somebody who is at no counter: what they can do, and where they may sign on."""

    staff: StaffId
    skills: frozenset[ServiceId]
    counters: frozenset[CounterId]
    on_duty: bool = True
    """Signed on in the hall; others of the branch may be away."""


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """One change, and what it would bring for the line that gains most by it."""

    kind: Kind
    counter: CounterId
    staff: StaffId
    services: frozenset[ServiceId]
    """What the counter would do then."""
    origin: CounterId = CounterId("")
    """For a move: the counter that would close."""
    service: ServiceId
    """The service that gains most."""
    waiting: int
    """How many wait for it now."""
    before_ms: int | None
    """The expected wait of a newcomer for it; None where nobody does it now."""
    after_ms: int | None
    gain_ms: int
    """By how much the mean wait of all who stand in line would fall."""

    @property
    def id(self) -> str:
        """The same as long as it is the same change."""
        return f"{self.kind}.{self.counter}.{self.staff}.{self.origin}".rstrip(".")


class _Change(msgspec.Struct, frozen=True):
    kind: Kind
    counter: CounterId
    staff: StaffId
    services: frozenset[ServiceId]
    events: tuple[Event, ...]
    origin: CounterId = CounterId("")
    rank: int = 0
    """Among changes that bring the same: smaller disturbs less."""


def suggest(
    state: HallDay,
    book: WaitBook,
    skills: dict[StaffId, frozenset[ServiceId]],
    helpers: Sequence[Helper],
    at_ms: int,
) -> list[Suggestion]:
    """The best changes at ``at_ms``, best first; none while no line is too long.

    ``skills`` are those of the people who are signed on. At most one change a counter and person.
    """
    wanted = overloaded(state, book, at_ms)
    if not wanted:
        return []
    before = mean_wait_ms(state, book, at_ms)
    found = []
    for change in _changes(state, skills, helpers, wanted):
        imagined, imagined_book = _imagine(state, book, change.events, at_ms)
        gain_ms = before - mean_wait_ms(imagined, imagined_book, at_ms)
        if gain_ms < max(GAIN_MIN_MS, GAIN_MIN_SHARE * before):
            continue
        service = max(
            (s for s in wanted if s in change.services),
            key=lambda s: (
                _waiting(state, s) * _gain(state, book, imagined, imagined_book, s, at_ms)
            ),
        )
        found.append(
            (
                Suggestion(
                    kind=change.kind,
                    counter=change.counter,
                    staff=change.staff,
                    services=change.services,
                    origin=change.origin,
                    service=service,
                    waiting=_waiting(state, service),
                    before_ms=_newcomer(state, book, service, at_ms),
                    after_ms=_newcomer(imagined, imagined_book, service, at_ms),
                    gain_ms=round(gain_ms),
                ),
                change.rank,
            )
        )
    found.sort(key=lambda one: (-one[0].gain_ms // MINUTE_MS, one[1], one[0].id))
    return _one_each([suggestion for suggestion, _ in found])


def overloaded(state: HallDay, book: WaitBook, at_ms: int) -> set[ServiceId]:
    """Services whose line is too long: nobody serves it, or the wait reaches the yellow limit."""
    if state.setup is None or state.closed_ms:
        return set()
    limit_ms = state.setup.settings.thresholds.wait_minutes.yellow * MINUTE_MS
    found = set()
    for key, line in state.lines.items():
        longest_ms = at_ms - next(iter(line.values()))
        told_ms = _newcomer(state, book, key.service, at_ms)
        if told_ms is None or told_ms >= limit_ms or longest_ms >= limit_ms:
            found.add(key.service)
    return found


def mean_wait_ms(state: HallDay, book: WaitBook, at_ms: int) -> float:
    """The expected wait of a newcomer, averaged over the lines by how many stand in each."""
    total, people = 0.0, 0
    for key, line in state.lines.items():
        told = book.for_newcomer(state, key, at_ms)
        total += len(line) * (told.median_ms if told is not None else UNSERVED_MS)
        people += len(line)
    return total / people if people else 0.0


def _changes(
    state: HallDay,
    skills: dict[StaffId, frozenset[ServiceId]],
    helpers: Sequence[Helper],
    wanted: set[ServiceId],
) -> Iterator[_Change]:
    for seat in state.counters.values():
        if seat.state is CounterState.PAUSED:
            if seat.services & wanted:
                events: tuple[Event, ...] = (e.CounterResumed(counter=seat.id),)
                yield _Change(Kind.RESUME, seat.id, seat.staff, seat.services, events, rank=0)
        elif seat.state is CounterState.CLOSED:
            yield from _openings(state, seat, skills, helpers, wanted)
        else:
            yield from _switches(state, seat, skills, wanted)


def _openings(
    state: HallDay,
    seat: Counter,
    skills: dict[StaffId, frozenset[ServiceId]],
    helpers: Sequence[Helper],
    wanted: set[ServiceId],
) -> Iterator[_Change]:
    """Open a closed counter: with the best of those who are free, or with whoever sits idle."""
    usual = state.setup.counters[seat.id].services if state.setup is not None else frozenset()
    able = [
        (helper, services)
        for helper in helpers
        if seat.id in helper.counters and (services := usual & helper.skills) & wanted
    ]
    if able:
        helper, services = max(
            able, key=lambda a: (a[0].on_duty, len(a[1] & wanted), len(a[1]), a[0].staff)
        )
        opened = e.CounterOpened(counter=seat.id, staff=helper.staff, services=services)
        rank = 1 if helper.on_duty else 4
        yield _Change(Kind.OPEN, seat.id, helper.staff, services, (opened,), rank=rank)
    for other in state.counters.values():
        services = usual & skills.get(other.staff, frozenset()) if other.staff else frozenset()
        if _is_idle(state, other) and services & wanted - other.services:
            closed = e.CounterClosed(counter=other.id)
            opened = e.CounterOpened(counter=seat.id, staff=other.staff, services=services)
            yield _Change(
                Kind.MOVE, seat.id, other.staff, services, (closed, opened), other.id, rank=3
            )


def _switches(
    state: HallDay,
    seat: Counter,
    skills: dict[StaffId, frozenset[ServiceId]],
    wanted: set[ServiceId],
) -> Iterator[_Change]:
    """Elastic window: let an open counter take the long line too."""
    setup = state.setup.counters.get(seat.id) if state.setup is not None else None
    if setup is None:
        return
    more = (setup.services | setup.elastic) & skills.get(seat.staff, frozenset()) & wanted
    services = seat.services | more
    if services != seat.services:
        events = (e.CounterServicesChanged(counter=seat.id, services=services),)
        yield _Change(Kind.SWITCH, seat.id, seat.staff, services, events, rank=2)


def _is_idle(state: HallDay, seat: Counter) -> bool:
    """Signed on with nobody to serve, now or in line."""
    return seat.state is CounterState.OPEN and not any(
        key.service in seat.services or key.counter == seat.id or key.staff == seat.staff
        for key in state.lines
    )


def _imagine(
    state: HallDay, book: WaitBook, events: Sequence[Event], at_ms: int
) -> tuple[HallDay, WaitBook]:
    """The hall and its estimates as they would be; the real ones are left alone."""
    imagined = HallDay(state.date)
    for name in HallDay.__slots__:
        setattr(imagined, name, getattr(state, name))
    imagined.counters = {seat.id: copy.copy(seat) for seat in state.counters.values()}
    for event in events:
        evolve(imagined, event, at_ms)
    return imagined, book.what_if()


def _newcomer(state: HallDay, book: WaitBook, service: ServiceId, at_ms: int) -> int | None:
    told = book.for_newcomer(state, LineKey(service, Segment.ORDINARY), at_ms)
    return None if told is None else told.median_ms


def _gain(
    state: HallDay,
    book: WaitBook,
    imagined: HallDay,
    imagined_book: WaitBook,
    service: ServiceId,
    at_ms: int,
) -> int:
    before = _newcomer(state, book, service, at_ms)
    after = _newcomer(imagined, imagined_book, service, at_ms)
    return (UNSERVED_MS if before is None else before) - (UNSERVED_MS if after is None else after)


def _waiting(state: HallDay, service: ServiceId) -> int:
    return sum(len(line) for key, line in state.lines.items() if key.service == service)


def _one_each(ordered: list[Suggestion]) -> list[Suggestion]:
    taken: set[str] = set()
    chosen = []
    for one in ordered:
        touches = {one.counter, one.staff, one.origin} - {""}
        if taken.isdisjoint(touches):
            chosen.append(one)
            taken |= touches
    return chosen[:PROPOSED_MAX]

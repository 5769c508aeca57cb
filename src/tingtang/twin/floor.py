"""What could be known of a hall at each moment of a day that is being replayed.

A call centre's file does not say who is signed on or what they can do, so the floor concludes it
from the past: a server seen within :data:`PRESENT_MS` is present, and can serve what it has
served, see :meth:`Server.serves`. Nothing it knows at a moment happened after that moment.
"""

from collections.abc import Mapping

import msgspec

from tingtang.hall.model.waiting import (
    Desk,
    Group,
    Patience,
    Rate,
    ServiceTimes,
    Situation,
    count,
    gave_up,
    mean_ms,
    observe_service,
    patience_ms,
    per_hour,
    situate,
    was_served,
)
from tingtang.twin import plain_rules
from tingtang.twin.traffic import HOUR_MS, Happening, Kind, Visit

PRESENT_MS = 600_000
"""A server seen within this time counts as present."""

STANDARD_MS = 180_000
"""Standard service time of a file that brings no catalogue."""

HABIT_SERVICES = 200.0
"""Services over which the floor remembers what a server does."""
HABIT_SHARE = 0.1
"""A server that does less than this share of its part of a service is taken not to do it."""
HABIT_WORTH = 10.0

LAST_WAIT_MS = 3_600_000
"""A last wait tells nothing after this time."""


class Server(msgspec.Struct):
    """One server, as far as its services tell."""

    seen_ms: int
    visit: Visit | None = None
    began_ms: int = 0
    done: dict[str, float] = {}
    skills: frozenset[str] | None = None
    """What it can do, where that is known."""

    def serves(self, service: str, usual: float) -> bool:
        """Whether it does ``service``, which is the share ``usual`` (0 to 1) of all services."""
        if self.skills is not None:
            return service in self.skills
        seen = sum(self.done.values())
        part = (self.done.get(service, 0.0) + HABIT_WORTH * usual) / (seen + HABIT_WORTH)
        return part > HABIT_SHARE * usual


class Floor:
    """What could be known at each moment of the days that are being replayed."""

    def __init__(
        self,
        head_start_ms: int | None = None,
        standards_ms: Mapping[str, int] | None = None,
        skills: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        """``standards_ms`` is the catalogue; ``skills`` the services of the servers it names."""
        self._head_start_ms = head_start_ms
        self._standards_ms = standards_ms or {}
        self._skills = skills or {}
        self.times: dict[str, ServiceTimes] = {}
        self.all_times = ServiceTimes(STANDARD_MS)
        self.patience = Patience()
        self.mix: dict[str, float] = {}
        self._habits: dict[str, dict[str, float]] = {}
        self._start_day(0)

    def _start_day(self, now_ms: int) -> None:
        self.waiting: dict[int, Visit] = {}
        self.servers: dict[str, Server] = {}
        self.nameless: dict[int, Server] = {}
        self.last_waits: dict[tuple[str, int], tuple[int, int]] = {}
        self.last_wait_ms: int | None = None
        self._arrivals: dict[tuple[str, int], Rate] = {}
        self._opened_ms = now_ms

    def start_day(self, now_ms: int) -> None:
        """A new business day: nobody waits, nobody is there; what was learned stays."""
        self._start_day(now_ms)

    def follow(self, happening: Happening) -> None:
        """Take in what happened."""
        now_ms, kind, visit = happening
        match kind:
            case Kind.ARRIVED:
                self.waiting[visit.row] = visit
                key = (visit.service, visit.priority)
                count(self._arrivals.setdefault(key, Rate(self._opened_ms)), now_ms)
            case Kind.CALLED:
                self._called(now_ms, visit)
            case Kind.LEFT:
                del self.waiting[visit.row]
                gave_up(self.patience, visit.wait_ms)
            case Kind.FINISHED:
                self._finished(now_ms, visit)

    def _called(self, now_ms: int, visit: Visit) -> None:
        del self.waiting[visit.row]
        if visit.wait_ms > 0:
            was_served(self.patience, visit.wait_ms)
            self.last_wait_ms = visit.wait_ms
            self.last_waits[visit.service, visit.priority] = (visit.wait_ms, now_ms)
        fade(self.mix, visit.service, HABIT_SERVICES * 10)
        if not visit.server:
            self.nameless[visit.row] = Server(now_ms, visit, now_ms)
            return
        server = self.servers.get(visit.server)
        if server is None:
            habit = self._habits.setdefault(visit.server, {})
            skills = self._skills.get(visit.server)
            server = self.servers[visit.server] = Server(now_ms, done=habit, skills=skills)
        # One server serves one customer: what went on before has ended, whatever its row says.
        server.seen_ms, server.visit, server.began_ms = now_ms, visit, now_ms
        fade(server.done, visit.service, HABIT_SERVICES)

    def _finished(self, now_ms: int, visit: Visit) -> None:
        if visit.called_ms is None:
            raise ValueError(f"line {visit.row} finished without having been called")
        if not visit.doubt:
            took = now_ms - visit.called_ms
            observe_service(self._times(visit.service), took)
            observe_service(self.all_times, took)
        self.nameless.pop(visit.row, None)
        server = self.servers.get(visit.server)
        if server is not None and server.visit is visit:
            server.visit, server.seen_ms = None, now_ms

    def _times(self, service: str) -> ServiceTimes:
        if service not in self.times:
            standard = self._standards_ms.get(service, STANDARD_MS)
            self.times[service] = ServiceTimes(standard)
        return self.times[service]

    def _present(self, now_ms: int) -> list[Server]:
        named = [
            server
            for server in self.servers.values()
            if server.visit is not None or now_ms - server.seen_ms < PRESENT_MS
        ]
        return named + list(self.nameless.values())

    def _usual(self, service: str) -> float:
        everything = sum(self.mix.values())
        return self.mix.get(service, 0.0) / everything if everything else 1.0

    def _before(self, other: Visit, visit: Visit) -> bool:
        """Whether ``other``, who waits, is called before ``visit``."""
        steps = other.priority - visit.priority
        if self._head_start_ms is None and steps:
            return steps > 0
        ahead_ms = (self._head_start_ms or 0) * steps
        return (other.arrived_ms - ahead_ms, other.row) < (visit.arrived_ms, visit.row)

    def situation(self, visit: Visit, now_ms: int) -> Situation:
        """What is known of the wait of ``visit``, which arrives or waits at ``now_ms``."""
        present = self._present(now_ms)
        can = {
            service: [s.serves(service, self._usual(service)) for s in present]
            for service in {visit.service, *(v.service for v in self.waiting.values())}
        }
        mine = can[visit.service]
        if not any(mine):
            # A service that nobody present was seen doing is done by somebody all the same.
            mine = [True] * len(present)

        def group(service: str, people: int) -> Group:
            theirs = can.get(service) or [s.serves(service, self._usual(service)) for s in present]
            both = sum(a and b for a, b in zip(mine, theirs, strict=True))
            return Group(people, mean_ms(self._times(service)), sum(theirs), both)

        ahead: dict[str, int] = {}
        for other in self.waiting.values():
            if other is not visit and self._before(other, visit):
                ahead[other.service] = ahead.get(other.service, 0) + 1
        last = self.last_waits.get((visit.service, visit.priority))
        own_ms = mean_ms(self._times(visit.service))
        overtaking = 0.0
        for (service, priority), rate in self._arrivals.items():
            if priority > visit.priority:
                them = group(service, 1)
                share = them.shared / them.desks if them.desks else 0.0
                overtaking += per_hour(rate, now_ms) * share * them.service_ms / own_ms
        return situate(
            f"{visit.service}/{visit.priority}",
            [
                Desk(
                    busy_ms=now_ms - s.began_ms if s.visit else None,
                    free_ms=None if s.visit else now_ms - s.seen_ms,
                    service_ms=mean_ms(self._times(s.visit.service)) if s.visit else 0.0,
                )
                for s, serves in zip(present, mine, strict=True)
                if serves
            ],
            [group(service, people) for service, people in ahead.items()],
            own_ms,
            last_wait_ms=last[0] if last and now_ms - last[1] < LAST_WAIT_MS else None,
            overtaking_per_hour=overtaking,
            patience_ms=patience_ms(self.patience),
            waited_ms=now_ms - visit.arrived_ms,
        )

    def plain(self, now_ms: int, earlier: dict[int, list[float]]) -> dict[str, float]:
        """What each of the four plain rules says to one who arrives now, before being counted."""
        head = min((v.arrived_ms for v in self.waiting.values()), default=None)
        hour = (now_ms // HOUR_MS) % 24
        return {
            "last_to_enter": plain_rules.last_to_enter(self.last_wait_ms),
            "head_of_line": plain_rules.head_of_line(
                None if head is None else now_ms - head, self.last_wait_ms
            ),
            "queue_over_servers": plain_rules.queue_over_servers(
                len(self.waiting) + 1, mean_ms(self.all_times), len(self._present(now_ms))
            ),
            "usual_at_hour": plain_rules.usual_at_hour(earlier, hour),
        }


def fade(counts: dict[str, float], name: str, memory: float) -> None:
    """Count ``name`` once more and let all fade, so that the total stays at most ``memory``."""
    keep = 1.0 - 1.0 / memory
    for other in counts:
        counts[other] *= keep
    counts[name] = counts.get(name, 0.0) + 1.0

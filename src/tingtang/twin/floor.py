"""What the plain rules need to know of a hall at each moment of a day that is being replayed.

The rules that our estimates are measured against (:mod:`.plain_rules`) look at nothing but the
line, the last wait and the servers at work. The floor keeps just that, from what happened so far:
a server seen within :data:`PRESENT_MS` counts as present. The production hall is fed the same
happenings in :mod:`.replayed_hall`.
"""

import msgspec

from tingtang.hall.model.waiting import ServiceTimes, mean_ms, observe_service
from tingtang.twin import plain_rules
from tingtang.twin.traffic import HOUR_MS, Happening, Kind, Visit

PRESENT_MS = 600_000
"""A server seen within this time counts as present."""

STANDARD_MS = 180_000
"""Standard service time of a file that brings no catalogue."""


class Server(msgspec.Struct):
    """One server, as far as its services tell."""

    seen_ms: int
    visit: Visit | None = None


class Floor:
    """What could be seen at each moment of the days that are being replayed."""

    def __init__(self) -> None:
        self._times = ServiceTimes(STANDARD_MS)
        self.start_day()

    def start_day(self) -> None:
        """A new business day: nobody waits, nobody is there; the pace of service is kept."""
        self._waiting: dict[int, Visit] = {}
        self._servers: dict[str, Server] = {}
        self._nameless: set[int] = set()
        self._last_wait_ms: int | None = None

    def follow(self, happening: Happening) -> None:
        """Take in what happened."""
        now_ms, kind, visit = happening
        match kind:
            case Kind.ARRIVED:
                self._waiting[visit.row] = visit
            case Kind.CALLED:
                self._called(now_ms, visit)
            case Kind.LEFT:
                del self._waiting[visit.row]
            case Kind.FINISHED:
                self._finished(now_ms, visit)

    def _called(self, now_ms: int, visit: Visit) -> None:
        del self._waiting[visit.row]
        if visit.wait_ms > 0:
            self._last_wait_ms = visit.wait_ms
        if visit.server:
            # One server serves one customer: what went on before has ended, whatever its row says.
            self._servers[visit.server] = Server(now_ms, visit)
        else:
            self._nameless.add(visit.row)

    def _finished(self, now_ms: int, visit: Visit) -> None:
        if visit.called_ms is None:
            raise ValueError(f"line {visit.row} finished without having been called")
        if not visit.doubt:
            observe_service(self._times, now_ms - visit.called_ms)
        self._nameless.discard(visit.row)
        server = self._servers.get(visit.server)
        if server is not None and server.visit is visit:
            server.visit, server.seen_ms = None, now_ms

    def _present(self, now_ms: int) -> int:
        named = sum(
            server.visit is not None or now_ms - server.seen_ms < PRESENT_MS
            for server in self._servers.values()
        )
        return named + len(self._nameless)

    def plain(self, now_ms: int, earlier: dict[int, list[float]]) -> dict[str, float]:
        """What each of the four plain rules says to one who arrives now, before being counted."""
        head = min((v.arrived_ms for v in self._waiting.values()), default=None)
        hour = (now_ms // HOUR_MS) % 24
        return {
            "last_to_enter": plain_rules.last_to_enter(self._last_wait_ms),
            "head_of_line": plain_rules.head_of_line(
                None if head is None else now_ms - head, self._last_wait_ms
            ),
            "queue_over_servers": plain_rules.queue_over_servers(
                len(self._waiting) + 1, mean_ms(self._times), self._present(now_ms)
            ),
            "usual_at_hour": plain_rules.usual_at_hour(earlier, hour),
        }

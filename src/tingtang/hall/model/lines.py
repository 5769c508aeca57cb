"""Lines and what is counted along them: shared by the hall's own state and the simulator."""

from tingtang.hall.model.state import HallDay, Line, Observed, Rule, Why
from tingtang.kernel.ids import ServiceId, TicketId

SERVICE_COUNTED_MAX_MS = 2 * 3_600_000
"""A longer service time is a forgotten screen, not an observation."""


def insert(line: Line, ticket: TicketId, since_ms: int) -> None:
    """Put ``ticket`` behind all who have waited as long or longer."""
    if not line or next(reversed(line.values())) <= since_ms:
        line[ticket] = since_ms
        return
    behind = [other for other, since in line.items() if since > since_ms]
    line[ticket] = since_ms
    for other in behind:
        line.move_to_end(other)


def count_call(state: HallDay, why: Why) -> None:
    """Count calls by condition of a work profile; the longest-wait call ends the round."""
    if not why.profile:
        return
    if why.rule is Rule.PROFILE_LONGEST:
        state.rounds.pop(why.profile, None)
    else:
        counts = state.rounds.setdefault(why.profile, {})
        counts[why.step - 1] = counts.get(why.step - 1, 0) + 1


def observe(state: HallDay, service: ServiceId, took_ms: int) -> None:
    """Take in a service time for the means that dispatch uses."""
    if took_ms <= SERVICE_COUNTED_MAX_MS:
        seen = state.observed.get(service)
        if seen is None:
            seen = state.observed[service] = Observed()
        seen.count += 1
        seen.total_ms += took_ms

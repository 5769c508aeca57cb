"""Who is expected to be called before a customer, by the branch's policy."""

from collections.abc import Callable

from tingtang.hall.model.settings import (
    FirstCome,
    GeneralisedCMu,
    HeadStart,
    Policy,
    StrictPriority,
)
from tingtang.hall.model.state import OFF, HallDay, Line, LineKey, Ticket, TicketState
from tingtang.kernel.ids import ServiceId

WAITING = TicketState.WAITING
"""Named here for what is asked most: before Python 3.12 a member of an enumeration is slow to find."""

Mean = Callable[[HallDay, ServiceId], float]
Ahead = list[tuple[LineKey, int]]
"""How many of each line are expected to be called first."""


def ahead_of(state: HallDay, key: LineKey, ticket: Ticket | None, at_ms: int, mean: Mean) -> Ahead:
    """How many of each line would be called before this customer, by the branch's policy."""
    policy: Policy = state.setup.settings.policy if state.setup is not None else FirstCome()
    since_ms = ticket.since_ms if ticket is not None else at_ms
    found: Ahead = []
    called_ms = 0.0
    for other, line in state.lines.items():
        if other == key:
            number = _place_in(line, ticket)
        else:
            if not called_ms:
                # When this customer may be called at a rough guess; the order then matters.
                online = max(1, sum(c.state not in OFF for c in state.counters.values()))
                called_ms = at_ms + state.waiting / online * mean(state, key.service)
            cut_ms = _cut(policy, other, key, since_ms, called_ms, state, mean)
            number = _count_until(line, cut_ms)
        if number:
            found.append((other, number))
    return found


def _place_in(line: Line, ticket: Ticket | None) -> int:
    if ticket is None or ticket.state is not WAITING or ticket.id not in line:
        return len(line)
    # From the back: the newest ask most often, and a hall's lines are short.
    behind = 0
    for other in reversed(line):
        if other == ticket.id:
            break
        behind += 1
    return len(line) - 1 - behind


def _cut(
    policy: Policy,
    other: LineKey,
    key: LineKey,
    since_ms: int,
    called_ms: float,
    state: HallDay,
    mean: Mean,
) -> float:
    """Who of the line ``other`` has waited since before this moment goes first."""
    if isinstance(policy, GeneralisedCMu):
        mine = policy.weights.get(key.segment, 1.0) / mean(state, key.service)
        theirs = policy.weights.get(other.segment, 1.0) / mean(state, other.service)
        return called_ms - mine / theirs * (called_ms - since_ms)
    if isinstance(policy, HeadStart):
        mine_ms, theirs_ms = _start_ms(policy, key), _start_ms(policy, other)
        return float(since_ms - mine_ms + theirs_ms)
    if isinstance(policy, StrictPriority):
        my_rank, their_rank = _rank(policy, key), _rank(policy, other)
        if my_rank != their_rank:
            return float("inf") if their_rank < my_rank else float("-inf")
    return float(since_ms)


def goes_before(policy: Policy, other: LineKey, key: LineKey) -> bool:
    """True if newcomers to ``other`` may be called before those who wait in ``key`` already."""
    if isinstance(policy, GeneralisedCMu):
        return policy.weights.get(other.segment, 1.0) > policy.weights.get(key.segment, 1.0)
    if isinstance(policy, HeadStart):
        return _start_ms(policy, other) > _start_ms(policy, key)
    if isinstance(policy, StrictPriority):
        return _rank(policy, other) < _rank(policy, key)
    return False


def _rank(policy: StrictPriority, key: LineKey) -> int:
    order = policy.order
    return order.index(key.segment) if key.segment in order else len(order)


def _start_ms(policy: HeadStart, key: LineKey) -> int:
    return 1000 * policy.seconds.get(key.segment, 0)


def _count_until(line: Line, cut_ms: float) -> int:
    if next(reversed(line.values())) <= cut_ms:
        return len(line)
    return sum(since_ms <= cut_ms for since_ms in line.values())

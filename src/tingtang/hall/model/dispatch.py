"""Who is next: dispatch policies as pure functions of the hall's state.

A counter chooses among the *heads*: the first of every line it may call from. Within a line it is
always first come, so a policy only ranks heads, at a cost of the number of lines, not of people.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tingtang.hall.model.settings import (
    Always,
    CalledFewer,
    FirstCome,
    GeneralisedCMu,
    HeadStart,
    Policy,
    ProfileStep,
    Segment,
    StrictPriority,
    WaitOver,
    WorkProfiles,
)
from tingtang.hall.model.state import Counter, HallDay, LineKey, Rule, Why
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.ids import TicketId
from tingtang.kernel.text import Text


class Head(NamedTuple):
    """The first of a line, and since when its wait counts."""

    since_ms: int
    ticket: TicketId
    key: LineKey


class Choice(NamedTuple):
    ticket: TicketId
    why: Why


def heads(state: HallDay, counter: Counter) -> list[Head]:
    """The first of every line that ``counter`` may call from now."""
    services, counter_id, staff = counter.services, counter.id, counter.staff
    found = []
    for key, line in state.lines.items():
        if (
            key.service in services
            and (not key.counter or key.counter == counter_id)
            and (not key.staff or key.staff == staff)
        ):
            ticket, since_ms = next(iter(line.items()))
            found.append(Head(since_ms, ticket, key))
    return found


def choose(state: HallDay, counter: Counter, at_ms: int) -> Choice | None:
    """Who is next for ``counter`` under the branch's policy; None if nobody waits for it."""
    available = heads(state, counter)
    if not available or state.setup is None:
        return None
    policy = state.setup.settings.policy
    return _POLICIES[type(policy)](policy, state, counter, available, at_ms)


def first_come(
    _policy: FirstCome, _state: HallDay, _counter: Counter, available: list[Head], at_ms: int
) -> Choice:
    """Whoever has waited longest."""
    return _longest(available, Rule.FIRST_COME, len(available), at_ms)


def strict_priority(
    policy: StrictPriority, _state: HallDay, _counter: Counter, available: list[Head], at_ms: int
) -> Choice:
    """The first segment in the policy's order that has somebody due, the longest wait within it.

    Booked customers who are early compete only when nobody else is there.
    """
    rank = {segment: place for place, segment in enumerate(policy.order)}
    last = len(rank)
    head = min(
        available, key=lambda h: (h.since_ms > at_ms, rank.get(h.key.segment, last), h.since_ms)
    )
    return Choice(head.ticket, Why(Rule.PRIORITY, _waited(head, at_ms), len(available)))


def head_start(
    policy: HeadStart, _state: HallDay, _counter: Counter, available: list[Head], at_ms: int
) -> Choice:
    """The longest wait, with each segment's head start counted as waited."""
    starts = policy.seconds
    head = min(available, key=lambda h: (h.since_ms - 1000 * starts.get(h.key.segment, 0), h))
    return Choice(head.ticket, Why(Rule.HEAD_START, _waited(head, at_ms), len(available)))


def work_profiles(
    policy: WorkProfiles, state: HallDay, counter: Counter, available: list[Head], at_ms: int
) -> Choice:
    """The first condition of the counter's work profile that holds; else the longest wait."""
    profile_id = policy.by_counter.get(counter.id, policy.default)
    profile = next((p for p in policy.profiles if p.id == profile_id), None)
    if profile is not None:
        counts = state.rounds.get(profile.id, {})
        for number, step in enumerate(profile.steps):
            selected = [h for h in available if _selects(step, h)]
            if selected and _holds(step, selected, counts.get(number, 0), at_ms):
                head = min(selected)
                why = Why(
                    Rule.PROFILE,
                    _waited(head, at_ms),
                    len(available),
                    profile=profile.id,
                    step=number + 1,
                )
                return Choice(head.ticket, why)
    head = min(available)
    why = Why(
        Rule.PROFILE_LONGEST,
        _waited(head, at_ms),
        len(available),
        profile=profile.id if profile is not None else "",
    )
    return Choice(head.ticket, why)


def generalised_cmu(
    policy: GeneralisedCMu, state: HallDay, _counter: Counter, available: list[Head], at_ms: int
) -> Choice:
    """The largest delay-cost slope times service rate; above the bound, the longest wait."""
    overdue_ms = at_ms - policy.bound_minutes * MINUTE_MS
    oldest = min(available)
    if oldest.since_ms <= overdue_ms:
        return _longest(available, Rule.BOUND, len(available), at_ms)
    weights = policy.weights
    best, best_index, best_weight, best_mean = oldest, float("-inf"), 1.0, 1.0
    for head in available:
        weight = weights.get(head.key.segment, 1.0)
        mean_ms = state.mean_service_ms(head.key.service) or 1.0
        index = weight * (at_ms - head.since_ms) / mean_ms
        if index > best_index or (index == best_index and head < best):
            best, best_index, best_weight, best_mean = head, index, weight, mean_ms
    why = Why(Rule.COST, _waited(best, at_ms), len(available), best_weight, round(best_mean))
    return Choice(best.ticket, why)


_POLICIES: dict[type[Policy], Callable[..., Choice]] = {
    FirstCome: first_come,
    StrictPriority: strict_priority,
    HeadStart: head_start,
    WorkProfiles: work_profiles,
    GeneralisedCMu: generalised_cmu,
}


def _longest(available: list[Head], rule: Rule, lines: int, at_ms: int) -> Choice:
    head = min(available)
    return Choice(head.ticket, Why(rule, _waited(head, at_ms), lines))


def _waited(head: Head, at_ms: int) -> int:
    return max(0, at_ms - head.since_ms)


def _selects(step: ProfileStep, head: Head) -> bool:
    return (not step.services or head.key.service in step.services) and (
        not step.segments or head.key.segment in step.segments
    )


def _holds(step: ProfileStep, selected: list[Head], called: int, at_ms: int) -> bool:
    match step.condition:
        case WaitOver(minutes):
            return any(at_ms - h.since_ms > minutes * MINUTE_MS for h in selected)
        case CalledFewer(count):
            return called < count
        case Always():
            return True


SEGMENT_NAMES = {
    Segment.BOOKED: Text("预约客户", "booked customer"),
    Segment.VIP_HEAD_OFFICE: Text("总行级贵宾", "head-office VIP"),
    Segment.VIP_MANAGING_BRANCH: Text("分行级贵宾", "managing-branch VIP"),
    Segment.VIP_BRANCH: Text("支行级贵宾", "branch VIP"),
    Segment.CARE: Text("关怀客户", "customer with care needs"),
    Segment.ORDINARY: Text("普通客户", "customer"),
}


def words(why: Why, segment: Segment) -> Text:
    """Why this customer was called, in words for staff and for the day's record."""
    name, minutes = SEGMENT_NAMES[segment], why.waited_ms // MINUTE_MS
    waited = Text(f"{name.zh}，已等候 {minutes} 分钟", f"{name.en}, waited {minutes} min")
    among = Text(f"可叫的 {why.lines} 队中", f"of {why.lines} lines")
    match why.rule:
        case Rule.FIRST_COME:
            return Text(
                f"先到先办：{waited.zh}，{among.zh}最早",
                f"First come: {waited.en}, earliest {among.en}",
            )
        case Rule.PRIORITY:
            return Text(
                f"优先级：{waited.zh}，{among.zh}级别最高",
                f"Priority: {waited.en}, highest {among.en}",
            )
        case Rule.HEAD_START:
            return Text(
                f"等候加成：{waited.zh}，加成后{among.zh}最久",
                f"Head start: {waited.en}, longest {among.en} with it",
            )
        case Rule.PROFILE:
            return Text(
                f"叫号方案“{why.profile}”第 {why.step} 条：{waited.zh}",
                f"Work profile “{why.profile}”, condition {why.step}: {waited.en}",
            )
        case Rule.PROFILE_LONGEST:
            return Text(
                f"叫号方案兜底：{waited.zh}，等候最久", f"Work profile, longest wait: {waited.en}"
            )
        case Rule.COST:
            mean = round(why.mean_service_ms / MINUTE_MS, 1)
            return Text(
                f"等候代价最高：{waited.zh}，权重 {why.weight:g}，平均办理 {mean:g} 分钟，{among.zh}得分最高",
                f"Highest cost of waiting: {waited.en}, weight {why.weight:g}, mean service {mean:g} min, best {among.en}",
            )
        case Rule.BOUND:
            return Text(
                f"超过等候上限，不再让后：{waited.zh}",
                f"Past the bound, nobody goes before: {waited.en}",
            )
        case Rule.CHOSEN:
            return Text(f"员工指定：{waited.zh}", f"Chosen by staff: {waited.en}")


def in_order(state: HallDay, counter: Counter, at_ms: int, most: int) -> Iterator[TicketId]:
    """The next up to ``most`` tickets this counter would call if nothing changed meanwhile.

    Ranks whole lines by their heads' present order, which is exact for the first and a fair
    preview beyond it.
    """
    ranked = sorted(heads(state, counter), key=lambda h: _preview_rank(state, h, at_ms))
    queues = [iter(state.lines[h.key]) for h in ranked]
    first = choose(state, counter, at_ms)
    given: set[TicketId] = set()
    if first is not None:
        given.add(first.ticket)
        yield first.ticket
    while queues and len(given) < most:
        for queue in list(queues):
            ticket = next(queue, None)
            if ticket is None:
                queues.remove(queue)
            elif ticket not in given:
                given.add(ticket)
                yield ticket
                if len(given) >= most:
                    return


def _preview_rank(state: HallDay, head: Head, at_ms: int) -> tuple[float, int]:
    policy = state.setup.settings.policy if state.setup else FirstCome()
    if isinstance(policy, GeneralisedCMu):
        weight = policy.weights.get(head.key.segment, 1.0)
        mean_ms = state.mean_service_ms(head.key.service) or 1.0
        return (-weight * (at_ms - head.since_ms) / mean_ms, head.since_ms)
    if isinstance(policy, HeadStart):
        return (0.0, head.since_ms - 1000 * policy.seconds.get(head.key.segment, 0))
    if isinstance(policy, StrictPriority):
        rank = {segment: place for place, segment in enumerate(policy.order)}
        return (rank.get(head.key.segment, len(rank)), head.since_ms)
    return (0.0, head.since_ms)

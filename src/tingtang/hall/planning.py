"""From the organisation's records to a day's capacity for bookings. Pure."""

import datetime as dt

from tingtang.hall.model.booking.plan import DayPlan, PersonPlan, ServicePlan
from tingtang.hall.setup import skills_of
from tingtang.kernel.clock import moment_ms
from tingtang.kernel.errors import BAD_INPUT, Refused
from tingtang.kernel.ids import BranchId, ServiceId, StaffId
from tingtang.kernel.permissions import Role
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory
from tingtang.org.model.hours import spans_on
from tingtang.org.model.records import Counter, ServiceChannel, StaffFacts

SERVING = frozenset({Role.TELLER_HIGH, Role.TELLER_LOW, Role.ACCOUNT_MANAGER, Role.WEALTH_MANAGER})
"""Roles whose work is at a counter: bookings are planned with them."""


def booking_stream(branch: str, date: str) -> str:
    """The stream of a branch's bookings for one day."""
    return f"booking/{branch}/{date}"


def parse_date(text: str) -> str:
    """``text`` if it is a date as YYYY-MM-DD; refused (bad_input) otherwise."""
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        words = Text("日期格式为 YYYY-MM-DD", "a date is YYYY-MM-DD")
        raise Refused(BAD_INPUT, reason=words) from None


def day_plan(directory: Directory, branch: BranchId, date: str) -> DayPlan:
    """Spans, bookable services, counters and people of the branch on ``date``.

    As many people serve at once as there are counters, or as the staffing plan allows if it says
    less. A day on which the branch is closed has no spans.
    """
    record = directory.branch(branch)
    counters = [counter for counter in directory.counters(branch) if counter.active]
    bookable = {
        service.id: service
        for service in directory.services_of(branch)
        if service.bookable and ServiceChannel.COUNTER in service.channels
    }
    done_at = {
        counter.id: frozenset(
            service
            for service in counter.services
            if service in bookable and counter.level in bookable[service].levels
        )
        for counter in counters
    }
    people = []
    for person in sorted(directory.staff_with(branch), key=lambda one: one.id):
        if SERVING.isdisjoint(person.roles):
            continue
        here = [done_at[c.id] for c in counters if may_sign_on(person, c)]
        able = skills_of(directory, person, branch) & frozenset[ServiceId]().union(*here)
        if able:
            people.append(PersonPlan(StaffId(person.id), able))
    planned = directory.staffing_plan(branch)
    posts = planned.high_counters + planned.low_counters + planned.rooms if planned else 0
    return DayPlan(
        spans=tuple(
            (
                _moment(date, span.opens, record.time_zone),
                _moment(date, span.closes, record.time_zone),
            )
            for span in spans_on(record.hours, date)
        ),
        positions=min(len(counters), posts) if posts else len(counters),
        services={
            service.id: ServicePlan(
                service.standard_ms, sum(service.id in done for done in done_at.values())
            )
            for service in bookable.values()
        },
        people=tuple(people),
    )


def may_sign_on(person: StaffFacts, counter: Counter) -> bool:
    """Whether this person's sign-on rules allow the counter."""
    if person.sign_on.counters:
        return counter.id in person.sign_on.counters
    return not person.sign_on.levels or counter.level in person.sign_on.levels


def _moment(date: str, clock_time: str, time_zone: str) -> int:
    if clock_time == "24:00":
        following = (dt.date.fromisoformat(date) + dt.timedelta(days=1)).isoformat()
        return moment_ms(following, "00:00", time_zone)
    return moment_ms(date, clock_time, time_zone)

"""The table of requests follows what happens to them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from tingtang.journeys.authorisation import model as m
from tingtang.journeys.authorisation import tables as t
from tingtang.journeys.authorisation.policy import Mode
from tingtang.kernel.events import Recorded
from tingtang.kernel.ids import StaffId

MOST_URGENT = 9

STANDING = {
    m.AuthorisationTaken: m.Standing.TAKEN,
    m.AuthorisationPutBack: m.Standing.WAITING,
    m.AuthorisationDenied: m.Standing.DENIED,
    m.AuthorisationLapsed: m.Standing.LAPSED,
}


def project(connection: sa.Connection, recorded: Sequence[Recorded]) -> None:
    for r in recorded:
        name = r.stream.partition("/")[2]
        event = r.event
        mine = t.requests.c.authorisation == name
        if isinstance(event, m.AuthorisationAsked):
            row = {
                "authorisation": name, "branch": r.branch, "journey": event.journey,
                "scenario": event.scenario, "standing": m.Standing.WAITING.value,
                "modes": event.mode.value, "priority": event.priority, "amount": event.amount,
                "wanted": event.people, "taken_by": "", "given_by": "", "asked_ms": r.time_ms,
                "ended_ms": 0,
            }  # fmt: skip
            connection.execute(sa.insert(t.requests).values(row))
            continue
        values: dict[str, Any] = {}
        if isinstance(event, m.AuthorisationEscalated):
            if event.mode is Mode.WORK:
                values["priority"] = MOST_URGENT
            else:
                values["modes"] = t.requests.c.modes + f" {event.mode.value}"
        elif isinstance(event, m.AuthorisationGiven):
            values = _given(connection, name, event.staff, r.time_ms)
        else:
            standing = STANDING[type(event)]
            values["standing"] = standing.value
            values["taken_by"] = event.staff if isinstance(event, m.AuthorisationTaken) else ""
            if standing in m.SETTLED:
                values["ended_ms"] = r.time_ms
        connection.execute(sa.update(t.requests).where(mine).values(values))


def _given(connection: sa.Connection, name: str, staff: StaffId, at_ms: int) -> dict[str, Any]:
    """Given once: settled, unless a second person is asked for."""
    columns = t.requests.c
    query = sa.select(columns.wanted, columns.given_by).where(columns.authorisation == name)
    row = connection.execute(query).one()
    rest = row.wanted - 1
    given = {"given_by": f"{row.given_by} {staff}".strip(), "taken_by": ""}
    if rest > 0:
        return {**given, "wanted": rest, "standing": m.Standing.WAITING.value}
    return {**given, "wanted": 0, "standing": m.Standing.GIVEN.value, "ended_ms": at_ms}

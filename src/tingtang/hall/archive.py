"""The archive of closed days: one row a service, for reports over many days."""

from typing import Any

import sqlalchemy as sa

from tingtang.hall import tables as t
from tingtang.hall.model import dispatch
from tingtang.hall.model import events as e
from tingtang.hall.model.state import HallDay
from tingtang.hall.service import HallService
from tingtang.kernel.feature import Parts
from tingtang.kernel.ids import BranchId
from tingtang.kernel.log import Append
from tingtang.kernel.reactions import Trigger


def rows(branch: str, state: HallDay) -> list[dict[str, Any]]:
    """One row for every service of every ticket of the day."""
    found = []
    for ticket in state.tickets.values():
        for number, leg in enumerate(ticket.legs):
            why = ticket.why if leg is ticket.leg else None
            found.append(
                {
                    "ticket": ticket.id,
                    "leg": number,
                    "branch": branch,
                    "date": state.date,
                    "visit": ticket.visit,
                    "customer": ticket.customer,
                    "number": ticket.number,
                    "segment": ticket.segment.value,
                    "channel": ticket.channel.value,
                    "service": leg.service,
                    "counter": leg.counter,
                    "staff": leg.staff,
                    "outcome": leg.outcome,
                    "why": dispatch.words(why, ticket.segment).zh if why is not None else "",
                    "queued_ms": leg.queued_ms,
                    "booked_ms": ticket.booked_ms,
                    "called_ms": leg.called_ms,
                    "started_ms": leg.started_ms,
                    "ended_ms": leg.ended_ms,
                    "score": leg.score,
                }
            )
    return found


def register(parts: Parts, hall: HallService) -> None:
    """Archive every day when it closes, together with what was learned of its waits."""

    async def archive_day(trigger: Trigger) -> None:
        recorded = trigger.recorded
        state = await hall.host.state(recorded.stream)
        day = rows(recorded.branch, state)

        def work(connection: sa.Connection) -> None:
            mine = (t.legs.c.branch == recorded.branch) & (t.legs.c.date == state.date)
            connection.execute(sa.delete(t.legs).where(mine))
            if day:
                connection.execute(sa.insert(t.legs), day)

        await parts.log.append(
            Append(
                stream="hall/archive",
                branch=recorded.branch,
                events=(),
                time_ms=recorded.time_ms,
                actor="system",
                cause=trigger.cause,
                work=work,
            )
        )
        await hall.books.keep(BranchId(recorded.branch), state.date, recorded.time_ms)

    parts.reactions.register("hall.archive", (e.DayClosed,), archive_day)

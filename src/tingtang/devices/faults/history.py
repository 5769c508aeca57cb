"""The history of conditions: written with the events that tell of them, read by time."""

from collections.abc import Sequence

import sqlalchemy as sa

from tingtang.devices.faults import tables as t
from tingtang.devices.faults.model.availability import Spell
from tingtang.devices.faults.model.events import ConditionChanged
from tingtang.devices.model.state import Condition
from tingtang.kernel.clock import DAY_MS, Clock
from tingtang.kernel.database import upsert
from tingtang.kernel.events import Recorded
from tingtang.kernel.log import Append, EventLog

KEPT_MS = 800 * DAY_MS
"""Two years, and what is needed to compare one with the other."""


class History:
    """What conditions devices were in."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        log.project((ConditionChanged,), _project)

    async def spells(
        self, devices: Sequence[str] | None, from_ms: int, until_ms: int
    ) -> dict[str, list[Spell]]:
        """By device, all spells that touch [from, until), in order; ``devices`` None means all."""
        s = t.spells.c
        query = (
            sa.select(t.spells)
            .where(s.from_ms < until_ms, sa.or_(s.until_ms.is_(None), s.until_ms > from_ms))
            .order_by(s.device, s.from_ms)
        )
        if devices is not None:
            query = query.where(s.device.in_(devices))
        found: dict[str, list[Spell]] = {}
        for row in await self._log.database.read(lambda c: c.execute(query).all()):
            spell = Spell(
                device=row.device,
                condition=Condition(row.condition),
                from_ms=row.from_ms,
                until_ms=row.until_ms,
                parts=tuple(row.parts.split()),
            )
            found.setdefault(row.device, []).append(spell)
        return found

    async def forget(self) -> int:
        """Throw away what ended too long ago; gives back how many spells."""
        before_ms = self._clock.now_ms() - KEPT_MS
        statement = sa.delete(t.spells).where(t.spells.c.until_ms < before_ms)
        appended = await self._log.append(
            Append(
                stream="faults/history",
                branch="",
                events=(),
                time_ms=self._clock.now_ms(),
                actor="system",
                work=lambda c: c.execute(statement).rowcount,
            )
        )
        return int(appended.result)


def _project(connection: sa.Connection, group: Sequence[Recorded]) -> None:
    s = t.spells.c
    for recorded in group:
        event = recorded.event
        if not isinstance(event, ConditionChanged):
            continue
        connection.execute(
            sa.update(t.spells)
            .where(s.device == event.device, s.until_ms.is_(None))
            .values(until_ms=recorded.time_ms)
        )
        row = {
            "device": event.device,
            "from_ms": recorded.time_ms,
            "until_ms": None,
            "condition": event.condition.value,
            "parts": " ".join(event.parts),
        }
        # Two changes in one millisecond: the later holds.
        insert = upsert(connection, t.spells).values(row)
        connection.execute(
            insert.on_conflict_do_update(index_elements=["device", "from_ms"], set_=row)
        )

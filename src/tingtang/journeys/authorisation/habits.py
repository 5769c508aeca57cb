"""What is known of a customer today, for the patterns: read from where journeys and requests stand."""

import sqlalchemy as sa

from tingtang.journeys import tables as jt
from tingtang.journeys.actions import Call
from tingtang.journeys.authorisation import tables as t
from tingtang.journeys.authorisation.model import Standing
from tingtang.journeys.authorisation.patterns import Habits, PatternRules
from tingtang.kernel.clock import MINUTE_MS, Clock, local_date, moment_ms
from tingtang.kernel.log import EventLog


class HabitBook:
    """Looks habits up."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    async def of(self, call: Call, rules: PatternRules, zone: str) -> Habits:
        """Of the customer of a journey, in all branches; of nobody known there are none."""
        if call.customer is None:
            return Habits()
        now_ms = self._clock.now_ms()
        columns = jt.journeys.c
        same = sa.select(sa.func.count()).where(
            columns.customer == call.customer,
            columns.scenario == call.scenario,
            columns.journey != call.journey,
            columns.started_ms >= now_ms - rules.repeat_minutes * MINUTE_MS,
        )
        midnight_ms = moment_ms(local_date(now_ms, zone), "00:00", zone)
        denied = (
            sa.select(sa.func.count())
            .select_from(t.requests.join(jt.journeys, t.requests.c.journey == columns.journey))
            .where(
                columns.customer == call.customer,
                t.requests.c.standing == Standing.DENIED.value,
                t.requests.c.ended_ms >= midnight_ms,
            )
        )
        repeats, denials = await self._log.database.read(
            lambda c: (c.scalar(same) or 0, c.scalar(denied) or 0)
        )
        return Habits(repeats=repeats + 1, denials=denials)

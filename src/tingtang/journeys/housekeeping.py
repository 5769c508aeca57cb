"""Journeys that nobody went on with are ended; what was entered is erased in time."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from tingtang.customers.model import CustomerErased
from tingtang.journeys import tables as t
from tingtang.journeys.model import events as e
from tingtang.journeys.model.state import OVER, Status
from tingtang.journeys.service import JourneyService
from tingtang.journeys.settings import JourneySettings
from tingtang.kernel.clock import DAY_MS, MINUTE_MS, Clock
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, JourneyId
from tingtang.kernel.reactions import Trigger
from tingtang.kernel.recurring import Recurring
from tingtang.org.directory import Directory

LOOK_SECONDS = 30.0
AT_ONCE_MAX = 500

logger = logging.getLogger(__name__)


class JourneyHousekeeping:
    """Looks twice a minute."""

    def __init__(
        self, database: Database, clock: Clock, journeys: JourneyService, directory: Directory
    ) -> None:
        self._database = database
        self._clock = clock
        self._journeys = journeys
        self._directory = directory
        self._recurring = Recurring("journey housekeeping", LOOK_SECONDS, self.tend)

    async def start(self) -> None:
        await self._recurring.start()

    async def stop(self) -> None:
        await self._recurring.stop()

    async def tend(self) -> None:
        """End and erase what is due now."""
        await self._expire()
        await self._erase()

    async def on_customer_erased(self, trigger: Trigger) -> None:
        """A reaction: with the customer goes what was entered in their journeys (个人信息保护法 art. 47).
        Those that wait are ended first; what is under way goes when its time is over.
        """
        event = trigger.recorded.event
        if not isinstance(event, CustomerErased):
            return
        query = sa.select(t.journeys).where(t.journeys.c.customer == event.customer)
        for row in await self._database.read(lambda c: c.execute(query).all()):
            journey = JourneyId(row.journey)
            if row.status == Status.OPEN.value:
                await self._end(journey)
            if (await self._journeys.store.get(journey)).journey.status in OVER:
                await self._journeys.store.erase(journey, row.branch, e.JourneyErased())

    async def _expire(self) -> None:
        due = self._due(t.journeys.c.status == Status.OPEN.value, _expires_ms)
        for row in await due:
            await self._end(JourneyId(row.journey), row.changed_ms)

    async def _end(self, journey: JourneyId, since_ms: int | None = None) -> None:
        try:
            await self._journeys.expire(journey, since_ms)
        except Refused as refused:
            logger.warning("journey %s did not end: %s", journey, refused.code)
        except Exception:
            logger.exception("journey %s did not end", journey)

    async def _erase(self) -> None:
        columns = t.journeys.c
        filled = sa.exists().where(
            (t.entries.c.journey == columns.journey) & t.entries.c.body.is_not(None)
        )
        over = columns.status.in_([one.value for one in OVER]) & filled
        for row in await self._due(over, _keeps_ms):
            await self._journeys.store.erase(JourneyId(row.journey), row.branch, e.JourneyErased())

    async def _due(
        self, where: sa.ColumnElement[bool], lasts_ms: Callable[[JourneySettings], int]
    ) -> Sequence[Any]:
        """Journeys whose time is over, the oldest first. How long that is each branch says itself: the
        many of one that keeps them for years are in nobody else's way.
        """
        columns, now_ms = t.journeys.c, self._clock.now_ms()
        branches = await self._database.read(
            lambda c: c.scalars(sa.select(columns.branch).distinct()).all()
        )
        by_time: dict[int, list[str]] = {}
        for branch in branches:
            by_time.setdefault(now_ms - lasts_ms(self._rules(branch)), []).append(branch)
        late = [
            (columns.changed_ms <= until_ms) & columns.branch.in_(ones)
            for until_ms, ones in by_time.items()
        ]
        if not late:
            return []
        query = sa.select(columns.journey, columns.branch, columns.changed_ms)
        query = query.where(where, sa.or_(*late))
        query = query.order_by(columns.changed_ms).limit(AT_ONCE_MAX)
        return await self._database.read(lambda c: c.execute(query).all())

    def _rules(self, branch: str) -> JourneySettings:
        """Of a branch that is no more, those that hold where nobody chose others."""
        if not self._directory.has_branch(branch):
            return JourneySettings()
        return self._directory.section(BranchId(branch), JourneySettings)


def _expires_ms(rules: JourneySettings) -> int:
    return rules.expire_minutes * MINUTE_MS


def _keeps_ms(rules: JourneySettings) -> int:
    return rules.keep_days * DAY_MS

"""Journeys that nobody went on with are ended; what was entered is erased in time."""

import asyncio
import logging

import sqlalchemy as sa

from tingtang.journeys import tables as t
from tingtang.journeys.model import events as e
from tingtang.journeys.model.state import OVER, Status
from tingtang.journeys.service import JourneyService
from tingtang.journeys.settings import JourneySettings
from tingtang.kernel.clock import DAY_MS, MINUTE_MS, Clock
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import JourneyId
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
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="journey-housekeeping")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def tend(self) -> None:
        """End and erase what is due now."""
        await self._expire()
        await self._erase()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.tend()
            except Exception:
                logger.exception("journeys could not be tended; it is tried again")

    async def _expire(self) -> None:
        columns, now_ms = t.journeys.c, self._clock.now_ms()
        query = (
            sa.select(columns.journey, columns.branch, columns.changed_ms)
            .where(columns.status == Status.OPEN.value)
            .order_by(columns.changed_ms)
            .limit(AT_ONCE_MAX)
        )
        for row in await self._database.read(lambda c: c.execute(query).all()):
            rules = self._directory.section(row.branch, JourneySettings)
            if row.changed_ms + rules.expire_minutes * MINUTE_MS > now_ms:
                continue
            try:
                await self._journeys.expire(JourneyId(row.journey))
            except Refused as refused:
                logger.warning("journey %s did not end: %s", row.journey, refused.code)

    async def _erase(self) -> None:
        columns, now_ms = t.journeys.c, self._clock.now_ms()
        filled = sa.exists().where(
            (t.entries.c.journey == columns.journey) & t.entries.c.body.is_not(None)
        )
        query = (
            sa.select(columns.journey, columns.branch, columns.changed_ms)
            .where(columns.status.in_([one.value for one in OVER]), filled)
            .order_by(columns.changed_ms)
            .limit(AT_ONCE_MAX)
        )
        for row in await self._database.read(lambda c: c.execute(query).all()):
            rules = self._directory.section(row.branch, JourneySettings)
            if row.changed_ms + rules.keep_days * DAY_MS <= now_ms:
                await self._journeys.store.erase(
                    JourneyId(row.journey), row.branch, e.JourneyErased()
                )

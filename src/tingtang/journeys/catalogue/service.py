"""The catalogue with what is in force now, and what journeys have shown."""

import functools
import importlib.resources

import msgspec
import sqlalchemy as sa

from tingtang.journeys import tables as t
from tingtang.journeys.catalogue import model as m
from tingtang.journeys.catalogue.settings import CatalogueSettings
from tingtang.journeys.library import Library
from tingtang.journeys.model.scenario import Channel, ScenarioAbout
from tingtang.journeys.model.state import OVER, Status
from tingtang.kernel.clock import DAY_MS, Clock, local_date, local_time
from tingtang.kernel.database import Database
from tingtang.kernel.ids import BranchId
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory
from tingtang.org.model.hours import spans_on

BEGUN_MAX = 200_000
"""Journeys looked at for the hours of a day; the newest are taken where there are more."""


class _File(msgspec.Struct, frozen=True):
    scene: tuple[m.Scene, ...]


class SceneView(msgspec.Struct, frozen=True, kw_only=True):
    """A scene as it stands. ``share_ppm`` is the bank's own where ``is_own``, else assumed."""

    id: str
    text: Text
    group: str
    share_ppm: int
    is_own: bool
    standing: m.Standing
    channels: tuple[Channel, ...]
    authorisation: m.Authorisation
    items: tuple[str, ...]
    devices: tuple[str, ...]
    scenario: str
    is_always: bool
    """Offered when nobody of the branch is there too."""
    done: int
    """Journeys of it that were really done."""


class CatalogueView(msgspec.Struct, frozen=True, kw_only=True):
    """Both figures, each by its own name, and all scenes."""

    goal_percent: int
    days: int
    assumed: m.Coverage
    """By declared shares: an assumption as long as ``own_shares`` is not all scenes."""
    own_shares: int
    """How many shares are the bank's own."""
    measured: m.Measured
    """By journeys that were done in these days."""
    hours: list[m.HourCount]
    scenes: list[SceneView]


@functools.cache
def scenes() -> tuple[m.Scene, ...]:
    """The catalogue that ships with the program."""
    file = importlib.resources.files("tingtang.journeys.catalogue").joinpath("scenes.toml")
    return msgspec.toml.decode(file.read_bytes(), type=_File).scene


class Catalogue:
    """Reads for the office."""

    def __init__(
        self, database: Database, clock: Clock, library: Library, directory: Directory
    ) -> None:
        self._database = database
        self._clock = clock
        self._library = library
        self._directory = directory

    def shares_in(self, branch: str) -> dict[str, int]:
        """The share of each scenario in the branch's volume, in millionths, as declared."""
        settings = self._directory.section(branch, CatalogueSettings)
        shares = m.weighed(scenes(), {one.scene: one.share_ppm for one in settings.shares})
        found: dict[str, int] = {}
        for scene in scenes():
            if scene.scenario:
                found[scene.scenario] = found.get(scene.scenario, 0) + shares[scene.id]
        return found

    async def view(self, branch: str, days: int) -> CatalogueView:
        """The whole of it: for one branch, or for all ("")."""
        settings = self._directory.section(branch, CatalogueSettings)
        own = {one.scene: one.share_ppm for one in settings.shares}
        shares = m.weighed(scenes(), own)
        in_force = {one.id: one for one in self._library.offered()}
        since_ms = self._clock.now_ms() - days * DAY_MS
        counted = await self._counted(branch, since_ms)
        done: dict[str, int] = {}
        for one in counted:
            if one.is_done:
                done[one.scenario] = done.get(one.scenario, 0) + one.count
        return CatalogueView(
            goal_percent=settings.goal_percent,
            days=days,
            assumed=m.coverage(scenes(), shares, in_force),
            own_shares=sum(scene.id in own for scene in scenes()),
            measured=m.measured(counted),
            hours=m.hours(await self._begun(branch, since_ms)),
            scenes=[_row(one, shares[one.id], one.id in own, in_force, done) for one in scenes()],
        )

    async def _counted(self, branch: str, since_ms: int) -> list[m.Counted]:
        columns = t.journeys.c
        query = (
            sa.select(columns.scenario, columns.channel, columns.status, sa.func.count())
            .where(columns.changed_ms >= since_ms, columns.status.in_([x.value for x in OVER]))
            .group_by(columns.scenario, columns.channel, columns.status)
        )
        if branch:
            query = query.where(columns.branch == branch)
        rows = await self._database.read(lambda c: c.execute(query).all())
        return [
            m.Counted(scenario, Channel(channel), status == Status.DONE.value, count)
            for scenario, channel, status, count in rows
        ]

    async def _begun(self, branch: str, since_ms: int) -> list[tuple[int, Channel, bool]]:
        columns = t.journeys.c
        query = sa.select(columns.branch, columns.channel, columns.started_ms).where(
            columns.changed_ms >= since_ms, columns.status == Status.DONE.value
        )
        if branch:
            query = query.where(columns.branch == branch)
        query = query.order_by(columns.changed_ms.desc()).limit(BEGUN_MAX)
        rows = await self._database.read(lambda c: c.execute(query).all())
        found = []
        for where, on, at_ms in rows:
            hour, was_open = self._moment(BranchId(where), at_ms)
            found.append((hour, Channel(on), was_open))
        return found

    def _moment(self, branch: BranchId, at_ms: int) -> tuple[int, bool]:
        """The local hour, and whether the branch is open to people then by its hours."""
        record = self._directory.branch(branch)
        now = local_time(at_ms, record.time_zone)
        clock = f"{now:%H:%M}"
        spans = spans_on(record.hours, local_date(at_ms, record.time_zone))
        return now.hour, any(span.opens <= clock < span.closes for span in spans)


def _row(
    scene: m.Scene,
    share_ppm: int,
    is_own: bool,
    in_force: dict[str, ScenarioAbout],
    done: dict[str, int],
) -> SceneView:
    about = in_force.get(scene.scenario)
    return SceneView(
        id=scene.id,
        text=scene.text,
        group=scene.group,
        share_ppm=share_ppm,
        is_own=is_own,
        standing=m.standing(scene, in_force),
        channels=scene.channels if about is None else about.channels,
        authorisation=scene.authorisation,
        items=scene.items,
        devices=scene.devices,
        scenario=scene.scenario if about is not None else "",
        is_always=about is not None and about.hours == "always",
        done=done.get(scene.scenario, 0) if scene.scenario else 0,
    )

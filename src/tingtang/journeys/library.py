"""The scenarios of the bank: what ships with the program, and the versions that the bank released."""

import functools
import importlib.resources
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.journeys import tables as t
from tingtang.journeys.model.bpmn import Scenario, about, called, read
from tingtang.journeys.model.problems import UNKNOWN_SCENARIO
from tingtang.journeys.model.scenario import ScenarioAbout
from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.log import Append, EventLog
from tingtang.kernel.text import Text

SHIPPED = "shipped"
"""The author of what comes with the program."""
FOLDER = "scenarios"
READ_MAX = 512
"""Scenario versions held ready."""

Bundle = dict[str, str]


class VersionState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    """Waits for a second person."""
    RELEASED = "released"
    OFFERED = "offered"
    """Came with a newer program, while the bank runs a version of its own."""


class Library:
    """Which version of which scenario is in force, and the texts of each."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._released: dict[str, tuple[int, ScenarioAbout]] = {}
        self._bundles: dict[tuple[str, int], Bundle] = {}
        self._read = functools.lru_cache(maxsize=READ_MAX)(self._make)

    async def start(self) -> None:
        """Take in what ships, then see what is in force."""
        await self._take_in(shipped())
        await self.reload()

    async def reload(self) -> None:
        """Look again at which versions are in force."""
        columns = t.scenarios.c
        newest = (
            sa.select(columns.scenario, sa.func.max(columns.version).label("version"))
            .where(columns.state == VersionState.RELEASED.value)
            .group_by(columns.scenario)
            .subquery()
        )
        query = sa.select(t.scenarios).join(
            newest,
            (columns.scenario == newest.c.scenario) & (columns.version == newest.c.version),
        )
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        released = {}
        for row in rows:
            bundle = msgspec.json.decode(row.bundle, type=Bundle)
            self._bundles[row.scenario, row.version] = bundle
            released[row.scenario] = (row.version, about(bundle[f"{row.scenario}.bpmn"]))
        self._released = released

    def offered(self) -> list[ScenarioAbout]:
        """All scenarios in force that are business of their own."""
        return [one for _, one in self._released.values() if not one.is_shared]

    def ids(self) -> list[str]:
        """Every scenario and shared process in force."""
        return list(self._released)

    def name(self, scenario: str) -> Text:
        """What it is called in the version in force; its id where none is."""
        found = self._released.get(scenario)
        return Text(scenario) if found is None else found[1].name

    def is_in_force(self, scenario: str, version: int) -> bool:
        found = self._released.get(scenario)
        return found is not None and found[0] == version

    def about(self, scenario: str) -> ScenarioAbout:
        """What is in force under this id; refused (unknown_scenario)."""
        return self._in_force(scenario)[1]

    def version(self, scenario: str) -> int:
        """The version in force."""
        return self._in_force(scenario)[0]

    async def get(self, scenario: str, version: int) -> Scenario:
        """A version that was released at some time, ready to run."""
        if (scenario, version) not in self._bundles:
            columns = t.scenarios.c
            query = sa.select(columns.bundle).where(
                columns.scenario == scenario, columns.version == version
            )
            body = await self._log.database.read(lambda c: c.scalar(query))
            if body is None:
                raise Refused(UNKNOWN_SCENARIO, scenario=scenario)
            self._bundles[scenario, version] = msgspec.json.decode(body, type=Bundle)
        return self._read(scenario, version)

    def bundle(self, scenario: str) -> Bundle:
        """The texts of the version in force."""
        return dict(self._bundles[scenario, self.version(scenario)])

    def _make(self, scenario: str, version: int) -> Scenario:
        return read(scenario, self._bundles[scenario, version])

    def _in_force(self, scenario: str) -> tuple[int, ScenarioAbout]:
        found = self._released.get(scenario)
        if found is None:
            raise Refused(UNKNOWN_SCENARIO, scenario=scenario)
        return found

    async def _take_in(self, bundles: Mapping[str, Bundle]) -> None:
        """Write down what ships, where it is not what shipped last."""
        columns = t.scenarios.c
        query = sa.select(
            columns.scenario, columns.version, columns.author, columns.state, columns.bundle
        ).order_by(columns.version)
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        newest: dict[str, int] = {}
        last_shipped: dict[str, str] = {}
        own: set[str] = set()
        for row in rows:
            newest[row.scenario] = row.version
            if row.author == SHIPPED:
                last_shipped[row.scenario] = row.bundle
            elif row.state == VersionState.RELEASED.value:
                own.add(row.scenario)
        now_ms = self._clock.now_ms()
        fresh = []
        for scenario, bundle in bundles.items():
            body = msgspec.json.encode(bundle, order="sorted").decode()
            if last_shipped.get(scenario) == body:
                continue
            state = VersionState.OFFERED if scenario in own else VersionState.RELEASED
            fresh.append(
                version_row(scenario, newest.get(scenario, 0) + 1, state, SHIPPED, body, now_ms)
            )
        if fresh:
            insert = sa.insert(t.scenarios)
            await self._log.append(
                Append(
                    stream="journeys/library",
                    branch="",
                    events=(),
                    time_ms=now_ms,
                    actor="system",
                    work=lambda c: c.execute(insert, fresh),
                )
            )


def version_row(
    scenario: str, version: int, state: VersionState, author: str, bundle: str, now_ms: int
) -> dict[str, Any]:
    """A row of the table of versions."""
    return {
        "scenario": scenario,
        "version": version,
        "state": state.value,
        "author": author,
        "releaser": SHIPPED if author == SHIPPED else "",
        "note": "",
        "saved_ms": now_ms,
        "released_ms": now_ms if state is VersionState.RELEASED else 0,
        "bundle": bundle,
    }


@functools.cache
def shipped() -> Mapping[str, Bundle]:
    """The bundles that come with the program, by scenario."""
    files = {}
    for file in importlib.resources.files("tingtang.journeys").joinpath(FOLDER).iterdir():
        if file.name.endswith((".bpmn", ".dmn")):
            files[file.name] = file.read_text(encoding="utf-8")
    return bundles(files)


def bundles(files: Mapping[str, str]) -> dict[str, Bundle]:
    """One bundle a process: its file, and all that it calls."""
    return {
        name.removesuffix(".bpmn"): closure(name.removesuffix(".bpmn"), files)
        for name in sorted(files)
        if name.endswith(".bpmn")
    }


def closure(scenario: str, files: Mapping[str, str]) -> Bundle:
    """The file of a scenario and those of everything it calls, directly or not."""
    found: Bundle = {}
    to_do = [scenario]
    while to_do:
        one = to_do.pop()
        for name in _names(one, files):
            if name not in found:
                found[name] = files[name]
                if name.endswith(".bpmn"):
                    to_do.extend(called(files[name]))
    return found


def _names(one: str, files: Mapping[str, str]) -> Iterable[str]:
    names = [name for name in (f"{one}.bpmn", f"{one}.dmn") if name in files]
    if not names:
        raise Refused(UNKNOWN_SCENARIO, scenario=one)
    return names

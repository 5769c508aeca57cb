"""Use cases of the designer: drafts, checks, trials, and release by a second person."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from tingtang.journeys import tables as t
from tingtang.journeys.actions import Actions
from tingtang.journeys.designer import model as m
from tingtang.journeys.designer.layout import with_layout
from tingtang.journeys.library import SHIPPED, Bundle, Library, VersionState, closure, version_row
from tingtang.journeys.model.answers import checked
from tingtang.journeys.model.bpmn import about, read
from tingtang.journeys.model.engine import Run
from tingtang.journeys.model.problems import BAD_SCENARIO
from tingtang.journeys.model.scenario import Channel, ScenarioAbout
from tingtang.journeys.model.screens import Screen, screen
from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import StaffId
from tingtang.kernel.log import Append, EventLog
from tingtang.kernel.permissions import Actor
from tingtang.kernel.text import Text

STREAM = "journeys/designer"
TRIAL_STEPS_MAX = 200


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """A version in a list."""

    scenario: str
    version: int
    name: Text
    """As the version in force has it; the scenario's id where none is."""
    state: VersionState
    author: str
    author_name: str
    releaser: str
    note: str
    saved_ms: int
    released_ms: int
    in_force: bool


class VersionText(msgspec.Struct, frozen=True):
    """A version with its own files, drawn; shared processes are scenarios of their own."""

    about: VersionView
    files: dict[str, str]
    findings: list[m.Finding]


class Given(msgspec.Struct, frozen=True):
    """One step of a trial: what was entered, or what an action is taken to have given."""

    step: str
    values: dict[str, Any] = {}


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """Where a trial stands: the steps that wait, what is known, and whether it is over."""

    is_over: bool
    steps: list[str]
    screen: Screen | None
    action: str
    inputs: list[str]
    known: dict[str, Any]


class Designer:
    """Versions of scenarios, from the first draft to their release."""

    def __init__(
        self,
        log: EventLog,
        clock: Clock,
        library: Library,
        actions: Actions,
        name_of: Callable[[str], str],
    ) -> None:
        self._log = log
        self._clock = clock
        self._library = library
        self._actions = actions
        self._name_of = name_of

    async def versions(self, scenario: str = "") -> list[VersionView]:
        """All versions, the newest first, of one scenario or of all."""
        columns = t.scenarios.c
        wanted = [c for c in columns if c.name != "bundle"]
        query = sa.select(*wanted).order_by(columns.scenario, columns.version.desc())
        if scenario:
            query = query.where(columns.scenario == scenario)
        rows = await self._log.database.read(lambda c: c.execute(query).all())
        return [self._view(row._asdict()) for row in rows]

    async def text(self, scenario: str, version: int) -> VersionText:
        """The files of a version that are its own, with a drawing."""
        row = await self._row(scenario, version)
        bundle = msgspec.json.decode(row["bundle"], type=Bundle)
        own = {
            name: with_layout(text) if name.endswith(".bpmn") else text
            for name, text in bundle.items()
            if name == f"{scenario}.bpmn" or name.endswith(".dmn")
        }
        return VersionText(self._view(row), own, self._look_over(scenario, bundle))

    def check(self, scenario: str, files: Mapping[str, str]) -> list[m.Finding]:
        """Look a scenario over, with all that it calls."""
        try:
            bundle = self._bundle(scenario, files)
        except Refused as refused:
            words = Text(refused.message("zh"), refused.message("en"))
            return [m.Finding(m.Weight.FAULT, scenario, words)]
        return self._look_over(scenario, bundle)

    def about(self, text: str) -> ScenarioAbout:
        """What a file says of its scenario; refused (bad_scenario)."""
        return about(text)

    async def save(self, scenario: str, files: Mapping[str, str], note: str, actor: Actor) -> int:
        """Save a draft; the author's own draft is written over. Gives its version."""
        main = files.get(f"{scenario}.bpmn")
        if main is None or about(main).id != scenario:
            words = Text(f"缺少 {scenario}.bpmn", f"{scenario}.bpmn is missing")
            raise Refused(BAD_SCENARIO, reason=words)
        bundle = msgspec.json.encode(self._bundle(scenario, files), order="sorted").decode()
        columns = t.scenarios.c
        now_ms = self._clock.now_ms()

        def work(connection: sa.Connection) -> int:
            mine = connection.execute(
                sa.select(columns.version).where(
                    columns.scenario == scenario,
                    columns.state == VersionState.DRAFT.value,
                    columns.author == actor.id,
                )
            ).first()
            if mine is not None:
                where = (columns.scenario == scenario) & (columns.version == mine.version)
                connection.execute(
                    sa.update(t.scenarios)
                    .where(where)
                    .values(bundle=bundle, note=note, saved_ms=now_ms)
                )
                return int(mine.version)
            newest = connection.scalar(
                sa.select(sa.func.max(columns.version)).where(columns.scenario == scenario)
            )
            row = version_row(
                scenario, (newest or 0) + 1, VersionState.DRAFT, actor.id, bundle, now_ms
            )
            connection.execute(sa.insert(t.scenarios).values(row | {"note": note}))
            return int(row["version"])

        appended = await self._append([], work, actor)
        return int(appended)

    async def submit(self, scenario: str, version: int, actor: Actor) -> None:
        """Ask for its release; refused (scenario_has_faults) while something is wrong with it."""
        row = await self._row(scenario, version)
        if row["state"] != VersionState.DRAFT.value or row["author"] != actor.id:
            raise Refused(m.NOT_DRAFT)
        self._require_sound(scenario, row)
        event = m.ScenarioSubmitted(scenario=scenario, scenario_version=version)
        await self._change(
            scenario, version, VersionState.DRAFT, {"state": VersionState.SUBMITTED.value}, event,
            actor,
        )  # fmt: skip

    async def send_back(self, scenario: str, version: int, reason: str, actor: Actor) -> None:
        """Back to its author, with what should be changed."""
        event = m.ScenarioSentBack(scenario=scenario, scenario_version=version, reason=reason)
        values = {"state": VersionState.DRAFT.value, "note": reason}
        await self._change(scenario, version, VersionState.SUBMITTED, values, event, actor)

    async def release(self, scenario: str, version: int, actor: Actor) -> None:
        """Put it into force, by somebody else than its author. Running journeys are not touched."""
        row = await self._row(scenario, version)
        if row["author"] == actor.id:
            raise Refused(m.OWN_WORK)
        if row["state"] not in (VersionState.SUBMITTED.value, VersionState.OFFERED.value):
            raise Refused(m.NOT_SUBMITTED)
        self._require_sound(scenario, row)
        event = m.ScenarioReleased(
            scenario=scenario, scenario_version=version, author=StaffId(row["author"])
        )
        values = {
            "state": VersionState.RELEASED.value,
            "releaser": actor.id,
            "released_ms": self._clock.now_ms(),
        }
        state = VersionState(row["state"])
        await self._change(scenario, version, state, values, event, actor)
        await self._library.reload()

    def trial(
        self, scenario: str, files: Mapping[str, str], channel: Channel, given: list[Given]
    ) -> Trial:
        """Walk a scenario with these answers and outcomes; nothing real is asked or done."""
        if len(given) > TRIAL_STEPS_MAX:
            words = Text(f"超过 {TRIAL_STEPS_MAX} 步", f"more than {TRIAL_STEPS_MAX} steps")
            raise Refused(BAD_SCENARIO, reason=words)
        plan = read(scenario, self._bundle(scenario, files))
        terminal: dict[str, Any] = {
            "channel": channel.value,
            "branch": "",
            "id": "",
            "box": "",
            "modules": list(plan.about.needs),
        }
        terminal |= {"has_machine": bool(plan.about.needs)}
        run = Run(plan, {"given": {}, "customer": "", "branch": "", "terminal": terminal})
        for one in given:
            waiting = next((w for w in run.waiting() if w.key == one.step), None)
            values: Mapping[str, Any] = one.values
            if waiting is not None and waiting.step.action is None and waiting.step.screen:
                values = checked(waiting.step.screen, run.known(one.step), one.values)
            run.give(one.step, dict(values), terminal)
        return _standing(run)

    # -- inside ---------------------------------------------------------------------------------

    def _look_over(self, scenario: str, bundle: Bundle) -> list[m.Finding]:
        names = frozenset(action.name for action in self._actions.all())
        return m.look_over(scenario, bundle, names)

    def _bundle(self, scenario: str, files: Mapping[str, str]) -> Bundle:
        """The given files, and those in force of all that they call.

        Shared processes are scenarios of their own, with a release of their own: whoever releases this
        one sees its own files alone, and no other may come along under their name.
        """
        for name in files:
            if name != f"{scenario}.bpmn" and not name.endswith(".dmn"):
                words = Text(
                    f"{name} 须单独编辑、单独发布", f"{name} is drawn and released by itself"
                )
                raise Refused(BAD_SCENARIO, reason=words)
        known: dict[str, str] = {}
        for one in self._library.ids():
            known |= self._library.bundle(one)
        return closure(scenario, {**known, **files})

    def _require_sound(self, scenario: str, row: Mapping[str, Any]) -> None:
        bundle = msgspec.json.decode(row["bundle"], type=Bundle)
        findings = self._look_over(scenario, bundle)
        fault = next((one for one in findings if one.weight is m.Weight.FAULT), None)
        if fault is not None:
            raise Refused(m.HAS_FAULTS, reason=fault.words)

    async def _row(self, scenario: str, version: int) -> dict[str, Any]:
        columns = t.scenarios.c
        query = sa.select(t.scenarios).where(
            columns.scenario == scenario, columns.version == version
        )
        row = await self._log.database.read(lambda c: c.execute(query).first())
        if row is None:
            raise Refused(m.UNKNOWN_VERSION)
        return row._asdict()

    async def _change(
        self,
        scenario: str,
        version: int,
        state: VersionState,
        values: Mapping[str, Any],
        event: Event,
        actor: Actor,
    ) -> None:
        """Move a version on, if it still stands where it stood."""
        columns = t.scenarios.c
        where = (
            (columns.scenario == scenario)
            & (columns.version == version)
            & (columns.state == state.value)
        )

        def work(connection: sa.Connection) -> None:
            changed = connection.execute(sa.update(t.scenarios).where(where).values(**values))
            if changed.rowcount != 1:
                raise Refused(m.NOT_SUBMITTED)

        await self._append([event], work, actor)

    async def _append(self, events: list[Event], work: Any, actor: Actor) -> Any:
        appended = await self._log.append(
            Append(
                stream=STREAM, branch="", events=events, time_ms=self._clock.now_ms(),
                actor=actor.name, work=work,
            )
        )  # fmt: skip
        return appended.result

    def _view(self, row: Mapping[str, Any]) -> VersionView:
        scenario, version = row["scenario"], row["version"]
        return VersionView(
            scenario=scenario,
            version=version,
            name=self._library.name(scenario),
            state=VersionState(row["state"]),
            author=row["author"],
            author_name="" if row["author"] == SHIPPED else self._name_of(row["author"]),
            releaser=row["releaser"],
            note=row["note"],
            saved_ms=row["saved_ms"],
            released_ms=row["released_ms"],
            in_force=self._library.is_in_force(scenario, version),
        )


def _standing(run: Run) -> Trial:
    waiting = run.waiting()
    if run.is_over or not waiting:
        return Trial(is_over=True, steps=[], screen=None, action="", inputs=[], known=run.result)
    first = waiting[0]
    known = run.known(first.key)
    spec = first.step
    return Trial(
        is_over=False,
        steps=[one.key for one in waiting],
        screen=screen(first.key, spec.screen, known) if spec.screen is not None else None,
        action=spec.action.name if spec.action is not None else "",
        inputs=list(spec.action.inputs) if spec.action is not None else [],
        known=known,
    )

"""Setting scenes: all devices told at once, and what came of it on each."""

import asyncio
import logging
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from tingtang.devices.model.decide import SET, WAKE
from tingtang.devices.model.problems import NOT_REACHABLE
from tingtang.devices.model.state import DeviceState
from tingtang.devices.model.wire import Value
from tingtang.devices.scenes import model as m
from tingtang.devices.scenes import tables as t
from tingtang.devices.scenes.book import SceneBook, stream_of
from tingtang.devices.service import DeviceService
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event
from tingtang.kernel.ids import Ids
from tingtang.kernel.live import LiveViews
from tingtang.kernel.log import Answered, Append, EventLog, Key
from tingtang.kernel.permissions import Actor
from tingtang.org.directory import Directory
from tingtang.org.model.records import ZoneKind

VIEW = "devices.scene"
AT_ONCE_MAX = 128
"""Devices of one run that are told at the same time; the log commits them in groups."""

RESTARTED = "restarted"
"""The process ended before the device had answered."""

logger = logging.getLogger(__name__)


class SceneService:
    """Scenes of all branches and their newest runs."""

    def __init__(
        self,
        log: EventLog,
        ids: Ids,
        live: LiveViews,
        devices: DeviceService,
        directory: Directory,
        book: SceneBook,
    ) -> None:
        self.book = book
        self._log = log
        self._clock = devices.clock
        self._ids = ids
        self._live = live
        self._devices = devices
        self._directory = directory
        self.runs: dict[tuple[str, str], m.SceneRun] = {}
        """The newest run of each scene of each branch."""
        self._tasks: dict[str, asyncio.Task[None]] = {}
        log.follow((m.SceneSaved, m.SceneRemoved), lambda one: self._live.touch(VIEW, one.branch))

    async def start(self) -> None:
        """Read the newest runs. What was under way when the process ended is not known."""
        query = sa.select(t.scene_runs.c.body)
        for body in await self._log.database.read(lambda c: c.scalars(query).all()):
            run = msgspec.json.decode(body, type=m.SceneRun)
            if not run.ended_ms:
                devices = {
                    name: msgspec.structs.replace(one, result=m.SceneResult.UNKNOWN, code=RESTARTED)
                    if one.result is m.SceneResult.WAITING
                    else one
                    for name, one in run.devices.items()
                }
                run = msgspec.structs.replace(run, ended_ms=run.started_ms, devices=devices)
            self.runs[run.branch, run.scene] = run

    async def stop(self) -> None:
        """Leave off; devices that were told finish by themselves."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    # -- setting -------------------------------------------------------------------------------

    async def run(self, branch: str, code: str, actor: Actor, key: Key | None = None) -> str:
        """Set a scene; gives the run's id at once. Progress is in ``devices.scene``.

        Refused: scene_running. With a key that was used before nothing new begins, unless the
        process ended in the middle: then it goes on where it stopped, and devices that came there
        meanwhile are not told again.
        """
        scene = self.book.scene(branch, code)
        plan = self.plan(branch, scene)
        now_ms = self._clock.now_ms()
        known = self.runs.get((branch, code))
        first = await self._log.answer(key) if key is not None else None
        if first is not None:
            return self._go_on(first.decode(), known, actor)
        if known is not None and known.run in self._tasks:
            raise Refused(m.STILL_RUNNING)
        devices = {
            name: m.DeviceResult(m.SceneResult.WAITING, values) for name, values in plan.items()
        }
        run = m.SceneRun(self._ids.new(now_ms), code, branch, actor.name, now_ms, 0, devices)
        started = m.SceneStarted(run=run.run, scene=code, devices=len(plan))
        try:
            await self._write(run, started, actor.name, key, run.run.encode())
        except Answered as answered:
            return answered.body.decode()
        self._begin(run, actor, set(plan))
        return run.run

    def _go_on(self, run: str, known: m.SceneRun | None, actor: Actor) -> str:
        """A run that began before: it goes on if the process ended in the middle of it."""
        if known is None or known.run != run or run in self._tasks:
            return run
        again = {name for name, one in known.devices.items() if one.code == RESTARTED}
        if again:
            devices = known.devices | {
                name: m.DeviceResult(m.SceneResult.WAITING, known.devices[name].values, attempts=1)
                for name in again
            }
            self._begin(msgspec.structs.replace(known, devices=devices, ended_ms=0), actor, again)
        return run

    async def retry(self, branch: str, code: str, actor: Actor) -> str:
        """Tell those devices again that failed, gave no answer or could not be reached."""
        run = self.last(branch, code)
        if run.run in self._tasks:
            raise Refused(m.STILL_RUNNING)
        again = {name for name, one in run.devices.items() if one.result in m.RETRIED}
        devices = {
            name: msgspec.structs.replace(one, result=m.SceneResult.WAITING, code="", detail="")
            if name in again
            else one
            for name, one in run.devices.items()
        }
        self._begin(msgspec.structs.replace(run, devices=devices, ended_ms=0), actor, again)
        return run.run

    def last(self, branch: str, code: str) -> m.SceneRun:
        """The newest run of a scene; refused (unknown_scene_run) where it was never set."""
        found = self.runs.get((branch, code))
        if found is None:
            raise Refused(m.UNKNOWN_RUN)
        return found

    async def ended(self, branch: str, code: str, run: str) -> m.SceneRun:
        """Wait until a run has ended; at the latest when every command has timed out."""
        task = self._tasks.get(run)
        if task is not None:
            await asyncio.wait([task])
        return self.last(branch, code)

    async def bring(
        self, branch: str, wanted: Sequence[m.Wanted], actor: Actor, key: Key
    ) -> dict[str, m.DeviceResult]:
        """Bring devices there without a scene of that name; gives what came of each.

        Told under the same key they are told once.
        """
        room = asyncio.Semaphore(AT_ONCE_MAX)

        async def tell(device: str, values: dict[str, Value]) -> m.DeviceResult:
            waiting = m.DeviceResult(m.SceneResult.WAITING, values)
            async with room:
                return await self._bring(device, waiting, actor, f"{key.name}:{device}")

        plan = self._plan(branch, wanted)
        results = await asyncio.gather(*(tell(*one) for one in sorted(plan.items())))
        return dict(zip(sorted(plan), results, strict=True))

    def plan(self, branch: str, scene: m.SceneDraft) -> dict[str, dict[str, Value]]:
        """What the scene wants of which devices of the branch."""
        return self._plan(branch, scene.wanted)

    def _plan(self, branch: str, wanted: Sequence[m.Wanted]) -> dict[str, dict[str, Value]]:
        register = self._devices.register
        kinds: dict[str, ZoneKind] = {zone.id: zone.kind for zone in self._directory.zones(branch)}
        found = [
            (device, register.types[device.type])
            for device in register.of_branch(branch)
            if device.type in register.types
        ]
        return m.wanted_of(wanted, found, kinds)

    # -- inside --------------------------------------------------------------------------------

    def _begin(self, run: m.SceneRun, actor: Actor, devices: set[str]) -> None:
        self.runs[run.branch, run.scene] = run
        task = asyncio.create_task(self._tell_all(run, actor, devices), name="scene")
        self._tasks[run.run] = task
        task.add_done_callback(lambda _: self._finished(run))
        self._live.touch(VIEW, run.branch)

    def _finished(self, run: m.SceneRun) -> None:
        self._tasks.pop(run.run, None)
        self._live.touch(VIEW, run.branch)

    async def _tell_all(self, run: m.SceneRun, actor: Actor, devices: set[str]) -> None:
        room = asyncio.Semaphore(AT_ONCE_MAX)

        async def tell(device: str) -> None:
            async with room:
                self._note(run, device, await self._tell(run, device, actor))

        await asyncio.gather(*(tell(device) for device in sorted(devices)))
        now = self.runs[run.branch, run.scene]
        if now.run != run.run:
            return
        now = msgspec.structs.replace(now, ended_ms=self._clock.now_ms())
        self.runs[run.branch, run.scene] = now
        results = {name: one.result for name, one in now.devices.items()}
        ended = m.SceneEnded(run=now.run, scene=now.scene, results=results)
        try:
            await self._write(now, ended, actor.name)
        except Refused as refused:
            logger.warning("the end of a scene could not be kept: %s", refused.code)

    async def _tell(self, run: m.SceneRun, device: str, actor: Actor) -> m.DeviceResult:
        before = run.devices[device]
        key = f"scene:{run.run}:{device}:{before.attempts + 1}"
        return await self._bring(device, before, actor, key)

    async def _bring(
        self, device: str, before: m.DeviceResult, actor: Actor, key: str
    ) -> m.DeviceResult:
        """Bring one device to what is wanted of it; whatever goes wrong is its result."""
        tried = msgspec.structs.replace(before, attempts=before.attempts + 1)
        try:
            state = await self._devices.state(device)
            if m.wants_up(state, before.values) and self._devices.can_wake(device):
                state = await self._wake(device, actor, f"{key}:wake")
            first = m.first_result(state, before.values)
            if first is not m.SceneResult.WAITING:
                return msgspec.structs.replace(tried, result=first)
            values = m.to_send(state, before.values)
            command = await self._devices.give(device, SET, values, actor, Key(key, ""))
            result = m.RESULT_OF[await self._devices.outcome(device, command)]
            given = (await self._devices.state(device)).commands.get(command)
        except Refused as refused:
            gone = refused.problem is NOT_REACHABLE
            result = m.SceneResult.UNREACHABLE if gone else m.SceneResult.FAILED
            return msgspec.structs.replace(tried, result=result, code=refused.code)
        except Exception:
            logger.exception("device %s could not be told", device)
            return msgspec.structs.replace(tried, result=m.SceneResult.FAILED, code="fault")
        if given is None:
            return msgspec.structs.replace(tried, result=result)
        return msgspec.structs.replace(tried, result=result, code=given.code, detail=given.detail)

    async def _wake(self, device: str, actor: Actor, key: str) -> DeviceState:
        """Wake a device and wait until it is up, or for as long as that may take."""
        command = await self._devices.give(device, WAKE, {}, actor, Key(key, ""))
        await self._devices.outcome(device, command)
        return await self._devices.state(device)

    def _note(self, run: m.SceneRun, device: str, result: m.DeviceResult) -> None:
        now = self.runs.get((run.branch, run.scene))
        if now is None or now.run != run.run:
            return  # the scene was set again meanwhile
        now.devices[device] = result
        self._live.touch(VIEW, run.branch)

    async def _write(
        self, run: m.SceneRun, event: Event, actor: str, key: Key | None = None, answer: bytes = b""
    ) -> None:
        row = {"branch": run.branch, "scene": run.scene, "body": msgspec.json.encode(run).decode()}
        insert = upsert(self._log.database, t.scene_runs).values(row)
        statement = insert.on_conflict_do_update(
            index_elements=["branch", "scene"], set_={"body": insert.excluded.body}
        )
        await self._log.append(
            Append(
                stream=stream_of(run.branch),
                branch=run.branch,
                events=[event],
                time_ms=self._clock.now_ms(),
                actor=actor,
                cause=f"scene:{run.run}",
                key=key,
                answer=answer,
                work=lambda c: c.execute(statement).rowcount,
            )
        )

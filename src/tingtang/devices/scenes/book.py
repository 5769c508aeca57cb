"""Which scenes a branch has: those that come with Tingtang, and its own over them."""

from importlib import resources

import msgspec
import sqlalchemy as sa

from tingtang.devices.register import Register
from tingtang.devices.scenes import model as m
from tingtang.devices.scenes import tables as t
from tingtang.kernel.clock import Clock
from tingtang.kernel.database import upsert
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event, Recorded
from tingtang.kernel.log import Append, EventLog
from tingtang.kernel.permissions import Actor
from tingtang.org.directory import Directory


def stream_of(branch: str) -> str:
    """The stream of a branch's scenes."""
    return f"scenes/{branch}"


def shipped_scenes() -> dict[str, m.Scene]:
    """The scenes that come with Tingtang, by code."""
    folder = resources.files("tingtang.devices.scenes").joinpath("shipped")
    found = {}
    for file in folder.iterdir():
        if file.name.endswith(".toml"):
            scene = msgspec.toml.decode(file.read_text("utf-8"), type=m.Scene)
            found[scene.code] = scene
    return found


class SceneBook:
    """Scenes of all branches, in memory."""

    def __init__(
        self, log: EventLog, clock: Clock, register: Register, directory: Directory
    ) -> None:
        self.shipped = shipped_scenes()
        self._log = log
        self._clock = clock
        self._register = register
        self._directory = directory
        self._own: dict[tuple[str, str], m.Scene] = {}
        log.follow((m.SceneSaved, m.SceneRemoved), self._follow)

    async def start(self) -> None:
        """Read what branches wrote."""
        query = sa.select(t.scenes.c.body)
        for body in await self._log.database.read(lambda c: c.scalars(query).all()):
            scene = msgspec.json.decode(body, type=m.Scene)
            self._own[scene.branch, scene.code] = scene

    def of(self, branch: str) -> list[m.Scene]:
        """A branch's scenes in the order of the PAD."""
        own = {code: one for (where, code), one in self._own.items() if where == branch}
        return sorted((self.shipped | own).values(), key=lambda one: (one.rank, one.code))

    def scene(self, branch: str, code: str) -> m.Scene:
        """One scene as the branch has it; refused (unknown_scene) where there is none."""
        found = self._own.get((branch, code)) or self.shipped.get(code)
        if found is None:
            raise Refused(m.UNKNOWN_SCENE, scene=code)
        return found

    async def save(self, scene: m.Scene, actor: Actor) -> m.Scene:
        """Keep a branch's own version; refused (bad_scene) with the entry that makes no sense."""
        branch = scene.branch
        self._directory.branch(branch)
        own = sum(where == branch for where, _ in self._own)
        if own >= m.SCENES_MAX and (branch, scene.code) not in self._own:
            raise Refused(m.TOO_MANY_SCENES, most=m.SCENES_MAX)
        devices = {one.id: one for one in self._register.of_branch(branch)}
        zones = [zone.id for zone in self._directory.zones(branch)]
        fault = m.faults(scene, devices, self._register.types, zones)
        if fault is not None:
            raise Refused(m.BAD_SCENE, number=fault[0], reason=fault[1])
        row = {"branch": branch, "code": scene.code, "body": msgspec.json.encode(scene).decode()}
        insert = upsert(self._log.database, t.scenes).values(row)
        statement = insert.on_conflict_do_update(
            index_elements=["branch", "code"], set_={"body": insert.excluded.body}
        )
        await self._write(branch, m.SceneSaved(scene=scene), actor, statement)
        return scene

    async def remove(self, branch: str, code: str, actor: Actor) -> None:
        """Take a branch's own version away; the shipped one, if any, holds again."""
        if (branch, code) not in self._own:
            raise Refused(m.UNKNOWN_SCENE, scene=code)
        s = t.scenes.c
        statement = sa.delete(t.scenes).where(s.branch == branch, s.code == code)
        await self._write(branch, m.SceneRemoved(scene=code), actor, statement)

    async def _write(
        self, branch: str, event: Event, actor: Actor, statement: sa.Executable
    ) -> None:
        await self._log.append(
            Append(
                stream=stream_of(branch),
                branch=branch,
                events=[event],
                time_ms=self._clock.now_ms(),
                actor=actor.name,
                work=lambda c: c.execute(statement).rowcount,
            )
        )

    def _follow(self, one: Recorded) -> None:
        if isinstance(one.event, m.SceneSaved):
            self._own[one.branch, one.event.scene.code] = one.event.scene
        elif isinstance(one.event, m.SceneRemoved):
            self._own.pop((one.branch, one.event.scene), None)

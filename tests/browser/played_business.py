"""Business that a browser test plays: small scenarios in force, and actions whose end the test says."""

from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from tests.browser.hall_server import EAST, HallServer
from tests.journeys.conftest import Played
from tingtang.journeys import tables as t
from tingtang.journeys.actions import Action, Actions, Done
from tingtang.journeys.desk import JourneyDesk
from tingtang.journeys.library import Library, VersionState, closure, version_row
from tingtang.journeys.service import JourneyService
from tingtang.journeys.views import JourneyRow
from tingtang.kernel.log import Append
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.kernel.text import Text

SCENARIOS = Path(__file__).parent / "scenarios"
VERSION = 100
"""Above all that ships."""
EFFECTS = ("test.save", "test.send", "test.block")


class PlayedBusiness:
    """The scenarios of this folder on a running server."""

    def __init__(self, server: HallServer) -> None:
        self.server = server
        self.played: dict[str, Played] = {}
        server.run(self._install())

    async def _install(self) -> None:
        parts = self.server.app.parts
        actions = parts.service("actions", Actions)
        for name in EFFECTS:
            self.played[name] = Played()
            actions.register(Action(name=name, about=Text(name), perform=self.played[name]))
        library = parts.service("library", Library)
        files = {path.name: path.read_text() for path in SCENARIOS.glob("*.bpmn")}
        now_ms = self.server.clock.now_ms()
        rows: list[dict[str, Any]] = []
        for name in files:
            scenario = name.removesuffix(".bpmn")
            body = msgspec.json.encode(closure(scenario, files)).decode()
            rows.append(version_row(scenario, VERSION, VersionState.RELEASED, "test", body, now_ms))
        await parts.log.append(
            Append(
                stream="journeys/library", branch="", events=(), actor="test", time_ms=now_ms,
                work=lambda c: c.execute(sa.insert(t.scenarios), rows),
            )
        )  # fmt: skip
        await library.reload()

    def ends(self, action: str, *results: Any) -> None:
        """How an action ends the next times it is asked for."""
        self.played[action].results.extend(results)

    def journeys(self) -> list[JourneyRow]:
        """What has not ended in the branch, the newest change first."""
        desk = self.server.app.parts.service("journey_desk", JourneyDesk)
        return self.server.run(desk.of_branch(EAST, unended_only=True))

    def clear(self) -> None:
        """No journey of an earlier test is under way any more."""
        service = self.server.app.parts.service("journeys", JourneyService)

        async def work(row: JourneyRow) -> None:
            opened = await service.store.get(row.journey)
            if opened.journey.pending:
                await service.withdraw(row.journey, _holder(opened.journey.holder))
            await service.expire(row.journey)

        for row in self.journeys():
            self.server.run(work(row))


def _holder(name: str) -> Any:
    kind, _, id_ = name.partition(":")
    subject = id_ if kind == "customer" else ""
    return Actor(ActorKind(kind), id_, frozenset(), frozenset(Permission), None, subject)


VOUCHER = Done({"voucher": "V20260001"})

"""Virtual people who say yes where business asks for a second person and no visitor does."""

from collections.abc import Sequence
from contextlib import suppress

from tingtang.journeys.authorisation.policy import MAY_SAY_YES, Mode
from tingtang.journeys.authorisation.service import Authorisations
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Recorded
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import Actor, ActorKind, granted
from tingtang.org.model.records import StaffFacts
from tingtang.twin.agenda import Agenda

LOOK_SECONDS = 8.0
WAITS_MS, WAITS_FOR_PEOPLE_MS = 40_000, 4 * MINUTE_MS
"""How long a request is left to visitors: longer while one of them is at it."""
LOOKS_SECONDS = 15.0
"""How long somebody looks at the evidence."""
AT_IT_MS = 10 * MINUTE_MS


class Authorisers:
    """The centre's people, and a branch's managers with their PADs.

    They say yes to whatever nobody else has taken. Once a real person has answered a request, the
    next ones are theirs for much longer.
    """

    def __init__(
        self,
        authorisations: Authorisations,
        branch: BranchId,
        staff: Sequence[StaffFacts],
        agenda: Agenda,
    ) -> None:
        self._authorisations = authorisations
        self._branch = branch
        self._people = [
            Actor(
                ActorKind.STAFF, one.id, frozenset(one.roles), granted(frozenset(one.roles)),
                frozenset({branch}),
            )
            for one in staff
            if one.active and any(roles & set(one.roles) for roles in MAY_SAY_YES.values())
        ]  # fmt: skip
        self._agenda = agenda
        self._acting = ""
        self._people_until_ms = 0
        authorisations.host.on_change(self._notice_people)

    def begin(self) -> None:
        """Look around from now on."""
        self._agenda.after(LOOK_SECONDS, self._look)

    async def _look(self) -> None:
        self._agenda.after(LOOK_SECONDS, self._look)
        now_ms = self._agenda.clock.now_ms()
        waits_ms = WAITS_FOR_PEOPLE_MS if now_ms < self._people_until_ms else WAITS_MS
        for row in await self._authorisations.open_rows(self._branch):
            if row["taken_by"] or now_ms < row["asked_ms"] + waits_ms:
                continue
            await self._take(row["authorisation"], frozenset(map(Mode, row["modes"].split())))

    async def _take(self, request: str, modes: frozenset[Mode]) -> None:
        """Whoever of them may: not everybody may, who took part in the business."""
        for actor in self._people:
            if any(MAY_SAY_YES[mode] & actor.roles for mode in modes if mode in MAY_SAY_YES):
                with suppress(Refused):
                    self._acting = actor.name
                    await self._authorisations.take(request, actor)
                    self._agenda.after(LOOKS_SECONDS, lambda a=actor: self._say_yes(request, a))  # type: ignore[misc]
                    return

    async def _say_yes(self, request: str, actor: Actor) -> None:
        self._acting = actor.name
        await self._authorisations.give(request, actor)

    def _notice_people(self, _stream: str, events: Sequence[Recorded]) -> None:
        for recorded in events:
            if recorded.actor.startswith(f"{ActorKind.STAFF}:") and recorded.actor != self._acting:
                self._people_until_ms = recorded.time_ms + AT_IT_MS

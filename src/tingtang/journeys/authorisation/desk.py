"""What authorisers' screens read, and who stands beside a customer."""

from typing import Any

from tingtang.journeys.authorisation import views
from tingtang.journeys.authorisation.policy import Mode
from tingtang.journeys.authorisation.service import Authorisations, modes_of
from tingtang.journeys.authorisation.work import CentreSettings, WorkKind, kind_of
from tingtang.journeys.library import Library
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import Actor
from tingtang.kernel.text import Text
from tingtang.kernel.web import Door
from tingtang.org.directory import Directory
from tingtang.org.service import SignIn

SURFACE = "on_site"


class AuthorisationDesk:
    """Reads the queue with its names."""

    def __init__(
        self,
        authorisations: Authorisations,
        directory: Directory,
        library: Library,
        sign_in: SignIn,
    ) -> None:
        self._authorisations = authorisations
        self._directory = directory
        self._library = library
        self._sign_in = sign_in

    async def queue(self, actor: Actor, branch: BranchId | None) -> views.Queue:
        """What this person may answer."""
        rows = await self._authorisations.open_rows(branch)
        reach = actor.branches
        mine = [row for row in rows if reach is None or row["branch"] in reach]
        return views.queue(mine, self, modes_of(actor), await self._kinds(mine))

    async def _kinds(self, rows: list[dict[str, Any]]) -> dict[str, WorkKind]:
        """The kind of each piece of work."""
        found: dict[str, WorkKind] = {}
        for row in rows:
            if row["modes"] == Mode.WORK.value:
                work = (await self._authorisations.state(row["authorisation"])).work
                section = self._directory.section(row["branch"], CentreSettings)
                found[row["authorisation"]] = kind_of(section, work)
        return found

    async def hall(self, branch: BranchId) -> views.Queue:
        """What waits in a branch's hall."""
        rows = await self._authorisations.open_rows(branch)
        return views.queue(rows, self, frozenset({Mode.PAD, Mode.ON_SITE}))

    async def bell(self) -> views.Bell:
        """That the centre's queue has changed; each authoriser then reads their own part of it."""
        rows = await self._authorisations.open_rows()
        there = {Mode.REMOTE.value, Mode.WORK.value}
        waiting = [row for row in rows if there.intersection(row["modes"].split())]
        stamp = ",".join(f"{row['authorisation'][-8:]}{row['taken_by'][-4:]}" for row in waiting)
        return views.Bell(len(waiting), stamp)

    async def asked(self, authorisation: str) -> views.AskedView:
        """A request as the customer's terminal shows it."""
        state = await self._authorisations.state(authorisation)
        people = state.asked.people if state.asked is not None else 1
        return views.AskedView(
            authorisation=authorisation,
            standing=state.standing,
            modes=tuple(sorted(state.modes)),
            wanted=people - len(state.yes),
            asked_ms=state.asked_ms,
        )

    async def person(self, login: str, password: str, code: str, door: Door) -> Actor:
        """Who this is, by name and password; the session that proves it is ended at once. Refused as a
        sign-in is, by address as well.
        """
        door.knock()
        opened = await self._sign_in.staff.sign_in(login, password, code, SURFACE)
        identity = await self._sign_in.sessions.find(opened.token)
        await self._sign_in.staff.sign_out(identity)
        return identity.actor

    def branch(self, branch: str) -> Text:
        """The branch's name."""
        return self._directory.branch(branch).name

    def scenario(self, scenario: str) -> Text:
        """What the business is called."""
        try:
            return self._library.about(scenario).name
        except Refused:
            return Text(scenario)

    def staff(self, staff: str) -> str:
        """The person's name."""
        return self._directory.person(staff).name

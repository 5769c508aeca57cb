"""The second person at a door: their name and password, at the screen of the first."""

from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import Permission
from tingtang.kernel.web import Door
from tingtang.org.service import SignIn

SURFACE = "on_site"


class Witnesses:
    """Proves who they are."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in

    async def name(self, branch: BranchId, login: str, password: str, code: str, door: Door) -> str:
        """The actor's name; empty where nobody was named. The session that proves it is ended at
        once. Refused as a sign-in is, by address as well, or (forbidden) for who may not handle items here.
        """
        if not login:
            return ""
        door.knock()
        opened = await self._sign_in.staff.sign_in(login, password, code, SURFACE)
        identity = await self._sign_in.sessions.find(opened.token)
        await self._sign_in.staff.sign_out(identity)
        identity.actor.require(Permission.ITEM_HANDLE, branch)
        return identity.actor.name

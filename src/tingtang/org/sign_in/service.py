"""Everything about signing in, in one hand: what routes and other features call."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from tingtang.kernel.clock import HOUR_MS
from tingtang.kernel.feature import Parts
from tingtang.kernel.recurring import Recurring
from tingtang.org.directory import Directory
from tingtang.org.sign_in.cookies import Cookies
from tingtang.org.sign_in.credentials import Credentials
from tingtang.org.sign_in.demo import DemoLinks
from tingtang.org.sign_in.oidc import Oidc
from tingtang.org.sign_in.options import SignInOptions
from tingtang.org.sign_in.passwords import Passwords
from tingtang.org.sign_in.phones import Phones
from tingtang.org.sign_in.second_factor import SecondFactors
from tingtang.org.sign_in.sessions import Sessions
from tingtang.org.sign_in.staff import StaffSignIn
from tingtang.org.sign_in.terminals import Terminals
from tingtang.org.sign_in.tokens import DoorCodes, Links, Signer

logger = logging.getLogger(__name__)


class SignIn:
    """The parts of sign-in, built together."""

    def __init__(self, parts: Parts, directory: Directory, options: SignInOptions) -> None:
        log, wall, hall, ids = parts.log, parts.wall_clock, parts.clock, parts.ids
        signer = Signer(parts.vault)
        self.cookies = Cookies(is_tls=options.is_tls)
        self.links = Links(
            signer,
            lambda branch: directory.branch(branch).time_zone,
            options.public_url,
            options.messages_url,
        )
        self.sessions = Sessions(parts.database, directory, signer, wall, hall)
        self.passwords = Passwords(options.password_hasher)
        credentials = Credentials(log, wall, hall, parts.vault)
        factors = SecondFactors(credentials, directory, self.sessions, wall, parts.vault)
        self.staff = StaffSignIn(
            credentials,
            factors,
            self.sessions,
            self.passwords,
            directory,
            wall,
            ids,
            idle_ms=options.staff_idle_ms,
            longest_ms=options.staff_longest_ms,
        )
        self.terminals = Terminals(log, wall, hall, ids, directory, self.sessions)
        doors = DoorCodes(parts.vault)
        self.phones = Phones(
            log, wall, hall, ids, directory, self.sessions, signer, doors, options.public_url
        )
        self.demo = DemoLinks(
            log, wall, directory, self.staff, self.terminals, is_demo=parts.is_demo
        )
        self.oidc = Oidc(options.oidc, self.staff, directory, signer, wall)
        self._tasks: set[asyncio.Task[None]] = set()
        self._tidying = Recurring(
            "ended sessions", HOUR_MS / 1000, self.staff.forget_ended, at_once=True
        )
        self.sessions.on_seen = self._write_seen

    async def start(self) -> None:
        """Learn which links are dead, and tidy up now and then."""
        await self.phones.load()
        await self._tidying.start()

    async def stop(self) -> None:
        """Let what is being written finish."""
        await self._tidying.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.passwords.close()

    def _write_seen(self, session: str, seen_ms: int) -> None:
        self._spawn(self.staff.write_seen(session, seen_ms))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("sign-in could not write something down", exc_info=error)

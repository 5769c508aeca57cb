"""Reads request bodies that may be too large, or come too slowly."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from tingtang.http.problems import TOO_LARGE
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import Actor, ActorKind

STAFF = ActorKind.STAFF
BODY_MAX_BYTES = 1_000_000
"""The largest body that staff may send: a floor plan of a large branch is a tenth of it."""
BODY_MAX_BYTES_OTHERS = 32_000
"""The same for terminals, customers and those we do not know."""
BODY_SECONDS_MAX = 10.0
LOOK_SECONDS = 1.0
"""How often it is looked whether a body is overdue."""
TOO_SLOW_MARK = "the body came too slowly"


DEVICE_FILES = "/api/device-files/"
"""Where devices send pictures and logs, which they do under credentials of their own: the route
reads nothing of a body before it has checked those."""


ANSWERS = ("/api/journeys/", "/answers")
"""A step of a journey may ask a known machine or phone for a picture."""


def body_max(actor: Actor, path: str = "") -> int:
    """The largest body in bytes that this actor may send."""
    if actor.kind is STAFF or path.startswith(DEVICE_FILES):
        return BODY_MAX_BYTES
    is_answer = path.startswith(ANSWERS[0]) and path.endswith(ANSWERS[1])
    is_known = actor.kind in (ActorKind.TERMINAL, ActorKind.CUSTOMER)
    return BODY_MAX_BYTES if is_answer and is_known else BODY_MAX_BYTES_OTHERS


class Bodies:
    """Reads whole bodies. One look a second over those under way costs a request almost nothing,
    where a timer each is a tenth of a ticket.
    """

    def __init__(self) -> None:
        self._reading: dict[asyncio.Task[Any], float] = {}
        self._is_looking = False

    async def read(self, receive: Callable[[], Awaitable[dict[str, Any]]], actor: Actor) -> bytes:
        """The whole body. Refused where it is too large; TimeoutError after ten seconds or so."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a body is read within a task")
        self._reading[task] = time.monotonic()
        if not self._is_looking:
            self._look()
        try:
            message = await receive()
            body: bytes = message.get("body", b"")
            if not message.get("more_body"):
                return body
            parts, size, limit = [body], len(body), body_max(actor)
            while message.get("more_body"):
                message = await receive()
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > limit:
                    raise Refused(TOO_LARGE, bytes=limit)
            return b"".join(parts)
        except asyncio.CancelledError as cancelled:
            if cancelled.args == (TOO_SLOW_MARK,):
                task.uncancel()
                raise TimeoutError from cancelled
            raise
        finally:
            del self._reading[task]

    def _look(self) -> None:
        overdue = time.monotonic() - BODY_SECONDS_MAX
        for task, since in self._reading.items():
            if since < overdue:
                task.cancel(TOO_SLOW_MARK)
        self._is_looking = bool(self._reading)
        if self._is_looking:
            asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

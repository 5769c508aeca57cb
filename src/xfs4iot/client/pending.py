"""A command that was sent: its acknowledgement, its events, its completion."""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from xfs4iot.errors import REJECTIONS, OutcomeUnknown, Rejected, from_completion
from xfs4iot.messages import Message, Payload

log = logging.getLogger("xfs4iot.client")

EVENTS_MAX = 1_000
"""Events kept for one command; a device sends a handful, a keyboard one for each key."""


class Event(msgspec.Struct, frozen=True):
    """An event, with its name and payload as they came."""

    name: str
    payload: Payload


class Completion(msgspec.Struct, frozen=True):
    """A successful completion."""

    name: str
    request_id: int
    payload: Payload
    events: tuple[Event, ...] = ()
    """The command's events in the order they came."""


class Pending:
    """A command between being sent and being completed."""

    def __init__(
        self,
        name: str,
        request_id: int,
        timeout_ms: int,
        on_event: Callable[[Event], None] | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.name = name
        self.request_id = request_id
        self.timeout_ms = timeout_ms
        self.events: list[Event] = []
        self.events_dropped = 0
        self.acknowledged: asyncio.Future[None] = loop.create_future()
        self.completed: asyncio.Future[Completion] = loop.create_future()
        self._on_event = on_event

    def acknowledge(self, status: str | None, description: str) -> None:
        if self.acknowledged.done():
            return
        if status is None:
            self.acknowledged.set_result(None)
        else:
            refused = REJECTIONS.get(status)
            self.acknowledged.set_exception(
                refused(status, description) if refused else Rejected(status, description)
            )

    def add_event(self, event: Event) -> None:
        if len(self.events) >= EVENTS_MAX:
            self.events_dropped += 1
            return
        self.events.append(event)
        if self._on_event is not None:
            try:
                self._on_event(event)
            except Exception:
                log.exception("the receiver of %s failed", event.name)

    def complete(self, message: Message) -> bool:
        """Take the completion; False when it came before the acknowledgement, and is taken too."""
        in_order = self.acknowledged.done()
        if not in_order:
            self.acknowledged.set_result(None)
        if not self.completed.done():
            header = message.header
            if header.completion_code == "success":
                self.completed.set_result(
                    Completion(self.name, self.request_id, message.payload, tuple(self.events))
                )
            else:
                self.completed.set_exception(
                    from_completion(
                        header.completion_code or "",
                        header.error_description or "",
                        message.payload,
                    )
                )
        return in_order

    def fail(self, reason: OutcomeUnknown) -> None:
        """The completion will not come."""
        for future in (self.acknowledged, self.completed):
            if not future.done():
                future.set_exception(reason)

    def drop(self) -> None:
        """Nobody waits any more; errors that nobody fetched are not worth a warning."""
        for future in (self.acknowledged, self.completed):
            if not future.done():
                future.cancel()
            elif not future.cancelled():
                future.exception()

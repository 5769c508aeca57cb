"""Live views: what screens watch, sent as a snapshot and then as merge patches (RFC 7396).

A view is a pure function of committed state. It is computed once per change for all who watch it:
the first change at once, then at most :data:`UPDATES_PER_SECOND_MAX` times a second. Each view
remembers its last patches, so that a screen whose link dropped resumes where it stopped; one that
was away too long, or that last spoke to another run of the server, gets a new snapshot.
"""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec

from tingtang.kernel.errors import NOT_FOUND, Refused
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.waiting import set_within

UPDATES_PER_SECOND_MAX = 20
PATCHES_KEPT = 256
"""Patches a view remembers for those who resume: about 13 s at full rate, minutes in a calm hall."""
IDLE_SECONDS = 30.0
"""How long a view without watchers is kept for one that comes back."""
AGAIN_SECONDS = 1.0
"""How long after a view could not be made it is tried again."""

logger = logging.getLogger(__name__)
JsonObject = dict[str, Any]
Compute = Callable[[str], Awaitable[msgspec.Struct | None]]


class Watcher(Protocol):
    """One connection's wish to see one view. ``send`` must not block."""

    def send(self, message: bytes) -> None: ...


async def _everybody(_actor: Actor, _key: str) -> bool:
    return True


class ViewType(msgspec.Struct, frozen=True):
    """A kind of view: its name, who may watch it, and how it is made.

    ``compute(key)`` gives the view's whole content from committed state, or None where there is no
    such thing. ``branch_of(key)`` names the branch that the permission must reach, "" where the
    permission alone will do; ``allow(actor, key)`` may refuse more (a customer's link watches its
    own ticket only).
    """

    name: str
    permission: Permission
    compute: Compute
    branch_of: Callable[[str], str] = lambda key: key.partition("/")[0]
    allow: Callable[[Actor, str], Awaitable[bool]] = _everybody


class _Channel:
    """One view that somebody watches."""

    def __init__(self, view: ViewType, key: str) -> None:
        self.view = view
        self.key = key
        self.watchers: dict[Watcher, None] = {}
        self.epoch = secrets.token_hex(8)
        """Versions count within one opening of the view; a later one begins anew."""
        self.data: JsonObject = {}
        self.version = 0
        self.patches: deque[tuple[int, bytes]] = deque(maxlen=PATCHES_KEPT)
        self.changed = asyncio.Event()
        self.task: asyncio.Task[None] | None = None


class LiveViews:
    """All views of one process."""

    def __init__(self) -> None:
        self._views: dict[str, ViewType] = {}
        self._channels: dict[tuple[str, str], _Channel] = {}
        self._of_branch: dict[str, dict[str, dict[_Channel, None]]] = {}
        """By branch, then by the name of the view."""
        self._opening: dict[tuple[str, str], asyncio.Lock] = {}
        self._touches = 0
        """How often anything was touched: whether something was while a view was made."""

    def register(self, view: ViewType) -> None:
        """Offer a view; called once a view at assembly."""
        self._views[view.name] = view

    def views(self) -> list[ViewType]:
        return list(self._views.values())

    @property
    def watching(self) -> int:
        """Watchers at this moment; shown as a metric."""
        return sum(len(channel.watchers) for channel in self._channels.values())

    def touch(self, name: str, key: str) -> None:
        """Tell that what the view shows may have changed. Costs nothing if nobody watches."""
        self._touches += 1
        channel = self._channels.get((name, key))
        if channel is not None:
            channel.changed.set()

    def touch_branch(self, branch: str, *names: str) -> None:
        """The same for every view of these names that belongs to ``branch``, whatever its key."""
        self._touches += 1
        watched = self._of_branch.get(branch)
        if watched is not None:
            for name in names:
                for channel in watched.get(name, ()):
                    channel.changed.set()

    async def watch(
        self, name: str, key: str, actor: Actor, watcher: Watcher, since: tuple[str, int] | None
    ) -> None:
        """Send a snapshot, or the patches missed since ``(epoch, version)``, and every change after.

        Raises :class:`Refused` if the view is unknown or the actor may not see it.
        """
        view = self._views.get(name)
        if view is None:
            raise Refused(NOT_FOUND, what=name)
        actor.require(view.permission, view.branch_of(key) or None)
        if not await view.allow(actor, key):
            raise Refused(NOT_FOUND, what=name)
        channel = await self._open(view, key)
        missed = None
        if since is not None and since[0] == channel.epoch:
            missed = _patches_since(channel, since[1])
        if missed is None:
            watcher.send(self._snapshot(channel))
        else:
            for patch in missed:
                watcher.send(patch)
        channel.watchers[watcher] = None

    def unwatch(self, name: str, key: str, watcher: Watcher) -> None:
        """Stop sending; the view is closed after a while if nobody else watches."""
        channel = self._channels.get((name, key))
        if channel is not None:
            channel.watchers.pop(watcher, None)
            if not channel.watchers:
                channel.changed.set()

    async def close(self) -> None:
        """Stop all views."""
        tasks = [c.task for c in self._channels.values() if c.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._channels.clear()
        self._of_branch.clear()

    async def _open(self, view: ViewType, key: str) -> _Channel:
        where = (view.name, key)
        async with self._opening.setdefault(where, asyncio.Lock()):
            channel = self._channels.get(where)
            if channel is None:
                touches = self._touches
                content = await view.compute(key)
                if content is None:
                    raise Refused(NOT_FOUND, what=view.name)
                channel = _Channel(view, key)
                channel.data = as_json_object(content)
                channel.version = 1
                self._channels[where] = channel
                watched = self._of_branch.setdefault(view.branch_of(key), {})
                watched.setdefault(view.name, {})[channel] = None
                if self._touches != touches:  # perhaps this view, which nobody had opened yet
                    channel.changed.set()
                channel.task = asyncio.create_task(self._follow(channel))
        self._opening.pop(where, None)
        return channel

    async def _follow(self, channel: _Channel) -> None:
        while True:
            if channel.watchers:
                await channel.changed.wait()
            elif not await set_within(channel.changed, IDLE_SECONDS) and not channel.watchers:
                self._forget(channel)
                return
            channel.changed.clear()
            try:
                content = await channel.view.compute(channel.key)
                if content is not None:
                    self._publish(channel, as_json_object(content))
            except Exception:
                logger.exception("view %s could not be made", channel.view.name)
                if not channel.watchers:  # whoever comes next opens it anew
                    self._forget(channel)
                    return
                channel.changed.set()  # what changed has not been shown yet
                await asyncio.sleep(AGAIN_SECONDS)
            await asyncio.sleep(1 / UPDATES_PER_SECOND_MAX)

    def _forget(self, channel: _Channel) -> None:
        self._channels.pop((channel.view.name, channel.key), None)
        branch, name = channel.view.branch_of(channel.key), channel.view.name
        watched = self._of_branch.get(branch, {})
        others = watched.get(name, {})
        others.pop(channel, None)
        if not others:
            watched.pop(name, None)
        if not watched:
            self._of_branch.pop(branch, None)

    def _publish(self, channel: _Channel, data: JsonObject) -> None:
        patch = merge_patch(channel.data, data)
        if not patch:
            return
        channel.data = data
        channel.version += 1
        message = msgspec.json.encode(
            {
                "op": "patch",
                "view": channel.view.name,
                "key": channel.key,
                "version": channel.version,
                "patch": patch,
            }
        )
        channel.patches.append((channel.version, message))
        for watcher in channel.watchers:
            watcher.send(message)

    def _snapshot(self, channel: _Channel) -> bytes:
        return msgspec.json.encode(
            {
                "op": "snapshot",
                "view": channel.view.name,
                "key": channel.key,
                "epoch": channel.epoch,
                "version": channel.version,
                "data": channel.data,
            }
        )


def _patches_since(channel: _Channel, version: int) -> list[bytes] | None:
    if version == channel.version:
        return []
    if version > channel.version or not channel.patches or channel.patches[0][0] > version + 1:
        return None
    return [message for number, message in channel.patches if number > version]


def as_json_object(content: msgspec.Struct) -> JsonObject:
    """The view's content as JSON data without nulls, which a merge patch could not express."""
    plain = msgspec.to_builtins(content, str_keys=True)
    return _without_nulls(plain)  # type: ignore[no-any-return]


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list | tuple):
        return [_without_nulls(item) for item in value]
    return value


def merge_patch(old: JsonObject, new: JsonObject) -> JsonObject:
    """The RFC 7396 merge patch that turns ``old`` into ``new``; empty where they are equal."""
    patch: JsonObject = {}
    for name, value in new.items():
        before = old.get(name)
        if before is value or before == value:
            continue
        if isinstance(value, dict) and isinstance(before, dict):
            patch[name] = merge_patch(before, value)
        else:
            patch[name] = value
    for name in old.keys() - new.keys():
        patch[name] = None
    return patch

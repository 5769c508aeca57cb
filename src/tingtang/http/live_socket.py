"""The live socket at ``/live``: one connection a page, many views on it.

Client to server, one JSON text a message::

    {"op": "watch", "view": ..., "key": ..., "since": {"epoch": ..., "version": ...} | null}
    {"op": "unwatch", "view": ..., "key": ...}
    {"op": "ping"}

Server to client: ``snapshot``, ``patch``, ``refused`` and ``pong``. What waits for a slow screen is
bounded: beyond the bound it is thrown away and, once the screen reads again, each of its views
starts anew with a snapshot.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec

from tingtang.http.problems import TOO_MANY, as_refused, bad_input
from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.live import LiveViews
from tingtang.kernel.web import language_of
from tingtang.org.sign_in.identity import Identity

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

WATCHES_MAX = 64
"""Views that one page may watch; the busiest needs about ten."""
MESSAGE_BYTES_MAX = 2_000
OUTBOX_MAX = 128
"""Messages waiting for one screen: several seconds of the liveliest page."""
OUTBOX_BYTES_MAX = 1_000_000
WORDS_PER_SECOND_MAX = 50
"""Messages a second that one page may send on average; the page sends a ping every ten seconds."""
CONNECTIONS_MAX = 5_000
CHECK_SECONDS = 2.0
"""How often connections are compared with their sessions."""

CLOSE_SESSION_OVER = 4401
CLOSE_FULL = 1013
CLOSE_BAD = 1008
CLOSE_RESTART = 1012

SESSION_OVER = Problem("session_over", 401, "登录已失效", "The session is over")

logger = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
PONG = _encode({"op": "pong"}).decode()


class Position(msgspec.Struct, frozen=True):
    epoch: str
    version: int


class Message(msgspec.Struct, frozen=True):
    """What a page may say."""

    op: Literal["watch", "unwatch", "ping"]
    view: str = ""
    key: str = ""
    since: Position | None = None


_decoder = msgspec.json.Decoder(Message)


class _Watch:
    """One view on one connection; the views' ``Watcher``."""

    __slots__ = ("connection", "is_stale", "key", "view")

    def __init__(self, connection: "Connection", view: str, key: str) -> None:
        self.connection = connection
        self.view = view
        self.key = key
        self.is_stale = False

    def send(self, message: bytes) -> None:
        self.connection.put(self, message)


class Connection:
    """One page's socket."""

    def __init__(self, live: LiveViews, identity: Identity, language: str, send: Send) -> None:
        self._live = live
        self.identity = identity
        self._language = language
        self._send = send
        self._watches: dict[tuple[str, str], _Watch] = {}
        self._outbox: deque[str] = deque()
        self._outbox_bytes = 0
        self._news = asyncio.Event()
        self.closing: int | None = None

    # -- from the views ---------------------------------------------------------------------

    def put(self, watch: _Watch, message: bytes) -> None:
        """Queue a message of one view; drop to a new snapshot where the screen is too slow."""
        if watch.is_stale:
            return
        size = len(message)
        if len(self._outbox) >= OUTBOX_MAX or (
            self._outbox and self._outbox_bytes + size > OUTBOX_BYTES_MAX
        ):
            self._outbox.clear()
            self._outbox_bytes = 0
            for one in self._watches.values():
                one.is_stale = True
            self._news.set()
            return
        self._outbox.append(message.decode())
        self._outbox_bytes += size
        self._news.set()

    def close(self, code: int) -> None:
        """Close soon, with ``code``."""
        self.closing = code
        self._news.set()

    # -- the writer --------------------------------------------------------------------------

    async def write(self) -> None:
        """Send what waits, until closed."""
        outbox, send = self._outbox, self._send
        while self.closing is None:
            await self._news.wait()
            self._news.clear()
            while outbox:
                text = outbox.popleft()
                self._outbox_bytes -= len(text)
                await send({"type": "websocket.send", "text": text})
            for watch in [w for w in self._watches.values() if w.is_stale]:
                await self._renew(watch)
        await send({"type": "websocket.close", "code": self.closing})

    async def _renew(self, watch: _Watch) -> None:
        """Start a view anew for a screen that was too slow for its patches."""
        self._live.unwatch(watch.view, watch.key, watch)
        watch.is_stale = False
        try:
            await self._live.watch(watch.view, watch.key, self.identity.actor, watch, None)
        except Refused as refused:
            self._refuse(watch.view, watch.key, refused)

    # -- the reader --------------------------------------------------------------------------

    async def hear(self, text: str | None) -> None:
        """Do what the page says; a refusal is told to it."""
        if text is None or len(text) > MESSAGE_BYTES_MAX:
            self.close(CLOSE_BAD)
            return
        try:
            message = _decoder.decode(text)
        except msgspec.MsgspecError as error:
            self._refuse("", "", bad_input(error))
            return
        if message.op == "ping":
            self._say(PONG)
        elif message.op == "watch":
            await self._watch(message)
        else:
            watch = self._watches.pop((message.view, message.key), None)
            if watch is not None:
                self._live.unwatch(message.view, message.key, watch)

    async def _watch(self, message: Message) -> None:
        name = (message.view, message.key)
        if (old := self._watches.pop(name, None)) is not None:
            self._live.unwatch(*name, old)
        watch = _Watch(self, *name)
        since = message.since
        try:
            if len(self._watches) >= WATCHES_MAX:
                raise Refused(TOO_MANY, seconds=1)  # noqa: TRY301 - told like any other refusal
            self._watches[name] = watch
            await self._live.watch(
                *name, self.identity.actor, watch, (since.epoch, since.version) if since else None
            )
        except Exception as error:
            self._watches.pop(name, None)
            self._refuse(*name, as_refused(error))

    def _refuse(self, view: str, key: str, refused: Refused) -> None:
        error = {"code": refused.code, "message": refused.message(self._language)}
        answer = {"op": "refused", "view": view, "key": key, "error": error}
        self._say(_encode(answer).decode())

    def _say(self, text: str) -> None:
        if len(self._outbox) < 2 * OUTBOX_MAX:  # a page that talks but does not listen
            self._outbox.append(text)
            self._outbox_bytes += len(text)
            self._news.set()

    def leave(self) -> None:
        """Stop watching everything."""
        for (view, key), watch in self._watches.items():
            self._live.unwatch(view, key, watch)
        self._watches.clear()


class LiveSocket:
    """All live connections of this process."""

    def __init__(self, live: LiveViews, is_valid: Callable[[Identity], bool]) -> None:
        self._live = live
        self._is_valid = is_valid
        self._connections: set[Connection] = set()
        self._checker: asyncio.Task[None] | None = None

    @property
    def connected(self) -> int:
        """Open connections; shown as a metric."""
        return len(self._connections)

    def start(self) -> None:
        """Begin to compare connections with their sessions."""
        self._checker = asyncio.create_task(self._check(), name="live-sessions")

    async def stop(self) -> None:
        """Tell every page to come back, and close."""
        if self._checker is not None:
            self._checker.cancel()
            await asyncio.gather(self._checker, return_exceptions=True)
        for connection in list(self._connections):
            connection.close(CLOSE_RESTART)
        await asyncio.sleep(0)

    def check_now(self) -> None:
        """Close the connections whose session is over; called at once after a revocation."""
        for connection in list(self._connections):
            if not self._is_valid(connection.identity):
                connection.close(CLOSE_SESSION_OVER)

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                self.check_now()
            except Exception:
                logger.exception("the live connections could not be compared with their sessions")

    async def serve(
        self, identity: Identity, accept_language: str, receive: Receive, send: Send
    ) -> None:
        """Serve one connection until it closes. The handshake has been checked by the caller."""
        if len(self._connections) >= CONNECTIONS_MAX:
            await send({"type": "websocket.close", "code": CLOSE_FULL})
            return
        await send({"type": "websocket.accept"})
        connection = Connection(self._live, identity, language_of(accept_language), send)
        self._connections.add(connection)
        writer = asyncio.create_task(connection.write())
        reader = asyncio.create_task(_read(connection, receive))
        try:
            await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._connections.discard(connection)
            connection.leave()
            reader.cancel()
            if connection.closing is not None:
                await asyncio.wait({writer}, timeout=1.0)
            writer.cancel()
            heard, _ = await asyncio.gather(reader, writer, return_exceptions=True)
        if isinstance(heard, Exception):
            raise heard


async def _read(connection: Connection, receive: Receive) -> None:
    """Hear the page until it goes or says too much."""
    loop = asyncio.get_running_loop()
    words, since = float(WORDS_PER_SECOND_MAX * 4), loop.time()
    while connection.closing is None:
        message = await receive()
        if message["type"] != "websocket.receive":
            return
        now = loop.time()
        words = min(words + (now - since) * WORDS_PER_SECOND_MAX, float(WORDS_PER_SECOND_MAX * 4))
        since = now
        if words < 1:
            connection.close(CLOSE_BAD)
            return
        words -= 1
        await connection.hear(message.get("text"))

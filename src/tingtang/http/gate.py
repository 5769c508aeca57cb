"""The outermost layer: every request passes here before a route sees it.

In order: which lane, who is asking, whether the page is ours, how often, how large; then the lane;
and every failure becomes an answer in the caller's language. Plain ASGI, because it is paid for by
every request.
"""

import asyncio
import functools
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from tingtang.http.bodies import BODY_SECONDS_MAX, body_max
from tingtang.http.fast_lane import FastLane
from tingtang.http.headers import (
    SAFE_METHODS,
    Header,
    Headers,
    require_own_page,
    security_headers,
    surface_of,
)
from tingtang.http.limits import RateLimit
from tingtang.http.live_socket import LiveSocket
from tingtang.http.metrics import RequestMetrics
from tingtang.http.problems import (
    JSON_TYPE,
    NO_ROUTE,
    TOO_LARGE,
    as_json,
    as_refused,
    retry_headers,
)
from tingtang.http.static import StaticPages
from tingtang.kernel.errors import BAD_INPUT, Refused
from tingtang.kernel.permissions import ActorKind
from tingtang.kernel.text import Text
from tingtang.kernel.web import language_of
from tingtang.org.sign_in.cookies import Cookies
from tingtang.org.sign_in.identity import STRANGER, Identifier, Identity

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Any, Any, Any], Awaitable[None]]

STAFF = ActorKind.STAFF
TOKEN_LENGTH_MAX = 400
SLOW_MS = 1_000.0

SERVED_HERE = ("/api/", "/health/", "/schema/", "/metrics", "/theme.css", "/enter/")
"""Paths that belong to routes; everything else is a page or a file."""

logger = logging.getLogger(__name__)


def token_of(headers: Headers, query: bytes, cookies: Cookies) -> tuple[str, bool]:
    """The caller's token and whether it came from a cookie; ("", False) if there is none."""
    authorization = headers.get(b"authorization")
    if authorization is not None and (bearer := _bearer(authorization)) is not None:
        return bearer, False
    cookie = headers.get(b"cookie")
    if cookie is None:
        return "", False
    surface = surface_of(headers, query)
    token = cookies.token(cookie.decode("latin-1"), surface)[:TOKEN_LENGTH_MAX]
    return token, bool(token)


@functools.lru_cache(maxsize=4096)
def _bearer(authorization: bytes) -> str | None:
    if authorization[:7].lower() != b"bearer ":
        return None
    return authorization[7 : 7 + TOKEN_LENGTH_MAX].decode("latin-1").strip()


class Gate:
    """The ASGI application that stands before all lanes."""

    def __init__(
        self,
        *,
        framework: Asgi,
        fast: FastLane,
        live: LiveSocket,
        pages: StaticPages,
        identifier: Identifier,
        metrics: RequestMetrics,
        is_tls: bool,
        origins: frozenset[bytes],
        public_limit: RateLimit,
        sign_in_limit: RateLimit,
        sign_in_routes: frozenset[tuple[str, str]],
        on_refused: Callable[[str], None],
    ) -> None:
        self._framework = framework
        self._fast = fast
        self._live = live
        self._pages = pages
        self._identifier = identifier
        self._metrics = metrics
        self._cookies = Cookies(is_tls=is_tls)
        self._origins = origins
        self._public_limit = public_limit
        self._sign_in_limit = sign_in_limit
        self._sign_in_routes = sign_in_routes
        self._on_refused = on_refused
        self._headers = security_headers(is_page=False, is_tls=is_tls)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http":
            return self._http(scope, receive, send)
        return self._websocket(scope, receive, send)

    # -- HTTP --------------------------------------------------------------------------------

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        method, path = scope["method"], scope["path"]
        headers: Headers = dict(scope["headers"])
        route, status = "static", 0
        identity = STRANGER
        answered: _Answered | None = None
        try:
            if not path.startswith(SERVED_HERE):
                status = await self._pages(method, path, headers, send)
                return
            token, from_cookie = token_of(headers, scope["query_string"], self._cookies)
            scope["token"] = token
            identity = self._identifier.known(token) or await self._find(token, scope)
            actor = identity.actor
            scope["actor"], scope["identity"] = actor, identity
            self._check(scope, headers, identity, from_cookie=from_cookie)
            limit = body_max(actor, path)
            _check_length(headers, limit)
            lane = self._fast.find(method, path)
            if lane is not None:
                handler, values, route = lane
                # It answers only when all is done, so a failure has not begun to answer.
                status = await handler(scope, headers, values, receive, send)
            else:
                scope["knock"] = lambda: self._sign_in_limit.take(_address(scope))
                scope["surface"] = surface_of(headers, scope["query_string"])
                answered = _Answered(send, self._headers)
                await self._framework(scope, _limited(receive, limit), answered)
                status, route = answered.status, scope.get("path_template") or "none"
        except Exception as error:
            if answered is not None and answered.status:
                # The answer has begun: all that is left is to cut it off.
                status = answered.status
                as_refused(error)
                raise
            refused = as_refused(error)
            status = refused.problem.status
            await self._refuse(send, refused, headers)
        finally:
            took_ms = (time.perf_counter() - started) * 1000
            self._metrics.count(route, method, status, took_ms)
            if status >= 500 or took_ms > SLOW_MS or logger.isEnabledFor(logging.DEBUG):
                level = logging.WARNING if status >= 500 or took_ms > SLOW_MS else logging.DEBUG
                logger.log(
                    level,
                    "%s %s answered %d in %.1f ms to %s",
                    method, route, status, took_ms, identity.actor.kind,
                )  # fmt: skip

    async def _find(self, token: str, scope: Scope) -> Identity:
        """Who holds a token that is not in memory."""
        # Only tokens we never saw cost a look into the database, so only they are counted.
        self._public_limit.take(_address(scope))
        return await self._identifier.find(token)

    def _check(
        self, scope: Scope, headers: Headers, identity: Identity, *, from_cookie: bool
    ) -> None:
        method = scope["method"]
        if method not in SAFE_METHODS:
            is_bearer = identity is not STRANGER and not from_cookie
            if not is_bearer:
                require_own_page(headers, self._origins, needs_mark=True)
        if (method, scope["path"]) in self._sign_in_routes:
            self._sign_in_limit.take(_address(scope))
        kind = identity.actor.kind
        if kind is STAFF:
            return
        if kind is ActorKind.NOBODY:
            if not scope["path"].startswith("/health/"):
                self._public_limit.take(_address(scope))
        elif kind is ActorKind.CUSTOMER:
            self._public_limit.take(identity.session or identity.actor.id)

    async def _refuse(self, send: Send, refused: Refused, headers: Headers) -> None:
        self._on_refused(refused.code)
        language = language_of(headers.get(b"accept-language", b"").decode("latin-1"))
        body = as_json(refused, language)
        answer: list[Header] = [
            JSON_TYPE,
            (b"content-length", b"%d" % len(body)),
            (b"content-language", language.encode()),
            *retry_headers(refused),
            *self._headers,
        ]
        await send(
            {"type": "http.response.start", "status": refused.problem.status, "headers": answer}
        )
        await send({"type": "http.response.body", "body": body})

    # -- WebSocket ---------------------------------------------------------------------------

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: Headers = dict(scope["headers"])
        try:
            _require_live(scope)
            require_own_page(headers, self._origins, needs_mark=False)
            token, _ = token_of(headers, scope["query_string"], self._cookies)
            identity = self._identifier.known(token) or await self._find(token, scope)
            if identity.actor.kind is ActorKind.NOBODY:
                self._public_limit.take(_address(scope))
        except Exception as error:
            as_refused(error)
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await receive()
        language = headers.get(b"accept-language", b"").decode("latin-1")
        await self._live.serve(identity, language, receive, send)


class _Answered:
    """Sends the framework's answer with our headers, and remembers its status (0: not begun)."""

    def __init__(self, send: Send, headers: list[Header]) -> None:
        self._send = send
        self._headers = headers
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = message["headers"]
            names = {name for name, _ in given}
            message["headers"] = [*given, *(h for h in self._headers if h[0] not in names)]
        await self._send(message)


def _require_live(scope: Scope) -> None:
    if scope["path"] != "/live":
        raise Refused(NO_ROUTE)


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def _check_length(headers: Headers, limit: int) -> None:
    length = headers.get(b"content-length")
    if length is None:
        return
    if not length.isdigit():
        raise Refused(
            BAD_INPUT, reason=Text("Content-Length 无效", "Content-Length is not a number")
        )
    if int(length) > limit:
        raise Refused(TOO_LARGE, bytes=limit)


def _limited(receive: Receive, limit: int) -> Receive:
    """The same ``receive``, which refuses a body that grows past ``limit`` or comes too slowly."""
    size = 0
    is_whole = False

    async def receive_limited() -> Message:
        nonlocal size, is_whole
        if is_whole:
            return await receive()
        async with asyncio.timeout(BODY_SECONDS_MAX):
            message = await receive()
        size += len(message.get("body", b""))
        is_whole = not message.get("more_body")
        if size > limit:
            raise Refused(TOO_LARGE, bytes=limit)
        return message

    return receive_limited

"""Builds the web application from its features; starts and stops it."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from litestar import Litestar
from litestar.openapi.spec import Tag

from tingtang import __version__
from tingtang.http import openapi, system_routes
from tingtang.http.bodies import Bodies
from tingtang.http.fast_lane import FastLane, compile_handler
from tingtang.http.features import FEATURES
from tingtang.http.framework import make_framework
from tingtang.http.gate import Gate, Receive, Scope, Send
from tingtang.http.headers import GETS_ONLY, security_headers
from tingtang.http.limits import RateLimit
from tingtang.http.live_socket import LiveSocket
from tingtang.http.metrics import RequestMetrics
from tingtang.http.options import WebOptions, sign_in_options
from tingtang.http.problems import NOT_READY, as_json
from tingtang.http.readiness import (
    Readiness,
    database_answers,
    log_writes,
    prepare_schema,
    schema_fits,
)
from tingtang.http.routes import DeclaredRoute, check_guarded, declared_routes
from tingtang.http.served import Served
from tingtang.http.static import StaticPages, static_folder
from tingtang.kernel.clock import Clock, SystemClock
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import EventTypes
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.housekeeping import Housekeeping
from tingtang.kernel.ids import Ids, RandomIds
from tingtang.kernel.live import LiveViews
from tingtang.kernel.log import EventLog
from tingtang.kernel.metrics import KernelMetrics
from tingtang.kernel.reactions import Reactions
from tingtang.kernel.vault import Vault
from tingtang.kernel.web import RequestKeys
from tingtang.org.sign_in.identity import Identifier, NobodyKnown

BURST_SECONDS = 10
"""How many seconds' worth of requests a caller may make at once."""

STOP_SECONDS = 20.0
"""How long a part may take to stop: after that the log is closed without it."""

logger = logging.getLogger(__name__)


class App:
    """The whole application: an ASGI callable that knows how to start and stop."""

    def __init__(
        self,
        parts: Parts,
        gate: Gate,
        live_socket: LiveSocket,
        readiness: Readiness,
        routes: list[DeclaredRoute],
        framework: Litestar,
    ) -> None:
        self.parts = parts
        self.live_socket = live_socket
        self.routes = routes
        self._framework = framework
        self._gate = gate
        self._readiness = readiness

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        if scope["type"] == "lifespan":
            return self._lifespan(receive, send)
        if self._readiness.is_started:
            return self._gate(scope, receive, send)
        return _refuse_not_ready(scope, receive, send)

    def description(self) -> dict[str, Any]:
        """The API's description (OpenAPI), as JSON data."""
        return openapi.document(self._framework)

    async def start(self) -> None:
        """Open the database, start the log, then every feature, then reactions."""
        parts = self.parts
        await asyncio.to_thread(prepare_schema, parts.database)
        await parts.log.start()
        for hook in parts.starts:
            await hook()
        await parts.reactions.start()
        self.live_socket.start()
        self._readiness.is_started = True

    async def stop(self) -> None:
        """Take no more, let what is on its way become durable, close."""
        parts = self.parts
        self._readiness.is_started = False
        for hook in (self.live_socket.stop, parts.reactions.stop, *reversed(parts.stops)):
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await hook()
            except Exception:
                logger.exception("a part could not stop")
        await parts.live.close()
        await parts.log.stop()
        await asyncio.to_thread(parts.database.close)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
        except Exception as error:
            logger.exception("the application could not start")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        with contextlib.suppress(Exception):
            await self.stop()
        await send({"type": "lifespan.shutdown.complete"})


async def _refuse_not_ready(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1012})
        return
    body = as_json(Refused(NOT_READY), "zh")
    headers = [(b"content-type", b"application/json"), (b"retry-after", b"2")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def build(
    options: WebOptions,
    *,
    vault: Vault,
    clock: Clock | None = None,
    wall_clock: Clock | None = None,
    ids: Ids | None = None,
    features: Sequence[Feature] = FEATURES,
) -> App:
    """Assemble the application. Nothing runs until :meth:`App.start` or the ASGI lifespan.

    Raises ``DatabaseInUse``, ``UnguardedRoute`` (a route says neither who nor why),
    ``NotFastEnough`` and ``LookupError`` (features in the wrong order).
    """
    clock = clock or SystemClock()
    database = Database(options.database_url)
    types = EventTypes()
    for feature in features:
        types.include(feature.events)
    log = EventLog(database, types, waiting_max=options.backlog_max)
    parts = Parts(
        database=database,
        log=log,
        clock=clock,
        wall_clock=wall_clock or SystemClock(),
        ids=ids or RandomIds(),
        live=LiveViews(),
        reactions=Reactions(log, clock),
        vault=vault,
        data_folder=options.data_folder,
        is_demo=options.is_demo,
        options=(sign_in_options(options), options.messages, options.mqtt, options.bank),
    )
    housekeeping = Housekeeping(log, clock, options.answers_kept_days)
    parts.on_start(housekeeping.start)
    parts.on_stop(housekeeping.stop)
    metrics, readiness = RequestMetrics(), Readiness()
    parts.offer("readiness", readiness)
    parts.offer("served", Served(metrics, options.metrics_token))
    try:
        for feature in features:
            feature.wire(parts)
        return _assemble(options, parts, features, metrics, readiness)
    except BaseException:
        database.close()
        raise


def _assemble(
    options: WebOptions,
    parts: Parts,
    features: Sequence[Feature],
    metrics: RequestMetrics,
    readiness: Readiness,
) -> App:
    tags = [Tag(name=f.name, description=f"{f.about.zh} · {f.about.en}") for f in features]
    description = openapi.Description()
    parts.offer("description", description)
    kernel_metrics = KernelMetrics(parts.log)
    metrics.registry.register(kernel_metrics)
    keys = RequestKeys(parts.vault.secret("request-keys"))
    framework = make_framework(
        [
            *(("", route) for route in system_routes.ROUTES),
            *((feature.name, route) for feature in features for route in feature.routes),
        ],
        parts.services,
        parts.clock.now_ms,
        openapi.config(tags, __version__),
        kernel_metrics.refused,
        keys,
    )
    description.app = framework
    routes = declared_routes(framework)
    check_guarded(routes)
    fast, bodies = FastLane(), Bodies()
    answer_headers = security_headers(is_page=False, is_tls=options.is_tls)
    posted_headers = [header for header in answer_headers if header[0] not in GETS_ONLY]
    for route in routes:
        if route.is_fast:
            handler = compile_handler(
                route.handler,
                route.path,
                parts.services,
                parts.clock.now_ms,
                answer_headers if route.method == "GET" else posted_headers,
                bodies.read,
                keys,
            )
            fast.add(route.method, route.path, handler)

    identifier: Identifier = parts.services.get("identifier") or NobodyKnown()
    live_socket = LiveSocket(parts.live, identifier.is_valid)
    identifier.on_end(live_socket.check_now)
    parts.services["live_socket"] = live_socket
    readiness.add("database", lambda: database_answers(parts.database))
    readiness.add("schema", lambda: schema_fits(parts.database))
    readiness.add("log", lambda: log_writes(parts.log, parts.clock))
    _show(metrics, parts, live_socket)
    gate = Gate(
        framework=framework,
        fast=fast,
        live=live_socket,
        pages=StaticPages(
            options.static_folder or static_folder(),
            security_headers(is_page=True, is_tls=options.is_tls),
        ),
        identifier=identifier,
        metrics=metrics,
        is_tls=options.is_tls,
        origins=frozenset(origin.encode() for origin in options.origins),
        public_limit=RateLimit(
            options.public_per_second, options.public_per_second * BURST_SECONDS
        ),
        sign_in_limit=RateLimit(options.sign_ins_per_minute / 60, options.sign_ins_per_minute),
        sign_in_routes=frozenset(
            (route.method, route.path) for route in routes if route.options.get("sign_in")
        ),
        on_refused=kernel_metrics.refused,
    )
    return App(parts, gate, live_socket, readiness, routes, framework)


def _show(metrics: RequestMetrics, parts: Parts, live_socket: LiveSocket) -> None:
    gauges: tuple[tuple[str, str, Callable[[], float]], ...] = (
        ("tingtang_live_connections", "Open live sockets", lambda: live_socket.connected),
        ("tingtang_live_watching", "Views watched on them", lambda: parts.live.watching),
    )
    for name, about, value in gauges:
        metrics.gauge(name, about, value)

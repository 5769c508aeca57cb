"""Serves the application with uvicorn: uvloop, httptools, and sockets without compression."""

import asyncio
import gc
from collections.abc import Callable
from pathlib import Path

import msgspec
import uvicorn

from tingtang.http.app import App
from tingtang.http.live_socket import MESSAGE_BYTES_MAX

GC_THRESHOLDS = (50_000, 20, 100)
"""Rarer collections: what lives long was frozen at the start, what is left dies by itself."""
STOP_SECONDS = 10
BACKLOG = 2_048
CONNECTIONS_MAX = 10_000


class TlsFiles(msgspec.Struct, frozen=True):
    """A certificate with its chain, and its key, as PEM files."""

    certificate: Path
    key: Path


class _Server(uvicorn.Server):
    """Settles the garbage collector once it listens, and tells that it does."""

    def __init__(self, config: uvicorn.Config, on_listening: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._on_listening = on_listening

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.should_exit:
            return
        # All that was made so far stays until the end: keep the collector from looking at it.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        if self._on_listening is not None:
            self._on_listening()


def make_server(
    app: App,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    tls: TlsFiles | None = None,
    proxies: str = "",
    on_listening: Callable[[], None] | None = None,
) -> uvicorn.Server:
    """A server for ``app``. ``proxies`` are the addresses whose X-Forwarded-For is believed."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",  # measured: fewer microseconds a message than the others
        ws_max_size=MESSAGE_BYTES_MAX * 8,
        ws_per_message_deflate=False,  # a patch is smaller than what compression costs
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        backlog=BACKLOG,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=STOP_SECONDS,
        ssl_certfile=None if tls is None else str(tls.certificate),
        ssl_keyfile=None if tls is None else str(tls.key),
    )
    return _Server(config, on_listening)


def serve(
    app: App,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    tls: TlsFiles | None = None,
    proxies: str = "",
    on_listening: Callable[[], None] | None = None,
) -> None:
    """Serve until told to stop (SIGTERM, SIGINT). ``on_listening`` runs once requests are taken."""
    server = make_server(
        app, host=host, port=port, tls=tls, proxies=proxies, on_listening=on_listening
    )
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(server.serve())

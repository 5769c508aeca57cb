"""The reference bank over HTTP, on a socket of its own.

::

    POST /v1/trades/{name}      {"booking": {...}, "trade": {...}}    200 done, 409 declined
    GET  /v1/traces/{trace}                                           200, 409, 404 never seen
    POST /v1/reversals          {"trace", "booking", "reason"}        200, 409
    POST /v1/looks/{name}       {...}                                 200, 409
    GET  /v1/health
    POST, DELETE /v1/faults     only where it was started with them

Every request bears the token. Requests that arrive together share one commit.
"""

import asyncio
import contextlib
import hmac
import logging
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import uvicorn

from tingtang.bank.port import Booking
from tingtang.bank.reference.counter import Answer, BankCounter, batch
from tingtang.bank.reference.faults import Fault, Faults, When
from tingtang.bank.reference.security import SoftwareSecurity
from tingtang.bank.reference.store import Store
from tingtang.kernel.clock import Clock
from tingtang.kernel.errors import Trouble

logger = logging.getLogger(__name__)
BODY_BYTES_MAX = 64 * 1024
BATCH_MAX = 64
WAITING_MAX = 10_000
STOP_SECONDS = 2
SILENT_SECONDS = 60.0
"""How long a request that is never answered is held at most."""
FILE, KEYS = "bank.db", "bank-keys.json"
ZONE = "Asia/Shanghai"


class _Trade(msgspec.Struct):
    booking: Booking
    trade: dict[str, Any] = {}


class _Reversal(msgspec.Struct):
    trace: str
    booking: Booking
    reason: str = ""


class _Asked(NamedTuple):
    do: Callable[[], Answer]
    answer: "asyncio.Future[Answer]"


class BankAddressTaken(Trouble):
    """Somebody else listens where the bank should."""


class BankServer:
    """An ASGI application over one bank's file; :meth:`start` serves it."""

    def __init__(
        self, folder: Path, clock: Clock, token: str, *, host: str = "127.0.0.1", port: int = 0,
        with_faults: bool = False,
    ) -> None:  # fmt: skip
        self._folder, self._clock, self._token = folder, clock, token.encode()
        self._host, self._port = host, port
        self.faults = Faults() if with_faults else None
        self._bank: BankCounter | None = None
        self._waiting: asyncio.Queue[_Asked] = asyncio.Queue(WAITING_MAX)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="bank")
        self._tasks: list[asyncio.Task[None]] = []
        self._server: uvicorn.Server | None = None
        self.base = ""

    @property
    def bank(self) -> BankCounter:
        """What stands behind the wires, to be used through :meth:`run` only."""
        if self._bank is None:
            raise RuntimeError("the bank has not started")
        return self._bank

    async def start(self, found: Callable[[BankCounter, int], None]) -> None:
        """Open the books, let ``found`` fill them where they are new, and listen."""
        loop, now_ms = asyncio.get_running_loop(), self._clock.now_ms()
        listening = _listen(self._host, self._port)

        def opened() -> BankCounter:
            bank = BankCounter(
                Store(self._folder / FILE), SoftwareSecurity(self._folder / KEYS), ZONE
            )
            with bank.store.transaction():
                found(bank, now_ms)
            return bank

        try:
            self._bank = await loop.run_in_executor(self._thread, opened)
        except BaseException:
            listening.close()
            raise
        host, port = listening.getsockname()[:2]
        self.base = f"http://{host}:{port}"
        config = uvicorn.Config(
            self, log_config=None, lifespan="off", access_log=False, server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        # Signals are for the server that people started, not for this one beside it.
        self._server.capture_signals = contextlib.nullcontext  # type: ignore[assignment, method-assign]
        self._tasks = [
            asyncio.create_task(self._server.serve(sockets=[listening]), name="bank"),
            asyncio.create_task(self._work(), name="bank books"),
        ]
        while not self._server.started:  # noqa: ASYNC110 - uvicorn tells in no other way
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Answer what was taken, then close the books."""
        if self._server is not None and self._tasks:
            self._server.should_exit = True
            await self._tasks[0]
            self._tasks[1].cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._tasks[1]
        if self._bank is not None:
            bank, loop = self._bank, asyncio.get_running_loop()
            await loop.run_in_executor(self._thread, bank.store.close)
        self._thread.shutdown(wait=True)

    async def run(self, do: Callable[[], Answer]) -> Answer:
        """Do something with the books, in its turn; answered once it is on disk."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        await self._waiting.put(_Asked(do, answer))
        return await answer

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            asked = [await self._waiting.get()]
            while len(asked) < BATCH_MAX and not self._waiting.empty():
                asked.append(self._waiting.get_nowait())
            done = [one.do for one in asked]
            try:
                answers = await loop.run_in_executor(self._thread, batch, self.bank, done)
            except Exception as error:
                logger.exception("the reference bank could not write")
                answers = [error] * len(asked)
            for one, answer in zip(asked, answers, strict=True):
                if one.answer.done():
                    continue
                if isinstance(answer, Exception):
                    one.answer.set_exception(answer)
                else:
                    one.answer.set_result(answer)

    # -- HTTP -----------------------------------------------------------------------------------

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            part = await receive()
            if part["type"] == "http.disconnect":
                return
            body += part.get("body", b"")
            if len(body) > BODY_BYTES_MAX:
                await _send(send, Answer(413, {"error": "too long"}))
                return
            if not part.get("more_body"):
                break
        given = dict(scope["headers"]).get(b"authorization", b"")
        if not hmac.compare_digest(given, b"Bearer " + self._token):
            await _send(send, Answer(401, {"error": "token"}))
            return
        path = scope["path"].strip("/").split("/", 2)
        name = path[2] if len(path) > 2 else ""
        when = self.faults.next(name) if self.faults and path[1:2] != ["faults"] else None
        if when in {When.BEFORE, When.DROP_BEFORE, When.BUSY}:
            await self._fail(when, receive, send)
            return
        try:
            answer = await self._route(scope["method"], path[1] if path[1:] else "", name, body)
        except msgspec.MsgspecError as error:
            answer = Answer(422, {"error": str(error)})
        except Exception:
            logger.exception("the reference bank failed")
            answer = Answer(500, {"error": "the bank failed; nothing was done"})
        if when is not None:
            await self._fail(when, receive, send)
            return
        await _send(send, answer)

    async def _fail(self, when: When | None, receive: Any, send: Any) -> None:
        if when is When.BUSY:
            await _send(send, Answer(503, {"error": "busy"}))
            return
        if when in {When.DROP_BEFORE, When.DROP_AFTER}:
            # An answer that was begun and not ended: the server closes the connection.
            headers = [(b"content-length", b"100")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SILENT_SECONDS):
                while (await receive())["type"] != "http.disconnect":
                    pass

    async def _route(self, method: str, what: str, name: str, body: bytes) -> Answer:
        bank, now_ms = self.bank, self._clock.now_ms()
        match method, what:
            case "POST", "trades":
                asked = msgspec.json.decode(body, type=_Trade)
                check_trace(asked.booking.trace)
                return await self.run(lambda: bank.trade(name, asked.trade, asked.booking, now_ms))
            case "GET", "traces":
                return await self.run(lambda: bank.query(name))
            case "POST", "reversals":
                given = msgspec.json.decode(body, type=_Reversal)
                check_trace(given.booking.trace)
                check_trace(given.trace)
                return await self.run(
                    lambda: bank.reverse(given.trace, given.booking, given.reason, now_ms)
                )
            case "POST", "looks":
                fields = msgspec.json.decode(body, type=dict[str, Any])
                return await self.run(lambda: bank.look(name, fields, now_ms))
            case "GET", "health":
                return await self.run(bank.health)
            case "POST", "faults" if self.faults is not None:
                self.faults.add(msgspec.json.decode(body, type=Fault))
                return Answer(200, {})
            case "DELETE", "faults" if self.faults is not None:
                self.faults.clear()
                return Answer(200, {})
        return Answer(404, {"error": "unknown"})


def check_trace(trace: str) -> None:
    """A trace has 1 to 120 characters."""
    if not 1 <= len(trace) <= 120:
        raise msgspec.ValidationError("a trace has 1 to 120 characters")


def _listen(host: str, port: int) -> socket.socket:
    # Said to be TCP, or asyncio would not turn off Nagle's algorithm on its connections.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(256)
    except OSError as error:
        listening.close()
        raise BankAddressTaken(
            f"参考银行无法在 {host}:{port} 监听：{error.strerror}",
            f"the reference bank cannot listen on {host}:{port}: {error.strerror}",
        ) from None
    return listening


async def _send(send: Any, answer: Answer) -> None:
    body = msgspec.json.encode(answer.body)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

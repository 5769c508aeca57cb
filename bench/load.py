"""A load of HTTP requests over kept connections, light enough to leave the server the bottleneck."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec


class Answers(msgspec.Struct):
    """What a load came to."""

    seconds: float
    count: int
    statuses: dict[int, int]
    latencies_ms: list[float]
    bodies: list[bytes]

    @property
    def per_second(self) -> float:
        return self.count / self.seconds

    def quantile_ms(self, share: float) -> float:
        """The latency within which ``share`` of the answers came."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class _Connection(asyncio.Protocol):
    """One kept connection with one request under way at a time."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error or ConnectionResetError())

    def ask(self, request: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiting

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._buffer[:end]).lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._buffer) < end + 4 + length:
            return
        body = bytes(self._buffer[end + 4 : end + 4 + length])
        del self._buffer[: end + 4 + length]
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.set_result((int(head[9:12]), body))

    def close(self) -> None:
        self._transport.close()


def post(port: int, path: str, body: bytes, token: str) -> bytes:
    """The bytes of a request."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def load(
    port: int,
    connections: int,
    requests: Callable[[int, int], bytes | None],
    *,
    count: int = 0,
    seconds: float = 0.0,
    keep: bool = False,
) -> Answers:
    """Ask from so many connections at once until ``count`` answers or ``seconds`` are over.

    ``requests(connection, n)`` makes the n-th request of a connection; None ends it.
    """
    loop = asyncio.get_running_loop()
    answers = Answers(0.0, 0, {}, [], [])
    asked = 0
    start = time.perf_counter()

    async def one(number: int) -> None:
        nonlocal asked
        _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
        turn = 0
        while (not count or asked < count) and (
            not seconds or time.perf_counter() - start < seconds
        ):
            request = requests(number, turn)
            if request is None:
                break
            asked += 1
            turn += 1
            began = time.perf_counter()
            status, body = await connection.ask(request)
            answers.latencies_ms.append((time.perf_counter() - began) * 1000)
            answers.statuses[status] = answers.statuses.get(status, 0) + 1
            answers.count += 1
            if keep:
                answers.bodies.append(body)
        connection.close()

    await asyncio.gather(*(one(n) for n in range(connections)))
    answers.seconds = time.perf_counter() - start
    return answers


def run_load(*arguments: Any, **options: Any) -> Answers:
    """:func:`load` in a loop of its own, on the second core."""
    import uvloop

    if len(os.sched_getaffinity(0)) > 1 or 1 not in os.sched_getaffinity(0):
        os.sched_setaffinity(0, {1})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(load(*arguments, **options))


@contextlib.contextmanager
def served(*arguments: str) -> Iterator[dict[str, Any]]:
    """A server in its own process; gives the line it printed, and stops it at the end."""
    process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{arguments} did not start")
        yield {"pid": process.pid, **msgspec.json.decode(line)}
    finally:
        process.terminate()
        process.wait(timeout=20)

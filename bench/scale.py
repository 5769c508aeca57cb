"""Many branches in one process, a growing log, and many screens."""

import asyncio
import os
import statistics
import time
from pathlib import Path
from typing import Any

import msgspec
import uvloop
import websockets

from bench.load import _Connection, post, run_load, served
from bench.report import Figure

BRANCHES, COMMANDS_A_SECOND, SECONDS = 1_000, 1_500, 20.0
BODY = msgspec.json.encode({"services": ["cash"]})


def _rss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def branches() -> list[Figure]:
    """1,000 branches in one process: commands a second over HTTP, and its memory."""
    with served("bench.world", "--branches", str(BRANCHES), "--counters", "4") as facts:
        os.sched_setaffinity(0, {1})
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            done, refused = runner.run(_work(facts))
        memory = _rss_mb(facts["pid"])
    return [
        Figure(
            f"commands/s over HTTP to {BRANCHES} branches in one process ÷ {COMMANDS_A_SECOND}",
            done / SECONDS / COMMANDS_A_SECOND,
            at_least=1.0,
            detail=f"{done / SECONDS:.0f}/s carried out, {refused} refused",
        ),
        Figure("its memory ÷ 1 GB", memory / 1024, at_most=1.0, detail=f"{memory:.0f} MB resident"),
    ]


async def _work(facts: dict[str, Any]) -> tuple[int, int]:
    """64 connections go round the branches: take a ticket, finish one and call the next."""
    port, token = facts["port"], facts["token"]
    loop = asyncio.get_running_loop()
    until = time.perf_counter() + SECONDS
    counts = {True: 0, False: 0}

    async def one(first: int) -> None:
        _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
        present: dict[int, str | None] = {}
        number = first
        while time.perf_counter() < until:
            ticket = post(port, f"/api/branches/b{number}/tickets", BODY, token)
            status, _ = await connection.ask(ticket)
            counts[status == 201] += 1
            body = msgspec.json.encode({"finish": present.get(number)})
            path = f"/api/branches/b{number}/counters/b{number}-1/call"
            status, answer = await connection.ask(post(port, path, body, token))
            counts[status == 200] += 1
            present[number] = msgspec.json.decode(answer).get("ticket")
            number = number + 64 if number + 64 < BRANCHES else first
        connection.close()

    await asyncio.gather(*(one(n) for n in range(64)))
    return counts[True], counts[False]


def growth() -> list[Figure]:
    """What an append costs early and late in the log's life."""
    with served("bench.world", "--branches", "50") as facts:
        port, token = facts["port"], facts["token"]

        def request(connection: int, turn: int) -> bytes:
            number = (connection * 7 + turn) % 50
            return post(port, f"/api/branches/b{number}/tickets", BODY, token)

        early = run_load(port, 32, request, count=6_000)
        run_load(port, 64, request, count=90_000)
        late = run_load(port, 32, request, count=6_000)
    return [
        Figure(
            "time for a command after 100,000 events ÷ at the start",
            early.per_second / late.per_second,
            at_most=1.5,
            detail=f"{early.per_second:.0f}/s early, {late.per_second:.0f}/s late",
        )
    ]


SCREENS, SCREEN_BRANCHES, RATE, WATCH_SECONDS = 1_000, 50, 300, 12.0


def screens() -> list[Figure]:
    """1,000 boards in 50 branches while 300 commands a second run: from answer to screen."""
    arguments = ("bench.world", "--branches", str(SCREEN_BRANCHES), "--counters", "4")
    with served(*arguments) as facts:
        os.sched_setaffinity(0, {1})
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            delays = runner.run(_watch(facts))
    ordered = sorted(delays)
    p99 = ordered[int(0.99 * len(ordered))]
    return [
        Figure(
            "99th percentile from a command's answer to its change on a screen ÷ 100 ms",
            p99 / 100,
            at_most=1.0,
            detail=f"{p99:.0f} ms; median {statistics.median(ordered):.0f} ms; "
            f"{len(ordered)} changes seen on {SCREENS} screens",
        )
    ]


async def _watch(facts: dict[str, Any]) -> list[float]:
    port, token = facts["port"], facts["token"]
    answered: dict[tuple[int, int], float] = {}
    seen: list[tuple[int, int, float]] = []
    calls = [0] * SCREEN_BRANCHES
    ready = asyncio.Semaphore(0)
    decoder = msgspec.json.Decoder()

    async def screen(number: int) -> None:
        branch = number % SCREEN_BRANCHES
        headers = {"Authorization": f"Bearer {token}"}
        async with websockets.connect(
            f"ws://127.0.0.1:{port}/live", additional_headers=headers, max_size=2**22,
            compression=None, ping_interval=None, open_timeout=60,
        ) as socket:  # fmt: skip
            watch = {"op": "watch", "view": "hall.board", "key": f"b{branch}", "since": None}
            await socket.send(msgspec.json.encode(watch).decode())
            await socket.recv()
            ready.release()
            async for message in socket:
                now = time.perf_counter()
                patch = decoder.decode(message).get("patch", {})
                if "last_call" in patch:
                    seen.append((branch, patch["last_call"], now))

    tasks = [asyncio.create_task(screen(n)) for n in range(SCREENS)]
    for _ in range(SCREENS):
        await asyncio.wait_for(ready.acquire(), 60)

    async def command(branch: int, connection: _Connection, present: dict[int, Any]) -> None:
        for turn in range(int(WATCH_SECONDS * RATE / SCREEN_BRANCHES / 2)):
            due = start + (turn + branch / SCREEN_BRANCHES) * SCREEN_BRANCHES * 2 / RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await connection.ask(post(port, f"/api/branches/b{branch}/tickets", BODY, token))
            counter = 1 + turn % 4
            body = msgspec.json.encode({"finish": present.get(counter)})
            path = f"/api/branches/b{branch}/counters/b{branch}-{counter}/call"
            _, answer = await connection.ask(post(port, path, body, token))
            now = time.perf_counter()
            present[counter] = decoder.decode(answer).get("ticket")
            if present[counter]:
                calls[branch] += 1
                answered[branch, calls[branch]] = now

    loop = asyncio.get_running_loop()
    connections = [
        (await loop.create_connection(_Connection, "127.0.0.1", port))[1]
        for _ in range(SCREEN_BRANCHES)
    ]
    start = time.perf_counter()
    await asyncio.gather(*(command(b, connections[b], {}) for b in range(SCREEN_BRANCHES)))
    await asyncio.sleep(1.0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return [
        max(0.0, (at - answered[branch, call]) * 1000)
        for branch, call, at in seen
        if (branch, call) in answered
    ]

"""Tickets issued durably over HTTP by one process: against Flask + SQLAlchemy, and the floor."""

import statistics
from typing import Any

import msgspec

from bench.load import post, run_load, served
from bench.report import Figure

CONNECTIONS, BRANCHES = 64, 16
"""A small bank in one process; 100,000 tickets in one hall are issued by :func:`invariants`."""
SECONDS, ROUNDS = 2.5, 7
BODY = msgspec.json.encode({"services": ["cash"]})


def _rate(facts: dict[str, Any], connections: int, seconds: float) -> float:
    requests = [
        post(facts["port"], f"/api/branches/b{n}/tickets", BODY, facts.get("token", ""))
        for n in range(BRANCHES)
    ]
    answers = run_load(
        facts["port"], connections, lambda n, _: requests[n % BRANCHES], seconds=seconds
    )
    if set(answers.statuses) != {201}:
        raise RuntimeError(f"not all were issued: {answers.statuses}")
    return answers.per_second


def speed() -> list[Figure]:
    """Ours, the floor and the peer by turns, so that a busy moment hits all alike."""
    with (
        served("bench.world", "--branches", str(BRANCHES)) as ours,
        served("bench.world", "--floor") as floor,
        served("bench.peers.flask_tickets") as peer,
    ):
        for facts in (ours, floor, peer):
            _rate(facts, 1 if facts is peer else 16, 1.0)
        rates: dict[str, list[float]] = {"ours": [], "floor": [], "peer": []}
        for _ in range(ROUNDS):
            rates["ours"].append(_rate(ours, CONNECTIONS, SECONDS))
            rates["floor"].append(_rate(floor, CONNECTIONS, SECONDS))
            rates["peer"].append(_rate(peer, 4, SECONDS))
    median = {name: statistics.median(values) for name, values in rates.items()}
    # What one round shares (a busy neighbour, a slow disk) cancels out of its ratio.
    to_peer, to_floor = (
        statistics.median(a / b for a, b in zip(rates["ours"], rates[other], strict=True))
        for other in ("peer", "floor")
    )
    return [
        Figure(
            "tickets/s ÷ Flask + SQLAlchemy with a commit a request",
            to_peer,
            at_least=10,
            aim=15,
            detail=f"{median['ours']:.0f}/s against {median['peer']:.0f}/s",
        ),
        Figure(
            "tickets/s ÷ plain ASGI route on the same server and log",
            to_floor,
            at_least=0.6,
            aim=0.75,
            detail=f"{median['ours']:.0f}/s against {median['floor']:.0f}/s",
        ),
    ]


def invariants() -> list[Figure]:
    """100,000 tickets from 64 connections, then 32 counters calling without pause."""
    with served("bench.world", "--counters", "32") as facts:
        request = post(facts["port"], "/api/branches/b0/tickets", BODY, facts["token"])
        issued = run_load(facts["port"], CONNECTIONS, lambda *_: request, count=100_000, keep=True)
        numbers = [msgspec.json.decode(body)["number"] for body in issued.bodies]
        present: dict[int, str | None] = {}
        calls: list[str] = []

        def call(counter: int, _turn: int) -> bytes | None:
            if len(calls) > 20_000:
                return None
            body = msgspec.json.encode({"finish": present.get(counter)})
            path = f"/api/branches/b0/counters/b0-{counter + 1}/call"
            return post(facts["port"], path, body, facts["token"])

        answers = _call_all(facts["port"], call, present, calls)
    return [
        Figure(
            "numbers given twice in 100,000 tickets from 64 connections",
            len(numbers) - len(set(numbers)),
            at_most=0,
            detail=f"{issued.per_second:.0f} tickets/s, {issued.statuses}",
        ),
        Figure(
            "customers called twice by 32 counters calling without pause",
            len(calls) - len(set(calls)),
            at_most=0,
            detail=f"{len(calls)} calls, {answers:.0f}/s",
        ),
    ]


def _call_all(port: int, call: Any, present: dict[int, str | None], calls: list[str]) -> float:
    import asyncio
    import time

    import uvloop

    from bench.load import _Connection

    async def run() -> None:
        loop = asyncio.get_running_loop()

        async def one(counter: int) -> None:
            _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
            while (request := call(counter, 0)) is not None:
                _, body = await connection.ask(request)
                ticket = msgspec.json.decode(body).get("ticket")
                present[counter] = ticket
                if ticket:
                    calls.append(ticket)
            connection.close()

        await asyncio.gather(*(one(n) for n in range(32)))

    start = time.perf_counter()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())
    return len(calls) / (time.perf_counter() - start)

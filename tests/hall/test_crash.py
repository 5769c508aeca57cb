"""A killed server: whatever was answered over HTTP is in the log, once, after every restart."""

import asyncio
import contextlib
import json
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.http.world import MORNING_MS
from tests.kernel.processes import start
from tingtang.kernel import log_tables as t
from tingtang.kernel.audit import verify
from tingtang.kernel.database import open_for_reading

KILLS = 3
TAKERS = 4
"""Connections on which tickets are taken at once."""
TICKETS = "/api/branches/east/tickets"


class Asked:
    """One request with its key. ``first`` is the first answer that arrived, if any did."""

    def __init__(self, token: str, path: str, body: dict[str, Any], number: int) -> None:
        self.path = path
        self.content = json.dumps(body).encode()
        self.headers = {
            "authorization": f"Bearer {token}",
            "content-type": "application/json",
            "idempotency-key": f"{path} {number}",
        }
        self.status = 0
        self.first = b""

    @property
    def answer(self) -> dict[str, Any]:
        return dict(json.loads(self.first))

    async def send(self, client: httpx.AsyncClient) -> bytes:
        """Ask, now or again; raises ``httpx.TransportError`` if no answer came."""
        answer = await client.post(self.path, content=self.content, headers=self.headers)
        if not self.first:
            self.status, self.first = answer.status_code, answer.content
        return answer.content


class Hall:
    """The people before the server's door: what they asked, and what they were told."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self._facts = facts
        self.taken: list[Asked] = []
        self.called: dict[str, list[Asked]] = {counter: [] for counter in facts["counters"]}

    async def load(self, client: httpx.AsyncClient) -> None:
        """Take tickets and call until the server goes away."""
        await asyncio.gather(
            *(self._take(client) for _ in range(TAKERS)),
            *(self._call(client, counter) for counter in self.called),
        )

    async def _take(self, client: httpx.AsyncClient) -> None:
        with contextlib.suppress(httpx.TransportError):
            while True:
                body = {"services": [random.choice(self._facts["services"])]}
                asked = Asked(self._facts["kiosk"], TICKETS, body, len(self.taken))
                self.taken.append(asked)
                await asked.send(client)

    async def _call(self, client: httpx.AsyncClient, counter: str) -> None:
        """One teller: finish with who is there and call the next."""
        path, calls = f"/api/branches/east/counters/{counter}/call", self.called[counter]
        with contextlib.suppress(httpx.TransportError):
            while True:
                present = calls[-1].answer.get("ticket") if calls else None
                asked = Asked(
                    self._facts["counters"][counter], path, {"finish": present}, len(calls)
                )
                calls.append(asked)
                await asked.send(client)
                if "ticket" not in asked.answer:
                    await asyncio.sleep(0.02)

    async def ask_again(self, client: httpx.AsyncClient) -> None:
        """Repeat what was left without an answer, and some of what had one: it is told the same."""
        everything = [*self.taken, *(one for calls in self.called.values() for one in calls)]
        open_ = [one for one in everything if not one.first]
        known = [one for one in everything if one.first and one.status < 300]
        for one in open_:
            await one.send(client)
        for one in random.sample(known, min(len(known), 20)) + [o for o in open_ if o.status < 300]:
            assert await one.send(client) == one.first

    def tickets(self) -> Counter[tuple[str, str]]:
        """Everybody who was told a ticket and its number."""
        assert {one.status for one in self.taken} == {201}
        answers = [one.answer for one in self.taken]
        return Counter((one["ticket"], one["number"]) for one in answers)

    def calls(self) -> Counter[tuple[str, str]]:
        """Every ticket that a counter was told to be its next, and that counter."""
        found = Counter[tuple[str, str]]()
        for counter, calls in self.called.items():
            for one in calls:
                assert one.status == 200 or one.answer["error"]["code"] == "nobody_waiting"
                if ticket := one.answer.get("ticket"):
                    found[ticket, counter] += 1
        return found


@contextlib.contextmanager
def served(folder: Path, shift_ms: int, turn: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The server on ``folder``; killed at the latest when the test lets go of it."""
    with start("tests.hall.hall_process", str(folder), str(shift_ms), turn) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            yield process, json.loads(line)
        finally:
            process.kill()


def logged(url: str) -> list[tuple[str, dict[str, Any]]]:
    """Type and body of every event of the hall's day, after an audit of the whole log."""
    engine = open_for_reading(url)
    query = sa.select(t.events.c.type, t.events.c.body).where(t.events.c.stream.like("hall/east/%"))
    with engine.begin() as connection:
        report = verify(connection)
        found = [(type_, json.loads(body)) for type_, body in connection.execute(query)]
    engine.dispose()
    assert report.ok, report.findings
    return found


def at(port: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30)


async def _kill_later(process: "subprocess.Popen[str]") -> None:
    await asyncio.sleep(random.uniform(0.2, 1.2))
    process.send_signal(signal.SIGKILL)


@pytest.mark.shows("R031", part="acknowledged calls survive a killed process")
@pytest.mark.shows("R027", part="acknowledged tickets survive a killed process, no number twice")
async def test_what_was_answered_survives_a_server_killed_under_load(
    seeded_bank: Path, tmp_path: Path
) -> None:
    for name in ("tingtang.db", "keys.json"):
        shutil.copy2(seeded_bank / name, tmp_path / name)
    shift_ms = MORNING_MS - time.time_ns() // 1_000_000
    hall: Hall | None = None
    for _ in range(KILLS):
        with served(tmp_path, shift_ms, "again" if hall else "first") as (process, facts):
            hall = hall or Hall(facts)
            async with at(facts["port"]) as client:
                await hall.ask_again(client)
                killing = asyncio.create_task(_kill_later(process))
                await hall.load(client)
                await killing
    assert hall is not None
    with served(tmp_path, shift_ms, "again") as (_, facts):
        async with at(facts["port"]) as client:
            await hall.ask_again(client)

    events = logged(f"sqlite:///{tmp_path / 'tingtang.db'}")
    issued = Counter((b["ticket"], b["number"]) for y, b in events if y == "hall.ticket_issued")
    called = Counter((b["ticket"], b["counter"]) for y, b in events if y == "hall.ticket_called")
    assert len(hall.tickets()) > KILLS * TAKERS
    assert len(hall.calls()) > KILLS
    # Everything asked has its answer by now, so the log holds that and nothing else, each once.
    assert issued == hall.tickets()
    assert called == hall.calls()
    assert max(Counter(number for _, number in issued.elements()).values()) == 1
    assert max(Counter(ticket for ticket, _ in called.elements()).values()) == 1

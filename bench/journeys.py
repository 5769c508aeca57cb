"""Journeys: a step's time at the 99th percentile, journeys a CPU-second, 10,000 in flight.

Every answer goes through the whole application (gate, permission, route, scenario, log, answer) and
is on disk, sealed, before the next screen is given. The peer is SpiffWorkflow used the way its
documents show: the whole workflow is loaded from JSON before each step and saved after it.
"""

import asyncio
import gc
import json
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
import uvloop
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from bench.report import Figure
from bench.world import found
from tingtang.http.app import App, build
from tingtang.http.options import WebOptions
from tingtang.http.server import GC_THRESHOLDS
from tingtang.journeys import tables as t
from tingtang.journeys.library import Library, VersionState, version_row
from tingtang.kernel.log import Append
from tingtang.kernel.vault import Suite, open_or_create_vault

STEPS = 10
JOURNEYS = 300
IN_FLIGHT = 10_000
TOGETHER = 16
AT_A_TIME = 4
"""People who press a button at the same moment; more would measure the queue they stand in."""
SAMPLED = 2_000
STEP_MS_MAX = 100.0
"""What people take for at once (Nielsen 1993, after Miller 1968)."""
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def speed() -> list[Figure]:
    """All figures of journeys."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        ours, p99_ms, held_mb = runner.run(_measure())
    peer = _peer()
    return [
        Figure(
            what="journeys a CPU-second, of a SpiffWorkflow that is saved as JSON after every step",
            value=ours / peer,
            at_least=1.0,
            detail=f"{ours:.0f} journeys of {STEPS} steps against {peer:.0f}",
        ),
        Figure(
            what=f"a step at the 99th percentile with {IN_FLIGHT} journeys in flight, of 100 ms",
            value=p99_ms / STEP_MS_MAX,
            at_most=1.0,
            detail=f"{p99_ms:.1f} ms, {AT_A_TIME} at a time, most of them walked again from disk",
        ),
        Figure(
            what=f"memory of {IN_FLIGHT} journeys in flight, of 1 GB",
            value=held_mb / 1000,
            at_most=1.0,
            detail=f"{held_mb:.0f} MB",
        ),
    ]


def _file() -> str:
    """A straight scenario of ten forms."""
    tasks, flows, before = [], [], "start"
    for number in range(STEPS):
        name = f"step{number}"
        tasks.append(
            f'<bpmn:userTask id="{name}" name="{name}"><bpmn:extensionElements><tt:screen>'
            f'<tt:title zh="第 {number} 步" en="Step {number}"/>'
            '<tt:field name="amount" kind="amount" zh="金额"/><tt:field name="note" zh="附言"/>'
            "</tt:screen></bpmn:extensionElements></bpmn:userTask>"
        )
        flows.append(f'<bpmn:sequenceFlow id="f{number}" sourceRef="{before}" targetRef="{name}"/>')
        before = name
    flows.append(f'<bpmn:sequenceFlow id="last" sourceRef="{before}" targetRef="end"/>')
    return (
        f'<bpmn:definitions xmlns:bpmn="{BPMN}" xmlns:tt="urn:tingtang:journeys:1" id="d" '
        'targetNamespace="urn:tingtang:scenarios"><bpmn:process id="ten" name="十步" '
        'isExecutable="true"><bpmn:extensionElements><tt:scenario channels="counter"/>'
        '</bpmn:extensionElements><bpmn:startEvent id="start"/>'
        + "".join(tasks)
        + '<bpmn:endEvent id="end"/>'
        + "".join(flows)
        + "</bpmn:process></bpmn:definitions>"
    )


class Teller:
    """Asks the application in this process, as one signed in."""

    def __init__(self, app: App, token: str) -> None:
        self._app = app
        self._head = [
            (b"host", b"127.0.0.1:1"), (b"authorization", b"Bearer " + token.encode()),
            (b"content-type", b"application/json"),
        ]  # fmt: skip

    async def post(self, path: str, body: Any) -> Any:
        """The answer to a request; every one must be accepted."""
        data = msgspec.json.encode(body)
        answer, status = b"", 0

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": data, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            nonlocal answer, status
            status = message.get("status", status)
            answer += message.get("body", b"")

        await self._app(
            {
                "type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
                "root_path": "", "scheme": "http", "http_version": "1.1", "query_string": b"",
                "headers": [*self._head, (b"content-length", b"%d" % len(data))],
                "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 1),
            },
            receive, send,
        )  # fmt: skip
        if status >= 400:
            raise RuntimeError(answer.decode())
        return msgspec.json.decode(answer)

    async def begin(self) -> dict[str, Any]:
        body = {"scenario": "ten", "channel": "counter"}
        begun: dict[str, Any] = await self.post("/api/branches/b0/journeys", body)
        return begun

    async def step(self, view: dict[str, Any]) -> dict[str, Any]:
        body = {"step": view["screen"]["step"], "values": {"amount": 12_345, "note": "房租"}}
        path = f"/api/journeys/{view['journey']}/answers"
        answered: dict[str, Any] = await self.post(path, body)
        return answered


async def _measure() -> tuple[float, float, float]:
    folder = Path(tempfile.mkdtemp())
    app = build(
        WebOptions(database_url=f"sqlite:///{folder}/t.db", is_demo=True),
        vault=open_or_create_vault(folder / "keys.json", Suite.AES_256_GCM, 1),
    )
    await app.start()
    try:
        teller = Teller(app, (await found(app, 1, 4))["token"])
        await _install(app)
        await _run(teller, 32)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)  # as the server does once it listens
        best = 0.0
        for _ in range(3):
            began = time.process_time()
            await _run(teller, JOURNEYS)
            best = max(best, JOURNEYS / (time.process_time() - began))
        before = _resident_mb()
        views = await _begun(teller, IN_FLIGHT)
        held = _resident_mb() - before
        p99_ms = await _random_steps(teller, views)
        return best, p99_ms, held
    finally:
        await app.stop()


async def _install(app: App) -> None:
    body = msgspec.json.encode({"ten.bpmn": _file()}).decode()
    row = version_row("ten", 1, VersionState.RELEASED, "bench", body, 0)
    await app.parts.log.append(
        Append(
            stream="journeys/library", branch="", events=(), time_ms=0, actor="bench",
            work=lambda c: c.execute(sa.insert(t.scenarios).values(row)),
        )
    )  # fmt: skip
    await app.parts.service("library", Library).reload()


async def _run(teller: Teller, journeys: int) -> None:
    """So many journeys from beginning to end, some at a time."""

    async def one() -> None:
        view = await teller.begin()
        for _ in range(STEPS):
            view = await teller.step(view)
        assert view["status"] == "done", view

    async def some(number: int) -> None:
        for _ in range(number):
            await one()

    await asyncio.gather(*(some(journeys // TOGETHER) for _ in range(TOGETHER)))


async def _begun(teller: Teller, number: int) -> list[dict[str, Any]]:
    views: list[dict[str, Any]] = []

    async def some() -> None:
        for _ in range(number // TOGETHER):
            views.append(await teller.step(await teller.begin()))

    await asyncio.gather(*(some() for _ in range(TOGETHER)))
    return views


async def _random_steps(teller: Teller, views: list[dict[str, Any]]) -> float:
    """The 99th percentile of a step of journeys drawn at random, in milliseconds."""
    draw = random.Random(1)
    chosen = draw.sample(range(len(views)), SAMPLED)
    took: list[float] = []

    async def some(mine: list[int]) -> None:
        for index in mine:
            began = time.perf_counter()
            await teller.step(views[index])
            took.append((time.perf_counter() - began) * 1000)

    await asyncio.gather(*(some(chosen[n::AT_A_TIME]) for n in range(AT_A_TIME)))
    return statistics.quantiles(took, n=100)[98]


def _peer() -> float:
    """Journeys a CPU-second of the same diagram, loaded and saved around every step."""
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(_file().encode()))
    spec, shared = parser.get_spec("ten"), parser.get_subprocess_specs("ten")
    serializer = BpmnWorkflowSerializer()
    rounds = 10
    began = time.process_time()
    for _ in range(rounds):
        flow = BpmnWorkflow(spec, shared)
        flow.do_engine_steps()
        kept = serializer.serialize_json(flow)
        for _ in range(STEPS):
            flow = serializer.deserialize_json(kept)
            task = flow.get_tasks(state=TaskState.READY, manual=True)[0]
            task.data.update(json.loads('{"amount": 12345, "note": "房租"}'))
            task.run()
            flow.do_engine_steps()
            kept = serializer.serialize_json(flow)
    return rounds / (time.process_time() - began)


def _resident_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0

"""The server under measurement: the real application with made-up branches, in its own process.

``python -m bench.world --branches 50`` prints one line of JSON when it listens: its port, tokens, and
the ids that the load needs. ``--floor`` serves instead the floor of this design: a plain ASGI route
on the same server and the same log that validates the same body, appends the same number of events
and answers.
"""

import argparse
import asyncio
import contextlib
import os
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from tingtang.hall.model.events import TicketIssued
from tingtang.hall.model.settings import Segment
from tingtang.hall.model.state import Channel
from tingtang.hall.routes.tickets import TicketRequest
from tingtang.hall.service import HallService
from tingtang.http.app import App, build
from tingtang.http.options import WebOptions
from tingtang.http.server import make_server
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, CounterId, RandomIds, ServiceId, TicketId, VisitId
from tingtang.kernel.log import Append
from tingtang.kernel.permissions import SYSTEM, Role
from tingtang.kernel.text import Text
from tingtang.kernel.vault import Suite, open_or_create_vault
from tingtang.org import changes as c
from tingtang.org.model.hours import Hours, Span
from tingtang.org.model.records import (
    Branch,
    Counter,
    CounterLevel,
    Service,
    SignOnRules,
    Staff,
    Unit,
    UnitKind,
    Zone,
    ZoneKind,
)
from tingtang.org.sign_in.service import SignIn
from tingtang.org.structure import OrgService

SERVICES = ("cash", "card", "loan")
ALWAYS_OPEN = Hours(week=((Span("00:00", "24:00"),),) * 7)


def service_records() -> list[Service]:
    """Three services of a usual length."""
    minutes = {"cash": 4, "card": 8, "loan": 20}
    return [
        Service(
            id=ServiceId(name),
            code=name,
            name=Text(name),
            group=Text("业务"),
            prefix="A",
            standard_ms=minutes[name] * 60_000,
        )
        for name in SERVICES
    ]


def branch_changes(number: int, counters: int) -> tuple[Branch, list[c.Change]]:
    """One branch with its counters, as records."""
    branch_id = BranchId(f"b{number}")
    services = tuple(map(ServiceId, SERVICES))
    branch = Branch(
        id=branch_id,
        code=f"b{number}",
        name=Text(f"第{number}支行"),
        unit="ho",
        services=services,
        hours=ALWAYS_OPEN,
    )
    zone = Zone(id=f"{branch_id}-z", branch=branch_id, kind=ZoneKind.COUNTERS, name=Text("柜台"))
    return branch, [
        c.save_branch(branch),
        c.save_zone(zone),
        *(
            c.save_counter(
                Counter(
                    id=CounterId(f"{branch_id}-{n}"),
                    branch=branch_id,
                    zone=zone.id,
                    sign=str(n),
                    level=CounterLevel.HIGH,
                    services=services,
                )
            )
            for n in range(1, counters + 1)
        ),
    ]


async def found(app: App, branches: int, counters: int) -> dict[str, Any]:
    """Write the bank, open its halls and counters, and sign somebody in who may do everything."""
    org: OrgService = app.parts.services["org"]
    hall: HallService = app.parts.services["hall"]
    sign_in: SignIn = app.parts.services["sign_in"]
    await org.save_unit(Unit(id="ho", kind=UnitKind.HEAD_OFFICE, name=Text("总行")), SYSTEM)
    for service in service_records():
        await org.save_service(service, SYSTEM)
    for number in range(branches):
        branch, changes = branch_changes(number, counters)
        await org.write(branch.id, changes, SYSTEM)
    chief = Staff(
        id="chief", unit="ho", roles=(Role.BRANCH_MANAGER,), name="测试", login="chief",
        sign_on=SignOnRules(),
    )  # fmt: skip
    people = app.parts.services["staff_records"]
    await people.put(chief, SYSTEM)
    clerks = [f"clerk{n}" for n in range(1, counters + 1)]
    for clerk in clerks:
        record = Staff(id=clerk, unit="ho", roles=(Role.TELLER_HIGH,), name=clerk, login=clerk)
        await people.put(record, SYSTEM)
    for number in range(branches):
        branch_id = BranchId(f"b{number}")
        with contextlib.suppress(Refused):  # it opened by itself
            await hall.open_day(branch_id)
        for n, clerk in enumerate(clerks, start=1):
            await hall.open_counter(branch_id, CounterId(f"{branch_id}-{n}"), clerk, SYSTEM)
    opened = await sign_in.staff.open("chief", "api", "bench")
    return {"token": opened.token, "branches": branches, "counters": counters}


class Floor:
    """Plain ASGI: validate the body, append one event to the branch's stream, answer. Nothing else."""

    def __init__(self, app: App) -> None:
        self._log = app.parts.log
        self._clock = app.parts.clock
        self._ids = RandomIds()
        self._decode = msgspec.json.Decoder(TicketRequest).decode
        self._encode = msgspec.json.Encoder().encode
        self._count = 0
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        branch = scope["path"].split("/")[3]
        body = (await receive())["body"]
        request = self._decode(body)
        self._count += 1
        now_ms = self._clock.now_ms()
        event = TicketIssued(
            ticket=TicketId(self._ids.new(now_ms)),
            number=f"A{self._count:03}",
            visit=VisitId(self._ids.new(now_ms)),
            services=tuple(request.services),
            segment=Segment.ORDINARY,
            channel=Channel.KIOSK,
        )
        await self._log.append(
            Append(
                stream=f"floor/{branch}", branch=branch, events=(event,), time_ms=now_ms, actor="a"
            )
        )
        answer = self._encode({"ticket": event.ticket, "number": event.number})
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--branches", type=int, default=1)
    parser.add_argument("--counters", type=int, default=4)
    parser.add_argument("--floor", action="store_true")
    given = parser.parse_args()
    os.sched_setaffinity(0, {0})
    folder = Path(tempfile.mkdtemp(prefix="tingtang-bench-"))
    vault = open_or_create_vault(folder / "keys.json", Suite.AES_256_GCM, 1)
    options = WebOptions(database_url=f"sqlite:///{folder}/t.db", is_demo=True)
    app = build(options, vault=vault)

    async def run() -> None:
        await app.start()
        facts = await found(app, given.branches, given.counters)
        served: Any = Floor(app) if given.floor else app
        server = make_server(served, port=0)
        server.config.lifespan = "off"
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        facts["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(msgspec.json.encode({"port": port, **facts}).decode(), flush=True)
        await task
        await app.stop()

    with asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(run())
    sys.exit(0)


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()


if __name__ == "__main__":
    main()

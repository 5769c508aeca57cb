"""A hall in a process of its own, to be killed: the real application on a seeded bank.

``python -m tests.hall.hall_process FOLDER SHIFT_MS first|again`` prints one line of JSON when it takes
requests: its port, and at the first start also the tokens of a kiosk and of the tellers at their
counters. ``SHIFT_MS`` is added to the machine's clock, so that it is a business day.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec

from tests.http.world import CHEAP
from tingtang.hall.service import HallService
from tingtang.http.app import App, build
from tingtang.http.options import WebOptions
from tingtang.http.server import make_server
from tingtang.kernel.clock import SystemClock
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.vault import open_vault
from tingtang.org.service import OrgService, SignIn, Terminal, find_demo_bank
from tingtang.org.sign_in.model.rules import TerminalKind

EAST = BranchId("east")


class ShiftedClock:
    def __init__(self, shift_ms: int) -> None:
        self._clock = SystemClock()
        self._shift_ms = shift_ms

    def now_ms(self) -> int:
        return self._clock.now_ms() + self._shift_ms


async def open_hall(app: App) -> dict[str, Any]:
    """Open the day, seat the tellers, and give the tokens of all who will ask."""
    org, sign_in = app.parts.service("org", OrgService), app.parts.service("sign_in", SignIn)
    hall = app.parts.service("hall", HallService)
    if (await hall.state(EAST)).setup is None:
        await hall.open_day(EAST)
    bank = find_demo_bank(org)
    assert bank is not None
    here = {counter.id for counter in org.directory.counters(EAST)}
    counters = {}
    for staff, counter in bank.seats.items():
        if counter in here:
            await hall.open_counter(EAST, counter, staff, SYSTEM)
            opened = await sign_in.staff.open(staff, "", "password")
            counters[counter] = opened.token
    terminal = Terminal(id="kiosk", branch=EAST, kind=TerminalKind.KIOSK, label="kiosk")
    kiosk = (await sign_in.terminals.enrol_at_once(terminal, "kiosk")).token
    served = set[str]().union(*(org.directory.counter(c).services for c in counters))
    return {"kiosk": kiosk, "counters": counters, "services": sorted(served)}


async def run(folder: Path, shift_ms: int, *, is_first: bool) -> None:
    clock = ShiftedClock(shift_ms)
    options = WebOptions(
        database_url=f"sqlite:///{folder / 'tingtang.db'}",
        data_folder=folder,
        password_hasher=CHEAP,
    )
    app = build(options, vault=open_vault(folder / "keys.json"), clock=clock, wall_clock=clock)
    await app.start()
    facts = await open_hall(app) if is_first else {}
    server = make_server(app, port=0)
    server.config.lifespan = "off"
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    print(msgspec.json.encode({"port": port, **facts}).decode(), flush=True)
    await serving
    await app.stop()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]), is_first=sys.argv[3] == "first"))

"""A process that carries out automations: for tests that kill it.

usage: python -m tests.automations.worker FOLDER COUNT

Takes 1 to COUNT from the account "in", a few at a time; each sets off an automation that gives 1 to
"first" and then 1 to "second". Prints a line for each run that ended, and ends when all did.
"""

import asyncio
import contextlib
import sys
from pathlib import Path

from tests.automations.bench import START_MS, Bench, made, sqlite
from tests.kernel.ledger import Taken
from tingtang.kernel.clock import ManualClock
from tingtang.kernel.log import Answered, Append, Key
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text

AT_ONCE = 5
"""Well below the length of an automation's queue."""
EVERY_MS = 7_000
"""Slow enough not to be taken for a flood. Each process begins at the same hour: its clock is set
back, as a machine's may be over a restart."""
AUTOMATION = {
    "mode": "queued",
    "triggers": [{"kind": "event", "event": "ledger.taken"}],
    "actions": [
        {"action": "give", "parameters": {"amount": 1, "account": "first"}},
        {"action": "give", "parameters": {"amount": 1, "account": "second"}},
    ],
}


async def run(folder: Path, count: int) -> None:
    bench = Bench(sqlite(folder), ManualClock(START_MS))
    bench.engine.offers.offer_event(Taken, Text("出账", "Money went out"))
    await bench.start()
    if "one" not in {one.id for one in bench.engine.book.of("b1")}:
        await bench.engine.save(made(**AUTOMATION), SYSTEM)
    for number in range(1, count + 1):
        bench.clock.at_ms = START_MS + number * EVERY_MS
        append = Append(
            stream="in", branch="b1", events=[Taken(amount=number)], time_ms=bench.clock.at_ms,
            actor="test", key=Key(f"in/{number}", ""),
        )  # fmt: skip
        with contextlib.suppress(Answered):
            await bench.log.append(append)
        while number - len(await bench.ended()) > AT_ONCE:
            await asyncio.sleep(0.002)
        print(number, flush=True)
    await bench.settled()
    await bench.stop()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2])))

"""A process that appends, and reacts to each event with an event of its own: for tests that kill it.

usage: python -m tests.kernel.reactor URL COUNT

Gives 1 to COUNT to the stream "in"; a reaction gives each amount on to the stream "out". Prints a
line for each amount given on, and ends when all were.
"""

import asyncio
import contextlib
import sys

from tests.kernel.ledger import TYPES, Given, give
from tingtang.kernel.clock import SystemClock
from tingtang.kernel.database import Database
from tingtang.kernel.log import Answered, EventLog, Key
from tingtang.kernel.reactions import Reactions, Trigger


async def run(url: str, count: int) -> None:
    database = Database(url)
    log = EventLog(database, TYPES)
    await log.start()
    reactions = Reactions(log, SystemClock())
    finished = asyncio.Event()

    async def give_on(trigger: Trigger) -> None:
        event = trigger.recorded.event
        if trigger.recorded.stream != "in" or not isinstance(event, Given):
            return
        with contextlib.suppress(Answered):
            await log.append(give("out", event.amount, key=trigger.key()))
        print(event.amount, flush=True)
        if event.amount == count:
            finished.set()

    reactions.register("give-on", [Given], give_on)
    await reactions.start()
    for amount in range(1, count + 1):
        with contextlib.suppress(Answered):
            await log.append(give("in", amount, key=Key(f"in/{amount}", "")))
    await finished.wait()
    await reactions.stop()
    await log.stop()
    database.close()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], int(sys.argv[2])))

"""A process that appends under load and says what was acknowledged: for tests that kill it.

usage: python -m tests.kernel.appender URL NAME STREAMS [COUNT]

Prints ``NAME stream sequence position`` after each durable append, one line each, and appends until
it has done COUNT of them or is killed. Every append carries a key; its retries after a restart are
part of the load.
"""

import asyncio
import sys

from tests.kernel.ledger import TYPES, give
from tingtang.kernel.database import Database
from tingtang.kernel.log import Answered, EventLog, Key


async def run(url: str, name: str, streams: int, count: int) -> None:
    database = Database(url)
    log = EventLog(database, TYPES)
    await log.start()
    numbers = iter(range(count))

    async def worker(stream: str) -> None:
        for number in numbers:
            append = give(stream, 1 + number % 7, key=Key(f"{name}/{log.head}/{number}", stream))
            try:
                appended = await log.append(append)
            except Answered:
                continue
            for r in appended.recorded:
                sys.stdout.write(f"{name} {r.stream} {r.sequence} {r.position}\n")
            sys.stdout.flush()

    await asyncio.gather(*(worker(f"s{i}") for i in range(streams)))
    await log.stop()
    database.close()


if __name__ == "__main__":
    _, url, name, streams, *count = sys.argv
    asyncio.run(run(url, name, int(streams), int(count[0]) if count else sys.maxsize))

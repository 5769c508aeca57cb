"""A process that appends under load and says what was acknowledged: for tests that kill it.

usage: python -m tests.kernel.appender URL NAME STREAMS [COUNT]

Gives the amounts 0, 1, 2, ... to each of so many streams at once, up to COUNT or until it is killed,
and prints ``NAME stream sequence position`` after each durable append. Each append carries a key made
of NAME, stream and amount: started again with the same NAME, it retries all it ever did, as a caller
would that does not know what became of its last requests.
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

    async def worker(stream: str) -> None:
        for amount in range(count):
            append = give(stream, amount, key=Key(f"{name}/{stream}/{amount}", ""))
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

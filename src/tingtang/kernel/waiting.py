"""To wait for something, but not for ever."""

import asyncio


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait until ``event`` is set; False if it was not within ``seconds``.

    Not by ``asyncio.wait_for``: up to Python 3.11 it may lose a cancellation that comes in the very
    moment in which the event is set (CPython issue 81839), and a loop that waits in it never stops.
    """
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True

"""Frames on a socket: eight decimal digits of length, then as many bytes."""

import asyncio

from tingtang.bank.identity.messages import BYTES_MAX, LENGTH_DIGITS, BadMessage


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """One message; raises :class:`BadMessage`, or ``IncompleteReadError`` at the line's end."""
    head = await reader.readexactly(LENGTH_DIGITS)
    if not head.isdigit() or not 0 < int(head) <= BYTES_MAX:
        raise BadMessage("a length that cannot be")
    return await reader.readexactly(int(head))


def frame(data: bytes) -> bytes:
    return f"{len(data):0{LENGTH_DIGITS}}".encode() + data

"""One end of an MQTT connection: bytes to packets, paced; the broker's and the client's share it."""

import asyncio
import socket
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from typing import cast

from tingtang.devices.model import mqtt_packets as mp

UNSENT_BYTES_MAX = 1_000_000
"""In the buffer of a connection; one whose other end does not read is closed."""


class PacketProtocol(asyncio.Protocol, ABC):
    """Hands whole packets to :meth:`take`, and rests when :meth:`rest_seconds` says so.

    While it rests it does not read, so that what the other end sends too fast stays there.
    """

    def __init__(self, packet_bytes_max: int) -> None:
        self.loop = asyncio.get_running_loop()
        self.heard_at = self.loop.time()
        """By the loop's clock."""
        self.is_open = False
        self.is_congested = False
        self._reader = mp.FrameReader(packet_bytes_max)
        self._unread: deque[bytes] = deque()
        self._frames: Iterator[mp.Frame] | None = None
        self._acks = bytearray()
        self._pause: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    # -- for a subclass ------------------------------------------------------------------------

    def opened(self) -> None:
        """The connection stands."""

    @abstractmethod
    def take(self, first: int, body: bytes) -> None:
        """One packet; may raise :class:`~tingtang.devices.model.mqtt_packets.Malformed`."""

    def rest_seconds(self) -> float | None:
        """After each packet: how long not to read, or None to go on."""
        return None

    def malformed(self, detail: str) -> None:
        """What was received is no MQTT; the connection is being cut."""

    def ended(self) -> None:
        """The connection is gone; called once."""

    # -- asyncio.Protocol ----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.is_open = True
        self.opened()

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.loop.time()
        self._unread.append(data)
        if self._pause is None:
            self._work()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.is_open = False
        if self._pause is not None:
            self._pause.cancel()
        self._unread.clear()
        self._frames = None
        self.ended()

    def pause_writing(self) -> None:
        self.is_congested = True

    def resume_writing(self) -> None:
        self.is_congested = False

    # -- sending -------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        transport = self._transport
        if transport is None or not self.is_open:
            return
        transport.write(data)
        if transport.get_write_buffer_size() > UNSENT_BYTES_MAX:
            self.cut()

    def close(self) -> None:
        """Close once what was sent has left."""
        self.is_open = False
        if self._transport is not None:
            self._transport.close()

    def cut(self) -> None:
        """Close at once: the other end does not read, or must not be heard any more."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    def is_silent(self, now: float, seconds: float) -> bool:
        """Nothing was heard for so long, though we would have read it."""
        return self._pause is None and now - self.heard_at > seconds

    def acknowledge(self, packet: int, kept: "asyncio.Future[None] | None") -> None:
        """Acknowledge a message of quality 1, once ``kept`` is done where there is one.

        Its sender may forget it once it is on disk, and not before: what could not be kept is
        not acknowledged, and comes again.
        """
        if kept is None or kept.done():
            self._after(kept, packet)
        else:
            kept.add_done_callback(lambda done: self._after(done, packet))

    # -- inside --------------------------------------------------------------------------------

    def _after(self, kept: "asyncio.Future[None] | None", packet: int) -> None:
        if kept is not None and (kept.cancelled() or kept.exception() is not None):
            return
        if not self._acks:  # those of one turn of the loop leave together
            self.loop.call_soon(self._send_acks)
        self._acks += mp.puback(packet)

    def _send_acks(self) -> None:
        acks, self._acks = bytes(self._acks), bytearray()
        self.send(acks)

    def _work(self) -> None:
        try:
            while self._frames is not None or self._unread:
                if self._frames is None:
                    self._frames = self._reader.feed(self._unread.popleft())
                for first, body in self._frames:
                    self.take(first, body)
                    if not self.is_open:
                        return
                    seconds = self.rest_seconds()
                    if seconds is not None:
                        self._rest(seconds)
                        return
                self._frames = None
        except mp.Malformed as malformed:
            self._frames = None
            self.malformed(str(malformed))
            self.cut()

    def _rest(self, seconds: float) -> None:
        if self._transport is not None:
            self._transport.pause_reading()
        self._pause = self.loop.call_later(seconds, self._go_on)

    def _go_on(self) -> None:
        self._pause = None
        self.heard_at = self.loop.time()
        if self._transport is None or not self.is_open:
            return
        self._transport.resume_reading()
        self._work()

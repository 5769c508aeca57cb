"""What the embedded broker remembers of its clients: subscriptions, messages on their way."""

from collections import deque
from typing import Protocol

import msgspec

from tingtang.devices.model import mqtt_packets as mp
from tingtang.devices.model.mqtt_topics import matches

PACKETS = 65_535
"""Numbers of packets are from 1 to this."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one client, and all of them, may take of the broker."""

    packet_bytes_max: int = 66_000
    """A payload of 64,000 bytes with its topic."""
    connections_max: int = 2_000
    strangers_max: int = 200
    """Connections that have not said yet who they are."""
    greeting_seconds: float = 10.0
    """Within which they must."""
    idle_seconds_max: float = 600.0
    """A client that asks for no or a longer keep-alive is closed after this silence."""
    packets_per_second: float = 200.0
    """Of one connection; what it sends faster stays in its own buffers."""
    packets_burst: float = 1_000.0
    subscriptions_max: int = 200
    inflight_max: int = 20
    waiting_max: int = 100
    """Messages kept for a client that is away or slow; the oldest give way."""
    away_seconds: float = 3_600.0
    """A session is kept for this long after its client has gone."""
    device_retained_max: int = 32
    gateway_retained_max: int = 5_000
    gateway_clients_max: int = 10
    flaps: int = 3
    flap_seconds: float = 60.0
    """So many take-overs within this time mean that two machines use one name."""


class Account(msgspec.Struct, frozen=True):
    """Who a client is. A device has one connection; a gateway's programs may have several."""

    user: str
    is_gateway: bool = False


class Outlet(Protocol):
    """A connection, as a session sees it."""

    @property
    def is_congested(self) -> bool: ...
    def send(self, data: bytes) -> None: ...
    def close(self) -> None: ...


class Subscription(msgspec.Struct, frozen=True):
    qos: int
    in_full: bool
    """A gateway that names its world in its topics gets them so."""


class Session:
    """One client's; it outlives a connection unless the client asked for a clean one."""

    __slots__ = (
        "_inflight_max", "_packet", "_waiting_max", "account", "connection", "gone_at",
        "inflight", "is_clean", "key", "lost", "received", "subscriptions", "waiting",
    )  # fmt: skip

    def __init__(self, key: str, account: Account, limits: Limits) -> None:
        self.key = key
        self.account = account
        self.connection: Outlet | None = None
        self.is_clean = True
        self.subscriptions: dict[str, Subscription] = {}
        self.inflight: dict[int, mp.Publish] = {}
        self.waiting: deque[mp.Publish] = deque()
        self.received: set[int] = set()
        """Numbers of messages of quality 2 whose release is awaited."""
        self.gone_at = 0.0
        self.lost = 0
        """Messages that gave way to newer ones."""
        self._packet = 0
        self._inflight_max = limits.inflight_max
        self._waiting_max = limits.waiting_max

    def wants(self, topic: str) -> Subscription | None:
        """The subscription of the highest quality that ``topic`` goes to [MQTT-3.3.5-1]."""
        found = [one for f, one in self.subscriptions.items() if matches(f, topic)]
        return max(found, key=lambda one: one.qos) if found else None

    def deliver(self, topic: str, payload: bytes, qos: int, retain: bool = False) -> bool:
        """Send a message, or keep it if its quality asks for that; False if it was let go."""
        message = mp.Publish(topic, payload, qos, retain)
        if qos:
            if len(self.waiting) >= self._waiting_max:
                self.waiting.popleft()
                self.lost += 1
            self.waiting.append(message)
            self.send_waiting()
            return True
        if self.connection is None or self.connection.is_congested:
            return False
        self.connection.send(mp.publish(message))
        return True

    def send_waiting(self) -> None:
        """Send what waits, as far as the client has acknowledged what came before."""
        while (
            self.waiting and self.connection is not None and len(self.inflight) < self._inflight_max
        ):
            message = self.waiting.popleft()
            self._packet = self._packet % PACKETS + 1
            while self._packet in self.inflight:
                self._packet = self._packet % PACKETS + 1
            message.packet = self._packet
            self.inflight[self._packet] = message
            self.connection.send(mp.publish(message))

    def send_again(self) -> None:
        """After a new connection: what was not acknowledged on the last one [MQTT-4.4.0-1]."""
        if self.connection is None:
            return
        for message in self.inflight.values():
            message.is_repeated = True
            self.connection.send(mp.publish(message))
        self.send_waiting()

    def acknowledged(self, packet: int) -> None:
        self.inflight.pop(packet, None)
        self.send_waiting()

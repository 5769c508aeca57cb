"""One client's connection to the embedded broker, within its limits."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from tingtang.devices.model import mqtt_packets as mp
from tingtang.devices.model.buckets import Bucket
from tingtang.devices.mqtt.protocol import PacketProtocol
from tingtang.devices.mqtt.sessions import Session

if TYPE_CHECKING:
    from tingtang.devices.mqtt.broker import Broker

RECEIVED_MAX = 100
"""Messages of quality 2 that a client may leave unreleased."""
_CONNECT_FIRST = bytes((mp.PacketType.CONNECT << 4,))
_TYPES: tuple[mp.PacketType | None, ...] = (
    None, *(mp.PacketType(number) for number in range(1, 15)), None
)  # fmt: skip
_FLAGS = {mp.PacketType.PUBREL: 2, mp.PacketType.SUBSCRIBE: 2, mp.PacketType.UNSUBSCRIBE: 2}
"""Reserved flags of a packet's first byte [MQTT-2.2.2-2]; all others are 0."""


class Connection(PacketProtocol):
    """From the first byte to the last."""

    def __init__(self, broker: "Broker") -> None:
        limits = broker.limits
        super().__init__(limits.packet_bytes_max)
        self._broker = broker
        self._bucket = Bucket.full(limits.packets_per_second, limits.packets_burst, self.heard_at)
        self._is_first = True
        self._greeting: asyncio.TimerHandle | None = None
        self.session: Session | None = None
        self.will: mp.Will | None = None
        self.idle_seconds = limits.greeting_seconds

    def opened(self) -> None:
        if not self._broker.opened(self):
            self.close()
            return
        self._greeting = self.loop.call_later(self._broker.limits.greeting_seconds, self.cut)

    def data_received(self, data: bytes) -> None:
        if self.session is None and self._is_first and data[:1] != _CONNECT_FIRST:
            self.cut()  # no MQTT: HTTP, TLS where none is spoken, a scan of ports
            return
        self._is_first = False
        super().data_received(data)

    def ended(self) -> None:
        self._greeted()
        self._broker.closed(self)

    def malformed(self, detail: str) -> None:
        self._broker.malformed(self, detail)

    def rest_seconds(self) -> float | None:
        if self._bucket.take(self.loop.time()):
            return None
        self._broker.flooded(self)
        return self._bucket.seconds_until(self._bucket.burst / 4)

    def take(self, first: int, body: bytes) -> None:
        kind = _TYPES[first >> 4]
        if self.session is None:
            if first != _CONNECT_FIRST[0]:
                raise mp.Malformed("something else than CONNECT [MQTT-3.1.0-1]")
            self._take_connect(mp.read_connect(body))
            return
        if kind is mp.PacketType.PUBLISH:
            self._take_publish(self.session, mp.read_publish(first, body))
            return
        take = None if kind is None else _TAKERS.get(kind)
        if kind is None or take is None or first & 0x0F != _FLAGS.get(kind, 0):
            raise mp.Malformed("no packet that a client may send now")
        take(self, self.session, body)

    def _greeted(self) -> None:
        if self._greeting is not None:
            self._greeting.cancel()
            self._greeting = None

    def _take_connect(self, asked: mp.Connect) -> None:
        code = self._broker.connect(self, asked)
        if code is not mp.ConnectCode.ACCEPTED:
            self.send(mp.connack(code))
            self.close()
            return
        self._greeted()
        longest = self._broker.limits.idle_seconds_max
        self.idle_seconds = min(longest, asked.keep_alive_s * 1.5 or longest)  # [MQTT-3.1.2-24]

    def _take_publish(self, session: Session, message: mp.Publish) -> None:
        if message.qos < 2:
            kept = self._broker.publish_from(session, message)
            if message.qos:
                self.acknowledge(message.packet, kept)
            return
        if message.packet not in session.received:
            if len(session.received) >= RECEIVED_MAX:
                raise mp.Malformed("too many messages that are not released")
            session.received.add(message.packet)
            self._broker.publish_from(session, message)
        self.send(mp.pubrec(message.packet))

    def _take_subscribe(self, session: Session, body: bytes) -> None:
        packet, filters = mp.read_subscribe(body)
        granted = [self._broker.subscribe(session, one, qos) for one, qos in filters]
        self.send(mp.suback(packet, granted))
        for (one, _), code in zip(filters, granted, strict=True):
            if code != mp.SUBSCRIBE_REFUSED:
                self._broker.send_retained(session, one)

    def _take_unsubscribe(self, session: Session, body: bytes) -> None:
        packet, filters = mp.read_unsubscribe(body)
        for one in filters:
            self._broker.unsubscribe(session, one)
        self.send(mp.unsuback(packet))

    def _take_puback(self, session: Session, body: bytes) -> None:
        session.acknowledged(mp.read_number(body))

    def _take_pubrel(self, session: Session, body: bytes) -> None:
        packet = mp.read_number(body)
        session.received.discard(packet)
        self.send(mp.pubcomp(packet))

    def _take_pingreq(self, _session: Session, _body: bytes) -> None:
        self.send(mp.PINGRESP)

    def _take_disconnect(self, _session: Session, _body: bytes) -> None:
        self.will = None  # [MQTT-3.14.4-3]
        self.close()


_TAKERS: dict[mp.PacketType, Callable[[Connection, Session, bytes], None]] = {
    mp.PacketType.SUBSCRIBE: Connection._take_subscribe,
    mp.PacketType.UNSUBSCRIBE: Connection._take_unsubscribe,
    mp.PacketType.PUBACK: Connection._take_puback,
    mp.PacketType.PUBREL: Connection._take_pubrel,
    mp.PacketType.PINGREQ: Connection._take_pingreq,
    mp.PacketType.DISCONNECT: Connection._take_disconnect,
}

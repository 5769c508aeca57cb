"""MQTT 3.1.1 on the wire: packets from bytes and back. Pure.

The standard is OASIS "MQTT Version 3.1.1" (2014); numbers in square brackets are its conformance
statements. Quality of service 2 is understood from senders and never granted to receivers.
"""

from collections.abc import Iterator, Sequence
from enum import IntEnum

import msgspec

QOS_GRANTED_MAX = 1
HEADER_MAX = 5
"""Bytes of the longest fixed header."""


class PacketType(IntEnum):
    """The upper half of a packet's first byte."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14


class ConnectCode(IntEnum):
    """A server's answer to CONNECT [MQTT-3.2.2.3]."""

    ACCEPTED = 0
    UNKNOWN_VERSION = 1
    BAD_ID = 2
    UNAVAILABLE = 3
    BAD_SECRET = 4
    NOT_ALLOWED = 5


SUBSCRIBE_REFUSED = 0x80


class Malformed(Exception):  # noqa: N818
    """What was received is no MQTT 3.1.1: the connection is to be closed [MQTT-4.8.0-1]."""


class Will(msgspec.Struct, frozen=True):
    """What the server says in a client's name when its connection breaks."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


class Connect(msgspec.Struct, frozen=True, kw_only=True):
    client: str
    is_clean: bool
    keep_alive_s: int
    """Seconds without a packet after which the client is to be taken for lost; 0 is never."""
    username: str = ""
    password: str = ""
    will: Will | None = None
    level: int = 4
    """4 is version 3.1.1, 5 is version 5, 3 is version 3.1."""


class Publish(msgspec.Struct, gc=False):
    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    packet: int = 0
    """The packet's number; 0 for quality of service 0."""
    is_repeated: bool = False


Frame = tuple[int, bytes]
"""A packet's first byte, and what follows its fixed header."""


class FrameReader:
    """Cuts what arrives into packets; refuses ones of more than ``bytes_max``."""

    def __init__(self, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The packets that are whole with ``data``; raises :class:`Malformed`.

        The length of a packet is refused before its body is waited for.
        """
        rest = self._rest + data if self._rest else data
        at, end = 0, len(rest)
        try:
            while end - at >= 2:
                length, head = rest[at + 1], 2
                if length & 0x80:
                    found = _long_length(rest, at)
                    if found is None:
                        break
                    length, head = found
                if length > self.bytes_max:
                    raise Malformed(f"a packet of {length} bytes")
                stop = at + head + length
                if stop > end:
                    break
                first, body = rest[at], rest[at + head : stop]
                at = stop
                yield first, body
        finally:
            self._rest = rest[at:]


def _long_length(data: bytes, at: int) -> tuple[int, int] | None:
    """The remaining length [2.2.3] and the size of the fixed header; None while it is not whole."""
    length = 0
    for index in range(4):
        position = at + 1 + index
        if position >= len(data):
            return None
        byte = data[position]
        length |= (byte & 0x7F) << (7 * index)
        if not byte & 0x80:
            return length, index + 2
    raise Malformed("a length of more than four bytes")


class _Fields:
    """Reads fields one after another; raises :class:`Malformed` at the end of the data."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        stop = self.at + count
        if stop > len(self._data):
            raise Malformed("a packet that ends too soon")
        taken, self.at = self._data[self.at : stop], stop
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def data(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        return text_of(self.data())

    @property
    def is_at_end(self) -> bool:
        return self.at >= len(self._data)

    def rest(self) -> bytes:
        return self.take(len(self._data) - self.at)


def text_of(data: bytes) -> str:
    """A UTF-8 text without NUL [MQTT-1.5.3]."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Malformed("a text that is no UTF-8") from None
    if "\x00" in text:
        raise Malformed("a text with NUL")
    return text


def read_connect(body: bytes) -> Connect:
    """A client's first packet."""
    fields = _Fields(body)
    protocol = fields.text()
    level = fields.byte()
    if protocol not in {"MQTT", "MQIsdp"}:
        raise Malformed("another protocol")
    if level != 4:
        # What follows is laid out differently; the level is all that is needed to refuse it.
        return Connect(client="", is_clean=True, keep_alive_s=0, level=level)
    flags, keep_alive_s = fields.byte(), fields.number()
    if flags & 0x01:
        raise Malformed("the reserved flag [MQTT-3.1.2-3]")
    client = fields.text()
    will = None
    if flags & 0x04:
        qos = flags >> 3 & 0x03
        if qos == 3:
            raise Malformed("a will of quality 3")
        will = Will(fields.text(), fields.data(), qos, bool(flags & 0x20))
    elif flags & 0x38:
        raise Malformed("flags of a will without one")
    username = fields.text() if flags & 0x80 else ""
    password = text_of(fields.data()) if flags & 0x40 else ""
    if not fields.is_at_end:
        raise Malformed("more than a CONNECT")
    return Connect(
        client=client,
        is_clean=bool(flags & 0x02),
        keep_alive_s=keep_alive_s,
        username=username,
        password=password,
        will=will,
    )


def read_publish(first: int, body: bytes) -> Publish:
    """A message. Its topic is a text, not yet checked to be a topic's name."""
    qos = first >> 1 & 0x03
    if qos == 3:
        raise Malformed("quality of service 3 [MQTT-3.3.1-4]")
    if len(body) < 2:
        raise Malformed("a packet that ends too soon")
    at = 2 + (body[0] << 8 | body[1])
    if at + (2 if qos else 0) > len(body):
        raise Malformed("a packet that ends too soon")
    topic = text_of(body[2:at])
    packet = 0
    if qos:
        packet = body[at] << 8 | body[at + 1]
        at += 2
        if not packet:
            raise Malformed("packet number 0 [MQTT-2.3.1-1]")
    return Publish(topic, body[at:], qos, bool(first & 1), packet, bool(first & 8))


def read_number(body: bytes) -> int:
    """The packet's number of an acknowledgement."""
    if len(body) != 2:
        raise Malformed("an acknowledgement of another length")
    return int.from_bytes(body, "big")


def read_subscribe(body: bytes) -> tuple[int, list[tuple[str, int]]]:
    """The packet's number, and filters with the quality asked for."""
    fields = _Fields(body)
    packet, found = fields.number(), []
    while not fields.is_at_end:
        topic_filter, qos = fields.text(), fields.byte()
        if qos > 2:
            raise Malformed("a subscription of quality 3 [MQTT-3-8.3-4]")
        found.append((topic_filter, qos))
    if not found or not packet:
        raise Malformed("a subscription to nothing [MQTT-3.8.3-3]")
    return packet, found


def read_unsubscribe(body: bytes) -> tuple[int, list[str]]:
    fields = _Fields(body)
    packet, found = fields.number(), []
    while not fields.is_at_end:
        found.append(fields.text())
    if not found or not packet:
        raise Malformed("an end of no subscription [MQTT-3.10.3-2]")
    return packet, found


def read_suback(body: bytes) -> tuple[int, bytes]:
    """The packet's number, and the quality granted for each filter, 128 where refused."""
    fields = _Fields(body)
    return fields.number(), fields.rest()


def _packet(first: int, *parts: bytes) -> bytes:
    length = sum(map(len, parts))
    if length < 0x80:
        return b"".join((bytes((first, length)), *parts))
    head = bytearray((first,))
    while length:
        length, low = length >> 7, length & 0x7F
        head.append(low | (0x80 if length else 0))
    return b"".join((bytes(head), *parts))


def _number(value: int) -> bytes:
    return value.to_bytes(2, "big")


def _text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _number(len(data)) + data


def connect(asked: Connect) -> bytes:
    """A CONNECT of version 3.1.1."""
    flags = 0x02 if asked.is_clean else 0
    parts = [_text(asked.client)]
    if asked.will is not None:
        flags |= 0x04 | asked.will.qos << 3 | (0x20 if asked.will.retain else 0)
        parts += [_text(asked.will.topic), _text(asked.will.payload)]
    if asked.username:
        flags |= 0x80
        parts.append(_text(asked.username))
    if asked.password:
        flags |= 0x40
        parts.append(_text(asked.password))
    head = _text("MQTT") + bytes((4, flags)) + _number(asked.keep_alive_s)
    return _packet(PacketType.CONNECT << 4, head, *parts)


def connack(code: ConnectCode, has_session: bool = False) -> bytes:
    return bytes((PacketType.CONNACK << 4, 2, 1 if has_session else 0, code))


def publish(message: Publish) -> bytes:
    first = PacketType.PUBLISH << 4 | message.qos << 1
    first |= (1 if message.retain else 0) | (8 if message.is_repeated else 0)
    topic = _text(message.topic)
    if not message.qos:
        return _packet(first, topic, message.payload)
    return _packet(first, topic, _number(message.packet), message.payload)


def puback(packet: int) -> bytes:
    return bytes((PacketType.PUBACK << 4, 2, packet >> 8, packet & 0xFF))


def pubrec(packet: int) -> bytes:
    return bytes((PacketType.PUBREC << 4, 2, packet >> 8, packet & 0xFF))


def pubrel(packet: int) -> bytes:
    return bytes((PacketType.PUBREL << 4 | 2, 2, packet >> 8, packet & 0xFF))


def pubcomp(packet: int) -> bytes:
    return bytes((PacketType.PUBCOMP << 4, 2, packet >> 8, packet & 0xFF))


def subscribe(packet: int, filters: Sequence[tuple[str, int]]) -> bytes:
    parts = [_text(topic_filter) + bytes((qos,)) for topic_filter, qos in filters]
    return _packet(PacketType.SUBSCRIBE << 4 | 2, _number(packet), *parts)


def suback(packet: int, granted: Sequence[int]) -> bytes:
    return _packet(PacketType.SUBACK << 4, _number(packet), bytes(granted))


def unsubscribe(packet: int, filters: Sequence[str]) -> bytes:
    parts = [_text(topic_filter) for topic_filter in filters]
    return _packet(PacketType.UNSUBSCRIBE << 4 | 2, _number(packet), *parts)


def unsuback(packet: int) -> bytes:
    return bytes((PacketType.UNSUBACK << 4, 2, packet >> 8, packet & 0xFF))


PINGREQ = bytes((PacketType.PINGREQ << 4, 0))
PINGRESP = bytes((PacketType.PINGRESP << 4, 0))
DISCONNECT = bytes((PacketType.DISCONNECT << 4, 0))

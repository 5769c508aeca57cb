"""What devices say over MQTT, decoded for the platform; what it says, put on its topics."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

import msgspec

from tingtang.devices.model import mqtt_topics as topics
from tingtang.devices.model import records as r
from tingtang.devices.model import wire
from tingtang.devices.model.buckets import Bucket
from tingtang.devices.mqtt.carriers import Carrier
from tingtang.devices.ports import Inbox
from tingtang.devices.register import Register

BURST_SECONDS = 4.0
LATE_SECONDS = 1.0
"""How long the newest state of a device that says too much waits before it is taken in."""
FLAG_SECONDS = 10.0
"""The same flag of the same device is passed on this often at most."""
FLAGS_MAX = 10_000
DETAIL_MAX = 160

Kept = Callable[[], "asyncio.Future[None]"]
"""A future that is done once all samples handed in so far are on disk."""

logger = logging.getLogger(__name__)

_WRONG = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
_decode_state = msgspec.json.Decoder(wire.LinkState).decode
_decode_beat = msgspec.json.Decoder(wire.Beat).decode
_decode_modules = msgspec.json.Decoder(dict[str, wire.ModuleReport]).decode
_decode_values = msgspec.json.Decoder(wire.Values).decode
_decode_samples = msgspec.json.Decoder(wire.Samples).decode
_decode_happening = msgspec.json.Decoder(wire.DeviceHappening).decode
_decode_result = msgspec.json.Decoder(wire.CommandResult).decode
_encode = msgspec.json.encode

LASTING = frozenset({"state", "modules", "properties"})
"""Of these only the newest counts: in a flood it waits, and the others are let go."""
UNKNOWN_LINK = wire.LinkState(wire.Link.UNKNOWN, app=wire.App.UNKNOWN)
CLOSED_LINK = wire.LinkState(wire.Link.OFFLINE, app=wire.App.UNKNOWN)


class World(Protocol):
    """Takes what gateways say in their own worlds."""

    def heard(self, gateway: str, topic: str, payload: bytes, retain: bool) -> None: ...
    def lost(self, gateway: str) -> None:
        """The gateway was cut off: what it brought in is away until it announces it again."""
        ...


class MqttLink:
    """The :class:`~tingtang.devices.ports.DeviceLink` of MQTT, and the broker's ear."""

    def __init__(
        self,
        register: Register,
        inbox: Inbox,
        carrier: Carrier,
        kept: Kept | None = None,
        messages_per_second: float = 50.0,
    ) -> None:
        self.world: World | None = None
        self._register = register
        self._inbox = inbox
        self._carrier = carrier
        self._kept = kept
        self._rate = messages_per_second
        self._loop = asyncio.get_running_loop()
        self._buckets: dict[str, Bucket] = {}
        self._late: dict[tuple[str, str], bytes] = {}
        self._late_timer: asyncio.TimerHandle | None = None
        self._flagged: dict[tuple[str, str], float] = {}
        self._online: set[str] = set()
        """Devices that said last that they are on line."""

    def stop(self) -> None:
        if self._late_timer is not None:
            self._late_timer.cancel()

    # -- what devices say ----------------------------------------------------------------------

    def heard(
        self, user: str, topic: str, payload: bytes, retain: bool
    ) -> "asyncio.Future[None] | None":
        """A message of ``user``, proven by the broker's rules. Never fails."""
        device = self._register.get(user)
        if device is None or not device.active:
            # Left behind by what was removed: out of the way, so that it does not come again. A
            # broker passes on what is being retained now without saying so.
            if payload and (retain or topic.rpartition("/")[2] in LASTING):
                self._carrier.publish(topic, b"", 1, True)
            return None
        parts = topic.split("/", 3)
        if parts[0] == topics.WORLDS:
            return self._heard_in_world(device, topic, payload, retain)
        if device.protocol is not r.Protocol.MQTT:
            self.flag(user, "protocol", device.protocol)
            return None
        what = parts[3] if len(parts) == 4 else ""
        if len(payload) > wire.PAYLOAD_MAX_BYTES:
            self.flag(user, "too_large", f"{what[:40]}: {len(payload)} bytes")
            return None
        if retain and not payload:
            return None  # what was kept of it is cleared
        if not self._may_say(user):
            if what in LASTING:
                self._say_late(user, what, payload)
            return None
        return self._take(user, what, payload)

    def arrived(self, user: str) -> None:
        """Its own word on its state follows."""

    def left(self, user: str) -> None:
        """A connection ended without a will: it is off line, unless it said that it would sleep."""
        if user in self._online:
            self._online.discard(user)
            self._inbox.link(user, CLOSED_LINK, "closed")

    def flag(self, user: str, code: str, detail: str) -> None:
        """Pass a flag on, now and then."""
        if self._register.get(user) is None:
            return
        now = self._loop.time()
        if now - self._flagged.get((user, code), -FLAG_SECONDS) < FLAG_SECONDS:
            return
        if len(self._flagged) >= FLAGS_MAX:
            self._flagged.clear()
        self._flagged[user, code] = now
        printable = "".join(c if c.isprintable() else "�" for c in detail[:DETAIL_MAX])
        self._inbox.flag(user, code, printable)

    def lost(self) -> None:
        """The broker is away: nothing is known of any device until it is heard of again."""
        for device in list(self._register.all()):
            if device.protocol is not r.Protocol.XFS:
                self._inbox.link(device.id, UNKNOWN_LINK, "broker")
        self._online.clear()

    # -- what the platform says: DeviceLink ----------------------------------------------------

    async def send(self, device: str, call: wire.CommandCall) -> bool:
        return self._carrier.publish(topics.down(device, "command"), _encode(call), 1)

    async def use_modules(self, device: str, modules: dict[str, bool]) -> None:
        self._carrier.publish(topics.down(device, "modules"), _encode(modules), 1, True)

    async def forget(self, device: str) -> None:
        """Its connection ends; it comes back with its new secret, if it has one."""
        kept = self._register.get(device)
        self._carrier.forget(device)
        if self.world is not None:
            self.world.lost(device)
        self._buckets.pop(device, None)
        self._online.discard(device)
        if kept is not None:
            self._inbox.link(device, CLOSED_LINK, "closed")

    # -- inside --------------------------------------------------------------------------------

    def _heard_in_world(
        self, device: r.Device, topic: str, payload: bytes, retain: bool
    ) -> "asyncio.Future[None] | None":
        if len(payload) > wire.PAYLOAD_MAX_BYTES:
            self.flag(device.id, "too_large", f"{topic[:80]}: {len(payload)} bytes")
        elif self.world is not None:
            self.world.heard(device.id, topic, payload, retain)
        return None

    def _may_say(self, user: str) -> bool:
        now = self._loop.time()
        bucket = self._buckets.get(user)
        if bucket is None:
            bucket = Bucket.full(self._rate, self._rate * BURST_SECONDS, now)
            self._buckets[user] = bucket
        if bucket.take(now):
            return True
        self.flag(user, "flood", "")
        return False

    def _say_late(self, user: str, what: str, payload: bytes) -> None:
        self._late[user, what] = payload
        if self._late_timer is None:
            self._late_timer = self._loop.call_later(LATE_SECONDS, self._take_late)

    def _take_late(self) -> None:
        self._late_timer = None
        late, self._late = self._late, {}
        for (user, what), payload in late.items():
            if self._register.get(user) is not None:
                self._take(user, what, payload)

    def _take(self, user: str, what: str, payload: bytes) -> "asyncio.Future[None] | None":
        taker = _TAKERS.get(what)
        if taker is None:
            self.flag(user, "topic", what)
            return None
        try:
            return taker(self, user, payload)
        except _WRONG as wrong:
            self.flag(user, "malformed", f"{what}: {wrong}")
            return None

    def _take_state(self, user: str, payload: bytes) -> None:
        state = _decode_state(payload)
        if state.link is wire.Link.ONLINE:
            self._online.add(user)
        else:
            self._online.discard(user)
        why = "will" if state.link is wire.Link.OFFLINE else "said"
        self._inbox.link(user, state, why)

    def _take_beat(self, user: str, payload: bytes) -> None:
        self._inbox.beat(user, _decode_beat(payload))

    def _take_modules(self, user: str, payload: bytes) -> None:
        modules = _decode_modules(payload)
        if len(modules) > wire.VALUES_MAX:
            raise msgspec.ValidationError(f"more than {wire.VALUES_MAX} modules")
        self._inbox.modules(user, modules)

    def _take_properties(self, user: str, payload: bytes) -> None:
        self._inbox.properties(user, _decode_values(payload))

    def _take_samples(self, user: str, payload: bytes) -> "asyncio.Future[None] | None":
        self._inbox.samples(user, _decode_samples(payload))
        return None if self._kept is None else self._kept()

    def _take_happening(self, user: str, payload: bytes) -> None:
        self._inbox.happening(user, _decode_happening(payload))

    def _take_result(self, user: str, payload: bytes) -> None:
        self._inbox.result(user, _decode_result(payload))


_TAKERS: dict[str, Callable[[MqttLink, str, bytes], asyncio.Future[None] | None]] = {
    "state": MqttLink._take_state,
    "beat": MqttLink._take_beat,
    "modules": MqttLink._take_modules,
    "properties": MqttLink._take_properties,
    "telemetry": MqttLink._take_samples,
    "event": MqttLink._take_happening,
    "result": MqttLink._take_result,
}

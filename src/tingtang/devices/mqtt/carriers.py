"""What carries the platform's messages: the embedded broker, or a client of another one."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from tingtang.devices.model import mqtt_topics as topics
from tingtang.devices.model.ha_outward import NODE
from tingtang.devices.model.wire import ROOT
from tingtang.devices.mqtt.broker import Broker
from tingtang.devices.mqtt.client import ClientOptions, MqttClient
from tingtang.devices.mqtt.retained import Retained

KEPT_BY_DEVICES = ("state", "modules", "properties")
KEPT_FOR_DEVICES = ("modules",)
DISCOVERY_FILTERS = (
    f"{topics.WORLDS}/+/homeassistant/+/+/config",
    f"{topics.WORLDS}/+/homeassistant/+/+/+/config",
)


ORDER_FILTERS = (f"{topics.WORLDS}/+/{NODE}/+/+/set", f"{topics.WORLDS}/+/{NODE}/+/+/press")


class Carrier(Protocol):
    """Publishes for the platform. No call waits."""

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> bool:
        """False where nobody has received it, or will."""
        ...

    def watch(self, filters: Iterable[str]) -> None:
        """From now on hear of these topics of a gateway, what is retained of them first."""
        ...

    def unwatch(self, filters: Iterable[str]) -> None: ...

    def forget(self, user: str) -> None:
        """Cut off what can be cut off, and clear what is retained of and for this user."""
        ...


class EmbeddedCarrier:
    """Everything is heard as it comes; nothing goes over a socket twice."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.replay: Callable[[str, str, bytes], None] = _ignore
        """Told of retained messages of a topic that is watched anew."""

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> bool:
        return self.broker.publish(topic, payload, qos, retain) or retain

    def watch(self, filters: Iterable[str]) -> None:
        for one in filters:
            user = one.split("/", 2)[1]
            kept = self.broker.retained.of(user).get(one)
            if kept is not None:
                asyncio.get_running_loop().call_soon(self.replay, user, one, kept.payload)

    def unwatch(self, filters: Iterable[str]) -> None:
        pass

    def forget(self, user: str) -> None:
        self.broker.cut_off(user)
        self.broker.retained.forget(user)

    def kept_by(self, user: str) -> dict[str, Retained]:
        """What the users themselves have left."""
        return self.broker.retained.of(user)


class OutsideCarrier:
    """One connection to a broker that stands elsewhere.

    It cannot cut anybody off: whose account was removed is no longer listened to here, and has to
    be removed at that broker too.
    """

    def __init__(self, options: ClientOptions) -> None:
        self.heard: Callable[[str, str, bytes, bool], asyncio.Future[None] | None] = _ignore_heard
        self.on_up: Callable[[], None] = _nothing
        self.on_down: Callable[[], None] = _nothing
        self.client = MqttClient(options, self._heard, self._up, self._down)
        self.client.subscribe(f"{ROOT}/+/up/#", *DISCOVERY_FILTERS, *ORDER_FILTERS)

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> bool:
        return self.client.publish(topic, payload, qos, retain)

    def watch(self, filters: Iterable[str]) -> None:
        self.client.subscribe(*filters)

    def unwatch(self, filters: Iterable[str]) -> None:
        self.client.unsubscribe(*filters)

    def forget(self, user: str) -> None:
        for what in KEPT_BY_DEVICES:
            self.publish(topics.up(user, what), b"", 1, True)
        for what in KEPT_FOR_DEVICES:
            self.publish(topics.down(user, what), b"", 1, True)

    def _up(self) -> None:
        self.on_up()

    def _down(self) -> None:
        self.on_down()

    def _heard(self, topic: str, payload: bytes, retain: bool) -> "asyncio.Future[None] | None":
        _, _, rest = topic.partition("/")
        return self.heard(rest.partition("/")[0], topic, payload, retain)


def _ignore(_user: str, _topic: str, _payload: bytes) -> None: ...


def _ignore_heard(
    _user: str, _topic: str, _payload: bytes, _retain: bool
) -> "asyncio.Future[None] | None":
    return None


def _nothing() -> None: ...

"""Our devices in a Home Assistant: announced, their states said, what it asks for carried out.

Whoever is registered as a device of the type ``home_assistant`` has a world of topics to itself; what
is said here goes into that world and is read with that device's credentials. What comes back goes the
way of every command: permitted by name, in the device's own log, in the name of that Home Assistant.
"""

import asyncio
import logging

import msgspec

from tingtang.devices.model import ha_outward as ho
from tingtang.devices.model import mqtt_topics as topics
from tingtang.devices.model import records as r
from tingtang.devices.model import wire
from tingtang.devices.model.kinds import DeviceType
from tingtang.devices.model.state import DeviceState
from tingtang.devices.mqtt.carriers import Carrier
from tingtang.devices.mqtt.link import MqttLink
from tingtang.devices.register import device_stream
from tingtang.devices.service import DeviceService
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import Actor, ActorKind, Permission
from tingtang.org.directory import Directory

TYPE = "home_assistant"
SOON_SECONDS = 0.25
"""How long changes of devices wait for each other before they are said."""
LOOK_SECONDS = 5.0
"""How often measurements are said, and what was registered or set is looked at."""
AT_ONCE = 25
"""Devices that are looked at before others have their turn."""
ORDERS_MAX = 200
"""Orders that wait to be carried out; more is a flood."""
TOPICS_MAX = 20_000
"""Of one Home Assistant's world that are kept in mind."""
NOT_KNOWN = b"\0"
"""What stands on a topic of which the broker may have lost everything."""

logger = logging.getLogger(__name__)


class HomeAssistantSettings(msgspec.Struct, frozen=True):
    """Whether the branch's devices show themselves to the Home Assistants registered in it."""

    shows_devices: bool = False
    takes_commands: bool = False
    """They may also set and press; what is for those who maintain devices is refused even so."""


class HomeAssistantOut:
    """All Home Assistants of this process."""

    def __init__(
        self, devices: DeviceService, link: MqttLink, carrier: Carrier, directory: Directory
    ) -> None:
        self._devices = devices
        self._link = link
        self._carrier = carrier
        self._directory = directory
        self._said: dict[str, dict[str, bytes]] = {}
        """By Home Assistant: what stands on its topics, as far as is known."""
        self._changed: set[str] = set()
        self._orders: asyncio.Queue[tuple[str, str, bytes]] = asyncio.Queue(ORDERS_MAX)
        self._tasks: list[asyncio.Task[None]] = []
        devices.host.on_change(lambda stream, _: self._changed.add(stream.partition("/")[2]))

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._say_all(), name="ha-states"),
            asyncio.create_task(self._carry_out(), name="ha-orders"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def say_anew(self) -> None:
        """The broker may have lost what it kept: say everything again."""
        for gateway, said in self._said.items():
            self._said[gateway] = dict.fromkeys(said, NOT_KNOWN)

    # -- what comes back -----------------------------------------------------------------------

    def heard(self, gateway: str, topic: str, payload: bytes, retain: bool) -> None:
        """A message on one of our topics in a Home Assistant's world."""
        if not topic.endswith(("/set", "/press")):
            # Our own words, or somebody else's in their place: the next look puts them right.
            said = self._said.setdefault(gateway, {})
            if len(said) < TOPICS_MAX:
                said[topic] = payload
        elif not payload:
            return
        elif retain:
            # It would be carried out again at every start.
            self._link.flag(gateway, "order", f"retained: {topic}")
            self._carrier.publish(topics.into_world(gateway, topic), b"", 1, True)
        else:
            try:
                self._orders.put_nowait((gateway, topic, payload))
            except asyncio.QueueFull:
                self._link.flag(gateway, "flood", "orders")

    async def settled(self) -> None:
        """All orders heard so far were carried out or refused."""
        await self._orders.join()

    async def _carry_out(self) -> None:
        while True:
            gateway, topic, payload = await self._orders.get()
            try:
                await self._give(gateway, topic, payload)
            except ho.BadOrder as bad:
                self._link.flag(gateway, "order", str(bad))
            except Refused as refused:
                self._link.flag(gateway, "order", f"{topic}: {refused.code}")
            except Exception:
                logger.exception("what %s asked for", gateway)
            finally:
                self._orders.task_done()

    async def _give(self, gateway: str, topic: str, payload: bytes) -> None:
        found = self._devices.register.device(gateway)
        actor = _actor(found, self._settings(found))

        def type_of(device: str) -> DeviceType | None:
            asked = self._devices.register.get(device)
            is_near = asked is not None and asked.branch == found.branch
            return self._announced(asked) if asked is not None and is_near else None

        order = ho.order_of(topic, payload, type_of)
        actor.require(Permission.DEVICE_OPERATE, found.branch)
        await self._devices.give(order.device, order.name, order.parameters, actor)

    # -- what is said --------------------------------------------------------------------------

    async def look(self) -> None:
        """Say of all devices what is not yet said, and take back what is no longer to be seen."""
        register = self._devices.register
        homes = [one for one in list(register.all()) if one.type == TYPE]
        for home in homes:
            said = self._said.setdefault(home.id, {})
            wanted: dict[str, bytes] = {}
            if home.active and self._settings(home).shows_devices:
                for number, device in enumerate(register.of_branch(home.branch)):
                    wanted |= self._words(home, device, await self._devices.state(device.id))
                    if number % AT_ONCE == 0:
                        await asyncio.sleep(0)
            for topic in [topic for topic, there in said.items() if topic not in wanted and there]:
                self._say(home.id, topic, b"")
            for topic, payload in wanted.items():
                self._say(home.id, topic, payload)
        for gone in self._said.keys() - {one.id for one in homes}:
            del self._said[gone]

    def look_at(self, device: str) -> None:
        """Say what has changed of one device, to those whom it was announced to."""
        found = self._devices.register.get(device)
        state = self._devices.host.committed(device_stream(device))
        if found is None or state is None:
            return
        for gateway, said in self._said.items():
            home = self._devices.register.get(gateway)
            if home is not None and said.get(ho.config_topic(device)):
                for topic, payload in self._words(home, found, state).items():
                    self._say(gateway, topic, payload)

    async def _say_all(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            try:
                changed, self._changed = self._changed, set()
                if loop.time() >= due:
                    await self.look()
                    due = loop.time() + LOOK_SECONDS
                else:
                    for device in changed:
                        self.look_at(device)
            except Exception:
                logger.exception("devices could not be shown to a Home Assistant")
                due = loop.time() + LOOK_SECONDS
            await asyncio.sleep(SOON_SECONDS)

    def _words(self, home: r.Device, device: r.Device, state: DeviceState) -> dict[str, bytes]:
        """All that is said of a device; nothing where it is not announced."""
        type_ = self._announced(device)
        if type_ is None or device.branch != home.branch:
            return {}
        latest = self._devices.telemetry.latest.get(device.id, {})
        values: dict[str, wire.Value] = {name: one.value for name, one in latest.items()}
        values |= state.properties
        announced = ho.announcement(
            device,
            type_,
            state.firmware,
            topics.world(home.id),
            may_command=self._settings(home).takes_commands,
        )
        is_online = state.link is wire.Link.ONLINE
        said = ho.states(device.id, type_, values, is_online=is_online)
        return {ho.config_topic(device.id): msgspec.json.encode(announced), **said}

    def _announced(self, device: r.Device) -> DeviceType | None:
        type_ = self._devices.register.types.get(device.type)
        return type_ if type_ is not None and ho.is_announced(device, type_) else None

    def _settings(self, home: r.Device) -> HomeAssistantSettings:
        return self._directory.section(home.branch, HomeAssistantSettings)

    def _say(self, gateway: str, topic: str, payload: bytes) -> None:
        said = self._said.setdefault(gateway, {})
        if said.get(topic, b"") == payload:
            return
        if not self._carrier.publish(topics.into_world(gateway, topic), payload, 1, True):
            return  # the broker is away or slow: the next look tries again
        if payload:
            said[topic] = payload
        else:
            said.pop(topic, None)


def _actor(home: r.Device, settings: HomeAssistantSettings) -> Actor:
    may = {Permission.DEVICE_SEE}
    if settings.shows_devices and settings.takes_commands and home.type == TYPE and home.active:
        may.add(Permission.DEVICE_OPERATE)
    return Actor(
        ActorKind.SYSTEM,
        f"gateway/{home.id}",
        permissions=frozenset(may),
        branches=frozenset({home.branch}),
    )

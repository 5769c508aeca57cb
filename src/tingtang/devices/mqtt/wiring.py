"""MQTT, put together from the installation's options."""

import asyncio
import logging
from functools import partial

from tingtang.devices.model import records as r
from tingtang.devices.model.ha_outward import is_ours
from tingtang.devices.model.mqtt_topics import WORLDS, out_of_world
from tingtang.devices.mqtt.broker import Broker
from tingtang.devices.mqtt.carriers import Carrier, EmbeddedCarrier, OutsideCarrier
from tingtang.devices.mqtt.home_assistant import HomeAssistantIn
from tingtang.devices.mqtt.home_assistant_out import HomeAssistantOut
from tingtang.devices.mqtt.link import MqttLink
from tingtang.devices.mqtt.options import (
    EMBEDDED,
    OFF,
    MqttOptions,
    client_options,
    listen_address,
    server_tls,
)
from tingtang.devices.mqtt.retained import RetainedStore
from tingtang.devices.mqtt.sessions import Account
from tingtang.devices.register import Register
from tingtang.devices.service import DeviceService
from tingtang.kernel.errors import Trouble
from tingtang.kernel.feature import Parts
from tingtang.org.directory import Directory

GATEWAY_TYPES = frozenset({"gateway", "home_assistant"})
"""Devices of these types speak in a world of their own."""

logger = logging.getLogger(__name__)


class Mqtt:
    """MQTT of one process; offered as ``mqtt``. Off unless the options say otherwise."""

    def __init__(self, options: MqttOptions, parts: Parts, devices: DeviceService) -> None:
        self.options = options
        self.port = 0
        """Where the embedded broker listens; 0 while it does not."""
        self.broker: Broker | None = None
        self.outside: OutsideCarrier | None = None
        self.link: MqttLink | None = None
        self.home_assistant: HomeAssistantIn | None = None
        self.outward: HomeAssistantOut | None = None
        self._parts = parts
        self._devices = devices

    @property
    def register(self) -> Register:
        return self._devices.register

    async def start(self) -> None:
        options = self.options
        if options.broker == OFF:
            return
        if options.broker == EMBEDDED:
            await self._start_embedded()
        else:
            self.outside = OutsideCarrier(client_options(options))
            link = self._link_over(self.outside)
            self.outside.heard = link.heard
            self.outside.on_up, self.outside.on_down = self._up, link.lost
            await self.outside.client.start()

    async def stop(self) -> None:
        """Stop listening before what was heard is written."""
        if self.broker is not None:
            await self.broker.stop()
            self.broker, self.port = None, 0
        if self.outside is not None:
            await self.outside.client.stop()
            self.outside = None
        if self.link is not None:
            self.link.stop()
        if self.home_assistant is not None:
            await self.home_assistant.stop()
        if self.outward is not None:
            await self.outward.stop()

    def admit(self, user: str, secret: str) -> Account | None:
        """The account of this user name and password."""
        device = self.register.get(user)
        if device is None or not self.register.is_secret(user, secret):
            return None
        return Account(user, device.type in GATEWAY_TYPES)

    async def _start_embedded(self) -> None:
        options, address = self.options, listen_address(self.options)
        tls = server_tls(options)
        store = RetainedStore(self._parts.data_folder / "mqtt" / "retained.msgpack")
        broker = Broker(self.admit, options.limits, store)
        carrier = EmbeddedCarrier(broker)
        link = broker.ear = self._link_over(carrier)
        carrier.replay = partial(_replay, link)
        broker.open()
        for user in store.users():
            if self.register.get(user) is None:
                store.forget(user)
                continue
            for topic, kept in list(store.of(user).items()):
                if topic.startswith(WORLDS):  # what gateways announced before
                    link.heard(user, topic, kept.payload, True)
        await self.tell_modules()
        try:
            self.port = await broker.listen(address.host, address.port, tls)
        except OSError as error:
            if not options.or_any_port:
                await broker.stop()
                raise Trouble(
                    f"MQTT 代理无法在 {options.listen} 监听：{error}",
                    f"the MQTT broker cannot listen on {options.listen}: {error}",
                ) from None
            self.port = await broker.listen(address.host, 0, tls)
        self.broker = broker

    def _link_over(self, carrier: Carrier) -> MqttLink:
        link = MqttLink(
            self.register,
            self._devices,
            carrier,
            self._devices.telemetry.kept,
            self.options.messages_per_second,
        )
        self._devices.add_link(r.Protocol.MQTT, link)
        self.link = link
        home = HomeAssistantIn(self._devices, link, carrier)
        self.home_assistant = home
        self._devices.add_link(r.Protocol.HOME_ASSISTANT, home)
        directory = self._parts.service("directory", Directory)
        self.outward = HomeAssistantOut(self._devices, link, carrier, directory)
        link.world = Worlds(home, self.outward)
        home.start()
        self.outward.start()
        return link

    async def tell_modules(self) -> None:
        """Put on the broker which parts of each device are in use, as the platform knows it."""
        for device in list(self.register.all()):
            is_ours = device.protocol is r.Protocol.MQTT and device.type in self.register.types
            if is_ours and self.link is not None and self.register.type_of(device).modules:
                modules = await self._devices.modules_in_use(device.id)
                await self.link.use_modules(device.id, modules)

    def _up(self) -> None:
        if self.outward is not None:
            self.outward.say_anew()
        task = asyncio.get_running_loop().create_task(self.tell_modules())
        task.add_done_callback(_report)


class Worlds:
    """What is said in a gateway's world: our own topics among those of what it brings in."""

    def __init__(self, inward: HomeAssistantIn, outward: HomeAssistantOut) -> None:
        self._inward = inward
        self._outward = outward

    def heard(self, gateway: str, topic: str, payload: bytes, retain: bool) -> None:
        inside = out_of_world(gateway, topic)
        if is_ours(inside):
            self._outward.heard(gateway, inside, payload, retain)
        else:
            self._inward.heard(gateway, topic, payload)

    def lost(self, gateway: str) -> None:
        self._inward.lost(gateway)


def _replay(link: MqttLink, user: str, topic: str, payload: bytes) -> None:
    link.heard(user, topic, payload, True)


def _report(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("devices were not told of their modules", exc_info=error)


def wire_mqtt(parts: Parts, devices: DeviceService) -> None:
    """MQTT as the options have it."""
    mqtt = Mqtt(parts.option(MqttOptions), parts, devices)
    parts.offer("mqtt", mqtt)
    parts.on_start(mqtt.start)
    parts.on_stop(mqtt.stop)

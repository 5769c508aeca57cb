"""Off-the-shelf devices: what a gateway announces in Home Assistant's format becomes ours."""

import asyncio
import logging

import msgspec

from tingtang.devices.model import ha_announcement as ha
from tingtang.devices.model import ha_device as hd
from tingtang.devices.model import mqtt_topics as topics
from tingtang.devices.model import records as r
from tingtang.devices.model import wire
from tingtang.devices.mqtt.carriers import Carrier
from tingtang.devices.mqtt.link import CLOSED_LINK, MqttLink
from tingtang.devices.service import DeviceService
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import Actor, ActorKind, Permission

ANNOUNCED_MAX = 2_000
"""Of one gateway."""
WAITING_MAX = 5_000
"""Announcements that wait to be taken in."""
PENDING_MAX = 50
"""Commands of one device whose outcome a topic is to show."""
BEAT_SECONDS = 120.0
"""How often those are said to be alive that say nothing of it themselves, and are there."""
ONLINE = wire.LinkState(wire.Link.ONLINE)

logger = logging.getLogger(__name__)


class _Machine:
    """A device that was announced, while this process runs."""

    def __init__(self, gateway: str) -> None:
        self.gateway = gateway
        self.announced: dict[ha.Place, ha.Announcement] = {}
        self.built: hd.AnnouncedDevice | None = None
        self.there: dict[str, bool] = {}
        """What each topic of availability said last."""
        self.shown: dict[str, wire.Value] = {}
        self.pending: dict[str, dict[str, wire.Value]] = {}
        """Commands under way: what must be shown before they are done."""
        self.is_online = False


class HomeAssistantIn:
    """The :class:`~tingtang.devices.ports.DeviceLink` of devices that gateways bring in."""

    def __init__(self, devices: DeviceService, link: MqttLink, carrier: Carrier) -> None:
        self._devices = devices
        self._link = link
        self._carrier = carrier
        self._machines: dict[str, _Machine] = {}
        self._of_place: dict[tuple[str, ha.Place], str] = {}
        self._of_topic: dict[str, set[str]] = {}
        self._waiting: asyncio.Queue[tuple[str, ha.Place, bytes]] = asyncio.Queue(WAITING_MAX)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._take_in(), name="ha-announcements"),
            asyncio.create_task(self._beat(), name="ha-beats"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- what gateways say ---------------------------------------------------------------------

    def heard(self, gateway: str, topic: str, payload: bytes) -> None:
        """A message in a gateway's world: an announcement, or the state of what was announced."""
        place = ha.place_of(topics.out_of_world(gateway, topic))
        if place is not None:
            try:
                self._waiting.put_nowait((gateway, place, payload))
            except asyncio.QueueFull:
                self._link.flag(gateway, "flood", "announcements")
            return
        for device in tuple(self._of_topic.get(topic, ())):
            self._hear_state(device, topic, payload)

    def lost(self, gateway: str) -> None:
        """Nothing more will be heard of what it brought in, which is said at once."""
        for device, machine in list(self._machines.items()):
            if machine.gateway == gateway:
                self._drop(device, machine)
                self._devices.link(device, CLOSED_LINK, "gateway")

    def _drop(self, device: str, machine: _Machine) -> None:
        self._machines.pop(device, None)
        self._stop_watching(device, machine)
        for place in machine.announced:
            self._of_place.pop((machine.gateway, place), None)

    async def settled(self) -> None:
        """All announcements heard so far were taken in."""
        await self._waiting.join()

    async def _take_in(self) -> None:
        while True:
            gateway, place, payload = await self._waiting.get()
            try:
                await self._announced(gateway, place, payload)
            except ha.BadAnnouncement as bad:
                self._link.flag(gateway, bad.code, f"{place.object}: {bad.detail}")
            except Refused as refused:
                self._link.flag(gateway, "announcement", f"{place.object}: {refused.code}")
            except Exception:
                logger.exception("what %s announced", gateway)
                self._link.flag(gateway, "announcement", place.object)
            finally:
                self._waiting.task_done()

    async def _announced(self, gateway: str, place: ha.Place, payload: bytes) -> None:
        if place.component == ha.WHOLE:
            await self._announced_whole(gateway, place, payload)
        elif payload:
            await self._announced_part(gateway, ha.read(place, payload))
        elif (known := self._of_place.get((gateway, place))) is not None:
            await self._taken_away(gateway, place, known)

    async def _announced_whole(self, gateway: str, place: ha.Place, payload: bytes) -> None:
        parts = ha.read_device(place, payload) if payload else []
        named = {one.place for one in parts}
        for part in parts:
            await self._announced_part(gateway, part)
        for (user, known), device in list(self._of_place.items()):
            if user == gateway and known.node == ha.part_of(place) and known not in named:
                await self._taken_away(gateway, known, device)

    async def _announced_part(self, gateway: str, said: ha.Announcement) -> None:
        announcement, place = _in_world(gateway, said), said.place
        known = self._of_place.get((gateway, place))
        if announcement.is_of_ours:
            return  # a bridge that says again what it heard from us
        device = hd.device_id(gateway, announcement.group)
        if known is not None and known != device:
            await self._taken_away(gateway, place, known)
        if known is None and sum(one == gateway for one, _ in self._of_place) >= ANNOUNCED_MAX:
            self._link.flag(gateway, "too_many", place.object)
            return
        machine = self._machines.get(device) or _Machine(gateway)
        if machine.announced.get(place) == announcement:
            return  # said again
        built = hd.build(device, [*(machine.announced | {place: announcement}).values()])
        machine.announced[place] = announcement
        self._machines[device] = machine
        self._of_place[gateway, place] = device
        await self._put(device, machine, built)

    async def _put(self, device: str, machine: _Machine, built: hd.AnnouncedDevice) -> None:
        register = self._devices.register
        self._stop_watching(device, machine)
        register.types[built.type.code] = built.type
        machine.built = built
        branch = register.device(machine.gateway).branch
        record = r.Device(
            id=device,
            branch=branch,
            type=built.type.code,
            name=built.name,
            protocol=r.Protocol.HOME_ASSISTANT,
            address=machine.gateway,
            maker=built.maker,
            model=built.model,
        )
        found = register.get(device)
        actor = _actor(machine.gateway)
        if found is None:
            await self._devices.enrol(record, actor)
        elif not found.active:
            await self._devices.save(msgspec.structs.replace(found, active=True), actor)
        for topic in built.topics:
            self._of_topic.setdefault(topic, set()).add(device)
        self._say_link(device, machine)
        self._carrier.watch(built.topics)

    async def _taken_away(self, gateway: str, place: ha.Place, device: str) -> None:
        """Its last part gone, a device stays in the register, out of use, with its history."""
        machine = self._machines[device]
        del self._of_place[gateway, place]
        machine.announced.pop(place, None)
        if machine.announced:
            await self._put(device, machine, hd.build(device, machine.announced.values()))
            return
        self._stop_watching(device, machine)
        del self._machines[device]
        self._devices.link(device, CLOSED_LINK, "taken_away")
        found = self._devices.register.get(device)
        if found is not None:
            off = msgspec.structs.replace(found, active=False)
            await self._devices.save(off, _actor(gateway))

    def _stop_watching(self, device: str, machine: _Machine) -> None:
        if machine.built is None:
            return
        gone = []
        for topic in machine.built.topics:
            users = self._of_topic.get(topic, set())
            users.discard(device)
            if not users:
                self._of_topic.pop(topic, None)
                gone.append(topic)
        self._carrier.unwatch(gone)

    def _hear_state(self, device: str, topic: str, payload: bytes) -> None:
        machine = self._machines.get(device)
        if machine is None or machine.built is None:
            return
        there = hd.availability_of(machine.built, topic, payload)
        if there is not None:
            machine.there.pop(topic, None)  # the latest stands last
            machine.there[topic] = there
            self._say_link(device, machine)
        values = hd.values_of(machine.built, topic, payload)
        samples = {name: value for name, (value, is_sample) in values.items() if is_sample}
        shown = {name: value for name, (value, is_sample) in values.items() if not is_sample}
        if samples:
            self._devices.samples(device, wire.Samples(0, samples))
        if shown:
            machine.shown |= shown
            self._devices.properties(device, shown)
            self._end_what_is_shown(device, machine)

    def _say_link(self, device: str, machine: _Machine) -> None:
        built = machine.built
        if built is None:
            return
        said = machine.there
        if not built.available:
            machine.is_online = True
        elif built.mode == "all":
            machine.is_online = all(said.get(one.topic, False) for one in built.available)
        elif built.mode == "any":
            machine.is_online = any(said.get(one.topic, False) for one in built.available)
        else:
            machine.is_online = bool(said) and list(said.values())[-1]
        self._devices.link(device, ONLINE if machine.is_online else CLOSED_LINK, "said")

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            for device, machine in list(self._machines.items()):
                if machine.is_online:
                    self._devices.beat(device, wire.Beat(0, 0))

    # -- what the platform says: DeviceLink ----------------------------------------------------

    async def send(self, device: str, call: wire.CommandCall) -> bool:
        """Publish; done when its topics show it, or at once where nothing ever will."""
        machine = self._machines.get(device)
        if machine is None or machine.built is None:
            return False
        built = machine.built
        if call.name != "set":
            press = built.presses.get(call.name)
            if press is None:
                self._result(device, call.id, wire.CommandStep.FAILED, "unknown_command")
                return False
            message = hd.Message(press.topic, press.payload.encode(), press.qos, press.retain)
            return self._publish(device, call.id, [message], None)
        settable = {one.name for one in built.writings}
        if not call.parameters.keys() <= settable:
            self._result(device, call.id, wire.CommandStep.FAILED, "read_only")
            return False
        messages = hd.messages_to_set(built, call.parameters)
        return self._publish(device, call.id, messages, dict(call.parameters))

    async def use_modules(self, device: str, modules: dict[str, bool]) -> None:
        """They have no parts that we know of."""

    async def forget(self, device: str) -> None:
        """Removed here: it comes back when it is announced again."""
        machine = self._machines.get(device)
        if machine is not None:
            self._drop(device, machine)

    def _publish(
        self, device: str, command: str, messages: list[hd.Message],
        wanted: dict[str, wire.Value] | None,
    ) -> bool:  # fmt: skip
        machine = self._machines[device]
        built = machine.built
        sent = [self._carrier.publish(m.topic, m.payload, m.qos, m.retain) for m in messages]
        if built is None or not all(sent):
            self._result(device, command, wire.CommandStep.FAILED, "gateway_away")
            return False
        if wanted is None or not hd.is_confirmed(built, wanted):
            # Nobody will tell: it is done as far as can be known, and says so.
            if wanted:
                self._devices.properties(device, wanted)
            self._result(device, command, wire.CommandStep.DONE, "not_confirmed")
            return True
        while len(machine.pending) >= PENDING_MAX:
            del machine.pending[next(iter(machine.pending))]
        machine.pending[command] = wanted
        self._result(device, command, wire.CommandStep.ACCEPTED)
        self._end_what_is_shown(device, machine)
        return True

    def _end_what_is_shown(self, device: str, machine: _Machine) -> None:
        for command, wanted in list(machine.pending.items()):
            if all(_is_near(machine.shown.get(name), value) for name, value in wanted.items()):
                del machine.pending[command]
                self._result(device, command, wire.CommandStep.DONE)

    def _result(self, device: str, command: str, step: wire.CommandStep, code: str = "") -> None:
        self._devices.result(device, wire.CommandResult(command, step, code))


def _is_near(shown: wire.Value | None, wanted: wire.Value) -> bool:
    """The same, but for what is lost by steps of 1 in 255 and by mireds."""
    if isinstance(shown, bool | str) or isinstance(wanted, bool | str) or shown is None:
        return shown == wanted
    return abs(shown - wanted) <= max(1.0, abs(wanted) * 0.01)


def _in_world(gateway: str, announcement: ha.Announcement) -> ha.Announcement:
    """With its topics as the platform calls them."""

    def inside(value: object) -> object:
        if isinstance(value, list):
            return [inside(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {
            name: topics.into_world(gateway, one)
            if ha.is_topic_name(name) and isinstance(one, str) and one
            else inside(one)
            for name, one in value.items()
        }

    settings = inside(announcement.settings)
    for name, one in announcement.settings.items():
        if ha.is_topic_name(name) and isinstance(one, str) and one and not topics.is_topic(one):
            raise ha.BadAnnouncement("announcement", f"{name} is no topic")
    return ha.Announcement(announcement.place, settings if isinstance(settings, dict) else {})


def _actor(gateway: str) -> Actor:
    return Actor(
        ActorKind.SYSTEM,
        f"gateway/{gateway}",
        permissions=frozenset({Permission.DEVICE_ENROL}),
        branches=None,
    )

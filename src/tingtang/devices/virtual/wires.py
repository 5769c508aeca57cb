"""Virtual devices on the real wire: each its own MQTT connection, with its own credentials."""

import asyncio
import hashlib
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

import aiomqtt
import httpx
import msgspec

from tingtang.devices.model import wire
from tingtang.devices.virtual.clocks import DeviceClock
from tingtang.devices.virtual.machine import UPLOAD, Machine, Said, Upload
from tingtang.devices.virtual.surroundings import Surroundings, surroundings
from tingtang.devices.waking import magic_packet

TICK_S = 0.2
UPLOAD_S = 10.0
RECONNECT_S = (0.5, 10.0)
"""The first wait after a lost connection, and the longest; it doubles."""
UNSENT_MAX = 200
"""Messages that wait for a connection; the oldest are let go."""
KEPT_WHILE_AWAY = frozenset({"event", "result", UPLOAD})
"""What is still worth saying later. Beats and samples of the past are not, and the rest is said
anew at each connection."""
ONCE_IS_ENOUGH = frozenset({"beat"})
"""Sent with QoS 0."""
LUX_OF_A_WATT = 2.4
"""A hall's lights give some 120 lm/W on 50 m² a circuit."""

logger = logging.getLogger(__name__)


class Broker(msgspec.Struct, frozen=True):
    """Where devices connect."""

    host: str
    port: int
    has_tls: bool = False


def parse_broker(url: str) -> Broker:
    """``mqtt://host:port`` or ``mqtts://host:port``; raises ValueError for anything else."""
    parts = urlsplit(url)
    if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
        raise ValueError(f"{url}: mqtt://host:port")
    has_tls = parts.scheme == "mqtts"
    return Broker(parts.hostname, parts.port or (8883 if has_tls else 1883), has_tls)


class Wire:
    """One machine's connection. It reconnects for as long as it runs."""

    def __init__(
        self, machine: Machine, secret: str, broker: Broker, clock: DeviceClock, server: str = ""
    ) -> None:
        self.machine = machine
        self.connections = 0
        self._secret = secret
        self._broker = broker
        self._clock = clock
        self._server = server
        """Where pictures and logs are sent: ``http://host:port``; empty: nowhere."""
        self._unsent: deque[Said] = deque(maxlen=UNSENT_MAX)
        self._news = asyncio.Event()
        self._is_connected = False

    def say(self, said: Sequence[Said]) -> None:
        """Send these when there is a connection."""
        for one in said:
            if self._is_connected or one.topic in KEPT_WHILE_AWAY:
                self._unsent.append(one)
        self._news.set()

    async def run(self) -> None:
        """Keep the connection while the machine is up."""
        wait_s = RECONNECT_S[0]
        while True:
            while not self.machine.listens:
                self._news.clear()
                await self._news.wait()
            try:
                await self._connected()
                wait_s = RECONNECT_S[0]
            except aiomqtt.MqttError as error:
                logger.warning("%s: %s", self.machine.id, error)
                await asyncio.sleep(wait_s * self.machine.random.uniform(0.5, 1))
                wait_s = min(wait_s * 2, RECONNECT_S[1])

    async def _connected(self) -> None:
        root = f"{wire.ROOT}/{self.machine.id}"
        will = aiomqtt.Will(
            f"{root}/up/state", _encode(wire.LinkState(wire.Link.OFFLINE)), qos=1, retain=True
        )
        client = aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            username=self.machine.id,
            password=self._secret,
            identifier=self.machine.id,
            will=will,
            keepalive=max(10, self.machine.type.beat_seconds * 2),
            protocol=aiomqtt.ProtocolVersion.V311,
            tls_params=aiomqtt.TLSParameters() if self._broker.has_tls else None,
        )
        async with client:
            await client.subscribe([(f"{root}/down/command", 1), (f"{root}/down/modules", 1)])
            # Everything that is kept of it comes first, then what happened while it was away.
            if self.machine.is_up:
                self._unsent.extendleft(reversed(self.machine.introduce(self._clock.now_ms())))
            self._is_connected = True
            self.connections += 1
            hearing = asyncio.create_task(self._hear(client))
            sending = asyncio.create_task(self._send(client, f"{root}/up"))
            try:
                await asyncio.wait((hearing, sending), return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._is_connected = False
                for task in (hearing, sending):
                    task.cancel()
                found = await asyncio.gather(hearing, sending, return_exceptions=True)
            for one in found:
                if isinstance(one, Exception):
                    raise one

    async def _send(self, client: aiomqtt.Client, root: str) -> None:
        """Send what there is to send, until the machine goes away."""
        while self._unsent or self.machine.listens:
            if not self._unsent:
                self._news.clear()
                await self._news.wait()
                continue
            said = self._unsent[0]
            if isinstance(said.body, Upload):
                result = await self._upload(said.body)
                self.machine.sent(result)
                answer = Said("result", result)
                if self._unsent and self._unsent[0] is said:
                    self._unsent[0] = answer
                said = answer
            qos = 0 if said.topic in ONCE_IS_ENOUGH else 1
            await client.publish(
                f"{root}/{said.topic}", _encode(said.body), qos=qos, retain=said.is_retained
            )
            if self._unsent and self._unsent[0] is said:
                self._unsent.popleft()

    async def _upload(self, upload: Upload) -> wire.CommandResult:
        """Send a picture or a log; the result says where it is kept, or why it is not."""
        result = upload.result
        if not self._server:
            if upload.kind == "log":
                return result  # its short form is in the result
            return wire.CommandResult(result.command, wire.CommandStep.FAILED, "no_server")
        device = self.machine.id
        try:
            async with httpx.AsyncClient(timeout=UPLOAD_S, trust_env=False) as client:
                answer = await client.put(
                    f"{self._server}/api/device-files/{device}/{upload.kind}",
                    params={"command": result.command},
                    content=upload.body,
                    auth=(device, self._secret),
                    headers={"X-Tingtang": "1"},
                )
            if answer.status_code != 201:
                code = f"http_{answer.status_code}"
                return wire.CommandResult(result.command, wire.CommandStep.FAILED, code)
            return msgspec.structs.replace(result, data={"file": str(answer.json()["file"])})
        except (httpx.HTTPError, ValueError, KeyError) as error:
            return wire.CommandResult(
                result.command, wire.CommandStep.FAILED, "not_sent", str(error)[:200]
            )

    async def _hear(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            payload = message.payload if isinstance(message.payload, bytes) else b""
            try:
                if message.topic.value.endswith("/down/command"):
                    call = msgspec.json.decode(payload, type=wire.CommandCall)
                    self.say(self.machine.hear(call, self._clock.now_ms()))
                elif payload:
                    in_use = msgspec.json.decode(payload, type=dict[str, bool])
                    self.machine.use_modules(in_use)
            except msgspec.DecodeError as error:
                logger.warning("%s: %s: %s", self.machine.id, message.topic, error)


def mac_of(device: str) -> str:
    """The address of a virtual device's network card; locally administered, so that no real one has
    it."""
    digest = hashlib.sha256(device.encode()).digest()
    return ":".join(f"{one:02x}" for one in (0x02, *digest[:5]))


class NetworkCards(asyncio.DatagramProtocol):
    """The cards of switched-off machines: each waits for the magic packet with its address."""

    def __init__(self, wake: Mapping[bytes, Callable[[], None]]) -> None:
        self._wake = wake
        """By the packet's own bytes."""

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002
        wake = self._wake.get(data)
        if wake is not None:
            wake()


class Fleet:
    """Machines that stand in one branch and share its light and its hour."""

    def __init__(
        self, wires: Sequence[Wire], clock: DeviceClock, *, seed: int = 0, wake_port: int = 0
    ) -> None:
        self.wires = wires
        self._clock = clock
        self._seed = seed
        self._wake_port = wake_port
        """Where their network cards listen; 0: nowhere."""

    async def run(self) -> None:
        """Run until cancelled."""
        if self._wake_port:
            await asyncio.get_running_loop().create_datagram_endpoint(
                self._network_cards, local_addr=("127.0.0.1", self._wake_port)
            )
        for one in self.wires:
            one.say(one.machine.start(self._clock.now_ms()))
        tasks = [asyncio.create_task(one.run(), name=one.machine.id) for one in self.wires]
        tasks.append(asyncio.create_task(self._tick(), name="ticks"))
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _network_cards(self) -> NetworkCards:
        def waking(machine: Machine) -> Callable[[], None]:
            return lambda: machine.wake(self._clock.now_ms())

        machines = [one.machine for one in self.wires]
        return NetworkCards({magic_packet(mac_of(one.id)): waking(one) for one in machines})

    async def _tick(self) -> None:
        while True:
            now_ms = self._clock.now_ms()
            around = self.around(now_ms)
            for one in self.wires:
                if said := one.machine.step(around, now_ms):
                    one.say(said)
            await asyncio.sleep(TICK_S)

    def around(self, now_ms: int) -> Surroundings:
        """The branch's surroundings, with the light of its own lamps and curtains."""
        bodies = [one.machine.body for one in self.wires]
        lights = [body.number("power") for body in bodies if body.type.code == "light"]
        curtains = [body.number("position") for body in bodies if body.type.code == "curtain"]
        return surroundings(
            now_ms,
            lamp_light=LUX_OF_A_WATT * sum(lights) / len(lights) if lights else 0.0,
            curtains_open=sum(curtains) / len(curtains) / 100 if curtains else 1.0,
            seed=self._seed,
        )


def _encode(body: object) -> bytes:
    return msgspec.json.encode(body)

"""The platform's own connection to a broker that stands elsewhere (Mosquitto, EMQX, NATS)."""

import asyncio
import logging
import random
import ssl
from collections.abc import Callable
from contextlib import suppress

import msgspec

from tingtang.devices.model import mqtt_packets as mp
from tingtang.devices.mqtt.protocol import PacketProtocol

KEEP_ALIVE_S = 10
GREETING_SECONDS = 10.0
BACK_OFF_FIRST_SECONDS, BACK_OFF_MAX_SECONDS = 0.25, 15.0
PACKETS_A_TURN = 100
"""Before the rest of the platform has its turn."""
PACKET_BYTES_MAX = 1_000_000
"""What a broker may send us; what devices may say is less and is checked apart."""
INFLIGHT_MAX = 2_000
"""Messages that the broker has not acknowledged; beyond it nothing more is sent."""
SUBSCRIPTIONS_A_PACKET = 100

logger = logging.getLogger(__name__)

Heard = Callable[[str, bytes, bool], "asyncio.Future[None] | None"]
"""Topic, payload, whether it was retained; gives what to wait for before the acknowledgement."""


class ClientOptions(msgspec.Struct, frozen=True, kw_only=True):
    host: str
    port: int = 1883
    username: str = ""
    password: str = ""
    client: str = "tingtang"
    tls: ssl.SSLContext | None = None

    def __repr__(self) -> str:
        return f"ClientOptions({self.host}:{self.port})"


class MqttClient:
    """Stays connected, with ever longer pauses between attempts, and subscribed."""

    def __init__(
        self,
        options: ClientOptions,
        heard: Heard,
        on_up: Callable[[], None],
        on_down: Callable[[], None],
    ) -> None:
        self.options = options
        self.heard = heard
        self.inflight: set[int] = set()
        self._on_up = on_up
        self._on_down = on_down
        self._filters: dict[str, int] = {}
        self._packet = 0
        self._link: _Link | None = None
        self._task: asyncio.Task[None] | None = None
        self.is_up = False

    async def start(self) -> None:
        """Begin to connect; does not wait for the broker, which may come later."""
        self._task = asyncio.create_task(self._stay_connected(), name="mqtt-client")

    async def stop(self) -> None:
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    def subscribe(self, *filters: str, qos: int = 1) -> None:
        """Hear these topics from now on, over every new connection as well."""
        self._filters.update(dict.fromkeys(filters, qos))
        if self.is_up:
            self._send_subscriptions([(one, qos) for one in filters])

    def unsubscribe(self, *filters: str) -> None:
        known = [one for one in filters if self._filters.pop(one, None) is not None]
        if known and self.is_up and self._link is not None:
            self._link.send(mp.unsubscribe(self._next_packet(), known))

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> bool:
        """Send; False where the broker is away or behind and nothing was sent."""
        link = self._link
        if link is None or not self.is_up or link.is_congested or len(self.inflight) > INFLIGHT_MAX:
            return False
        message = mp.Publish(topic, payload, qos, retain)
        if qos:
            message.packet = self._next_packet()
            self.inflight.add(message.packet)
        link.send(mp.publish(message))
        return True

    def _next_packet(self) -> int:
        self._packet = self._packet % 65_535 + 1
        while self._packet in self.inflight:
            self._packet = self._packet % 65_535 + 1
        return self._packet

    def _send_subscriptions(self, filters: list[tuple[str, int]]) -> None:
        for start in range(0, len(filters), SUBSCRIPTIONS_A_PACKET):
            part = filters[start : start + SUBSCRIPTIONS_A_PACKET]
            if self._link is not None:
                self._link.send(mp.subscribe(self._next_packet(), part))

    async def _stay_connected(self) -> None:
        pause = BACK_OFF_FIRST_SECONDS
        while True:
            try:
                await self._one_connection()
                pause = BACK_OFF_FIRST_SECONDS
            except (OSError, TimeoutError, NotWelcome) as error:
                logger.warning("the broker %r cannot be reached: %s", self.options, error)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            pause = min(BACK_OFF_MAX_SECONDS, pause * 2)

    async def _one_connection(self) -> None:
        """From connecting to losing; returns if it was up, else raises why it was not."""
        loop, options = asyncio.get_running_loop(), self.options
        async with asyncio.timeout(GREETING_SECONDS):
            _, link = await loop.create_connection(
                lambda: _Link(self), options.host, options.port, ssl=options.tls
            )
        try:
            link.send(
                mp.connect(
                    mp.Connect(
                        client=options.client,
                        is_clean=False,
                        keep_alive_s=KEEP_ALIVE_S,
                        username=options.username,
                        password=options.password,
                    )
                )
            )
            async with asyncio.timeout(GREETING_SECONDS):
                await link.answered.wait()
            if link.refusal:
                raise NotWelcome(link.refusal)
            self._link, self.is_up = link, True
            logger.info("connected to the broker %r", options)
            self._send_subscriptions(list(self._filters.items()))
            self._on_up()
            await self._keep_alive(link)
        finally:
            was_up, self.is_up, self._link = self.is_up, False, None
            self.inflight.clear()
            with suppress(Exception):
                link.send(mp.DISCONNECT)
            link.close()
            if was_up:
                self._on_down()

    async def _keep_alive(self, link: "_Link") -> None:
        """Return when the link is gone, or has not answered for too long."""
        while link.is_open:
            with suppress(TimeoutError):
                async with asyncio.timeout(KEEP_ALIVE_S / 2):
                    await link.gone.wait()
            if link.is_silent(link.loop.time(), KEEP_ALIVE_S * 1.5):
                logger.warning("the broker %r has fallen silent", self.options)
                link.cut()
                return
            link.send(mp.PINGREQ)


class NotWelcome(Exception):  # noqa: N818
    """The broker refuses us, or is none."""


class _Link(PacketProtocol):
    """One connection of the client."""

    def __init__(self, client: MqttClient) -> None:
        super().__init__(PACKET_BYTES_MAX)
        self._client = client
        self._turn = 0
        self.answered = asyncio.Event()
        self.refusal = "closed before it answered"
        self.gone = asyncio.Event()

    def ended(self) -> None:
        self.gone.set()
        self.answered.set()

    def malformed(self, detail: str) -> None:
        logger.warning("the broker sent what is no MQTT: %s", detail)

    def rest_seconds(self) -> float | None:
        self._turn += 1
        if self._turn < PACKETS_A_TURN:
            return None
        self._turn = 0
        return 0.0

    def take(self, first: int, body: bytes) -> None:
        kind = first >> 4
        if kind == mp.PacketType.PUBLISH:
            message = mp.read_publish(first, body)
            kept = self._client.heard(message.topic, message.payload, message.retain)
            if message.qos:  # we subscribe with 1 at most
                self.acknowledge(message.packet, kept)
        elif kind == mp.PacketType.PUBACK:
            self._client.inflight.discard(mp.read_number(body))
        elif kind == mp.PacketType.SUBACK:
            if mp.SUBSCRIBE_REFUSED in mp.read_suback(body)[1]:
                logger.warning("the broker refuses a subscription: look at its access rules")
        elif kind == mp.PacketType.CONNACK and not self.answered.is_set():
            is_accepted = len(body) == 2 and body[1] == mp.ConnectCode.ACCEPTED
            self.refusal = "" if is_accepted else f"it refuses with {body.hex()}"
            self.answered.set()
        elif kind not in {mp.PacketType.PINGRESP, mp.PacketType.UNSUBACK}:
            raise mp.Malformed("no packet that a broker may send now")

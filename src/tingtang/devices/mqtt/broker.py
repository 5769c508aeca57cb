"""The embedded MQTT broker: who may connect, what goes to whom, what is kept.

It is made for one purpose: machines talk to the platform and to nobody else. Every topic belongs to
one user, so that there is no subscription across users and what one sends costs nobody else.
Why it is our own: ``docs/decisions/0006-mqtt.md``.
"""

import asyncio
import logging
import ssl
from collections import deque
from collections.abc import Callable
from typing import Protocol

from tingtang.devices.model import mqtt_packets as mp
from tingtang.devices.model import mqtt_topics as topics
from tingtang.devices.mqtt.connection import Connection
from tingtang.devices.mqtt.retained import Retained, RetainedStore
from tingtang.devices.mqtt.sessions import Account, Limits, Session, Subscription

SWEEP_SECONDS = 1.0

logger = logging.getLogger(__name__)

Gate = Callable[[str, str], Account | None]
"""Whose user name and password these are; None for nobody's. Must not wait for anything."""


class Ear(Protocol):
    """The platform, as the broker sees it. No call may fail or wait."""

    def heard(
        self, user: str, topic: str, payload: bytes, retain: bool
    ) -> "asyncio.Future[None] | None":
        """A message; a future where its sender must wait until something is on disk."""
        ...

    def arrived(self, user: str) -> None:
        """The user has its first connection."""
        ...

    def left(self, user: str) -> None:
        """The user's last connection has gone; a will, if there is one, was heard before."""
        ...

    def flag(self, user: str, code: str, detail: str) -> None: ...


class Deaf:
    """An ear for a broker that nobody listens to yet."""

    def heard(self, user: str, topic: str, payload: bytes, retain: bool) -> None:
        """Nothing is kept."""

    def arrived(self, user: str) -> None: ...
    def left(self, user: str) -> None: ...
    def flag(self, user: str, code: str, detail: str) -> None: ...


class Broker:
    """Listens, and carries messages between clients and the platform."""

    def __init__(
        self,
        gate: Gate,
        limits: Limits | None = None,
        retained: RetainedStore | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.retained = retained or RetainedStore()
        self.ear: Ear = Deaf()
        """Set it before :meth:`listen`."""
        self._gate = gate
        self._connections: set[Connection] = set()
        self._strangers = 0
        self._nobody = asyncio.Event()
        self._sessions: dict[str, dict[str, Session]] = {}
        """By user, then by key."""
        self._take_overs: dict[str, deque[float]] = {}
        self._servers: list[asyncio.Server] = []
        self._tasks: list[asyncio.Task[None]] = []

    # -- starting and ending -------------------------------------------------------------------

    def open(self) -> None:
        """Read what is retained, and begin to look after clients; call once, before listening."""
        self.retained.load()
        self._tasks = [
            asyncio.create_task(self._sweep(), name="mqtt-sweep"),
            asyncio.create_task(self.retained.run(), name="mqtt-retained"),
        ]

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Listen; gives the port, which the system chooses where ``port`` is 0."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(self), host, port, ssl=tls)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close every connection and write what is retained."""
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # Nobody is told that clients have gone: they have not, and will be back with the platform.
        self._sessions.clear()
        for connection in list(self._connections):
            connection.will = None
            connection.cut()
        if self._connections:
            await self._nobody.wait()
        for server in self._servers:
            await server.wait_closed()
        self._servers, self._tasks = [], []
        await self.retained.flush()

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep(loop.time())

    def sweep(self, now: float) -> None:
        """Cut silent connections (half-open links among them), forget old sessions."""
        for connection in list(self._connections):
            if connection.session is not None and connection.is_silent(
                now, connection.idle_seconds
            ):
                connection.cut()
        for user, own in list(self._sessions.items()):
            for key, session in list(own.items()):
                away = now - session.gone_at
                if session.connection is None and away > self.limits.away_seconds:
                    del own[key]
            if not own:
                del self._sessions[user]
        for user, times in list(self._take_overs.items()):
            if now - times[-1] > self.limits.flap_seconds:
                del self._take_overs[user]

    # -- for the platform ----------------------------------------------------------------------

    @property
    def connection_count(self) -> int:
        return len(self._connections)

    def is_connected(self, user: str) -> bool:
        return any(one.connection is not None for one in self._sessions.get(user, {}).values())

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> bool:
        """Say something to the user whose topic this is; False where nobody is connected."""
        user = topic.split("/", 2)[1]
        if retain:
            self.retained.set(user, topic, Retained(payload, qos), self.limits.gateway_retained_max)
        self._route(user, topic, payload, qos)
        return self.is_connected(user)

    def cut_off(self, user: str) -> None:
        """End a user's connections, without its will, and forget what was kept for it."""
        for session in self._sessions.pop(user, {}).values():
            connection = session.connection
            session.connection = None
            if isinstance(connection, Connection):
                connection.will = None
                connection.cut()

    # -- for connections -----------------------------------------------------------------------

    def opened(self, connection: Connection) -> bool:
        """A new connection; False if there are too many."""
        self._connections.add(connection)
        self._strangers += 1
        self._nobody.clear()
        if len(self._connections) > self.limits.connections_max:
            logger.warning("too many connections to the broker")
            return False
        return self._strangers <= self.limits.strangers_max

    def connect(self, connection: Connection, asked: mp.Connect) -> mp.ConnectCode:
        """Let a client in; nothing of anybody's is touched before it has proved who it is."""
        if asked.level != 4:
            return mp.ConnectCode.UNKNOWN_VERSION
        account = self._gate(asked.username, asked.password)
        if account is None:
            self.ear.flag(asked.username, "bad_secret", "")
            return mp.ConnectCode.BAD_SECRET
        user = account.user
        if not account.is_gateway and asked.client != user:
            self.ear.flag(user, "client_id", asked.client[:60])
            return mp.ConnectCode.BAD_ID
        will = asked.will
        if will is not None:
            topic = self._named(account, will.topic)
            if not self._may_publish(account, topic):
                self.ear.flag(user, "topic", topic[:120])
                return mp.ConnectCode.NOT_ALLOWED
            will = mp.Will(topic, will.payload, will.qos, will.retain)
        own = self._sessions.setdefault(user, {})
        was_connected = self.is_connected(user)
        session = own.get(asked.client)
        if session is None or asked.is_clean or session.is_clean:
            is_kept, fresh = False, Session(asked.client, account, self.limits)
        else:
            is_kept, fresh = True, session
        if session is None and len(own) >= self.limits.gateway_clients_max:
            away = [key for key, one in own.items() if one.connection is None]
            if not away:
                return mp.ConnectCode.UNAVAILABLE
            del own[away[0]]
        if session is not None:
            self._take_over(user, session)
        own = self._sessions.setdefault(user, {})  # the will of the old one may have changed it
        own[asked.client] = fresh
        fresh.is_clean = asked.is_clean
        fresh.connection = connection
        connection.session, connection.will = fresh, will
        self._strangers -= 1
        connection.send(mp.connack(mp.ConnectCode.ACCEPTED, is_kept))
        fresh.send_again()
        if not was_connected:
            self.ear.arrived(user)
        return mp.ConnectCode.ACCEPTED

    def closed(self, connection: Connection) -> None:
        """A connection has ended: say its will, unless it said goodbye."""
        self._connections.discard(connection)
        if not self._connections:
            self._nobody.set()
        session = connection.session
        if session is None:
            self._strangers -= 1
            return
        user, was_mine = session.account.user, session.connection is connection
        if was_mine:
            session.connection = None
            session.gone_at = asyncio.get_running_loop().time()
            if session.is_clean:
                self._sessions.get(user, {}).pop(session.key, None)
        if connection.will is not None:
            will, connection.will = connection.will, None
            self._say(session.account, will.topic, will.payload, will.qos, will.retain)
        if was_mine and not self.is_connected(user):
            self.ear.left(user)

    def publish_from(self, session: Session, message: mp.Publish) -> "asyncio.Future[None] | None":
        """A client's message, if it is its to say; what is not is let go and flagged."""
        account = session.account
        topic = self._named(account, message.topic)
        if not self._may_publish(account, topic):
            self.ear.flag(account.user, "topic", topic[:120])
            return None
        return self._say(account, topic, message.payload, message.qos, message.retain)

    def subscribe(self, session: Session, asked: str, qos: int) -> int:
        """The quality granted, or 128."""
        account = session.account
        named = self._named(account, asked)
        own = session.subscriptions
        is_own = topics.is_filter(named) and topics.may_subscribe(
            account.user, account.is_gateway, named
        )
        if not is_own:
            self.ear.flag(account.user, "topic", asked[:120])
            return mp.SUBSCRIBE_REFUSED
        if named not in own and len(own) >= self.limits.subscriptions_max:
            return mp.SUBSCRIBE_REFUSED
        granted = min(qos, mp.QOS_GRANTED_MAX)
        own[named] = Subscription(granted, named == asked)
        return granted

    def unsubscribe(self, session: Session, asked: str) -> None:
        session.subscriptions.pop(self._named(session.account, asked), None)

    def send_retained(self, session: Session, asked: str) -> None:
        """What is kept of a subscription's topics; a device is sent its own only."""
        user, named = session.account.user, self._named(session.account, asked)
        subscription = session.subscriptions[named]
        for topic, kept in list(self.retained.of(user).items()):
            if topics.matches(named, topic):
                qos = min(kept.qos, subscription.qos)
                session.deliver(self._shown(session, subscription, topic), kept.payload, qos, True)

    def malformed(self, connection: Connection, detail: str) -> None:
        if connection.session is not None:
            self.ear.flag(connection.session.account.user, "malformed", detail)

    def flooded(self, connection: Connection) -> None:
        if connection.session is not None:
            self.ear.flag(connection.session.account.user, "flood", "")

    # -- inside --------------------------------------------------------------------------------

    def _take_over(self, user: str, session: Session) -> None:
        """The newer connection wins [MQTT-3.1.4-2]; two machines of one name are noticed."""
        old = session.connection
        if not isinstance(old, Connection):
            return
        times = self._take_overs.setdefault(user, deque(maxlen=self.limits.flaps))
        times.append(asyncio.get_running_loop().time())
        is_full = len(times) == self.limits.flaps
        if is_full and times[-1] - times[0] <= self.limits.flap_seconds:
            self.ear.flag(user, "clash", "")
        session.connection = None
        will, old.will = old.will, None
        old.cut()
        if will is not None:
            self._say(session.account, will.topic, will.payload, will.qos, will.retain)

    def _say(
        self, account: Account, topic: str, payload: bytes, qos: int, retain: bool
    ) -> "asyncio.Future[None] | None":
        limits, user = self.limits, account.user
        if retain:
            most = limits.gateway_retained_max if account.is_gateway else limits.device_retained_max
            kept = Retained(payload, min(qos, mp.QOS_GRANTED_MAX))
            if not self.retained.set(user, topic, kept, most):
                self.ear.flag(user, "retained", topic[:120])
        if account.is_gateway:
            self._route(user, topic, payload, qos)
        return self.ear.heard(user, topic, payload, retain)

    def _route(self, user: str, topic: str, payload: bytes, qos: int) -> None:
        for session in self._sessions.get(user, {}).values():
            subscription = session.wants(topic)
            if subscription is not None:
                shown = self._shown(session, subscription, topic)
                before = session.lost
                session.deliver(shown, payload, min(qos, subscription.qos))
                if session.lost > before:
                    self.ear.flag(user, "slow", "")

    @staticmethod
    def _named(account: Account, topic: str) -> str:
        return topics.into_world(account.user, topic) if account.is_gateway else topic

    @staticmethod
    def _shown(session: Session, subscription: Subscription, topic: str) -> str:
        if not session.account.is_gateway or subscription.in_full:
            return topic
        return topics.out_of_world(session.account.user, topic)

    @staticmethod
    def _may_publish(account: Account, topic: str) -> bool:
        return topics.is_topic(topic) and topics.may_publish(
            account.user, account.is_gateway, topic
        )

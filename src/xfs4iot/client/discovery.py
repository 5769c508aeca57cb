"""Finding services: every standard port of a host is asked for a publisher, all at once."""

import asyncio
import ssl
from collections.abc import Iterable

import msgspec

from xfs4iot.addresses import PATH, STANDARD_PORTS
from xfs4iot.client.connection import Connection
from xfs4iot.errors import XfsError
from xfs4iot.messages import Dialect, Payload

PROBES_AT_ONCE = 64
SERVICES_MAX = 256
"""Services taken from one publisher."""


class Publisher(msgspec.Struct, frozen=True):
    """A publisher that answered, and what it lists."""

    uri: str
    vendor: str
    services: tuple[str, ...]
    """The URIs of its services."""

    def find(self, name: str) -> str | None:
        """The URI of the service whose last part is ``name``."""
        return next((uri for uri in self.services if uri.rsplit("/", 1)[-1] == name), None)


def candidates(host: str, ports: Iterable[int] = STANDARD_PORTS) -> list[str]:
    """The publisher URIs to try: port 80 plain, 443 with TLS, the others both ways."""
    shown = f"[{host}]" if ":" in host else host
    found = []
    for port in ports:
        if port != 80:
            found.append(f"wss://{shown}:{port}{PATH}")
        if port != 443:
            found.append(f"ws://{shown}:{port}{PATH}")
    return found


async def discover(
    hosts: Iterable[str] = ("localhost",),
    *,
    ports: Iterable[int] = STANDARD_PORTS,
    timeout_ms: int = 2_000,
    tls: ssl.SSLContext | None = None,
    dialect: Dialect = Dialect.IN_HEADER,
) -> list[Publisher]:
    """Ask all ports of all hosts; give the publishers that answer within ``timeout_ms``.

    Without ``tls`` certificates are checked against the system's. A port that answers slowly,
    wrongly or not at all is passed over.
    """
    numbers = tuple(ports)
    uris = [uri for host in hosts for uri in candidates(host, numbers)]
    turn = asyncio.Semaphore(PROBES_AT_ONCE)
    ends_at = asyncio.get_running_loop().time() + timeout_ms / 1000

    async def probe(uri: str) -> Publisher | None:
        try:
            async with asyncio.timeout_at(ends_at), turn:
                secure = tls if uri.startswith("wss") else None
                return await ask(uri, tls=secure, dialect=dialect)
        except (XfsError, TimeoutError):
            return None

    found = await asyncio.gather(*(probe(uri) for uri in uris))
    return [publisher for publisher in found if publisher is not None]


async def ask(
    uri: str, *, tls: ssl.SSLContext | None = None, dialect: Dialect = Dialect.IN_HEADER
) -> Publisher:
    """What the publisher at ``uri`` lists, in its events and its completion. Raises XfsError."""
    async with await Connection.open(uri, tls=tls, dialect=dialect) as connection:
        done = await connection.execute("ServicePublisher.GetServices")
    vendor, services = "", dict[str, None]()
    details = [e.payload for e in done.events if e.name == "ServicePublisher.ServiceDetailEvent"]
    for payload in (*details, done.payload):
        vendor = _text(payload.get("vendorName")) or vendor
        for service in _uris(payload):
            services[service] = None
    return Publisher(uri, vendor, tuple(services)[:SERVICES_MAX])


def _uris(payload: Payload) -> list[str]:
    listed = payload.get("services")
    rows = listed if isinstance(listed, list) else []
    uris = [_text(row.get("serviceURI")) for row in rows if isinstance(row, dict)]
    return [uri for uri in uris if uri.startswith(("ws://", "wss://"))]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

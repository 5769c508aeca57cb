"""A machine on the network: several services behind one port, and the publisher that lists them."""

import asyncio
import http
import ssl
from collections.abc import Iterable
from typing import ClassVar
from urllib.parse import quote

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request as HttpRequest
from websockets.http11 import Response

from xfs4iot.addresses import FREE_PORTS, PATH
from xfs4iot.messages import MESSAGE_BYTES_MAX, Dialect
from xfs4iot.server.commands import Reply, command
from xfs4iot.server.common import CommonService
from xfs4iot.server.requests import Request
from xfs4iot.server.service import Service
from xfs4iot.server.session import Observer, Session


class ServicePublisher(CommonService):
    """Lists the services of its host."""

    interfaces: ClassVar[tuple[str, ...]] = ("Common", "ServicePublisher")
    events: ClassVar[tuple[str, ...]] = (
        *CommonService.events,
        "ServicePublisher.ServiceDetailEvent",
    )

    def __init__(self, host: "Host") -> None:
        super().__init__("")
        self._host = host

    @command("ServicePublisher.GetServices", immediate=True)
    async def get_services(self, request: Request, _: object) -> Reply:
        for service in self._host.services.values():
            request.event("ServicePublisher.ServiceDetailEvent", self._details([service]))
        return self._details(self._host.services.values())

    def _details(self, services: Iterable[Service]) -> dict[str, object]:
        uris = [{"serviceURI": self._host.uri_of(service.name)} for service in services]
        return {"vendorName": self._host.vendor, "services": uris}


class Host:
    """Publishes services on one port. ``async with Host(services) as host: ...``

    ``port=0`` lets the system choose; ``port=None`` takes the first free one of the ports where
    clients look. ``public_name`` is the name clients reach this machine by, for the services' URIs.
    """

    def __init__(
        self,
        services: Iterable[Service],
        *,
        host: str = "127.0.0.1",
        port: int | None = 0,
        vendor: str = "xfs4iot",
        tls: ssl.SSLContext | None = None,
        public_name: str | None = None,
        dialect: Dialect = Dialect.IN_HEADER,
        message_bytes_max: int = MESSAGE_BYTES_MAX,
        observer: Observer | None = None,
    ) -> None:
        self.services = {service.name: service for service in services}
        if len(self.services) != len(self.services.keys() - {""}):
            raise ValueError("a service has no name")
        self.vendor = vendor
        self.dialect = dialect
        """How the host answers a client whose first command does not show a dialect."""
        self.port = port or 0
        self._any_standard_port = port is None
        self._bind = host
        self._public_name = public_name or host
        self._tls = tls
        self._message_bytes_max = message_bytes_max
        self._observer = observer
        self._publisher = ServicePublisher(self)
        self._server: Server | None = None
        self._lost_power = False

    @property
    def uri(self) -> str:
        """The publisher's URI."""
        scheme = "wss" if self._tls else "ws"
        return f"{scheme}://{self._public_name}:{self.port}{PATH}"

    def uri_of(self, name: str) -> str:
        """The URI of the service ``name``."""
        return f"{self.uri}/{quote(name)}"

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        ports = FREE_PORTS if self._any_standard_port else (self.port,)
        for number in ports:
            try:
                self._server = await serve(
                    self._serve,
                    self._bind,
                    number,
                    ssl=self._tls,
                    process_request=self._route,
                    max_size=self._message_bytes_max,
                    compression=None,
                    server_header=None,
                    close_timeout=1,
                )
            except OSError:
                if number == ports[-1]:
                    raise
            else:
                break
        if self._lost_power:
            self._lost_power = False
            for service in self.services.values():
                service.machine_started()
        if self._server is not None:
            self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        """Say goodbye to clients and stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None
        await self._abandon()

    async def lose_power(self) -> None:
        """The plug is pulled: connections die without a goodbye, and nothing running completes."""
        await self._abandon()
        self._lost_power = True
        for service in self.services.values():
            service.machine_lost_power()
        if self._server is not None:
            for connection in list(self._server.connections):
                connection.transport.abort()
            self._server.close(close_connections=False)
            await self._server.wait_closed()
            self._server = None

    async def _abandon(self) -> None:
        for service in (self._publisher, *self.services.values()):
            await service.abandon()

    async def __aenter__(self) -> "Host":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _find(self, path: str) -> Service | None:
        bare = path.partition("?")[0].rstrip("/")
        if bare == PATH:
            return self._publisher
        for name, service in self.services.items():
            if bare == f"{PATH}/{quote(name)}":
                return service
        return None

    def _route(self, connection: ServerConnection, request: HttpRequest) -> Response | None:
        if self._find(request.path) is None:
            return connection.respond(http.HTTPStatus.NOT_FOUND, "there is no such service\n")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        request = connection.request
        service = self._find(request.path) if request else None
        if service is not None:
            await Session(connection, service, self.dialect, self._observer).run()


async def serve_until_cancelled(host: Host) -> None:
    """Run ``host`` until this task is canceled."""
    async with host:
        await asyncio.get_running_loop().create_future()

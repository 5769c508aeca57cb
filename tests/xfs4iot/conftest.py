"""A lab: virtual devices on a real port, a client connected to them, every message checked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.xfs4iot.oracle import Oracle
from xfs4iot.client import Completion, Connection, Event, Subscription
from xfs4iot.errors import CommandErrorCode, CommandFailed
from xfs4iot.messages import Dialect
from xfs4iot.server import Host
from xfs4iot.server.service import Service


class Wire:
    """A client of one service, with shorthands for tests."""

    def __init__(self, connection: Connection, unsolicited: Subscription) -> None:
        self.connection = connection
        self.unsolicited = unsolicited

    async def __call__(self, name: str, timeout_ms: int = 0, **payload: Any) -> dict[str, Any]:
        """Execute a command; give the completion's payload."""
        return (await self.do(name, timeout_ms, **payload)).payload

    async def do(self, name: str, timeout_ms: int = 0, **payload: Any) -> Completion:
        return await self.connection.execute(name, payload, timeout_ms=timeout_ms)

    async def fails(self, name: str, timeout_ms: int = 0, **payload: Any) -> str:
        """Execute a command that fails; give its errorCode, or else its completion code."""
        with pytest.raises(CommandFailed) as caught:
            await self.do(name, timeout_ms, **payload)
        failure = caught.value
        return failure.error_code if isinstance(failure, CommandErrorCode) else failure.code

    async def during(
        self, act: Callable[[], object], on: str, name: str, **payload: Any
    ) -> Completion:
        """Execute a command, and ``act`` when its event ``on`` comes."""

        def heard(event: Event) -> None:
            if event.name == on:
                act()

        return await self.connection.execute(name, payload, on_event=heard)

    async def status(self, interface: str = "common") -> dict[str, Any]:
        return (await self("Common.Status"))[interface]

    async def hears(self, name: str) -> dict[str, Any]:
        """The next unsolicited event of that name."""
        while True:
            event = await asyncio.wait_for(self.unsolicited.get(), 5)
            if event.name == name:
                return event.payload

    async def hears_of(self, name: str) -> Any:
        """The next value of the common status ``name`` that a StatusChangedEvent tells."""
        while True:
            changed = await self.hears("Common.StatusChangedEvent")
            common = changed.get("common", changed)  # 2021-1 has no level of its own for it
            if name in common:
                return common[name]


class Lab:
    """Publishes services and connects to them."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.oracle = Oracle()
        self._hosts: list[Host] = []
        self._connections: list[Connection] = []

    async def publish(self, *services: Service) -> Host:
        host = Host(services, observer=self.oracle.see)
        await host.start()
        self._hosts.append(host)
        return host

    async def connect(self, host: Host, service: Service, **options: Any) -> Wire:
        connection = await Connection.open(
            host.uri_of(service.name), dialect=self.dialect, **options
        )
        self._connections.append(connection)
        return Wire(connection, connection.subscribe())

    async def wire(self, service: Service, **options: Any) -> Wire:
        """Publish one service and connect to it."""
        return await self.connect(await self.publish(service), service, **options)

    async def close(self) -> None:
        for connection in self._connections:
            assert list(connection.violations) == []
            await connection.close()
        for host in self._hosts:
            await host.stop()
        assert self.oracle.problems == []


@pytest.fixture(params=list(Dialect))
async def lab(request: pytest.FixtureRequest) -> AsyncIterator[Lab]:
    """A lab in each dialect in turn."""
    lab = Lab(request.param)
    yield lab
    await lab.close()


@pytest.fixture
async def one_lab() -> AsyncIterator[Lab]:
    """A lab in the later dialect, where the dialect does not matter."""
    lab = Lab(Dialect.IN_HEADER)
    yield lab
    await lab.close()

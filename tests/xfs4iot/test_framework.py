"""Acknowledgements, queues, cancellation, versions, nonces: what every service does."""

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.xfs4iot.conftest import Lab
from xfs4iot.client import Connection
from xfs4iot.errors import Canceled, CommandFailed, NotConnected, TooManyRequests
from xfs4iot.messages import Dialect
from xfs4iot.server import CommonService, Host, Request, command
from xfs4iot.server.service import REQUESTS_MAX
from xfs4iot.virtual import World
from xfs4iot.virtual.lights import Lights


class Gate(CommonService):
    """A device whose one movement ends when the test lets it."""

    interfaces = ("Common", "CardReader")

    def __init__(self) -> None:
        super().__init__("Gate")
        self.world = World()
        self.open = False
        self.done: list[int] = []

    def let(self) -> None:
        self.open = True
        self.world.changed()

    @command("CardReader.Move")
    async def move(self, request: Request, _: object) -> dict[str, Any]:
        await request.until(self.world, lambda: self.open)
        self.done.append(request.id)
        return {}

    @command("CardReader.Reset")
    async def fail(self, request: Request, _: object) -> dict[str, Any]:
        raise RuntimeError("a bug in a service, with its secrets")


class Raw:
    """A client that writes what it likes."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket

    async def ask(self, text: str | bytes) -> dict[str, Any]:
        await self.socket.send(text)
        return await self.hear()

    async def hear(self) -> dict[str, Any]:
        return json.loads(await asyncio.wait_for(self.socket.recv(), 5))


def message(number: Any, name: str = "Common.Status", **more: Any) -> str:
    header = {"type": "command", "name": name, "requestId": number, "version": "1.0"}
    return json.dumps({"header": header | more, "payload": {}})


async def test_commands_run_one_after_another_and_status_beside_them(lab: Lab) -> None:
    gate = Gate()
    wire = await lab.wire(gate)
    pending = [await wire.connection.start("CardReader.Move") for _ in range(3)]
    assert (await wire("Common.Status"))["common"]["device"] == "online"
    assert gate.done == []
    gate.let()
    for one in pending:
        await wire.connection.finish(one)
    assert gate.done == [one.request_id for one in pending]


async def test_a_queued_command_is_canceled_at_once_and_all_with_one(lab: Lab) -> None:
    wire = await lab.wire(Gate())
    first, second, third = [await wire.connection.start("CardReader.Move") for _ in range(3)]
    await wire.connection.cancel(second)
    with pytest.raises(Canceled):
        await wire.connection.finish(second)
    await wire.connection.cancel()  # no ids: all of this client's
    for one in (first, third):
        with pytest.raises(Canceled):
            await wire.connection.finish(one)
    assert await wire.fails("Common.Cancel") == "noMatchingRequestIDs"


async def test_one_client_cannot_cancel_for_another(lab: Lab) -> None:
    gate = Gate()
    host = await lab.publish(gate)
    mine, theirs = await lab.connect(host, gate), await lab.connect(host, gate)
    pending = await mine.connection.start("CardReader.Move")
    await theirs("Common.Status")  # so that its own Cancel has another id
    wanted = await theirs.fails("Common.Cancel", requestIds=[pending.request_id])
    assert wanted == "noMatchingRequestIDs"
    gate.let()
    await mine.connection.finish(pending)


async def test_who_leaves_takes_the_queued_commands_along(lab: Lab) -> None:
    gate = Gate()
    host = await lab.publish(gate)
    leaving, staying = await lab.connect(host, gate), await lab.connect(host, gate)
    for _ in range(3):
        await leaving.connection.start("CardReader.Move")
    await leaving.connection.close()
    pending = await staying.connection.start("CardReader.Move")
    gate.let()
    await staying.connection.finish(pending)
    assert gate.done == [pending.request_id]


async def test_a_canceled_caller_cancels_the_command(lab: Lab) -> None:
    gate = Gate()
    wire = await lab.wire(gate)
    task = asyncio.create_task(wire.connection.execute("CardReader.Move"))
    while not wire.connection._pending:  # until it has been sent
        await asyncio.sleep(0)
    await wire("Common.Status")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await wire.fails("CardReader.Move", 30) == "timeOut"


async def test_the_queue_is_bounded(lab: Lab) -> None:
    gate = Gate()
    wire = await lab.wire(gate)
    pending = [await wire.connection.start("CardReader.Move") for _ in range(REQUESTS_MAX)]
    with pytest.raises(TooManyRequests):
        await wire.connection.execute("Common.Status")
    gate.let()
    for one in pending:
        await wire.connection.finish(one)
    await wire("Common.Status")


async def test_a_bug_in_a_service_is_an_internal_error_without_details(lab: Lab) -> None:
    wire = await lab.wire(Gate())
    with pytest.raises(CommandFailed) as caught:
        await wire("CardReader.Reset")
    assert caught.value.code == "internalError"
    assert "secrets" not in str(caught.value)


async def test_unknown_and_unsupported_commands(lab: Lab) -> None:
    lab.oracle.hostile = True
    wire = await lab.wire(Gate())
    assert await wire.fails("CardReader.ChipIO") == "unsupportedCommand"
    lab.oracle.problems.clear()
    assert await wire.fails("CardReader.Fly") == "invalidCommand"
    assert lab.oracle.problems  # the answer to an unknown name holds that name
    lab.oracle.problems.clear()


async def test_versions(lab: Lab) -> None:
    wire = await lab.wire(Lights())
    await wire("Common.SetVersions", commands={"Lights.SetLight": 1})
    assert await wire.fails("Common.SetVersions", commands={"Lights.SetLight": 2}) == "invalidData"
    assert await wire.fails("Common.SetVersions", events={"Lights.Nothing": 1}) == "invalidData"
    listed = (await wire("Common.Capabilities"))["interfaces"]
    assert {one["name"] for one in listed} == {"Common", "Lights"}


async def test_nonces(lab: Lab) -> None:
    device = Lights()
    wire = await lab.wire(device)
    first = (await wire("Common.GetCommandNonce"))["commandNonce"]
    second = (await wire("Common.GetCommandNonce"))["commandNonce"]
    assert first != second == device.nonce
    await wire("Common.ClearCommandNonce")
    assert device.nonce is None
    device.nonce_timeout_ms = 1
    await wire("Common.GetCommandNonce")
    assert (await wire.hears("Common.NonceClearedEvent"))["reasonDescription"]
    assert device.nonce is None


async def test_transaction_state(lab: Lab) -> None:
    wire = await lab.wire(Lights())
    assert (await wire("Common.GetTransactionState"))["state"] == "inactive"
    await wire("Common.SetTransactionState", state="active", transactionID="T1")
    assert await wire("Common.GetTransactionState") == {"state": "active", "transactionID": "T1"}


# On the wire itself


async def test_acknowledgements() -> None:
    async with Host([Lights()]) as host, connect(host.uri_of("Lights")) as socket:
        raw = Raw(socket)
        status = lambda answer: answer["header"].get("status")  # noqa: E731
        assert status(await raw.ask("{")) == "invalidMessage"
        assert status(await raw.ask("[]")) == "invalidMessage"
        assert status(await raw.ask(b"\xff\xfe")) == "invalidMessage"
        assert status(await raw.ask(message(0))) == "invalidRequestID"
        assert status(await raw.ask(message(-1))) == "invalidRequestID"
        assert status(await raw.ask(message("1"))) == "invalidRequestID"
        assert status(await raw.ask(message(1.5))) == "invalidRequestID"
        assert status(await raw.ask(message(None))) == "invalidRequestID"
        assert status(await raw.ask(message(7, timeout=-1))) == "invalidMessage"
        answer = await raw.ask(message(7))
        assert status(answer) is None
        assert answer["header"]["requestId"] == 7
        assert (await raw.hear())["header"]["type"] == "completion"
        assert status(await raw.ask(message(7))) == "invalidRequestID"
        event = message(8).replace('"command"', '"event"')
        assert status(await raw.ask(event)) == "invalidMessage"


async def test_the_two_dialects_on_the_wire() -> None:
    async with Host([Lights()]) as host, connect(host.uri_of("Lights")) as socket:
        raw = Raw(socket)
        header = {"type": "command", "name": "Common.Cancel", "requestId": 1, "version": "1.0"}
        old = {"header": header, "payload": {"timeout": 0, "requestIds": [9]}}
        acknowledge = await raw.ask(json.dumps(old))
        assert acknowledge["payload"] == {"status": "ok"}
        completion = await raw.hear()
        assert completion["payload"]["completionCode"] == "commandErrorCode"
        assert "completionCode" not in completion["header"]
    async with Host([Lights()]) as host, connect(host.uri_of("Lights")) as socket:
        raw = Raw(socket)
        acknowledge = await raw.ask(message(1, timeout=0))
        assert "status" not in acknowledge["payload"]
        completion = await raw.hear()
        assert completion["header"]["completionCode"] == "success"
        assert "completionCode" not in completion["payload"]


async def test_the_hosts_dialect_for_clients_that_show_none() -> None:
    async with (
        Host([Lights()], dialect=Dialect.IN_PAYLOAD) as host,
        connect(host.uri_of("Lights")) as socket,
    ):
        assert (await Raw(socket).ask(message(1)))["payload"] == {"status": "ok"}


async def test_too_large_a_message_ends_its_connection_only() -> None:
    async with Host([Lights()], message_bytes_max=10_000) as host:
        async with connect(host.uri_of("Lights")) as socket:
            await socket.send("x" * 20_000)
            with pytest.raises(ConnectionClosed):
                await socket.recv()
        async with await Connection.open(host.uri_of("Lights")) as connection:
            await connection.execute("Common.Status")


async def test_a_client_that_does_not_read_is_disconnected() -> None:
    lights = Lights()
    async with (
        Host([lights]) as host,
        connect(host.uri_of("Lights"), max_queue=1, close_timeout=0.1) as socket,
    ):
        await Raw(socket).ask(message(1))
        while lights.sessions:
            for _ in range(200):
                lights.broadcast("Common.ErrorEvent", {"vendorDescription": "x" * 10_000})
            await asyncio.sleep(0.001)
        assert not lights.sessions
        async with await Connection.open(host.uri_of("Lights")) as connection:
            reply = await connection.execute("Common.Status")
            assert reply.payload["common"]["device"] == "online"


async def test_no_such_service() -> None:
    async with Host([Lights()]) as host:
        with pytest.raises(NotConnected, match="404"):
            await Connection.open(host.uri_of("Nothing"))
        with pytest.raises(InvalidStatus):
            await connect(host.uri.replace("xfs4iot", "other"))
    with pytest.raises(NotConnected):
        await Connection.open(host.uri)
    with pytest.raises(ValueError, match="name"):
        Host([CommonService("")])

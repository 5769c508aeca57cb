"""The client: time-outs, hostile services, discovery, reconnection."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection, serve

from xfs4iot.client import Connection, LastingClient, ask, discover
from xfs4iot.client.connection import UNSOLICITED_MAX
from xfs4iot.client.discovery import candidates
from xfs4iot.client.lasting import merge, waits_ms
from xfs4iot.errors import (
    BY_CODE,
    CommandErrorCode,
    CompletionMissing,
    ConnectionLost,
    InvalidMessage,
    NotAcknowledged,
    NotConnected,
    OutcomeUnknown,
    Rejected,
    TimeOut,
    UnknownCode,
    XfsError,
    from_completion,
)
from xfs4iot.messages import BadMessage, Dialect, Header, Kind, Message, decode, encode
from xfs4iot.server import Host
from xfs4iot.virtual import Fault
from xfs4iot.virtual.card_reader import CardReader
from xfs4iot.virtual.cash import CashRecycler
from xfs4iot.virtual.lights import Lights
from xfs4iot.virtual.vendor_mode import VendorMode

Script = Callable[[ServerConnection, dict[str, Any]], Awaitable[None]]


@asynccontextmanager
async def scripted(script: Script, **options: Any) -> AsyncIterator[Connection]:
    """A client of a server that answers each command as ``script`` does."""

    async def handle(socket: ServerConnection) -> None:
        async for text in socket:
            await script(socket, json.loads(text)["header"])

    async with serve(handle, "127.0.0.1", 0, close_timeout=0.1) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        connection = await Connection.open(f"ws://127.0.0.1:{port}/xfs4iot/v1.0/X", **options)
        async with connection:
            yield connection


def say(header: dict[str, Any], kind: str, payload: Any = None, **more: Any) -> str:
    kept = {"name": header["name"], "requestId": header["requestId"], "version": "1.0"}
    return json.dumps({"header": kept | {"type": kind} | more, "payload": payload or {}})


def done(header: dict[str, Any], code: str = "success", **payload: Any) -> str:
    return say(header, "completion", payload, completionCode=code)


# What a service may fail to say


async def test_a_service_that_says_nothing() -> None:
    async def silent(socket: ServerConnection, header: dict[str, Any]) -> None:
        pass

    async with scripted(silent, acknowledge_ms=30) as connection:
        with pytest.raises(NotAcknowledged) as caught:
            await connection.execute("Common.Status")
        assert isinstance(caught.value, OutcomeUnknown)
        assert not connection._pending


async def test_a_service_that_never_completes() -> None:
    async def forgetful(socket: ServerConnection, header: dict[str, Any]) -> None:
        await socket.send(say(header, "acknowledge"))

    async with scripted(forgetful, grace_ms=20, completion_ms=40) as connection:
        for timeout_ms in (0, 10):
            with pytest.raises(CompletionMissing) as caught:
                await connection.execute("CashDispenser.Present", timeout_ms=timeout_ms)
            assert caught.value.request_id
        assert not connection._pending


async def test_a_completion_that_comes_after_all() -> None:
    async def late(socket: ServerConnection, header: dict[str, Any]) -> None:
        await socket.send(say(header, "acknowledge"))
        if header["name"] == "Common.Status":
            await socket.send(done(header | {"name": "Lights.SetLight", "requestId": 1}))
            await socket.send(done(header))

    async with scripted(late, completion_ms=20) as connection:
        with pytest.raises(CompletionMissing):
            await connection.execute("Lights.SetLight")
        await connection.execute("Common.Status")
        assert connection.violation_count == 0


async def test_the_connection_breaks() -> None:
    async def cut(socket: ServerConnection, header: dict[str, Any]) -> None:
        if header["name"] == "Common.Status":
            await socket.send(say(header, "acknowledge"))
        socket.transport.abort()

    for name in ("Common.Status", "CashDispenser.Present"):
        async with scripted(cut) as connection:
            events = connection.subscribe()
            with pytest.raises(ConnectionLost):
                await connection.execute(name)
            with pytest.raises(NotConnected):
                await connection.execute(name)
            assert [event async for event in events] == []
            assert [event async for event in connection.subscribe()] == []


async def test_rejections() -> None:
    async def picky(socket: ServerConnection, header: dict[str, Any]) -> None:
        status = "invalidMessage" if header["requestId"] == 1 else "moonPhase"
        await socket.send(say(header, "acknowledge", status=status, errorDescription="no"))

    async with scripted(picky) as connection:
        with pytest.raises(InvalidMessage):
            await connection.execute("Common.Status")
        with pytest.raises(Rejected, match="moonPhase: no"):
            await connection.execute("Common.Status")


@pytest.mark.parametrize("code", [*BY_CODE, "brandNew"])
def test_every_completion_code_has_its_exception(code: str) -> None:
    failure = from_completion(code, "why", {"errorCode": "mediaJam"})
    if code == "brandNew":
        assert isinstance(failure, UnknownCode)
        assert failure.unknown_code == code
    else:
        assert type(failure) is BY_CODE[code]
    if isinstance(failure, CommandErrorCode):
        assert failure.error_code == "mediaJam"
    assert str(failure) == "why"


# Hostile services


async def test_a_hostile_service_is_survived_and_reported() -> None:
    async def hostile(socket: ServerConnection, header: dict[str, Any]) -> None:
        elsewhere = header | {"requestId": 999}
        other = header | {"name": "CardReader.Move"}
        await socket.send("not JSON")
        await socket.send(b"\xff\x00")
        await socket.send("[" * 100_000)
        await socket.send(say(elsewhere, "acknowledge"))
        await socket.send(done(elsewhere))
        await socket.send(say(header, "command"))
        await socket.send(say(header | {"name": "Made.UpEvent"}, "event"))
        await socket.send(say(header | {"name": "Made.UpEvent", "requestId": None}, "unsolicited"))
        await socket.send(say(header, "completion"))  # without a code
        await socket.send(done(other))
        await socket.send(say(header, "acknowledge"))
        await socket.send(say(header, "acknowledge", status="tooManyRequests"))
        await socket.send(done(header, answer=42))
        await socket.send(done(header, "internalError"))

    async with scripted(hostile) as connection:
        for _ in range(3):
            reply = await connection.execute("Common.Status")
            assert reply.payload == {"answer": 42}
        reasons = " ".join(violation.reason for violation in connection.violations)
        for word in ("unreadable", "not open", "unknown event", "unknown unsolicited", "another"):
            assert word in reasons
        assert connection.violation_count >= 25
        assert all(len(violation.excerpt) <= 200 for violation in connection.violations)


async def test_a_completion_without_an_acknowledgement_counts() -> None:
    async def hasty(socket: ServerConnection, header: dict[str, Any]) -> None:
        await socket.send(done(header))

    async with scripted(hasty) as connection:
        await connection.execute("Common.Status")
        assert connection.violations[0].reason == "a completion before the acknowledgement"


async def test_an_oversized_message_ends_the_connection() -> None:
    async def fat(socket: ServerConnection, header: dict[str, Any]) -> None:
        await socket.send(done(header, data="x" * 100_000))

    async with scripted(fat, message_bytes_max=10_000) as connection:
        with pytest.raises(ConnectionLost):
            await connection.execute("Common.Status")


async def test_floods_are_bounded() -> None:
    async def flood(socket: ServerConnection, header: dict[str, Any]) -> None:
        await socket.send(say(header, "acknowledge"))
        for _ in range(1_500):
            await socket.send(say(header | {"name": "Keyboard.KeyEvent"}, "event"))
        for _ in range(UNSOLICITED_MAX + 50):
            event = header | {"name": "Common.ErrorEvent", "requestId": None}
            await socket.send(say(event, "unsolicited"))
        await socket.send(done(header))

    async with scripted(flood) as connection:
        slow = connection.subscribe()
        reply = await connection.execute("Common.Status")
        assert len(reply.events) == 1_000
        assert slow.dropped == 50
        assert (await slow.get()).name == "Common.ErrorEvent"
        connection.unsubscribe(slow)


async def test_a_receiver_that_fails_does_no_harm() -> None:
    async def chatty(socket: ServerConnection, header: dict[str, Any]) -> None:
        await socket.send(say(header, "acknowledge"))
        await socket.send(say(header | {"name": "Keyboard.KeyEvent"}, "event"))
        await socket.send(done(header))

    def fail(_: object) -> None:
        raise RuntimeError

    async with scripted(chatty) as connection:
        first = await connection.execute("Common.Status", on_event=fail)
        assert [event.name for event in first.events] == ["Keyboard.KeyEvent"]
        assert (await connection.execute("Common.Status")).events  # and it goes on


async def test_request_ids_rise() -> None:
    ids: list[int] = []

    async def count(socket: ServerConnection, header: dict[str, Any]) -> None:
        ids.append(header["requestId"])
        await socket.send(say(header, "acknowledge"))
        await socket.send(done(header))

    async with scripted(count) as connection:
        await asyncio.gather(*(connection.execute("Common.Status") for _ in range(20)))
    assert ids == list(range(1, 21))


# Messages


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_decode_never_fails_otherwise(data: bytes | str) -> None:
    with suppress(BadMessage):
        message = decode(data)
        assert isinstance(message.header.name, str)
        assert isinstance(message.header.type, Kind)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(
    st.sampled_from([Kind.ACKNOWLEDGE, Kind.COMPLETION, Kind.COMMAND, Kind.EVENT]),
    st.dictionaries(st.text(min_size=1, max_size=6), JSON, max_size=4),
    st.sampled_from(list(Dialect)),
    st.integers(1, 2**31),
)
def test_messages_come_back_as_they_were(
    kind: Kind, payload: dict[str, Any], dialect: Dialect, number: int
) -> None:
    header = Header(type=kind, name="Common.Status", version="1.0", request_id=number)
    if kind is Kind.COMMAND:
        header.timeout = 5
    if kind is Kind.COMPLETION:
        header.completion_code = (
            "authorisationRequired" if dialect is Dialect.IN_HEADER else "success"
        )
        header.error_description = "why"
    if kind is Kind.ACKNOWLEDGE:
        header.status = "invalidMessage"
    back = decode(encode(Message(header=header, payload=payload), dialect))
    assert back.header == header
    assert back.payload == payload


# Discovery


async def test_discovery_finds_publishers_and_passes_others_over() -> None:
    async def deaf(socket: ServerConnection) -> None:
        await socket.wait_closed()

    lights, reader = Lights(), CardReader()
    async with Host([lights, reader], vendor="Acme") as host, serve(deaf, "127.0.0.1", 0) as other:
        dead = next(iter(other.sockets)).getsockname()[1]
        found = await discover(["127.0.0.1"], ports=[host.port, dead, 1], timeout_ms=1_000)
        assert [(one.uri, one.vendor) for one in found] == [(host.uri, "Acme")]
        assert found[0].services == (host.uri_of("Lights"), host.uri_of("CardReader"))
        assert found[0].find("Lights") == host.uri_of("Lights")
        assert found[0].find("Nothing") is None
        old = await ask(host.uri, dialect=Dialect.IN_PAYLOAD)
        assert old.services == found[0].services
        other.close()


def test_where_discovery_looks() -> None:
    uris = candidates("branch")
    assert "ws://branch:80/xfs4iot/v1.0" in uris
    assert "wss://branch:443/xfs4iot/v1.0" in uris
    assert "wss://branch:80/xfs4iot/v1.0" not in uris
    assert {"ws://branch:5856/xfs4iot/v1.0", "wss://branch:5846/xfs4iot/v1.0"} <= set(uris)
    assert len(uris) == 2 + 2 * 11
    assert candidates("::1", [5846])[0] == "wss://[::1]:5846/xfs4iot/v1.0"


async def test_what_a_publisher_lists_is_not_trusted() -> None:
    async def liar(socket: ServerConnection, header: dict[str, Any]) -> None:
        await socket.send(say(header, "acknowledge"))
        services = [{"serviceURI": "file:///etc"}, {"serviceURI": 5}, None, {"other": 1}]
        await socket.send(done(header, services=services, vendorName=["x"]))

    async with scripted(liar) as connection:
        publisher = await ask(connection.uri)
        assert (publisher.services, publisher.vendor) == ((), "")


async def test_tls(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "both.pem").write_bytes(secret + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "both.pem")
    client = ssl.create_default_context(cadata=pem.decode())
    async with Host([Lights()], tls=server, public_name="localhost") as host:
        assert host.uri.startswith("wss://")
        found = await discover(["localhost"], ports=[host.port], tls=client)
        assert [one.uri for one in found] == [host.uri]
        assert await discover(["localhost"], ports=[host.port], timeout_ms=500) == []


# Reconnection


async def test_a_lasting_client_comes_back_and_reads_the_status_again() -> None:
    reader = CardReader()
    host = Host([reader])
    await host.start()
    told: list[Any] = []
    heard: list[str] = []
    async with LastingClient(
        host.uri_of("CardReader"),
        on_status=told.append,
        on_event=lambda event: heard.append(event.name),
        first_wait_ms=10,
        longest_wait_ms=20,
    ) as client:
        await asyncio.wait_for(client.connected(), 5)
        assert client.capabilities["cardReader"]["type"] == "motor"
        await host.lose_power()
        while client.status is not None:
            await asyncio.sleep(0.001)
        with pytest.raises(NotConnected):
            await client.execute("Common.Status")
        reader.world.cut_power()  # it changes while nobody is connected
        await host.start()
        await asyncio.wait_for(client.connected(), 5)
        assert client.status is not None
        assert client.status["common"]["device"] == "powerOff"
        reader.world.restore_power()
        while client.status["common"]["device"] != "online":
            await asyncio.sleep(0.001)
        assert client.status["cardReader"]["media"] == "notPresent"  # kept beside what changed
        assert client.connections == 2
        assert "Common.StatusChangedEvent" in heard
        assert None in told
    await host.stop()


async def test_a_machine_that_loses_power_leaves_the_outcome_unknown() -> None:
    reader = CardReader()
    async with Host([reader]) as host:
        connection = await Connection.open(host.uri_of("CardReader"))
        reader.world.inject(Fault.STALL)
        pending = await connection.start("CardReader.Reset")
        await host.lose_power()
        with pytest.raises(ConnectionLost):
            await connection.finish(pending)
        await connection.close()
        await host.start()
        async with await Connection.open(host.uri_of("CardReader")) as again:
            assert (await again.execute("Common.Status")).payload["common"]["device"] == "online"
            with pytest.raises(TimeOut):
                await again.execute("CardReader.ReadRawData", {"track2": True}, timeout_ms=20)


async def test_a_machine_that_loses_power_forgets_what_is_in_memory_only() -> None:
    recycler, modes = CashRecycler(), VendorMode()
    modes.devices = [recycler]
    async with Host([recycler, modes]) as host:
        async with await Connection.open(host.uri_of("CashRecycler")) as cash:
            await cash.execute("CashAcceptor.CashInStart")
            await cash.execute("Common.GetCommandNonce")
        async with await Connection.open(host.uri_of("VendorMode")) as mode:
            await mode.execute("VendorMode.EnterModeRequest")
        assert recycler.in_vendor_mode
        await host.lose_power()
        await host.start()
        async with await Connection.open(host.uri_of("CashRecycler")) as cash:
            status = await cash.execute("CashAcceptor.GetCashInStatus")
            assert status.payload["status"] == "unknown"
        assert recycler.nonce is None
        assert not recycler.in_vendor_mode
        assert modes.mode == "inactive"


def test_waits_grow_to_a_limit_and_differ() -> None:
    waits = waits_ms(100, 1_000)
    first = [next(waits) for _ in range(30)]
    assert 50 <= first[0] <= 100
    assert all(500 <= wait <= 1_000 for wait in first[5:])
    assert len(set(first)) > 5


def test_merging_changes() -> None:
    state = {"common": {"device": "online", "exchange": "inactive"}, "printer": {"media": "x"}}
    merged = merge(state, {"common": {"device": "powerOff"}})
    assert merged["common"] == {"device": "powerOff", "exchange": "inactive"}
    assert state["common"]["device"] == "online"


# Fuzz


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.binary(max_size=120) | JSON.map(json.dumps), max_size=12))
def test_whatever_a_service_sends_the_client_stands(texts: list[bytes | str]) -> None:
    async def run() -> None:
        async def babble(socket: ServerConnection, header: dict[str, Any]) -> None:
            for text in texts:
                await socket.send(text)
            await socket.send(say(header, "acknowledge"))
            await socket.send(done(header))

        async with scripted(babble) as connection:
            try:
                await connection.execute("Common.Status")
            except XfsError:
                pytest.fail("what the service said beside the answer made the command fail")

    asyncio.run(run())

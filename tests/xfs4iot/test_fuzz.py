"""Wrong input against live services: they answer, they go on, and they never fail inside."""

import asyncio
import json
from typing import Any

import msgspec
import msgspec.structs
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from xfs4iot.client import Connection
from xfs4iot.errors import CommandFailed
from xfs4iot.server import Host
from xfs4iot.virtual import DEVICES, build

COMMANDS = {
    (device.name, name): each.payload
    for device in build(DEVICES)
    for name, each in device.commands.items()
}

WORDS = st.sampled_from(
    [
        "unit1", "unitCNY100", "unitIN", "exit", "transport", "typeCNY100", "mix1", "CNY", "MK",
        "T", "K0", "P0", "E", "enter", "one", "iso0", "daily", "Receipt", "ReceiptForm", "Passbook",
        "PassbookData", "qrCode", "person", "AAAA", "1234", "customer", "outDefault", "fit",
    ]
)  # fmt: skip
SCALARS = (
    st.none() | st.booleans() | st.integers(-2, 300) | st.floats() | st.text(max_size=6) | WORDS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def payloads(kind: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Payloads with the right names and any values, or almost right ones."""
    if isinstance(kind, type(msgspec.Struct)):
        fields = {field.encode_name: almost(field.type) for field in msgspec.structs.fields(kind)}
        return st.fixed_dictionaries({}, optional=fields)
    return st.dictionaries(WORDS, VALUES, max_size=3)


def almost(kind: Any) -> st.SearchStrategy[Any]:
    """Values for a property: mostly of its type where that is a structure, else anything."""
    inner = [kind, *getattr(kind, "__args__", ())]
    for one in inner:
        if isinstance(one, type(msgspec.Struct)):
            return payloads(one) | VALUES
    return VALUES


@st.composite
def conversations(draw: st.DrawFn) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    """A service and some of its commands."""
    service = draw(st.sampled_from(list(DEVICES)))
    names = [name for owner, name in COMMANDS if owner == service]
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=6))
    return service, [(name, draw(payloads(COMMANDS[service, name]))) for name in chosen]


@settings(max_examples=150, deadline=None)
@given(conversations())
def test_any_payload_gets_its_completion(
    conversation: tuple[str, list[tuple[str, dict[str, Any]]]],
) -> None:
    service, commands = conversation

    async def run() -> None:
        async with (
            Host(build([service])) as host,
            await Connection.open(host.uri_of(service)) as connection,
        ):
            for name, payload in commands:
                payload.pop("timeout", None)
                text = json.loads(json.dumps(payload).replace("NaN", "0").replace("Infinity", "1"))
                try:
                    await connection.execute(name, text, timeout_ms=3)
                except CommandFailed as failure:
                    assert failure.code != "internalError", (name, payload)
            await connection.execute("Common.Status")
            assert connection.violation_count == 0

    asyncio.run(run())


HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["command", "event", "completion", "acknowledge"]) | VALUES,
        "name": st.sampled_from(["Common.Status", "Lights.SetLight", "X"]) | VALUES,
        "requestId": VALUES,
        "version": VALUES,
        "timeout": VALUES,
    },
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.binary(max_size=60)
        | st.text(max_size=60)
        | st.fixed_dictionaries({"header": HEADERS, "payload": VALUES}).map(json.dumps),
        min_size=1,
        max_size=15,
    )
)
def test_any_bytes_are_survived(texts: list[bytes | str]) -> None:
    async def run() -> None:
        async with Host(build(["Lights"])) as host:
            uri = host.uri_of("Lights")
            async with connect(uri, close_timeout=0.2) as socket:
                try:
                    for text in texts:
                        await socket.send(text)
                        answer = json.loads(await asyncio.wait_for(socket.recv(), 5))
                        assert answer["header"]["type"] in {"acknowledge", "completion"}
                except ConnectionClosed:
                    pass
            async with await Connection.open(uri) as connection:
                await connection.execute("Common.Status")

    asyncio.run(run())

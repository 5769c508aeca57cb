"""Bad input over real sockets: the hall keeps running, the device is flagged, nothing grows."""

import asyncio
import contextlib
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.devices.mqtt.conftest import Hall, Limits, open_hall, say, until
from tingtang.devices.model import mqtt_packets as mp
from tingtang.devices.model import wire
from tingtang.devices.model.mqtt_topics import up
from tingtang.devices.mqtt.link import _TAKERS, MqttLink

WHAT = ("state", "beat", "modules", "properties", "telemetry", "event", "result")
HOSTILE = (
    b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"link":"flying"}', b"[" * 60_000, b'{"a":' * 10_000,
    b'{"time_ms":1e999,"values":{"power":1e999}}', b'{"time_ms":1,"values":{"power":NaN}}',
    b'{"time_ms":1,"values":{"Not a name":1}}', b'{"number":99999999999999999999,"time_ms":1}',
    b'{"time_ms":-1,"values":{"power":-1e308}}', b'{"link":"online","boot":"' + b"x" * 500 + b'"}',
    msgspec.json.encode({"time_ms": 1, "values": {f"v{n}": n for n in range(300)}}),
)  # fmt: skip


async def test_hostile_payloads_are_flagged_and_the_hall_goes_on(hall: Hall) -> None:
    await hall.enrol("light-1")
    async with hall.on_line("light-1") as device:
        for what in WHAT:
            for payload in HOSTILE:
                await say(device, "light-1", what, payload, qos=0)
        await say(device, "light-1", "nothing/of/the/kind", b"{}")
        await until(lambda: {"malformed", "topic"} <= hall.state("light-1").flags.keys())
        await say(device, "light-1", "properties", {"level": 11})
        await until(lambda: hall.state("light-1").properties.get("level") == 11)
    # Nothing of what was thrown at it was taken in.
    assert hall.state("light-1").properties == {"level": 11}
    assert hall.state("light-1").commands == {}
    assert await hall.devices.telemetry.series("light-1", "power", 0, 2**53) == []


class _NoInbox:
    """Counts what comes through."""

    def __getattr__(self, _name: str) -> object:
        return lambda *_args: None


class _Registered:
    def get(self, device: str) -> object:
        return _Device() if device == "d" else None


class _Device:
    id, active, protocol = "d", True, "mqtt"


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["link", "time_ms", "values", "name", "number", "step", "health"])
            | st.text(max_size=8),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(WHAT), st.binary(max_size=200) | json_like.map(msgspec.json.encode))
@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_payload_whatever_raises(what: str, payload: bytes) -> None:
    async def once() -> None:
        link = MqttLink(_Registered(), _NoInbox(), None, None)  # type: ignore[arg-type]
        link.heard("d", up("d", what), payload, False)

    assert what in _TAKERS
    asyncio.run(once())


async def test_bytes_that_are_no_mqtt_end_the_connection_and_nothing_else(hall: Hall) -> None:
    await hall.enrol("light-1")
    async with hall.on_line("light-1") as device:
        for data in (
            b"GET / HTTP/1.1\r\n\r\n", b"\x10\xff\xff\xff\x7f", b"\x00\x00", b"\xff" * 400,
            mp.PINGREQ, mp.publish(mp.Publish(up("light-1", "state"), b'{"link":"offline"}')),
            b"\x10\x02\x00\x04", mp.connect(mp.Connect(client="x", is_clean=True, keep_alive_s=1)),
        ):  # fmt: skip
            reader, writer = await asyncio.open_connection("127.0.0.1", hall.port)
            writer.write(data)
            async with asyncio.timeout(20):
                with contextlib.suppress(ConnectionError):
                    while await reader.read(100):
                        pass
            writer.close()
        await say(device, "light-1", "properties", {"level": 3})
        await until(lambda: hall.state("light-1").properties.get("level") == 3)
    assert hall.link_of("light-1")
    await until(lambda: hall.mqtt.broker.connection_count == 0)


async def test_a_known_device_that_sends_no_mqtt_is_flagged(hall: Hall) -> None:
    await hall.enrol("light-1")
    for data in (
        b"\xf0\x00", b"\x36\x05\x00\x01a\x00\x01", b"\x32\x05\x00\x01a\x00\x00", b"\x82\x02\x00\x01",
        mp.connect(mp.Connect(client="light-1", is_clean=True, keep_alive_s=1)), b"\x30\x04\x00\x02\xff\xfe",
    ):  # fmt: skip
        device = await hall.raw("light-1")
        device.send(data)
        assert await device.is_closed()
    await until(lambda: "malformed" in hall.state("light-1").flags)


async def test_what_is_too_large_is_thrown_away(hall: Hall) -> None:
    await hall.enrol("light-1")
    async with hall.on_line("light-1") as device:
        await say(device, "light-1", "properties", b" " * (wire.PAYLOAD_MAX_BYTES + 1))
        await until(lambda: "too_large" in hall.state("light-1").flags)
    device = await hall.raw("light-1")
    device.send(mp.publish(mp.Publish(up("light-1", "properties"), b" " * 70_000)))
    assert await device.is_closed()


async def test_a_flood_is_thinned_and_the_newest_state_still_arrives(
    seeded: Path, tmp_path: Path
) -> None:
    # One a second: however slow the machine, 900 are a flood.
    async with open_hall(seeded, tmp_path, messages_per_second=1.0) as hall:
        await hall.enrol("light-1")
        await hall.enrol("light-2")
        device = await hall.raw("light-1")
        device.publish(up("light-1", "state"), b'{"link":"online"}')
        for number in range(900):
            device.publish(up("light-1", "properties"), b'{"level":%d}' % (number % 100))
        device.publish(up("light-1", "properties"), b'{"level":77}')
        async with hall.on_line("light-2") as other:
            await say(other, "light-2", "properties", {"level": 5})
            await until(lambda: hall.state("light-2").properties.get("level") == 5)
        await until(lambda: hall.state("light-1").properties.get("level") == 77)
        await until(lambda: "flood" in hall.state("light-1").flags)
        assert hall.state("light-2").properties["level"] == 5
        assert hall.state("light-1").properties["level"] == 77
        device.break_off()


async def test_a_device_that_does_not_read_is_let_go(seeded: Path, tmp_path: Path) -> None:
    async with open_hall(seeded, tmp_path) as hall:
        await hall.enrol("light-1")
        device = await hall.raw("light-1")
        device.send(mp.subscribe(1, [("tt/light-1/down/#", 0)]))
        await device.read(5)
        device.reader._transport.pause_reading()  # type: ignore[attr-defined]
        broker = hall.mqtt.broker
        assert broker is not None
        for _ in range(2_000):
            broker.publish("tt/light-1/down/command", b"x" * 60_000, 0)
            if not broker.is_connected("light-1"):
                break
            await asyncio.sleep(0)
        (session,) = (
            broker._sessions["light-1"].values() if "light-1" in broker._sessions else [None]
        )
        unsent = 0
        if session is not None and session.connection is not None:
            unsent = session.connection._transport.get_write_buffer_size()  # type: ignore[attr-defined]
        assert unsent < 2_000_000
        device.break_off()


async def test_connections_are_counted(seeded: Path, tmp_path: Path) -> None:
    limits = Limits(connections_max=5, strangers_max=3, greeting_seconds=0.3)
    async with open_hall(seeded, tmp_path, limits=limits) as hall:
        await hall.enrol("light-1")
        streams = [await asyncio.open_connection("127.0.0.1", hall.port) for _ in range(20)]
        await until(lambda: hall.mqtt.broker.connection_count <= 3)
        await until(lambda: hall.mqtt.broker.connection_count == 0, "those who say nothing are cut")
        device = await hall.raw("light-1")
        assert hall.mqtt.broker.connection_count == 1
        assert hall.mqtt.broker.is_connected("light-1")
        device.break_off()
        for _, writer in streams:
            writer.close()


async def test_queues_of_a_device_that_is_away_are_bounded(hall: Hall) -> None:
    await hall.enrol("light-1")
    async with hall.on_line("light-1", clean_session=False):
        pass
    broker = hall.mqtt.broker
    assert broker is not None
    await until(lambda: not broker.is_connected("light-1"))
    for number in range(1_000):
        broker.publish("tt/light-1/down/command", b"%d" % number, 1)
    (session,) = broker._sessions["light-1"].values()
    assert len(session.waiting) == broker.limits.waiting_max
    assert session.waiting[-1].payload == b"999"
    await until(lambda: "slow" in hall.state("light-1").flags)


async def test_retained_messages_of_a_device_are_bounded(hall: Hall) -> None:
    await hall.enrol("light-1")
    async with hall.on_line("light-1") as device:
        for number in range(60):
            await say(device, "light-1", f"x{number}", b"1", qos=0, retain=True)
        await until(lambda: "retained" in hall.state("light-1").flags)
    assert (
        len(hall.mqtt.broker.retained.of("light-1")) <= hall.mqtt.broker.limits.device_retained_max
    )


async def test_a_stop_and_a_start_keep_what_is_retained(seeded: Path, tmp_path: Path) -> None:
    async with open_hall(seeded, tmp_path) as hall:
        await hall.enrol("gw", "gateway")
        await hall.enrol("gone", "gateway")
        for name in ("gw", "gone"):
            async with hall.client(name, will=None) as gateway:
                await gateway.publish("zigbee/lamp", b"on", 1, True)
        await hall.mqtt.stop()
        await hall.devices.register.remove("gone", _system())
        await hall.mqtt.start()
        hall.port = hall.mqtt.port
        async with hall.client("gw", will=None) as gateway:
            await gateway.subscribe("zigbee/#", 1)
            async with asyncio.timeout(20):
                message = await anext(gateway.messages)
        assert (message.topic.value, message.payload, message.retain) == (
            "zigbee/lamp",
            b"on",
            True,
        )
        assert hall.mqtt.broker.retained.users() == ["gw"]


def _system() -> object:
    from tingtang.kernel.permissions import SYSTEM

    return SYSTEM

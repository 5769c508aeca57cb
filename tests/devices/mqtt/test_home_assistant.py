"""Off-the-shelf devices: announced in Home Assistant's format by a public client."""

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.devices.mqtt.conftest import Hall, mosquitto, next_message, until
from tingtang.devices.model import ha_announcement as ha
from tingtang.devices.model import ha_coding as hc
from tingtang.devices.model import ha_device as hd
from tingtang.devices.model.ha_device import device_id
from tingtang.kernel.permissions import SYSTEM

LAMP = {
    "~": "lamp", "name": "门厅灯", "uniq_id": "lamp-1", "schema": "json", "cmd_t": "~/set",
    "stat_t": "~", "brightness": True, "sup_clrm": ["color_temp"], "avty_t": "~/there",
}  # fmt: skip
LIGHT_TOPIC = "homeassistant/light/lamp-1/config"


async def run(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(*arguments)
    assert await process.wait() == 0


@pytest.mark.shows("R132", part="an off-the-shelf light")
async def test_mosquitto_pub_announces_a_light_and_it_appears_and_switches(hall: Hall) -> None:
    secret = await hall.enrol("gw", "gateway")
    host = ["-h", "127.0.0.1", "-p", str(hall.port), "-u", "gw", "-P", secret]
    pub = [mosquitto("mosquitto_pub"), *host, "-q", "1"]
    await run(*pub, "-r", "-t", LIGHT_TOPIC, "-m", msgspec.json.encode(LAMP).decode())
    light = device_id("gw", "lamp-1")
    await until(lambda: hall.devices.register.get(light), "it appears")
    assert hall.devices.register.device(light).name.zh == "门厅灯"
    assert hall.devices.register.device(light).branch == "harbour"
    await run(*pub, "-t", "lamp/there", "-m", "online")
    await until(lambda: hall.link_of(light) == "online")
    listener = await asyncio.create_subprocess_exec(
        mosquitto("mosquitto_sub"), *host, "-q", "1", "-t", "lamp/set", "-C", "1",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    await until(lambda: hall.mqtt.broker.is_connected("gw"))
    await until(lambda: any(s.subscriptions for s in hall.mqtt.broker._sessions["gw"].values()))
    command = await hall.devices.give(light, "set", {"on": True, "level": 50}, SYSTEM)
    said, _ = await listener.communicate()
    assert msgspec.json.decode(said) == {"state": "ON", "brightness": 128}
    await until(lambda: hall.state(light).commands[command].state == "accepted")
    # It is done when the light itself shows it, and not before.
    await run(*pub, "-r", "-t", "lamp", "-m", '{"state":"ON","brightness":128,"color_temp":250}')
    assert await hall.devices.outcome(light, command) == "done"
    assert hall.state(light).properties == {"on": True, "level": 50, "colour_temperature": 4000}
    await run(*pub, "-r", "-t", LIGHT_TOPIC, "-n")
    await until(lambda: not hall.devices.register.device(light).active, "it is taken away")


async def test_a_switch_without_a_state_is_done_but_not_confirmed(hall: Hall) -> None:
    await hall.enrol("gw", "gateway")
    async with hall.client("gw", will=None) as gateway:
        await gateway.subscribe("#", 1)
        config = {"name": "Plug", "unique_id": "plug", "command_topic": "plug/set"}
        await gateway.publish(
            "homeassistant/switch/plug/config", msgspec.json.encode(config), 1, True
        )
        plug = device_id("gw", "plug")
        await until(lambda: hall.link_of(plug) == "online")
        assert (await next_message(gateway)).topic.value.endswith("config")
        command = await hall.devices.give(plug, "set", {"on": False}, SYSTEM)
        assert await hall.devices.outcome(plug, command) == "done"
        assert hall.state(plug).commands[command].code == "not_confirmed"
        message = await next_message(gateway)
        assert (message.topic.value, message.payload) == ("plug/set", b"OFF")


async def test_two_gateways_do_not_see_each_other(hall: Hall) -> None:
    await hall.enrol("gw", "gateway")
    await hall.enrol("gw2", "gateway")
    async with hall.client("gw", will=None) as one, hall.client("gw2", will=None) as two:
        await two.subscribe("#", 1)
        (refused,) = await two.subscribe("gw/gw/#", 1)
        for topic in ("homeassistant/switch/a/config", "gw/gw2/x", "tt/gw2/up/state"):
            await one.publish(topic, b"{}", 1, True)
        await two.publish("mine", b"1", 1)
        assert (await next_message(two)).topic.value == "mine"
        assert not refused.is_failure  # a name in its own world, where nobody else is


async def test_what_was_announced_is_known_after_a_restart(hall: Hall) -> None:
    await hall.enrol("gw", "gateway")
    async with hall.client("gw", will=None) as gateway:
        body = msgspec.json.encode({**LAMP, "avty_t": ""})
        await gateway.publish(LIGHT_TOPIC, body, 1, True)
        light = device_id("gw", "lamp-1")
        await until(lambda: hall.link_of(light) == "online")
    await hall.mqtt.stop()
    hall.devices.register.types.pop(hall.devices.register.device(light).type)
    await hall.mqtt.start()
    await hall.mqtt.home_assistant.settled()
    assert hall.devices.register.device(light).type in hall.devices.register.types


@pytest.mark.parametrize(
    ("component", "config", "code"),
    [
        ("switch", b"{", "announcement"), ("switch", b"[]", "announcement"),
        ("climate", b"{}", "component"), ("switch", b"{}", "announcement"),
        ("switch", b'{"cmd_t":"a","val_tpl":"{{ value_json.a if 1 else 2 }}"}', "template"),
        ("switch", b'{"cmd_t":"a","val_tpl":"{{ lipsum.__globals__ }}"}', "template"),
        ("switch", b'{"cmd_t":"a","cmd_tpl":"{{ value | upper }}"}', "template"),
        ("light", b'{"cmd_t":"a","schema":"template"}', "announcement"),
        ("number", b'{"cmd_t":"a","min":"x"}', "announcement"),
        ("select", b'{"cmd_t":"a","options":7}', "announcement"),
        ("cover", b'{"set_pos_t":"a","pos_open":0}', "announcement"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused(component: str, config: bytes, code: str) -> None:
    with pytest.raises(ha.BadAnnouncement) as refused:
        hd.build("d", [ha.read(ha.Place(component, "", "x"), config)])
    assert refused.value.code == code


def made(component: str, **config: Any) -> hd.AnnouncedDevice:
    place = ha.Place(component, "", "x")
    return hd.build("d", [ha.read(place, msgspec.json.encode(config))])


SAMPLES = [
    (made("light", command_topic="c", state_topic="s"), {"on": True}, [("c", b"ON")]),
    (
        made("light", command_topic="c", brightness_command_topic="b", brightness_scale=100),
        {"level": 30}, [("b", b"30")],
    ),
    (made("light", command_topic="c", color_temp_command_topic="k"), {"colour_temperature": 4000}, [("k", b"250")]),
    (made("fan", cmd_t="c", pct_cmd_t="p", spd_rng_max=4), {"on": True, "speed": 50}, [("c", b"ON"), ("p", b"2")]),
    (made("cover", set_pos_t="p", pos_clsd=100, pos_open=0), {"position": 100}, [("p", b"0")]),
    (made("cover", cmd_t="c"), {"open": False}, [("c", b"CLOSE")]),
    (made("number", cmd_t="c", min=0, max=9, step=0.5), {"x": 2.5}, [("c", b"2.5")]),
    (made("select", cmd_t="c", options=["Eco mode", "快"]), {"x": "eco_mode"}, [("c", b"Eco mode")]),
]  # fmt: skip


@pytest.mark.parametrize(("device", "values", "said"), SAMPLES)
def test_setting_says_what_the_device_expects(
    device: hd.AnnouncedDevice, values: dict[str, Any], said: list[tuple[str, bytes]]
) -> None:
    assert [(m.topic, m.payload) for m in hd.messages_to_set(device, values)] == said


def test_sensors_are_measured() -> None:
    device = made(
        "sensor", stat_t="s", unit_of_meas="°C", dev_cla="temperature",
        val_tpl="{{ value_json['air'][0].t | float }}",
    )  # fmt: skip
    assert hd.values_of(device, "s", b'{"air":[{"t":21.5}]}') == {"temperature": (21.5, True)}
    assert hd.values_of(device, "s", b'{"air":[]}') == {}
    door = made("binary_sensor", stat_t="s", dev_cla="door")
    assert hd.values_of(door, "s", b"ON") == {"door": (True, True)}


def test_parts_of_one_machine_are_one_device() -> None:
    about = {"ids": ["0x1"], "name": "Lamp", "mf": "Maker"}
    announced = [
        ha.read(ha.Place(component, "0x1", name), msgspec.json.encode({"dev": about, **config}))
        for component, name, config in (
            ("sensor", "linkquality", {"stat_t": "s", "unit_of_meas": "lqi"}),
            ("light", "light", {"cmd_t": "c", "stat_t": "s"}),
            ("button", "identify", {"cmd_t": "i"}),
        )
    ]
    assert len({one.group for one in announced}) == 1
    device = hd.build("d", announced)
    assert [q.name for q in device.type.properties] == ["on"]
    assert [q.name for q in device.type.telemetry] == ["linkquality"]
    assert device.presses.keys() == {"identify"}
    assert (device.name.zh, device.maker) == ("Lamp", "Maker")


@given(st.integers(0, 100), st.floats(1, 1000), st.booleans())
def test_a_share_comes_back_as_it_was(ours: int, full: float, turned: bool) -> None:
    zero, full = (full, 0.0) if turned else (0.0, full)
    coding = hc.Coding(how=hc.How.SCALED, zero=zero, full=full, is_scaled=True)
    back = coding.read(str(coding.write(ours)))
    assert isinstance(back, int | float)
    assert abs(back - ours) <= 50 / max(zero, full) + 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
SETTINGS = [
    *ha.ABBREVIATIONS,
    "~",
    "name",
    "schema",
    "brightness",
    "min",
    "max",
    "step",
    "qos",
    "payload",
]


@given(
    st.sampled_from(sorted(ha.COMPONENTS)),
    st.dictionaries(st.sampled_from(SETTINGS), json_values, max_size=8),
    st.binary(max_size=60),
)
def test_no_announcement_whatever_raises_anything_else(
    component: str, config: dict[str, Any], payload: bytes
) -> None:
    whole = {"components": {"x": {"platform": component, **config}}}
    place = ha.Place(component, "", "x")
    try:
        device = hd.build("d", [ha.read(place, msgspec.json.encode(config))])
        hd.build(
            "d", ha.read_device(place, msgspec.json.encode(whole)) or [ha.Announcement(place, {})]
        )
    except ha.BadAnnouncement as bad:
        assert bad.code in {"announcement", "component", "template"}
        return
    names = {one.name for one in device.readings}
    for topic in device.topics:
        assert hd.values_of(device, topic, payload).keys() <= names
        assert hd.availability_of(device, topic, payload) in {True, False, None}


async def test_a_whole_device_is_announced_at_once_changed_and_taken_away(hall: Hall) -> None:
    await hall.enrol("gw", "gateway")
    topic = "homeassistant/device/air/config"
    config: dict[str, Any] = {
        "dev": {"ids": "air-1", "name": "空气盒子", "mf": "Maker"},
        "o": {"name": "maker2mqtt"},
        "state_topic": "air",
        "cmps": {
            "t": {"p": "sensor", "dev_cla": "temperature", "unit_of_meas": "°C",
                  "val_tpl": "{{ value_json.t }}", "uniq_id": "t"},
            "fan": {"p": "switch", "cmd_t": "air/fan", "val_tpl": "{{ value_json.fan }}",
                    "uniq_id": "f"},
        },
    }  # fmt: skip
    air = device_id("gw", "air-1")
    async with hall.client("gw", will=None) as gateway:
        await gateway.publish(topic, msgspec.json.encode(config), 1, True)
        await until(lambda: hall.link_of(air) == "online")
        await gateway.publish("air", b'{"t":21.5,"fan":"ON"}', 1)
        await until(lambda: hall.state(air).properties == {"fan": True})
        assert hall.devices.telemetry.latest[air]["t"].value == 21.5
        config["cmps"]["fan"] = {"p": "switch"}  # with nothing but its platform it is taken away
        await gateway.publish(topic, msgspec.json.encode(config), 1, True)
        type_ = hall.devices.register.device(air).type
        await until(lambda: not hall.devices.register.types[type_].properties)
        assert [one.name for one in hall.devices.register.types[type_].telemetry] == ["t"]
        await gateway.publish(topic, b"", 1, True)
        await until(lambda: not hall.devices.register.device(air).active, "it is taken away")


@pytest.mark.parametrize("how", ["removed", "out of use", "new secret"])
async def test_what_a_gateway_brought_in_is_away_once_the_gateway_is_cut_off(
    hall: Hall, how: str
) -> None:
    await hall.enrol("gw", "gateway")
    await hall.enrol("gw2", "gateway")
    plug, other = device_id("gw", "plug"), device_id("gw2", "plug")
    config = {"name": "Plug", "unique_id": "plug", "command_topic": "p/set", "state_topic": "p"}
    for gateway in ("gw", "gw2"):
        async with hall.client(gateway, will=None) as client:
            body = msgspec.json.encode(config)
            await client.publish("homeassistant/switch/plug/config", body, 1, True)
            await until(lambda: hall.link_of(device_id(gateway, "plug")) == "online")  # noqa: B023
    found = hall.devices.register.device("gw")
    if how == "removed":
        await hall.devices.remove("gw", SYSTEM)
    elif how == "out of use":
        await hall.devices.save(msgspec.structs.replace(found, active=False), SYSTEM)
    else:
        await hall.devices.renew_secret("gw", SYSTEM)
    await until(lambda: hall.link_of(plug) == "offline")
    assert hall.state(plug).link_why == "gateway"
    assert hall.link_of(other) == "online"

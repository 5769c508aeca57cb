"""What a Home Assistant is told of our devices, for every type that is shipped, and what it may ask."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingtang.devices.model import ha_announcement as ha
from tingtang.devices.model import ha_device as hd
from tingtang.devices.model import ha_outward as ho
from tingtang.devices.model.decide import SET, check_command
from tingtang.devices.model.declared import fits
from tingtang.devices.model.kinds import DeviceType, Kind, Quantity
from tingtang.devices.model.records import Device, Protocol
from tingtang.devices.model.wire import Value
from tingtang.devices.register import shipped_types
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.text import Text

TYPES = {code: one for code, one in shipped_types().items() if one.entities}
WORLD = "gw/home/"


def device(code: str, **more: Any) -> Device:
    return Device(id="d-1", branch=BranchId("b"), type=code, name=Text("一号"), **more)


def announced(type_: DeviceType, *, may_command: bool = True) -> dict[str, Any]:
    found = ho.announcement(device(type_.code), type_, "1.2", WORLD, may_command=may_command)
    return dict(msgspec.json.decode(msgspec.json.encode(found)))


def as_read(type_: DeviceType, *, may_command: bool = True) -> hd.AnnouncedDevice:
    """As we ourselves would take in what we announce: the other end of the same format."""
    place = ha.place_of(ho.config_topic("d-1"))
    assert place is not None
    payload = msgspec.json.encode(announced(type_, may_command=may_command))
    parts = ha.read_device(place, payload)
    return hd.build("x", [msgspec.structs.replace(one, settings=one.settings) for one in parts])


def any_of(quantity: Quantity) -> st.SearchStrategy[Value]:
    if quantity.kind is Kind.SWITCH:
        return st.booleans()
    if quantity.kind is Kind.CHOICE:
        return st.sampled_from(quantity.choices)
    low, high = int(quantity.low or 0), int(min(quantity.high or 1000, 10_000))
    return st.integers(low, high).map(float)


@pytest.mark.parametrize("code", sorted(TYPES))
def test_every_shipped_type_is_announced_as_the_format_asks(code: str) -> None:
    said = announced(TYPES[code])
    assert said["device"]["identifiers"] == ["tingtang_d-1"]
    assert said["origin"]["name"] == "Tingtang"
    assert said["components"].keys() == {one.name for one in TYPES[code].entities}
    ids = [one["unique_id"] for one in said["components"].values()]
    assert len(set(ids)) == len(ids)
    for one in said["components"].values():
        assert one["platform"] in ha.COMPONENTS
        assert one["name"]
        topics = [value for name, value in one.items() if ha.is_topic_name(name)]
        assert topics
        assert all(topic.startswith(WORLD + "tingtang/d-1/") for topic in topics)


@pytest.mark.parametrize("code", sorted(TYPES))
def test_who_may_only_look_is_given_nothing_to_tell(code: str) -> None:
    said = announced(TYPES[code], may_command=False)
    for one in said["components"].values():
        assert not [name for name in one if "command" in name or name.startswith("set_")]
    assert not as_read(TYPES[code], may_command=False).writings


@given(st.data())
def test_what_is_said_is_read_as_it_was(data: st.DataObject) -> None:
    """The states we say, taken in at the other end by the announcement we made."""
    type_ = TYPES[data.draw(st.sampled_from(sorted(TYPES)))]
    values = {one.name: data.draw(any_of(one), label=one.name) for one in type_.properties}
    values |= {one.name: data.draw(any_of(one), label=one.name) for one in type_.measured}
    other = as_read(type_)
    read: dict[str, Value] = {}
    for topic, payload in ho.states("d-1", type_, values, is_online=True).items():
        read |= {
            name: value for name, (value, _) in hd.values_of(other, WORLD + topic, payload).items()
        }
        there = hd.availability_of(other, WORLD + topic, payload)
        assert there is (True if topic.endswith("/availability") else None)
    shown = {own for one in type_.entities for own in one.properties.values()}
    assert len(read) == len(shown)
    for entity in type_.entities:
        for word, own in entity.properties.items():
            [theirs] = [n for n in read if n == entity.name or n.startswith(entity.name)][:1] or [
                ""
            ]
            if len(entity.properties) == 1:
                assert _same(read[theirs], values[own], word), (entity.name, read, values)


def _same(theirs: Value, ours: Value, word: str) -> bool:
    if isinstance(theirs, float | int) and isinstance(ours, float | int):
        return abs(theirs - ours) <= (0.01 * abs(ours) + 1 if word == "color_temp" else 0.01)
    return isinstance(theirs, str) or theirs == ours


@given(st.data())
def test_what_is_asked_by_the_announcement_is_what_we_do(data: st.DataObject) -> None:
    """Set at the other end, it comes back as a command that our type takes."""
    type_ = TYPES[data.draw(st.sampled_from(sorted(TYPES)))]
    other = as_read(type_)
    for one in other.type.properties:
        if not any(writing.name == one.name for writing in other.writings):
            continue
        value = data.draw(any_of(one), label=one.name)
        [message] = hd.messages_to_set(other, {one.name: value})
        topic = message.topic.removeprefix(WORLD)
        order = ho.order_of(topic, message.payload, lambda _: type_)
        assert (order.device, order.name) == ("d-1", SET)
        assert check_command(type_, SET, order.parameters, False) > 0
    for name, press in other.presses.items():
        order = ho.order_of(
            press.topic.removeprefix(WORLD), press.payload.encode(), lambda _: type_
        )
        assert type_.command_named(order.name) is not None, name


def test_a_light_is_set_in_all_its_parts() -> None:
    order = ho.order_of(
        "tingtang/d-1/light/set",
        b'{"state":"ON","brightness":30,"color_temp":154}',
        lambda _: TYPES["light"],
    )
    assert order.parameters == {"on": True, "level": 30.0, "colour_temperature": 6494.0}
    ends = ho.order_of("tingtang/d-1/light/set", b'{"color_temp":100}', lambda _: TYPES["light"])
    assert ends.parameters == {"colour_temperature": 6500}


def test_a_curtain_opens_closes_and_stops() -> None:
    said = announced(TYPES["curtain"])["components"]["curtain"]
    topic = said["command_topic"].removeprefix(WORLD)

    def pressed(word: bytes) -> tuple[str, dict[str, Value]]:
        order = ho.order_of(topic, word, lambda _: TYPES["curtain"])
        return order.name, order.parameters

    assert pressed(b"OPEN") == (SET, {"position": 100})
    assert pressed(b"CLOSE") == (SET, {"position": 0})
    assert pressed(b"STOP") == ("stop", {})


def test_what_came_from_a_gateway_goes_to_none() -> None:
    lamp = TYPES["light"]
    assert ho.is_announced(device("light"), lamp)
    assert not ho.is_announced(device("light", protocol=Protocol.HOME_ASSISTANT), lamp)
    assert not ho.is_announced(device("light", active=False), lamp)
    bare = msgspec.structs.replace(lamp, entities=())
    assert not ho.is_announced(device("light"), bare)


@given(
    st.sampled_from(sorted(TYPES)),
    st.sampled_from(["set", "press", "state", "config"]),
    st.binary(max_size=80) | st.sampled_from([b"ON", b"50", b"STOP", b"nan", b"1e999", b"{}"]),
    st.data(),
)  # fmt: skip
def test_an_order_is_one_that_the_device_takes_or_none(
    code: str, what: str, payload: bytes, data: st.DataObject
) -> None:
    type_ = TYPES[code]
    name = data.draw(st.sampled_from([one.name for one in type_.entities] + ["nose"]))
    try:
        order = ho.order_of(f"tingtang/d-1/{name}/{what}", payload, lambda _: type_)
    except ho.BadOrder:
        return
    assert order.device == "d-1"
    if order.name != SET:
        assert type_.command_named(order.name) is not None
        return
    for own, value in order.parameters.items():
        quantity = type_.property_named(own)
        assert quantity is not None
        if not fits(quantity, value):  # out of range: the command path refuses it in words
            with pytest.raises(Refused):
                check_command(type_, SET, order.parameters, False)

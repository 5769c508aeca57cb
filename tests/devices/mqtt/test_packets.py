"""MQTT's packets and topics, without a socket."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingtang.devices.model import mqtt_packets as mp
from tingtang.devices.model import mqtt_topics as topics
from tingtang.devices.model.buckets import Bucket

names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60)
numbers = st.integers(1, 65_535)
messages = st.builds(
    lambda topic, payload, qos, retain, packet, again: mp.Publish(
        topic, payload, qos, retain, packet if qos else 0, again
    ),
    names, st.binary(max_size=300), st.integers(0, 2), st.booleans(), numbers, st.booleans(),
)  # fmt: skip
wills = st.builds(mp.Will, names, st.binary(max_size=60), st.integers(0, 2), st.booleans())
connects = st.builds(
    lambda client, is_clean, alive, user, secret, will: mp.Connect(
        client=client, is_clean=is_clean, keep_alive_s=alive, username=user, password=secret,
        will=will,
    ),
    names, st.booleans(), st.integers(0, 65_535), names, names, st.none() | wills,
)  # fmt: skip


def frames(data: bytes, bytes_max: int = 1_000_000) -> list[mp.Frame]:
    return list(mp.FrameReader(bytes_max).feed(data))


@given(messages)
def test_a_message_comes_back_as_it_was(message: mp.Publish) -> None:
    ((first, body),) = frames(mp.publish(message))
    assert mp.read_publish(first, body) == message


@given(connects)
def test_a_connect_comes_back_as_it_was(asked: mp.Connect) -> None:
    ((first, body),) = frames(mp.connect(asked))
    assert first >> 4 == mp.PacketType.CONNECT
    assert mp.read_connect(body) == asked


@given(st.lists(st.tuples(names, st.integers(0, 2)), min_size=1, max_size=9), numbers)
def test_subscriptions_come_back_as_they_were(filters: list[tuple[str, int]], packet: int) -> None:
    ((_, body),) = frames(mp.subscribe(packet, filters))
    assert mp.read_subscribe(body) == (packet, filters)
    only = [one for one, _ in filters]
    ((_, body),) = frames(mp.unsubscribe(packet, only))
    assert mp.read_unsubscribe(body) == (packet, only)


@given(st.lists(messages, max_size=6), st.data())
def test_it_does_not_matter_where_the_bytes_are_cut(
    sent: list[mp.Publish], data: st.DataObject
) -> None:
    stream = b"".join(map(mp.publish, sent))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reader, got = mp.FrameReader(1_000_000), []
    for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        got += [mp.read_publish(*frame) for frame in reader.feed(stream[start:stop])]
    assert got == sent


@given(st.integers(0, 255), st.binary(max_size=200))
def test_bytes_that_mean_nothing_are_malformed_and_nothing_else(first: int, body: bytes) -> None:
    for read, kind in (
        (mp.read_connect, mp.Connect), (mp.read_number, int), (mp.read_subscribe, tuple),
        (mp.read_unsubscribe, tuple), (mp.read_suback, tuple),
        (lambda data: mp.read_publish(first, data), mp.Publish),
    ):  # fmt: skip
        with contextlib.suppress(mp.Malformed):
            assert isinstance(read(body), kind)  # type: ignore[operator]
    with contextlib.suppress(mp.Malformed):
        taken = sum(len(rest) for _, rest in frames(bytes((first,)) + body, 100))
        assert taken <= len(body)


def test_a_packet_that_is_too_long_is_refused_before_it_has_come() -> None:
    with pytest.raises(mp.Malformed, match="268435455 bytes"):
        frames(b"\x30\xff\xff\xff\x7f")
    with pytest.raises(mp.Malformed, match="four bytes"):
        frames(b"\x30\xff\xff\xff\xff\x01")
    assert frames(b"\x30\xff\xff") == []


def test_the_standards_own_examples() -> None:
    # MQTT 3.1.1, figures 3.6 and 3.8 put together: client id left empty, user and password given.
    body = (
        bytes.fromhex("00044d51545404ce000a")
        + b"\x00\x00"
        + b"\x00\x01w\x00\x01m"
        + b"\x00\x01u\x00\x01p"
    )
    asked = mp.read_connect(body)
    assert (asked.username, asked.password, asked.keep_alive_s, asked.is_clean) == (
        "u",
        "p",
        10,
        True,
    )
    assert asked.will == mp.Will("w", b"m", 1, False)
    # 2.2.3: 321 is coded as 193, 2.
    assert mp.publish(mp.Publish("a", b"x" * 318))[1:3] == bytes((193, 2))


@pytest.mark.parametrize(
    ("topic_filter", "topic", "does"),
    [
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/tennis/+", "sport/tennis/player1", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False), ("sport/+", "sport/", True), ("+/+", "/finance", True),
        ("/+", "/finance", True), ("+", "/finance", False), ("#", "a/b", True), ("a/b", "a/b", True),
    ],
)  # fmt: skip
def test_filters_match_as_the_standard_says(topic_filter: str, topic: str, does: bool) -> None:
    assert topics.matches(topic_filter, topic) is does


@pytest.mark.parametrize(
    "bad", ["", "a/#/b", "a#", "a+/b", "$SYS/#", "$share/g/a", "a" * 300, "a/" * 20]
)
def test_what_is_no_filter(bad: str) -> None:
    assert not topics.is_filter(bad)


levels = st.sampled_from(["tt", "gw", "a", "b", "up", "down", "+", "#", "$SYS", "", "..", "state"])


@given(st.lists(levels, min_size=1, max_size=6), st.lists(levels, min_size=1, max_size=6))
def test_no_filter_reaches_what_is_anothers(asked: list[str], theirs: list[str]) -> None:
    """Whatever ``a`` is granted matches nothing outside of what is its own."""
    wanted, topic = "/".join(asked), "/".join(theirs)
    if not topics.is_filter(wanted) or not topics.is_topic(topic):
        return
    for is_gateway, own in ((False, "tt/a/down"), (True, "gw/a")):
        if topics.may_subscribe("a", is_gateway, wanted) and topics.matches(wanted, topic):
            assert topic == own or topic.startswith(own + "/")
        if topics.may_publish("a", is_gateway, topic):
            assert topic.startswith(("tt/a/up/", "gw/a/"))


@given(st.lists(levels, min_size=1, max_size=5).map("/".join))
def test_a_gateways_world_is_its_own(topic: str) -> None:
    inside = topics.into_world("g", topic)
    assert inside.startswith("gw/g/")
    assert topics.into_world("g", topics.out_of_world("g", inside)) == inside


def test_a_bucket_lets_through_a_burst_and_then_its_rate() -> None:
    bucket = Bucket.full(rate=2, burst=3, at=10.0)
    assert [bucket.take(10.0) for _ in range(4)] == [True, True, True, False]
    assert bucket.seconds_until() == 0.5
    assert [bucket.take(10.5), bucket.take(10.5)] == [True, False]
    assert not bucket.take(3.0)  # a clock that goes back fills nothing
    assert bucket.take(100.0)

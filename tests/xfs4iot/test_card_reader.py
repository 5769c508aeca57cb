"""The card reader: reading, chips, moving, dispensing, retaining, faults."""

import asyncio
from base64 import b64decode, b64encode

import pytest

from tests.xfs4iot.conftest import Lab, Wire
from xfs4iot.errors import Canceled
from xfs4iot.virtual import Fault
from xfs4iot.virtual.card_reader import CardReader
from xfs4iot.virtual.card_world import Card, CardWorld, bank_card, identity_card
from xfs4iot.virtual.machines import card_dispenser_world

SELECT = bytes.fromhex("00A404000E") + b"1PAY.SYS.DDF01"


@pytest.fixture
async def world() -> CardWorld:
    return card_dispenser_world(cards=6)


@pytest.fixture
async def wire(lab: Lab, world: CardWorld) -> Wire:
    return await lab.wire(CardReader(world=world))


async def test_a_card_is_read_when_it_is_put_in(wire: Wire, world: CardWorld) -> None:
    card = bank_card("6222000000000001")
    done = await wire.during(
        lambda: world.insert(card),
        "CardReader.InsertCardEvent",
        "CardReader.ReadRawData",
        track2=True,
        track3=True,
        chip=True,
        watermark=True,
    )
    assert b64decode(done.payload["track2"]["data"]).startswith(b"6222000000000001=")
    assert done.payload["track3"] == {"status": "dataMissing"}
    assert done.payload["watermark"] == {"status": "dataSourceNotSupported"}
    assert b64decode(done.payload["chip"][0]["data"]).startswith(b"\x3b")
    assert [event.name.partition(".")[2] for event in done.events] == [
        "InsertCardEvent",
        "MediaInsertedEvent",
        "TrackDetectedEvent",
    ]
    assert (await wire.status("cardReader"))["media"] == "present"


async def test_the_chip_answers(wire: Wire, world: CardWorld) -> None:
    world.insert(bank_card("6222000000000001"))
    await wire("CardReader.ReadRawData", chip=True)
    select = b64encode(SELECT).decode()
    reply = await wire("CardReader.ChipIO", chipProtocol="chipT0", chipData=select)
    assert b64decode(reply["chipData"]).endswith(b"\x90\x00")
    unknown = await wire("CardReader.ChipIO", chipProtocol="chipT0", chipData="AAAA")
    assert b64decode(unknown["chipData"]) == b"\x6d\x00"
    assert (await wire("CardReader.ChipPower", chipPower="cold"))["chipData"]
    assert await wire("CardReader.ChipPower", chipPower="off") == {}
    assert (await wire.status("cardReader"))["chipPower"] == "poweredOff"
    wrong = await wire.fails("CardReader.ChipIO", chipProtocol="chipTypeB", chipData="AAAA")
    assert wrong == "protocolNotSupported"


async def test_contactless(wire: Wire, world: CardWorld) -> None:
    card = bank_card("6222000000000001")
    world.tap(card)
    assert (await wire("CardReader.ReadRawData", chip=True))["chip"][0]["status"] == "ok"
    assert world.field == [card]
    world.tap(card, bank_card("6222000000000002"))
    assert await wire.fails("CardReader.ReadRawData", chip=True) == "cardCollision"
    world.tap(Card("magnetic", track2="1"))
    assert await wire.fails("CardReader.ReadRawData", chip=True) == "invalidMedia"


async def test_an_identity_card_gives_its_record_and_two_pictures(
    wire: Wire, world: CardWorld
) -> None:
    world.insert(identity_card("110101199001011234", "样例"))
    read = await wire("CardReader.ReadRawData", chip=True, frontImage=True, backImage=True)
    assert "样例" in b64decode(read["chip"][0]["data"]).decode()
    front, back = b64decode(read["frontImage"]), b64decode(read["backImage"])
    assert front[:2] == back[:2] == b"BM"
    assert front != back


async def test_a_card_the_wrong_way_round_is_refused_and_the_next_is_read(
    wire: Wire, world: CardWorld
) -> None:
    wrong = Card("wrong", readable=False)
    world.insert(wrong)

    def put_in_another() -> None:
        world.take()
        world.insert(bank_card("6222000000000001"))

    done = await wire.during(
        put_in_another, "CardReader.InvalidMediaEvent", "CardReader.ReadRawData", track2=True
    )
    assert done.payload["track2"]["status"] == "ok"
    assert world.customer == [wrong]


async def test_writing_a_track(wire: Wire, world: CardWorld) -> None:
    card = bank_card("6222000000000001")
    world.insert(card)
    data = [{"destination": "track3", "data": b64encode(b"PAGE7").decode()}]
    await wire("CardReader.WriteRawData", data=data)
    assert card.track3 == "PAGE7"
    unsupported = [{"destination": "track1JIS", "data": "AAAA"}]
    assert await wire.fails("CardReader.WriteRawData", data=unsupported) == "unsupportedData"


async def test_nobody_brings_a_card(wire: Wire) -> None:
    assert await wire.fails("CardReader.ReadRawData", 30, track2=True) == "timeOut"
    assert (await wire.status())["device"] == "online"


async def test_waiting_for_a_card_is_canceled(wire: Wire) -> None:
    pending = await wire.connection.start("CardReader.ReadRawData", {"track2": True})
    await wire.connection.cancel(pending)
    with pytest.raises(Canceled):
        await wire.connection.finish(pending)
    assert await wire.fails("Common.Cancel", requestIds=[pending.request_id]) == (
        "noMatchingRequestIDs"
    )


async def test_eject_and_take(wire: Wire, world: CardWorld) -> None:
    card = bank_card("6222000000000001")
    world.insert(card)
    await wire("CardReader.ReadRawData", track2=True)
    await wire("CardReader.Move")
    assert world.slot is card
    assert world.take() is card
    await wire.hears("CardReader.MediaRemovedEvent")
    assert await wire.fails("CardReader.Move") == "noMedia"


async def test_dispensing_a_new_card_counts_it(wire: Wire, world: CardWorld) -> None:
    await wire("CardReader.Move", **{"from": "unit1", "to": "exit"})
    card = world.take()
    assert card.id == "6222000000000001"
    crossed = await wire.hears("Storage.StorageThresholdEvent")
    assert crossed["unit1"]["card"]["status"]["replenishmentStatus"] == "low"
    units = (await wire("Storage.GetStorage"))["storage"]
    assert units["unit1"]["card"]["status"]["count"] == 5
    assert len(world.units["unit1"].cards) == 5


async def test_the_hopper_runs_empty(wire: Wire, world: CardWorld) -> None:
    for _ in range(6):
        await wire("CardReader.Move", **{"from": "unit1", "to": "exit"})
        world.take()
    assert await wire.fails("CardReader.Move", **{"from": "unit1", "to": "exit"}) == "noMedia"
    unit = (await wire("Storage.GetStorage"))["storage"]["unit1"]
    assert unit["card"]["status"]["replenishmentStatus"] == "empty"
    world.load("unit1", [bank_card("6222000000000009")])
    refill = {"unit1": {"card": {"status": {"initialCount": 1}}}}
    await wire("Storage.SetStorage", storage=refill)
    changed = await wire.hears("Storage.StorageChangedEvent")
    assert changed["unit1"]["card"]["status"]["count"] == 1


async def test_moves_that_cannot_be(wire: Wire, world: CardWorld) -> None:
    world.insert(bank_card("6222000000000001"))
    assert await wire.fails("CardReader.Move", **{"from": "unit1", "to": "exit"}) == "occupied"
    assert await wire.fails("CardReader.Move", **{"from": "unit9", "to": "exit"}) == (
        "unsupportedData"
    )
    assert await wire.fails("CardReader.Move", **{"from": "exit", "to": "exit"}) == (
        "unsupportedData"
    )
    bin_ = world.units["unit2"]
    bin_.cards = [bank_card(f"{number}") for number in range(bin_.capacity)]
    assert await wire.fails("CardReader.Move", **{"from": "exit", "to": "unit2"}) == "full"
    assert world.slot is not None


async def test_a_card_left_behind_is_retained(wire: Wire, world: CardWorld) -> None:
    world.insert(bank_card("6222000000000001"))
    await wire("CardReader.ReadRawData", track2=True)
    await wire("CardReader.Move")
    await wire("CardReader.Move", **{"from": "exit", "to": "unit2"})
    status = (await wire("Storage.GetStorage"))["storage"]["unit2"]["card"]["status"]
    assert (status["count"], status["retainCount"]) == (1, 1)
    assert len(world.units["unit2"].cards) == 1


async def test_a_jam_and_its_end(wire: Wire, world: CardWorld) -> None:
    world.insert(bank_card("6222000000000001"))
    await wire("CardReader.ReadRawData", track2=True)
    world.inject(Fault.JAM)
    assert await wire.fails("CardReader.Move") == "mediaJam"
    assert (await wire.status("cardReader"))["media"] == "jammed"
    assert (await wire.status())["device"] == "hardwareError"
    assert await wire.fails("CardReader.Reset", to="exit") == "mediaJam"
    world.clear_jam()
    done = await wire.do("CardReader.Reset", to="retain")
    assert done.events[0].payload == {"position": "unit2"}
    assert (await wire.status())["device"] == "online"
    assert len(world.everywhere()) == 7


async def test_the_mechanism_stalls(wire: Wire, world: CardWorld) -> None:
    world.insert(bank_card("6222000000000001"))
    world.inject(Fault.STALL, at="read")
    assert await wire.fails("CardReader.ReadRawData", 30, track2=True) == "timeOut"
    assert (await wire("CardReader.ReadRawData", track2=True))["track2"]["status"] == "ok"


async def test_the_power_fails_while_a_card_moves(wire: Wire, world: CardWorld) -> None:
    card = bank_card("6222000000000001")
    world.insert(card)
    await wire("CardReader.ReadRawData", track2=True)
    world.inject(Fault.POWER_LOSS)
    assert await wire.fails("CardReader.Move", **{"from": "transport", "to": "unit2"}) == (
        "hardwareError"
    )
    assert await wire.hears_of("device") == "powerOff"
    assert await wire.fails("CardReader.Move") == "deviceNotReady"
    assert (await wire.status())["device"] == "powerOff"
    world.restore_power()
    assert (await wire.status())["device"] == "online"
    assert world.slot is card  # given back, as powerOnOption says
    assert (await wire("Common.Capabilities"))["cardReader"]["powerOnOption"] == "exit"


async def test_the_power_fails_while_it_waits(wire: Wire, world: CardWorld) -> None:
    pending = await wire.connection.start("CardReader.ReadRawData", {"track2": True})
    await asyncio.sleep(0)
    world.cut_power()
    with pytest.raises(Exception, match="the power failed"):
        await wire.connection.finish(pending)


async def test_a_dip_reader(lab: Lab) -> None:
    world = CardWorld(motor=False)
    wire = await lab.wire(CardReader("Dip", world))
    world.insert(bank_card("6222000000000001"))
    assert (await wire("CardReader.ReadRawData", track2=True))["track2"]["status"] == "ok"
    assert await wire.fails("CardReader.Move") == "unsupportedData"
    world.take()
    await wire.hears("CardReader.MediaRemovedEvent")

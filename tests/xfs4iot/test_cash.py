"""The cash recycler: dispensing, depositing, exchange, counts, faults."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xfs4iot.conftest import Lab, Wire
from xfs4iot import tokens
from xfs4iot.errors import CommandFailed
from xfs4iot.virtual import Fault
from xfs4iot.virtual.cash import CashAcceptor, CashDispenser, CashRecycler
from xfs4iot.virtual.cash_world import CashWorld, Note, notes, recycler_world


@pytest.fixture
async def world() -> CashWorld:
    return recycler_world(loaded=30)


@pytest.fixture
async def wire(lab: Lab, world: CashWorld) -> Wire:
    return await lab.wire(CashRecycler(world=world))


def amount(value: float, mix: str = "mix1", currency: str = "CNY") -> dict[str, Any]:
    return {"denomination": {"currencies": {currency: value}}, "mix": mix}


def balanced(world: CashWorld) -> bool:
    """Whether every unit's counters say what is in it."""
    return all(unit.counted() == _tally(unit.notes) for unit in world.units.values())


def _tally(held: list[Note]) -> Any:
    return Counter(note.kind for note in held)


async def deposit(wire: Wire, world: CashWorld, what: list[Note]) -> dict[str, Any]:
    done = await wire.during(
        lambda: world.put_in(what), "CashAcceptor.InsertItemsEvent", "CashAcceptor.CashIn"
    )
    return done.payload


# Dispensing


async def test_dispense_present_take(wire: Wire, world: CashWorld) -> None:
    assert "mix1" in (await wire("CashDispenser.GetMixTypes"))["mixes"]
    reply = await wire("CashDispenser.Denominate", **amount(270))
    assert reply["values"] == {"unitCNY100": 2, "unitCNY50": 1, "unitCNY10": 2}
    done = await wire.do("CashDispenser.Dispense", denomination=amount(270), position="outDefault")
    assert done.events[0].name == "CashDispenser.StartDispenseEvent"
    assert done.payload["denomination"]["currencies"] == {"CNY": 270}
    assert (await wire.status("cashDispenser"))["intermediateStacker"] == "notEmpty"
    assert (await wire("CashDispenser.GetPresentStatus"))["presentState"] == "notPresented"
    await wire("CashDispenser.Present")
    await wire.hears("CashManagement.ItemsPresentedEvent")
    assert (await wire("CashDispenser.GetPresentStatus"))["presentState"] == "presented"
    assert sum(world.types[note.type].value for note in world.take()) == 270
    await wire.hears("CashManagement.ItemsTakenEvent")
    unit = (await wire("Storage.GetStorage"))["storage"]["unitCNY100"]["cash"]["status"]
    assert unit["out"]["presented"] == {"typeCNY100": {"fit": 2}}
    assert balanced(world)


async def test_notes_not_taken_are_retracted(wire: Wire, world: CashWorld) -> None:
    await wire("CashDispenser.Dispense", denomination=amount(100))
    await wire("CashDispenser.Present")
    reply = await wire("CashManagement.Retract", retractArea="retract")
    counts = reply["storage"]["unitRETRACT"]
    assert counts["retracted"] == {"typeCNY100": {"fit": 1}}
    assert counts["retractOperations"] == 1
    assert not world.output
    assert not world.shutter_open
    info = (await wire("CashManagement.GetItemInfo"))["itemsList"]
    assert [row["itemLocation"] for row in info] == ["unitRETRACT"]
    assert await wire.fails("CashManagement.Retract") == "noItems"
    assert balanced(world)


async def test_rejecting_what_was_not_presented(wire: Wire, world: CashWorld) -> None:
    await wire("CashDispenser.Dispense", denomination=amount(100))
    await wire("CashDispenser.Reject")
    assert len(world.units["unitRETRACT"].notes) == 1
    assert await wire.fails("CashDispenser.Reject") == "noItems"
    assert await wire.fails("CashDispenser.Present") == "noItems"
    assert balanced(world)


@pytest.mark.parametrize(
    ("denomination", "error"),
    [
        (amount(5), "notDispensable"),
        (amount(100.5), "notDispensable"),
        (amount(100, currency="USD"), "invalidCurrency"),
        (amount(100, mix="mix9"), "invalidMixNumber"),
        (amount(1_000_000), "tooManyItems"),
        ({"denomination": {"currencies": {"CNY": 100}}}, "invalidDenomination"),
        ({"denomination": {"values": {"unitCNY100": 31}}}, "cashUnitError"),
        ({"denomination": {"values": {"unitIN": 1}}}, "cashUnitError"),
        (
            {"denomination": {"currencies": {"CNY": 50}, "values": {"unitCNY100": 1}}},
            "invalidDenomination",
        ),
    ],
)
async def test_what_cannot_be_dispensed(
    wire: Wire, world: CashWorld, denomination: dict[str, Any], error: str
) -> None:
    assert await wire.fails("CashDispenser.Dispense", denomination=denomination) == error
    assert not world.stacker


async def test_a_second_dispense_before_the_first_is_gone(wire: Wire) -> None:
    await wire("CashDispenser.Dispense", denomination=amount(100))
    assert await wire.fails("CashDispenser.Dispense", denomination=amount(100)) == "itemsLeft"


async def test_a_unit_is_emptier_than_its_counter(wire: Wire, world: CashWorld) -> None:
    del world.units["unitCNY100"].notes[1:]  # somebody helped himself
    done: list[str] = []
    pending = await wire.connection.start(
        "CashDispenser.Dispense",
        {"denomination": amount(300)},
        on_event=lambda event: done.append(event.name),
    )
    with pytest.raises(Exception, match="against its counter"):
        await wire.connection.finish(pending)
    assert "CashDispenser.IncompleteDispenseEvent" in done
    failure = await wire.hears("Storage.StorageErrorEvent")
    assert failure["failure"] == "empty"
    await wire("CashDispenser.Reject")
    await wire("CashAcceptor.CashUnitCount", units=["unitCNY100"])
    assert balanced(world)


# End-to-end security


async def test_cash_only_against_a_token(lab: Lab) -> None:
    key = bytes(range(32))
    device = CashRecycler("Secure", recycler_world())
    device.token_key = key
    secure = await lab.wire(device)
    assert (await secure.status())["endToEndSecurity"] == "enforced"
    listed = (await secure("Common.Capabilities"))["common"]["endToEndSecurity"]
    assert listed["commands"] == ["CashDispenser.Dispense"]

    async def dispense(value: int, token: str | None) -> str:
        payload = {"denomination": amount(value)} | ({"token": token} if token else {})
        return await secure.fails("CashDispenser.Dispense", **payload)

    async def token_for(value: str, made_with: bytes = key) -> str:
        nonce = (await secure("Common.GetCommandNonce"))["commandNonce"]
        return tokens.make(nonce, {"CNY": Decimal(value)}, made_with)

    unasked = tokens.make("ABCDEF", {"CNY": Decimal(100)}, key)
    required = await dispense(100, None)
    assert required.replace("z", "s") == "authorisationRequired"
    assert await dispense(100, unasked) == "noCommandNonce"
    good = await token_for("100")
    assert await dispense(100, unasked) == "invalidTokenNonce"
    assert await dispense(200, good) == "invalidToken"
    assert await dispense(100, good.replace("100.00", "900.00")) == "invalidTokenHMAC"
    assert await dispense(100, good + "0") == "invalidTokenFormat"
    assert await dispense(100, await token_for("100", b"another")) == "invalidTokenHMAC"
    assert not device.world.stacker
    good = await token_for("100")
    await secure("CashDispenser.Dispense", denomination=amount(100), token=good)
    await secure("CashDispenser.Reject")
    assert await dispense(100, good) == "noCommandNonce"  # once only


def test_a_token_is_as_long_as_the_specification_writes() -> None:
    nonce = "254611E63B2531576314E86527338D61"
    token = tokens.make(nonce, {"EUR": Decimal(50)}, b"key")
    assert token.startswith(f"NONCE={nonce},TOKENFORMAT=1,TOKENLENGTH=0164,DISPENSE1=50.00EUR,")
    assert len(token) == 164


@given(st.text(max_size=80), st.integers(0, 1_000))
def test_a_token_changed_anywhere_is_no_token(piece: str, place: int) -> None:
    token = tokens.make("ABCDEF", {"CNY": Decimal(100)}, b"key")
    where = place % len(token)
    changed = token[:where] + piece + token[where + len(piece) :]
    wanted = {"CNY": Decimal(100)}
    if changed != token:
        with pytest.raises(CommandFailed):
            tokens.authorise(changed, "ABCDEF", wanted, b"key")
    tokens.authorise(token, "ABCDEF", wanted, b"key")


# Depositing


async def test_a_deposit(wire: Wire, world: CashWorld) -> None:
    brought = notes("typeCNY100", 2, first=501) + notes("typeCNY20", 1, first=501)
    world.customer = list(brought)
    await wire("CashAcceptor.CashInStart")
    counted = await deposit(wire, world, brought)
    assert counted == {"typeCNY100": {"fit": 2}, "typeCNY20": {"fit": 1}}
    info = await wire("CashManagement.GetItemInfo", itemInfoType={"serialNumber": True})
    assert {row["serialNumber"] for row in info["itemsList"]} == {note.serial for note in brought}
    status = await wire("CashAcceptor.GetCashInStatus")
    assert (status["status"], status["numOfRefused"]) == ("active", 0)
    stored = (await wire("CashAcceptor.CashInEnd"))["storage"]
    assert stored["unitCNY100"]["deposited"] == {"typeCNY100": {"fit": 2}}
    assert stored["unitIN"]["deposited"] == {"typeCNY20": {"fit": 1}}
    assert (await wire("CashAcceptor.GetCashInStatus"))["status"] == "ok"
    assert not world.customer
    assert balanced(world)


async def test_a_deposit_taken_back(wire: Wire, world: CashWorld) -> None:
    brought = notes("typeCNY100", 3, first=501)
    await wire("CashAcceptor.CashInStart")
    await deposit(wire, world, brought)
    await wire("CashAcceptor.CashInRollback")
    assert set(map(id, world.take())) == set(map(id, brought))
    assert (await wire("CashAcceptor.GetCashInStatus"))["status"] == "rollback"
    assert balanced(world)


async def test_bad_notes_are_given_back(wire: Wire, world: CashWorld) -> None:
    await wire(
        "CashManagement.SetClassificationList",
        version="1",
        classificationElements=[{"serialNumber": "CNY100-00000666", "level": "counterfeit"}],
    )
    listed = await wire("CashManagement.GetClassificationList")
    assert listed["classificationElements"][0]["level"] == "counterfeit"
    brought = [
        *notes("typeCNY100", 1, first=501),
        *notes("typeCNY100", 1, first=666),
        Note("?", "", "unrecognized"),
    ]
    await wire("CashAcceptor.CashInStart")
    done = await wire.during(
        lambda: world.put_in(brought), "CashAcceptor.InsertItemsEvent", "CashAcceptor.CashIn"
    )
    assert done.payload == {"typeCNY100": {"fit": 1}}
    refused = [e.payload["reason"] for e in done.events if e.name.endswith("InputRefuseEvent")]
    assert refused == ["counterfeit", "invalidBill"]
    assert await wire.fails("CashAcceptor.CashIn") == "positionNotEmpty"
    assert await wire.fails("CashAcceptor.CashInEnd") == "positionNotEmpty"
    assert len(world.take()) == 2
    await wire("CashAcceptor.CashInEnd")
    assert (await wire("CashAcceptor.GetCashInStatus"))["numOfRefused"] == 2
    assert balanced(world)


async def test_limits(wire: Wire, world: CashWorld) -> None:
    limit = [{"currency": "CNY", "value": 150}]
    await wire("CashAcceptor.CashInStart", totalItemsLimit=5, amountLimit=limit)
    kept = await deposit(wire, world, notes("typeCNY100", 2, first=501))
    assert kept == {"typeCNY100": {"fit": 1}}
    assert len(world.output) == 1


async def test_note_types_switched_off(wire: Wire, world: CashWorld) -> None:
    await wire("CashAcceptor.ConfigureNoteTypes", items=[{"item": "typeCNY10", "enabled": False}])
    types = (await wire("CashManagement.GetBankNoteTypes"))["items"]
    assert not types["typeCNY10"]["enabled"]
    await wire("CashAcceptor.CashInStart")
    assert await deposit(wire, world, notes("typeCNY10", 1, first=501)) == {}
    assert await wire.fails("CashAcceptor.ConfigureNoteTypes", items=[]) == "cashInActive"


async def test_nobody_puts_notes_in(wire: Wire, world: CashWorld) -> None:
    assert await wire.fails("CashAcceptor.CashIn") == "noCashInActive"
    await wire("CashAcceptor.CashInStart")
    assert await wire.fails("CashAcceptor.CashInStart") == "cashInActive"
    assert await wire.fails("CashAcceptor.CashIn", 30) == "timeOut"
    assert not world.shutter_open
    with pytest.raises(ValueError, match="shutter"):
        world.put_in(notes("typeCNY100", 1))
    assert await wire.fails("CashAcceptor.CashInEnd") == "noItems"
    assert await wire.fails("CashAcceptor.CashInRollback") == "noItems"


# Exchange and moving


async def test_an_exchange(lab: Lab, wire: Wire, world: CashWorld) -> None:
    counts = {"unitCNY50": {"cash": {"status": {"initial": {"typeCNY50": {"fit": 100}}}}}}
    assert await wire.fails("Storage.SetStorage", storage=counts) == "noExchangeActive"
    assert await wire.fails("Storage.EndExchange") == "noExchangeActive"
    await wire("Storage.StartExchange")
    assert (await wire.status())["exchange"] == "active"
    assert await wire.fails("Storage.StartExchange") == "exchangeActive"
    assert await wire.fails("CashDispenser.Dispense", denomination=amount(50)) == "exchangeActive"
    assert await wire.fails("CashAcceptor.CashInStart") == "exchangeActive"
    world.set_safe_door(is_open=True)
    await wire.hears("CashManagement.SafeDoorOpenEvent")
    world.empty("unitCNY50")
    world.load("unitCNY50", notes("typeCNY50", 100, first=701))
    world.set_safe_door(is_open=False)
    await wire("Storage.SetStorage", storage=counts)
    assert await wire.fails("Storage.SetStorage", storage={"unitX": {}}) == "invalidUnit"
    lab.oracle.hostile = True
    bad = {"unitCNY50": {"cash": {"configuration": {"highThreshold": 0}}}}
    assert await wire.fails("Storage.SetStorage", storage=bad) == "invalidData"
    await wire("Storage.EndExchange")
    unit = (await wire("Storage.GetStorage"))["storage"]["unitCNY50"]["cash"]["status"]
    assert unit["initial"] == {"typeCNY50": {"fit": 100}}
    assert balanced(world)


async def test_no_exchange_while_a_customer_deposits(wire: Wire) -> None:
    await wire("CashAcceptor.CashInStart")
    assert await wire.fails("Storage.StartExchange") == "transactionActive"


async def test_emptying_and_refilling_recycle_units(wire: Wire, world: CashWorld) -> None:
    sources = [{"source": "unitCNY100", "numberOfItemsToMove": 10}, {"source": "unitCNY50"}]
    moved = await wire("CashAcceptor.Deplete", depleteSources=sources, cashUnitTarget="unitIN")
    assert moved["numberOfItemsReceived"] == 40
    targets = [{"target": "unitCNY50", "numberOfItemsToMove": 4}]
    back = await wire("CashAcceptor.Replenish", source="unitIN", replenishTargets=targets)
    assert back["replenishTargetResults"][0]["numberOfItemsReceived"] == 4
    nowhere = await wire.fails(
        "CashAcceptor.Deplete", depleteSources=[{"source": "unit9"}], cashUnitTarget="unitIN"
    )
    assert nowhere == "invalidCashUnit"
    counted = await wire("CashDispenser.Count", unit="unitCNY10")
    assert counted["countedCashUnits"]["unitCNY10"]["counted"] == 30
    assert balanced(world)
    assert len(world.everywhere()) == 90


async def test_thresholds(wire: Wire, world: CashWorld) -> None:
    await wire("CashDispenser.Dispense", denomination=amount(1_000))
    level = (await wire.hears("Storage.StorageThresholdEvent"))["unitCNY100"]
    assert level["cash"]["status"]["replenishmentStatus"] == "low"
    assert (await wire.status("cashManagement"))["dispenser"] == "attention"


# Faults


async def test_a_jam_while_notes_are_picked(wire: Wire, world: CashWorld) -> None:
    world.inject(Fault.JAM, at="pick", skip=2)
    assert await wire.fails("CashDispenser.Dispense", denomination=amount(500)) == "hardwareError"
    assert (await wire.status())["device"] == "hardwareError"
    assert len(world.stacker) == 2
    assert await wire.fails("CashManagement.Reset") == "cashUnitError"
    world.clear_jam()
    await wire("CashManagement.Reset")
    assert (await wire.status())["device"] == "online"
    assert len(world.units["unitRETRACT"].notes) == 2
    assert balanced(world)


async def test_the_power_fails_in_a_deposit(wire: Wire, world: CashWorld) -> None:
    brought = notes("typeCNY100", 4, first=501)
    await wire("CashAcceptor.CashInStart")
    await deposit(wire, world, brought)
    world.inject(Fault.POWER_LOSS, at="deposit", skip=1)
    assert await wire.fails("CashAcceptor.CashInEnd") == "hardwareError"
    assert await wire.fails("CashAcceptor.GetCashInStatus") == "deviceNotReady"
    world.restore_power()
    status = await wire("CashAcceptor.GetCashInStatus")
    assert status["status"] == "unknown"
    assert status["noteNumberList"] == {"typeCNY100": {"fit": 4}}  # what the bank owes
    assert await wire.fails("CashAcceptor.CashInEnd") == "noCashInActive"
    assert await wire.fails("CashAcceptor.CashInStart") == "sequenceError"
    await wire("CashManagement.Reset")
    assert (await wire("CashAcceptor.GetCashInStatus"))["status"] == "reset"
    assert len(world.everywhere()) == 94
    assert balanced(world)


async def test_single_purpose_machines(lab: Lab) -> None:
    dispenser, acceptor = CashDispenser(), CashAcceptor()
    host = await lab.publish(dispenser, acceptor)
    giving, taking = await lab.connect(host, dispenser), await lab.connect(host, acceptor)
    assert await giving.fails("CashAcceptor.CashInStart") == "unsupportedCommand"
    assert await taking.fails("CashDispenser.Present") == "unsupportedCommand"
    names = {one["name"] for one in (await giving("Common.Capabilities"))["interfaces"]}
    assert names == {"Common", "CashManagement", "Storage", "CashDispenser"}
    assert (await taking("CashAcceptor.GetPositionCapabilities"))["posCapabilities"]
    assert (await taking("Common.Capabilities"))["cashAcceptor"]["maxCashInItems"] == 200

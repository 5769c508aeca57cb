"""The past that the demo's machines are given: told in order, and by the rules of today."""

from random import Random

from tingtang.devices.faults.model.events import ConditionChanged, RepairStepped
from tingtang.devices.faults.model.evolve import evolve
from tingtang.devices.faults.model.state import DeviceFaults, RepairState, RepairStep
from tingtang.devices.model.records import Device
from tingtang.devices.model.state import Condition
from tingtang.devices.register import shipped_types
from tingtang.kernel.clock import DAY_MS, HOUR_MS
from tingtang.kernel.ids import BranchId
from tingtang.kernel.text import Text
from tingtang.twin.past import DAYS, Past, People

UNTIL_MS = 2_000 * DAY_MS
HOURS = [
    (UNTIL_MS - n * DAY_MS + 9 * HOUR_MS, UNTIL_MS - n * DAY_MS + 17 * HOUR_MS)
    for n in range(DAYS, 0, -1)
]


def past(type_: str, seed: int) -> Past:
    device = Device(id="d1", branch=BranchId("east"), type=type_, name=Text("一号"))
    told = Past(device, shipped_types()[type_], People("jiang", "zhou"), Random(seed))
    told.tell(UNTIL_MS - DAYS * DAY_MS, UNTIL_MS, HOURS)
    return told


def test_the_past_is_in_order_and_ends_well() -> None:
    failures = steps = 0
    for seed in range(30):
        told = past("cash_recycler" if seed % 2 else "kiosk", seed).told
        times = [one.at_ms for one in told]
        assert times == sorted(times)
        assert times[-1] < UNTIL_MS
        state = DeviceFaults()
        for one in told:
            for event in one.events:
                evolve(state, event, one.at_ms)
                failures += isinstance(event, ConditionChanged) and event.condition in {
                    Condition.FAULT, Condition.OFFLINE,
                }  # fmt: skip
                steps += isinstance(event, RepairStepped) and event.step is RepairStep.VERIFY
        assert state.condition is Condition.OK
        assert state.open == {}
        assert all(one.state is RepairState.CLOSED for one in state.repairs.values())
    assert failures > 30
    assert steps > 5


def test_a_repair_may_be_left_open() -> None:
    told = past("kiosk", 3)
    told.leave_open(UNTIL_MS)
    last = told.told[-1].events[-1]
    assert isinstance(last, RepairStepped)
    assert last.step is RepairStep.WAIT_FOR_PARTS

"""Repairs: which step may follow which, what each needs, and how long they took."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingtang.devices.faults.model import commands as c
from tingtang.devices.faults.model.decide import decide
from tingtang.devices.faults.model.evolve import evolve
from tingtang.devices.faults.model.repairs import MAY_FOLLOW, figures, times_of
from tingtang.devices.faults.model.state import (
    Cause,
    DeviceFaults,
    Repair,
    RepairState,
    RepairStep,
)
from tingtang.devices.faults.service import check_note
from tingtang.kernel.clock import HOUR_MS
from tingtang.kernel.errors import Refused

S = RepairStep


class Shop:
    """A device with repairs; every step an hour after the last."""

    def __init__(self) -> None:
        self.state = DeviceFaults()
        self.at_ms = 0

    def run(self, command: c.FaultCommand) -> None:
        self.at_ms += HOUR_MS
        for event in decide(self.state, command, self.at_ms):
            evolve(self.state, event, self.at_ms)

    def open(self, repair: str = "r1", part: str = "cash") -> None:
        self.run(c.OpenRepair(device="k1", repair=repair, by="zhou", part=part, description="卡钞"))

    def step(self, step: RepairStep, repair: str = "r1", by: str = "jiang", **more: object) -> None:
        self.run(c.StepRepair(device="k1", repair=repair, by=by, step=step, **more))  # type: ignore[arg-type]

    def refused(self, step: RepairStep, **more: object) -> str:
        with pytest.raises(Refused) as caught:
            self.step(step, **more)
        return caught.value.code

    @property
    def repair(self) -> Repair:
        return self.state.repairs["r1"]


@pytest.mark.shows("R138", part="a repair from its report to its verification, with its times")
def test_a_repair_goes_from_report_to_verification() -> None:
    shop = Shop()
    shop.open()
    assert shop.refused(S.ASSIGN) == "repair_nobody_assigned"
    shop.step(S.ASSIGN, vendor="海棠智能")
    shop.step(S.START)
    shop.step(S.WAIT_FOR_PARTS, parts="滚轮组件")
    shop.step(S.START)
    assert shop.refused(S.FINISH) == "repair_cause_missing"
    shop.step(S.FINISH, cause=Cause.WEAR, cost_fen=128_00, note="更换滚轮")
    assert shop.refused(S.VERIFY) == "verify_others"
    shop.step(S.VERIFY, by="zhou")
    repair = shop.repair
    assert repair.state is RepairState.CLOSED
    assert (repair.cause, repair.parts, repair.cost_fen) == (Cause.WEAR, "滚轮组件", 12_800)
    assert [one.step for one in repair.steps] == [
        S.ASSIGN, S.START, S.WAIT_FOR_PARTS, S.START, S.FINISH, S.VERIFY,
    ]  # fmt: skip
    times = times_of(repair, shop.at_ms)
    # Refused steps took their hour too.
    assert times.response_ms == 3 * HOUR_MS
    assert times.waiting_ms == HOUR_MS
    assert times.repair_ms == 7 * HOUR_MS


def test_what_fails_again_is_reopened_and_counts_until_it_works() -> None:
    shop = Shop()
    shop.open()
    shop.step(S.START)
    shop.step(S.FINISH, cause=Cause.DEFECT)
    shop.step(S.REOPEN, by="zhou", note="又卡了")
    assert (shop.repair.state, shop.repair.reopened, shop.repair.done_ms) == (
        RepairState.OPEN, 1, 0,
    )  # fmt: skip
    shop.step(S.START)
    shop.step(S.FINISH, cause=Cause.WEAR)
    shop.step(S.VERIFY, by="zhou")
    assert times_of(shop.repair, shop.at_ms).repair_ms == 5 * HOUR_MS
    found = figures(shop.state.repairs.values(), 0, shop.at_ms + 1)
    assert (found.opened, found.done, found.under_way, found.reopened) == (1, 1, 0, 1)
    assert found.mean_repair_ms == 5 * HOUR_MS
    assert figures([], 0, 1).mean_repair_ms is None


def test_a_part_has_one_repair_at_a_time() -> None:
    shop = Shop()
    shop.open()
    with pytest.raises(Refused, match="under way"):
        shop.open("r2")
    shop.open("r3", part="camera")
    shop.step(S.START)
    shop.step(S.FINISH, cause=Cause.WEAR)
    shop.open("r2")
    assert shop.refused(S.REOPEN) == "repair_open"


@given(st.lists(st.sampled_from(list(RepairStep)), max_size=30))
def test_no_course_of_steps_leads_where_it_may_not(course: list[RepairStep]) -> None:
    shop = Shop()
    shop.open()
    for step in course:
        before = shop.repair.state
        may = step in MAY_FOLLOW[before]
        try:
            shop.step(step, by="zhou" if step is S.VERIFY else "jiang", to="x", cause=Cause.OTHER)
        except Refused:
            assert not may
            assert shop.repair.state is before
        else:
            assert may
        done = shop.repair.state in {RepairState.DONE, RepairState.CLOSED}
        assert bool(shop.repair.done_ms) == done
        assert 0 <= times_of(shop.repair, shop.at_ms).waiting_ms <= shop.at_ms


@pytest.mark.parametrize(
    "note", ["联系 138 0000 1111", "请致电13800001111", "11010519491231002X", "6222020000000000000"]
)
def test_what_is_personal_is_not_written_down(note: str) -> None:
    with pytest.raises(Refused):
        check_note(note)


def test_serial_and_part_numbers_are_welcome() -> None:
    assert check_note(" 备件 HT20250012，批号 2026112201 ") == "备件 HT20250012，批号 2026112201"

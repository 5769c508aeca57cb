"""Repairs: which step may follow which, and how long each took."""

import statistics
from collections.abc import Iterable

import msgspec

from tingtang.devices.faults.model import commands as c
from tingtang.devices.faults.model import problems as p
from tingtang.devices.faults.model.state import DeviceFaults, Repair, RepairState, RepairStep
from tingtang.kernel.errors import Refused
from tingtang.kernel.text import Text

_S, _R = RepairStep, RepairState
MAY_FOLLOW: dict[RepairState, frozenset[RepairStep]] = {
    _R.OPEN: frozenset({_S.ASSIGN, _S.START}),
    _R.ASSIGNED: frozenset({_S.ASSIGN, _S.START}),
    _R.IN_WORK: frozenset({_S.ASSIGN, _S.WAIT_FOR_PARTS, _S.FINISH}),
    _R.WAITING_PARTS: frozenset({_S.ASSIGN, _S.START}),
    _R.DONE: frozenset({_S.VERIFY, _S.REOPEN}),
    _R.CLOSED: frozenset({_S.REOPEN}),
}
MAINTAINING = frozenset({_S.ASSIGN, _S.START, _S.WAIT_FOR_PARTS, _S.FINISH})
"""For those who maintain devices; whoever operates them verifies, and may find that it fails again."""
STATE_TEXTS = {
    _R.OPEN: Text("待派单", "open"),
    _R.ASSIGNED: Text("已派单", "assigned"),
    _R.IN_WORK: Text("维修中", "in work"),
    _R.WAITING_PARTS: Text("等待备件", "waiting for parts"),
    _R.DONE: Text("待验收", "done"),
    _R.CLOSED: Text("已关闭", "closed"),
}
STEP_TEXTS = {
    _S.ASSIGN: Text("派单", "assigned"),
    _S.START: Text("开始维修", "started"),
    _S.WAIT_FOR_PARTS: Text("等待备件", "put off for parts"),
    _S.FINISH: Text("完成", "finished"),
    _S.VERIFY: Text("验收", "verified"),
    _S.REOPEN: Text("重新打开", "reopened"),
}


def check_step(state: DeviceFaults, repair: Repair, command: c.StepRepair) -> None:
    """Refuse a step that may not follow, or that lacks what belongs to it."""
    if command.step not in MAY_FOLLOW[repair.state]:
        raise Refused(p.NOT_NOW, state=STATE_TEXTS[repair.state], step=STEP_TEXTS[command.step])
    if command.step is RepairStep.ASSIGN and not command.to and not command.vendor:
        raise Refused(p.NOBODY_ASSIGNED)
    if command.step is RepairStep.FINISH and command.cause is None:
        raise Refused(p.CAUSE_MISSING)
    if command.step is RepairStep.VERIFY and command.by == repair.done_by:
        raise Refused(p.VERIFY_OTHERS)
    if command.step is RepairStep.REOPEN and any(
        one.is_under_way and one.part == repair.part for one in state.repairs.values()
    ):
        raise Refused(p.REPAIR_OPEN)


class RepairTimes(msgspec.Struct, frozen=True):
    """How long a repair took, in milliseconds of the clock; None where it has not come so far."""

    response_ms: int | None
    """From the report to the first work on it."""
    waiting_ms: int
    """Of it, waiting for parts."""
    repair_ms: int | None
    """From the report until the device was last said to work (mean: the time to repair)."""


def times_of(repair: Repair, at_ms: int) -> RepairTimes:
    """The times of a repair as it stands at ``at_ms``."""
    started = next((one.at_ms for one in repair.steps if one.step is RepairStep.START), None)
    waiting_ms, since = 0, None
    for step in repair.steps:
        if since is not None:
            waiting_ms += step.at_ms - since
            since = None
        if step.step is RepairStep.WAIT_FOR_PARTS:
            since = step.at_ms
    if since is not None:
        waiting_ms += at_ms - since
    return RepairTimes(
        response_ms=None if started is None else started - repair.opened_ms,
        waiting_ms=waiting_ms,
        repair_ms=repair.done_ms - repair.opened_ms if repair.done_ms else None,
    )


class RepairFigures(msgspec.Struct, frozen=True):
    """Repairs over a time. Means are None where there is nothing to take one of."""

    opened: int
    under_way: int
    done: int
    reopened: int
    mean_response_ms: float | None
    mean_waiting_ms: float | None
    mean_repair_ms: float | None
    cost_fen: int


def figures(repairs: Iterable[Repair], from_ms: int, until_ms: int) -> RepairFigures:
    """Figures of the repairs that were opened, or done, in [from, until)."""
    known = list(repairs)
    opened = [one for one in known if from_ms <= one.opened_ms < until_ms]
    done = [one for one in known if from_ms <= one.done_ms < until_ms]
    times = [times_of(one, until_ms) for one in done]
    responses = [one.response_ms for one in times if one.response_ms is not None]
    return RepairFigures(
        opened=len(opened),
        under_way=sum(one.is_under_way for one in known),
        done=len(done),
        reopened=sum(one.reopened for one in done),
        mean_response_ms=statistics.fmean(responses) if responses else None,
        mean_waiting_ms=statistics.fmean(one.waiting_ms for one in times) if times else None,
        mean_repair_ms=statistics.fmean(one.repair_ms or 0 for one in times) if times else None,
        cost_fen=sum(one.cost_fen or 0 for one in done),
    )

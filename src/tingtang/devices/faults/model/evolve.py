"""How each event changes what is known of a device's faults."""

from collections.abc import Callable
from typing import Any

from tingtang.devices.faults.model import events as e
from tingtang.devices.faults.model.state import (
    ALARMS_KEPT,
    RECENT_KEPT,
    REPAIRS_KEPT,
    STEPS_KEPT,
    Alarm,
    AlarmState,
    DeviceFaults,
    Repair,
    RepairState,
    RepairStep,
    StepTaken,
)
from tingtang.kernel.events import Event


def evolve(state: DeviceFaults, event: Event, at_ms: int) -> None:
    """Apply ``event``, which happened at ``at_ms``, to ``state`` in place."""
    _EVOLVERS[type(event)](state, event, at_ms)


def _condition(state: DeviceFaults, event: e.ConditionChanged, at_ms: int) -> None:
    state.condition, state.condition_since_ms = event.condition, at_ms


def _raised(state: DeviceFaults, event: e.AlarmRaised, at_ms: int) -> None:
    state.alarms[event.alarm] = Alarm(
        id=event.alarm,
        about=event.about,
        kind=event.kind,
        part=event.part,
        grade=event.grade,
        code=event.code,
        detail=event.detail,
        raised_ms=at_ms,
        role=event.role,
        asked_ms=at_ms,
        recent=(at_ms,),
    )
    state.open[event.about] = event.alarm
    state.dismissed.pop(event.about, None)


def _repeated(state: DeviceFaults, event: e.AlarmRepeated, at_ms: int) -> None:
    alarm = state.alarms[event.alarm]
    alarm.count += 1
    alarm.recent = (*alarm.recent, at_ms)[-RECENT_KEPT:]
    alarm.gone_ms = 0
    if alarm.is_over:
        # Whoever was asked for it before is asked again, and first.
        alarm.state, alarm.ended_ms, alarm.outcome = AlarmState.OPEN, 0, ""
        alarm.owner, alarm.accepted_ms = "", 0
        alarm.role, alarm.asked_ms, alarm.level = event.role, at_ms, 0
        state.last.pop(alarm.about, None)
        state.open[alarm.about] = alarm.id
        state.alarms[alarm.id] = state.alarms.pop(alarm.id)


def _changed(state: DeviceFaults, event: e.AlarmChanged, _at_ms: int) -> None:
    alarm = state.alarms[event.alarm]
    alarm.kind, alarm.grade = event.kind, event.grade
    alarm.code, alarm.detail = event.code, event.detail


def _ceased(state: DeviceFaults, event: e.AlarmCeased, at_ms: int) -> None:
    state.alarms[event.alarm].gone_ms = at_ms


def _cleared(state: DeviceFaults, event: e.AlarmCleared, at_ms: int) -> None:
    _end(state, state.alarms[event.alarm], AlarmState.CLEARED, at_ms)


def _closed(state: DeviceFaults, event: e.AlarmClosed, at_ms: int) -> None:
    alarm = state.alarms[event.alarm]
    alarm.outcome, alarm.owner = event.outcome, event.by
    if event.present:
        state.dismissed[alarm.about] = alarm.grade
    _end(state, alarm, AlarmState.CLOSED, at_ms)


def _end(state: DeviceFaults, alarm: Alarm, how: AlarmState, at_ms: int) -> None:
    alarm.state, alarm.ended_ms = how, at_ms
    state.open.pop(alarm.about, None)
    state.last[alarm.about] = alarm.id
    state.alarms[alarm.id] = state.alarms.pop(alarm.id)
    over = [one for one in state.alarms.values() if one.is_over]
    for old in over[: max(0, len(over) - ALARMS_KEPT)]:
        del state.alarms[old.id]
        if state.last.get(old.about) == old.id:
            del state.last[old.about]


def _escalated(state: DeviceFaults, event: e.AlarmEscalated, at_ms: int) -> None:
    alarm = state.alarms[event.alarm]
    alarm.role, alarm.level, alarm.asked_ms = event.role, event.level, at_ms


def _accepted(state: DeviceFaults, event: e.AlarmAccepted, at_ms: int) -> None:
    alarm = state.alarms[event.alarm]
    alarm.state, alarm.owner, alarm.accepted_ms = AlarmState.ACCEPTED, event.staff, at_ms
    alarm.suspended_until_ms = 0


def _handed_over(state: DeviceFaults, event: e.AlarmHandedOver, at_ms: int) -> None:
    alarm = state.alarms[event.alarm]
    alarm.state, alarm.owner, alarm.accepted_ms = AlarmState.ACCEPTED, event.to, at_ms
    alarm.suspended_until_ms = 0
    alarm.note = event.note


def _suspended(state: DeviceFaults, event: e.AlarmSuspended, _at_ms: int) -> None:
    alarm = state.alarms[event.alarm]
    alarm.state, alarm.suspended_until_ms = AlarmState.SUSPENDED, event.until_ms
    alarm.owner, alarm.note = event.by, event.note


def _resumed(state: DeviceFaults, event: e.AlarmResumed, at_ms: int) -> None:
    alarm = state.alarms[event.alarm]
    alarm.state = AlarmState.ACCEPTED if alarm.accepted_ms else AlarmState.OPEN
    alarm.suspended_until_ms, alarm.asked_ms = 0, at_ms


def _gone(state: DeviceFaults, event: e.SignGone, _at_ms: int) -> None:
    state.dismissed.pop(event.about, None)


def _repair_opened(state: DeviceFaults, event: e.RepairOpened, at_ms: int) -> None:
    state.repairs[event.repair] = Repair(
        id=event.repair,
        part=event.part,
        description=event.description,
        opened_ms=at_ms,
        opened_by=event.by,
        alarm=event.alarm,
    )
    alarm = state.alarms.get(event.alarm)
    if alarm is not None:
        alarm.repair = event.repair
        if alarm.state is AlarmState.OPEN:
            alarm.state, alarm.owner, alarm.accepted_ms = AlarmState.ACCEPTED, event.by, at_ms
    over = [one for one in state.repairs.values() if one.state is RepairState.CLOSED]
    for old in over[: max(0, len(over) - REPAIRS_KEPT)]:
        del state.repairs[old.id]


STATE_AFTER = {
    RepairStep.ASSIGN: RepairState.ASSIGNED,
    RepairStep.START: RepairState.IN_WORK,
    RepairStep.WAIT_FOR_PARTS: RepairState.WAITING_PARTS,
    RepairStep.FINISH: RepairState.DONE,
    RepairStep.VERIFY: RepairState.CLOSED,
    RepairStep.REOPEN: RepairState.OPEN,
}


def _repair_stepped(state: DeviceFaults, event: e.RepairStepped, at_ms: int) -> None:
    repair = state.repairs[event.repair]
    repair.state = STATE_AFTER[event.step]
    taken = StepTaken(event.step, event.by, at_ms, event.note)
    repair.steps = [*repair.steps, taken][-STEPS_KEPT:]
    repair.parts = event.parts or repair.parts
    repair.cause = event.cause or repair.cause
    repair.cost_fen = repair.cost_fen if event.cost_fen is None else event.cost_fen
    if event.step is RepairStep.ASSIGN:
        repair.assignee, repair.vendor = event.to, event.vendor
    elif event.step is RepairStep.START and not repair.assignee and not repair.vendor:
        repair.assignee = event.by
    elif event.step is RepairStep.FINISH:
        repair.done_ms, repair.done_by = at_ms, event.by
    elif event.step is RepairStep.VERIFY:
        repair.closed_ms = at_ms
    elif event.step is RepairStep.REOPEN:
        repair.done_ms = repair.closed_ms = 0
        repair.done_by = ""
        repair.reopened += 1


_EVOLVERS: dict[type[Event], Callable[[DeviceFaults, Any, int], None]] = {
    e.ConditionChanged: _condition,
    e.AlarmRaised: _raised,
    e.AlarmRepeated: _repeated,
    e.AlarmChanged: _changed,
    e.AlarmCeased: _ceased,
    e.AlarmCleared: _cleared,
    e.AlarmEscalated: _escalated,
    e.AlarmAccepted: _accepted,
    e.AlarmHandedOver: _handed_over,
    e.AlarmSuspended: _suspended,
    e.AlarmResumed: _resumed,
    e.AlarmClosed: _closed,
    e.SignGone: _gone,
    e.RepairOpened: _repair_opened,
    e.RepairStepped: _repair_stepped,
}

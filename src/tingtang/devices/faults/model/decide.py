"""What follows from a look at a device, and from what people do about it. Pure."""

from collections.abc import Callable, Sequence
from typing import Any

from tingtang.devices.faults.model import commands as c
from tingtang.devices.faults.model import events as e
from tingtang.devices.faults.model import problems as p
from tingtang.devices.faults.model.repairs import check_step
from tingtang.devices.faults.model.settings import rank
from tingtang.devices.faults.model.signs import Sign
from tingtang.devices.faults.model.state import Alarm, AlarmState, DeviceFaults
from tingtang.kernel.clock import DAY_MS, MINUTE_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.events import Event

SUSPENDED_MAX_DAYS = 30

Events = Sequence[Event]


def decide(state: DeviceFaults, command: c.FaultCommand, at_ms: int) -> Events:
    """The events that ``command`` leads to at ``at_ms``; raises :class:`Refused`."""
    return _DECIDERS[type(command)](state, command, at_ms)


def _observe(state: DeviceFaults, command: c.Observe, at_ms: int) -> Events:
    """Raise what is new, count what came back, close what stayed away, ask the next."""
    events: list[Event] = []
    if command.condition is not state.condition:
        events.append(
            e.ConditionChanged(
                device=command.device, condition=command.condition, parts=command.parts
            )
        )
    present = {sign.about: sign for sign in command.seen.present}
    for number, sign in enumerate(command.seen.present):
        alarm = _open(state, sign.about)
        if alarm is not None:
            events += _still(alarm, sign)
        elif _is_due(state, command, sign, at_ms):
            events.append(_new(state, command, sign, number, at_ms))
    for about, id_ in state.open.items():
        if about not in present and command.seen.judges(about):
            events += _away(state.alarms[id_], command, at_ms)
    events += [
        e.SignGone(about=about)
        for about in state.dismissed
        if about not in present and command.seen.judges(about)
    ]
    if not command.is_muted:
        for id_ in state.open.values():
            events += _timers(state.alarms[id_], command, at_ms)
    return events


def _still(alarm: Alarm, sign: Sign) -> Events:
    events: list[Event] = []
    if alarm.gone_ms:
        events.append(e.AlarmRepeated(alarm=alarm.id, role=alarm.role))
    # What is measured changes all the time; it is told with the first and with each new grade.
    is_other = (alarm.kind, alarm.grade, alarm.code) != (sign.kind, sign.grade, sign.code)
    if is_other:
        events.append(
            e.AlarmChanged(
                alarm=alarm.id, kind=sign.kind, grade=sign.grade, code=sign.code, detail=sign.detail
            )
        )
    return events


def _is_due(state: DeviceFaults, command: c.Observe, sign: Sign, at_ms: int) -> bool:
    """Whether something that is wrong is to be an alarm now."""
    dismissed = state.dismissed.get(sign.about)
    if dismissed is not None and rank(sign.grade) <= rank(dismissed):
        return False
    held_ms = command.settings.hold_ms(sign.kind)
    return not command.is_muted and at_ms - sign.since_ms >= held_ms


def _new(state: DeviceFaults, command: c.Observe, sign: Sign, number: int, at_ms: int) -> Event:
    role = command.settings.asked(sign.kind)[0]
    last = state.alarms.get(state.last.get(sign.about, ""))
    again_ms = command.settings.repeat_minutes * MINUTE_MS
    if (
        last is not None
        and last.state is AlarmState.CLEARED
        and (last.kind, last.code) == (sign.kind, sign.code)
        and at_ms - last.ended_ms <= again_ms
    ):
        return e.AlarmRepeated(alarm=last.id, role=role)
    return e.AlarmRaised(
        alarm=f"{command.id}-{number}",
        device=command.device,
        about=sign.about,
        kind=sign.kind,
        part=sign.part,
        grade=sign.grade,
        code=sign.code,
        detail=sign.detail,
        role=role,
    )


def _away(alarm: Alarm, command: c.Observe, at_ms: int) -> Events:
    if not alarm.gone_ms:
        return (e.AlarmCeased(alarm=alarm.id),)
    if at_ms - alarm.gone_ms >= command.settings.settle_ms(alarm.recent, at_ms):
        return (e.AlarmCleared(alarm=alarm.id),)
    return ()


def _timers(alarm: Alarm, command: c.Observe, at_ms: int) -> Events:
    if alarm.state is AlarmState.SUSPENDED and at_ms >= alarm.suspended_until_ms:
        return (e.AlarmResumed(alarm=alarm.id),)
    asked = command.settings.asked(alarm.kind)
    waited_ms = at_ms - alarm.asked_ms
    if (
        alarm.state is AlarmState.OPEN
        and not alarm.gone_ms
        and alarm.level + 1 < len(asked)
        and waited_ms >= command.settings.answer_minutes.of(alarm.grade)
    ):
        level = alarm.level + 1
        return (
            e.AlarmEscalated(
                alarm=alarm.id,
                device=command.device,
                grade=alarm.grade,
                role=asked[level],
                level=level,
            ),
        )
    return ()


def needs_timer(state: DeviceFaults) -> bool:
    """Whether time alone can change something."""
    return bool(state.open)


# -- what people do ----------------------------------------------------------------------------


def _accept(state: DeviceFaults, command: c.Accept, _at_ms: int) -> Events:
    alarm = _alarm(state, command.alarm)
    if alarm.state is AlarmState.ACCEPTED:
        if alarm.owner == command.staff:
            return ()
        raise Refused(p.NOT_YOUR_ALARM)
    return (e.AlarmAccepted(alarm=alarm.id, staff=command.staff),)


def _hand_over(state: DeviceFaults, command: c.HandOver, _at_ms: int) -> Events:
    alarm = _alarm(state, command.alarm)
    if alarm.state is AlarmState.ACCEPTED:
        if alarm.owner == command.to:
            return ()
        if alarm.owner != command.by:
            raise Refused(p.NOT_YOUR_ALARM)
    return (e.AlarmHandedOver(alarm=alarm.id, by=command.by, to=command.to, note=command.note),)


def _suspend(state: DeviceFaults, command: c.Suspend, at_ms: int) -> Events:
    alarm = _alarm(state, command.alarm)
    if alarm.state is AlarmState.ACCEPTED and alarm.owner != command.by:
        raise Refused(p.NOT_YOUR_ALARM)
    if not at_ms < command.until_ms <= at_ms + SUSPENDED_MAX_DAYS * DAY_MS:
        raise Refused(p.SUSPENDED_TOO_LONG, days=SUSPENDED_MAX_DAYS)
    return (
        e.AlarmSuspended(
            alarm=alarm.id, by=command.by, until_ms=command.until_ms, note=command.note
        ),
    )


def _close(state: DeviceFaults, command: c.Close, _at_ms: int) -> Events:
    alarm = _alarm(state, command.alarm)
    if alarm.state is AlarmState.ACCEPTED and alarm.owner != command.by:
        raise Refused(p.NOT_YOUR_ALARM)
    return (
        e.AlarmClosed(
            alarm=alarm.id, by=command.by, outcome=command.outcome, present=not alarm.gone_ms
        ),
    )


def _open_repair(state: DeviceFaults, command: c.OpenRepair, _at_ms: int) -> Events:
    part = command.part
    if command.alarm:
        part = _alarm(state, command.alarm).part
    under_way = [one for one in state.repairs.values() if one.is_under_way]
    if any(one.part == part for one in under_way):
        raise Refused(p.REPAIR_OPEN)
    return (
        e.RepairOpened(
            repair=command.repair,
            device=command.device,
            part=part,
            description=command.description,
            by=command.by,
            alarm=command.alarm,
        ),
    )


def _step_repair(state: DeviceFaults, command: c.StepRepair, _at_ms: int) -> Events:
    repair = state.repairs.get(command.repair)
    if repair is None:
        raise Refused(p.UNKNOWN_REPAIR)
    check_step(state, repair, command)
    return (
        e.RepairStepped(
            repair=repair.id,
            step=command.step,
            by=command.by,
            note=command.note,
            to=command.to,
            vendor=command.vendor,
            parts=command.parts,
            cause=command.cause,
            cost_fen=command.cost_fen,
        ),
    )


def _open(state: DeviceFaults, about: str) -> Alarm | None:
    id_ = state.open.get(about)
    return None if id_ is None else state.alarms[id_]


def _alarm(state: DeviceFaults, id_: str) -> Alarm:
    alarm = state.alarms.get(id_)
    if alarm is None:
        raise Refused(p.UNKNOWN_ALARM)
    if alarm.is_over:
        raise Refused(p.ALARM_OVER)
    return alarm


_DECIDERS: dict[type[c.FaultCommand], Callable[[DeviceFaults, Any, int], Events]] = {
    c.Observe: _observe,
    c.Accept: _accept,
    c.HandOver: _hand_over,
    c.Suspend: _suspend,
    c.Close: _close,
    c.OpenRepair: _open_repair,
    c.StepRepair: _step_repair,
}

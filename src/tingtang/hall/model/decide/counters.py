"""Commands about counters."""

from tingtang.hall.model import commands as c
from tingtang.hall.model import events as e
from tingtang.hall.model import problems as p
from tingtang.hall.model.decide.checks import (
    Events,
    counter_of,
    counter_refusal,
    setup_of,
    sign_of,
    without_customer,
)
from tingtang.hall.model.state import (
    CounterState,
    HallDay,
)
from tingtang.kernel.errors import Refused
from tingtang.kernel.text import Text


def open_counter(state: HallDay, command: c.OpenCounter, _at_ms: int) -> Events:
    counter = counter_of(state, command.counter)
    if counter.state is not CounterState.CLOSED:
        raise counter_refusal(state, counter, Text("开放", "open"))
    for other in state.counters.values():
        if other.staff == command.staff:
            raise Refused(p.STAFF_ELSEWHERE, counter=sign_of(state, other.id))
    services = setup_of(state).counters[counter.id].services & command.skills
    if not services:
        raise Refused(p.NO_SKILL, counter=sign_of(state, counter.id))
    return (e.CounterOpened(counter=counter.id, staff=command.staff, services=services),)


def pause_counter(state: HallDay, command: c.PauseCounter, _at_ms: int) -> Events:
    counter = counter_of(state, command.counter)
    if command.reason not in {reason.code for reason in setup_of(state).settings.pauses}:
        raise Refused(p.UNKNOWN_REASON, reason=command.reason)
    without_customer(state, counter)
    if counter.state is not CounterState.OPEN:
        raise counter_refusal(state, counter, Text("暂停", "pause"))
    return (e.CounterPaused(counter=counter.id, reason=command.reason),)


def resume_counter(state: HallDay, command: c.ResumeCounter, _at_ms: int) -> Events:
    counter = counter_of(state, command.counter)
    if counter.state is not CounterState.PAUSED:
        raise counter_refusal(state, counter, Text("恢复", "resume"))
    return (e.CounterResumed(counter=counter.id),)


def close_counter(state: HallDay, command: c.CloseCounter, _at_ms: int) -> Events:
    counter = counter_of(state, command.counter)
    without_customer(state, counter)
    if counter.state is CounterState.CLOSED:
        raise counter_refusal(state, counter, Text("关闭", "close"))
    return (e.CounterClosed(counter=counter.id),)


def switch_services(state: HallDay, command: c.SwitchServices, _at_ms: int) -> Events:
    counter = counter_of(state, command.counter)
    if counter.state is CounterState.CLOSED:
        raise counter_refusal(state, counter, Text("切换业务", "switch services"))
    able = setup_of(state).counters[counter.id]
    for service in command.services:
        if service not in able.services and service not in able.elastic:
            raise Refused(p.NOT_AT_COUNTER, counter=able.sign, service=service)
    services = command.services & command.skills
    if not services:
        raise Refused(p.NO_SKILL, counter=sign_of(state, counter.id))
    if services == counter.services:
        return ()
    return (e.CounterServicesChanged(counter=counter.id, services=services),)

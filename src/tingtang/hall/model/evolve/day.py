"""The day, and what was told to all who wait."""

from tingtang.hall.model import events as e
from tingtang.hall.model.state import (
    Counter,
    CounterState,
    DaySetup,
    HallDay,
    Notice,
)


def day_opened(state: HallDay, event: e.DayOpened, at_ms: int) -> None:
    state.date = event.date
    state.opened_ms = at_ms
    state.closed_ms = 0
    state.taking = True
    _set_up(state, event.setup)


def setup_changed(state: HallDay, event: e.SetupChanged, _at_ms: int) -> None:
    _set_up(state, event.setup)


def _set_up(state: HallDay, setup: DaySetup) -> None:
    state.setup = setup
    for counter_id in setup.counters:
        if counter_id not in state.counters:
            state.counters[counter_id] = Counter(counter_id)
    for counter_id, counter in list(state.counters.items()):
        if counter_id not in setup.counters and counter.state is CounterState.CLOSED:
            del state.counters[counter_id]


def taking_stopped(state: HallDay, _event: e.TakingStopped, _at_ms: int) -> None:
    state.taking = False


def taking_resumed(state: HallDay, _event: e.TakingResumed, _at_ms: int) -> None:
    state.taking = True


def day_closed(state: HallDay, _event: e.DayClosed, at_ms: int) -> None:
    state.taking = False
    state.closed_ms = at_ms
    for visit in state.visits.values():
        visit.left_ms = visit.left_ms or at_ms


def notice_sent(state: HallDay, event: e.NoticeSent, at_ms: int) -> None:
    state.notices = [n for n in state.notices if n.until_ms > at_ms]
    state.notices.append(Notice(event.notice, event.zh, event.en, at_ms, event.until_ms))


def notice_withdrawn(state: HallDay, event: e.NoticeWithdrawn, _at_ms: int) -> None:
    state.notices = [n for n in state.notices if n.id != event.notice]

"""Re-allocation: proposed from load, with its effect computed, and done with one tap."""

from typing import Any

import pytest

from tests.hall.world import CARD, CASH, LOAN, SERVICES, Hall
from tests.http.world import World
from tingtang.hall.model import commands as c
from tingtang.hall.model.reallocation import (
    Helper,
    Kind,
    Suggestion,
    mean_wait_ms,
    overloaded,
    suggest,
)
from tingtang.hall.model.state import Channel, HallDay
from tingtang.hall.model.waits import WaitBook
from tingtang.hall.service import HallService
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.ids import BranchId, CounterId, ServiceId, StaffId
from tingtang.kernel.permissions import SYSTEM

EAST = BranchId("east")
API = "/api/branches/east"
ALL = frozenset(SERVICES)
EVERYWHERE = frozenset(CounterId(str(n)) for n in range(1, 5))
SKILLS = {StaffId(f"clerk{n}"): ALL for n in range(1, 5)}


def helper(name: str, *skills: ServiceId, on_duty: bool = True) -> Helper:
    return Helper(StaffId(name), frozenset(skills), EVERYWHERE, on_duty)


class Loaded(Hall):
    """A hall that asks for suggestions."""

    def __init__(self) -> None:
        super().__init__()
        self.book = WaitBook()

    def do(self, command: c.Command) -> Any:
        events = super().do(command)
        if hasattr(self, "book"):
            for event in events:
                self.book.follow(self.state, event, self.now_ms)
        return events

    def queue(self, count: int, *services: ServiceId) -> "Loaded":
        for _ in range(count):
            self.issue(*services)
        return self

    def suggest(self, *helpers: Helper, skills: dict[StaffId, Any] = SKILLS) -> list[Suggestion]:
        return suggest(self.state, self.book, skills, helpers, self.now_ms)


def test_nothing_is_proposed_while_the_lines_are_short() -> None:
    hall = Loaded()
    hall.open(1)
    assert hall.queue(2, CASH).suggest(helper("free", *SERVICES)) == []
    assert overloaded(hall.state, hall.book, hall.now_ms) == set()


@pytest.mark.shows("R040", part="open a counter with somebody who is free")
@pytest.mark.shows("R034", part="re-balance from load")
def test_a_long_line_opens_a_counter_with_whoever_can_do_it_and_says_what_it_brings() -> None:
    hall = Loaded()
    hall.open(1)
    hall.queue(10, CASH)
    [best] = hall.suggest(helper("no", LOAN), helper("yes", CASH), helper("away", CASH, CARD, on_duty=False))  # fmt: skip
    assert (best.kind, best.staff, best.service, best.waiting) == (Kind.OPEN, "yes", CASH, 10)
    assert best.before_ms is not None
    assert best.after_ms is not None
    assert best.after_ms < 0.75 * best.before_ms
    assert best.gain_ms > MINUTE_MS
    # What was told is what the hall itself then says.
    opened = c.OpenCounter(counter=best.counter, staff=best.staff, skills=frozenset({CASH}))
    hall.do(opened)
    after = hall.book.for_newcomer(hall.state, next(iter(hall.state.lines)), hall.now_ms)
    assert after is not None
    assert after.median_ms == best.after_ms


@pytest.mark.shows("R034", part="elastic window")
def test_a_line_that_nobody_serves_switches_a_counter_that_could() -> None:
    hall = Loaded()
    hall.open(3)  # loans are elastic at counter 3
    hall.queue(3, LOAN)
    [best] = hall.suggest()
    assert (best.kind, best.counter, best.services) == (Kind.SWITCH, "3", ALL)
    assert best.before_ms is None
    assert best.after_ms is not None
    assert hall.suggest(skills={StaffId("clerk3"): frozenset({CASH})}) == []  # not able to


@pytest.mark.shows("R040", part="resume, move")
def test_a_paused_counter_resumes_and_an_idle_clerk_moves() -> None:
    hall = Loaded()
    hall.open(1, 2)
    hall.do(c.PauseCounter(counter=CounterId("2"), reason="break"))
    hall.queue(9, CASH)
    assert [(s.kind, s.counter) for s in hall.suggest()] == [(Kind.RESUME, "2")]
    other = Loaded()
    other.open(1, skills=(CASH,))
    other.queue(3, LOAN)
    [best] = other.suggest()
    assert (best.kind, best.origin, best.counter, best.staff) == (Kind.MOVE, "1", "4", "clerk1")
    other.queue(1, CASH)  # now somebody waits for them
    assert other.suggest() == []


def test_each_person_and_counter_is_in_one_suggestion() -> None:
    hall = Loaded()
    hall.open(1)
    hall.queue(30, CASH)
    found = hall.suggest(helper("a", CASH), helper("b", CASH))
    assert len({s.staff for s in found}) == len({s.counter for s in found}) == len(found)
    assert len({s.id for s in found}) == len(found)


def test_trying_a_change_leaves_the_hall_as_it_was() -> None:
    hall = Loaded()
    hall.open(1)
    hall.queue(12, CASH)
    before = {name: repr(getattr(hall.state, name)) for name in HallDay.__slots__}
    told = mean_wait_ms(hall.state, hall.book, hall.now_ms)
    assert hall.suggest(helper("a", CASH))
    assert {name: repr(getattr(hall.state, name)) for name in HallDay.__slots__} == before
    assert mean_wait_ms(hall.state, hall.book, hall.now_ms) == told


# -- through the whole application ---------------------------------------------------------------


@pytest.mark.shows("R040", part="with one tap")
async def test_the_lobby_manager_opens_what_is_proposed_with_one_tap(world: World) -> None:
    hall = world.app.parts.service("hall", HallService)
    await hall.open_day(EAST, SYSTEM)
    counters = {c.sign: c.id for c in world.org.directory.counters("east")}
    await hall.open_counter(EAST, counters["01"], world.staff("he.jiaxin"), SYSTEM)
    for _ in range(10):
        await hall.issue_ticket(
            EAST, (ServiceId("svc.cash_deposit"),), SYSTEM, channel=Channel.KIOSK
        )
    manager = await world.as_staff("zhou.qihang")
    listed = (await manager.get(f"{API}/suggestions")).json()["suggestions"]
    first = listed["1"]
    assert first["kind"] == "open"
    assert first["title"]["zh"].startswith("开放")
    assert "10 人等候现金存款" in first["reason"]["zh"]
    assert "降到" in first["effect"]["zh"]
    assert not first["on_duty"]  # nobody signed on in the hall: the manager knows who is there
    path, key = f"{API}/suggestions/{first['id']}/apply", {"idempotency-key": "tap"}
    assert (await manager.post(path, headers=key)).status_code == 204
    assert (await manager.post(path, headers=key)).status_code == 204
    state = await hall.state(EAST)
    assert state.counters[first["counter"]].staff == first["staff"]
    gone = await manager.post(path)
    assert gone.json()["error"]["code"] == "suggestion_gone"
    teller = await world.as_staff("he.jiaxin")
    assert (await teller.get(f"{API}/suggestions")).status_code == 403

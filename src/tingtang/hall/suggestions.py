"""Re-allocation as the lobby manager sees it: what to change, why, what it brings, and one tap."""

from collections.abc import Collection

import msgspec

from tingtang.hall import views
from tingtang.hall.model import commands as c
from tingtang.hall.model.reallocation import Helper, Kind, Suggestion, suggest
from tingtang.hall.model.state import HallDay
from tingtang.hall.planning import SERVING, may_sign_on
from tingtang.hall.service import HallService
from tingtang.hall.setup import skills_of
from tingtang.hall.tasks import TaskService
from tingtang.kernel.clock import MINUTE_MS, SECOND_MS
from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.ids import BranchId, CounterId, ServiceId, StaffId
from tingtang.kernel.live import LiveViews
from tingtang.kernel.log import EventLog, Key
from tingtang.kernel.permissions import Actor
from tingtang.kernel.text import Text

VIEW = "hall.suggestions"
LOOK_MS = 10 * SECOND_MS
"""How often suggestions are made anew; faster would only make them flicker."""
GONE = Problem(
    "suggestion_gone",
    409,
    "情况已变化，该建议不再适用",
    "Things have changed: this suggestion no longer applies",
)


class SuggestionView(msgspec.Struct, frozen=True):
    """One change in words, with its expected effect on the line that gains most."""

    id: str
    kind: Kind
    counter: CounterId
    sign: str
    staff: StaffId
    staff_name: str
    on_duty: bool
    """False where the system does not know whether the person is there."""
    service: ServiceId
    waiting: int
    before_ms: int | None
    after_ms: int | None
    title: Text
    reason: Text
    effect: Text


class SuggestionsView(msgspec.Struct, frozen=True):
    """``hall.suggestions``, by rank from "1"."""

    suggestions: dict[str, SuggestionView]


class Suggestions:
    """Makes suggestions and carries them out."""

    def __init__(
        self, log: EventLog, hall: HallService, tasks: TaskService, live: LiveViews
    ) -> None:
        self._log = log
        self._hall = hall
        self._tasks = tasks
        self._live = live
        self._looked_ms: dict[str, int] = {}

    async def view(self, branch: BranchId) -> SuggestionsView:
        """What to change now."""
        state, _, names, _ = await self._hall.in_day(branch)
        duty = (await self._tasks.board(branch)).people
        found = await self.now(branch)
        return SuggestionsView(
            {
                str(rank): _in_words(one, state, names, on_duty=_is_there(one, duty.keys()))
                for rank, one in enumerate(found, start=1)
            }
        )

    async def now(self, branch: BranchId) -> list[Suggestion]:
        """The best changes at this moment."""
        state, book, _, now_ms = await self._hall.in_day(branch)
        seated = {seat.staff for seat in state.counters.values() if seat.staff}
        directory = self._hall.directory
        skills = {staff: skills_of(directory, directory.staff(staff), branch) for staff in seated}
        duty = (await self._tasks.board(branch)).people
        counters = directory.counters(branch)
        helpers = [
            Helper(
                staff=person.id,
                skills=skills_of(directory, person, branch),
                counters=frozenset(one.id for one in counters if may_sign_on(person, one)),
                on_duty=person.id in duty,
            )
            for person in directory.staff_with(branch)
            if person.id not in seated and not SERVING.isdisjoint(person.roles)
        ]
        return suggest(state, book, skills, helpers, now_ms)

    async def apply(
        self, branch: BranchId, suggestion: str, actor: Actor, key: Key | None = None
    ) -> None:
        """Do it; refused (suggestion_gone) if it is not what the hall needs any more."""
        if key is not None and await self._log.answer(key) is not None:
            return
        chosen = next((one for one in await self.now(branch) if one.id == suggestion), None)
        if chosen is None:
            raise Refused(GONE)
        match chosen.kind:
            case Kind.RESUME:
                await self._hall.run(
                    branch, c.ResumeCounter(counter=chosen.counter), actor, key=key
                )
            case Kind.OPEN:
                await self._hall.open_counter(branch, chosen.counter, chosen.staff, actor, key)
            case Kind.SWITCH:
                await self._hall.switch_services(
                    branch, chosen.counter, chosen.services, actor, key
                )
            case Kind.MOVE:
                await self._move(branch, chosen, actor, key)
        self._live.touch(VIEW, branch)

    async def tend(self, branch: BranchId, _state: HallDay, now_ms: int) -> None:
        """One beat of the hall's clock."""
        if now_ms - self._looked_ms.get(branch, 0) >= LOOK_MS:
            self._looked_ms[branch] = now_ms
            self._live.touch(VIEW, branch)

    async def _move(
        self, branch: BranchId, chosen: Suggestion, actor: Actor, key: Key | None
    ) -> None:
        await self._hall.run(branch, c.CloseCounter(counter=chosen.origin), actor)
        try:
            await self._hall.open_counter(branch, chosen.counter, chosen.staff, actor, key)
        except Refused:
            await self._hall.open_counter(branch, chosen.origin, chosen.staff, actor)
            raise


def _is_there(one: Suggestion, on_duty: Collection[StaffId]) -> bool:
    return one.kind is not Kind.OPEN or one.staff in on_duty


def _in_words(
    one: Suggestion, state: HallDay, names: views.Names, *, on_duty: bool
) -> SuggestionView:
    signs = {c.id: c.sign for c in state.setup.counters.values()} if state.setup else {}
    sign, origin = signs.get(one.counter, ""), signs.get(one.origin, "")
    person, service = names.staff(one.staff), names.service(one.service)
    return SuggestionView(
        id=one.id,
        kind=one.kind,
        counter=one.counter,
        sign=sign,
        staff=one.staff,
        staff_name=person,
        on_duty=on_duty,
        service=one.service,
        waiting=one.waiting,
        before_ms=one.before_ms,
        after_ms=one.after_ms,
        title={
            Kind.RESUME: Text(f"恢复 {sign} 号窗口", f"Resume counter {sign}"),
            Kind.OPEN: Text(f"开放 {sign} 号窗口：{person}", f"Open counter {sign}: {person}"),
            Kind.SWITCH: Text(f"{sign} 号窗口增办{service.zh}", f"Counter {sign} also does {service.en or service.zh}"),
            Kind.MOVE: Text(f"{person}从 {origin} 号窗口调到 {sign} 号", f"Move {person} from counter {origin} to {sign}"),
        }[one.kind],
        reason=_reason(one, service),
        effect=_effect(one),
    )  # fmt: skip


def _reason(one: Suggestion, service: Text) -> Text:
    if one.before_ms is None:
        return Text(
            f"{one.waiting} 人等候{service.zh}，目前没有窗口办理",
            f"{one.waiting} wait for {service.en or service.zh}, and no counter does it",
        )
    minutes = _minutes(one.before_ms)
    return Text(
        f"{one.waiting} 人等候{service.zh}，预计要等 {minutes} 分钟",
        f"{one.waiting} wait for {service.en or service.zh}, about {minutes} min",
    )


def _effect(one: Suggestion) -> Text:
    if one.after_ms is None:
        return Text("")
    after = _minutes(one.after_ms)
    if one.before_ms is None:
        return Text(f"预计等候约 {after} 分钟", f"Expected wait about {after} min")
    before = _minutes(one.before_ms)
    return Text(
        f"预计等候从 {before} 分钟降到 {after} 分钟",
        f"Expected wait falls from {before} to {after} min",
    )


def _minutes(ms: int) -> int:
    return max(1, round(ms / MINUTE_MS))

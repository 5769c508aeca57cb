"""One request for a second person's yes: asked, taken, given or denied. Pure."""

from collections.abc import Collection, Sequence
from enum import StrEnum

import msgspec

from tingtang.journeys.authorisation.policy import MODES, Mode
from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.ids import JourneyId, StaffId
from tingtang.kernel.text import Text

UNKNOWN = Problem(
    "unknown_authorisation", 404, "没有这项授权申请", "There is no such request for authorisation"
)
TAKEN = Problem(
    "authorisation_taken", 409, "已有同事在处理这项授权", "Somebody else has taken this request"
)
OVER = Problem(
    "authorisation_over", 409, "这项授权已经办结", "This request has been settled already"
)
SAME_PERSON = Problem(
    "same_person",
    403,
    "经办人、已授权人不能再授权同一笔业务，请换一位同事",
    "Whoever handled this business, or said yes already, cannot authorise it; ask somebody else",
)
NOT_YOURS = Problem("not_taken_by_you", 409, "请先领取这项授权", "Take the request first")
LOCKED = Problem(
    "evidence_locked",
    503,
    "授权资料暂时打不开，不能审核，请联系系统管理员",
    "What is to be looked at cannot be opened now, so that nobody can say yes; tell the administrator",
)
WRONG_PLACE = Problem("wrong_mode", 403, "这项授权须由{who}办理", "This needs a yes from {who}")


class AuthorisationAsked(Event, frozen=True):
    """``involved`` are members of staff who took part in the business and may not say yes."""

    journey: JourneyId
    trace: str
    scenario: str
    mode: Mode
    people: int
    priority: int
    amount: int = 0
    risks: tuple[str, ...] = ()
    involved: tuple[StaffId, ...] = ()
    evidence: tuple[str, ...] = ()
    """Names of what is shown; the values lie sealed in a table."""
    rule: str = ""
    rule_en: str = ""
    may_escalate: bool = True
    """Whether the centre may answer what nobody in the hall takes."""
    work: str = ""
    """Of a piece of work for the centre (``Mode.WORK``): its kind."""


class AuthorisationTaken(Event, frozen=True):
    staff: StaffId


class AuthorisationPutBack(Event, frozen=True):
    """By whoever took it, or because their time ran out."""

    staff: StaffId
    is_timeout: bool = False


class AuthorisationGiven(Event, frozen=True):
    staff: StaffId
    mode: Mode


class AuthorisationDenied(Event, frozen=True):
    """Why lies sealed beside what was shown: it may name somebody. ``reason`` is of old logs."""

    staff: StaffId
    reason: str = ""


class AuthorisationEscalated(Event, frozen=True):
    """Nobody in the hall took it in time: the centre may too. Work of the centre's own comes first
    from then on.
    """

    mode: Mode


class AuthorisationLapsed(Event, frozen=True):
    """Nobody said yes in time, or the business ended before."""


TYPES = EventTypes(
    "authorisation",
    [
        AuthorisationAsked, AuthorisationTaken, AuthorisationPutBack, AuthorisationGiven,
        AuthorisationDenied, AuthorisationEscalated, AuthorisationLapsed,
    ],
)  # fmt: skip


class Standing(StrEnum):
    WAITING = "waiting"
    TAKEN = "taken"
    GIVEN = "given"
    DENIED = "denied"
    LAPSED = "lapsed"


SETTLED = frozenset({Standing.GIVEN, Standing.DENIED, Standing.LAPSED})


class Request(msgspec.Struct):
    """A request as its events leave it."""

    asked: AuthorisationAsked | None = None
    standing: Standing = Standing.WAITING
    modes: frozenset[Mode] = frozenset()
    """Where a yes may come from."""
    is_escalated: bool = False
    taken_by: StaffId = StaffId("")
    taken_ms: int = 0
    asked_ms: int = 0
    yes: tuple[StaffId, ...] = ()
    yes_mode: Mode = Mode.NONE
    """Where the last yes was said, which need not be where it was asked for first."""
    denied_by: StaffId = StaffId("")
    reason: str = ""
    """Of old logs."""

    @property
    def work(self) -> str:
        """The kind of work that it is; empty for a yes."""
        return self.asked.work if self.asked is not None else ""


class Ask(msgspec.Struct, frozen=True):
    """The request itself; asked again it changes nothing."""

    event: AuthorisationAsked


class Take(msgspec.Struct, frozen=True):
    staff: StaffId
    modes: frozenset[Mode]
    """Where this person may say yes."""


class PutBack(msgspec.Struct, frozen=True):
    staff: StaffId


class Give(msgspec.Struct, frozen=True):
    """``involved`` are those who have taken part by now: somebody may have taken the business over
    since it was asked.
    """

    staff: StaffId
    mode: Mode
    involved: tuple[StaffId, ...] = ()


class Deny(msgspec.Struct, frozen=True):
    staff: StaffId


class Withdraw(msgspec.Struct, frozen=True):
    """The business has ended."""


class Tend(msgspec.Struct, frozen=True):
    """Look at the clock."""

    claim_ms: int
    escalate_ms: int
    lapse_ms: int


Command = Ask | Take | PutBack | Give | Deny | Withdraw | Tend


class Core:
    """Decides and evolves requests."""

    def initial(self, stream: str) -> Request:
        """Nothing was asked yet."""
        del stream
        return Request()

    def decide(self, state: Request, command: Command, at_ms: int) -> Sequence[Event]:
        """What follows from a command; refused in words for whoever gave it."""
        if isinstance(command, Ask):
            return () if state.asked is not None else (command.event,)
        if state.asked is None:
            raise Refused(UNKNOWN)
        if isinstance(command, Tend):
            return _tend(state, command, at_ms)
        if state.standing in SETTLED:
            if isinstance(command, Withdraw):
                return ()
            raise Refused(OVER)
        match command:
            case Take():
                return _take(state, command)
            case PutBack():
                _check_taken(state, command.staff)
                return (AuthorisationPutBack(staff=command.staff),)
            case Give():
                return _give(state, command)
            case Deny():
                _check_taken(state, command.staff)
                return (AuthorisationDenied(staff=command.staff),)
            case Withdraw():
                return (AuthorisationLapsed(),)

    def evolve(self, state: Request, event: Event, at_ms: int) -> None:
        """Apply what has happened, in place."""
        match event:
            case AuthorisationAsked():
                state.asked, state.asked_ms, state.modes = event, at_ms, frozenset({event.mode})
            case AuthorisationTaken():
                state.standing, state.taken_by, state.taken_ms = (
                    Standing.TAKEN, event.staff, at_ms,
                )  # fmt: skip
            case AuthorisationPutBack():
                state.standing, state.taken_by = Standing.WAITING, StaffId("")
            case AuthorisationGiven():
                state.yes, state.yes_mode = (*state.yes, event.staff), event.mode
                enough = state.asked is not None and len(state.yes) >= state.asked.people
                state.standing = Standing.GIVEN if enough else Standing.WAITING
                state.taken_by = StaffId("")
            case AuthorisationDenied():
                state.standing, state.denied_by = Standing.DENIED, event.staff
                state.reason = event.reason
            case AuthorisationEscalated():
                state.modes, state.is_escalated = state.modes | {event.mode}, True
            case AuthorisationLapsed():
                state.standing = Standing.LAPSED


def _take(state: Request, command: Take) -> Sequence[Event]:
    _check_person(state, command.staff)
    if state.standing is Standing.TAKEN:
        if state.taken_by == command.staff:
            return ()
        raise Refused(TAKEN)
    if not state.modes & command.modes:
        raise Refused(WRONG_PLACE, who=places(state.modes))
    return (AuthorisationTaken(staff=command.staff),)


def _give(state: Request, command: Give) -> Sequence[Event]:
    _check_person(state, command.staff)
    if command.staff in command.involved:
        raise Refused(SAME_PERSON)
    if command.mode is Mode.ON_SITE and state.standing is Standing.WAITING:
        if not state.modes & {Mode.ON_SITE, Mode.PAD}:
            raise Refused(WRONG_PLACE, who=places(state.modes))
    else:
        _check_taken(state, command.staff)
    return (AuthorisationGiven(staff=command.staff, mode=command.mode),)


def places(modes: Collection[Mode]) -> Text:
    """Where a yes may come from, in words."""
    names = [MODES[mode] for mode in sorted(modes)]
    return Text("、".join(one.zh for one in names), " / ".join(one.en for one in names))


def _check_person(state: Request, staff: StaffId) -> None:
    """Never the same person twice."""
    if state.asked is not None and (staff in state.asked.involved or staff in state.yes):
        raise Refused(SAME_PERSON)


def _check_taken(state: Request, staff: StaffId) -> None:
    if state.standing is not Standing.TAKEN or state.taken_by != staff:
        raise Refused(NOT_YOURS)


def _tend(state: Request, clock: Tend, at_ms: int) -> Sequence[Event]:
    if state.standing in SETTLED:
        return ()
    if at_ms - state.asked_ms >= clock.lapse_ms:
        return (AuthorisationLapsed(),)
    found: list[Event] = []
    if state.standing is Standing.TAKEN and at_ms - state.taken_ms >= clock.claim_ms:
        found.append(AuthorisationPutBack(staff=state.taken_by, is_timeout=True))
    alone = state.standing is Standing.WAITING or bool(found)
    alone = alone and state.asked is not None and state.asked.may_escalate
    to = Mode.WORK if Mode.WORK in state.modes else Mode.REMOTE
    is_new = not state.is_escalated and (to is Mode.WORK or to not in state.modes)
    if alone and is_new and at_ms - state.asked_ms >= clock.escalate_ms:
        found.append(AuthorisationEscalated(mode=to))
    return found

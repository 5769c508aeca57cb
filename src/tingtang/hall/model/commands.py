"""What can be asked of a hall. Ids of new things come from outside, as do time and randomness."""

import msgspec

from tingtang.hall.model.settings import Place, Segment
from tingtang.hall.model.state import Care, Channel, DaySetup, Source, Stage
from tingtang.kernel.ids import CounterId, CustomerId, ServiceId, StaffId, TicketId, VisitId, ZoneId


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all commands."""


class Carried(msgspec.Struct, frozen=True):
    """A ticket kept from the evening before."""

    ticket: TicketId
    visit: VisitId
    services: tuple[ServiceId, ...]
    segment: Segment
    channel: Channel
    date: str
    customer: CustomerId | None = None
    care: tuple[Care, ...] = ()


class OpenDay(Command, frozen=True):
    date: str
    setup: DaySetup
    carried: tuple[Carried, ...] = ()


class ChangeSetup(Command, frozen=True):
    setup: DaySetup


class StopTaking(Command, frozen=True):
    pass


class ResumeTaking(Command, frozen=True):
    pass


class CloseDay(Command, frozen=True):
    pass


class Arrive(Command, frozen=True):
    visit: VisitId
    source: Source
    customer: CustomerId | None = None
    care: tuple[Care, ...] = ()
    zone: ZoneId = ZoneId("")


class Identify(Command, frozen=True):
    visit: VisitId
    customer: CustomerId
    by: str
    care: tuple[Care, ...] = ()


class Move(Command, frozen=True):
    visit: VisitId
    zone: ZoneId


class ReachStage(Command, frozen=True):
    visit: VisitId
    stage: Stage
    at: str = ""
    diverted: bool = False


class UseMachine(Command, frozen=True):
    visit: VisitId
    machine: str


class LeaveMachine(Command, frozen=True):
    visit: VisitId


class Leave(Command, frozen=True):
    visit: VisitId


class IssueTicket(Command, frozen=True):
    """``segment`` is worked out by the service from booking, tier and care."""

    ticket: TicketId
    visit: VisitId
    services: tuple[ServiceId, ...]
    channel: Channel
    segment: Segment = Segment.ORDINARY
    customer: CustomerId | None = None
    care: tuple[Care, ...] = ()
    booked_ms: int = 0


class CallNext(Command, frozen=True):
    """Call whoever is next for this counter; ``finish`` ends its present service first."""

    counter: CounterId
    finish: TicketId | None = None


class CallTicket(Command, frozen=True):
    """Call this ticket, out of turn, from waiting, held or passed."""

    counter: CounterId
    ticket: TicketId


class Recall(Command, frozen=True):
    ticket: TicketId


class StartService(Command, frozen=True):
    ticket: TicketId


class Pass(Command, frozen=True):
    ticket: TicketId


class Return(Command, frozen=True):
    ticket: TicketId


class HoldTicket(Command, frozen=True):
    ticket: TicketId
    reason: str
    minutes: int | None = None


class Transfer(Command, frozen=True):
    """To another service, counter or person; what is not named stays as it is."""

    ticket: TicketId
    service: ServiceId | None = None
    counter: CounterId | None = None
    staff: StaffId | None = None
    place: Place = Place.FIRST


class FinishService(Command, frozen=True):
    """End the present service. With services to come, ``stay`` goes on at the same counter."""

    ticket: TicketId
    stay: bool = False


class AddService(Command, frozen=True):
    ticket: TicketId
    service: ServiceId


class Abandon(Command, frozen=True):
    ticket: TicketId
    reason: str = "left"


class Rate(Command, frozen=True):
    ticket: TicketId
    score: int
    reasons: tuple[str, ...] = ()
    leg: int = -1
    at: str = ""


class OpenCounter(Command, frozen=True):
    """``skills`` are the services this person may do; the counter opens for those it also has."""

    counter: CounterId
    staff: StaffId
    skills: frozenset[ServiceId]


class PauseCounter(Command, frozen=True):
    counter: CounterId
    reason: str


class ResumeCounter(Command, frozen=True):
    counter: CounterId


class CloseCounter(Command, frozen=True):
    counter: CounterId


class SwitchServices(Command, frozen=True):
    """Elastic window: do these services now (R034), as far as ``skills`` allow."""

    counter: CounterId
    services: frozenset[ServiceId]
    skills: frozenset[ServiceId]


class SendNotice(Command, frozen=True):
    notice: str
    zh: str
    en: str = ""
    minutes: int = 30


class WithdrawNotice(Command, frozen=True):
    notice: str


class RunTimers(Command, frozen=True):
    """Do what is due by now: holds that ran out, customers who never came back."""

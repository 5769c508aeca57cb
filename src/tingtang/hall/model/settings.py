"""What a bank can set about its halls, branch by branch; edited by head office, never by code."""

from typing import Annotated, Literal

import msgspec

from tingtang.kernel.enums import Word
from tingtang.kernel.text import Text

Minutes = Annotated[int, msgspec.Meta(ge=0, le=24 * 60)]
Weight = Annotated[float, msgspec.Meta(gt=0, le=1000)]


class Segment(Word):
    """How dispatch tells customers apart; the first that fits a ticket is its segment."""

    BOOKED = "booked"
    VIP_HEAD_OFFICE = "vip_head_office"
    VIP_MANAGING_BRANCH = "vip_managing_branch"
    VIP_BRANCH = "vip_branch"
    CARE = "care"
    ORDINARY = "ordinary"


VIP_SEGMENTS = frozenset({Segment.VIP_HEAD_OFFICE, Segment.VIP_MANAGING_BRANCH, Segment.VIP_BRANCH})


class FirstCome(msgspec.Struct, frozen=True, tag="first_come", tag_field="policy"):
    """Whoever has waited longest is next."""


class StrictPriority(msgspec.Struct, frozen=True, tag="strict_priority", tag_field="policy"):
    """Segments in this order; the longest wait within one."""

    order: tuple[Segment, ...] = tuple(Segment)


class WaitOver(msgspec.Struct, frozen=True, tag="wait_over", tag_field="when"):
    """Holds when somebody in the selection has waited longer than ``minutes``."""

    minutes: Minutes


class CalledFewer(msgspec.Struct, frozen=True, tag="called_fewer", tag_field="when"):
    """Holds while this profile has called fewer than ``count`` from the selection this round."""

    count: Annotated[int, msgspec.Meta(ge=1, le=100)]


class Always(msgspec.Struct, frozen=True, tag="always", tag_field="when"):
    """Holds whenever the selection is not empty."""


class ProfileStep(msgspec.Struct, frozen=True):
    """One condition of a work profile: a selection of customers and when to take from it.

    Empty ``services`` or ``segments`` select all.
    """

    condition: WaitOver | CalledFewer | Always
    services: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()


class WorkProfile(msgspec.Struct, frozen=True):
    """Ordered conditions; where none holds, the longest wait, and the round begins anew."""

    id: str
    name: Text
    steps: tuple[ProfileStep, ...] = ()


class WorkProfiles(msgspec.Struct, frozen=True, tag="work_profiles", tag_field="policy"):
    """Each counter calls by its profile (``by_counter``), the rest by ``default``."""

    profiles: tuple[WorkProfile, ...]
    default: str
    by_counter: dict[str, str] = {}


DEFAULT_WEIGHTS = {
    Segment.BOOKED: 6.0,
    Segment.VIP_HEAD_OFFICE: 6.0,
    Segment.VIP_MANAGING_BRANCH: 5.0,
    Segment.VIP_BRANCH: 4.0,
    Segment.CARE: 4.0,
    Segment.ORDINARY: 1.0,
}
"""Delay-cost slopes relative to an ordinary customer's."""


class GeneralisedCMu(msgspec.Struct, frozen=True, tag="generalised_cmu", tag_field="policy"):
    """The default: the largest product of delay-cost slope and service rate is next.

    With the convex delay cost ``weight * wait**2 / 2`` a segment's slope is ``weight * wait``. Van
    Mieghem (1995) and Mandelbaum and Stolyar (2004) show that serving the largest slope times
    service rate minimises the total cost in heavy traffic. Nobody is passed over once they have
    waited ``bound_minutes``: from then on the longest such wait is next.
    """

    weights: dict[Segment, Weight] = msgspec.field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    bound_minutes: Minutes = 40


class HeadStart(msgspec.Struct, frozen=True, tag="head_start", tag_field="policy"):
    """Whoever has waited longest, where a segment's customers count as having come earlier by so
    many seconds: easy to explain, and nobody starves."""

    seconds: dict[Segment, Annotated[int, msgspec.Meta(ge=0, le=7200)]] = {}


Policy = FirstCome | StrictPriority | HeadStart | WorkProfiles | GeneralisedCMu


class NumberList(msgspec.Struct, frozen=True):
    """A list of numbers: who gets it, its letter, and how many there are a day (0: no limit)."""

    prefix: Annotated[str, msgspec.Meta(pattern="^[A-Z]{1,2}$")]
    segments: tuple[Segment, ...]
    quota: Annotated[int, msgspec.Meta(ge=0, le=99_999)] = 0


class Numbering(msgspec.Struct, frozen=True):
    """How numbers are made: the letter of the first list that has the ticket's segment, else the
    service's own letter; then at least ``digits`` digits, from 1 every day."""

    lists: tuple[NumberList, ...] = (
        NumberList("Y", (Segment.BOOKED,)),
        NumberList("V", (Segment.VIP_HEAD_OFFICE, Segment.VIP_MANAGING_BRANCH, Segment.VIP_BRANCH)),
        NumberList("E", (Segment.CARE,)),
    )
    digits: Annotated[int, msgspec.Meta(ge=2, le=5)] = 3


class Place(Word):
    """Where a ticket enters a line."""

    FIRST = "first"
    AFTER = "after"
    LAST = "last"


class PassRule(msgspec.Struct, frozen=True):
    """What becomes of those who do not come when called.

    They may come back within ``return_minutes`` and then stand at ``place`` (``AFTER``: behind
    ``after`` others); at the ``passes_max``-th time they are taken as gone.
    """

    return_minutes: Minutes = 30
    place: Place = Place.AFTER
    after: Annotated[int, msgspec.Meta(ge=0, le=100)] = 2
    passes_max: Annotated[int, msgspec.Meta(ge=1, le=10)] = 2


class Grades(msgspec.Struct, frozen=True):
    """Three rising limits: yellow, orange, red."""

    yellow: float
    orange: float
    red: float

    def __post_init__(self) -> None:
        if not self.yellow < self.orange < self.red:
            raise ValueError("limits must rise strictly from yellow over orange to red")

    def of(self, value: float) -> Literal["", "yellow", "orange", "red"]:
        """The grade that ``value`` has reached, or "" below all."""
        if value >= self.red:
            return "red"
        if value >= self.orange:
            return "orange"
        return "yellow" if value >= self.yellow else ""


class Thresholds(msgspec.Struct, frozen=True):
    """When the hall asks for help (reference: nine kinds of alert in three grades)."""

    wait_minutes: Grades = Grades(15, 25, 40)
    wait_minutes_care: Grades = Grades(8, 15, 25)
    service_over_standard: Grades = Grades(1.5, 2.0, 3.0)
    stuck_minutes: Grades = Grades(4, 7, 12)
    waiting_per_counter: Grades = Grades(4, 7, 10)
    repeat_minutes: Minutes = 10


class BusyLimits(msgspec.Struct, frozen=True):
    """网点繁忙度: idle and busy limits of mean wait and of people waiting a window (kpis.md)."""

    wait_idle_minutes: float = 3
    wait_busy_minutes: float = 15
    per_counter_idle: float = 1
    per_counter_busy: float = 5


class Hold(msgspec.Struct, frozen=True):
    """A reason for which a customer steps aside, and after how long somebody looks after them."""

    code: str
    name: Text
    minutes: Minutes = 10


class Reason(msgspec.Struct, frozen=True):
    """A choice on a list: why a counter pauses, why a rating is low."""

    code: str
    name: Text


class BookingRules(msgspec.Struct, frozen=True):
    """Booked times. ``share`` of each service's capacity is open to booking, the rest to walk-ins."""

    slot_minutes: Annotated[int, msgspec.Meta(ge=5, le=240)] = 30
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.4
    days_ahead: Annotated[int, msgspec.Meta(ge=0, le=90)] = 14
    hold_minutes: Annotated[int, msgspec.Meta(ge=1, le=60)] = 5
    early_minutes: Minutes = 15
    late_minutes: Minutes = 15
    remind_minutes: Minutes = 60
    per_customer_a_day: Annotated[int, msgspec.Meta(ge=1, le=10)] = 2
    phone_check_in: bool = True
    """Customers may check in on their own phone, without going to a kiosk."""
    contact_days: Annotated[int, msgspec.Meta(ge=1, le=400)] = 30
    """After so many days the name and phone number left with a booking are erased."""


class SelfService(msgspec.Struct, frozen=True):
    """自助设备: how many machines do customers' business, and how long it takes there.

    ``time_factor`` times the counter's standard time is what a service takes at a machine.
    """

    count: Annotated[int, msgspec.Meta(ge=0, le=200)] = 4
    time_factor: Annotated[float, msgspec.Meta(gt=0, le=5)] = 0.8


class ComplaintRules(msgspec.Struct, frozen=True):
    """Complaints: what they may be about, and the days within which they are answered.

    The regulator allows 15 days for a simple case (银行业保险业消费投诉处理管理办法, 2020).
    """

    answer_days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 15
    remind_days: Annotated[int, msgspec.Meta(ge=0, le=30)] = 3
    """So many days before, somebody is reminded."""
    categories: tuple[Reason, ...] = (
        Reason("service", Text("服务态度", "Manner of service")),
        Reason("wait", Text("排队等候", "Waiting")),
        Reason("business", Text("业务办理", "How business was done")),
        Reason("fee", Text("收费", "Fees")),
        Reason("product", Text("产品与销售", "Products and selling")),
        Reason("facility", Text("设备与环境", "Machines and surroundings")),
        Reason("privacy", Text("信息保护", "Protection of information")),
        Reason("other", Text("其他", "Something else")),
    )


class HallSettings(msgspec.Struct, frozen=True):
    """The ``hall`` section of a branch's settings."""

    policy: Policy = GeneralisedCMu()
    numbering: Numbering = Numbering()
    passing: PassRule = PassRule()
    next_service_place: Place = Place.FIRST
    keep_overnight: bool = False
    opens_itself: bool = True
    """Open the day at the hour of the branch's timetable; otherwise a manager does."""
    capacity_people: Annotated[int, msgspec.Meta(ge=1, le=5000)] = 80
    thresholds: Thresholds = Thresholds()
    busy: BusyLimits = BusyLimits()
    booking: BookingRules = BookingRules()
    self_service: SelfService = SelfService()
    complaints: ComplaintRules = ComplaintRules()
    holds: tuple[Hold, ...] = (
        Hold("form", Text("填写单据", "Filling in a form"), 8),
        Hold("copy", Text("复印证件", "Copying papers"), 10),
        Hold("document", Text("补齐材料", "Fetching a document"), 30),
        Hold("other", Text("其他", "Something else"), 10),
    )
    pauses: tuple[Reason, ...] = (
        Reason("meal", Text("用餐", "Meal")),
        Reason("cash", Text("调拨现金", "Cash transfer")),
        Reason("break", Text("短暂离开", "Short break")),
        Reason("elsewhere", Text("支援其他岗位", "Helping elsewhere")),
    )
    call_reasons: tuple[Reason, ...] = (
        Reason("question", Text("业务咨询", "A question")),
        Reason("help", Text("需要协助操作", "Help with the machine")),
        Reason("care", Text("需要特别关怀", "Special care")),
        Reason("fault", Text("设备故障", "The machine is out of order")),
        Reason("unhappy", Text("对服务不满意", "Not satisfied")),
    )
    """Why a customer calls the lobby manager, to choose from."""
    rating_reasons: tuple[Reason, ...] = (
        Reason("wait", Text("等候时间长", "Long wait")),
        Reason("slow", Text("办理慢", "Slow service")),
        Reason("attitude", Text("服务态度", "Manner")),
        Reason("unclear", Text("解释不清楚", "Unclear explanation")),
        Reason("skill", Text("业务不熟练", "Lack of skill")),
        Reason("facilities", Text("环境设施", "Surroundings")),
    )

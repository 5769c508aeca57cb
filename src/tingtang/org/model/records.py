"""What the organisation is made of. Every record is whole in itself and replaced as a whole."""

from enum import StrEnum
from typing import Annotated

import msgspec

from tingtang.kernel.ids import BranchId, CounterId, ServiceId, StaffId, ZoneId
from tingtang.kernel.permissions import Role
from tingtang.kernel.text import Text
from tingtang.org.model.hours import Hours

Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
"""A short name for machines and lists."""
Minutes = Annotated[int, msgspec.Meta(ge=0, le=24 * 60)]
Count = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
PersonName = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Login = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{1,39}$")]
EmployeeNo = Annotated[str, msgspec.Meta(max_length=20)]
ServiceTime = Annotated[int, msgspec.Meta(ge=10_000, le=4 * 3_600_000)]


class UnitKind(StrEnum):
    """总行, 分行·管辖行."""

    HEAD_OFFICE = "head_office"
    MANAGING_BRANCH = "managing_branch"


class Unit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A part of the bank above its branches. Head office is the one without a parent."""

    id: str
    kind: UnitKind
    name: Text
    parent: str = ""


class Module(StrEnum):
    """What a branch can switch on and off (R004)."""

    HALL = "hall"
    SELF_SERVICE = "self_service"
    SMART_DISPLAY = "smart_display"
    SMART_MARKETING = "smart_marketing"
    SOCIAL_MARKETING = "social_marketing"
    SMART_CONTROL = "smart_control"
    PHYSICAL_DELIVERY = "physical_delivery"
    ADVICE = "advice"
    DIGITAL_EMPLOYEE = "digital_employee"
    DECISIONS = "decisions"


class Branch(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """支行: one place where customers come. ``unit`` is the managing branch or head office."""

    id: BranchId
    code: Code
    name: Text
    unit: str
    address: Text = Text("")
    phone: Annotated[str, msgspec.Meta(max_length=40)] = ""
    time_zone: str = "Asia/Shanghai"
    hours: Hours = Hours()
    template: str = "flagship"
    modules: tuple[Module, ...] = (Module.HALL,)
    services: tuple[ServiceId, ...] = ()
    """Offered here, in the order in which screens show them."""
    capacity: Count = 80
    """People the hall holds comfortably."""
    theme: str = ""
    """The branch's theme pack; empty takes the bank's."""
    active: bool = True


class ZoneKind(StrEnum):
    """The functional areas of R006."""

    GUIDANCE = "guidance"
    WAITING = "waiting"
    SMART_SERVICE = "smart_service"
    COUNTERS = "counters"
    WEALTH = "wealth"
    SALON = "salon"
    WINDOW = "window"
    BACK_OFFICE = "back_office"


class Zone(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """功能区."""

    id: ZoneId
    branch: BranchId
    kind: ZoneKind
    name: Text
    floor: Annotated[int, msgspec.Meta(ge=-3, le=30)] = 1
    capacity: Count = 0
    about: Text = Text("")
    """What one does here, in a sentence: shown by the guide."""


class CounterLevel(StrEnum):
    """高柜 (cash, behind glass), 低柜 (open desk), 单间 (a room for one customer)."""

    HIGH = "high"
    LOW = "low"
    ROOM = "room"


class Counter(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """窗口: a service position. ``sign`` is what hangs above it."""

    id: CounterId
    branch: BranchId
    zone: ZoneId
    sign: Annotated[str, msgspec.Meta(min_length=1, max_length=8)]
    level: CounterLevel
    services: tuple[ServiceId, ...] = ()
    """What it normally does."""
    elastic: tuple[ServiceId, ...] = ()
    """What it can take on when the hall is full (弹性窗口)."""
    active: bool = True


class ServiceChannel(StrEnum):
    """Where a service can be done."""

    COUNTER = "counter"
    SELF_SERVICE = "self_service"
    ONLINE = "online"
    CENTRAL_OPS = "central_ops"


class CareNeed(StrEnum):
    """Why a customer is looked after with special care."""

    ELDER = "elder"
    DISABLED = "disabled"
    PREGNANT = "pregnant"
    CHILD = "child"


class CareRule(msgspec.Struct, frozen=True, gc=False):
    """What staff do for a customer with this need when they come for this service."""

    need: CareNeed
    help: Text
    home_visit: bool = False
    """May be done at the customer's home (上门服务)."""


class Audience(StrEnum):
    """Whom a service is for."""

    PERSONAL = "personal"
    CORPORATE = "corporate"


class Service(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """业务种类: one entry of the bank's catalogue. Branches choose from it."""

    id: ServiceId
    code: Code
    name: Text
    group: Text
    audience: Audience = Audience.PERSONAL
    prefix: Annotated[str, msgspec.Meta(pattern="^[A-Z]{1,2}$")] = "A"
    """Letter of its numbers, unless the customer's segment has one of its own."""
    standard_ms: ServiceTime
    """Standard time at a counter, in milliseconds."""
    quota: Count = 0
    """Tickets a day in one branch; 0 is no limit."""
    materials: tuple[Text, ...] = ()
    steps: tuple[Text, ...] = ()
    channels: tuple[ServiceChannel, ...] = (ServiceChannel.COUNTER,)
    levels: tuple[CounterLevel, ...] = (CounterLevel.HIGH, CounterLevel.LOW)
    """The kinds of counter that can do it."""
    skills: tuple[Code, ...] = ()
    """All of these are needed."""
    care: tuple[CareRule, ...] = ()
    bookable: bool = True
    words: tuple[str, ...] = ()
    """What people call it, for the search on screens."""
    needs: tuple[Code, ...] = ()
    """What a self-service machine must be able to do for it, by the codes that the modules of
    device types are ``needed_for``: card, id_card, cash, certificate, ..."""
    active: bool = True


class SignOnRules(msgspec.Struct, frozen=True, gc=False):
    """At which counters a person may sign on. Empty ``counters`` means any of these levels."""

    levels: tuple[CounterLevel, ...] = ()
    counters: tuple[CounterId, ...] = ()


class StaffFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A staff member without anything personal: what events may carry."""

    id: StaffId
    unit: str
    """A unit's id or a branch's: where the person works and how far their roles reach."""
    roles: tuple[Role, ...] = ()
    skills: tuple[Code, ...] = ()
    sign_on: SignOnRules = SignOnRules()
    active: bool = True


class Staff(StaffFacts, frozen=True, kw_only=True, gc=False):
    """A staff member. ``login`` is the name they sign in with; both it and ``name`` are personal."""

    name: PersonName
    login: Login
    employee_no: EmployeeNo = ""

    def facts(self) -> StaffFacts:
        """What events may say of this person."""
        return StaffFacts(
            id=self.id,
            unit=self.unit,
            roles=self.roles,
            skills=self.skills,
            sign_on=self.sign_on,
            active=self.active,
        )


class MigrationState(StrEnum):
    PLANNED = "planned"
    TRIAL = "trial"
    MOVED = "moved"


class Migration(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """业务迁移: a line in the register of business moved away from the counters (R017)."""

    id: str
    service: ServiceId
    to: ServiceChannel
    state: MigrationState
    since: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    target_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    """Share of the service's trades that should go this way."""
    note: Text = Text("")


class PlannedPost(msgspec.Struct, frozen=True, gc=False):
    """How many people of a role a branch should have."""

    role: Role
    headcount: Count


class StaffingPlan(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """网点人员配置方案: posts and counters a branch should have (R018)."""

    branch: BranchId
    posts: tuple[PlannedPost, ...] = ()
    high_counters: Count = 0
    low_counters: Count = 0
    rooms: Count = 0
    note: Text = Text("")


class Theme(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """设计元素: the CSS variables that a bank, or one branch, gives to all screens (R012)."""

    id: Code
    name: Text
    variables: dict[str, str] = {}
    dark: dict[str, str] = {}
    """Those that differ on dark screens (boards, the window at night)."""

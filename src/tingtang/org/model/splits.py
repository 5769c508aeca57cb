"""四分原则: functional zoning, tiers of service, diversion of customers, distribution of products (R008).

The ``four_splits`` section of a branch's settings: rules that people read and head office changes.
"""

from enum import StrEnum

import msgspec

from tingtang.kernel.permissions import Role
from tingtang.kernel.text import Text
from tingtang.org.model.records import Audience, Service, ServiceChannel, ZoneKind


class Tier(StrEnum):
    """服务分层: whom the bank receives how."""

    ORDINARY = "ordinary"
    BRANCH_VIP = "branch_vip"
    MANAGING_BRANCH_VIP = "managing_branch_vip"
    HEAD_OFFICE_VIP = "head_office_vip"


class ProductClass(StrEnum):
    """产品分销: what is sold where."""

    DEPOSIT = "deposit"
    WEALTH = "wealth"
    LOAN = "loan"
    CARD = "card"
    NON_FINANCIAL = "non_financial"


class ZoneRule(msgspec.Struct, frozen=True):
    """功能分区: the business of a group of services belongs into this kind of zone."""

    zone: ZoneKind
    what: Text
    channel: ServiceChannel | None = None
    audience: Audience | None = None
    prefixes: tuple[str, ...] = ()

    def fits(self, service: Service) -> bool:
        """Whether the rule speaks of this service; what is not given does not matter."""
        return (
            (self.channel is None or self.channel in service.channels)
            and (self.audience is None or self.audience is service.audience)
            and (not self.prefixes or service.prefix in self.prefixes)
        )


class TierRule(msgspec.Struct, frozen=True):
    """服务分层: who receives customers of a tier, and where."""

    tier: Tier
    received_by: tuple[Role, ...]
    zone: ZoneKind
    promise: Text


class DiversionRule(msgspec.Struct, frozen=True):
    """客户分流: where customers are sent who could go elsewhere than to a counter."""

    name: Text
    to: ServiceChannel
    wait_over_minutes: float = 0.0
    share: float = 1.0
    """Of those who could, the share that should; compared with what happens."""


class ProductRule(msgspec.Struct, frozen=True):
    """产品分销: where products of a class are shown and by whom they are sold."""

    product: ProductClass
    shown_in: tuple[ZoneKind, ...]
    sold_by: tuple[Role, ...]


class FourSplits(msgspec.Struct, frozen=True):
    """The four splits of a branch."""

    zoning: tuple[ZoneRule, ...] = (
        ZoneRule(
            ZoneKind.WEALTH, Text("理财与贵宾业务进理财室", "Wealth business in its own rooms"),
            prefixes=("F", "V"),
        ),
        ZoneRule(
            ZoneKind.SMART_SERVICE, Text("可自助的业务进智能服务区", "What machines can do goes to them"),
            channel=ServiceChannel.SELF_SERVICE,
        ),
        ZoneRule(ZoneKind.COUNTERS, Text("其余业务到柜面", "Everything else to the counters")),
    )  # fmt: skip
    tiers: tuple[TierRule, ...] = (
        TierRule(
            Tier.HEAD_OFFICE_VIP, (Role.BRANCH_MANAGER, Role.WEALTH_MANAGER), ZoneKind.WEALTH,
            Text("到店即接待", "Met on arrival"),
        ),
        TierRule(
            Tier.MANAGING_BRANCH_VIP, (Role.WEALTH_MANAGER,), ZoneKind.WEALTH,
            Text("5 分钟内接待", "Met within 5 minutes"),
        ),
        TierRule(
            Tier.BRANCH_VIP, (Role.ACCOUNT_MANAGER, Role.WEALTH_MANAGER), ZoneKind.WEALTH,
            Text("10 分钟内接待", "Met within 10 minutes"),
        ),
        TierRule(
            Tier.ORDINARY, (Role.LOBBY_MANAGER,), ZoneKind.GUIDANCE,
            Text("迎候、问询、分流", "Welcomed, asked, guided"),
        ),
    )  # fmt: skip
    diversion: tuple[DiversionRule, ...] = (
        DiversionRule(
            Text("可自助的简单业务", "Simple business that machines do"),
            ServiceChannel.SELF_SERVICE, share=0.85,
        ),
        DiversionRule(
            Text("等候较长时推荐手机银行", "The phone, when the wait is long"),
            ServiceChannel.ONLINE, wait_over_minutes=20,
        ),
    )  # fmt: skip
    products: tuple[ProductRule, ...] = (
        ProductRule(
            ProductClass.DEPOSIT, (ZoneKind.WAITING, ZoneKind.COUNTERS),
            (Role.TELLER_HIGH, Role.TELLER_LOW),
        ),
        ProductRule(
            ProductClass.WEALTH, (ZoneKind.WEALTH, ZoneKind.SALON), (Role.WEALTH_MANAGER,)
        ),
        ProductRule(
            ProductClass.LOAN, (ZoneKind.COUNTERS, ZoneKind.SALON), (Role.ACCOUNT_MANAGER,)
        ),
        ProductRule(
            ProductClass.CARD, (ZoneKind.SMART_SERVICE, ZoneKind.WINDOW),
            (Role.TELLER_LOW, Role.LOBBY_MANAGER),
        ),
        ProductRule(
            ProductClass.NON_FINANCIAL, (ZoneKind.WINDOW, ZoneKind.WAITING), (Role.LOBBY_MANAGER,)
        ),
    )  # fmt: skip


def zone_kind_for(splits: FourSplits, service: Service) -> ZoneKind | None:
    """Where the first rule that fits sends this service; None where none does."""
    return next((rule.zone for rule in splits.zoning if rule.fits(service)), None)

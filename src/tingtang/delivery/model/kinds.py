"""What is handed over, and how."""

from enum import StrEnum

from tingtang.kernel.text import Text


class ItemKind(StrEnum):
    """A physical thing that a trade leaves behind."""

    CARD = "card"
    TOKEN = "token"  # noqa: S105 - a U-key
    """U盾"""
    PASSBOOK = "passbook"
    STATEMENT_BOOK = "statement_book"
    """对账簿"""
    VOUCHER = "voucher"
    """Any other blank or written voucher: a certificate of deposit, a bill."""
    PARCEL = "parcel"
    CASH_PACK = "cash_pack"
    """RMB or foreign notes that were ordered before."""
    LETTER = "letter"
    """Papers: statements, contracts, certificates."""


KIND_NAMES = {
    ItemKind.CARD: Text("银行卡", "Card"),
    ItemKind.TOKEN: Text("U盾", "U-key"),
    ItemKind.PASSBOOK: Text("存折", "Passbook"),
    ItemKind.STATEMENT_BOOK: Text("对账簿", "Statement book"),
    ItemKind.VOUCHER: Text("凭证", "Voucher"),
    ItemKind.PARCEL: Text("封包", "Parcel"),
    ItemKind.CASH_PACK: Text("现金封包", "Cash pack"),
    ItemKind.LETTER: Text("文书资料", "Papers"),
}


class How(StrEnum):
    """How it reaches the customer."""

    LOCKER = "locker"
    """自提柜"""
    DISPENSER = "dispenser"
    """产品领取机"""
    MAIL = "mail"
    COUNTER = "counter"
    MACHINE = "machine"
    """加钞: a cash pack that goes into a machine's cassettes, and to no customer."""


HOW_NAMES = {
    How.LOCKER: Text("自提柜", "Pick-up locker"),
    How.DISPENSER: Text("产品领取机", "Product dispenser"),
    How.MAIL: Text("邮寄", "By mail"),
    How.COUNTER: Text("柜台领取", "At a counter"),
    How.MACHINE: Text("设备加钞", "Into a machine"),
}


class Status(StrEnum):
    """How far an order has come."""

    CREATED = "created"
    STOCKED = "stocked"
    """The thing itself was taken out of stock for this order."""
    SEALED = "sealed"
    LOADED = "loaded"
    """In a cell, or with the carrier; not to be handed over before the trade is done."""
    READY = "ready"
    RELEASED = "released"
    """Whoever may have it has proven that; a door is opening, or a machine is handing it out."""
    PICKED_UP = "picked_up"
    EXPIRED = "expired"
    RETURNED = "returned"
    MISSING = "missing"
    """Its place was found empty, and nobody had been given it."""
    SETTLED = "settled"
    CANCELLED = "cancelled"


STATUS_NAMES = {
    Status.CREATED: Text("已下单", "Ordered"),
    Status.STOCKED: Text("已备货", "Stocked"),
    Status.SEALED: Text("已封包", "Sealed"),
    Status.LOADED: Text("已装填", "Loaded"),
    Status.READY: Text("待领取", "Ready"),
    Status.RELEASED: Text("放行中", "Being released"),
    Status.PICKED_UP: Text("已领取", "Picked up"),
    Status.EXPIRED: Text("已逾期", "Expired"),
    Status.RETURNED: Text("已退回", "Returned"),
    Status.MISSING: Text("缺失", "Missing"),
    Status.SETTLED: Text("已结清", "Settled"),
    Status.CANCELLED: Text("已取消", "Cancelled"),
}
OVER = frozenset({Status.SETTLED, Status.CANCELLED})


class Size(StrEnum):
    """Of a cell, and of what fits into it."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


SIZES = (Size.SMALL, Size.MEDIUM, Size.LARGE)
"""From the smallest to the largest."""

STOCK_OF = {
    ItemKind.CARD: ("card_hopper", "cards", "debit_card"),
    ItemKind.TOKEN: ("key_hopper", "keys", "token"),
    ItemKind.VOUCHER: ("voucher_hopper", "vouchers", "certificate"),
}
"""What dispensers hold: the module, the name of its count, and the bank's kind of voucher."""

VOUCHER_OF = {
    ItemKind.CARD: "debit_card",
    ItemKind.TOKEN: "token",
    ItemKind.PASSBOOK: "passbook",
    ItemKind.STATEMENT_BOOK: "statement_book",
    ItemKind.VOUCHER: "certificate",
}
"""The bank's kind of blank voucher behind a thing."""

MACHINE = "machine:"
"""Before a device's id: the holder of what lies in it, in the bank's books of blank vouchers."""

"""Customers without I/O: what they are, how what is sensitive is checked and masked."""

import re
from enum import IntEnum, StrEnum
from typing import Annotated

import msgspec

from tingtang.kernel.errors import Problem, Refused
from tingtang.kernel.events import Event, EventTypes
from tingtang.kernel.ids import BranchId, CustomerId, StaffId
from tingtang.kernel.text import Text
from tingtang.org.model.records import CareNeed

UNKNOWN_CUSTOMER = Problem("unknown_customer", 404, "没有这位客户", "There is no such customer")
NOT_IDENTIFIED = Problem(
    "not_identified",
    404,
    "未识别到客户，请核对后重试，或改用其他方式",
    "Nobody was found by this; check it or use another way",
)
BAD_VALUE = Problem(
    "bad_value", 422, "{what}格式不正确，请核对", "The {what} is not valid; please check it"
)
NO_CONSENT = Problem(
    "no_consent",
    409,
    "客户未同意此项使用（{purpose}）",
    "The customer has not consented to this ({purpose})",
)
TAKEN = Problem(
    "already_registered",
    409,
    "该{what}已登记给另一位客户",
    "This {what} belongs to another customer",
)


class Tier(IntEnum):
    """贵宾分级: which level of the bank looks after the customer (R045)."""

    NONE = 0
    BRANCH = 1
    MANAGING_BRANCH = 2
    HEAD_OFFICE = 3


TIER_NAMES = {
    Tier.NONE: Text("普通客户", "Customer"),
    Tier.BRANCH: Text("支行级贵宾", "Branch VIP"),
    Tier.MANAGING_BRANCH: Text("分行级贵宾", "Managing-branch VIP"),
    Tier.HEAD_OFFICE: Text("总行级贵宾", "Head-office VIP"),
}
PRIVILEGES: dict[Tier, tuple[Text, ...]] = {
    Tier.NONE: (),
    Tier.BRANCH: (Text("优先叫号", "Priority"), Text("客户经理接待", "Account manager")),
    Tier.MANAGING_BRANCH: (
        Text("优先叫号", "Priority"),
        Text("贵宾理财室", "VIP room"),
        Text("专属理财经理", "Own wealth manager"),
    ),
    Tier.HEAD_OFFICE: (
        Text("免排队", "No waiting"),
        Text("贵宾理财室", "VIP room"),
        Text("总行私行团队", "Head-office private-banking team"),
    ),
}
"""What each tier is offered on arrival."""


class Purpose(StrEnum):
    """What a customer can consent to, each apart from the others (PIPL art. 13-14, 29)."""

    SHOW_NAME = "show_name"
    """Staff in the hall see the masked name beside the ticket."""
    RECOGNISE_FACE = "recognise_face"
    """To be known at the door and at machines."""
    VERIFY_FACE = "verify_face"
    """One picture, compared once with that of the customer's own paper, for the business at hand."""
    PROFILE = "profile"
    MARKETING = "marketing"
    MESSAGES = "messages"


class By(StrEnum):
    """By what a customer is identified."""

    PHONE = "phone"
    ID_NUMBER = "id_number"
    CARD = "card"
    BOOKING = "booking"
    TICKET = "ticket"
    QR = "qr"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """A customer without anything that names them: what events may carry."""

    id: CustomerId
    tier: Tier = Tier.NONE
    branch: BranchId = BranchId("")
    """Home branch."""
    owner: StaffId = StaffId("")
    """The account or wealth manager in charge."""
    care: tuple[CareNeed, ...] = ()
    language: str = "zh"


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """What is personal. Sealed at rest, masked on screens, never in an event."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    phone: Annotated[str, msgspec.Meta(max_length=20)] = ""
    id_number: Annotated[str, msgspec.Meta(max_length=18)] = ""
    cards: tuple[Annotated[str, msgspec.Meta(max_length=19)], ...] = ()


class Consent(msgspec.Struct, frozen=True):
    """One entry of the consent history."""

    purpose: Purpose
    given: bool
    at_ms: int
    by: str
    """Who recorded it."""
    how: str
    """On paper, on the kiosk's screen, on the phone, ..."""


# -- events --------------------------------------------------------------------------------------


class CustomerSaved(Event, frozen=True):
    facts: Facts


class CustomerErased(Event, frozen=True):
    customer: CustomerId


class ConsentGiven(Event, frozen=True):
    customer: CustomerId
    purpose: Purpose
    how: str


class ConsentWithdrawn(Event, frozen=True):
    customer: CustomerId
    purpose: Purpose
    how: str


class CustomerIdentified(Event, frozen=True):
    customer: CustomerId
    by: By


class DetailRevealed(Event, frozen=True):
    """Somebody looked at what is otherwise masked, and said why."""

    customer: CustomerId
    field: str
    reason: str


TYPES = EventTypes(
    "customer",
    [
        CustomerSaved, CustomerErased, ConsentGiven, ConsentWithdrawn, CustomerIdentified,
        DetailRevealed,
    ],
)  # fmt: skip


# -- checking ------------------------------------------------------------------------------------

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"


def is_id_number(text: str) -> bool:
    """A citizen's ID number of 18 digits with its check character (GB 11643-1999, MOD 11-2)."""
    if not re.fullmatch(r"\d{17}[\dX]", text):
        return False
    total = sum(int(d) * w for d, w in zip(text, _ID_WEIGHTS, strict=False))
    return _ID_CHECKS[total % 11] == text[17]


def is_mobile(text: str) -> bool:
    """A mobile number of mainland China: 11 digits from 13 to 19."""
    return re.fullmatch(r"1[3-9]\d{9}", text) is not None


def is_card(text: str) -> bool:
    """A card number of 13 to 19 digits with its Luhn digit (ISO/IEC 7812-1)."""
    if not re.fullmatch(r"\d{13,19}", text):
        return False
    total = 0
    for place, digit in enumerate(reversed(text)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


_CHECKS = {By.PHONE: is_mobile, By.ID_NUMBER: is_id_number, By.CARD: is_card}
WHAT = {
    By.PHONE: Text("手机号", "phone number"),
    By.ID_NUMBER: Text("身份证号", "ID number"),
    By.CARD: Text("卡号", "card number"),
    By.BOOKING: Text("预约码", "booking code"),
    By.TICKET: Text("号票", "ticket"),
    By.QR: Text("二维码", "QR code"),
}


def checked(by: By, value: str) -> str:
    """The value without blanks, in capitals; refused (bad_value) where it cannot be right."""
    plain = re.sub(r"[\s-]", "", value).upper()
    check = _CHECKS.get(by)
    if check is not None and not check(plain):
        raise Refused(BAD_VALUE, what=WHAT[by])
    return plain


def check_details(details: Details) -> None:
    """Refuse details whose numbers cannot be right; empty ones are allowed."""
    if details.phone:
        checked(By.PHONE, details.phone)
    if details.id_number:
        checked(By.ID_NUMBER, details.id_number)
    for card in details.cards:
        checked(By.CARD, card)


# -- masking (JR/T 0171-2020) --------------------------------------------------------------------


def mask_name(name: str) -> str:
    """First and last character: 王*明, 王*; a Latin name keeps the first letter of each word."""
    if not name:
        return ""
    if name.isascii():
        return " ".join(word[0] + "*" * (len(word) - 1) for word in name.split())
    if len(name) <= 2:
        return name[0] + "*" * (len(name) - 1)
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_middle(text: str, first: int, last: int) -> str:
    """All but the first and last few characters; everything where the text is too short."""
    if len(text) <= first + last:
        return "*" * len(text)
    return text[:first] + "*" * (len(text) - first - last) + text[len(text) - last :]


class Masked(msgspec.Struct, frozen=True):
    """A customer as a screen may show them."""

    id: CustomerId
    name: str
    phone: str
    id_number: str
    cards: tuple[str, ...]
    tier: Tier
    tier_name: Text
    privileges: tuple[Text, ...]
    branch: BranchId
    owner: StaffId
    care: tuple[CareNeed, ...]
    language: str
    consents: dict[Purpose, bool]


def masked(facts: Facts, details: Details, consents: dict[Purpose, bool]) -> Masked:
    """What staff see: 王*明, 138****8000, 3707**********1234, 尾号 8888."""
    return Masked(
        facts.id,
        mask_name(details.name),
        mask_middle(details.phone, 3, 4),
        mask_middle(details.id_number, 4, 4),
        tuple(mask_middle(card, 0, 4) for card in details.cards),
        facts.tier,
        TIER_NAMES[facts.tier],
        PRIVILEGES[facts.tier],
        facts.branch,
        facts.owner,
        facts.care,
        facts.language,
        consents,
    )

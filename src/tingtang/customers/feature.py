"""Customers as a feature."""

import hmac

from tingtang.customers import model as m
from tingtang.customers.routes import ROUTES
from tingtang.customers.service import CustomerService
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.ids import BranchId, CustomerId
from tingtang.kernel.text import Text

QR_SECONDS = 300
"""How long a customer's own QR code (in the bank's app) is accepted."""


def wire(parts: Parts) -> None:
    service = CustomerService(parts.log, parts.clock, parts.ids, parts.vault)
    secret = parts.vault.secret("customer-qr")

    async def by_qr(_branch: BranchId, value: str) -> CustomerId | None:
        return read_qr(value, secret, parts.wall_clock.now_ms())

    service.register_resolver(m.By.QR, by_qr)
    parts.offer("customers", service)


def make_qr(customer: CustomerId, secret: bytes, now_ms: int) -> str:
    """What the bank's app shows as a QR code: the customer, until when, and a signature."""
    until = now_ms // 1000 + QR_SECONDS
    return f"{customer}.{until}.{_sign(f'{customer}.{until}', secret)}"


def read_qr(value: str, secret: bytes, now_ms: int) -> CustomerId | None:
    """The customer of a QR code that is genuine and still good."""
    customer, _, rest = value.partition(".")
    until, _, signature = rest.partition(".")
    if not until.isdecimal() or int(until) * 1000 < now_ms:
        return None
    if not hmac.compare_digest(signature, _sign(f"{customer}.{until}", secret)):
        return None
    return CustomerId(customer)


def _sign(text: str, secret: bytes) -> str:
    return hmac.digest(secret, text.encode(), "sha256").hex()[:32]


FEATURE = Feature(
    name="customers",
    about=Text(
        "客户、等级、关怀、授权同意、识别", "Records, tiers, care needs, consents, identification"
    ),
    events=m.TYPES,
    routes=ROUTES,
    wire=wire,
)

"""Trades of products, and the risk level that comes before them."""

from typing import Annotated, ClassVar

import msgspec

from tingtang.bank.trades.parts import Digest, Fen, Text80, Trade


class AssessRisk(Trade, frozen=True):
    """Writes the level a questionnaire came to; good for twelve months."""

    name: ClassVar[str] = "risk.assess"
    customer: Text80
    level: Annotated[int, msgspec.Meta(ge=1, le=5)]
    answers: dict[str, str] = msgspec.field(default_factory=dict)


class BuyProduct(Trade, frozen=True):
    """Refused above the customer's level. Gives {order}."""

    name: ClassVar[str] = "product.buy"
    customer: Text80
    product: Text80
    account: Text80
    amount: Fen
    pin: Digest = ""


class RedeemProduct(Trade, frozen=True):
    name: ClassVar[str] = "product.redeem"
    order: Text80
    account: Text80

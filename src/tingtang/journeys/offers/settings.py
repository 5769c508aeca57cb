"""What a bank may set about offers after business."""

from typing import Annotated

import msgspec


class OfferSettings(msgspec.Struct, frozen=True):
    """Whether anything is offered after business, and how often. What fits whom stands in the table
    ``next_offer``, which head office edits in the designer."""

    is_on: bool = True
    quiet_days: Annotated[int, msgspec.Meta(ge=0, le=3_660)] = 90
    """For how many days after "no, thank you" the same is not offered to a customer again."""
    rest_days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 1
    """For how many days after any answer nothing at all is offered to a customer."""

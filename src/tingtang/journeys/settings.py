"""What a bank may set about journeys."""

from typing import Annotated

import msgspec


class JourneySettings(msgspec.Struct, frozen=True):
    """How long journeys wait, and how long what was entered is kept."""

    expire_minutes: Annotated[int, msgspec.Meta(ge=2, le=10_080)] = 120
    """After how long without an answer a journey ends, in minutes."""
    handover_minutes: Annotated[int, msgspec.Meta(ge=1, le=1_440)] = 15
    """How long the code is good by which a journey is taken over to another terminal."""
    keep_days: Annotated[int, msgspec.Meta(ge=0, le=3_660)] = 30
    """How many days after its end what was entered is kept before it is erased; what was done stays
    in the log. The bank's own records are kept by the bank (反洗钱法 2024 art. 34: ten years)."""

"""What a bank may set about the catalogue."""

from typing import Annotated

import msgspec

from tingtang.journeys.catalogue.model import WHOLE_PPM, Ppm


class OwnShare(msgspec.Struct, frozen=True):
    """A share of the counter's volume that the bank itself has measured."""

    scene: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    share_ppm: Ppm
    """Millionths of the volume."""


class CatalogueSettings(msgspec.Struct, frozen=True):
    """The bank's own shares, and its goal."""

    shares: tuple[OwnShare, ...] = ()
    """In the place of the assumed ones; those of all other scenes fill up what is left."""
    goal_percent: Annotated[int, msgspec.Meta(ge=1, le=100)] = 85
    """How much of the volume customers shall be able to do themselves."""

    def __post_init__(self) -> None:
        names = [one.scene for one in self.shares]
        if len(set(names)) != len(names):
            raise ValueError("a scene stands twice among the shares")
        if sum(one.share_ppm for one in self.shares) > WHOLE_PPM:
            raise ValueError("the shares are more than the whole (1,000,000)")

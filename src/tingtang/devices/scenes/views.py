"""``devices.scene``: the scenes of a branch with the progress of their newest runs."""

from collections.abc import Iterable, Mapping

import msgspec

from tingtang.devices.scenes.model import Scene, SceneResult, SceneRun
from tingtang.kernel.text import Text


class SceneCard(msgspec.Struct, frozen=True):
    """A scene with what came of it when it was last set."""

    name: Text
    about: Text
    icon: str
    rank: int
    own: bool
    """Written by the branch, rather than as it came."""
    devices: int
    """How many it would tell now."""
    run: SceneRun | None
    counts: dict[SceneResult, int]


class BranchScenes(msgspec.Struct, frozen=True):
    """All scenes of a branch, by code."""

    scenes: dict[str, SceneCard]


def branch(
    scenes: Iterable[Scene], planned: Mapping[str, int], runs: Mapping[str, SceneRun]
) -> BranchScenes:
    """``planned``: devices that each scene would tell; ``runs``: the newest, by scene."""
    return BranchScenes(
        {
            one.code: SceneCard(
                name=one.name,
                about=one.about,
                icon=one.icon,
                rank=one.rank,
                own=bool(one.branch),
                devices=planned.get(one.code, 0),
                run=runs.get(one.code),
                counts=runs[one.code].counts if one.code in runs else {},
            )
            for one in scenes
        }
    )

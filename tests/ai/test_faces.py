"""Two pictures are near, far, or cannot be compared: decided over faces that tests make up."""

import pytest

from tingtang.ai.model.faces import Outcome, compared
from tingtang.ai.model.wire import Face


def face(*vector: float, side: int = 120) -> Face:
    return Face(left=10, top=10, width=side, height=side, vector=vector)


ME, ALIKE, OTHER = face(0.0, 0.0), face(0.3, 0.2), face(0.8, 0.4)


@pytest.mark.shows("R106", part="near and far by a threshold that the bank sets")
@pytest.mark.parametrize(
    ("shown", "threshold", "outcome", "distance"),
    [
        (ALIKE, 0.45, Outcome.NEAR, 0.361),
        (ALIKE, 0.3, Outcome.FAR, 0.361),
        (OTHER, 0.45, Outcome.FAR, 0.894),
    ],
)
def test_a_distance_is_near_up_to_the_threshold(
    shown: Face, threshold: float, outcome: Outcome, distance: float
) -> None:
    found = compared([ME], [shown], threshold)
    assert (found.outcome, found.distance) == (outcome, distance)


def test_nobody_several_and_a_paper_without_a_face_are_told_apart() -> None:
    assert compared([], [ME], 0.45).outcome is Outcome.NO_LIVE_FACE
    assert compared([ME, OTHER], [ME], 0.45).outcome is Outcome.SEVERAL_FACES
    assert compared([ME], [], 0.45).outcome is Outcome.NO_PAPER_FACE
    assert compared([face(0.0, 0.0, side=30)], [ME], 0.45).outcome is Outcome.TOO_SMALL


def test_somebody_far_behind_and_the_small_picture_of_a_paper_do_not_count() -> None:
    behind, ghost = face(0.9, 0.9, side=50), face(0.9, 0.9, side=45)
    assert compared([behind, ME], [ghost, ALIKE], 0.45).outcome is Outcome.NEAR

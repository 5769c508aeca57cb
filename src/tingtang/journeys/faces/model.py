"""What a comparison of faces means for the business at hand. Pure."""

from tingtang.ai.model.faces import Comparison, Outcome
from tingtang.journeys.faces.settings import FaceSettings
from tingtang.kernel.text import Text

WORDS = {
    Outcome.NEAR: Text(
        "机器比对：相近（距离 {distance}，阈值 {threshold}），仅供参考",
        "Compared by machine: near (distance {distance}, threshold {threshold}); a reference only",
    ),
    Outcome.FAR: Text(
        "机器比对：差异较大（距离 {distance}，阈值 {threshold}），请仔细核对",
        "Compared by machine: far apart (distance {distance}, threshold {threshold}); look closely",
    ),
    Outcome.NO_LIVE_FACE: Text("机器比对：现场照片中没有人脸", "No face in the live picture"),
    Outcome.SEVERAL_FACES: Text(
        "机器比对：现场照片中不止一人", "More than one person in the live picture"
    ),
    Outcome.NO_PAPER_FACE: Text(
        "机器比对：证件照片中没有找到人脸", "No face found in the picture of the paper"
    ),
    Outcome.TOO_SMALL: Text("机器比对：人脸太小，无法比对", "The face is too small to compare"),
}


def words(found: Comparison, threshold: float) -> Text:
    """The outcome for whoever looks at both pictures."""
    text = WORDS[found.outcome]
    gaps = {"distance": found.distance, "threshold": threshold}
    return Text(text.zh.format(**gaps), text.en.format(**gaps))


def may_skip_person(
    settings: FaceSettings,
    scenario: str,
    found: Comparison,
    *,
    is_chip: bool,
    is_registered: bool,
    has_risks: bool,
    is_minor: bool,
) -> bool:
    """Whether nobody needs to compare the pictures as well.

    A comparison never stands alone: the customer holds a paper whose chip was read, the register
    knows its number and name, and nothing is in doubt.
    """
    return (
        settings.may_replace_person
        and scenario in settings.scenarios
        and found.outcome is Outcome.NEAR
        and is_chip
        and is_registered
        and not has_risks
        and not is_minor
    )

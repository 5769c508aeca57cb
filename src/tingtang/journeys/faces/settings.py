"""What a bank may set about comparing faces."""

from typing import Annotated

import msgspec

from tingtang.ai.model.faces import THRESHOLD


class FaceSettings(msgspec.Struct, frozen=True):
    """Whether a machine compares faces, and what that may do."""

    is_on: bool = True
    """Off: people alone compare pictures; every business goes on all the same."""
    threshold: Annotated[float, msgspec.Meta(ge=0.2, le=0.6)] = THRESHOLD
    """Distance up to which two faces count as near; lower is stricter."""
    may_replace_person: bool = False
    """Whether a near comparison does in the place of a person who compares: only beside a paper whose
    chip was read and that the register confirmed without any doubt, never for a minor. The engine
    cannot tell a living face from a photo of one: weigh that before it is switched on."""
    scenarios: tuple[Annotated[str, msgspec.Meta(max_length=80)], ...] = ()
    """Where it may do so: in these scenarios and no others."""

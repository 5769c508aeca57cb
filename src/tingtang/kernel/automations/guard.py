"""What keeps automations within bounds: pauses, loops, floods. Pure."""

from collections import deque
from collections.abc import Sequence
from enum import StrEnum

from tingtang.kernel.automations.declared import AutomationDraft
from tingtang.kernel.clock import MINUTE_MS

CHAIN_MAX = 4
"""Automations that set each other off one after another; one more is cut off."""
BRANCH_RUNS_A_MINUTE_MAX = 240
"""Runs of all automations of a branch together."""


class CutOff(StrEnum):
    """Why an automation that was set off did not run."""

    COOLDOWN = "cooldown"
    RUNNING = "running"
    FULL = "full"
    """Too many runs wait."""
    LOOP = "loop"
    """What its own actions caused would set it off again."""
    CHAIN = "chain"
    """Too many automations set each other off."""
    TOO_OFTEN = "too_often"
    BRANCH_TOO_OFTEN = "branch_too_often"


TOLD = frozenset(
    {CutOff.LOOP, CutOff.CHAIN, CutOff.TOO_OFTEN, CutOff.BRANCH_TOO_OFTEN, CutOff.FULL}
)
"""Cut-offs that point at a mistake: they are recorded, each at most once a minute."""


def looped(automation: str, chain: Sequence[str]) -> CutOff | None:
    """Whether a run would close a circle; ``chain`` is what led to it, oldest first."""
    if automation in chain:
        return CutOff.LOOP
    return CutOff.CHAIN if len(chain) >= CHAIN_MAX else None


class Pace:
    """How often one automation ran of late, in one branch."""

    __slots__ = ("last_ms", "starts", "told_ms")

    def __init__(self) -> None:
        self.last_ms: int | None = None
        self.starts: deque[int] = deque()
        self.told_ms: dict[CutOff, int] = {}

    def refuses(self, draft: AutomationDraft, at_ms: int) -> CutOff | None:
        """Whether it is too early for another run at ``at_ms``."""
        # A clock that was set back over a restart says nothing of how long ago that was.
        if self.last_ms is not None and 0 <= at_ms - self.last_ms < draft.cooldown_seconds * 1000:
            return CutOff.COOLDOWN
        return CutOff.TOO_OFTEN if self.count(at_ms) >= draft.runs_a_minute_max else None

    def count(self, at_ms: int) -> int:
        """Runs within the last minute."""
        while self.starts and self.starts[0] <= at_ms - MINUTE_MS:
            self.starts.popleft()
        return len(self.starts)

    def ran(self, at_ms: int) -> None:
        """It ran."""
        self.last_ms = at_ms
        self.starts.append(at_ms)

    def is_told(self, why: CutOff, at_ms: int) -> bool:
        """Whether this cut-off was recorded within the last minute; from now on it was."""
        last_ms = self.told_ms.get(why)
        if last_ms is not None and at_ms - last_ms < MINUTE_MS:
            return True
        self.told_ms[why] = at_ms
        return False

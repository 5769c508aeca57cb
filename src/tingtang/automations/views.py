"""What screens show of automations."""

from collections.abc import Iterable

import msgspec

from tingtang.kernel.automations.book import AutomationRun
from tingtang.kernel.automations.declared import Automation
from tingtang.kernel.automations.guard import CutOff


class AutomationView(msgspec.Struct, frozen=True):
    """One automation with how it fares in a branch."""

    automation: Automation
    origin: str
    """Whose version it is: the ``branch``'s own, the ``bank``'s, or as ``shipped``."""
    running: bool
    last: AutomationRun | None
    cut_off: CutOff | None
    """Why it did not run when it was last set off and did not, since the program started."""
    cut_off_ms: int


class BranchAutomations(msgspec.Struct, frozen=True):
    """``automations.branch``, by id. ``running_here`` is false where the module is off."""

    running_here: bool
    automations: dict[str, AutomationView]


def branch(running_here: bool, found: Iterable[AutomationView]) -> BranchAutomations:
    """All that hold in a branch."""
    return BranchAutomations(running_here, {one.automation.id: one for one in found})

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
    behind: str
    """Whose version would hold without the branch's own: ``bank``, ``shipped`` or nobody's ("")."""
    running: bool
    last: AutomationRun | None
    cut_off: CutOff | None
    """Why it did not run when it was last set off and did not, since the program started."""
    cut_off_ms: int


class BranchAutomations(msgspec.Struct, frozen=True):
    """``automations.branch``, by id. ``running_here`` is false where the module is off."""

    running_here: bool
    automations: dict[str, AutomationView]


class BankAutomation(msgspec.Struct, frozen=True):
    """One that holds in the whole bank."""

    automation: Automation
    origin: str
    """Whose version it is: the ``bank``'s, or as ``shipped``."""
    behind: str
    """What would hold without the bank's own: the ``shipped`` one, or nothing ("")."""
    own_in: tuple[str, ...]
    """Branches in the caller's reach that have their own version of it instead."""


class BankAutomations(msgspec.Struct, frozen=True):
    """What holds in every branch that has no version of its own, by id."""

    automations: dict[str, BankAutomation]


def branch(running_here: bool, found: Iterable[AutomationView]) -> BranchAutomations:
    """All that hold in a branch."""
    return BranchAutomations(running_here, {one.automation.id: one for one in found})

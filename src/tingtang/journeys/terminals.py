"""What is known of the machine behind a terminal."""

from typing import Any, Protocol

from tingtang.journeys.model.scenario import Channel
from tingtang.kernel.ids import BranchId


class Machines(Protocol):
    """The devices, as far as journeys look at them."""

    def working_modules(self, terminal: str) -> frozenset[str] | None:
        """Modules of the terminal's machine that work now; None where it has none registered."""
        ...

    def cash_box(self, terminal: str) -> str:
        """The machine whose cash a terminal moves; the terminal's own id where it has none."""
        ...


class JourneyTerminals:
    """Facts of terminals for scenarios and menus."""

    def __init__(self, machines: Machines | None) -> None:
        self._machines = machines

    def modules(self, terminal: str) -> frozenset[str] | None:
        """Modules that work at a terminal; None: nothing is known, nothing is held back."""
        return self._machines.working_modules(terminal) if self._machines is not None else None

    def facts(self, holder: str, channel: Channel, branch: BranchId) -> dict[str, Any]:
        """``terminal`` as scenarios know it: its channel, the modules that work, and the cash box
        that its cash is in: the machine, as at its clearing, or the teller."""
        kind, _, name = holder.partition(":")
        is_terminal = kind == "terminal"
        modules = self.modules(name) if is_terminal else None
        box = self._machines.cash_box(name) if is_terminal and self._machines else name
        return {
            "channel": channel.value,
            "branch": branch,
            "id": name,
            "box": box,
            "modules": sorted(modules or ()),
            "has_machine": modules is not None,
        }

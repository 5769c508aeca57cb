"""The pure core of one device, as its stream's host runs it."""

from collections.abc import Sequence

from tingtang.devices.model import commands as c
from tingtang.devices.model.decide import decide
from tingtang.devices.model.evolve import evolve
from tingtang.devices.model.state import DeviceState
from tingtang.kernel.events import Event


class DeviceCore:
    """``device/<device>``."""

    def initial(self, stream: str) -> DeviceState:  # noqa: ARG002
        return DeviceState()

    def decide(self, state: DeviceState, command: c.DeviceInput, at_ms: int) -> Sequence[Event]:
        return decide(state, command, at_ms)

    def evolve(self, state: DeviceState, event: Event, at_ms: int) -> None:
        evolve(state, event, at_ms)

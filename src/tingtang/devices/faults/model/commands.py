"""What can be asked of the faults of a device."""

import msgspec

from tingtang.devices.faults.model.settings import AlarmSettings
from tingtang.devices.faults.model.signs import Seen
from tingtang.devices.faults.model.state import Cause, RepairStep
from tingtang.devices.model.state import Condition


class FaultCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the commands of this page."""

    device: str


class Observe(FaultCommand, frozen=True):
    """One look at the device."""

    condition: Condition
    parts: tuple[str, ...]
    seen: Seen
    settings: AlarmSettings
    is_muted: bool
    """It is being maintained."""
    id: str
    """From which the ids of new alarms are made."""


class Accept(FaultCommand, frozen=True):
    alarm: str
    staff: str


class HandOver(FaultCommand, frozen=True):
    alarm: str
    by: str
    to: str
    note: str = ""


class Suspend(FaultCommand, frozen=True):
    alarm: str
    by: str
    until_ms: int
    note: str = ""


class Close(FaultCommand, frozen=True):
    alarm: str
    by: str
    outcome: str


class OpenRepair(FaultCommand, frozen=True):
    """Report something for repair, by hand or from an alarm."""

    repair: str
    by: str
    part: str
    description: str
    alarm: str = ""


class StepRepair(FaultCommand, frozen=True):
    repair: str
    by: str
    step: RepairStep
    note: str = ""
    to: str = ""
    vendor: str = ""
    parts: str = ""
    cause: Cause | None = None
    cost_fen: int | None = None

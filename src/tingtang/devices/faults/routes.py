"""HTTP of faults: alarms, repairs, maintenance windows, figures and forecasts."""

from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.params import Parameter

from tingtang.devices.faults import shown, views
from tingtang.devices.faults.model.commands import StepRepair
from tingtang.devices.faults.model.forecast import FailureForecast
from tingtang.devices.faults.model.repairs import MAINTAINING
from tingtang.devices.faults.model.state import Cause, RepairStep
from tingtang.devices.faults.model.windows import MaintenanceWindow
from tingtang.devices.faults.reliability import Reliability
from tingtang.devices.faults.service import FaultService, check_note
from tingtang.devices.faults.shown import CHANCE_DAYS, FIGURES_DAYS
from tingtang.devices.model import problems as p
from tingtang.devices.model import records as r
from tingtang.kernel.errors import Refused
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.web import permit

BRANCH = "/api/branches/{branch:str}"
DEVICE = BRANCH + "/devices/{device:str}"
ALARM = DEVICE + "/alarms/{alarm:str}"

Note = Annotated[str, msgspec.Meta(max_length=200)]
Needed = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Id = Annotated[str, msgspec.Meta(max_length=80)]
Days = Annotated[int, Parameter(ge=1, le=366)]


class HandOverRequest(msgspec.Struct, frozen=True):
    to: Id
    note: Note = ""


class SuspendRequest(msgspec.Struct, frozen=True):
    until_ms: int
    note: Note = ""


class CloseRequest(msgspec.Struct, frozen=True):
    outcome: Needed


class RepairRequest(msgspec.Struct, frozen=True):
    """``part``: a module of the device, or "" for the whole; with ``alarm``, the alarm's."""

    description: Needed
    part: Annotated[str, msgspec.Meta(max_length=40)] = ""
    alarm: Id = ""


class RepairOpenedAnswer(msgspec.Struct, frozen=True):
    repair: str


class StepRequest(msgspec.Struct, frozen=True):
    """``assign`` wants a person or a vendor, ``finish`` a cause."""

    step: RepairStep
    note: Note = ""
    to: Id = ""
    vendor: Annotated[str, msgspec.Meta(max_length=60)] = ""
    parts: Note = ""
    cause: Cause | None = None
    cost_fen: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] | None = None


class WindowRequest(msgspec.Struct, frozen=True):
    """Planned work; no ``devices`` means all of the branch."""

    from_ms: int
    until_ms: int
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    devices: Annotated[tuple[r.DeviceId, ...], msgspec.Meta(max_length=500)] = ()


# -- what is wrong -----------------------------------------------------------------------------


@get(f"{BRANCH}/device-faults", summary="Alarms of a branch", **permit(Permission.DEVICE_SEE))
async def of_branch(branch: str, faults: FaultService) -> views.BranchFaults:
    """Alarms that are not over, repairs that are not closed, maintenance to come."""
    return await shown.branch_view(faults, branch)


@get(f"{DEVICE}/faults", summary="A device's past", **permit(Permission.DEVICE_SEE))
async def of_device(
    branch: str, device: str, faults: FaultService, reliability: Reliability
) -> views.DeviceFaultsView:
    """Its alarms, repairs, consumables, conditions, figures, and its chance to fail."""
    return await shown.device_view(faults, reliability, _mine(faults, branch, device))


@post(f"{ALARM}/accept", summary="See to an alarm", **permit(Permission.DEVICE_OPERATE))
async def accept(
    branch: str, device: str, alarm: str, faults: FaultService, actor: Actor, key: Key | None
) -> None:
    """The caller sees to it: nobody else is asked."""
    _mine(faults, branch, device)
    await faults.accept(device, alarm, actor, key)


@post(f"{ALARM}/hand-over", summary="Hand an alarm over", **permit(Permission.DEVICE_OPERATE))
async def hand_over(
    branch: str,
    device: str,
    alarm: str,
    data: HandOverRequest,
    faults: FaultService,
    actor: Actor,
    key: Key | None,
) -> None:
    """Somebody else sees to it from now on."""
    _mine(faults, branch, device)
    await faults.hand_over(device, alarm, data.to, data.note, actor, key)


@post(f"{ALARM}/suspend", summary="Put an alarm off", **permit(Permission.DEVICE_OPERATE))
async def suspend(
    branch: str,
    device: str,
    alarm: str,
    data: SuspendRequest,
    faults: FaultService,
    actor: Actor,
    key: Key | None,
) -> None:
    """It is known; until that moment nobody is asked."""
    _mine(faults, branch, device)
    await faults.suspend(device, alarm, data.until_ms, data.note, actor, key)


@post(f"{ALARM}/close", summary="Close an alarm", **permit(Permission.DEVICE_OPERATE))
async def close(
    branch: str,
    device: str,
    alarm: str,
    data: CloseRequest,
    faults: FaultService,
    actor: Actor,
    key: Key | None,
) -> None:
    """It is settled. What lasts is an alarm again only after it was over, or in a higher grade."""
    _mine(faults, branch, device)
    await faults.close(device, alarm, data.outcome, actor, key)


# -- repairs -----------------------------------------------------------------------------------


@post(f"{DEVICE}/repairs", summary="Report for repair", **permit(Permission.DEVICE_OPERATE))
async def open_repair(
    branch: str,
    device: str,
    data: RepairRequest,
    faults: FaultService,
    actor: Actor,
    key: Key | None,
) -> RepairOpenedAnswer:
    """Report a device or a part of it, by hand or from an alarm."""
    _mine(faults, branch, device)
    opened = await faults.open_repair(
        device, data.part, data.description, actor, alarm=data.alarm, key=key
    )
    return RepairOpenedAnswer(opened)


@post(
    f"{DEVICE}/repairs/{{repair:str}}/steps",
    summary="A step of a repair",
    **permit(Permission.DEVICE_OPERATE),
)
async def step_repair(
    branch: str,
    device: str,
    repair: str,
    data: StepRequest,
    faults: FaultService,
    actor: Actor,
    key: Key | None,
) -> None:
    """Assign, start, wait, finish: for those who maintain devices. Verify, reopen: for others too."""
    _mine(faults, branch, device)
    if data.step in MAINTAINING:
        actor.require(Permission.DEVICE_MAINTAIN, branch)
    given = msgspec.structs.asdict(data)
    command = StepRepair(device=device, repair=repair, by=actor.id, **given)
    await faults.step_repair(command, actor, key)


@get("/api/device-repairs", summary="Repairs of all branches", **permit(Permission.DEVICE_SEE))
async def repairs(
    faults: FaultService, actor: Actor, now_ms: int, closed_days: Days = 30
) -> views.FleetRepairs:
    """All that are not closed, and those closed within ``closed_days``."""
    return await shown.repairs_view(faults, _reach(faults, actor), now_ms, closed_days)


# -- maintenance -------------------------------------------------------------------------------


@get(f"{BRANCH}/maintenance", summary="Maintenance windows", **permit(Permission.DEVICE_SEE))
async def windows(branch: str, faults: FaultService) -> list[MaintenanceWindow]:
    """Planned work on a branch's devices, past and to come."""
    faults.directory.branch(branch)
    return faults.maintenance.of_branch(branch)


@post(f"{BRANCH}/maintenance", summary="Plan maintenance", **permit(Permission.DEVICE_MAINTAIN))
async def plan_window(
    branch: str, data: WindowRequest, faults: FaultService, actor: Actor
) -> MaintenanceWindow:
    """Nobody is alarmed in it, and its time is not required of the devices."""
    faults.directory.branch(branch)
    given = msgspec.structs.asdict(data)
    given["reason"] = check_note(data.reason)
    window = MaintenanceWindow(id=faults.new_id(), branch=branch, by=actor.id, **given)
    return await faults.maintenance.plan(window, actor)


@delete(
    f"{BRANCH}/maintenance/{{window:str}}",
    summary="End maintenance",
    **permit(Permission.DEVICE_MAINTAIN),
)
async def end_window(branch: str, window: str, faults: FaultService, actor: Actor) -> None:
    """Cancel it, or end it early."""
    await faults.maintenance.end(branch, window, actor)


# -- figures -----------------------------------------------------------------------------------


@get("/api/devices/reliability", summary="Availability", **permit(Permission.DEVICE_SEE))
async def fleet(
    faults: FaultService,
    reliability: Reliability,
    actor: Actor,
    now_ms: int,
    days: Days = FIGURES_DAYS,
    branch: Annotated[str, Parameter(max_length=60)] = "",
) -> views.FleetReliability:
    """Availability, failures and times to restoration over the last days, by branch and type."""
    if branch:
        actor.require(Permission.DEVICE_SEE, branch)
        faults.directory.branch(branch)
    return await shown.fleet_view(
        faults, reliability, [branch] if branch else _reach(faults, actor), now_ms, days
    )


@get("/api/devices/forecast", summary="Failures to come", **permit(Permission.DEVICE_SEE))
async def failures_to_come(
    faults: FaultService,
    reliability: Reliability,
    actor: Actor,
    days: Annotated[int, Parameter(ge=1, le=60)] = CHANCE_DAYS,
) -> FailureForecast:
    """Each device's chance to fail, and how such chances did in the past; or why there are none."""
    found = await reliability.forecast(days)
    register = faults.devices.register
    mine = set(_reach(faults, actor))
    chances = tuple(
        one
        for one in found.chances
        if (device := register.get(one.device)) is not None and device.branch in mine
    )
    return msgspec.structs.replace(found, chances=chances)


def _mine(faults: FaultService, branch: str, device: str) -> r.Device:
    found = faults.devices.register.device(device)
    if found.branch != branch:
        raise Refused(p.UNKNOWN_DEVICE)
    return found


def _reach(faults: FaultService, actor: Actor) -> list[str]:
    return [
        one.id for one in faults.directory.branches() if actor.may(Permission.DEVICE_SEE, one.id)
    ]


ROUTES = (
    of_branch, of_device, accept, hand_over, suspend, close, open_repair, step_repair, repairs,
    windows, plan_window, end_window, fleet, failures_to_come,
)  # fmt: skip

"""HTTP of faults: alarms, repairs, maintenance windows, figures and forecasts."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.params import Parameter

from tingtang.devices.faults import views
from tingtang.devices.faults.model.availability import figures
from tingtang.devices.faults.model.commands import StepRepair
from tingtang.devices.faults.model.forecast import FailureForecast
from tingtang.devices.faults.model.repairs import MAINTAINING
from tingtang.devices.faults.model.repairs import figures as repair_figures
from tingtang.devices.faults.model.state import Cause, DeviceFaults, RepairState, RepairStep
from tingtang.devices.faults.model.windows import MaintenanceWindow
from tingtang.devices.faults.reliability import DeviceAccount, Reliability
from tingtang.devices.faults.service import FaultService, check_note
from tingtang.devices.model import problems as p
from tingtang.devices.model import records as r
from tingtang.devices.model.kinds import DeviceType
from tingtang.kernel.clock import DAY_MS
from tingtang.kernel.errors import Refused
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import Actor, Permission
from tingtang.kernel.text import Text
from tingtang.kernel.web import permit

BRANCH = "/api/branches/{branch:str}"
DEVICE = BRANCH + "/devices/{device:str}"
ALARM = DEVICE + "/alarms/{alarm:str}"
FIGURES_DAYS, CHANCE_DAYS = 30, 14
HISTORY_MAX = 200
"""Conditions of one device shown."""
DOWN_MAX = 100
"""Devices in the list of those that were down."""
SERIES_DAYS = 7

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


class FleetRepairs(msgspec.Struct, frozen=True):
    """Repairs of all branches in reach that are not closed, and those closed lately."""

    repairs: dict[str, views.DeviceRepair]
    branches: dict[str, Text]
    owners: dict[str, views.Owner]
    """Of all these branches together."""


# -- what is wrong -----------------------------------------------------------------------------


@get(f"{BRANCH}/device-faults", summary="Alarms of a branch", **permit(Permission.DEVICE_SEE))
async def of_branch(branch: str, faults: FaultService) -> views.BranchFaults:
    """Alarms that are not over, repairs that are not closed, maintenance to come."""
    return await branch_view(faults, branch)


@get(f"{DEVICE}/faults", summary="A device's past", **permit(Permission.DEVICE_SEE))
async def of_device(
    branch: str, device: str, faults: FaultService, reliability: Reliability
) -> views.DeviceFaultsView:
    """Its alarms, repairs, consumables, conditions, figures, and its chance to fail."""
    return await device_view(faults, reliability, _mine(faults, branch, device))


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
) -> FleetRepairs:
    """All that are not closed, and those closed within ``closed_days``."""
    shown: dict[str, views.DeviceRepair] = {}
    branches: dict[str, Text] = {}
    owners: dict[str, views.Owner] = {}
    for one in _reach(faults, actor):
        branches[one] = faults.directory.branch(one).name
        owners |= _owners(faults, one)
        for device, type_, state in await _known(faults, one):
            for found in state.repairs.values():
                is_old = now_ms - found.closed_ms > closed_days * DAY_MS
                if found.state is not RepairState.CLOSED or not is_old:
                    shown[found.id] = views.repair(device, type_, found, _name_of(faults), now_ms)
    newest_first = sorted(shown.items(), key=lambda item: -item[1].opened_ms)
    return FleetRepairs(dict(newest_first), branches, owners)


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
    return await fleet_view(
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


# -- views -------------------------------------------------------------------------------------


async def branch_view(faults: FaultService, branch: str) -> views.BranchFaults:
    """``devices.faults``."""
    faults.directory.branch(branch)
    return views.branch(
        await _known(faults, branch),
        faults.settings(branch),
        faults.maintenance.of_branch(branch),
        _owners(faults, branch),
        _name_of(faults),
        faults.clock.now_ms(),
    )


async def device_view(
    faults: FaultService, reliability: Reliability, device: r.Device
) -> views.DeviceFaultsView:
    """``devices.device_faults``."""
    now_ms = faults.clock.now_ms()
    type_ = faults.devices.register.type_of(device)
    state, settings = await faults.state(device.id), faults.settings(device.branch)
    muted = faults.maintenance.is_on(device.branch, device.id, now_ms)
    from_ms = now_ms - FIGURES_DAYS * DAY_MS
    [found] = await reliability.accounts([device], from_ms, now_ms)
    history = (await faults.history.spells([device.id], from_ms, now_ms)).get(device.id, [])
    forecast = await reliability.forecast(CHANCE_DAYS)
    telemetry = faults.devices.telemetry
    series = {
        one.name: await telemetry.series(
            device.id, one.name, now_ms - SERIES_DAYS * DAY_MS, now_ms + 1
        )
        for one in type_.consumables
    }
    latest = dict(telemetry.latest.get(device.id, {}))
    for name, points in series.items():  # what was said before the last start counts too
        if points and name not in latest:
            latest[name] = points[-1]
    name_of = _name_of(faults)
    return views.DeviceFaultsView(
        alarms={
            one.id: views.alarm(device, type_, one, settings, name_of, now_ms, muted=muted)
            for one in reversed(state.alarms.values())
        },
        repairs={
            one.id: views.repair(device, type_, one, name_of, now_ms)
            for one in reversed(state.repairs.values())
        },
        consumables=views.consumables(type_, latest, series),
        windows={
            one.id: one
            for one in faults.maintenance.of_branch(device.branch)
            if one.until_ms > now_ms and one.concerns(device.id)
        },
        history=views.spells(type_, history[-HISTORY_MAX:]),
        figures=figures(found.account),
        figures_days=FIGURES_DAYS,
        chance=next((one for one in forecast.chances if one.device == device.id), None),
        chance_days=CHANCE_DAYS,
    )


async def fleet_view(
    faults: FaultService,
    reliability: Reliability,
    branches: Sequence[str],
    now_ms: int,
    days: int,
) -> views.FleetReliability:
    """The figures of the devices in use of these branches."""
    register, from_ms = faults.devices.register, now_ms - days * DAY_MS
    devices = [one for branch in branches for one in register.of_branch(branch)]
    accounts = await reliability.accounts(devices, from_ms, now_ms)
    states = {one.id: await faults.state(one.id) for one in devices}

    def group(id_: str, name: Text, found: Sequence[DeviceAccount]) -> views.GroupFigures:
        return views.group(id_, name, [(one.account, states[one.device.id]) for one in found])

    kinds = [
        register.types[code] for code in sorted({one.type for one in devices} & set(register.types))
    ]
    down = [one for one in accounts if one.account.down_ms or one.account.failures]
    down.sort(key=lambda one: (-one.account.down_ms, one.device.id))
    return views.FleetReliability(
        from_ms=from_ms,
        until_ms=now_ms,
        all=group("", Text("全部", "All"), accounts),
        branches=tuple(
            group(
                one,
                faults.directory.branch(one).name,
                [found for found in accounts if found.device.branch == one],
            )
            for one in branches
        ),
        types=tuple(
            group(kind.code, kind.text, [one for one in accounts if one.device.type == kind.code])
            for kind in kinds
        ),
        devices=tuple(
            views.DeviceFigures(
                one.device.id, one.device.name, one.device.type, figures(one.account)
            )
            for one in down[:DOWN_MAX]
        ),
        repairs=repair_figures(
            [one for state in states.values() for one in state.repairs.values()],
            from_ms,
            now_ms + 1,
        ),
    )


async def _known(
    faults: FaultService, branch: str
) -> list[tuple[r.Device, DeviceType | None, DeviceFaults]]:
    register = faults.devices.register
    return [
        (one, register.types.get(one.type), await faults.state(one.id))
        for one in register.of_branch(branch)
    ]


def _mine(faults: FaultService, branch: str, device: str) -> r.Device:
    found = faults.devices.register.device(device)
    if found.branch != branch:
        raise Refused(p.UNKNOWN_DEVICE)
    return found


def _reach(faults: FaultService, actor: Actor) -> list[str]:
    return [
        one.id for one in faults.directory.branches() if actor.may(Permission.DEVICE_SEE, one.id)
    ]


def _owners(faults: FaultService, branch: str) -> dict[str, views.Owner]:
    name_of = _name_of(faults)
    return {one.id: views.Owner(name_of(one.id), one.roles) for one in faults.owners(branch)}


def _name_of(faults: FaultService) -> views.NameOf:
    return lambda staff: faults.directory.person(staff).name if staff else ""


ROUTES = (
    of_branch, of_device, accept, hand_over, suspend, close, open_repair, step_repair, repairs,
    windows, plan_window, end_window, fleet, failures_to_come,
)  # fmt: skip

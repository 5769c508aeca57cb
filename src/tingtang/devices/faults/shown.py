"""What is shown of faults, made from the services: for the routes and the live views."""

from collections.abc import Sequence

from tingtang.devices.faults import views
from tingtang.devices.faults.model.availability import figures
from tingtang.devices.faults.model.repairs import figures as repair_figures
from tingtang.devices.faults.model.state import DeviceFaults, RepairState
from tingtang.devices.faults.reliability import DeviceAccount, Reliability
from tingtang.devices.faults.service import FaultService
from tingtang.devices.model import records as r
from tingtang.devices.model.kinds import DeviceType
from tingtang.kernel.clock import DAY_MS
from tingtang.kernel.text import Text

FIGURES_DAYS, CHANCE_DAYS = 30, 14
HISTORY_MAX = 200
"""Conditions of one device shown."""
DOWN_MAX = 100
"""Devices in the list of those that were down."""
SERIES_DAYS = 7


async def branch_view(faults: FaultService, branch: str) -> views.BranchFaults:
    """``devices.faults``."""
    faults.directory.branch(branch)
    return views.branch(
        await _known(faults, branch),
        faults.settings(branch),
        faults.maintenance.of_branch(branch),
        _owners(faults, branch),
        name_of(faults),
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
    called = name_of(faults)
    return views.DeviceFaultsView(
        alarms={
            one.id: views.alarm(device, type_, one, settings, called, now_ms, muted=muted)
            for one in reversed(state.alarms.values())
        },
        repairs={
            one.id: views.repair(device, type_, one, called, now_ms)
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


async def repairs_view(
    faults: FaultService, branches: Sequence[str], now_ms: int, closed_days: int
) -> views.FleetRepairs:
    """The repairs of these branches: all that are not closed, and those closed of late; newest first."""
    found: dict[str, views.DeviceRepair] = {}
    names: dict[str, Text] = {}
    owners: dict[str, views.Owner] = {}
    called = name_of(faults)
    for branch in branches:
        names[branch] = faults.directory.branch(branch).name
        owners |= _owners(faults, branch)
        for device, type_, state in await _known(faults, branch):
            for one in state.repairs.values():
                is_old = now_ms - one.closed_ms > closed_days * DAY_MS
                if one.state is not RepairState.CLOSED or not is_old:
                    found[one.id] = views.repair(device, type_, one, called, now_ms)
    newest_first = sorted(found.items(), key=lambda item: -item[1].opened_ms)
    return views.FleetRepairs(dict(newest_first), names, owners)


async def _known(
    faults: FaultService, branch: str
) -> list[tuple[r.Device, DeviceType | None, DeviceFaults]]:
    register = faults.devices.register
    return [
        (one, register.types.get(one.type), await faults.state(one.id))
        for one in register.of_branch(branch)
    ]


def _owners(faults: FaultService, branch: str) -> dict[str, views.Owner]:
    called = name_of(faults)
    return {one.id: views.Owner(called(one.id), one.roles) for one in faults.owners(branch)}


def name_of(faults: FaultService) -> views.NameOf:
    """Tells the names of staff; "" for nobody."""
    return lambda staff: faults.directory.person(staff).name if staff else ""

"""Machines that are cleared: what is counted in each, and what they are told meanwhile.

A machine is taken out of service, counts itself, and only then opens its units for the two people
(an *exchange* in XFS4IoT, during which it moves no note); afterwards the units are shut and it
serves again. What a machine does not offer is left out: people count by hand anyway.
"""

import logging
from collections.abc import Mapping

from tingtang.delivery.model import clearing as m
from tingtang.delivery.model import problems as p
from tingtang.devices.model import records as r
from tingtang.devices.model.state import CommandState
from tingtang.devices.model.wire import Health, Value
from tingtang.devices.service import DeviceService
from tingtang.kernel.errors import Refused
from tingtang.kernel.log import Key
from tingtang.kernel.permissions import SYSTEM

CELLS = "cells"
CASH_MODULE = "cash"
SWITCH = "in_service"
SET = "set"
"""The command that every device knows for its properties."""
NAMES: dict[str, tuple[str, ...]] = {
    "dispenser": ("debit_card", "token", "certificate"),
    "locker": (CELLS,),
    "cash_recycler": (f"{m.CASH}CNY",),
    "kiosk": (f"{m.CASH}CNY",),
}
"""What is counted in a machine, by its type."""
COUNTS = {"cards": "debit_card", "keys": "token", "vouchers": "certificate", "cells_used": CELLS}
"""What a machine calls its counts when it counts itself."""
MODULES = {
    "dispenser": ("card_hopper", "key_hopper", "voucher_hopper"),
    "locker": ("locks",),
    "cash_recycler": (CASH_MODULE,),
    "kiosk": (CASH_MODULE,),
}
EXCHANGED = frozenset({"cash_recycler", "kiosk"})
"""Types whose cash units are opened for the hand count."""

logger = logging.getLogger(__name__)


class ClearedMachines:
    """All of them."""

    def __init__(self, devices: DeviceService) -> None:
        self._devices = devices

    def of_branch(self, branch: str) -> list[r.Device]:
        """What must be cleared at the end of a day. A kiosk without a cash cabinet holds nothing."""
        return [one for one in self._known(branch) if one.type != "kiosk" or self._has_cash(one.id)]

    def find(self, branch: str, device: str) -> r.Device:
        """One of a branch, also one whose cabinet has gone since; refused (unknown_clearing)."""
        for one in self._known(branch):
            if one.id == device:
                return one
        raise Refused(p.CLEARING_UNKNOWN)

    def _known(self, branch: str) -> list[r.Device]:
        register = self._devices.register
        return [one for one in register.of_branch(branch) if one.type in NAMES and one.active]

    def _has_cash(self, device: str) -> bool:
        state = self._devices.known_state(device)
        module = state.modules.get(CASH_MODULE) if state is not None else None
        return module is not None and module.health is not Health.ABSENT

    async def pause(self, device: r.Device) -> None:
        """Out of service."""
        await self._serve(device, "pause", False)

    async def resume(self, device: r.Device, clearing: str, *, was_opened: bool) -> None:
        """Shut what was opened, and back into service."""
        if was_opened:
            await self._exchange(device, "end_exchange", clearing)
        await self._serve(device, "resume", True)

    async def count(self, device: r.Device) -> tuple[dict[str, int], str]:
        """What a machine says it holds, by our names, and why where it could not say.

        Counting twice does no harm, so that after a restart it is simply asked again.
        """
        counts: dict[str, int] = {}
        code = ""
        for module in MODULES[device.type]:
            try:
                command = await self._devices.give(
                    device.id, "self_count", {"module": module}, SYSTEM
                )
                ended = await self._devices.outcome(device.id, command)
            except Refused as refused:
                code = refused.code
                continue
            if ended is not CommandState.DONE:
                code = f"{module}: {ended}"
                continue
            data = (await self._devices.state(device.id)).commands[command].data
            counts |= counts_in(data)
        return counts, code

    async def open_units(self, device: r.Device, clearing: str) -> bool:
        """Open the cash units for the two people; whether they were."""
        return device.type in EXCHANGED and await self._exchange(device, "start_exchange", clearing)

    async def _exchange(self, device: r.Device, name: str, clearing: str) -> bool:
        """Once for a clearing, whatever happens in between."""
        if not self._offers(device, name):
            return False
        key = Key(f"delivery:{name}:{clearing}", "")
        try:
            command = await self._devices.give(
                device.id, name, {"module": CASH_MODULE}, SYSTEM, key
            )
            ended = await self._devices.outcome(device.id, command)
        except Refused as refused:
            logger.warning("%s did not %s: %s", device.id, name, refused.code)
            return False
        if ended is not CommandState.DONE:
            logger.warning("%s did not %s: %s", device.id, name, ended)
        return ended is CommandState.DONE

    async def _serve(self, device: r.Device, name: str, is_open: bool) -> None:
        """By its command, or by its switch. A machine that is away serves nobody anyway."""
        values: dict[str, Value] = {}
        if not self._offers(device, name):
            if self._devices.register.type_of(device).property_named(SWITCH) is None:
                return
            name, values = SET, {SWITCH: is_open}
        try:
            await self._devices.give(device.id, name, values, SYSTEM)
        except Refused as refused:
            logger.warning("%s was not told to %s: %s", device.id, name, refused.code)

    def _offers(self, device: r.Device, name: str) -> bool:
        return self._devices.register.type_of(device).command_named(name) is not None


def counts_in(data: Mapping[str, object]) -> dict[str, int]:
    """A machine's own counts by our names; cash where it knows amounts (``cny``, in hundredths)."""
    found = {}
    for name, value in data.items():
        if isinstance(value, float | int) and not isinstance(value, bool):
            if name in COUNTS:
                found[COUNTS[name]] = int(value)
            elif len(name) == 3:
                found[f"{m.CASH}{name.upper()}"] = int(value)
    return found

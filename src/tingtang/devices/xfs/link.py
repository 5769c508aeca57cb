"""The link to all devices of protocol XFS: one :class:`Machine` each, as the register has them."""

import asyncio

from tingtang.devices.model import records as r
from tingtang.devices.model import wire
from tingtang.devices.ports import Inbox
from tingtang.devices.register import Register
from tingtang.devices.xfs.machine import Machine
from tingtang.devices.xfs.orders import Hands
from tingtang.kernel.clock import Clock
from tingtang.kernel.recurring import Recurring

LOOK_S = 1.0
"""A device that was registered or changed is connected to after this long at most."""


class XfsLink:
    """A :class:`~tingtang.devices.ports.DeviceLink` over XFS4IoT."""

    def __init__(self, register: Register, inbox: Inbox, clock: Clock) -> None:
        self._register = register
        self._inbox = inbox
        self._clock = clock
        self._machines: dict[str, tuple[Machine, asyncio.Task[None]]] = {}
        self._watching = Recurring("XFS4IoT devices", LOOK_S, self.look, at_once=True)

    async def start(self) -> None:
        await self._watching.start()

    async def stop(self) -> None:
        await self._watching.stop()
        for device in list(self._machines):
            await self._end(device)

    async def send(self, device: str, call: wire.CommandCall) -> bool:
        found = self._machines.get(device)
        return found is not None and found[0].send(call)

    async def use_modules(self, device: str, modules: dict[str, bool]) -> None:
        found = self._machines.get(device)
        if found is not None:
            found[0].in_use = dict(modules)

    async def forget(self, device: str) -> None:
        await self._end(device)

    def hands(self, device: str) -> Hands | None:
        """A machine's services, for what a customer does at it; None while it is away."""
        found = self._machines.get(device)
        return None if found is None else found[0].hands()

    async def look(self) -> None:
        """Connect to what is new in the register, and let go of what is gone or has changed."""
        wanted = {
            one.id: one
            for one in self._register.all()
            if one.protocol is r.Protocol.XFS and one.active and one.address
        }
        for known, (machine, _) in list(self._machines.items()):
            if wanted.get(known) != machine.device:
                await self._end(known)
        for device in wanted.values():
            type_ = self._register.types.get(device.type)
            if type_ is not None and device.id not in self._machines:
                machine = Machine(device, type_, self._inbox, self._clock)
                task = asyncio.create_task(machine.run(), name=f"xfs {device.id}")
                self._machines[device.id] = (machine, task)

    async def _end(self, device: str) -> None:
        found = self._machines.pop(device, None)
        if found is not None:
            found[1].cancel()
            await asyncio.gather(found[1], return_exceptions=True)

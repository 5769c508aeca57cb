"""Hands commands over to the links of their devices, once they are on disk."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from tingtang.devices.model import events as e
from tingtang.devices.model import records as r
from tingtang.devices.model import wire
from tingtang.devices.model.decide import WAKE
from tingtang.devices.model.state import DeviceState
from tingtang.devices.ports import DeviceLink
from tingtang.devices.register import Register
from tingtang.devices.waking import Waker
from tingtang.kernel.events import Recorded

logger = logging.getLogger(__name__)


class Sender:
    """The links of this process, and the way to wake what sleeps.

    ``state_of`` gives the durable state of a device in memory; ``failed`` hears of a command that
    could not be sent; ``switch_on`` switches a plug on.
    """

    def __init__(
        self,
        register: Register,
        state_of: Callable[[str], DeviceState | None],
        failed: Callable[[str, wire.CommandResult], None],
        switch_on: Callable[[str], Awaitable[None]],
    ) -> None:
        self._register = register
        self._state_of = state_of
        self._failed = failed
        self._links: dict[r.Protocol, DeviceLink] = {}
        self._waker = Waker(register, switch_on, self._send_over_link)

    def add_link(self, protocol: r.Protocol, link: DeviceLink) -> None:
        """Reach the devices of ``protocol`` through ``link``."""
        self._links[protocol] = link

    def link_of(self, device: r.Device) -> DeviceLink | None:
        """The link that reaches a device, if this process has it."""
        return self._links.get(device.protocol)

    def can_wake(self, device: str) -> bool:
        """Whether there is a way to wake the device while it sleeps or is off."""
        return bool(self._waker.ways(self._register.device(device)))

    def send_given(self, stream: str, events: Sequence[Recorded]) -> None:
        """Send what was given or is to be repeated; a watcher of the devices' streams."""
        device = self._register.get(stream.partition("/")[2])
        for recorded in events:
            if device and isinstance(recorded.event, e.CommandGiven | e.CommandRepeated):
                self._send(device, recorded.event.command)

    def _send(self, device: r.Device, command: str) -> None:
        state, link = self._state_of(device.id), self.link_of(device)
        given = None if state is None else state.commands.get(command)
        if given is None or link is None:
            return
        call = wire.CommandCall(given.id, given.name, given.parameters, given.until_ms)
        sending = self._wake(device, call) if call.name == WAKE else link.send(device.id, call)
        task = asyncio.create_task(sending)
        task.add_done_callback(_report)

    async def _wake(self, device: r.Device, call: wire.CommandCall) -> bool:
        problems = await self._waker.wake(device, call)
        if problems:
            step = wire.CommandStep.FAILED
            self._failed(device.id, wire.CommandResult(call.id, step, "not_sent", problems))
        return not problems

    async def _send_over_link(self, device: r.Device, call: wire.CommandCall) -> bool:
        return await self._links[device.protocol].send(device.id, call)


def _report(task: "asyncio.Task[bool]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("a command could not be handed over", exc_info=error)

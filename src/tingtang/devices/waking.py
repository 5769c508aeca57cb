"""Waking machines: over the network (Wake-on-LAN), by a plug, over their own link."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from tingtang.devices.model import records as r
from tingtang.devices.model.kinds import Wake
from tingtang.devices.model.problems import NOT_REACHABLE
from tingtang.devices.model.wire import CommandCall
from tingtang.devices.register import Register
from tingtang.kernel.errors import Refused

DETAIL_MAX = 200
EVERYBODY, PORT = "255.255.255.255", 9
"""A broadcast to our own network, on the discard port, as is the custom."""


class Waker:
    """Wakes devices, each by all ways that its type has and for which its own particulars are
    registered.
    """

    def __init__(
        self,
        register: Register,
        switch_on: Callable[[str], Awaitable[None]],
        send: Callable[[r.Device, CommandCall], Awaitable[bool]],
    ) -> None:
        self._register = register
        self._switch_on = switch_on
        self._send = send

    def ways(self, device: r.Device) -> list[Wake]:
        """The ways that there are; none where it cannot be woken."""
        known = {Wake.LAN: bool(device.mac), Wake.PLUG: bool(device.plug), Wake.LINK: True}
        return [way for way in self._register.type_of(device).wakes if known[way]]

    async def wake(self, device: r.Device, call: CommandCall) -> str:
        """Go every way there is: that it is up shows in its link. Gives why none could be gone."""
        problems: list[str] = []
        ways = self.ways(device)
        for way in ways:
            try:
                await self._go(way, device, call)
            except OSError as error:
                problems.append(f"{way}: {error}")
            except Refused as refused:
                problems.append(f"{way}: {refused.code}")
        return "; ".join(problems)[:DETAIL_MAX] if len(problems) == len(ways) else ""

    async def _go(self, way: Wake, device: r.Device, call: CommandCall) -> None:
        if way is Wake.LAN:
            await send_magic_packet(device.mac, device.wake_address)
        elif way is Wake.PLUG:
            await self._switch_on(device.plug)
        elif not await self._send(device, call):
            raise Refused(NOT_REACHABLE)


def magic_packet(mac: str) -> bytes:
    """Six bytes of ones, then the address of the network card sixteen times (AMD, *Magic Packet
    Technology*, 1995)."""
    address = bytes.fromhex(mac.replace(":", ""))
    return b"\xff" * 6 + address * 16


async def send_magic_packet(mac: str, address: str = "") -> None:
    """Send one to ``host:port``, or to everybody; raises OSError where the network has no way there.

    It is never acknowledged. Routers do not pass broadcasts on: the sender stands in the branch.
    """
    host, _, port = address.rpartition(":")
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, family=socket.AF_INET, allow_broadcast=True,
        remote_addr=(host or EVERYBODY, int(port or PORT)),
    )  # fmt: skip
    transport.sendto(magic_packet(mac))
    transport.close()

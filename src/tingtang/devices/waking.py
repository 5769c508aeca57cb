"""Waking machines over the network: Wake-on-LAN."""

import asyncio
import socket

from tingtang.devices.model import records as r
from tingtang.devices.model.kinds import DeviceType, Wake

EVERYBODY, PORT = "255.255.255.255", 9
"""A broadcast to our own network, on the discard port, as is the custom."""


def ways_of(device: r.Device, type_: DeviceType) -> list[Wake]:
    """The ways of its type for which the device's own particulars are registered."""
    known = {Wake.LAN: bool(device.mac), Wake.PLUG: bool(device.plug), Wake.LINK: True}
    return [way for way in type_.wakes if known[way]]


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

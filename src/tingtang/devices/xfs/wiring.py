"""XFS4IoT, put together."""

from tingtang.devices.model.records import Protocol
from tingtang.devices.service import DeviceService
from tingtang.devices.xfs.link import XfsLink
from tingtang.kernel.feature import Parts


def wire_xfs(parts: Parts, devices: DeviceService) -> None:
    """Reach the devices of protocol XFS; without any it costs nothing."""
    link = XfsLink(devices.register, devices, parts.clock)
    devices.add_link(Protocol.XFS, link)
    parts.offer("xfs", link)
    parts.on_start(link.start)
    parts.on_stop(link.stop)

"""Branches as the kernel's automations must know them, from the organisation."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from tingtang.kernel.automations.places import Place
from tingtang.org.directory import Directory
from tingtang.org.model.hours import opening_ms
from tingtang.org.model.records import Module


class LocationSettings(msgspec.Struct, frozen=True):
    """Where the branch is, for sunrise and sunset: degrees, north and east positive. Both zero, a
    point in the sea, means that it is not known."""

    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)] = 0.0
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)] = 0.0


class OrgPlaces:
    """:class:`~tingtang.kernel.automations.places.Places` over the directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def branches(self) -> Sequence[str]:
        """Branches in use with the smart control module (智能网控) switched on."""
        return [
            branch.id
            for branch in self._directory.branches()
            if branch.active and Module.SMART_CONTROL in branch.modules
        ]

    def place(self, branch: str) -> Place:
        record = self._directory.branch(branch)
        at = self._directory.section(branch, LocationSettings)
        position = (at.latitude, at.longitude) if at.latitude or at.longitude else None
        return Place(record.id, record.time_zone, position)

    def opening_ms(self, branch: str, date: str) -> tuple[int, int] | None:
        record = self._directory.branch(branch)
        return opening_ms(record.hours, date, record.time_zone)

"""Declared types that the tests use."""

from pathlib import Path

import tingtang.devices
from tingtang.devices.model.declared import parse_type
from tingtang.devices.model.kinds import DeviceType

_FOLDER = Path(tingtang.devices.__file__).parent / "types"


def declared(code: str) -> DeviceType:
    """A type that comes with Tingtang."""
    file = _FOLDER / f"{code}.toml"
    return parse_type(file.read_text(), file.name)


LIGHT, KIOSK = declared("light"), declared("kiosk")

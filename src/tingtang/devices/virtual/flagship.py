"""The devices of the demo's flagship branch."""

from importlib import resources

import msgspec

from tingtang.devices.model import records as r
from tingtang.devices.virtual.listed import Listed
from tingtang.devices.virtual.wallet import EXAMPLE, Wallet
from tingtang.kernel.ids import BranchId, ZoneId
from tingtang.kernel.text import Text

MAKERS = {
    "self_service": ("海棠智能", "HT-K800"),
    "cash": ("海棠智能", "HT-R20"),
    "delivery": ("海棠智能", "HT-D60"),
    "display": ("明屏", "MP-55"),
    "environment": ("居安", "JA-200"),
    "audio_video": ("明屏", "MP-AV"),
    "sensing": ("居安", "JA-S1"),
    "companion": ("伴行", "BX-3"),
    "network": ("通达", "TD-5G"),
}
"""By group of the type: made-up makers and models."""


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A line of ``flagship.toml``."""

    id: str
    type: str
    name: Text
    zone: str
    at: tuple[int, float, float]
    """Floor, x, y."""
    xfs: bool = False
    terminal: str = ""
    """The terminal that is its screen, as the demo enrols it."""


def placed() -> list[Placed]:
    """All devices of the branch."""
    text = resources.files("tingtang.devices.virtual").joinpath("flagship.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[str, list[Placed]])["devices"]


def registered(
    one: Placed, branch: BranchId, group: str, number: int, xfs_port: int, year: int
) -> r.Device:
    """A device as it stands in the register; ``xfs_port`` is 0 for one on MQTT."""
    maker, model = MAKERS[group]
    floor, x, y = one.at
    return r.Device(
        id=one.id,
        branch=branch,
        type=one.type,
        name=one.name,
        zone=ZoneId(f"{branch}.zone.{one.zone}"),
        spot=r.Spot(floor, x, y),
        protocol=r.Protocol.XFS if xfs_port else r.Protocol.MQTT,
        terminal=one.terminal,
        address=f"ws://127.0.0.1:{xfs_port}/xfs4iot/v1.0" if xfs_port else "",
        maker=maker,
        model=model,
        serial=f"HT{year}{number:04d}",
        bought=f"{year}-03-01",
        warranty_until=f"{year + 3}-02-28",
    )


def listed(one: Placed, secret: str, xfs_port: int, wallet: Wallet = EXAMPLE) -> Listed:
    """The same device as ``tingtang device --all`` runs it."""
    return Listed(id=one.id, type=one.type, secret=secret, xfs_port=xfs_port, wallet=wallet)

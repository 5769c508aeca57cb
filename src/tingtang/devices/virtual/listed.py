"""What the process that runs many virtual devices is told: which there are, and who steps up to them."""

import msgspec

from tingtang.devices.virtual.wallet import EXAMPLE, Wallet


class Listed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One device of a list of many."""

    id: str
    type: str
    secret: str = ""
    xfs_port: int = 0
    """Above 0, it speaks XFS4IoT on this port instead of MQTT."""
    wallet: Wallet = EXAMPLE
    """Whoever stands before it at first."""


class Stepping(msgspec.Struct, frozen=True):
    """A line of the standard input: somebody else steps up to a machine."""

    device: str
    wallet: Wallet

"""What must be said about the core bank."""

import msgspec

from tingtang.kernel.errors import Trouble


class BankOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the application's options that is the bank's."""

    url: str = ""
    """Of the core bank; empty: the embedded reference bank."""
    token: str = ""
    seconds: float = 8.0
    """After so long an answer counts as unknown."""
    identity_address: str = ""
    """``host:port`` of the identity check (联网核查); empty: the embedded one."""
    identity_bank_code: str = "000000000000"
    """The bank's own code there, 12 digits."""
    with_faults: bool = False
    """Tests may ask the embedded bank for faults."""

    def __repr__(self) -> str:
        return f"BankOptions({self.url or 'embedded'})"


def host_and_port(address: str) -> tuple[str, int]:
    """``host:port``; :class:`Trouble` at anything else."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= 65_535:
        raise Trouble(
            f"设置 identity_address 须形如 主机:端口，而不是 {address}",
            f"identity_address must be like host:port, not {address}",
        )
    return host.strip("[]"), int(port)

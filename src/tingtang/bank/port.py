"""The port to the core bank. A time-out means that nothing is known: ask before trying again."""

from typing import Any, Protocol

import msgspec

from tingtang.bank.trades import IdKind, Lookup, Text80, Trade
from tingtang.kernel.text import Text


class BankDeclined(Exception):  # noqa: N818
    """The bank said no, for good; nothing was done."""

    def __init__(self, code: str, words: Text) -> None:
        self.code = code
        self.words = words
        super().__init__(f"{code}: {words.en}")


class BankUnknown(Exception):  # noqa: N818
    """No answer: it may or may not have been done. :meth:`CoreBank.query` by its trace, or ask for
    the same trade under the same trace again.
    """


class TradeDone(msgspec.Struct, frozen=True):
    """A trade in the bank's books."""

    trace: str
    voucher: str
    """The bank's own number of the entry."""
    data: dict[str, Any] = {}


class Agent(msgspec.Struct, frozen=True):
    """代办人: whoever came in the place of the customer, by their own paper (储蓄管理条例 art. 29)."""

    name: Text80
    id_kind: IdKind
    id_number: Text80
    phone: str = ""


class Booking(msgspec.Struct, frozen=True):
    """Who asks: kept by the bank beside the trade."""

    trace: str
    """Unique for ever; the same trace is the same trade."""
    branch: str
    terminal: str
    operator: str
    """Who did it, or the machine's own virtual teller."""
    agent: Agent | None = None
    """None where the customer came."""


class CoreBank(Protocol):
    """What the platform needs of a core bank."""

    async def trade(self, trade: Trade, booking: Booking) -> TradeDone:
        """Do it once. Raises :class:`BankDeclined`, :class:`BankUnknown`."""
        ...

    async def query(self, trace: str) -> TradeDone | None:
        """What became of a trace: done, None where the bank has never seen it. Raises
        :class:`BankDeclined` where it said no, :class:`BankUnknown` where it cannot be asked.
        """
        ...

    async def reverse(self, trace: str, booking: Booking, reason: str) -> TradeDone:
        """Take a trade back with entries of its own; reversing twice reverses once."""
        ...

    async def look(self, lookup: Lookup) -> dict[str, Any]:
        """Read. Raises :class:`BankDeclined` (``unknown_account``...), :class:`BankUnknown`."""
        ...

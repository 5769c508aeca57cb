"""The reference bank in this process, started when it is first asked for something."""

import asyncio
import secrets
from pathlib import Path
from typing import Any

from tingtang.bank.client import HttpCoreBank
from tingtang.bank.port import BankDeclined, Booking, TradeDone
from tingtang.bank.reference.founding import found
from tingtang.bank.reference.server import BankServer
from tingtang.bank.trades import Lookup, Trade
from tingtang.kernel.clock import Clock
from tingtang.kernel.text import Text

NO_BANK = (
    "no_bank",
    Text("尚未接入核心银行系统，请设置 bank_url", "No core bank is connected; set bank_url"),
)


class EmbeddedBank:
    """:class:`~tingtang.bank.port.CoreBank`: a bank's own server on a loopback port, and a client
    of it, over a real socket. Its books lie in the data folder.
    """

    def __init__(
        self, folder: Path, clock: Clock, seconds: float, *, with_faults: bool = False
    ) -> None:
        self.token = secrets.token_urlsafe(32)
        self._folder, self._clock = folder, clock
        self._seconds, self._with_faults = seconds, with_faults
        self._starting = asyncio.Lock()
        self._client: HttpCoreBank | None = None
        self.server: BankServer | None = None

    async def client(self) -> HttpCoreBank:
        """The client of the bank, which runs from here on."""
        async with self._starting:
            if self._client is None:
                server = BankServer(
                    self._folder, self._clock, self.token, with_faults=self._with_faults
                )
                await server.start(found)
                self.server = server
                self._client = HttpCoreBank(server.base, self.token, self._seconds)
            return self._client

    async def trade(self, trade: Trade, booking: Booking) -> TradeDone:
        return await (await self.client()).trade(trade, booking)

    async def query(self, trace: str) -> TradeDone | None:
        return await (await self.client()).query(trace)

    async def reverse(self, trace: str, booking: Booking, reason: str) -> TradeDone:
        return await (await self.client()).reverse(trace, booking, reason)

    async def look(self, lookup: Lookup) -> dict[str, Any]:
        return await (await self.client()).look(lookup)

    async def health(self) -> dict[str, Any]:
        return await (await self.client()).health()

    async def close(self) -> None:
        """Stop the bank where it runs."""
        if self._client is not None:
            await self._client.close()
        if self.server is not None:
            await self.server.stop()


class NoBank:
    """Several nodes and no core bank: each with books of its own would be worse than none."""

    async def trade(self, _trade: Trade, _booking: Booking) -> TradeDone:
        raise BankDeclined(*NO_BANK)

    async def query(self, _trace: str) -> TradeDone | None:
        raise BankDeclined(*NO_BANK)

    async def reverse(self, _trace: str, _booking: Booking, _reason: str) -> TradeDone:
        raise BankDeclined(*NO_BANK)

    async def look(self, _lookup: Lookup) -> dict[str, Any]:
        raise BankDeclined(*NO_BANK)

    async def health(self) -> dict[str, Any]:
        raise BankDeclined(*NO_BANK)

    async def close(self) -> None:
        pass

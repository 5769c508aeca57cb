"""The core bank over HTTP. Whatever leaves it open whether something was done is *unknown*."""

import asyncio
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from tingtang.bank.port import BankDeclined, BankUnknown, Booking, TradeDone
from tingtang.bank.trades import Lookup, Trade
from tingtang.kernel.text import Text

CONNECTIONS_MAX = 16


class HttpCoreBank:
    """:class:`~tingtang.bank.port.CoreBank` by the protocol of :mod:`.reference.server`."""

    def __init__(self, base: str, token: str, seconds: float) -> None:
        """``seconds`` is how long an answer may take before it counts as unknown."""
        self.base = base
        # Who waits for a connection waits here: the client's own queue slows down as it grows.
        self._free = asyncio.Semaphore(CONNECTIONS_MAX)
        self._client = httpx.AsyncClient(
            base_url=base,
            timeout=seconds,
            headers={"authorization": f"Bearer {token}"},
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
            trust_env=False,  # money takes no detour over a proxy that happens to be set
        )

    async def trade(self, trade: Trade, booking: Booking) -> TradeDone:
        body = {"booking": booking, "trade": trade}
        return _done(await self._ask("POST", f"/v1/trades/{trade.name}", body))

    async def query(self, trace: str) -> TradeDone | None:
        found = await self._ask("GET", f"/v1/traces/{quote(trace, safe='')}", None, missing=True)
        return None if found is None else _done(found)

    async def reverse(self, trace: str, booking: Booking, reason: str) -> TradeDone:
        body = {"trace": trace, "booking": booking, "reason": reason}
        return _done(await self._ask("POST", "/v1/reversals", body))

    async def look(self, lookup: Lookup) -> dict[str, Any]:
        return await self._ask("POST", f"/v1/looks/{lookup.name}", lookup) or {}

    async def health(self) -> dict[str, Any]:
        """What the bank says of itself; raises :class:`BankUnknown`."""
        return await self._ask("GET", "/v1/health", None) or {}

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(
        self, method: str, path: str, body: object, *, missing: bool = False
    ) -> dict[str, Any] | None:
        content = None if body is None else msgspec.json.encode(body)
        try:
            async with self._free:
                answer = await self._client.request(method, path, content=content)
        except httpx.HTTPError as error:
            raise BankUnknown(type(error).__name__) from error
        try:
            given = msgspec.json.decode(answer.content, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise BankUnknown(f"HTTP {answer.status_code} without sense") from error
        if answer.status_code == 200:
            return given
        if answer.status_code == 404 and missing and given.get("state") == "unknown":
            return None
        if answer.status_code == 409 and "code" in given:
            words = Text(str(given.get("zh", "")), str(given.get("en", "")))
            raise BankDeclined(str(given["code"]), words)
        raise BankUnknown(f"HTTP {answer.status_code}")


def _done(given: dict[str, Any] | None) -> TradeDone:
    try:
        return msgspec.convert(given, TradeDone)
    except msgspec.ValidationError as error:
        raise BankUnknown(str(error)) from error

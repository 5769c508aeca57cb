"""How the core bank is, for whoever runs the system."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from tingtang.bank.port import BankDeclined, BankUnknown
from tingtang.kernel.errors import Trouble


class CoreBankHealth(msgspec.Struct, frozen=True, kw_only=True):
    """What was found when the bank was asked."""

    is_embedded: bool
    """The reference bank of this process stands in for a core bank."""
    ok: bool
    trouble: str = ""
    business_date: str = ""
    is_balanced: bool | None = None
    """None where the bank does not say."""


class BankHealth:
    """Asks the bank itself."""

    def __init__(self, ask: Callable[[], Awaitable[dict[str, Any]]], *, is_embedded: bool) -> None:
        self._ask, self._is_embedded = ask, is_embedded

    async def look(self) -> CoreBankHealth:
        try:
            said = await self._ask()
        except (BankUnknown, BankDeclined, Trouble, OSError) as error:
            return CoreBankHealth(is_embedded=self._is_embedded, ok=False, trouble=str(error))
        balanced = said.get("is_balanced")
        return CoreBankHealth(
            is_embedded=self._is_embedded, ok=balanced is not False,
            business_date=str(said.get("business_date", "")),
            is_balanced=balanced if isinstance(balanced, bool) else None,
        )  # fmt: skip

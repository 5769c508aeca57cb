"""HTTP of the bank behind: how it is."""

from litestar import get

from tingtang.bank.health import BankHealth, CoreBankHealth
from tingtang.kernel.permissions import Permission
from tingtang.kernel.web import permit


@get("/api/bank/health", summary="How the core bank is", **permit(Permission.SYSTEM_SEE))
async def bank_health(bank_health_look: BankHealth) -> CoreBankHealth:
    """Whether the core bank answers, on which business date it stands, whether its books balance."""
    return await bank_health_look.look()


ROUTES = (bank_health,)

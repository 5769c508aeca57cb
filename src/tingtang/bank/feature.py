"""The bank behind as a feature: which core bank and which identity check stand there."""

from tingtang.bank.client import HttpCoreBank
from tingtang.bank.embedded import EmbeddedBank, NoBank
from tingtang.bank.health import BankHealth
from tingtang.bank.identity.client import IdentityCheck, SocketIdentityCheck
from tingtang.bank.identity.server import EmbeddedIdentityCheck
from tingtang.bank.options import BankOptions, host_and_port
from tingtang.bank.routes import ROUTES
from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.text import Text


def wire(parts: Parts) -> None:
    options = parts.option(BankOptions)
    bank = core_bank(parts, options)
    parts.offer("core_bank", bank)
    parts.offer(
        "bank_health_look", BankHealth(bank.health, is_embedded=isinstance(bank, EmbeddedBank))
    )
    parts.on_stop(bank.close)
    parts.offer("identity_check", identity_check(parts, options))


def core_bank(parts: Parts, options: BankOptions) -> HttpCoreBank | EmbeddedBank | NoBank:
    """The bank that the options name, else the embedded one, which only one process may have."""
    if options.url:
        return HttpCoreBank(options.url, options.token, options.seconds)
    if not parts.database.is_sqlite:
        return NoBank()
    return EmbeddedBank(
        parts.data_folder, parts.clock, options.seconds, with_faults=options.with_faults
    )


def identity_check(parts: Parts, options: BankOptions) -> IdentityCheck:
    """The register that the options name, else one of made-up citizens."""
    code, clock = options.identity_bank_code, parts.clock
    if options.identity_address:
        host, port = host_and_port(options.identity_address)
        return SocketIdentityCheck(host, port, code, clock, options.seconds)
    embedded = EmbeddedIdentityCheck(code, clock, options.seconds)
    parts.on_stop(embedded.close)
    return embedded


FEATURE = Feature(
    name="bank",
    about=Text("核心银行与联网核查接口", "The core bank and the identity check behind"),
    routes=ROUTES,
    wire=wire,
)

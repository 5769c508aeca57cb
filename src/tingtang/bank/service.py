"""The bank's door: all that later features may use of it."""

from tingtang.bank.identity.client import COVERED, IdentityCheck, IdentityUnknown
from tingtang.bank.identity.messages import WORDS
from tingtang.bank.port import Agent, BankDeclined, BankUnknown, Booking, CoreBank, TradeDone
from tingtang.bank.trades import (
    LOOKUPS,
    TRADES,
    CheckPin,
    CheckToken,
    FindCustomer,
    IdKind,
    Lookup,
    Trade,
)

__all__ = [
    "COVERED", "LOOKUPS", "TRADES", "WORDS", "Agent", "BankDeclined", "BankUnknown", "Booking", "CheckPin",
    "CheckToken", "CoreBank", "FindCustomer", "IdKind", "IdentityCheck", "IdentityUnknown", "Lookup", "Trade", "TradeDone",
]  # fmt: skip

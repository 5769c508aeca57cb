"""What somebody may have done by an agent, who shows the owner's paper and their own."""

from tingtang.bank import trades as t
from tingtang.bank.port import Agent
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.model.ledger import Work
from tingtang.bank.reference.model.words import Declined

BY_AGENT: frozenset[type[t.Trade]] = frozenset(
    {
        t.Deposit,
        t.WithdrawTermDeposit,  # early, with both papers: 储蓄管理条例 art. 29
        t.ReportPassbookLoss,  # to report a loss, never to lift it: 若干规定 art. 37
        t.ReportCardLoss,
    }
)
"""All others are done in person."""
OWNED = (("deposit", r.TermDeposit), ("account", r.Account), ("card", r.Card))


def check_agent(work: Work, trade: t.Trade, agent: Agent) -> None:
    """Declined: in_person; agent_is_owner where the paper is the owner's own."""
    if type(trade) not in BY_AGENT:
        raise Declined("in_person")
    owner = _owner(work, trade)
    if owner is not None and owner.id_number == agent.id_number.strip().upper():
        raise Declined("agent_is_owner")


def _owner(work: Work, trade: t.Trade) -> r.Customer | None:
    """Whose it is; None of what is not there, which the trade's own rule says."""
    for field, kind in OWNED:
        found = work.get(kind, getattr(trade, field, ""))
        if isinstance(found, r.TermDeposit | r.Account | r.Card):
            return work.get(r.Customer, found.customer)
    return None

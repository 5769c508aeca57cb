"""Whoever acts for somebody else is named to the bank, and does only what an agent may do."""

import hashlib
from typing import Any

import msgspec
import pytest

from tests.bank.conftest import PEOPLE, Desk, booking
from tingtang.bank.port import Agent
from tingtang.bank.trades import IdKind

AGENT = Agent("李四光", IdKind.RESIDENT, "370102198506150026", "13900000001")


def ask(desk: Desk, name: str, agent: Agent, trace: str, **fields: Any) -> dict[str, Any]:
    asked = msgspec.structs.replace(booking(trace), agent=agent)
    with desk.bank.store.transaction():
        return desk.bank.trade(name, fields, asked, desk.now_ms).body


@pytest.mark.shows("R071", part="the bank keeps by whose paper an agent withdrew")
def test_the_bank_keeps_who_acted(desk: Desk) -> None:
    customer = desk.customer(4)
    deposit = next(x for x in desk.ledger.records["TermDeposit"].values() if x.customer == customer)
    own = next(x.id for x in desk.ledger.records["Account"].values() if x.customer == customer)
    asked = {"deposit": deposit.id, "to_account": own}
    owner = msgspec.structs.replace(AGENT, id_number=PEOPLE[4].id_number)
    assert ask(desk, "term.withdraw", owner, "t-owner", **asked)["code"] == "agent_is_owner"
    done = ask(desk, "term.withdraw", AGENT, "t-agent", **asked)
    assert done["data"]["principal"] > 0
    assert desk.bank.store.agent_of("t-agent") == AGENT
    desk.reopen()
    assert desk.bank.store.agent_of("t-agent") == AGENT


def test_what_is_done_in_person_no_agent_does(desk: Desk) -> None:
    asked = {"customer": desk.customer(2), "level": 3}
    assert ask(desk, "risk.assess", AGENT, "t-1", **asked)["code"] == "in_person"
    assert desk.do("risk.assess", **asked) is not None
    assert desk.bank.store.agent_of("t-1") == AGENT  # who tried is kept too


def test_what_is_kept_of_a_request_cannot_be_made_by_who_has_no_key(desk: Desk) -> None:
    """A PIN block is part of it: without the bank's key a million PINs would be tried at once."""
    asked = {"card": desk.card(2), "pin": desk.pin(desk.card(2))}
    desk.do("pin.check", trace="t-digest", **asked)
    kept = desk.bank.store.find("t-digest")
    assert kept is not None
    body = msgspec.json.encode(["pin.check", asked], order="deterministic")
    assert kept.digest != hashlib.sha256(body).hexdigest()
    assert desk.do("pin.check", trace="t-digest", **asked) == {"customer": desk.customer(2)}

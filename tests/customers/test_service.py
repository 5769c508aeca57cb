"""Customers on a real database: sealed at rest, found by any number, consents with history."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tingtang.customers import model as m
from tingtang.customers import tables as t
from tingtang.customers.feature import make_qr, read_qr
from tingtang.customers.service import CustomerService
from tingtang.kernel import log_tables
from tingtang.kernel.clock import ManualClock
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, CustomerId, RandomIds
from tingtang.kernel.log import EventLog
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.vault import Suite, open_or_create_vault
from tingtang.org.model.records import CareNeed

EAST = BranchId("east")
PHONE, ID_NUMBER = "13800138000", "11010519491231002X"
CARD = "6222020000000000" + "".join(d for d in "0123456789" if m.is_card("6222020000000000" + d))
DETAILS = m.Details(name="王小明", phone=PHONE, id_number=ID_NUMBER, cards=(CARD,))


class World:
    def __init__(self, database: Database, log: EventLog, service: CustomerService) -> None:
        self.database = database
        self.log = log
        self.customers = service


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    log = EventLog(database, m.TYPES)
    await log.start()
    vault = open_or_create_vault(tmp_path / "keys.json", Suite.AES_256_GCM, 1)
    clock = ManualClock(1_760_000_000_000)
    yield World(database, log, CustomerService(log, clock, RandomIds(), vault))
    await log.stop()


async def saved(world: World, **facts: object) -> CustomerId:
    return await world.customers.save(
        m.Facts(id=CustomerId(""), branch=EAST, **facts),  # type: ignore[arg-type]
        DETAILS,
        SYSTEM,
        is_new=True,
    )


@pytest.mark.shows("R024", part="phone, ID number, card")
async def test_a_customer_is_found_by_each_of_their_numbers(world: World) -> None:
    customer = await saved(world)
    for by, value in (
        (m.By.PHONE, "138 0013 8000"),
        (m.By.ID_NUMBER, ID_NUMBER.lower()),
        (m.By.CARD, CARD),
    ):
        found = await world.customers.identify(EAST, by, value, SYSTEM)
        assert (found.id, found.name) == (customer, "王*明")
        assert found.phone == "138****8000"
        assert found.id_number == "1101**********002X"
    with pytest.raises(Refused) as refused:
        await world.customers.identify(EAST, m.By.PHONE, "13900139000", SYSTEM)
    assert refused.value.code == "not_identified"


async def test_nothing_personal_is_readable_in_the_database_or_the_log(world: World) -> None:
    await saved(world)

    def everything(connection: sa.Connection) -> str:
        tables = (t.customers, t.keys, t.consents, log_tables.events, log_tables.answers)
        return "".join(str(row) for table in tables for row in connection.execute(sa.select(table)))

    text = await world.database.read(everything)
    for secret in ("王小明", PHONE, ID_NUMBER, CARD):
        assert secret not in text


async def test_a_number_belongs_to_one_customer(world: World) -> None:
    await saved(world)
    with pytest.raises(Refused) as refused:
        await saved(world)
    assert refused.value.code == "already_registered"


@pytest.mark.shows("R045", part="tiers with owners and privileges")
async def test_tier_care_and_privileges_are_known(world: World) -> None:
    customer = await saved(world, tier=m.Tier.MANAGING_BRANCH, care=(CareNeed.ELDER,))
    facts = await world.customers.standing_of(customer)
    assert (facts.tier, facts.care) == (m.Tier.MANAGING_BRANCH, (CareNeed.ELDER,))
    shown = await world.customers.read(customer)
    assert shown.tier_name.zh == "分行级贵宾"
    assert shown.privileges


async def test_a_name_is_shown_in_the_hall_only_while_consented(world: World) -> None:
    customer = await saved(world)

    async def consent(given: bool) -> str:
        await world.customers.record_consent(
            customer, m.Purpose.SHOW_NAME, given=given, how="kiosk", branch=EAST, actor=SYSTEM
        )
        await world.customers.standing_of(customer)
        return world.customers.name_if_known(customer)

    await world.customers.standing_of(customer)
    assert world.customers.name_if_known(customer) == ""
    assert await consent(True) == "王*明"
    assert await consent(False) == ""


async def test_consents_keep_their_history(world: World) -> None:
    customer = await saved(world)
    clock = world.customers._clock
    assert isinstance(clock, ManualClock)
    for given in (True, False, True):
        clock.advance(1000)
        await world.customers.record_consent(
            customer, m.Purpose.RECOGNISE_FACE, given=given, how="paper", branch=EAST, actor=SYSTEM
        )
    assert [c.given for c in await world.customers.consent_history(customer)] == [True, False, True]
    await world.customers.require_consent(customer, m.Purpose.RECOGNISE_FACE)
    with pytest.raises(Refused):
        await world.customers.require_consent(customer, m.Purpose.MARKETING)


async def test_revealing_leaves_a_trace_and_erasing_leaves_no_person(world: World) -> None:
    customer = await saved(world)
    shown = await world.customers.reveal(customer, "phone", "核对预约", EAST, SYSTEM)
    assert shown == PHONE
    events = [r.event for r in await world.log.read_stream(f"customer/{customer}")]
    assert events[-1] == m.DetailRevealed(customer=customer, field="phone", reason="核对预约")
    await world.customers.erase(customer, EAST, SYSTEM)
    with pytest.raises(Refused):
        await world.customers.read(customer)
    with pytest.raises(Refused):
        await world.customers.identify(EAST, m.By.PHONE, PHONE, SYSTEM)


def test_a_qr_code_is_good_for_minutes_and_cannot_be_made_up() -> None:
    secret, customer = b"s" * 32, CustomerId("k1")
    code = make_qr(customer, secret, 1_000_000)
    assert read_qr(code, secret, 1_200_000) == customer
    assert read_qr(code, secret, 1_400_000) is None
    assert read_qr(code.replace("k1", "k2"), secret, 1_200_000) is None
    assert read_qr("rubbish", secret, 1) is None

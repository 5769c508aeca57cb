"""What was entered goes when its time is over, each branch's in its own, and with the customer."""

import sqlite3

import pytest

from tests.journeys.conftest import Office, Terminal, until
from tests.journeys.flows import asks, does, line
from tingtang.customers.model import Details, Facts
from tingtang.customers.service import CustomerService
from tingtang.journeys import housekeeping
from tingtang.journeys.actions import Done
from tingtang.kernel.ids import BranchId, CustomerId
from tingtang.kernel.permissions import SYSTEM
from tingtang.org.sign_in.model.rules import TerminalKind

NAME = 'name="name" kind="text" zh="姓名" en="Name"'
TELL = {"tell.bpmn": line("tell", asks("who", NAME))}
DAY_MS = 86_400_000


def kept(office: Office, table: str = "journey_entries", where: str = "1") -> int:
    """Rows that still hold something."""
    query = f"select count(*) from {table} where body is not null and {where}"
    with sqlite3.connect(office.world.folder / "tingtang.db") as database:
        return int(database.execute(query).fetchone()[0])


@pytest.mark.shows("R010", part="what was entered is erased in time, in every branch")
async def test_a_branch_that_keeps_for_years_is_in_nobodys_way(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "AT_ONCE_MAX", 2)
    await office.install("tell", TELL)
    long = await office.staff("gao.mingyuan")
    saved = await long.http.put(
        "/api/branches/east/settings/journeys",
        json={"revision": 0, "values": {"keep_days": 3_660}},
    )
    assert saved.is_success, saved.text
    kiosk = await office.kiosk()
    for _ in range(4):
        await kiosk.answer(await kiosk.begin("tell"), name="王小明")
    west = Terminal(await office.world.as_terminal(TerminalKind.KIOSK, "west", id_="w1"))
    begun = await west.http.post("/api/branches/west/journeys", json={"scenario": "tell"})
    last = await west.answer(begun.json(), name="李小红")
    office.world.clock.advance(40 * DAY_MS)
    await office.world.app.parts.services["journey_housekeeping"].tend()
    assert kept(office, where=f"journey = '{last['journey']}'") == 0
    assert kept(office) == 8


@pytest.mark.shows("R010", part="what was entered goes with the customer")
async def test_with_the_customer_goes_what_they_entered_and_what_was_shown_of_them(
    office: Office,
) -> None:
    customers = office.world.app.parts.service("customers", CustomerService)
    east = BranchId("east")
    customer = await customers.save(
        Facts(id=CustomerId(""), branch=east), Details(name="王小明"), SYSTEM, is_new=True
    )
    found = office.play("test.find", has_effect=False)
    found.results = [Done({"name": "王小明"}, customer=customer) for _ in range(2)]
    steps = (
        asks("who", NAME), does("find", "test.find"),
        does("ask", "authorise", 'into="yes"', risks="['in_person']", evidence="[{'value': who.name}]"),
        asks("end_"),
    )  # fmt: skip
    await office.install("own", {"own.bpmn": line("own", *steps)})
    kiosk, lobby = await office.kiosk(), await office.staff("zhou.qihang")
    for answers in (True, False):
        view = await kiosk.answer(await kiosk.begin("own"), name="王小明")
        (name,) = (await lobby.http.get("/api/authorisations?branch=east")).json()["order"]
        await lobby.http.post(f"/api/authorisations/{name}/take")
        await lobby.http.post(f"/api/authorisations/{name}/give")
        opened = await office.journeys.store.get(view["journey"])
        await until(lambda opened=opened: not opened.journey.pending)
        if answers:  # the other one waits for an answer still
            await kiosk.answer(await kiosk.see(view))
    await office.install("tell", TELL)
    await kiosk.answer(await kiosk.begin("tell"), name="李小红")
    assert (kept(office), kept(office, "authorisation_evidence")) == (11, 2)
    await customers.erase(customer, east, SYSTEM)
    await until(lambda: (kept(office), kept(office, "authorisation_evidence")) == (2, 0))

"""Bookings through the whole application: HTTP, the log, sealed contacts, messages, tickets."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.http.world import MORNING_MS, World, make_app
from tingtang.customers.model import By, Details, Facts
from tingtang.customers.service import CustomerService
from tingtang.hall import tables as t
from tingtang.hall.attempts import Attempts
from tingtang.hall.booking_moves import BookingMoves
from tingtang.hall.bookings import BookingService
from tingtang.hall.check_in import CheckIn
from tingtang.hall.contacts import Contact
from tingtang.hall.model.booking.events import BookingConfirmed
from tingtang.hall.model.booking.state import BookingState
from tingtang.hall.planning import booking_stream, day_plan
from tingtang.hall.reminders import BookingClock, BookingReactions
from tingtang.hall.service import HallService
from tingtang.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS, ManualClock, moment_ms
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BookingId, BranchId, CustomerId, ServiceId
from tingtang.kernel.permissions import SYSTEM, Actor, ActorKind
from tingtang.kernel.reactions import Trigger
from tingtang.org.service import seed_demo_bank
from tingtang.org.sign_in.model.rules import TerminalKind

EAST = BranchId("east")
API = "/api/branches/east"
LOAN, CASH, CARD = ServiceId("svc.personal_loan"), ServiceId("svc.cash_deposit"), "svc.card_open"
TWO = moment_ms("2026-11-18", "14:00", "Asia/Shanghai")
PHONE = "138 0013 8000"


def phone_actor(name: str) -> Actor:
    return Actor(ActorKind.CUSTOMER, name, branches=frozenset({EAST}))


def service(world: World) -> BookingService:
    return world.app.parts.service("bookings", BookingService)


async def book(
    client: httpx.AsyncClient, start_ms: int = TWO, what: str = LOAN, **contact: Any
) -> dict[str, Any]:
    held = await client.post(f"{API}/bookings", json={"service": what, "start_ms": start_ms})
    assert held.status_code == 201, held.text
    booking = held.json()["booking"]
    body = {"phone": PHONE, "name": "王晓明", **contact}
    confirmed = await client.post(f"{API}/bookings/{booking}/confirm", json=body)
    assert confirmed.status_code == 200, confirmed.text
    return dict(confirmed.json())


async def open_hall(world: World) -> None:
    await world.app.parts.service("hall", HallService).open_day(EAST, SYSTEM)


def phone_of(world: World) -> httpx.AsyncClient:
    return world.bearer(world.sign_in.phones.open_public("east").token)


# -- making and changing one ---------------------------------------------------------------------


@pytest.mark.shows("R029", part="a phone books, and the booking becomes a ticket at arrival")
async def test_a_phone_books_without_an_account_and_checks_in_by_its_own_link(world: World) -> None:
    phone = phone_of(world)
    listed = await phone.get(f"{API}/slots", params={"service": LOAN, "days": 2})
    days = listed.json()["days"]
    assert [day["date"] for day in days] == ["2026-11-18", "2026-11-19"]
    free = {slot["start_ms"]: slot["places"] for slot in days[0]["slots"]}
    assert min(free) > world.clock.now_ms()
    booked = await book(phone)
    after = (await phone.get(f"{API}/slots", params={"service": LOAN, "days": 1})).json()
    assert {s["start_ms"]: s["places"] for s in after["days"][0]["slots"]}[TWO] == free[TWO] - 1
    assert len(booked["code"]) == 6

    mine = world.bearer(booked["link"])
    seen = (await mine.get(f"{API}/bookings/{booked['booking']}")).json()
    assert (seen["state"], seen["start_ms"], seen["date"]) == ("booked", TWO, "2026-11-18")
    await open_hall(world)
    world.clock.at_ms = TWO - 10 * MINUTE_MS
    checked = (await mine.post(f"{API}/bookings/{booked['booking']}/check-in")).json()
    assert checked["ticket"]["number"] == "Y001"
    assert not checked["late"]
    # The same link now follows the ticket, and checking in again gives the same ticket.
    ticket = (await mine.get(f"{API}/tickets/{checked['ticket']['ticket']}")).json()
    assert (ticket["number"], ticket["booked_ms"]) == ("Y001", TWO)
    again = (await mine.post(f"{API}/bookings/{booked['booking']}/check-in")).json()
    assert again["ticket"]["number"] == "Y001"


@pytest.mark.shows("R041", part="slots, change and cancel")
async def test_a_booking_moves_to_another_day_once_and_is_cancelled(world: World) -> None:
    phone = phone_of(world)
    booked = await book(phone)
    mine = world.bearer(booked["link"])
    path = f"{API}/bookings/{booked['booking']}"
    key = {"idempotency-key": "move-1"}
    body = {"start_ms": TWO + DAY_MS}
    moved = (await mine.post(f"{path}/move", json=body, headers=key)).json()
    assert (moved["date"], moved["start_ms"]) == ("2026-11-19", TWO + DAY_MS)
    assert moved["booking"] != booked["booking"]
    again = (await mine.post(f"{path}/move", json=body, headers=key)).json()
    assert again == moved
    old = (await mine.get(path)).json()
    assert old["state"] == "cancelled"
    refused = await mine.post(f"{path}/move", json={"start_ms": TWO + 2 * DAY_MS})
    assert refused.json()["error"]["code"] == "booking_state"
    theirs = world.bearer(moved["link"])
    within = await theirs.post(
        f"{API}/bookings/{moved['booking']}/move", json={"start_ms": TWO + DAY_MS + HOUR_MS}
    )
    assert within.json()["code"] == moved["code"]
    assert (await theirs.post(f"{API}/bookings/{moved['booking']}/cancel")).status_code == 204
    state = await service(world).host.state(booking_stream("east", "2026-11-19"))
    assert [b.state for b in state.bookings.values()] == [BookingState.CANCELLED]


async def test_a_move_that_cannot_be_had_leaves_the_booking_as_it_was(world: World) -> None:
    phone = phone_of(world)
    booked = await book(phone)
    mine = world.bearer(booked["link"])
    path = f"{API}/bookings/{booked['booking']}"
    for start, code in (
        (TWO + 7 * MINUTE_MS, "unknown_slot"),
        (TWO + DAY_MS + 7 * MINUTE_MS, "unknown_slot"),
        (TWO + 60 * DAY_MS, "too_far_ahead"),
        (TWO - DAY_MS, "slot_past"),
        (moment_ms("2026-11-18", "22:00", "Asia/Shanghai"), "unknown_slot"),
    ):
        refused = await mine.post(f"{path}/move", json={"start_ms": start})
        assert refused.json()["error"]["code"] == code
    assert (await mine.get(path)).json()["state"] == "booked"


async def test_a_crash_between_the_two_days_of_a_move_is_finished_by_a_reaction(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bookings = service(world)
    actor = phone_actor("web:a")
    held = await bookings.hold(EAST, LOAN, TWO, actor)
    await bookings.confirm(EAST, held.booking, Contact(PHONE), actor)
    moves = world.app.parts.service("booking_moves", BookingMoves)

    async def died(*_: Any) -> None:
        raise RuntimeError("the process was killed here")

    with monkeypatch.context() as patch:
        patch.setattr(BookingMoves, "settle", died)
        with pytest.raises(RuntimeError):
            await moves.move(EAST, held.booking, TWO + DAY_MS, actor)
    for _ in range(200):
        old = await bookings.booking(EAST, "2026-11-18", held.booking)
        if old.state is BookingState.CANCELLED:
            break
        await asyncio.sleep(0.01)
    assert old.state is BookingState.CANCELLED
    state = await bookings.host.state(booking_stream("east", "2026-11-19"))
    assert [b.state for b in state.bookings.values()] == [BookingState.BOOKED]


async def test_who_came_while_the_booking_was_being_moved_keeps_the_old_one(world: World) -> None:
    bookings, actor = service(world), phone_actor("web:a")
    held = await bookings.hold(EAST, LOAN, TWO, actor)
    await bookings.confirm(EAST, held.booking, Contact(PHONE), actor)
    await open_hall(world)
    world.clock.at_ms = TWO
    moves = world.app.parts.service("booking_moves", BookingMoves)
    check_in = world.app.parts.service("check_in", CheckIn)
    new = await bookings.hold(EAST, LOAN, TWO + DAY_MS, actor)
    await bookings.confirm(EAST, new.booking, Contact(PHONE), actor)
    await check_in.by_phone(EAST, PHONE, SYSTEM)
    with pytest.raises(Refused, match="checked in"):
        await moves.settle(EAST, "2026-11-19", new.booking, "2026-11-18", held.booking)
    later = await bookings.booking(EAST, "2026-11-19", new.booking)
    assert later.state is BookingState.CANCELLED


async def test_one_cannot_reach_anothers_booking(world: World) -> None:
    booked = await book(phone_of(world))
    other = await book(phone_of(world), start_ms=TWO + HOUR_MS, phone="13900139000")
    stranger = world.bearer(other["link"])
    path = f"{API}/bookings/{booked['booking']}"
    for refused in (
        await stranger.get(path),
        await stranger.post(f"{path}/cancel"),
        await stranger.post(f"{path}/check-in"),
        await stranger.post(f"{path}/move", json={"start_ms": TWO + HOUR_MS}),
        await phone_of(world).get(path),
        await stranger.get(f"{API}/bookings/nothing"),
    ):
        assert refused.json()["error"]["code"] == "unknown_booking"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"service": "svc.nothing", "start_ms": TWO}, "not_bookable"),
        ({"service": LOAN, "start_ms": TWO + 1}, "unknown_slot"),
        ({"service": LOAN, "start_ms": -5}, "bad_input"),
        ({"service": LOAN, "start_ms": 10**15}, "bad_input"),
        ({"service": LOAN, "start_ms": TWO, "staff": "staff.he.jiaxin"}, "staff_unable"),
        ({"service": LOAN}, "bad_input"),
    ],
)
async def test_bad_requests_are_refused_in_words(
    world: World, body: dict[str, Any], code: str
) -> None:
    refused = await phone_of(world).post(f"{API}/bookings", json=body)
    assert refused.json()["error"]["code"] == code


async def test_a_bad_contact_or_date_is_refused_and_the_hold_can_still_be_confirmed(
    world: World,
) -> None:
    phone = phone_of(world)
    held = (await phone.post(f"{API}/bookings", json={"service": LOAN, "start_ms": TWO})).json()
    path = f"{API}/bookings/{held['booking']}/confirm"
    assert (await phone.post(path, json={"phone": "call me"})).status_code == 400
    assert (await phone.post(path, json={"phone": PHONE})).status_code == 200
    for params in ({"from_date": "tomorrow"}, {"from_date": "2026-13-45"}, {"days": 0}):
        listed = await phone.get(f"{API}/slots", params={"service": LOAN, **params})
        assert listed.status_code == 400, params
    manager = await world.as_staff("zhou.qihang")
    assert (await manager.get(f"{API}/booked/today")).status_code == 400


# -- check-in ------------------------------------------------------------------------------------


@pytest.mark.shows("R029", part="check-in at a kiosk by code, phone number and QR")
async def test_a_kiosk_checks_in_by_code_phone_and_qr_and_refuses_early_in_words(
    world: World,
) -> None:
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    phone = phone_of(world)
    first = await book(phone)
    second = await book(phone, what=CASH, phone="13900139000")
    third = await book(phone, what=CASH, phone="13700137000")
    await open_hall(world)
    path = f"{API}/check-in"
    world.clock.at_ms = TWO - 20 * MINUTE_MS
    early = await kiosk.post(path, json={"code": first["code"]}, headers={"accept-language": "en"})
    assert early.json()["error"]["message"].startswith("Too early: check in at most 15 minutes")
    world.clock.at_ms = TWO - 15 * MINUTE_MS
    numbers = [
        (await kiosk.post(path, json=body)).json()["ticket"]["number"]
        for body in (
            {"code": first["code"]},
            {"phone": "１３９-0013 9000"},
            {"qr": f"tt.b.{third['booking']}"},
        )
    ]
    assert numbers == ["Y001", "Y002", "Y003"]
    unknown = await kiosk.post(path, json={"phone": "13600136000"})
    assert unknown.json()["error"]["code"] == "unknown_booking"
    assert (await kiosk.post(path, json={})).status_code == 400
    assert second["booking"] != third["booking"]


@pytest.mark.shows("R041", part="no-show; late customers queue like others")
async def test_who_comes_late_gets_an_ordinary_ticket_and_who_stays_away_is_noted(
    world: World,
) -> None:
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    late = await book(phone_of(world))
    await open_hall(world)
    world.clock.at_ms = TWO + 16 * MINUTE_MS
    await BookingClock(service(world)).beat()
    missed = await world.events("booking.booking_missed")
    assert [r.event.booking for r in missed] == [late["booking"]]
    checked = (await kiosk.post(f"{API}/check-in", json={"code": late["code"]})).json()
    assert checked["late"]
    assert checked["ticket"]["number"] == "F001"  # the service's own letter, not a booked number


async def test_checking_in_needs_an_open_hall_and_does_not_use_the_booking_up(world: World) -> None:
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    booked = await book(phone_of(world))
    world.clock.at_ms = TWO
    closed = await kiosk.post(f"{API}/check-in", json={"code": booked["code"]})
    assert closed.json()["error"]["code"] == "day_not_open"
    await open_hall(world)
    assert (await kiosk.post(f"{API}/check-in", json={"code": booked["code"]})).status_code == 200
    tomorrow = await book(phone_of(world), TWO + DAY_MS, CASH, phone="13900139000")
    other_day = await kiosk.post(f"{API}/check-in", json={"qr": f"tt.b.{tomorrow['booking']}"})
    assert other_day.json()["error"]["code"] == "not_today"


async def test_many_machines_at_once_give_one_booking_one_ticket(world: World) -> None:
    booked = await book(phone_of(world))
    await open_hall(world)
    world.clock.at_ms = TWO
    check_in = world.app.parts.service("check_in", CheckIn)
    given = await asyncio.gather(
        *(check_in.by_code(EAST, booked["code"], SYSTEM) for _ in range(20))
    )
    assert {one.ticket.number for one in given} == {"Y001"}
    assert len(await world.events("hall.ticket_issued")) == 1


async def test_codes_cannot_be_guessed_by_trying(world: World) -> None:
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    booked = await book(phone_of(world))
    await open_hall(world)
    world.clock.at_ms = TWO
    wrong = [f"{n:06}" for n in range(10) if f"{n:06}" != booked["code"]]
    answers = [(await kiosk.post(f"{API}/check-in", json={"code": c})).status_code for c in wrong]
    assert answers == [404] * 5 + [429] * (len(wrong) - 5)
    right = await kiosk.post(f"{API}/check-in", json={"code": booked["code"]})
    assert right.status_code == 429
    assert int(right.headers["retry-after"]) <= 300
    world.clock.advance(5 * MINUTE_MS)
    assert (await kiosk.post(f"{API}/check-in", json={"code": booked["code"]})).status_code == 200


@pytest.mark.shows("R024", part="ticket, booking code, and the QR codes of both")
async def test_a_customer_is_identified_by_todays_ticket_and_booking_code(world: World) -> None:
    customers = world.app.parts.service("customers", CustomerService)
    facts = Facts(id=CustomerId(""), branch=EAST)
    known = await customers.save(facts, Details(name="王晓明"), SYSTEM, is_new=True)
    await open_hall(world)
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    booked = await book(kiosk, customer=known)
    issued = (
        await kiosk.post(f"{API}/tickets", json={"services": [CASH], "customer": known})
    ).json()
    for by, value in ((By.BOOKING, booked["code"]), (By.TICKET, issued["number"].lower())):
        assert (await customers.identify(EAST, by, value, SYSTEM)).id == known
    hall = world.app.parts.service("hall", HallService)
    for qr in (
        f"tt.b.{booked['booking']}",
        booked["link"],
        issued["link"],
        hall.link_url(EAST, issued["ticket"], "https://hall.example"),
    ):
        assert (await customers.identify(EAST, By.QR, qr, SYSTEM)).id == known
    with pytest.raises(Refused):  # a link reaches no other branch
        await customers.identify(BranchId("west"), By.QR, issued["link"], SYSTEM)
    wrong = ((By.BOOKING, "000000"), (By.TICKET, "A999"), (By.QR, "tt.b.x"), (By.QR, "c.x.y"))
    for by, value in wrong:
        with pytest.raises(Refused):
            await customers.identify(EAST, by, value, SYSTEM)
    world.clock.at_ms = TWO
    checked = (await kiosk.post(f"{API}/check-in", json={"code": booked["code"]})).json()
    state = await world.app.parts.service("hall", HallService).state(EAST)
    assert state.tickets[checked["ticket"]["ticket"]].customer == known


def test_attempts_are_forgotten_in_time_and_bounded_in_number() -> None:
    attempts = Attempts(2, 1000)
    attempts.failed("a", 0)
    assert attempts.wait_seconds("a", 0) == 0
    attempts.failed("a", 500)
    assert attempts.wait_seconds("a", 600) == 1
    assert attempts.wait_seconds("a", 1000) == 0
    assert attempts.wait_seconds("b", 600) == 0


# -- what is personal ----------------------------------------------------------------------------


async def test_nothing_that_names_the_customer_is_readable_in_the_database(world: World) -> None:
    booked = await book(phone_of(world))
    log = world.app.parts.log

    def dump(connection: sa.Connection) -> str:
        rows = connection.execute(sa.text("SELECT body FROM events")).scalars().all()
        contacts = connection.execute(sa.select(t.contacts)).all()
        return " ".join(map(str, [*rows, *contacts]))

    text = await log.database.read(dump)
    for personal in ("13800138000", PHONE, "王晓明", "晓明", booked["code"]):
        assert personal not in text
    manager = await world.as_staff("zhou.qihang")
    listed = (await manager.get(f"{API}/booked/2026-11-18")).json()["bookings"]
    assert [(b["name"], b["phone"], b["state"]) for b in listed] == [
        ("王*明", "138******8000", "booked")
    ]


async def test_contacts_are_erased_when_their_time_is_up(world: World) -> None:
    booked = await book(phone_of(world))
    bookings = service(world)
    world.clock.at_ms = TWO + 30 * DAY_MS - 1
    assert await bookings.contacts.erase_old(world.clock.now_ms()) == 0
    world.clock.advance(1)
    clock = BookingClock(bookings)
    await clock.beat()
    assert await bookings.contacts.find([BookingId(booked["booking"])]) == {}
    assert await bookings.contacts.by_phone(EAST, "2026-11-18", PHONE) == []
    assert await bookings.contacts.erase_old(world.clock.now_ms()) == 0


# -- reminders -----------------------------------------------------------------------------------


class Sent:
    """A message port that keeps what it was given; the same key once."""

    def __init__(self) -> None:
        self.messages: dict[str, tuple[str, str, dict[str, str]]] = {}

    async def send(self, template: str, to: str, values: Mapping[str, str], key: str) -> None:
        self.messages.setdefault(key, (template, to, dict(values)))


@pytest.mark.shows("R041", part="reminders through the message port")
async def test_the_customer_hears_of_the_booking_is_reminded_and_told_of_changes(
    world: World,
) -> None:
    sent, parts, bookings = Sent(), world.app.parts, service(world)
    moves = parts.service("booking_moves", BookingMoves)
    reactions = BookingReactions(bookings, moves, sent, world.sign_in.links)
    booked = await book(phone_of(world), language="en")
    clock = BookingClock(bookings)
    await clock.beat()
    assert not await world.events("booking.booking_reminded")
    world.clock.at_ms = TWO - HOUR_MS
    await clock.beat()
    mine = world.bearer(booked["link"])
    path = f"{API}/bookings/{booked['booking']}"
    await mine.post(f"{path}/move", json={"start_ms": TWO + HOUR_MS})
    await mine.post(f"{path}/cancel")
    for recorded in [r for r in await parts.log.read_after(0, 10_000) if "booking." in r.type]:
        for _ in range(2):  # told again after a crash
            await reactions.tell(Trigger("booking.messages", recorded))
    told = [(template, to) for template, to, _ in sent.messages.values()]
    assert told == [
        ("booking_confirmed", PHONE), ("booking_reminder", PHONE), ("booking_moved", PHONE),
        ("booking_cancelled", PHONE),
    ]  # fmt: skip
    values = next(iter(sent.messages.values()))[2]
    assert values["service"] == "Personal loans"
    assert values["code"] == booked["code"]
    assert values["time"] == "15:00"  # as it is now, were the message still to be sent
    assert "/phone/t#" in values["link"]
    world.clock.at_ms = TWO + 3 * HOUR_MS
    late = Sent()
    for recorded in await parts.log.read_after(0, 10_000):
        if isinstance(recorded.event, BookingConfirmed):
            await BookingReactions(bookings, moves, late, world.sign_in.links).tell(
                Trigger("booking.messages", recorded)
            )
    assert not late.messages  # nobody hears today of what was yesterday


# -- capacity under load -------------------------------------------------------------------------


async def rush(bookings: BookingService, service_id: ServiceId, start_ms: int, callers: int) -> int:
    """Everybody wants the same time at once; gives back who got a booking."""

    async def one(n: int) -> bool:
        actor = phone_actor(f"web:{n}")
        try:
            held = await bookings.hold(EAST, service_id, start_ms, actor)
            await bookings.confirm(EAST, held.booking, Contact(f"139{n:08}"), actor)
        except Refused as refused:
            assert refused.code == "slot_full"
            return False
        return True

    return sum(await asyncio.gather(*(one(n) for n in range(callers))))


@asynccontextmanager
async def world_on(url: str, folder: Path) -> AsyncIterator[World]:
    app = make_app(folder, ManualClock(MORNING_MS), database_url=url)
    await app.start()
    running = World(app, ManualClock(MORNING_MS), folder)
    await seed_demo_bank(running.org)
    yield running
    await running.close()


@pytest.mark.shows("R041", part="no double booking under concurrent load, on both databases")
async def test_a_rush_for_the_same_times_books_nobody_twice(empty_url: str, tmp_path: Path) -> None:
    async with world_on(empty_url, tmp_path) as world:
        bookings = service(world)
        plan = day_plan(bookings.directory, EAST, "2026-11-18")
        expected = (await bookings.slots(EAST, LOAN, "2026-11-18", 1))[0]
        places = {slot.start_ms: slot.places for slot in expected.slots}
        got = await rush(bookings, LOAN, TWO, 40)
        cash = await rush(bookings, CASH, TWO, 60)
        assert got == places[TWO] > 0
        state = await bookings.host.state(booking_stream("east", "2026-11-18"))
        booked = [b for b in state.bookings.values() if b.state is BookingState.BOOKED]
        assert len(booked) == got + cash
        loans = Counter(b.staff for b in booked if b.service == LOAN)
        assert max(loans.values()) == 1
        able = {p.staff: p.services for p in plan.people}
        assert all(b.service in able[b.staff] for b in booked)
        assert len({b.code for b in booked}) == len(booked)


@pytest.mark.shows("R041", part="two servers on one PostgreSQL")
@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
async def test_two_servers_on_one_database_do_not_book_the_same_place(
    empty_url: str, tmp_path: Path
) -> None:
    async with world_on(empty_url, tmp_path) as world:
        app = make_app(tmp_path, ManualClock(MORNING_MS), database_url=empty_url)
        await app.start()
        try:
            here, there = service(world), app.parts.service("bookings", BookingService)
            places = (await here.slots(EAST, LOAN, "2026-11-18", 1))[0].slots[-1]
            got = await asyncio.gather(
                rush(here, LOAN, places.start_ms, 8), rush(there, LOAN, places.start_ms, 8)
            )
            assert sum(got) == places.places > 0
        finally:
            await app.stop()


async def test_the_plan_knows_spans_counters_and_who_can_do_what(world: World) -> None:
    directory = world.org.directory
    plan = day_plan(directory, EAST, "2026-11-18")
    assert [(e - b) // HOUR_MS for b, e in plan.spans] == [8]
    able = {p.staff for p in plan.people if LOAN in p.services}
    assert able == {world.staff(n) for n in ("luo.yichen", "ma.chuyao", "yu.anran")}
    planned = {p.staff for p in plan.people}
    assert world.staff("zhou.qihang") not in planned  # a lobby manager serves at no counter
    assert day_plan(directory, EAST, "2027-01-01").spans == ()


async def test_a_closed_day_offers_nothing(world: World) -> None:
    world.clock.at_ms = moment_ms("2026-12-31", "10:00", "Asia/Shanghai")
    days = await service(world).slots(EAST, LOAN, "2026-12-31", 3)
    assert [bool(day.slots) for day in days] == [True, False, True]
    assert await service(world).next_free_ms(EAST, LOAN) == days[0].slots[0].start_ms

"""The demo's morning is played by virtual people over the production code, and people take over."""

import asyncio
import secrets
from pathlib import Path

import msgspec
import pytest

from tingtang.bank.port import Booking
from tingtang.bank.service import CoreBank
from tingtang.bank.trades import CashBox, CheckToken
from tingtang.devices.model import sm2
from tingtang.devices.virtual.listed import Listed
from tingtang.devices.virtual.xfs_machines import LOADED_FEN
from tingtang.hall import day_list
from tingtang.hall.model.booking.state import BookingState
from tingtang.hall.model.kpis import kpis
from tingtang.hall.model.state import Channel, CounterState, TicketState
from tingtang.hall.model.tasks.state import Grade, TaskKind, TaskState
from tingtang.hall.service import HallService
from tingtang.hall.setup import day_stream
from tingtang.hall.tasks import TaskService
from tingtang.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS, local_date
from tingtang.kernel.permissions import Actor, ActorKind, Permission, Role
from tingtang.messages.service import Messages
from tingtang.twin import demo as demo_module
from tingtang.twin import tellers
from tingtang.twin.demo import ZONE, Demo
from tingtang.twin.wallets import comers


@pytest.mark.shows("R036", part="waits of a busy morning, live")
async def test_the_morning_looks_like_a_bank_day_and_a_person_may_take_a_counter_over(
    tmp_path: Path,
) -> None:
    demo = Demo(tmp_path, messages_url="http://localhost:8000")
    await demo.app.start()
    try:
        await demo.prepare(lambda _: None)
        assert demo.bank is not None
        branch = demo.bank.branches[0]
        hall: HallService = demo.app.parts.services["hall"]
        state = await hall.state(branch)
        figures = kpis(state, demo.clock.now_ms())
        assert figures.issued > 25
        assert figures.finished > 10
        assert figures.online_counters >= 5
        assert figures.rating_rate.part > 0
        assert any(t.state is TicketState.WAITING for t in state.tickets.values())
        numbers = [t.number for t in state.tickets.values()]
        assert len(numbers) == len(set(numbers))

        # The branch has worked the day before too, and learned from it.
        yesterday = local_date(demo.clock.now_ms() - DAY_MS, ZONE)
        before = await hall.host.state(day_stream(branch, yesterday))
        assert before.closed_ms
        assert len(before.tickets) > 100
        assert hall.books.of(branch).learned.model.learned > len(before.tickets) / 2

        # Somebody of the bank stands before the kiosk, and its cash lies in the bank's books.
        listed = msgspec.json.decode((tmp_path / "devices.json").read_bytes(), type=list[Listed])
        first = next(one for one in listed if one.id == "east-kiosk-1")
        assert first.wallet.id_number == comers()[0].id_number
        assert first.wallet.card
        assert len(first.wallet.books) == 2
        bank: CoreBank = demo.app.parts.services["core_bank"]
        # Their U盾 signs for the key that the bank issued its certificate for.
        held = first.wallet.token
        assert held is not None
        drawn = secrets.token_bytes(32)
        r, s = sm2.sign(int(held.private, 16), drawn, 1 + secrets.randbelow(sm2.N - 1))
        signed = CheckToken(
            certificate=held.certificate, message=drawn.hex(), signature=f"{r:064x}{s:064x}"
        )
        booking = Booking("demo test", branch="", terminal="", operator="test")
        known = (await bank.trade(signed, booking)).data
        assert known == {"customer": comers()[0].customer, "token": held.number}
        # It is the same one when they come again.
        wallets = demo._wallets
        assert (await wallets.of(comers()[0])).token == held
        assert (await wallets.of(comers()[1])).token is None
        box = await bank.look(CashBox(box=first.id))
        assert box == {"balance": {"CNY": LOADED_FEN}}

        # Messages leave the house, over a socket to the demo's own gateway.
        messages: Messages = demo.app.parts.services["messages"]
        values = {"branch": "东城支行", "date": "3 月 2 日", "time": "10:00"}
        await messages.send("booking_cancelled", "19900000001", values, "demo message")
        while not any(one.id == "demo message" for one in demo.gateway.received):
            await asyncio.sleep(0.01)
        links = [
            word for one in demo.gateway.received for word in one.text.split() if "/phone/" in word
        ]
        assert links
        assert all("http://localhost:8000/phone/" in one for one in links)
        doorways = await demo.doorways()
        assert {d.path.split("/")[1] for d in doorways} >= {"enter", "phone"}
        assert any("窗口客户屏" in d.title for d in doorways)

        # A real teller calls at the first open counter: the virtual one steps back.
        seat = next(s for s in state.counters.values() if s.state is not CounterState.CLOSED)
        teller = Actor(
            ActorKind.STAFF,
            seat.staff,
            frozenset({Role.TELLER_HIGH}),
            frozenset(Permission),
            frozenset({branch}),
        )
        while seat.ticket:
            await demo.agenda.push_to(demo.clock.now_ms() + MINUTE_MS)
        # Somebody waits for this counter, however the morning went.
        service = min(seat.services)
        await hall.issue_ticket(branch, (service,), teller, channel=Channel.COUNTER)
        await hall.call_next(branch, seat.id, teller)
        held = seat.ticket
        await demo.agenda.push_to(demo.clock.now_ms() + 9 * MINUTE_MS)
        assert seat.ticket == held
        assert state.tickets[held].state is TicketState.CALLED

        # A real lobby manager accepts a task: nobody closes it for them, or accepts the next.
        tasks: TaskService = demo.app.parts.services["tasks"]
        zhou = demo.bank.staff["zhou.qihang"]
        manager = Actor(
            ActorKind.STAFF,
            zhou,
            frozenset({Role.LOBBY_MANAGER}),
            frozenset(Permission),
            frozenset({branch}),
        )
        mine = []
        for note in ("first", "second"):
            made = tasks.raise_by_hand(
                branch, TaskKind.OTHER, teller, grade=Grade.RED, note=note, to=zhou
            )
            mine.append((await made).task)
        await tasks.accept(branch, mine[0], manager)
        await demo.agenda.push_to(demo.clock.now_ms() + 8 * MINUTE_MS)
        board = await tasks.board(branch)
        assert board.tasks[mine[0]].accepted_by == zhou
        assert not board.tasks[mine[0]].closed_ms
        assert board.tasks[mine[1]].accepted_by != zhou
        assert any(t.state is TaskState.DONE for t in board.tasks.values())
    finally:
        await demo.app.stop()
        await asyncio.sleep(0)


@pytest.mark.shows("R041", part="booked customers come, cancel or stay away through a whole day")
async def test_a_whole_day_ends_with_an_empty_hall_and_is_followed_by_the_next_morning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_module, "SIZES", (0.3, 0.01, 0.01))
    monkeypatch.setattr(tellers, "TRANSFER", 0.15)
    demo = Demo(tmp_path, messages_url="http://localhost:8000")
    await demo.app.start()
    try:
        await demo.prepare(lambda _: None)
        assert demo.bank is not None
        branch = demo.bank.branches[0]
        services = demo.app.parts.services
        hall: HallService = services["hall"]
        today = await hall.state(branch)
        await demo.agenda.push_to(demo.clock.now_ms() + 8 * HOUR_MS)
        assert today.closed_ms
        assert not today.waiting
        assert not [v for v in today.visits.values() if not v.left_ms]
        assert not [s for s in today.counters.values() if s.state is not CounterState.CLOSED]
        outcomes = {leg.outcome for t in today.tickets.values() for leg in t.legs}
        assert outcomes >= {"finished", "abandoned", "transferred"}
        booked = await day_list.booked_day(services["bookings"], branch, today.date)
        states = [one.state for one in booked.bookings]
        assert states.count(BookingState.CHECKED_IN) >= 4
        assert BookingState.HELD not in states

        # The next morning: the same people, another day.
        await demo.agenda.push_to(max(d.opens_ms for d in demo._days) + HOUR_MS)
        tomorrow = await hall.state(branch)
        assert tomorrow.date > today.date
        assert len(tomorrow.tickets) > 3
        assert any(s.served for s in tomorrow.counters.values())
    finally:
        await demo.app.stop()

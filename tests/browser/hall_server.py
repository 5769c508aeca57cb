"""A real server over the made-up bank, in a thread of its own, with a hall as busy as a test wants."""

import asyncio
import contextlib
import datetime as dt
import random
import shutil
import socket
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from tests.http.world import CHEAP
from tingtang.customers import model as customers
from tingtang.customers.service import CustomerService
from tingtang.hall.model import commands as c
from tingtang.hall.model.state import Care, Channel, CounterState, TicketState
from tingtang.hall.service import HallService
from tingtang.http.app import App, build
from tingtang.http.options import WebOptions
from tingtang.http.server import make_server
from tingtang.kernel.clock import MINUTE_MS, SystemClock, local_time
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import (
    BranchId,
    CounterId,
    CustomerId,
    ServiceId,
    StaffId,
    TicketId,
    VisitId,
)
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.vault import Suite, open_or_create_vault
from tingtang.org.service import DemoBank, OrgService, SignIn, Terminal, find_demo_bank
from tingtang.org.sign_in.model.rules import TerminalKind

T = TypeVar("T")
EAST = BranchId("east")
START_SECONDS = 30
SATURDAY = 5
MORNING_MINUTES = 75
"""How long a busy hall has been open when a test begins."""


class CatchingUp:
    """A clock that goes on from ``start_ms``; set back while a morning is being filled in."""

    def __init__(self, start_ms: int) -> None:
        self._clock = SystemClock()
        self._behind_ms = self._clock.now_ms() - start_ms
        self.back_ms = 0

    def now_ms(self) -> int:
        return self._clock.now_ms() - self._behind_ms - self.back_ms


def last_morning(now_ms: int) -> int:
    """Ten o'clock of the last working day before ``now_ms``: whatever hour the machine's clock shows,
    a test finds the same hall.
    """
    day = local_time(now_ms, "Asia/Shanghai").replace(hour=10, minute=0, second=0, microsecond=0)
    day -= dt.timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day -= dt.timedelta(days=1)
    return int(day.timestamp() * 1000)


class HallServer:
    """One running server: `url`, and a hand in the hall behind it."""

    actor = SYSTEM

    def __init__(
        self, seeded: Path, folder: Path, pages: Path | None, start_ms: int | None = None
    ) -> None:
        """``start_ms`` is the hall's time at the start; the last working morning where it is None."""
        for name in ("tingtang.db", "keys.json"):
            shutil.copy2(seeded / name, folder / name)
        now_ms = SystemClock().now_ms()
        self.clock = CatchingUp(last_morning(now_ms) if start_ms is None else start_ms)
        options = self.options(folder, pages)
        vault = open_or_create_vault(folder / "keys.json", Suite.AES_256_GCM, 0)
        self.app: App = build(options, vault=vault, clock=self.clock)
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._socket.getsockname()[1]}"
        self._listening = threading.Event()
        self._server = make_server(self.app, port=0, on_listening=self._listening.set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._serve, name="hall-server", daemon=True)
        self._thread.start()
        if not self._listening.wait(START_SECONDS):
            raise TimeoutError("the server did not start")

    def options(self, folder: Path, pages: Path | None) -> WebOptions:
        """How the application is set up."""
        return WebOptions(
            database_url=f"sqlite:///{folder / 'tingtang.db'}",
            data_folder=folder,
            is_demo=True,
            static_folder=pages,
            public_per_second=10_000.0,
            sign_ins_per_minute=10_000.0,
            password_hasher=CHEAP,
        )

    def _serve(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            runner.run(self._server.serve(sockets=[self._socket]))

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(START_SECONDS)
        self._socket.close()

    # -- what tests do behind the screens ------------------------------------------------------

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the server's own loop and wait for it."""
        assert self._loop is not None
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(60)

    @property
    def hall(self) -> HallService:
        return self.app.parts.service("hall", HallService)

    @property
    def bank(self) -> DemoBank:
        found = find_demo_bank(self.app.parts.service("org", OrgService))
        assert found is not None
        return found

    def command(self, command: c.Command, branch: BranchId = EAST) -> None:
        """Run any command of the hall."""
        self.run(self.hall.run(branch, command, SYSTEM))

    def staff_link(self, login: str, surface: str) -> str:
        """A one-time link that signs somebody in at a surface."""
        demo = self.app.parts.service("sign_in", SignIn).demo
        return self.url + self.run(demo.for_staff(self.bank.staff[login], surface))

    def terminal_link(
        self, kind: TerminalKind, surface: str, branch: str = EAST, counter: str = ""
    ) -> str:
        """A one-time link that makes a browser a machine of the hall."""
        terminal = Terminal(
            id=f"{branch}.{surface}.{counter}",
            branch=branch,
            kind=kind,
            label=kind,
            counter=counter,
        )
        demo = self.app.parts.service("sign_in", SignIn).demo
        return self.url + self.run(demo.for_terminal(terminal, surface))

    def open_day(self, branch: BranchId = EAST) -> None:
        """Open the business day, if it is not open yet."""

        async def work() -> None:
            if (await self.hall.state(branch)).setup is None:
                with contextlib.suppress(Refused):  # the hall's own clock was faster
                    await self.hall.open_day(branch)

        self.run(work())

    def sign_on(self, login: str, branch: BranchId = EAST) -> CounterId:
        """Sign somebody on at their usual counter, if they are nowhere yet; gives the counter."""
        staff = self.bank.staff[login]

        async def work() -> CounterId:
            state = await self.hall.state(branch)
            for seat in state.counters.values():
                if seat.staff == staff:
                    return seat.id
            counter = self.bank.seats[staff]
            await self.hall.open_counter(branch, counter, staff, SYSTEM)
            return counter

        return self.run(work())

    def issue(
        self,
        *codes: str,
        branch: BranchId = EAST,
        care: tuple[Care, ...] = (),
        customer: CustomerId | None = None,
        visit: VisitId | None = None,
    ) -> tuple[TicketId, str]:
        """Give out a ticket for services by their codes; gives its id and number."""
        services = tuple(self.bank.services[code] for code in codes)

        async def work() -> tuple[TicketId, str]:
            ticket = TicketId(self.hall.ids.new(self.clock.now_ms()))
            await self.hall.issue_ticket(
                branch, services, SYSTEM, channel=Channel.KIOSK, care=care, customer=customer,
                ticket=ticket, visit=visit,
            )  # fmt: skip
            return ticket, (await self.hall.state(branch)).tickets[ticket].number

        return self.run(work())

    def call(self, counter: CounterId, branch: BranchId = EAST) -> str:
        """Let a counter call whoever is next; gives the number."""

        async def work() -> str:
            await self.hall.call_next(branch, counter, SYSTEM)
            state = await self.hall.state(branch)
            return state.tickets[state.counters[counter].ticket].number

        return self.run(work())

    def customer(self, name: str, phone: str, tier: int = 0) -> CustomerId:
        """Register a customer who lets staff see the masked name."""
        book = self.app.parts.service("customers", CustomerService)
        facts = customers.Facts(id=CustomerId(""), tier=customers.Tier(tier), branch=EAST)
        details = customers.Details(name=name, phone=phone)

        async def work() -> CustomerId:
            made = await book.save(facts, details, SYSTEM, is_new=True)
            await book.record_consent(
                made, customers.Purpose.SHOW_NAME, given=True, how="paper", branch=EAST,
                actor=SYSTEM,
            )  # fmt: skip
            await book.standing_of(made)
            return made

        return self.run(work())

    def fill(self, branch: BranchId = EAST) -> None:
        """A busy morning: the same customers in the same order every time."""
        guests = [
            self.customer("王小明", "13800000001", 2),
            self.customer("李桂兰", "13800000002"),
            self.customer("赵文轩", "13800000003", 1),
        ]
        self.clock.back_ms = MORNING_MINUTES * MINUTE_MS
        self.open_day(branch)
        tellers = (
            "chen.yutong",
            "he.jiaxin",
            "liang.zihao",
            "xu.jingyi",
            "cai.lizhi",
            "han.shuyao",
        )
        counters = [self.sign_on(login, branch) for login in tellers]
        dice = random.Random(20)
        services = [
            "cash_withdrawal", "cash_deposit", "transfer", "card_open", "personal_info",
            "term_deposit", "corporate_open", "wealth", "pension", "statement",
        ]  # fmt: skip
        for minute in range(MORNING_MINUTES):
            self.clock.back_ms = (MORNING_MINUTES - minute) * MINUTE_MS
            for _ in range(dice.choice((0, 1, 1, 2))):
                care = (Care.ELDER,) if dice.random() < 0.12 else ()
                customer = dice.choice(guests) if dice.random() < 0.1 else None
                codes = dice.sample(services, 2 if dice.random() < 0.1 else 1)
                self.issue(*codes, branch=branch, care=care, customer=customer)
            for counter in counters:
                if dice.random() < 0.22:
                    self.run(self._serve_next(branch, counter))
        self.clock.back_ms = 0
        self.run(self._set_aside(branch, counters[3]))
        for counter in counters:
            for code in ("cash_withdrawal", "cash_deposit", "pension"):
                self.issue(code, branch=branch)
            self.run(self._serve_next(branch, counter))

    async def _serve_next(self, branch: BranchId, counter: CounterId) -> None:
        hall = self.hall
        state = await hall.state(branch)
        seat = state.counters[counter]
        if seat.state is CounterState.SERVING:
            await hall.run(branch, c.FinishService(ticket=seat.ticket), SYSTEM)
        if state.counters[counter].state is CounterState.OPEN and any(
            key.service in seat.services and line for key, line in state.lines.items()
        ):
            await hall.call_next(branch, counter, SYSTEM)
            ticket = state.counters[counter].ticket
            if state.tickets[ticket].state is TicketState.CALLED:
                await hall.run(branch, c.StartService(ticket=ticket), SYSTEM)

    async def _set_aside(self, branch: BranchId, counter: CounterId) -> None:
        """One customer on hold and one who did not come."""
        hall = self.hall
        state = await hall.state(branch)
        for step in ("hold", "pass"):
            seat = state.counters[counter]
            if seat.ticket:
                await hall.run(branch, c.FinishService(ticket=seat.ticket), SYSTEM)
            if state.counters[counter].ticket or not any(
                key.service in seat.services and line for key, line in state.lines.items()
            ):
                continue
            await hall.call_next(branch, counter, SYSTEM)
            ticket = state.counters[counter].ticket
            aside = (
                c.HoldTicket(ticket=ticket, reason="form")
                if step == "hold"
                else c.Pass(ticket=ticket)
            )
            await hall.run(branch, aside, SYSTEM)


def service_id(code: str) -> ServiceId:
    """The id of a service of the made-up bank."""
    return ServiceId(f"svc.{code}")


def staff_of(login: str) -> StaffId:
    """The id of a person of the made-up bank."""
    return StaffId(f"staff.{login}")

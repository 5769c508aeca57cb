"""A hall with everything behind it: the reference bank, a kiosk over XFS4IoT with whoever stands before
it, a locker and a dispenser over MQTT. All of it crosses real sockets; nothing is played by the test.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Screens
from tests.browser.hall_server import EAST, HallServer
from tests.http.world import MORNING_MS
from tingtang.bank.port import Booking, CoreBank
from tingtang.bank.reference.people import Person, made_up
from tingtang.bank.trades import CashBox, ListAccounts, ListCards, Lookup, MoveCash, ReadAccount
from tingtang.delivery.dispensers import Dispensers
from tingtang.delivery.model.kinds import STOCK_OF, ItemKind
from tingtang.delivery.service import MACHINE, Items
from tingtang.delivery.vouchers import Task, Vouchers
from tingtang.devices.model.records import Device, Protocol
from tingtang.devices.model.wire import Link
from tingtang.devices.mqtt.options import EMBEDDED, MqttOptions
from tingtang.devices.mqtt.wiring import Mqtt
from tingtang.devices.service import DeviceService
from tingtang.devices.virtual.machine import Machine
from tingtang.devices.virtual.visitor import Visitor
from tingtang.devices.virtual.wallet import EXAMPLE, Wallet
from tingtang.devices.virtual.wires import Broker, Fleet, Wire
from tingtang.devices.virtual.xfs_machines import LOADED_FEN, built
from tingtang.http.options import WebOptions
from tingtang.kernel.permissions import SYSTEM, Actor, ActorKind, Permission
from tingtang.kernel.text import Text
from tingtang.org.sign_in.model.rules import TerminalKind
from xfs4iot.server import Host

KIOSK, LOCKER, DISPENSER = "east-kiosk", "east-locker", "east-dispenser"
SCREEN = "east.kiosk."
"""The terminal that ``HallServer.terminal_link`` enrols for the kiosk's page."""
KIOSK_SIZE, PAD_SIZE, DESK_SIZE, PHONE_SIZE = (1080, 1920), (1180, 820), (1440, 900), (390, 844)
MANAGER, TELLER, HANDLER = "zhou.qihang", "chen.yutong", "he.jiaxin"
CENTRE, CHECKER = "tan.siqi", "shen.yiran"
BLANKS = 20
STEADY = 30_000
"""How long what comes of a step may take on a busy machine, in milliseconds."""
HANDY_MS = 60
"""How soon somebody brings what a machine asks for."""


class Swift:
    """The time of virtual machines that do in a second what takes half a minute."""

    speed = 30.0

    def now_ms(self) -> int:
        return round(time.monotonic() * 1000 * self.speed)


class RealHall(HallServer):
    """The server, its bank, its machines, and the people who stand before them."""

    def __init__(self, seeded: Path, folder: Path, pages: Path | None) -> None:
        super().__init__(seeded, folder, pages, MORNING_MS)
        self.open_day()
        self.people = made_up()
        self.machines: dict[str, Machine] = {}
        """The locker and the dispenser."""
        self._running: list[asyncio.Task[None]] = []
        self._host: Host | None = None
        self.run(self._furnish())

    def options(self, folder: Path, pages: Path | None) -> WebOptions:
        broker = MqttOptions(broker=EMBEDDED, listen="127.0.0.1:0")
        return msgspec.structs.replace(super().options(folder, pages), mqtt=broker)

    def close(self) -> None:
        self.run(self._leave())
        super().close()

    # -- people ---------------------------------------------------------------------------------

    def steps_up(self, number: int) -> Person:
        """One of the bank's made-up people stands before the kiosk from now on."""
        person = self.people[number]
        accounts = self.look(ListAccounts(person.customer))["accounts"]
        cards = self.look(ListCards(person.customer))["cards"]
        self._visitor.gives_way_to(
            Wallet(
                name=person.name, id_number=person.id_number, id_kind=person.id_kind.value,
                birth_date=person.birth_date, id_expires="2040-01-01", card=cards[0]["card"],
                books=tuple(
                    one["account"] for one in accounts if one["kind"] in ("passbook", "term_book")
                ),
            )
        )  # fmt: skip
        return person

    def lingers(self, delay_ms: int = HANDY_MS) -> None:
        """How long whoever stands there looks for what the kiosk asks for."""
        self._visitor.lingers(delay_ms)

    def actor(self, login: str) -> Actor:
        """Somebody of the staff, with all rights: for what a test does behind the screens."""
        staff = self.bank.staff[login]
        return Actor(ActorKind.STAFF, staff, frozenset(), frozenset(Permission), frozenset({EAST}))

    # -- what stands in the books ---------------------------------------------------------------

    @property
    def core_bank(self) -> CoreBank:
        found: CoreBank = self.app.parts.services["core_bank"]
        return found

    def look(self, lookup: Lookup) -> dict[str, Any]:
        """Ask the bank."""
        return self.run(self.core_bank.look(lookup))

    def account(self, person: Person, kind: str) -> dict[str, Any]:
        """Somebody's account of a kind, as the bank has it."""
        accounts = self.look(ListAccounts(person.customer))["accounts"]
        return next(one for one in accounts if one["kind"] == kind)

    def balance(self, account: str) -> int:
        """In fen."""
        return int(self.look(ReadAccount(account))["balance"])

    def box(self, name: str) -> int:
        """The cash of a machine or a teller, in fen."""
        return int(self.look(CashBox(box=name))["balance"]["CNY"])

    def items(self, person: Person) -> list[dict[str, Any]]:
        """Orders for somebody."""
        items = self.app.parts.service("items", Items)

        async def work() -> list[dict[str, Any]]:
            orders = await items.orders.of_paper(EAST, person.id_number)
            return [await items.orders.row(one) for one in orders]

        return self.run(work())

    def pick_up_code(self, order: str) -> str:
        """What the customer got as a message."""
        return self.run(self.app.parts.service("items", Items).orders.code(order))

    def until(self, what: Callable[[], bool]) -> None:
        """Wait for a fact."""
        end = time.monotonic() + STEADY / 1000
        while not what():
            assert time.monotonic() < end, "it did not come to be"
            time.sleep(0.05)

    # -- machines -------------------------------------------------------------------------------

    @property
    def devices(self) -> DeviceService:
        return self.app.parts.service("devices", DeviceService)

    async def _furnish(self) -> None:
        services = built("kiosk", is_open=True)
        for one in services:
            one.world.step_ms = 0
        self.worlds: dict[str, Any] = {one.name: one.world for one in services}
        self._visitor = Visitor(services, EXAMPLE, delay_ms=HANDY_MS)
        self._host = Host(services)
        await self._host.start()
        self._visitor.start()
        await self._enrol(KIOSK, "kiosk", self._host.uri)
        port = self.app.parts.service("mqtt", Mqtt).port
        clock, wires = Swift(), []
        for device, type_ in ((LOCKER, "locker"), (DISPENSER, "dispenser")):
            secret = await self._enrol(device, type_)
            machine = Machine(
                device, self.devices.register.types[type_], Random(7), is_open=True,
                fault_factor=0, tells_time=False,
            )  # fmt: skip
            self.machines[device] = machine
            wires.append(Wire(machine, secret, Broker("127.0.0.1", port), clock))
        self._running.append(asyncio.create_task(Fleet(wires, clock).run()))
        for device in (KIOSK, LOCKER, DISPENSER):
            while (await self.devices.state(device)).link is not Link.ONLINE:
                await asyncio.sleep(0.02)
        await self._stock()

    async def _enrol(self, device: str, type_: str, address: str = "") -> str:
        record = Device(
            id=device, branch=EAST, type=type_, name=Text(device),
            protocol=Protocol.XFS if address else Protocol.MQTT, address=address,
            terminal=SCREEN if address else "",
        )  # fmt: skip
        return await self.devices.register.enrol(record, SYSTEM)

    async def _stock(self) -> None:
        """Cash and blanks out of the vault, as two people bring them."""
        for box in (KIOSK, self.bank.staff[TELLER]):
            booking = Booking(trace=f"load-{box}", branch=EAST, terminal="", operator="staff:x")
            move = MoveCash(from_box="vault", to_box=box, amount=LOADED_FEN)
            await self.core_bank.trade(move, booking)
        vouchers = self.app.parts.service("vouchers", Vouchers)
        dispensers = self.app.parts.service("dispensers", Dispensers)
        for kind in (ItemKind.CARD, ItemKind.TOKEN):
            name = STOCK_OF[kind][2]
            first = next(x.first for x in await vouchers.stock("vault") if x.kind == name)
            last = f"{first[:2]}{int(first[2:]) + BLANKS - 1:08}"
            task = Task("", name, first, last, 0, "vault", f"{MACHINE}{DISPENSER}", "", "")
            asked = await vouchers.ask(EAST, task, self.actor(TELLER))
            await vouchers.confirm(EAST, asked.task, self.actor(HANDLER))
            await dispensers.filled(DISPENSER, kind, first, BLANKS, asked.task)

    async def _leave(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._visitor.stop()
        with contextlib.suppress(Exception):
            assert self._host is not None
            await self._host.stop()


# -- what people do on the pages ------------------------------------------------------------------


def title(page: Page, words: str) -> Locator:
    """Wait for the screen with this heading."""
    heading = page.get_by_role("heading", name=re.compile(words)).first
    expect(heading).to_be_visible(timeout=STEADY)
    return heading


def go_on(page: Page) -> None:
    page.locator(".foot .is-primary").click()


def choose(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("radio", name=re.compile(name)).first.check(force=True)


def sign(page: Page) -> None:
    """Two strokes."""
    box = page.locator(".tt-sign .box")
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    assert place
    page.mouse.move(place["x"] + 80, place["y"] + 60)
    page.mouse.down()
    page.mouse.move(place["x"] + 260, place["y"] + 120, steps=4)
    page.mouse.up()
    go_on(page)


def code_of(page: Page) -> str:
    """The code to go on elsewhere."""
    page.get_by_role("button", name=re.compile("^换到")).click()
    digits = page.locator(".digits")
    expect(digits).to_be_visible(timeout=STEADY)
    found = re.search(r"\d{4} \d{4}", digits.inner_text())
    assert found
    return found[0]


def kiosk_page(screens: Screens) -> Page:
    page = screens.as_terminal(TerminalKind.KIOSK, "kiosk", "/kiosk", KIOSK_SIZE)
    page.get_by_role("button", name="点此开始").click()
    page.get_by_role("button", name=re.compile("^办业务")).click()
    return page


BY_CARD_TOO = frozenset({"现金存款", "现金取款", "转账汇款", "余额查询", "借记卡密码修改"})
"""Business for which the kiosk asks by what somebody wants to be known."""


def known_by(page: Page, medium: str) -> None:
    """By paper, card or passbook."""
    title(page, "怎样核验您的身份")
    choose(page, medium)
    go_on(page)


def at_kiosk(screens: Screens, name: str, medium: str = "身份证件") -> Page:
    """Begin business at the kiosk."""
    page = kiosk_page(screens)
    entry = page.locator(".entry").filter(has=page.get_by_text(name, exact=True)).first
    # Until the page knows the hall's time it goes by the machine's, and may think the hall closed.
    expect(entry).not_to_have_class(re.compile("is-off"), timeout=STEADY)
    entry.click()
    expect(page.locator(".tt-journey")).to_be_visible(timeout=STEADY)
    if name in BY_CARD_TOO:
        known_by(page, medium)
    return page


def take_at_kiosk(screens: Screens, code: str) -> Page:
    """Go on at the kiosk with what was begun elsewhere."""
    page = kiosk_page(screens)
    page.get_by_role("button", name="接着办").click()
    for digit in code.replace(" ", ""):
        page.locator(".pad").get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="接着办").click()
    expect(page.locator(".tt-journey")).to_be_visible(timeout=STEADY)
    return page


def pad_page(screens: Screens) -> Page:
    page = screens.as_staff(MANAGER, "pad", "/pad/business", PAD_SIZE)
    expect(page.get_by_role("heading", name="本网点办理中")).to_be_visible()
    return page


def at_pad(screens: Screens, name: str) -> Page:
    """Begin business on the PAD."""
    page = pad_page(screens)
    page.get_by_role("button", name=re.compile("^发起业务")).first.click()
    dialog = page.get_by_role("dialog")
    dialog.locator(".entry").filter(has=page.get_by_text(name, exact=True)).first.click()
    expect(page.locator(".tt-journey")).to_be_visible(timeout=STEADY)
    return page


def take_at_desk(screens: Screens, code: str) -> Page:
    """A teller goes on at the counter."""
    page = screens.as_staff(TELLER, "counter", "/counter", DESK_SIZE)
    expect(page.get_by_role("button", name=re.compile("办业务"))).to_be_visible()
    page.keyboard.press("j")
    page.get_by_label("接着办（在别处开始的）").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator(".tt-journey")).to_be_visible(timeout=STEADY)
    return page


def sees_paper(page: Page, person: Person) -> None:
    """A member of staff looks at the paper and types what stands on it."""
    title(page, "请核对客户证件并录入")
    page.get_by_label("证件号码").fill(person.id_number)
    page.get_by_label("姓名").fill(person.name)
    go_on(page)


def says_yes(page: Page) -> None:
    """The first request in somebody's queue is looked at, and authorised."""
    page.locator(".tt-queue button").first.click(timeout=STEADY)
    expect(page.get_by_role("region", name="授权内容")).to_be_visible()
    page.get_by_role("button", name="同意授权").click()


def seen_in_person(page: Page, pad: Page) -> None:
    """The customer wants no picture taken: the lobby manager comes and sees that it is them."""
    title(page, "怎样核实是您本人")
    choose(page, "不拍照")
    go_on(page)
    says_yes(pad)

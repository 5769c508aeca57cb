"""The screens beside a locker and a dispenser: what is loaded there is taken there, by paper and code."""

import asyncio
import re
from random import Random

import msgspec
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import EAST
from tests.browser.real_hall import (
    DESK_SIZE,
    DISPENSER,
    HANDLER,
    HANDY_MS,
    KIOSK_SIZE,
    LOCKER,
    MANAGER,
    PHONE_SIZE,
    STEADY,
    TELLER,
    RealHall,
    choose,
    go_on,
    title,
)
from tests.browser.test_kiosk_readers import read
from tingtang.bank.reference.people import Person
from tingtang.delivery.model.cabinet import CellState
from tingtang.delivery.model.item import TRIES_MAX
from tingtang.delivery.model.kinds import How, ItemKind
from tingtang.delivery.orders import Receiver
from tingtang.delivery.service import MACHINE, Items, NewOrder
from tingtang.delivery.vouchers import Vouchers
from tingtang.devices.model.wire import Link
from tingtang.devices.virtual.visitor import Visitor
from tingtang.devices.virtual.wallet import EXAMPLE
from tingtang.devices.virtual.xfs_machines import built
from tingtang.kernel.permissions import SYSTEM
from tingtang.kernel.text import Text
from tingtang.org.sign_in.model.rules import TerminalKind
from xfs4iot.server import Host

pytestmark = pytest.mark.browser
TERMINALS = {
    device: f"{EAST}.kiosk-{device.removeprefix('east-')}." for device in (LOCKER, DISPENSER)
}
NAMES = {LOCKER: Text("一号自提柜", "Locker 1"), DISPENSER: Text("产品领取机", "Dispenser")}
DOOR_OPEN_S = (8, 30)
"""How long the virtual locker's people hold a door open."""


class Patient(Random):
    """Whoever stands before an open door waits until the test says that they shut it."""

    def uniform(self, a: float, b: float) -> float:
        return b * 1e6 if (a, b) == DOOR_OPEN_S else super().uniform(a, b)


class LockerHall(RealHall):
    """Beside locker and dispenser stands a screen; the locker's has a reader, over XFS4IoT."""

    async def _furnish(self) -> None:
        await super()._furnish()
        register = self.devices.register
        for device, terminal in TERMINALS.items():
            known = register.get(device)
            assert known is not None
            await register.save(
                msgspec.structs.replace(known, terminal=terminal, name=NAMES[device]), SYSTEM
            )
            await self._reader_of(device)
        self.machines[LOCKER].random = Patient()

    async def _reader_of(self, device: str) -> None:
        services = built("item_terminal", is_open=True)
        for one in services:
            one.world.step_ms = 0
        host, visitor = Host(services), Visitor(services, EXAMPLE, delay_ms=HANDY_MS)
        await host.start()
        visitor.start()
        self.readers = [*getattr(self, "readers", []), (host, visitor)]
        reader = f"{device}-screen"
        await self._enrol(reader, "item_terminal", host.uri)
        known = self.devices.register.get(reader)
        assert known is not None
        await self.devices.register.save(
            msgspec.structs.replace(known, terminal=TERMINALS[device]), SYSTEM
        )
        while (await self.devices.state(reader)).link is not Link.ONLINE:
            await asyncio.sleep(0.02)

    def steps_up(self, number: int) -> Person:
        person = super().steps_up(number)
        for _, visitor in self.readers:
            visitor.gives_way_to(self._visitor.wallet)
        return person

    async def _leave(self) -> None:
        for host, visitor in self.readers:
            visitor.stop()
            await host.stop()
        await super()._leave()

    def shuts(self, cell: int) -> None:
        """Whoever stands before the door shuts it."""

        async def work() -> None:
            self.machines[LOCKER].body.hidden[f"cell_{cell}"] = 0.0

        self.run(work())

    def order(self, person: Person, kind: ItemKind, how: How, device: str = "") -> str:
        """What a teller's trade has left behind for somebody."""
        items = self.app.parts.service("items", Items)
        by = f"staff:{self.bank.staff[TELLER]}"
        new = NewOrder(
            kind=kind, how=how, is_trade_done=True, traders=(by,), device=device,
            receiver=Receiver(person.id_number, person.name),
        )  # fmt: skip

        async def work() -> str:
            made, _ = await items.order(EAST, new, by, items.new_id())
            return made

        return self.run(work())


HALL = LockerHall


def beside(screens: Screens, device: str, query: str = "") -> Page:
    """The screen of a cabinet."""
    name = device.removeprefix("east-")
    page = screens.as_terminal(
        TerminalKind.KIOSK, f"kiosk-{name}", f"/kiosk/{name}?{query}", KIOSK_SIZE
    )
    shown = NAMES[device]
    expect(
        page.get_by_role("heading", name=shown.en if "lang=en" in query else shown.zh)
    ).to_be_visible()
    return page


def types(page: Page, code: str) -> None:
    for digit in code:
        page.locator(".pad").get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="取件", exact=True).click()


def loads(screens: Screens, seal: str) -> Page:
    """A second teller takes it out of stock, seals it, and opens a cell for it."""
    desk = screens.as_staff(HANDLER, "counter", "/counter/items", DESK_SIZE)
    desk.get_by_role("button", name=re.compile("自提柜 已下单")).first.click()
    desk.get_by_role("button", name="备货出库").click()
    desk.get_by_label("封签号", exact=True).fill(seal)
    desk.get_by_role("button", name="封包", exact=True).click()
    desk.get_by_label("再次扫描封签号").fill(seal)
    desk.get_by_role("button", name="核对封签并开格").click()
    return desk


@pytest.mark.shows("R097", part="store and issue by a locker's agent over MQTT, on real sockets")
@pytest.mark.shows(
    "R098", part="the locker's own screen, loaded at the counter and taken by the customer"
)
@pytest.mark.shows("R102", part="at the locker's own screen: paper and code; wrong codes lock it")
def test_a_parcel_is_loaded_and_taken_at_the_lockers_own_screen(
    screens: Screens, server: LockerHall, accessible: Accessible
) -> None:
    person = server.steps_up(22)
    order = server.order(person, ItemKind.TOKEN, How.LOCKER)
    screen = beside(screens, LOCKER)
    expect(screen.get_by_text(re.compile("凭本人证件和取件码领取"))).to_be_visible()
    accessible(screen)

    loads(screens, "F20261001")
    expect(screen.get_by_text("1 号格已打开")).to_be_visible(timeout=STEADY)
    expect(screen.get_by_text("请把封包放入 1 号格，并关好柜门")).to_be_visible()
    expect(screen.locator(".cell.is-open")).to_have_text("1")
    accessible(screen)
    server.shuts(1)
    expect(screen.get_by_text("柜门已关好，谢谢")).to_be_visible(timeout=STEADY)
    server.until(lambda: server.items(person)[0]["status"] == "ready")
    code = server.pick_up_code(order)
    wrong = "000000" if code != "000000" else "000001"

    screen.get_by_role("button", name="点此取件").click()
    accessible(screen)
    types(screen, wrong)
    for number in range(TRIES_MAX + 1):
        title(screen, "领取哪一件？")
        expect(screen.get_by_label("取件码")).to_have_value(wrong)
        choose(screen, "U盾")
        go_on(screen)
        title(screen, "这一步没有办成")
        if number == TRIES_MAX:
            expect(screen.get_by_text("错误次数过多，已锁定")).to_be_visible()
        screen.get_by_role("button", name="返回修改").click()
    assert server.items(person)[0]["status"] == "ready"
    screen.get_by_role("button", name=re.compile("不办了|离开|退出")).first.click()
    screen.get_by_role("dialog").get_by_role("button").last.click()

    items = server.app.parts.service("items", Items)
    server.run(items.unlock(EAST, order, server.actor(MANAGER)))
    expect(screen.get_by_role("button", name="点此取件")).to_be_visible(timeout=STEADY)
    read(screen, f"https://bank.example/phone/p#{code}")
    title(screen, "领取哪一件？")
    expect(screen.get_by_label("取件码")).to_have_value(code)
    choose(screen, "U盾")
    go_on(screen)
    title(screen, "请取走物品")
    expect(screen.get_by_text("1 号格已打开")).to_be_visible()
    expect(screen.locator(".cell.is-open")).to_have_text("1")
    accessible(screen)
    server.shuts(1)
    expect(screen.get_by_text("柜门已关好，谢谢")).to_be_visible(timeout=STEADY)
    server.until(lambda: server.items(person)[0]["status"] == "settled")
    cells = server.run(items.cabinets.state(LOCKER)).cells
    assert 1 not in cells or cells[1].state is CellState.FREE


@pytest.mark.shows("R104", part="the dispenser's own screen")
def test_a_card_is_taken_at_the_dispensers_own_screen(
    screens: Screens, server: LockerHall, accessible: Accessible
) -> None:
    person = server.steps_up(34)
    order = server.order(person, ItemKind.CARD, How.DISPENSER, DISPENSER)
    vouchers = server.app.parts.service("vouchers", Vouchers)

    def left() -> int:
        stock = server.run(vouchers.stock(f"{MACHINE}{DISPENSER}"))
        return sum(one.count for one in stock if one.kind == "debit_card")

    had = left()
    screen = beside(screens, DISPENSER)
    accessible(screen)
    screen.get_by_role("button", name="点此取件").click()
    types(screen, server.pick_up_code(order))
    title(screen, "领取哪一件？")
    choose(screen, "银行卡")
    go_on(screen)
    title(screen, "请取走物品")
    server.until(lambda: server.items(person)[0]["status"] == "settled")
    assert left() == had - 1


def test_a_locker_whose_locks_fail_says_so_and_what_to_do(
    screens: Screens, server: LockerHall, accessible: Accessible
) -> None:
    screen = beside(screens, LOCKER, "lang=en&type=large&contrast=high")
    expect(screen.get_by_role("button", name="Collect")).to_be_visible()
    accessible(screen)
    server.run(server.devices.switch_module(LOCKER, "locks", False, SYSTEM, None))
    expect(screen.get_by_text("This cabinet does not work just now")).to_be_visible(timeout=STEADY)
    screen.get_by_role("button", name="Collect").click()
    expect(screen.get_by_role("heading", name="Nothing can be collected now")).to_be_visible()
    expect(screen.get_by_text(re.compile("Nothing of yours is lost"))).to_be_visible()
    accessible(screen)
    server.run(server.devices.switch_module(LOCKER, "locks", True, SYSTEM, None))
    expect(screen.get_by_role("heading", name="Please type the pick-up code")).to_be_visible(
        timeout=STEADY
    )
    accessible(screen)


def test_the_code_of_a_message_is_a_qr_on_the_phone(
    screens: Screens, server: LockerHall, accessible: Accessible
) -> None:
    phone = screens.as_nobody("/phone/p#004211", PHONE_SIZE)
    expect(phone.get_by_role("heading", name="取件码")).to_be_visible()
    expect(phone.get_by_text("004 211")).to_be_visible()
    accessible(phone)

"""What a kiosk's menu may offer, by the parts of the machine that it is."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from tests.devices.conftest import Shop
from tingtang.devices.here import VIEW, DeviceHere, Why, here
from tingtang.devices.model.state import DeviceState, ModuleState
from tingtang.devices.model.wire import App, Health, Link
from tingtang.devices.register import shipped_types
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import GRANTS, SYSTEM, Actor, ActorKind, Role
from tingtang.org.demo import FOLDER

TYPES = shipped_types()
KIOSK, TICKETS = TYPES["kiosk"], TYPES["ticket_machine"]


def state(*, link: Link = Link.ONLINE, app: App = App.RUNNING, **parts: ModuleState) -> DeviceState:
    return DeviceState(link=link, app=app, modules=parts)


OFF, BROKEN = ModuleState(Health.OK, enabled=False), ModuleState(Health.FAULT)


@pytest.mark.shows("R136", part="what a part is needed for is not possible without it")
def test_a_part_out_of_use_or_broken_takes_away_what_it_is_needed_for() -> None:
    found = here([(KIOSK, state(cash=OFF, keypad=BROKEN, camera=ModuleState(Health.WARNING)))])
    assert {need: lack.why for need, lack in found.lacks.items()} == {
        "cash": Why.OFF,
        "card": Why.FAULT,
    }
    assert [part.zh for part in found.lacks["card"].parts] == ["密码键盘"]


def test_what_is_not_known_takes_nothing_away() -> None:
    assert here([]) == DeviceHere()
    assert here([(KIOSK, DeviceState())]) == DeviceHere()
    gone = state(link=Link.OFFLINE, cash=BROKEN, scanner=OFF, app=App.PAUSED)
    assert list(here([(KIOSK, gone)]).lacks) == ["code"]
    assert not here([(KIOSK, gone)]).paused


def test_what_one_machine_lacks_another_of_the_same_terminal_may_have() -> None:
    both = [(KIOSK, state(scanner=BROKEN, cash=BROKEN)), (KIOSK, state(cash=OFF))]
    assert list(here(both).lacks) == ["cash"]


def test_a_machine_is_paused_where_none_of_its_parts_serves() -> None:
    assert here([(KIOSK, state(app=App.PAUSED))]).paused
    assert not here([(KIOSK, state(app=App.PAUSED)), (TICKETS, state())]).paused


def test_the_made_up_bank_s_services_need_what_some_part_can_do() -> None:
    known = {need for type_ in TYPES.values() for part in type_.modules for need in part.needed_for}
    rows = msgspec.toml.decode(Path(FOLDER / "catalogue.toml").read_bytes())["services"]
    wanted = {need for row in rows for need in row.get("needs", ())}
    assert wanted
    assert wanted <= known


class Screen:
    """A kiosk that watches its own machine."""

    def __init__(self) -> None:
        self.messages: list[dict[str, object]] = []
        self.news = asyncio.Event()

    def send(self, message: bytes) -> None:
        self.messages.append(msgspec.json.decode(message))
        self.news.set()

    async def next(self) -> dict[str, object]:
        async with asyncio.timeout(5):
            await self.news.wait()
        self.news.clear()
        return self.messages[-1]


def terminal(id_: str) -> Actor:
    return Actor(
        ActorKind.TERMINAL, id_, permissions=GRANTS[Role.KIOSK], branches=frozenset({"east"})
    )


@pytest.mark.shows("R136", part="a kiosk hears at once of a part taken out of use")
async def test_a_kiosk_hears_of_its_own_machine_alone(shop: Shop) -> None:
    await shop.enrol("kiosk-1", "kiosk", terminal="t-1")
    await shop.up("kiosk-1")
    live = shop.world.app.parts.live
    screen = Screen()
    await live.watch(VIEW, "east/t-1", terminal("t-1"), screen, None)
    assert (await screen.next())["data"] == {"lacks": {}, "paused": False}
    await shop.devices.switch_module("kiosk-1", "cash", False, SYSTEM, None)
    patch = (await screen.next())["patch"]
    assert patch == {"lacks": {"cash": {"why": "off", "parts": [{"zh": "现金边柜", "en": "Cash cabinet"}]}}}  # fmt: skip
    await shop.devices.switch_module("kiosk-1", "cash", True, SYSTEM, None)
    assert (await screen.next())["patch"] == {"lacks": {"cash": None}}
    with pytest.raises(Refused):
        await live.watch(VIEW, "east/t-1", terminal("t-2"), Screen(), None)

"""Which bank stands behind, as the settings say; and none at all."""

import base64
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.bank.conftest import MORNING_MS, booking
from tingtang.bank import trades as t
from tingtang.bank.client import HttpCoreBank
from tingtang.bank.embedded import EmbeddedBank, NoBank
from tingtang.bank.feature import core_bank
from tingtang.bank.health import BankHealth
from tingtang.bank.options import BankOptions, host_and_port
from tingtang.bank.pins import DEMO_PIN, pin_block
from tingtang.bank.port import BankDeclined
from tingtang.devices.virtual.xfs_machines import demo_pin_key
from tingtang.http.options import web_options
from tingtang.kernel.clock import ManualClock
from tingtang.kernel.errors import Trouble
from tingtang.kernel.settings import Settings
from xfs4iot.virtual.pin_blocks import encipher


def _parts(folder: Path, *, is_sqlite: bool) -> Any:
    return SimpleNamespace(
        database=SimpleNamespace(is_sqlite=is_sqlite),
        data_folder=folder,
        clock=ManualClock(MORNING_MS),
    )


async def test_the_settings_choose_the_bank(tmp_path: Path) -> None:
    settings = Settings(
        bank_url="https://core.example", bank_token="t", identity_address="10.0.0.9:8091"
    )
    options = web_options(settings).bank
    assert "t" not in repr(options).removeprefix("BankOptions(https://core.example)")
    named = core_bank(_parts(tmp_path, is_sqlite=True), options)
    assert isinstance(named, HttpCoreBank)
    assert named.base == "https://core.example"
    assert host_and_port(options.identity_address) == ("10.0.0.9", 8091)
    none = BankOptions()
    assert isinstance(core_bank(_parts(tmp_path, is_sqlite=True), none), EmbeddedBank)
    assert not list(tmp_path.iterdir())  # it starts when it is first asked
    assert isinstance(core_bank(_parts(tmp_path, is_sqlite=False), none), NoBank)
    await named.close()


@pytest.mark.parametrize("address", ["", "host", "host:0", "host:x", ":1", "host:99999"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(Trouble):
        host_and_port(address)


async def test_without_a_bank_everything_is_declined_in_words() -> None:
    none = NoBank()
    asked = booking("a")
    for attempt in (
        none.trade(t.CloseDay("2026-11-18"), asked), none.query("a"),
        none.reverse("a", asked, "x"), none.look(t.ListProducts()),
    ):  # fmt: skip
        with pytest.raises(BankDeclined, match="no_bank") as no:
            await attempt
        assert no.value.words.zh
    health = await BankHealth(none.health, is_embedded=False).look()
    assert not health.ok
    assert "bank_url" in health.trouble


def test_the_made_up_pins_are_those_of_the_virtual_pads() -> None:
    """The block is the one that a kiosk's pad makes of the same PIN and number."""
    number = "9960010000000000012"
    key = demo_pin_key()
    made = encipher(DEMO_PIN, number[-13:-1], "iso0", key.encrypt)
    assert pin_block(DEMO_PIN, number) == base64.b64encode(made).decode()

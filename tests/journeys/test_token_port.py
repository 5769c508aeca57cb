"""A U盾 in the kiosk's port: its PIN stays inside the machine, and each signature is for one time."""

from pathlib import Path

import pytest

from tests.journeys.flows import does
from tests.journeys.test_machine import Stand, stand
from tingtang.devices.model import sm2
from tingtang.devices.model import token_commands as c
from tingtang.devices.virtual.ukey import TokenChip, token
from xfs4iot.virtual.card_world import Card

__all__ = ["stand"]
PRIVATE, PIN = 20_261_118, "864209"


def plugged(pin: str = PIN, certificate: bytes = b"certificate") -> Card:
    return token("UK00000007", PRIVATE, certificate, pin)


async def use(stand: Stand, one: Card, pressed: str = PIN) -> dict:
    """Plug it in, and press the digits when the pad listens; gives what the journey knows of it."""
    port, pad = stand.worlds["KeyPort"], stand.worlds["Keypad"]
    if one not in (port.transport, *port.customer):
        port.insert(one)
    pad.listen(lambda: pad.listening and not pad.pressed and pad.press(pressed))
    view = await stand.run(does("used", "machine.use_token", 'on_refused="go_on"'))
    return stand.known(view)["used"]


@pytest.mark.shows("R107", part="a U盾 signs in the kiosk's port, after its own PIN")
async def test_a_token_signs_what_was_drawn_for_this_time(stand: Stand, tmp_path: Path) -> None:
    one = plugged()
    first, second = await use(stand, one), await use(stand, one)
    assert first["certificate"] == "Y2VydGlmaWNhdGU="
    assert first["message"] != second["message"]
    for used in (first, second):
        r, s = int(used["signature"][:64], 16), int(used["signature"][64:], 16)
        point = sm2.public_point(PRIVATE)
        assert sm2.is_signed(point, bytes.fromhex(used["message"]), r, s)
    log = b"".join(p.read_bytes() for p in stand.office.world.folder.glob("tingtang.db*"))
    assert PIN.encode() not in log


async def test_a_wrong_pin_is_counted_by_the_token_itself(stand: Stand) -> None:
    one = plugged()
    used = await use(stand, one, pressed="000000")
    assert (used["code"], "还可输入 5 次" in used["zh"]) == ("token_pin_wrong", True)
    assert one.chip.tries == 5
    one.chip.tries = 1
    assert (await use(stand, one, pressed="000000"))["code"] == "token_blocked"


async def test_a_token_without_a_certificate_is_not_read(stand: Stand) -> None:
    assert (await use(stand, plugged(certificate=b"")))["code"] == "unreadable"


def test_one_pin_is_good_for_one_signature() -> None:
    chip = plugged().chip
    assert isinstance(chip, TokenChip)
    assert c.answered(chip.reply(c.sign(b"before")))[1] == c.NOT_VERIFIED
    right = c.VERIFY + bytes.fromhex(f"26{PIN}FFFFFFFF"[:16])
    assert c.answered(chip.reply(right))[1] == c.DONE
    assert c.answered(chip.reply(c.sign(b"once")))[1] == c.DONE
    assert c.answered(chip.reply(c.sign(b"twice")))[1] == c.NOT_VERIFIED
    assert c.answered(chip.reply(b"\x00\xa4"))[1] == c.NOT_KNOWN

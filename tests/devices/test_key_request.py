"""A U盾 proves that the key is its own; whatever was changed on the way is noticed."""

from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from tests.devices.virtual.test_machine import Played
from tingtang.bank.reference.security import SoftwareSecurity
from tingtang.devices.model import sm2
from tingtang.devices.model.key_request import key_of, read_request, request
from tingtang.devices.model.wire import CommandCall, CommandResult, CommandStep

PRIVATE = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
NONCE = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21


def test_the_example_of_the_standard_is_signed_and_verified() -> None:
    """GB/T 32918.5, annex A.2."""
    r, s = sm2.sign(PRIVATE, b"message digest", NONCE)
    assert r == 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
    assert s == 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
    point = sm2.public_point(PRIVATE)
    assert point[0] == 0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020
    assert sm2.is_signed(point, b"message digest", r, s)
    assert not sm2.is_signed(point, b"message digesT", r, s)
    assert not sm2.is_signed(point, b"message digest", s, r)
    assert not sm2.is_signed(point, b"message digest", 0, s)


def test_a_request_says_whose_key_it_is_and_cannot_be_changed() -> None:
    made = request("UK00000007", PRIVATE, NONCE)
    found = read_request(made)
    assert found.number == "UK00000007"
    assert found.point == sm2.encoded(sm2.public_point(PRIVATE))
    for forged in (
        made.replace(b"UK00000007", b"UK00000008"),
        made[:-1] + bytes([made[-1] ^ 1]),
        made[:60],
        b"",
    ):
        with pytest.raises(ValueError):
            read_request(forged)


def call(played: Played, name: str, n: int, **parameters: str) -> CommandResult:
    """What a machine answers in the end."""
    played.said += played.machine.hear(
        CommandCall(id=f"c{n}", name=name, parameters=dict(parameters)), played.now_ms
    )
    played.run(10)
    results = [x.body for x in played.said if isinstance(x.body, CommandResult)]
    return next(x for x in reversed(results) if x.command == f"c{n}")


@pytest.mark.shows("R081", part="key made in the U盾, certificate written into it")
def test_a_virtual_token_makes_a_key_and_takes_the_certificate_for_that_key_alone(
    tmp_path: Path,
) -> None:
    played = Played("dispenser")
    answered = call(played, "key_request", 1, number="UK00000007")
    assert answered.step is CommandStep.DONE
    found = read_request(b64decode(str(answered.data["request"])))
    bank = SoftwareSecurity(tmp_path / "keys.json")
    pem, _ = bank.certificate("c1@UK00000007", found.point.hex(), "0A", "2026-11-22")
    der = b64decode("".join(pem.splitlines()[1:-1]))
    assert key_of(der) == found.point
    text = b64encode(der).decode()
    parts = {f"part{n + 1}": text[n * 480 : (n + 1) * 480] for n in range(4)}
    assert call(played, "key_install", 2, number="UK00000007", **parts).step is CommandStep.DONE
    assert call(played, "key_install", 3, number="UK00000008", **parts).code == "no_key"
    call(played, "key_request", 4, number="UK00000007")
    assert call(played, "key_install", 5, number="UK00000007", **parts).code == "other_key"
    torn = {**parts, "part1": parts["part1"][4:]}
    assert call(played, "key_install", 6, number="UK00000007", **torn).code == "bad_certificate"

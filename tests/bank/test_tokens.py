"""Whose U盾 it is, by what it signed: only the bank's own certificate, only that very message."""

from typing import Any

import pytest

from tests.bank.conftest import Desk
from tingtang.bank.reference.model import records as r
from tingtang.bank.reference.model.channels import pem_body
from tingtang.devices.model import sm2

PRIVATE, OTHER = 20_261_118, 20_261_119
MESSAGE = b"for this one time"


def signed(private: int, message: bytes = MESSAGE) -> str:
    pair = sm2.sign(private, message, 12_345)
    return "".join(f"{x:064x}" for x in pair)


@pytest.fixture
def asked(desk: Desk) -> dict[str, Any]:
    """What a machine asks of somebody's U盾 that has its certificate."""
    customer = desk.customer(6)
    (held,) = [x for x in desk.ledger.records["Token"].values() if x.customer == customer]
    point = sm2.encoded(sm2.public_point(PRIVATE)).hex()
    given = desk.do("token.certificate", customer=customer, token=held.id, public_key=point)
    return {
        "certificate": pem_body(given["certificate"]), "message": MESSAGE.hex(),
        "signature": signed(PRIVATE),
    }  # fmt: skip


@pytest.mark.shows("R107", part="a U盾 is its owner's by its certificate and its signature")
def test_what_a_token_signed_says_whose_it_is(desk: Desk, asked: dict[str, Any]) -> None:
    found = desk.do("token.check", **asked)
    assert found["customer"] == desk.customer(6)
    assert desk.look("customer.find", token=found["token"])["customer"] == desk.customer(6)


def test_another_message_or_another_key_says_nothing(desk: Desk, asked: dict[str, Any]) -> None:
    yesterday = {**asked, "signature": signed(PRIVATE, b"of another time")}
    stranger = {**asked, "signature": signed(OTHER)}
    broken = {**asked, "signature": "x" * 128}
    for one in (yesterday, stranger, broken):
        assert desk.no("token.check", **one) == "token_wrong"


def test_a_certificate_of_ones_own_making_is_nobodys(desk: Desk, asked: dict[str, Any]) -> None:
    pem, _ = desk.bank.security.certificate(
        "10000006@OLDU0006", sm2.encoded(sm2.public_point(OTHER)).hex(), "0A", "2026-11-18"
    )
    forged = {**asked, "certificate": pem_body(pem), "signature": signed(OTHER)}
    assert desk.no("token.check", **forged) == "unknown_token"


def test_a_token_that_is_out_of_date_or_of_closed_ebanking_is_nobodys(
    desk: Desk, asked: dict[str, Any]
) -> None:
    token = desk.do("token.check", **asked)["token"]
    held = desk.ledger.get(r.Token, token)
    assert held is not None
    desk.do("ebank.close", customer=held.customer)
    assert desk.no("token.check", **asked) == "ebank_not_open"
    desk.days(6 * 366)
    desk.do(
        "ebank.open", customer=held.customer, channels=["web"], phone="13900000000",
        single_limit=100, daily_limit=100,
    )  # fmt: skip
    assert desk.no("token.check", **asked) == "token_expired"

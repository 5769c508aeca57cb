"""Trades of e-banking, tokens and quick pay, and of what the bank has on record of somebody."""

from typing import Annotated, ClassVar

import msgspec

from tingtang.bank.trades.parts import Fen, Text80, Trade


class OpenEbank(Trade, frozen=True):
    """``channels``: mobile, web, sms, phone."""

    name: ClassVar[str] = "ebank.open"
    customer: Text80
    channels: list[str]
    phone: Text80
    single_limit: Fen
    daily_limit: Fen


class ModifyEbank(Trade, frozen=True):
    name: ClassVar[str] = "ebank.modify"
    customer: Text80
    phone: str = ""
    single_limit: int = 0
    daily_limit: int = 0
    channels: list[str] | None = None


class CloseEbank(Trade, frozen=True):
    name: ClassVar[str] = "ebank.close"
    customer: Text80


class BindToken(Trade, frozen=True):
    """A U盾 of the stock becomes the customer's."""

    name: ClassVar[str] = "token.bind"
    customer: Text80
    token: Text80


class DownloadCertificate(Trade, frozen=True):
    """A certificate for the key that was made in the U盾; gives {certificate, serial, expires}."""

    name: ClassVar[str] = "token.certificate"
    customer: Text80
    token: Text80
    public_key: Annotated[str, msgspec.Meta(min_length=64, max_length=400)]


class CheckToken(Trade, frozen=True):
    """Whose U盾 it is that was plugged in, shown by what it signed: ``message`` and ``signature`` (r and
    s of SM2) in hexadecimal. Whoever asks drew the message anew. Gives {customer, token}.
    """

    name: ClassVar[str] = "token.check"
    certificate: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    """Base64 of DER, as the token holds it."""
    message: Annotated[str, msgspec.Meta(min_length=32, max_length=510)]
    signature: Annotated[str, msgspec.Meta(min_length=128, max_length=128)]


class LimitQuickPay(Trade, frozen=True):
    name: ClassVar[str] = "quickpay.limit"
    agreement: Text80
    single_limit: Fen
    daily_limit: Fen


class CancelQuickPay(Trade, frozen=True):
    name: ClassVar[str] = "quickpay.cancel"
    agreement: Text80


class BindQuickPay(Trade, frozen=True):
    """一键绑卡; gives {agreements}."""

    name: ClassVar[str] = "quickpay.bind"
    card: Text80
    merchants: list[str]


class ChangePhone(Trade, frozen=True):
    name: ClassVar[str] = "customer.phone"
    customer: Text80
    phone: Text80


class UpdateCustomer(Trade, frozen=True):
    """Papers renewed, address, occupation."""

    name: ClassVar[str] = "customer.update"
    customer: Text80
    address: str = ""
    occupation: str = ""
    id_expires: str = ""

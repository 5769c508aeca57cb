"""What stands on cards and papers, read from what the services give. Pure."""

import datetime as dt
from base64 import b64decode
from typing import Any

import msgspec

Payload = dict[str, Any]


class NotReadable(ValueError):  # noqa: N818
    """There is nothing on it that can be made out."""


class _Record(msgspec.Struct):
    """The record of an identity card's chip, as readers hand it on."""

    number: str
    name: str
    kind: str = "resident"
    birth_date: str = ""
    expires: str = ""


def card_number(payload: Payload) -> str:
    """The number on track 2 (ISO 7813: up to the separator); raises :class:`NotReadable`."""
    track = payload.get("track2") or {}
    if track.get("status") != "ok":
        raise NotReadable("no track 2")
    text = b64decode(track.get("data", "")).decode("ascii", "replace")
    number = text.lstrip(";").partition("=")[0]
    if not 12 <= len(number) <= 19 or not number.isdigit():
        raise NotReadable("track 2 holds no card number")
    return number


def retain_unit(storage: Payload) -> str | None:
    """The unit of a card reader where cards are kept that nobody took; None where it has none."""
    for name, unit in (storage.get("storage") or {}).items():
        kind = ((unit.get("card") or {}).get("capabilities") or {}).get("type")
        if kind == "retain":
            return str(name)
    return None


def identity(payload: Payload) -> Payload:
    """What an identity card says, by its chip; raises :class:`NotReadable`."""
    chips = payload.get("chip") or []
    if not chips or chips[0].get("status") != "ok":
        raise NotReadable("no chip")
    try:
        record = msgspec.json.decode(b64decode(chips[0].get("data", "")), type=_Record)
    except (msgspec.MsgspecError, ValueError):
        raise NotReadable("the chip holds no identity") from None
    return {
        "id_kind": record.kind,
        "id_number": record.number,
        "name": record.name,
        "birth_date": record.birth_date or birth_date(record.number),
        "expires": record.expires,
        "is_chip": True,
        "photo": (payload.get("frontImage") or ""),
    }


def handed_out(storage: Payload) -> int:
    """Fen that a cash machine's units have presented since their counts were set."""
    total = 0
    for unit in (storage.get("storage") or {}).values():
        cash = unit.get("cash") or {}
        value = (cash.get("configuration") or {}).get("value") or 0
        presented = ((cash.get("status") or {}).get("out") or {}).get("presented") or {}
        for levels in presented.values():
            if isinstance(levels, dict):
                total += int(value) * 100 * sum(int(number) for number in levels.values())
    return total


def birth_date(number: str) -> str:
    """The date of birth in a resident's number (GB 11643); "" where there is none."""
    digits = number[6:14]
    try:
        return dt.datetime.strptime(digits, "%Y%m%d").date().isoformat()  # noqa: DTZ007 - a date
    except ValueError:
        return ""


def cash(status: Payload, types: Payload) -> Payload:
    """What is in escrow: {amount, notes, currency}, amounts in fen."""
    kinds = types.get("items") or {}
    notes: dict[str, int] = {}
    amount = 0
    for name, levels in (status.get("noteNumberList") or {}).items():
        kind = (kinds.get(name) or {}).get("cashItem") or {}
        if not isinstance(levels, dict):
            continue
        count = sum(int(number) for number in levels.values())
        value = int(kind.get("value", 0))
        notes[str(value)] = notes.get(str(value), 0) + count
        amount += value * count * 100
    return {"amount": amount, "notes": notes, "currency": "CNY"}

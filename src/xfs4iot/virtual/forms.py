"""Forms and media definitions of the virtual printer, measured in rows and columns."""

from typing import Literal

import msgspec

from xfs4iot.messages import Payload

FieldKind = Literal["text", "msf", "pagemark"]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a form."""

    type: FieldKind = "text"
    required: bool = False
    access: Literal["read", "write", "readWrite"] = "write"
    column: int = 0
    width: int = 40
    overflow: Literal["terminate", "truncate"] = "truncate"
    initial: str = ""

    def describe(self) -> Payload:
        return {
            "indexCount": 0,
            "type": self.type,
            "class": "required" if self.required else "optional",
            "access": self.access,
            "overflow": self.overflow,
            "initialValue": self.initial,
            "format": "",
        }


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What is printed or read together: text fields share a row, or stand each on its own."""

    media: str
    fields: dict[str, Field]
    one_row: bool = False
    width: int = 40
    height: int = 24


class MediaDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """What is printed on."""

    type: Literal["generic", "passbook"]
    width: int = 40
    height: int = 24
    pages: int = 0


MEDIA = {
    "Receipt": MediaDefinition(type="generic", height=40),
    "Passbook": MediaDefinition(type="passbook", width=60, pages=8),
}

FORMS = {
    "ReceiptForm": Form(
        media="Receipt",
        fields={
            "Title": Field(required=True),
            "Text": Field(width=400),
            "Footer": Field(initial="***"),
        },
    ),
    "PassbookLine": Form(
        media="Passbook",
        one_row=True,
        width=60,
        height=1,
        fields={
            "Date": Field(required=True, width=10, overflow="terminate"),
            "Item": Field(column=11, width=16),
            "Amount": Field(required=True, column=28, width=15, overflow="terminate"),
            "Balance": Field(column=44, width=16, overflow="terminate"),
        },
    ),
    "PassbookData": Form(
        media="Passbook",
        width=60,
        fields={
            "Stripe": Field(type="msf", access="readWrite", width=104),
            "Page": Field(type="pagemark", access="read", width=3),
            "Line": Field(type="pagemark", access="read", width=3),
        },
    ),
}

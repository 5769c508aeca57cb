"""What trades and look-ups are made of: amounts, names, kinds of papers and accounts."""

from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec

Fen = Annotated[int, msgspec.Meta(gt=0, le=10**13)]
SignedFen = Annotated[int, msgspec.Meta(ge=-(10**13), le=10**13)]
Place = Annotated[int, msgspec.Meta(ge=0, le=10**6)]
"""A line's or page's number in a passbook."""
Text80 = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Digest = Annotated[str, msgspec.Meta(max_length=200)]


class IdKind(StrEnum):
    """Papers by which a person is known."""

    RESIDENT = "resident"
    """居民身份证"""
    TEMPORARY = "temporary"
    """临时身份证"""
    HK_MACAO_RESIDENCE = "hk_macao_residence"
    """港澳居民居住证"""
    TAIWAN_RESIDENCE = "taiwan_residence"
    """台湾居民居住证"""
    HK_MACAO_PERMIT = "hk_macao_permit"
    """港澳居民来往内地通行证"""
    TAIWAN_PERMIT = "taiwan_permit"
    """台湾居民来往大陆通行证"""
    HOUSEHOLD = "household"
    """户口本，未成年人"""
    PASSPORT = "passport"


class AccountKind(StrEnum):
    CURRENT = "current"
    """借记卡 or 活期"""
    PASSBOOK = "passbook"
    """活期存折"""
    TERM_BOOK = "term_book"
    """定期一本通"""
    COMPOSITE = "composite"
    """个人综合账户"""


class Trade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that changes the bank's books or records. ``name`` is what it is asked for by."""

    name: ClassVar[str] = ""


class Lookup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is only read."""

    name: ClassVar[str] = ""

"""Closed sets of words."""

from enum import StrEnum


class Word(StrEnum):
    """A :class:`StrEnum` for hot paths: hashed as the string it is, not by a call into Python."""

    __hash__ = str.__hash__

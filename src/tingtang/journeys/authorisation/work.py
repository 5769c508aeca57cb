"""Kinds of work that the operations centre (集中作业中心) does, and how long each may wait. Pure."""

from typing import Annotated, Protocol

import msgspec

from tingtang.kernel.text import Text


class Patience(Protocol):
    """How long things wait, in seconds."""

    @property
    def claim_seconds(self) -> int: ...
    @property
    def escalate_seconds(self) -> int: ...
    @property
    def lapse_seconds(self) -> int: ...


class WorkKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of work."""

    code: str
    """As scenarios name it."""
    name: Text
    people: Annotated[int, msgspec.Meta(ge=1, le=2)] = 1
    """2: a second person checks what the first has done."""
    priority: Annotated[int, msgspec.Meta(ge=0, le=9)] = 4
    claim_seconds: Annotated[int, msgspec.Meta(ge=60, le=86_400)] = 1_800
    """How long somebody has who took it before it goes back to all."""
    escalate_seconds: Annotated[int, msgspec.Meta(ge=60, le=604_800)] = 7_200
    """After how long without anybody it comes before all else."""
    lapse_seconds: Annotated[int, msgspec.Meta(ge=600, le=2_592_000)] = 259_200
    """After how long it is handed back as not done."""


KINDS = (WorkKind(code="stamp_mail", name=Text("盖章并邮寄", "Stamped and mailed"), people=2),)


class CentreSettings(msgspec.Struct, frozen=True):
    """What the operations centre does, by kind."""

    kinds: tuple[WorkKind, ...] = KINDS


def kind_of(settings: CentreSettings, code: str) -> WorkKind:
    """The kind with this code; one of its own name, one person, where the bank has none such."""
    found = next((kind for kind in settings.kinds if kind.code == code), None)
    return found or WorkKind(code=code, name=Text(code))

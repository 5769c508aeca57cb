"""A scenario as it was written: its steps, what each shows, asks and does. Plain values."""

from enum import StrEnum

import msgspec

from tingtang.kernel.text import Text


class Channel(StrEnum):
    """Where a journey can run."""

    KIOSK = "kiosk"
    PAD = "pad"
    COUNTER = "counter"
    PHONE = "phone"


class Medium(StrEnum):
    """What somebody may be known by in the place of a paper, with its PIN."""

    CARD = "card"
    PASSBOOK = "passbook"
    TOKEN = "token"  # noqa: S105 - a U盾, no secret
    """U盾"""


class ScreenKind(StrEnum):
    """How a screen is laid out."""

    FORM = "form"
    REVIEW = "review"
    """What was entered, to be confirmed before it takes effect."""
    NOTICE = "notice"
    """Something to read."""
    RECEIPT = "receipt"
    """What was done."""
    WAIT = "wait"
    """Shown while an action is under way."""


class FieldKind(StrEnum):
    TEXT = "text"
    DIGITS = "digits"
    AMOUNT = "amount"
    """Money in fen, typed in yuan."""
    NUMBER = "number"
    DATE = "date"
    """ISO: 2026-11-22."""
    CHOICE = "choice"
    CHOICES = "choices"
    """Several of the options."""
    YES = "yes"
    """Must be ticked to go on, as terms are."""
    PHONE = "phone"
    ID_NUMBER = "id_number"
    ADDRESS = "address"
    SIGNATURE = "signature"
    """Strokes drawn on the screen, as an SVG path in a box of 1000 by 400; ``typed:`` and the name
    of whoever cannot draw."""
    PHOTO = "photo"
    """A picture from the terminal's camera, as base64 of a JPEG."""


class Sensitivity(StrEnum):
    """JR/T 0171-2020: C3 (PIN, biometrics) is not kept longer than the step needs it; C2 is masked."""

    C1 = "c1"
    C2 = "c2"
    C3 = "c3"


class FieldSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Something a step asks for. ``options``, ``default`` and ``when`` are expressions."""

    name: str
    kind: FieldKind
    label: Text
    hint: Text = Text("")
    required: bool = True
    options: str = ""
    """Of a choice: a list of {value, zh, en}, or of plain values."""
    default: str = ""
    when: str = ""
    """Asked only where this holds."""
    least: str = ""
    """Least amount or number, earliest date."""
    most: str = ""
    pattern: str = ""
    length_max: int = 200
    sensitivity: Sensitivity = Sensitivity.C2


class RowSpec(msgspec.Struct, frozen=True):
    """A line of a review or receipt; ``value`` is an expression."""

    label: Text
    value: str
    when: str = ""


class ScreenSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What a step shows and says. Texts may have gaps."""

    kind: ScreenKind
    title: Text
    texts: tuple[Text, ...] = ()
    say: Text = Text("")
    """Spoken; the title where it is empty."""
    fields: tuple[FieldSpec, ...] = ()
    rows: tuple[RowSpec, ...] = ()
    button: Text = Text("")
    """On the button that goes on."""
    actor: str = "customer"
    """Who fills it in: ``customer`` or ``staff``."""


STAFF = "staff"
"""The ``actor`` of a step that nobody but the bank's people may answer."""


class OnRefused(StrEnum):
    """What follows when what an action asked for was refused."""

    STOP = "stop"
    """Tell the customer why, and let them change what they entered or leave."""
    GO_ON = "go_on"
    """The scenario looks at ``{into}.refused`` itself."""


class ActionSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Something the system does: its name in the register of actions, and what it is given."""

    name: str
    inputs: dict[str, str] = {}
    """Expressions."""
    on_refused: OnRefused = OnRefused.STOP
    needs: str = ""
    """A module of the terminal that must work: ``card_reader``."""
    secret: tuple[str, ...] = ()
    """What of its outcome is never written down: ``pin_block``."""


class StepSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One step: a screenful, an action, or an action with what is shown meanwhile."""

    id: str
    process: str
    name: Text
    into: str
    """Under which name what it gives is known to later steps."""
    screen: ScreenSpec | None = None
    action: ActionSpec | None = None

    @property
    def key(self) -> str:
        """The same in no other step of the scenario."""
        return f"{self.process}/{self.id}"


class ScenarioAbout(msgspec.Struct, frozen=True, kw_only=True):
    """What a menu needs to know of a scenario."""

    id: str
    name: Text
    group: str = ""
    channels: tuple[Channel, ...] = ()
    needs: tuple[str, ...] = ()
    """Modules of a machine without which it cannot be done there: ``card_reader``, ``printer``."""
    words: tuple[str, ...] = ()
    """What people call it, to be found by."""
    identify: tuple[Medium, ...] = ()
    """What does here beside a paper; nothing for openings, losses and resets."""
    hours: str = "always"
    """``always``, or ``staffed`` where it needs somebody of the branch (R065)."""
    is_shared: bool = False
    """A sub-process of others, not offered by itself."""

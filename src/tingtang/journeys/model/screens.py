"""What a terminal is told to show for a step. The same on every terminal."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tingtang.journeys.model import scenario as s
from tingtang.journeys.model.costs import SCREEN_MAX, spending
from tingtang.journeys.model.expressions import evaluate, fill, is_true
from tingtang.kernel.text import Text

Known = Mapping[str, Any]


class Option(msgspec.Struct, frozen=True):
    """Something that can be chosen."""

    value: str | int | bool
    label: Text
    hint: Text = Text("")


class FieldView(msgspec.Struct, frozen=True, kw_only=True):
    """A field as the player draws it; amounts are in fen."""

    name: str
    kind: s.FieldKind
    label: Text
    hint: Text
    required: bool
    options: tuple[Option, ...]
    value: str | int | bool | list[str] | None
    """What stands in it at first."""
    least: int | str | None
    most: int | str | None
    pattern: str
    length_max: int
    is_secret: bool = False
    """C3: not shown while it is typed."""


class RowView(msgspec.Struct, frozen=True):
    label: Text
    value: Text


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """One screenful."""

    step: str
    """What an answer names."""
    kind: s.ScreenKind
    title: Text
    texts: tuple[Text, ...] = ()
    say: Text = Text("")
    fields: tuple[FieldView, ...] = ()
    rows: tuple[RowView, ...] = ()
    button: Text = Text("")
    actor: str = "customer"


def screen(key: str, spec: s.ScreenSpec, known: Known) -> Screen:
    """The screen of a step over what the journey knows; ``WrongExpression`` where it asks for
    what is not known.
    """
    with spending(SCREEN_MAX):
        title = _words(spec.title, known)
        return Screen(
            step=key,
            kind=spec.kind,
            title=title,
            texts=tuple(_words(text, known) for text in spec.texts),
            say=_words(spec.say, known) if spec.say.zh else title,
            fields=tuple(field(one, known) for one in spec.fields if is_true(one.when, known)),
            rows=tuple(
                RowView(row.label, _as_text(evaluate(row.value, known)))
                for row in spec.rows
                if is_true(row.when, known)
            ),
            button=spec.button,
            actor=spec.actor,
        )


def field(spec: s.FieldSpec, known: Known) -> FieldView:
    """A field with its choices and bounds worked out."""
    return FieldView(
        name=spec.name,
        kind=spec.kind,
        label=spec.label,
        hint=_words(spec.hint, known),
        required=spec.required,
        options=options(spec, known),
        value=evaluate(spec.default, known) if spec.default else None,
        least=evaluate(spec.least, known) if spec.least else None,
        most=evaluate(spec.most, known) if spec.most else None,
        pattern=spec.pattern,
        length_max=spec.length_max,
        is_secret=spec.sensitivity is s.Sensitivity.C3,
    )


def options(spec: s.FieldSpec, known: Known) -> tuple[Option, ...]:
    """What a choice offers now."""
    if not spec.options:
        return ()
    return tuple(map(_option, evaluate(spec.options, known)))


def _option(given: Any) -> Option:
    if isinstance(given, dict):
        hint = Text(str(given.get("hint_zh", "")), str(given.get("hint_en", "")))
        label = Text(str(given.get("zh", given["value"])), str(given.get("en", "")))
        return Option(given["value"], label, hint)
    return Option(given, Text(str(given)))


def _words(text: Text, known: Known) -> Text:
    return Text(fill(text.zh, known), fill(text.en, known) if text.en else "")


def _as_text(value: Any) -> Text:
    if isinstance(value, dict):
        return Text(str(value.get("zh", "")), str(value.get("en", "")))
    if isinstance(value, bool):
        return Text("是", "Yes") if value else Text("否", "No")
    return Text(str(value))

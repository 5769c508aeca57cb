"""Whether what was entered may stand."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from tingtang.journeys.model import scenario as s
from tingtang.journeys.model.costs import SCREEN_MAX, spending
from tingtang.journeys.model.expressions import is_true, matches
from tingtang.journeys.model.problems import FIELD_WRONG
from tingtang.journeys.model.screens import FieldView, field
from tingtang.kernel.errors import Refused
from tingtang.kernel.text import Text

AMOUNT_MAX = 10**13
"""Fen: a hundred thousand million yuan is a slip of the finger."""
DRAWN_MAX = 60_000
"""Characters of a signature or a photo that goes over the air as text."""
PHOTO_MAX = 900_000
DRAWN = re.compile(r"M[\d\sMLQ.,-]+|typed:.{2,40}")
"""An SVG path, or the name of whoever could not draw and typed it instead."""
MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
CITIZEN = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
NEVER_KEPT = frozenset({"pin", "pin_block"})
"""Outcomes that are written down nowhere, whatever a diagram says or forgets to say."""
PICTURE = "photo"
"""Under this name machines and the register give the picture of a face or a paper."""
MISSING = {
    s.FieldKind.CHOICE: ("请选择一项", "must be chosen"),
    s.FieldKind.CHOICES: ("请至少选择一项", "needs at least one choice"),
    s.FieldKind.DATE: ("请选择日期", "must be chosen"),
    s.FieldKind.YES: ("需要您同意才能继续", "must be agreed to"),
    s.FieldKind.SIGNATURE: ("请签名", "must be drawn or typed"),
    s.FieldKind.PHOTO: ("请拍照", "must be taken"),
}
"""What to do about a field that was left out, where that is not to fill it in."""
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
"""GB 11643-1999: weights of the first seventeen digits, and the last one by their sum."""


def checked(
    spec: s.ScreenSpec, known: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """The answer to a step as it is kept: every field it asks for, and no other.

    Refused (field_wrong) names the field and says what is wrong with it.
    """
    answer: dict[str, Any] = {}
    with spending(SCREEN_MAX):
        for one in spec.fields:
            now = {**known, **answer}
            if not is_true(one.when, now):
                continue
            view = field(one, now)
            value = given.get(one.name)
            if value is None or value in ("", []):
                if one.required:
                    _refuse(view, *MISSING.get(view.kind, ("请填写", "is needed")))
                answer[one.name] = None
                continue
            answer[one.name] = _value(view, value)
    return answer


def _value(view: FieldView, value: Any) -> Any:
    kinds = s.FieldKind
    match view.kind:
        case kinds.AMOUNT | kinds.NUMBER:
            return _number(view, value)
        case kinds.YES:
            if value is not True:
                _refuse(view, "需要您同意才能继续", "must be agreed to")
            return True
        case kinds.CHOICE:
            # As JSON has them: what equals a choice and is of another kind (true, 1) is none.
            if not any(type(o.value) is type(value) and o.value == value for o in view.options):
                _refuse(view, "请从选项中选择", "is not one of the choices")
            return value
        case kinds.CHOICES:
            offered = [o.value for o in view.options]
            if not isinstance(value, list) or any(one not in offered for one in value):
                _refuse(view, "请从选项中选择", "is not among the choices")
            return [one for one in offered if one in value]
    if not isinstance(value, str):
        _refuse(view, "格式不对", "must be a text")
    return _text(view, value.strip())


def _number(view: FieldView, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        _refuse(view, "请输入数字", "must be a whole number")
    least = view.least if isinstance(view.least, int) else 1 if _is_money(view) else -AMOUNT_MAX
    most = view.most if isinstance(view.most, int) else AMOUNT_MAX
    if value < least:
        _refuse(view, f"不能少于{_shown(view, least)}", f"must be at least {_shown(view, least)}")
    if value > most:
        _refuse(view, f"不能超过{_shown(view, most)}", f"must be at most {_shown(view, most)}")
    return int(value)


def _text(view: FieldView, text: str) -> str:
    kinds = s.FieldKind
    limit = {kinds.SIGNATURE: DRAWN_MAX, kinds.PHOTO: PHOTO_MAX}.get(view.kind, view.length_max)
    if len(text) > limit:
        _refuse(view, f"最多 {limit} 个字", f"must be at most {limit} characters")
    match view.kind:
        case kinds.DIGITS if not (text.isascii() and text.isdigit()):
            _refuse(view, "只能输入数字", "must be digits")
        case kinds.PHONE if not MOBILE.fullmatch(text):
            _refuse(view, "请输入 11 位手机号", "must be a mobile number of 11 digits")
        case kinds.ID_NUMBER if not is_id_number(text.upper()):
            _refuse(view, "证件号码有误，请核对", "is not a valid number; check it")
        case kinds.SIGNATURE if not DRAWN.fullmatch(text):
            _refuse(view, "请签名", "must be drawn or typed")
        case kinds.DATE:
            _date(view, text)
    if view.pattern and not matches(text, view.pattern):
        _refuse(view, "格式不对，请核对", "does not look right; check it")
    return text.upper() if view.kind is kinds.ID_NUMBER else text


def _date(view: FieldView, text: str) -> None:
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        _refuse(view, "请选择日期", "must be a date")
    if text != found.isoformat():  # dates are compared as texts, so that there is one form of each
        _refuse(view, "请选择日期", "must be a date like 2026-11-22")
    if isinstance(view.least, str) and found < dt.date.fromisoformat(view.least):
        _refuse(view, f"不能早于 {view.least}", f"must not be before {view.least}")
    if isinstance(view.most, str) and found > dt.date.fromisoformat(view.most):
        _refuse(view, f"不能晚于 {view.most}", f"must not be after {view.most}")


def is_id_number(text: str) -> bool:
    """A resident's number by its form, date and check digit (GB 11643-1999)."""
    if not CITIZEN.fullmatch(text):
        return False
    try:
        dt.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, WEIGHTS, strict=False))
    return CHECKS[total % 11] == text[17]


def without_secrets(step: s.StepSpec, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What of an answer or outcome may be written down: all but what is C3 (JR/T 0171-2020)."""
    secret = {one.name for one in _secret_fields(step)}
    if step.action is not None:
        secret.update(step.action.secret, NEVER_KEPT, (PICTURE,))
    return {name: None if name in secret else value for name, value in answer.items()}


def pictures(step: s.StepSpec, answer: Mapping[str, Any]) -> dict[str, str]:
    """What of the rest somebody has yet to look at: the pictures. They lie apart, sealed, and only
    while the business is under way.
    """
    names = {one.name for one in _secret_fields(step) if one.kind is s.FieldKind.PHOTO}
    if step.action is not None:
        names.add(PICTURE)
    found = ((name, answer.get(name)) for name in sorted(names))
    return {name: value for name, value in found if isinstance(value, str) and value}


def _secret_fields(step: s.StepSpec) -> list[s.FieldSpec]:
    fields = step.screen.fields if step.screen is not None else ()
    return [one for one in fields if one.sensitivity is s.Sensitivity.C3]


def _is_money(view: FieldView) -> bool:
    return view.kind is s.FieldKind.AMOUNT


def _shown(view: FieldView, value: int) -> str:
    return f"{value / 100:,.2f} 元" if _is_money(view) else str(value)


def _refuse(view: FieldView, zh: str, en: str) -> NoReturn:
    label = Text(view.label.zh, view.label.en or view.name)
    raise Refused(FIELD_WRONG, label=label, reason=Text(zh, en), field=view.name)

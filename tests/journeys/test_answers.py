"""What may stand in an answer, by its very form; and what is written down of none."""

from typing import Any

import pytest

from tests.journeys.conftest import Office, Terminal
from tests.journeys.flows import asks, line
from tingtang.journeys.access import PHONE_OPEN_MAX
from tingtang.journeys.model.answers import checked, is_id_number, without_secrets
from tingtang.journeys.model.expressions import WrongExpression, evaluate
from tingtang.journeys.model.scenario import (
    ActionSpec,
    FieldKind,
    FieldSpec,
    ScreenKind,
    ScreenSpec,
    StepSpec,
)
from tingtang.kernel.errors import Refused
from tingtang.kernel.text import Text

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
CHOICES = "[1, 'a', 'b']"


def answer(kind: FieldKind, value: Any, **more: str) -> Any:
    field = FieldSpec(name="f", kind=kind, label=Text("项"), **more)  # type: ignore[arg-type]
    spec = ScreenSpec(kind=ScreenKind.FORM, title=Text("填写"), fields=(field,))
    return checked(spec, {}, {"f": value})["f"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldKind.AMOUNT, "100"), (FieldKind.AMOUNT, -1), (FieldKind.AMOUNT, 0),
        (FieldKind.AMOUNT, 1.5), (FieldKind.AMOUNT, True), (FieldKind.AMOUNT, 10**13 + 1),
        (FieldKind.AMOUNT, 10**40), (FieldKind.DATE, "20261122"), (FieldKind.DATE, "2026-W47-7"),
        (FieldKind.ID_NUMBER, "11010519491231002X".translate(WIDE)),
        (FieldKind.PHONE, "13800138000".translate(WIDE)), (FieldKind.DIGITS, "１２"),
        (FieldKind.CHOICE, True), (FieldKind.CHOICE, [1]), (FieldKind.CHOICE, {"a": 1}),
        (FieldKind.CHOICES, [["a"]]), (FieldKind.CHOICES, [{}]), (FieldKind.CHOICES, "ab"),
        (FieldKind.YES, 1), (FieldKind.YES, "true"), (FieldKind.TEXT, {"zh": "x"}),
    ],
)  # fmt: skip
def test_what_has_another_form_is_refused(kind: FieldKind, value: Any) -> None:
    with pytest.raises(Refused) as refused:
        answer(kind, value, options=CHOICES)
    assert refused.value.code == "field_wrong"


def test_what_is_chosen_stands_once_and_in_order() -> None:
    assert answer(FieldKind.CHOICES, ["b", "a", "b"], options=CHOICES) == ["a", "b"]
    assert answer(FieldKind.CHOICE, 1, options=CHOICES) == 1
    assert is_id_number("11010519491231002X")


def test_a_pin_is_kept_nowhere_though_a_diagram_forgets_to_say_so() -> None:
    step = StepSpec(
        id="pin", process="x", name=Text("密码"), into="pin",
        action=ActionSpec(name="machine.enter_pin"),
    )  # fmt: skip
    assert without_secrets(step, {"pin_block": "AbC=", "ok": True}) == {
        "pin_block": None,
        "ok": True,
    }


@pytest.mark.parametrize("source", ["yuan(a)", "day(a)", "percent(a)", "a + 1", "int(a)"])
def test_an_error_says_nothing_of_what_was_entered(
    source: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(WrongExpression) as wrong:
        evaluate(source, {"a": "6222-SECRET"})
    assert "SECRET" not in str(wrong.value) + caplog.text + "".join(capfd.readouterr())


async def test_a_phone_leaves_no_end_of_journeys_behind(office: Office) -> None:
    ask = asks("ask", 'name="name" zh="姓名" en="Name"')
    await office.install("tell", {"tell.bpmn": line("tell", ask)})
    kiosk = await office.kiosk()
    code = (await kiosk.do(await kiosk.begin("tell"), "code")).json()["code"]
    phone = Terminal(office.world.bearer(code))
    views = [await phone.begin("tell") for _ in range(PHONE_OPEN_MAX)]
    path, body = "/api/branches/east/journeys", {"scenario": "tell"}
    refused = await phone.http.post(path, json=body)
    assert refused.json()["error"]["code"] == "too_many_journeys"
    await phone.do(views[0], "cancel")
    assert (await phone.http.post(path, json=body)).status_code == 201

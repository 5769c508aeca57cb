"""What head office's table offers after which business to whom: one thing at most."""

from typing import Any

import pytest

from tests.journeys.flows import calls, line
from tingtang.journeys.library import closure, shipped
from tingtang.journeys.model.bpmn import read
from tingtang.journeys.model.engine import Run
from tingtang.journeys.model.expressions import evaluate
from tingtang.journeys.model.scenario import Channel, ScenarioAbout
from tingtang.journeys.offers.model import Answered, Offer, age, choose, is_resting, rows_of
from tingtang.kernel.clock import DAY_MS
from tingtang.kernel.text import Text

NOW = 1_800_000_000_000


def fitting(moment: str, about: dict[str, Any]) -> list[str]:
    """What the table gives, in its order."""
    offer = (
        f"<bpmn:scriptTask id=\"when\"><bpmn:script>offer_at = '{moment}'\n"
        "identity = {'customer': 'c1'}</bpmn:script></bpmn:scriptTask>"
    )
    files = {
        **shipped()["shared_offer"],
        "try.bpmn": line("try", offer, calls("o", "shared_offer")),
    }
    run = Run(read("try", closure("try", files)), {"terminal": {}})
    run.give(run.waiting()[0].key, about, {})
    step = run.waiting()[0]
    assert step.step.action is not None
    known = run.known(step.key)
    columns = {name: evaluate(x, known) for name, x in step.step.action.inputs.items()}
    return [one.scenario for one in rows_of(columns)]


@pytest.mark.parametrize(
    ("moment", "age", "level", "holds", "first"),
    [
        ("card_apply", 40, 0, [], "ebank_open"),
        ("card_apply", 40, 0, ["ebank", "debit"], "quickpay_bind"),
        ("card_apply", 12, 0, [], None),
        ("card_apply", -1, 0, [], None),
        ("ebank_open", 30, 2, ["ebank", "debit"], "token_bind"),
        ("ebank_open", 30, 2, ["ebank", "debit", "token"], None),
        ("term_withdraw", 50, 3, [], "product_buy"),
        ("term_withdraw", 50, 0, [], "term_open"),
        ("term_withdraw", 70, 3, [], "term_open"),
        ("term_open", 50, 0, [], "risk_assess"),
        ("term_open", 50, 3, [], None),
        ("something_else", 40, 3, [], None),
    ],
)
def test_the_table_of_head_office(
    moment: str, age: int, level: int, holds: list[str], first: str | None
) -> None:
    found = fitting(moment, {"age": age, "risk_level": level, "holds": holds})
    assert (found[0] if found else None) == first


def offer(scenario: str) -> Offer:
    return Offer(scenario, Text("名", "name"), Text("因", "why"))


def about(scenario: str, *channels: Channel, needs: tuple[str, ...] = ()) -> ScenarioAbout:
    return ScenarioAbout(id=scenario, name=Text("名"), channels=channels, needs=needs)


OFFERED = {
    "a": about("a", Channel.KIOSK, needs=("cash",)),
    "b": about("b", Channel.KIOSK, Channel.PHONE),
    "c": about("c", Channel.PHONE),
}


def chosen(*before: Answered, own: str = "x", **more: Any) -> str:
    given = {"channel": Channel.KIOSK, "modules": frozenset({"cash"}), **more}
    found = choose(
        [offer("a"), offer("b"), offer("c")], before, OFFERED, own=own, now_ms=NOW, quiet_days=90,
        **given,
    )  # fmt: skip
    return found.scenario if found is not None else ""


@pytest.mark.shows("R178", part="one fitting thing after business, and no is respected")
def test_the_first_is_offered_that_can_be_done_here_and_was_not_declined_lately() -> None:
    assert chosen() == "a"
    assert chosen(modules=frozenset()) == "b"
    assert chosen(modules=None) == "a"
    assert chosen(own="a") == "b"
    assert chosen(channel=Channel.PAD) == ""
    declined = Answered("a", False, NOW - 80 * DAY_MS)
    assert chosen(declined) == "b"
    assert chosen(Answered("a", False, NOW - 91 * DAY_MS)) == "a"
    assert chosen(Answered("a", True, NOW - DAY_MS)) == "a"


def test_after_any_answer_there_is_rest() -> None:
    before = [Answered("a", True, NOW - DAY_MS // 2)]
    assert is_resting(before, NOW, 1)
    assert not is_resting(before, NOW, 0)
    assert not is_resting(before, NOW + DAY_MS, 1)


def test_an_age_is_in_whole_years_and_an_unknown_one_is_no_age() -> None:
    import datetime as dt

    today = dt.date(2026, 11, 22)
    assert (age("2008-11-22", today), age("2008-11-23", today)) == (18, 17)
    assert age("", today) == -1


def test_rows_without_their_columns_are_none() -> None:
    assert rows_of({}) == []
    assert rows_of({"scenario": "a", "zh": "b", "en": "c", "why_zh": "d", "why_en": "e"}) == []

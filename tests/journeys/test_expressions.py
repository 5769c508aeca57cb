"""What the program's log may hold of an expression that failed: never a number of somebody's."""

from typing import Any

import pytest

from tingtang.journeys.model.expressions import WrongExpression, evaluate

CARD, PAPER = "6222000011112222", "11010119900307775X"


@pytest.mark.parametrize(
    ("source", "known"),
    [
        ("cards[number]", {"cards": {"a": 1}, "number": CARD}),
        ("cards[int(number)]", {"cards": [1], "number": CARD}),
        ("cards[number]", {"cards": {"a": 1}, "number": PAPER}),
        ("int(number)", {"number": PAPER}),
        ("number + 1", {"number": CARD}),
    ],
)
def test_an_expression_that_fails_tells_no_number(source: str, known: dict[str, Any]) -> None:
    with pytest.raises(WrongExpression) as failed:
        evaluate(source, known)
    told = str(failed.value)
    assert source in told
    assert CARD not in told
    assert PAPER not in told

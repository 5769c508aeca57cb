"""What expressions may cost is counted: the same one is refused everywhere, however fast a machine is."""

import pytest

from tests.journeys.flows import HEAD, TAIL, asks, does, line
from tingtang.journeys.model import costs
from tingtang.journeys.model.bpmn import read
from tingtang.journeys.model.costs import EACH, EXPRESSION_MAX, Budget, spending
from tingtang.journeys.model.expressions import WrongExpression, evaluate
from tingtang.journeys.model.rounds import prepared
from tingtang.kernel.errors import Refused

LONG = list(range(5_000))
TURNS_MAX = int((2 * EXPRESSION_MAX / EACH) ** 0.5) + 1
"""A list that is built as it is gone over costs the square of its length."""
BIG = "a" * 3_000_000


def spent(source: str, **data: object) -> Budget:
    """What was spent until it was refused."""
    with spending(costs.WALK_MAX) as budget:
        try:
            evaluate(source, data)
        except WrongExpression as error:
            assert "costs more" in str(error)
        else:
            assert source.endswith("|| true")
    return budget


@pytest.mark.shows("R015", part="what an expression costs is bounded")
@pytest.mark.parametrize(
    "source",
    [
        "n.map(x, x)",
        "n.map(x, n.map(y, y))",
        "n.filter(x, n.exists(y, y < 0))",
        "n.map(x, n)",
        "n.filter(x, !(x in n))",
        "n.filter(x, n == n)",
        "n.exists_one(x, x == 4999)",
        "n.existsOne(x, n.existsOne(y, y == 1))",
        "n.all(x, t.contains('b') || true)",
        "n.exists(x, t.matches('(a+)+b'))",
        "n.exists(x, t + t == '')",
        "n.map(x, {'a': n, 'b': n}).exists(y, false)",
        "n.exists(x, n.exists(y, false) || false) || true",
    ],
)
def test_a_costly_expression_is_refused_after_few_turns(source: str) -> None:
    assert spent(source, n=LONG, t=BIG).turns <= TURNS_MAX


def test_a_large_text_is_looked_at_so_often_and_no_more() -> None:
    source = " || ".join(["t.contains('b')"] * 100)
    assert spent(source, t=BIG).turns == 0
    assert spent(" || ".join(["'x'.matches('y')"] * 100)).turns == 0


def test_many_cheap_ones_share_what_one_answer_may_cost() -> None:
    done = 0
    with spending(costs.SCREEN_MAX), pytest.raises(WrongExpression):
        for _ in range(10_000):
            evaluate("n.map(x, x)[0]", {"n": LONG[:100]})
            done += 1
    assert 0 < done <= costs.SCREEN_MAX / (EACH * 100 * 100 / 2)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("a.map(x, x + 1)", [2, 3]),
        ("a.filter(x, x > 1).map(y, {'a': y, 'b': ',)'})", [{"a": 2, "b": ",)"}]),
        ("a.map(x, a.map(y, x * y))", [[1, 2], [2, 4]]),
        ("a.map(x, x > 1, x * 10)", [20]),
        ("a.exists(x, x == 2) && a.all(x, x > 0)", True),
        ("a.exists_one(x, x == 2)", True),
        (r"'it\'s (' + a.map(x, string(x))[0]", "it's (1"),
        ("{'b': 1}.map(k, k)", ["b"]),
        ("'map'", "map"),
        ("a.map\n( x , x )", [1, 2]),
        ("b.map(x, has(x.c) ? x.c : 0)", [7, 0]),
    ],
)
def test_what_is_told_of_its_turns_comes_to_the_same(source: str, value: object) -> None:
    assert evaluate(source, {"a": [1, 2], "b": [{"c": 7}, {}]}) == value


@pytest.mark.parametrize(
    "source",
    [
        "'map(' + string(a.map(x, x))",
        "a.map(x, x) // .map(",
        "a.map // \u2028(x, x)",
        "r'\\' + a.map(x, x)[0] + '\\'",
        "a.map(x, tt_turn(0, x))",
        "a.map(x, a.map(y, a.map(z, z)))",
    ],
)
def test_no_round_hides_in_a_text_or_a_comment(source: str) -> None:
    try:
        assert len(prepared(source).rounds) == source.count(".map")
    except ValueError:
        return


def looped(*steps: str) -> str:
    """A diagram that goes round through these steps, with a way out."""
    ids = [one.split('id="', 1)[1].split('"', 1)[0] for one in steps]
    flows = [("start", ids[0]), *zip(ids, [*ids[1:], "gate"], strict=True), ("gate", ids[0])]
    drawn = "".join(
        f'<bpmn:sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}">'
        + ("<bpmn:conditionExpression>true</bpmn:conditionExpression>" if a == "gate" else "")
        + "</bpmn:sequenceFlow>"
        for n, (a, b) in enumerate(flows)
    )
    return (
        HEAD.format(id="x", name="x")
        + '<bpmn:startEvent id="start"/><bpmn:exclusiveGateway id="gate" default="out"/>'
        + "".join(steps)
        + '<bpmn:endEvent id="end"/><bpmn:sequenceFlow id="out" sourceRef="gate" targetRef="end"/>'
        + drawn
        + TAIL
    )


LOOK = does("look", "bank.look", lookup="'accounts.list'")
AGAIN = does("again", "bank.look", lookup="'accounts.list'")


@pytest.mark.shows("R015", part="a loop that the system alone goes round is not let in")
def test_a_loop_in_which_nobody_answers_is_refused_and_named() -> None:
    with pytest.raises(Refused, match="gate → look → again → gate") as refused:
        read("x", {"x.bpmn": looped(LOOK, AGAIN)})
    assert refused.value.code == "bad_scenario"
    assert "没有由人回答" in refused.value.message("zh")
    asked = asks("ask", 'name="name" zh="姓名" en="Name"')
    assert read("x", {"x.bpmn": looped(LOOK, asked, AGAIN)}).steps
    assert read("x", {"x.bpmn": line("x", LOOK, AGAIN, asked)}).steps

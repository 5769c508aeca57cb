"""Every trade and look-up of the contract has a rule, and nonsense is declined with words."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bank.conftest import Desk
from tingtang.bank.reference.model.looks import LOOKS
from tingtang.bank.reference.model.rules import RULES
from tingtang.bank.trades import LOOKUPS, TRADES


def test_every_trade_and_lookup_of_the_contract_is_answered() -> None:
    assert set(RULES) == set(TRADES.values())
    assert set(LOOKS) == set(LOOKUPS.values())
    assert (len(TRADES), len(LOOKUPS)) == (54, 17)


def _nobodys(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Fields of the right types that name nothing there is."""
    found: dict[str, Any] = {}
    for name, field in zip(kind.__struct_fields__, msgspec.structs.fields(kind), strict=True):
        if not field.required:
            continue
        shape = str(field.type)
        value: Any = 7 if "int" in shape else "nothing"
        found[name] = ["nothing"] if shape.startswith("list") else value
    return found


@pytest.mark.parametrize("name", sorted(TRADES))
def test_what_names_nothing_there_is_declined(desk: Desk, name: str) -> None:
    fields = _nobodys(TRADES[name])
    if "level" in fields:
        fields["level"] = 3
    if "signature" in fields:
        fields |= {"message": "ab" * 32, "signature": "ab" * 64}
    if "public_key" in fields:
        fields["public_key"] = "n" * 64
    code = desk.no(name, **fields)
    assert code.startswith("unknown_") or code in {
        "not_in_stock", "box_short", "same_account", "range_wrong", "day_not_yet",
    }  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(sorted(TRADES)),
    fields=st.dictionaries(
        st.text(max_size=8),
        st.none() | st.integers() | st.text() | st.lists(st.integers()) | st.floats(),
        max_size=4,
    ),
)
def test_nonsense_is_declined(nonsense_desk: Desk, name: str, fields: dict[str, Any]) -> None:
    assert nonsense_desk.no(name, **{"x": 1, **fields}) == "bad_input"


@pytest.fixture(scope="module")
def nonsense_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("bank"))

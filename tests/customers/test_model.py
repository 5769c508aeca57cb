"""Numbers are checked and masked as the rules of the field have it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingtang.customers import model as m
from tingtang.kernel.errors import Refused


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王小明", "王*明"),
        ("李雷", "李*"),
        ("欧阳致远", "欧**远"),
        ("Ann Lee", "A** L**"),
        ("", ""),
    ],
)
def test_names_are_masked(name: str, shown: str) -> None:
    assert m.mask_name(name) == shown


@given(st.text(st.characters(codec="utf-8", exclude_characters=" "), min_size=2, max_size=20))
def test_a_masked_name_never_shows_more_than_its_ends(name: str) -> None:
    if not name.isascii():
        shown = m.mask_name(name)
        assert len(shown) == len(name)
        assert all(char == "*" for char in shown[1:-1])


@given(st.text("0123456789", max_size=20), st.integers(0, 6), st.integers(0, 6))
def test_a_number_keeps_its_length_and_at_most_its_ends(text: str, first: int, last: int) -> None:
    shown = m.mask_middle(text, first, last)
    assert len(shown) == len(text)
    assert shown.count("*") == len(text) or len(text) > first + last


def test_an_id_number_is_checked_by_its_last_character() -> None:
    body = "11010519491231002"
    assert m.is_id_number(body + "X")
    assert not any(m.is_id_number(body + digit) for digit in "0123456789")
    assert not m.is_id_number("1101051949123100")


def test_a_card_number_is_checked_by_luhn() -> None:
    valid = [digit for digit in "0123456789" if m.is_card("622202000000000000" + digit)]
    assert len(valid) == 1
    assert not m.is_card("6222")


def test_blanks_are_forgiven_and_wrong_numbers_refused_in_words() -> None:
    assert m.checked(m.By.PHONE, "138 0013-8000") == "13800138000"
    with pytest.raises(Refused) as refused:
        m.checked(m.By.PHONE, "12345")
    assert refused.value.message("zh") == "手机号格式不正确，请核对"

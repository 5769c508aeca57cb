"""Device types are declared in one file each, and a wrong one says what is wrong."""

from pathlib import Path

import pytest

import tingtang.devices
from tingtang.devices.model.declared import BadDeviceType, fits, parse_type
from tingtang.devices.model.kinds import Kind, Quantity
from tingtang.kernel.text import Text

FILES = sorted((Path(tingtang.devices.__file__).parent / "types").glob("*.toml"))
LAMP = """
code = "lamp"
text = {zh = "灯", en = "Lamp"}
group = "environment"
when_open = {on = true}
[[properties]]
name = "on"
text = {zh = "开关", en = "On"}
kind = "switch"
"""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_declared_type_holds_together(file: Path) -> None:
    declared = parse_type(file.read_text(), file.name)
    assert declared.code == file.stem
    assert declared.text.zh
    assert declared.text.en


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("code =", "kode ="), "kode"),
        (('"environment"', '"nowhere"'), "nowhere"),
        (("on = true", "on = 3"), "on in when_open is not a valid setting"),
        (("on = true", "level = 3"), "level in when_open is not a valid setting"),
        (("[[properties]]", "[[commands]]\nname = 'set'\ntext = {zh = 's', en = 's'}\n[[properties]]"),
         "no command may be called set"),
        (("[[properties]]", "[[properties]]\nname = 'on'\ntext = {zh = 's', en = 's'}\n[[properties]]"),
         "on stands twice in properties"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_says_which_file_and_what(change: tuple[str, str], words: str) -> None:
    with pytest.raises(BadDeviceType) as raised:
        parse_type(LAMP.replace(*change), "lamp.toml")
    assert "lamp.toml" in str(raised.value)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("quantity", "good", "bad"),
    [
        (Quantity(name="on", text=Text("开"), kind=Kind.SWITCH), [True, False], [1, "on", None]),
        (Quantity(name="level", text=Text("亮"), low=0, high=100), [0, 100, 5.5], [-1, 101, True, "5"]),
        (Quantity(name="mode", text=Text("式"), kind=Kind.CHOICE, choices=("a", "b")), ["a"], ["c", 1]),
        (Quantity(name="note", text=Text("字"), kind=Kind.TEXT, length_max=3), ["", "abc"], ["abcd", 1]),
    ],
)  # fmt: skip
def test_a_value_fits_its_quantity(
    quantity: Quantity, good: list[object], bad: list[object]
) -> None:
    assert all(fits(quantity, value) for value in good)
    assert not any(fits(quantity, value) for value in bad)

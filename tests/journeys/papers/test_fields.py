"""Fields of papers by where they stand; lines as an engine gives them. All people are made up."""

import pytest

from tingtang.ai.model.wire import Line
from tingtang.journeys.papers.model import read_paper
from tingtang.journeys.papers.mrz import check_digit, read_zone


def at(left: int, top: int, text: str, *, sure: float = 0.99, height: int = 40) -> Line:
    return Line(text, sure, left, top, left + 34 * len(text), top + height)


def number_with_check(first: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, weights, strict=True)) % 11]


NUMBER = number_with_check("37070519900307001")
FRONT = [
    at(40, 60, "姓名 王小明"), at(40, 140, "性别 男 民族 汉"), at(40, 220, "出生 1990年3月7日"),
    at(40, 300, "住址 潍坊市东城路一号"), at(40, 460, f"公民身份号码 {NUMBER}"),
]  # fmt: skip


def test_labels_and_values_in_one_line() -> None:
    paper = read_paper(FRONT, "temporary")
    assert paper.value("name") == "王小明"
    assert paper.value("id_number") == NUMBER
    assert paper.fields["id_number"].is_checked
    assert paper.value("birth_date") == "1990-03-07"
    assert paper.doubts == ()


def test_values_to_the_right_of_their_labels_whatever_the_order() -> None:
    lines = [
        at(300, 462, NUMBER), at(180, 60, "欧阳小明"), at(40, 64, "姓名"),
        at(40, 460, "公民身份号码"), at(40, 140, "性别"), at(180, 140, "女"),
    ]  # fmt: skip
    paper = read_paper(lines, "resident")
    assert (paper.value("name"), paper.value("id_number")) == ("欧阳小明", NUMBER)


@pytest.mark.shows("R078", part="papers of Hong Kong, Macao and Taiwan are read")
def test_values_below_their_labels_as_on_permits() -> None:
    lines = [
        at(40, 20, "港澳居民来往内地通行证"), at(300, 90, "姓名/Name", height=24),
        at(300, 124, "陈大文"), at(300, 170, "CHEN, TAI MAN"), at(300, 230, "出生日期", height=24),
        at(300, 262, "1988.11.02"), at(300, 320, "有效期限", height=24),
        at(300, 352, "2020.05.01-2030.04.30"), at(300, 430, "证件号码", height=24),
        at(300, 462, "H12345678"),
    ]  # fmt: skip
    paper = read_paper(lines, "hk_macao_permit")
    found = {name: paper.value(name) for name in ("name", "id_number", "birth_date", "expires")}
    assert found == {
        "name": "陈大文", "id_number": "H12345678", "birth_date": "1988-11-02",
        "expires": "2030-04-30",
    }  # fmt: skip
    assert (paper.kind, paper.doubts) == ("hk_macao_permit", ())


def test_a_permit_of_taiwan_has_eight_digits_beside_their_label_and_nowhere_else() -> None:
    lines = [at(40, 40, "姓名 林小美"), at(40, 120, "19901102"), at(40, 200, "证件号码 O1234567")]
    assert read_paper(lines, "taiwan_permit").value("id_number") == "01234567"
    assert read_paper(lines[:2], "taiwan_permit").doubts == ("id_number_missing",)


@pytest.mark.shows("R092", part="a page of the household book is read")
def test_a_page_of_a_household_book() -> None:
    lines = [
        at(200, 10, "常住人口登记卡"), at(40, 80, "姓名"), at(160, 80, "王小宝"),
        at(420, 80, "户主或与户主关系"), at(720, 80, "子"), at(40, 160, "性别"), at(160, 160, "男"),
        at(40, 240, "公民身份证件编号"), at(360, 240, NUMBER),
    ]  # fmt: skip
    paper = read_paper(lines, "household")
    assert (paper.value("name"), paper.value("id_number")) == ("王小宝", NUMBER)
    assert paper.value("birth_date") == "1990-03-07"


def test_a_digit_that_was_misread_is_proposed_and_pointed_out() -> None:
    wrong = NUMBER[:-2] + str((int(NUMBER[-2]) + 1) % 10) + NUMBER[-1]
    paper = read_paper([*FRONT[:-1], at(40, 460, f"公民身份号码{wrong}")], "resident")
    assert paper.value("id_number") == wrong
    assert paper.doubts == ("check_digit",)


def test_letters_taken_for_digits_are_digits_again() -> None:
    read = NUMBER.replace("0", "O", 1)
    assert read_paper([at(40, 460, read)], "resident").value("id_number") == NUMBER


def test_doubts_are_told_apart() -> None:
    other = [*FRONT[:2], at(40, 220, "出生 1991年3月7日", sure=0.6), FRONT[-1]]
    lines = [at(40, 10, "台湾居民居住证"), *other]
    assert read_paper(lines, "resident").doubts == ("birth_date_differs", "unsure", "other_kind")
    assert read_paper([], "resident").doubts == ("name_missing", "id_number_missing")


def test_the_zone_of_a_passport_is_taken_only_where_its_check_digits_agree() -> None:
    # The specimen of ICAO Doc 9303 part 4.
    upper = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
    lower = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
    assert check_digit("L898902C3") == "6"
    zone = read_zone([upper, lower])
    assert zone is not None
    assert (zone.number, zone.name) == ("L898902C3", "ERIKSSON ANNA MARIA")
    assert (zone.birth_date, zone.expires) == ("1974-08-12", "2012-04-15")
    assert read_zone([upper, lower.replace("740812", "740813")]) is None
    paper = read_paper([at(0, 800, upper), at(0, 860, lower)], "passport")
    assert paper.value("name") == "ERIKSSON ANNA MARIA"
    assert paper.fields["id_number"].is_checked

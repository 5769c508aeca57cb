"""At the counter and on the PAD: staff take a picture of a paper where the customer agrees, and compare
what was read with it; or type."""

from base64 import b64encode
from typing import Any

import pytest

from tests.ai.drawn import card, needs_font
from tests.ai.test_engines import needs_papers
from tests.journeys import test_machine
from tests.journeys.conftest import Office, until
from tests.journeys.flows import asks, does, line
from tests.journeys.test_machine import Stand
from tests.journeys.test_who_it_is import Played
from tingtang.bank.reference.people import citizen_number
from tingtang.kernel.ids import JourneyId
from xfs4iot.virtual.card_world import Card

stand = test_machine.stand
NUMBER = citizen_number("370705", "1990-03-07", 1)
TEMPORARY = [
    (60, 30, "临时居民身份证"), (60, 110, "姓名"), (200, 110, "王小明"),
    (60, 190, "性别 男 民族 汉"), (60, 270, "出生 1990年3月7日"), (60, 430, "公民身份号码"),
    (330, 430, NUMBER),
]  # fmt: skip
PAPERS = [{"value": "resident", "zh": "居民身份证"}, {"value": "temporary", "zh": "临时居民身份证"}]
PICTURE = "/9j/4AAQSkZJRg=="
READ: dict[str, Any] = {
    "id_number": NUMBER, "name": "王小明", "zh": "请核对", "en": "Compare", "doubts": [],
}  # fmt: skip


def at(channel: str) -> Played:
    here = {"channel": channel, "modules": [], "has_machine": False}
    return Played("shared_paper", {}, here, papers=PAPERS)


def answers(**given: Any) -> dict[str, Any]:
    return {
        "id_kind": "temporary", "id_number": None, "name": None, "picture": None, "agreed": None,
        **given,
    }  # fmt: skip


@pytest.mark.parametrize("channel", ["counter", "pad"])
@pytest.mark.shows("R077", part="at counter and PAD: read from a picture, compared by staff")
@pytest.mark.shows("R079", part="at counter and PAD as at the kiosk")
def test_a_picture_is_read_and_staff_compare_it(channel: str) -> None:
    played = at(channel).give("seen", **answers(picture=PICTURE, agreed=True))
    assert played.step == "seen_ocr"
    assert played.inputs() == {"picture": PICTURE, "kind": "temporary"}
    played.give("seen_ocr", **READ)
    assert played.fields() == {"id_kind": True, "id_number": True, "name": True}
    played.give("seen_read", id_kind="temporary", id_number=NUMBER, name="王小朋")
    assert played.step == "check"
    # What staff saw on the paper holds, whatever was read.
    assert played.inputs() == {"id_kind": "temporary", "id_number": NUMBER, "name": "王小朋"}


def test_without_the_customers_consent_nothing_is_read() -> None:
    played = at("counter").give("seen", **answers(picture=PICTURE))
    assert played.step == "seen_more"
    played.give("seen_more")
    played.give("seen", **answers(picture=PICTURE, id_number=NUMBER, name="王小明"))
    assert played.step == "check"
    assert "seen_ocr" not in played.path


def test_where_nothing_can_be_read_staff_type_as_before() -> None:
    no = {"refused": True, "code": "no_engine", "zh": "请手工录入", "en": "Type it"}
    played = at("pad").give("seen", **answers(picture=PICTURE, agreed=True, name="王小明"))
    played.give("seen_ocr", **no)
    played.give("seen_read", id_kind="resident", id_number=NUMBER, name="王小明")
    assert played.inputs()["id_kind"] == "resident"
    typed = at("pad").give("seen", **answers(id_number=NUMBER, name="王小明"))
    assert typed.step == "check"


@needs_papers
@needs_font
@pytest.mark.shows("R077", part="photographed at the counter and read by the engine")
async def test_the_engine_reads_what_a_teller_photographed(office: Office) -> None:
    teller = await office.staff()
    read = does(
        "ocr", "paper.read", 'on_refused="go_on"', picture="shot.picture", kind="'temporary'"
    )
    shot = asks("shot", 'name="picture" kind="photo" zh="照片" en="Picture"')
    await office.install("try", {"try.bpmn": line("try", shot, read, asks("stop"))})
    view = await teller.begin("try", channel="counter")
    picture = b64encode(card(TEMPORARY, tilt=2)).decode()
    view = await teller.answer(view, picture=picture)
    store, journey = office.journeys.store, JourneyId(view["journey"])
    await until(lambda: not store.in_memory(journey).journey.pending, 120)
    opened = store.in_memory(journey)
    found = opened.run.known(opened.run.waiting()[0].key)["ocr"]
    assert (found["name"], found["id_number"], found["kind"]) == ("王小明", NUMBER, "temporary")


@needs_papers
@needs_font
@pytest.mark.shows("R077", part="scanned by the machine and read")
async def test_a_temporary_card_is_scanned_and_read(stand: Stand) -> None:
    paper = Card("temporary", front_picture=card(TEMPORARY))
    view = await stand.run(
        does("scan", "machine.scan_paper", 'secret="photo"'),
        does("ocr", "paper.read", 'on_refused="go_on"', picture="scan.photo", kind="'temporary'"),
        do=lambda: stand.worlds["IdReader"].insert(paper),
        at="IdReader",
    )
    store, journey = stand.office.journeys.store, JourneyId(view["journey"])
    await until(lambda: not store.in_memory(journey).journey.pending, 120)
    found = stand.known(view)["ocr"]
    assert (found["name"], found["id_number"], found["kind"]) == ("王小明", NUMBER, "temporary")
    assert found["doubts"] == []

"""A paper is laid in, its picture taken over XFS4IoT, and what stands on it proposed."""

import pytest

from tests.ai.drawn import card, needs_font
from tests.ai.test_engines import needs_papers
from tests.journeys import test_machine
from tests.journeys.conftest import Office, until
from tests.journeys.flows import asks, does, line
from tests.journeys.test_machine import Stand
from tingtang.ai.model.wire import Line
from tingtang.ai.service import PictureEngines
from tingtang.journeys.papers.actions import PaperActions
from tingtang.kernel.ids import JourneyId
from xfs4iot.virtual.card_world import Card

stand = test_machine.stand
PERMIT = [
    (60, 30, "港澳居民来往内地通行证"), (330, 110, "姓名"), (330, 150, "陈大文"),
    (330, 230, "出生日期"), (330, 270, "1988.11.02"), (330, 350, "证件号码"), (330, 390, "H12345678"),
]  # fmt: skip
READ = does(
    "ocr", "paper.read", 'on_refused="go_on"', picture="scan.photo", kind="'hk_macao_permit'"
)


@needs_papers
@needs_font
@pytest.mark.shows("R079", part="read from a picture, proposed, and left to a person")
@pytest.mark.shows("R078", part="scanned by the machine and read")
async def test_a_permit_without_a_chip_is_scanned_and_read(stand: Stand) -> None:
    permit = Card("permit", front_picture=card(PERMIT, tilt=2))
    scan = does("scan", "machine.scan_paper", 'secret="photo"')
    view = await stand.run(
        scan, READ, do=lambda: stand.worlds["IdReader"].insert(permit), at="IdReader"
    )
    store = stand.office.journeys.store
    await until(lambda: not store.in_memory(JourneyId(view["journey"])).journey.pending, 120)
    found = stand.known(view)["ocr"]
    assert (found["name"], found["id_number"]) == ("陈大文", "H12345678")
    assert found["birth_date"] == "1988-11-02"
    assert found["kind"] == "hk_macao_permit"
    assert found["sure"]["id_number"] > 80
    assert stand.worlds["IdReader"].slot is permit
    kept = b"".join(p.read_bytes() for p in stand.office.world.folder.glob("tingtang.db*"))
    assert b"H12345678" not in kept


class Reader:
    """An engine that reads what the test says."""

    can_read = True

    def __init__(self, *lines: Line) -> None:
        self.lines = lines

    async def read(self, _picture: bytes) -> tuple[Line, ...]:
        return self.lines


async def test_where_no_engine_is_installed_the_customer_is_told_what_to_do(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = office.actions.get("paper.read")
    assert action is not None
    own = action.perform.__self__  # type: ignore[attr-defined]
    monkeypatch.setattr(own, "_reader", PictureEngines(installed=lambda _code: False))
    read = does("ocr", "paper.read", 'on_refused="go_on"', picture="'QUJD'", kind="'resident'")
    await office.install("try", {"try.bpmn": line("try", read, asks("stop"))})
    view = await (await office.kiosk()).begin("try")
    opened = office.journeys.store.in_memory(JourneyId(view["journey"]))
    found = opened.run.known(view["screen"]["step"])["ocr"]
    assert found["code"] == "no_engine"
    assert "手工录入" in found["zh"]


@pytest.mark.parametrize(
    ("picture", "code"), [("'QUJD'", "unreadable"), ("'no base64!'", "unreadable")]
)
async def test_what_cannot_be_read_is_typed_by_hand(
    office: Office, monkeypatch: pytest.MonkeyPatch, picture: str, code: str
) -> None:
    action = office.actions.get("paper.read")
    assert action is not None
    own = action.perform.__self__  # type: ignore[attr-defined]
    assert isinstance(own, PaperActions)
    monkeypatch.setattr(own, "_reader", Reader(Line("一片模糊", 0.3, 0, 0, 100, 20)))
    read = does("ocr", "paper.read", 'on_refused="go_on"', picture=picture, kind="'resident'")
    await office.install("try", {"try.bpmn": line("try", read, asks("stop"))})
    kiosk = await office.kiosk()
    view = await kiosk.begin("try")
    opened = office.journeys.store.in_memory(JourneyId(view["journey"]))
    found = opened.run.known(view["screen"]["step"])["ocr"]
    assert found["code"] == code
    assert "手工录入" in found["zh"]

"""The catalogue of counter business, and the two figures of coverage that are told apart."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.conftest import Office
from tests.journeys.flows import asks, line
from tingtang.journeys.catalogue import model as m
from tingtang.journeys.catalogue.service import Catalogue, scenes
from tingtang.journeys.catalogue.settings import CatalogueSettings, OwnShare
from tingtang.journeys.library import shipped
from tingtang.journeys.model.bpmn import about
from tingtang.journeys.model.scenario import Channel, ScenarioAbout
from tingtang.journeys.views import FREQUENT, menu
from tingtang.kernel.text import Text
from tingtang.org.sign_in.model.rules import TerminalKind

PATH = "/api/catalogue?days=30"
ASK = asks("ask", 'name="name" zh="姓名" en="Name"')


def _shipped() -> dict[str, ScenarioAbout]:
    found = {name: about(bundle[f"{name}.bpmn"]) for name, bundle in shipped().items()}
    return {name: one for name, one in found.items() if not one.is_shared}


@pytest.mark.shows("R063")
def test_two_hundred_and_twelve_scenes_each_with_what_does_it_or_a_gap() -> None:
    assert len(scenes()) == 212
    assert len({one.id for one in scenes()}) == 212
    assert sum(one.share_ppm for one in scenes()) == m.WHOLE_PPM
    offered = _shipped()
    named = [one.scenario for one in scenes() if one.scenario]
    assert sorted(named) == sorted(offered), "every scenario stands in it once, and no other"
    for one in scenes():
        assert one.text.zh, one.id
        assert one.text.en, one.id
        assert one.channels, one.id
        if one.scenario:
            assert one.channels == offered[one.scenario].channels, one.id


def _scene(id_: str, ppm: int, scenario: str = "") -> m.Scene:
    text = {"zh": id_, "en": id_}
    raw = {
        "id": id_, "text": text, "group": "g", "share_ppm": ppm, "channels": ["kiosk"],
        "authorisation": "none", "scenario": scenario,
    }  # fmt: skip
    return msgspec.convert(raw, m.Scene)


def _about(id_: str, *channels: Channel) -> ScenarioAbout:
    return ScenarioAbout(id=id_, name=Text(id_), channels=channels)


def test_coverage_is_the_volume_that_can_be_done_and_not_the_number_of_scenes() -> None:
    three = [_scene("a", 600_000, "a"), _scene("b", 300_000, "b"), _scene("c", 100_000)]
    in_force = {"a": _about("a", Channel.KIOSK), "b": _about("b", Channel.COUNTER)}
    shares = m.weighed(three, {})
    assert m.coverage(three, shares, in_force) == m.Coverage(600_000, 300_000, 100_000)
    assert m.coverage(three, shares, {}) == m.Coverage(0, 0, 1_000_000)


def test_a_banks_own_share_stands_and_the_others_fill_up_the_rest() -> None:
    three = [_scene("a", 600_000), _scene("b", 300_000), _scene("c", 100_000)]
    assert m.weighed(three, {"a": 200_000}) == {"a": 200_000, "b": 600_000, "c": 200_000}
    with pytest.raises(ValueError, match="more than the whole"):
        m.weighed(three, {"a": 700_000, "b": 400_000})
    with pytest.raises(ValueError, match="more than the whole"):
        CatalogueSettings(shares=(OwnShare("a", 700_000), OwnShare("b", 400_000)))
    with pytest.raises(ValueError, match="twice"):
        CatalogueSettings(shares=(OwnShare("a", 1), OwnShare("a", 2)))


@given(st.dictionaries(st.sampled_from([one.id for one in scenes()]), st.integers(0, 4_000)))
def test_shares_are_the_whole_whatever_a_bank_puts_in(own: dict[str, int]) -> None:
    shares = m.weighed(scenes(), own)
    assert sum(shares.values()) == m.WHOLE_PPM
    assert all(shares[name] == ppm for name, ppm in own.items())


def test_measured_is_of_what_was_done_and_says_nothing_of_nothing() -> None:
    assert m.measured([]).self_service_ppm is None
    counted = [
        m.Counted("a", Channel.KIOSK, is_done=True, count=3),
        m.Counted("a", Channel.COUNTER, is_done=True, count=1),
        m.Counted("a", Channel.PHONE, is_done=False, count=7),
    ]
    assert m.measured(counted) == m.Measured(4, 3, 7, 750_000)


@pytest.mark.shows("R065", part="24 hours, what was done unattended")
def test_the_hours_of_a_day_tell_what_was_done_while_the_branch_was_closed() -> None:
    found = m.hours(
        [(23, Channel.KIOSK, False), (10, Channel.KIOSK, True), (10, Channel.PAD, True)]
    )
    assert len(found) == 24
    assert found[23] == m.HourCount(23, 1, 1, 1)
    assert found[10] == m.HourCount(10, 2, 1, 0)


@pytest.mark.shows("R064")
async def test_both_figures_stand_side_by_side_over_http(office: Office) -> None:
    await office.install("card_loss", {"card_loss.bpmn": line("card_loss", ASK)}, version=50)
    kiosk, counter = await office.kiosk(), await office.staff()
    await kiosk.answer(await kiosk.begin("card_loss"), name="王小明")
    view = await counter.begin("card_loss", channel="counter")
    await counter.answer(view, name="王小明")
    await kiosk.do(await kiosk.begin("card_loss"), "cancel")
    office_ = (await office.staff("gao.mingyuan")).http
    found = (await office_.get(PATH)).json()
    measured = found["measured"]
    assert (measured["done"], measured["by_oneself"], measured["left"]) == (2, 1, 1)
    assert measured["self_service_ppm"] == 500_000
    assert sum(found["assumed"].values()) == m.WHOLE_PPM
    assert found["goal_percent"] == 85
    assert found["own_shares"] == 0
    row = next(one for one in found["scenes"] if one["id"] == "card_loss")
    assert (row["done"], row["standing"], row["is_own"]) == (2, "self_service", False)
    assert sum(one["done"] for one in found["hours"]) == 2
    assert (await kiosk.http.get(PATH)).status_code == 403


def test_a_menu_begins_with_what_people_come_for_most() -> None:
    made = [
        ScenarioAbout(id=id_, name=Text(id_), group=group, channels=(Channel.KIOSK,))
        for id_, group in (("a", "one"), ("b", "one"), ("c", "two"), ("d", "two"))
    ]
    shares = {"a": 1, "b": 3, "c": 5}
    found = menu(made, Channel.KIOSK, None, shares)
    assert [(one.group, one.scenario) for one in found] == [
        ("two", "c"), ("two", "d"), ("one", "b"), ("one", "a"),
    ]  # fmt: skip
    assert {one.scenario for one in found if one.is_frequent} == {"a", "b", "c"}
    assert [one.scenario for one in menu(made, Channel.KIOSK, None)] == ["a", "b", "c", "d"]


async def test_the_catalogues_shares_order_the_menu(office: Office) -> None:
    kiosk = await office.world.as_terminal(TerminalKind.KIOSK)
    entries = (await kiosk.get("/api/branches/east/scenarios")).json()["entries"]
    frequent = [one["scenario"] for one in entries if one["is_frequent"]]
    assert 0 < len(frequent) <= FREQUENT
    catalogue = office.world.app.parts.service("catalogue", Catalogue)
    shares = catalogue.shares_in("east")
    least = min(shares[one] for one in frequent)
    others = [one["scenario"] for one in entries if not one["is_frequent"]]
    assert all(shares.get(one, 0) <= least for one in others)

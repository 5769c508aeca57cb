"""Settings sections: validated when written, kept with who and when, and where values come from."""

import asyncio
from typing import Any

import msgspec
import pytest

from tests.org.house import House, Opening, new_directory
from tingtang.kernel.errors import Refused
from tingtang.kernel.permissions import SYSTEM, Actor, ActorKind, Role, granted
from tingtang.kernel.text import Text
from tingtang.org.demo import seed_demo_bank
from tingtang.org.model.events import SectionSaved


async def test_values_come_from_branch_then_template_then_bank_then_default(house: House) -> None:
    await seed_demo_bank(house.org)
    directory = house.directory
    directory.template_sections = {"flagship": {"opening": {"seats": 30}}}
    assert directory.section_value("willow", "opening").source == "default"
    assert directory.section("willow", Opening).seats == 10
    await house.org.save_section("", "opening", {"seats": 20}, SYSTEM)
    assert directory.section_value("willow", "opening").source == "bank"
    assert directory.section("willow", Opening).seats == 20
    assert directory.section_value("east", "opening").source == "template"
    assert directory.section("east", Opening).seats == 30
    await house.org.save_section("east", "opening", {"seats": 40}, SYSTEM)
    assert directory.section_value("east", "opening").source == "branch"
    assert directory.section("east", Opening).seats == 40
    assert directory.section("willow", Opening).seats == 20


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"seats": -1}, "seats"),
        ({"seats": "many"}, "seats"),
        ({"seat": 3}, "seat"),
        ({"rules": [{"zh": "好", "de": "gut"}]}, r"rules\[0\].de"),
        ([], "object"),
        (None, "object"),
    ],
)
async def test_what_does_not_fit_is_refused_naming_the_field(
    house: House, values: Any, words: str
) -> None:
    await seed_demo_bank(house.org)
    with pytest.raises(Refused, match=words) as refused:
        await house.org.save_section("east", "opening", values, SYSTEM)
    assert refused.value.code == "bad_input"
    assert house.directory.section("east", Opening) == Opening()


async def test_a_change_made_meanwhile_is_not_lost(house: House) -> None:
    await seed_demo_bank(house.org)
    org = house.org
    await org.save_section("east", "opening", {"seats": 11}, SYSTEM, revision=0)
    with pytest.raises(Refused) as refused:
        await org.save_section("east", "opening", {"seats": 12}, SYSTEM, revision=0)
    assert refused.value.code == "stale_revision"
    await org.save_section("east", "opening", {"seats": 12}, SYSTEM, revision=1)
    history = await org.section_history("east", "opening")
    assert [(row["revision"], row["body"]["seats"]) for row in history] == [(2, 12), (1, 11)]
    assert {row["changed_by"] for row in history} == {SYSTEM.name}
    assert history[0]["changed_ms"] == house.clock.now_ms()


async def test_of_two_changes_at_the_same_moment_one_is_told_to_reload(
    house_of_both: House,
) -> None:
    await seed_demo_bank(house_of_both.org)
    save = house_of_both.org.save_section
    outcomes = await asyncio.gather(
        *(save("east", "opening", {"seats": seats}, SYSTEM) for seats in (1, 2)),
        return_exceptions=True,
    )
    refused = [one for one in outcomes if isinstance(one, Refused)]
    assert [one.code for one in refused] == ["stale_revision"]
    assert len(await house_of_both.org.section_history("east", "opening")) == 1


async def test_each_section_says_who_may_change_it(house: House) -> None:
    await seed_demo_bank(house.org)
    roles = frozenset({Role.BRANCH_MANAGER})
    manager = Actor(ActorKind.STAFF, "m", roles, granted(roles), frozenset({"east"}))
    await house.org.save_section("east", "opening", {"seats": 5}, manager)
    for branch, section in (("willow", "opening"), ("east", "four_splits")):
        with pytest.raises(Refused) as refused:
            await house.org.save_section(branch, section, {}, manager)
        assert refused.value.code == "forbidden"


async def test_an_unknown_section_or_branch_is_refused(house: House) -> None:
    await seed_demo_bank(house.org)
    for branch, section, code in (
        ("east", "nothing", "no_such_section"),
        ("nowhere", "opening", "no_such_branch"),
    ):
        with pytest.raises(Refused) as refused:
            await house.org.save_section(branch, section, {}, SYSTEM)
        assert refused.value.code == code


def test_settings_of_another_version_fall_back_in_the_open(
    caplog: pytest.LogCaptureFixture,
) -> None:
    directory = new_directory()
    event = SectionSaved(branch="east", section="opening", revision=3, values={"chairs": 9})
    directory.apply(event)
    assert ("east", "opening") not in directory.snapshot()["chosen"]
    assert "opening" in caplog.text


def test_a_section_has_a_schema_from_which_a_form_can_be_drawn() -> None:
    schema = new_directory().sections.schema("opening")
    fields = schema["$defs"]["Opening"]["properties"]
    assert fields["seats"] == {"type": "integer", "minimum": 0, "maximum": 50, "default": 10}


def test_two_features_cannot_share_a_name() -> None:
    sections = new_directory().sections
    with pytest.raises(ValueError, match="opening"):
        sections.register("opening", Opening, Text("又"))


def test_a_section_round_trips_through_json() -> None:
    sections = new_directory().sections
    value = Opening("欢迎", 3, (Text("一", "one"),))
    assert sections.convert("opening", msgspec.to_builtins(value)) == value

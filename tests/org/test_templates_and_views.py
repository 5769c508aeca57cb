"""Branch templates, the four splits and platforms, the registers, opening hours."""

import msgspec
import pytest

from tests.org.house import House
from tingtang.kernel.clock import moment_ms
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId
from tingtang.kernel.permissions import SYSTEM, Role
from tingtang.kernel.text import Text
from tingtang.org.demo import seed_demo_bank
from tingtang.org.model.hours import (
    Holiday,
    Hours,
    Span,
    coming_spans,
    is_open,
    opening_ms,
    spans_on,
)
from tingtang.org.model.records import (
    Branch,
    CounterLevel,
    MigrationState,
    Module,
    PlannedPost,
    ServiceChannel,
    StaffingPlan,
    ZoneKind,
)
from tingtang.org.model.splits import FourSplits, ZoneRule, zone_kind_for
from tingtang.org.templates import all_templates
from tingtang.org.views import (
    migration_register,
    module_switches,
    platforms,
    service_zones,
    staffing_report,
    tree,
)


@pytest.mark.shows("R005")
async def test_a_branch_is_founded_after_its_template(house: House) -> None:
    await seed_demo_bank(house.org)
    for id_, template in all_templates().items():
        branch = Branch(
            id=BranchId(f"new-{id_}"), code=f"9{id_}", name=Text("新网点"), unit="mb", template=id_
        )
        await house.founding.found(branch, SYSTEM)
        directory = house.directory
        made = directory.branch(branch.id)
        assert made.modules == template.modules
        assert [directory.service(s).code for s in made.services] == list(template.services)
        assert {c.sign for c in directory.counters(branch.id)} == {
            c.sign for c in template.counters
        }
        assert {z.kind for z in directory.zones(branch.id)} == {z.kind for z in template.zones}
        assert directory.plan_digest(branch.id)
        plan = directory.staffing_plan(branch.id)
        assert plan is not None
        assert plan.posts == template.posts
    kinds = {one.id: one for one in all_templates().values()}
    assert set(kinds) == {"flagship", "silver_age", "enterprise_merchant"}
    assert kinds["silver_age"].capacity < kinds["flagship"].capacity
    assert Module.ADVICE not in kinds["enterprise_merchant"].modules


async def test_the_same_branch_cannot_be_founded_half(house: House) -> None:
    await seed_demo_bank(house.org)
    before = house.log.head
    taken = Branch(id=BranchId("x"), code="0101", name=Text("重号"), unit="mb", template="flagship")
    with pytest.raises(Refused, match="already taken"):
        await house.founding.found(taken, SYSTEM)
    unknown = msgspec.structs.replace(taken, code="7", template="space_station")
    with pytest.raises(Refused, match="no template"):
        await house.founding.found(unknown, SYSTEM)
    assert house.log.head == before
    assert not house.directory.zones("x")


@pytest.mark.shows("R006", part="zones of the made-up branch")
async def test_counters_do_what_their_level_can(house: House) -> None:
    await seed_demo_bank(house.org)
    directory = house.directory
    for branch in directory.branches():
        offered = {service.id for service in directory.services_of(branch.id)}
        done = set()
        for counter in directory.counters(branch.id):
            for service in (*counter.services, *counter.elastic):
                assert counter.level in directory.service(service).levels, (counter.id, service)
                assert service in offered
            done |= set(counter.services)
        assert done == offered


@pytest.mark.shows("R004")
async def test_modules_are_switched_and_shown(house: House) -> None:
    await seed_demo_bank(house.org)
    on = {s.module for s in module_switches(house.directory.branch("harbour")) if s.on}
    assert Module.ADVICE not in on
    await house.org.set_modules("harbour", [*on, Module.ADVICE], SYSTEM)
    after = {s.module for s in module_switches(house.directory.branch("harbour")) if s.on}
    assert after == on | {Module.ADVICE}


@pytest.mark.shows("R008")
async def test_the_four_splits_are_rules_that_can_be_changed(house: House) -> None:
    await seed_demo_bank(house.org)
    directory = house.directory
    splits = directory.section("east", FourSplits)

    def zones(of: FourSplits) -> dict[str, ZoneKind | None]:
        rows = service_zones(of, directory.services_of("east"), directory.counters("east"))
        return {row.service: row.zone for row in rows}

    before = zones(splits)
    assert before["wealth"] is ZoneKind.WEALTH
    assert before["statement"] is ZoneKind.SMART_SERVICE
    assert before["corporate_cash"] is ZoneKind.COUNTERS
    salon = ZoneRule(ZoneKind.SALON, Text("理财进沙龙"), prefixes=("F",))
    changed = msgspec.structs.replace(splits, zoning=(salon, *splits.zoning))
    values = msgspec.to_builtins(changed)
    await house.org.save_section("east", "four_splits", values, SYSTEM)
    assert zones(directory.section("east", FourSplits))["wealth"] is ZoneKind.SALON
    assert directory.section("willow", FourSplits) == FourSplits()
    assert zone_kind_for(FourSplits(zoning=()), directory.services()[0]) is None
    assert len(splits.tiers) == 4
    assert splits.diversion
    assert splits.products


@pytest.mark.shows("R009")
async def test_the_four_platforms_show_what_a_branch_has(house: House) -> None:
    await seed_demo_bank(house.org)
    d = house.directory
    shown = {p.id: p for p in platforms(d.branch("east"), d.zones("east"), d.counters("east"))}
    assert list(shown) == ["settlement", "smart_service", "promotion", "smart_marketing"]
    assert all(platform.on for platform in shown.values())
    assert shown["settlement"].counters == [f"{n:02}" for n in range(1, 12)]
    assert shown["smart_marketing"].counters == ["12", "13", "14"]
    await house.org.set_modules("east", [Module.HALL], SYSTEM)
    now = platforms(d.branch("east"), d.zones("east"), d.counters("east"))
    assert [platform.on for platform in now] == [True, True, False, False]


@pytest.mark.shows("R017")
async def test_the_register_says_what_was_moved_and_what_could_be(house: House) -> None:
    await seed_demo_bank(house.org)
    d = house.directory
    register = migration_register(d.migrations(), d.services())
    moved = {
        row.migration.to for row in register.rows if row.migration.state is MigrationState.MOVED
    }
    assert moved == {
        ServiceChannel.SELF_SERVICE,
        ServiceChannel.ONLINE,
        ServiceChannel.CENTRAL_OPS,
    }
    dates = [row.migration.since for row in register.rows]
    assert dates == sorted(dates)
    assert "credit_card" in register.not_yet
    assert "pension" not in register.not_yet  # only a person can do it
    line = msgspec.structs.replace(
        register.rows[0].migration,
        id="new",
        service=next(s.id for s in d.services() if s.code == "credit_card"),
    )
    await house.org.save_migration(line, SYSTEM)
    assert "credit_card" not in migration_register(d.migrations(), d.services()).not_yet


@pytest.mark.shows("R018")
async def test_the_staffing_plan_is_compared_with_who_is_there(house: House) -> None:
    await seed_demo_bank(house.org)
    d = house.directory
    plan = StaffingPlan(
        branch=BranchId("east"),
        posts=(PlannedPost(Role.TELLER_HIGH, 3), PlannedPost(Role.AUTHORISER, 1)),
        high_counters=4,
        low_counters=6,
        rooms=3,
    )
    await house.org.save_staffing_plan(plan, SYSTEM)
    saved = d.staffing_plan("east")
    assert saved is not None
    report = staffing_report(saved, d.staff_at("east"), d.counters("east"))
    posts = {row.role: (row.planned, row.actual) for row in report.posts}
    assert posts[Role.TELLER_HIGH] == (3, 5)
    assert posts[Role.AUTHORISER] == (1, 0)
    assert posts[Role.LOBBY_MANAGER] == (0, 3)  # one of them is a teller too
    assert [(row.level, row.planned, row.actual) for row in report.counters] == [
        (CounterLevel.HIGH, 4, 6),
        (CounterLevel.LOW, 6, 5),
        (CounterLevel.ROOM, 3, 3),
    ]


@pytest.mark.shows("R011", part="several roles and skills")
async def test_people_hold_several_roles_and_skills(house: House) -> None:
    bank = await seed_demo_bank(house.org)
    d = house.directory
    both = d.staff(bank.staff["du.siqi"])
    assert set(both.roles) == {Role.TELLER_LOW, Role.LOBBY_MANAGER}
    found = {one.id for one in d.staff_with("east", Role.LOBBY_MANAGER, ["accounts"])}
    assert found == {bank.staff["su.nianzhen"], bank.staff["du.siqi"]}
    assert len(set(bank.seats.values())) == len(bank.seats)
    for staff, counter in bank.seats.items():
        assert d.counter(counter).level in d.staff(staff).sign_on.levels


def test_the_tree_shows_only_what_is_in_reach() -> None:
    assert tree([], [], None) is None


SHANGHAI = "Asia/Shanghai"
HOURS = Hours(
    holidays=(
        Holiday("2026-10-01", Text("国庆节")),
        Holiday("2026-10-02", Text("国庆节"), (Span("10:00", "12:00"), Span("13:00", "15:00"))),
    ),
    work_days=("2026-10-10",),
)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-09-30", ["09:00-17:00"]),  # Wednesday
        ("2026-10-01", []),
        ("2026-10-02", ["10:00-12:00", "13:00-15:00"]),
        ("2026-10-03", ["09:30-16:00"]),  # Saturday
        ("2026-10-10", ["09:00-17:00"]),  # Saturday, worked like a Monday
    ],
)
def test_hours_know_holidays_and_made_up_work_days(date: str, expected: list[str]) -> None:
    assert [f"{s.opens}-{s.closes}" for s in spans_on(HOURS, date)] == expected


def test_a_branch_is_closed_at_noon_where_it_closes_at_noon() -> None:
    def at(clock: str) -> bool:
        moment = moment_ms("2026-10-02", clock, SHANGHAI)
        return is_open(HOURS, moment, "2026-10-02", SHANGHAI)

    assert [at(c) for c in ("09:59", "10:00", "11:59", "12:00", "13:00", "15:00")] == [
        False, True, True, False, True, False,
    ]  # fmt: skip
    assert opening_ms(HOURS, "2026-10-02", SHANGHAI) == (
        moment_ms("2026-10-02", "10:00", SHANGHAI),
        moment_ms("2026-10-02", "15:00", SHANGHAI),
    )
    assert opening_ms(HOURS, "2026-10-01", SHANGHAI) is None


def test_coming_spans_skip_closed_days_and_part_a_day_at_noon() -> None:
    spans = coming_spans(HOURS, "2026-09-30", 3, SHANGHAI)
    assert spans == tuple(
        (moment_ms(date, opens, SHANGHAI), moment_ms(date, closes, SHANGHAI))
        for date, opens, closes in (
            ("2026-09-30", "09:00", "17:00"),
            ("2026-10-02", "10:00", "12:00"),
            ("2026-10-02", "13:00", "15:00"),
        )
    )


def test_a_branch_that_closes_at_midnight_does() -> None:
    hours = Hours(week=((Span("08:00", "24:00"),),) * 7)
    ends = opening_ms(hours, "2026-10-01", SHANGHAI)
    assert ends is not None
    assert ends[1] == moment_ms("2026-10-02", "00:00", SHANGHAI)


@pytest.mark.parametrize(
    "hours",
    [
        {"week": [[]]},
        {"week": [[{"opens": "17:00", "closes": "09:00"}], [], [], [], [], [], []]},
        {"week": [[{"opens": "9:00", "closes": "17:00"}], [], [], [], [], [], []]},
        {
            "week": [
                [{"opens": "09:00", "closes": "12:00"}, {"opens": "11:00", "closes": "17:00"}],
                [], [], [], [], [], [],
            ]
        },
    ],
)  # fmt: skip
def test_hours_that_cannot_be_are_not_read(hours: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(hours, Hours)

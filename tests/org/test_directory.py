"""The directory in memory says what the tables say, whatever was changed in whatever order."""

import asyncio
import random
import tracemalloc

import msgspec
import pytest

from tests.org.house import House, new_directory
from tingtang.kernel.errors import Refused
from tingtang.kernel.ids import BranchId, CounterId, StaffId, ZoneId
from tingtang.kernel.permissions import SYSTEM, Role
from tingtang.kernel.text import Text
from tingtang.org.demo import seed_demo_bank
from tingtang.org.founding import readable_ids
from tingtang.org.model.events import BranchSaved, CounterSaved, ZoneSaved
from tingtang.org.model.records import (
    Branch,
    Counter,
    CounterLevel,
    Module,
    Theme,
    Unit,
    UnitKind,
    Zone,
    ZoneKind,
)


async def test_old_state_and_events_are_fresh_state(house_of_both: House) -> None:
    house = house_of_both
    org, directory = house.org, house.directory
    bank = await seed_demo_bank(org)
    assert directory.snapshot() == (await house.fresh()).snapshot()

    draw = random.Random(5)
    for step in range(40):
        branch = draw.choice(bank.branches)
        match draw.randrange(8):
            case 0:
                await org.set_modules(branch, draw.sample(list(Module), 3), SYSTEM)
            case 1:
                zone = draw.choice(directory.zones(branch))
                await org.save_zone(msgspec.structs.replace(zone, capacity=step), SYSTEM)
            case 2:
                counter = draw.choice(directory.counters(branch))
                await org.remove_counter(branch, counter.id, SYSTEM)
            case 3:
                zone = draw.choice(directory.zones(branch))
                await org.save_counter(
                    Counter(
                        id=CounterId(f"new-{step}"),
                        branch=branch,
                        zone=zone.id,
                        sign=f"N{step}",
                        level=CounterLevel.LOW,
                    ),
                    SYSTEM,
                )
            case 4:
                values = {"greeting": f"您好 {step}", "seats": step}
                await org.save_section(branch, "opening", values, SYSTEM)
            case 5:
                staff = draw.choice(list(bank.staff.values()))
                if not set(directory.staff(staff).roles) & {Role.SECURITY_ADMIN}:
                    await house.staff.grant(staff, [Role.LOBBY_MANAGER], SYSTEM)
            case 6:
                record = draw.choice(house.staff.list(SYSTEM))
                changed = msgspec.structs.replace(record, name=f"新名{step}", unit=branch)
                await house.staff.save(changed, SYSTEM)
            case 7:
                service = draw.choice(directory.services())
                await org.save_service(msgspec.structs.replace(service, quota=step), SYSTEM)
    assert directory.snapshot() == (await house.fresh()).snapshot()


async def test_another_node_that_follows_the_log_learns_names_too(house: House) -> None:
    bank = await seed_demo_bank(house.org)
    staff = bank.staff["chen.yutong"]
    house.directory.forget_person(staff)  # as if another node had written it
    record = next(one for one in house.staff.list(SYSTEM) if one.id == staff)
    assert record.name == ""
    await house.org._learn_name(staff)
    assert house.directory.person(staff).name == "陈雨桐"
    assert house.directory.staff_by_login("chen.yutong") == house.directory.staff(staff)


async def test_who_left_is_erased_and_what_they_did_stays(house: House) -> None:
    bank = await seed_demo_bank(house.org)
    staff = bank.staff["he.jiaxin"]
    with pytest.raises(Refused, match="still used"):
        await house.staff.erase(staff, SYSTEM)
    record = next(one for one in house.staff.list(SYSTEM) if one.id == staff)
    await house.staff.save(msgspec.structs.replace(record, active=False), SYSTEM)
    await house.staff.erase(staff, SYSTEM)
    assert house.directory.person(staff).name == ""
    assert house.directory.has_staff(staff)
    fresh = await house.fresh()
    assert fresh.person(staff).name == ""
    for recorded in await house.log.read_after(0, 10_000):
        assert "何佳欣" not in repr(recorded.event)


@pytest.mark.shows("R010")
async def test_the_tree_gives_everyone_their_part(house: House) -> None:
    org, directory = house.org, house.directory
    await seed_demo_bank(org)
    south = Unit(id="south", kind=UnitKind.MANAGING_BRANCH, name=Text("南区管辖行"), parent="ho")
    sub = Unit(id="sub", kind=UnitKind.MANAGING_BRANCH, name=Text("南区一部"), parent="south")
    await org.save_unit(south, SYSTEM)
    await org.save_unit(sub, SYSTEM)
    quay = Branch(id=BranchId("quay"), code="0201", name=Text("码头支行"), unit="sub")
    await org.save_branch(quay, SYSTEM)
    assert directory.branches_below("ho") is None  # all
    assert directory.branches_below("mb") == {"east", "willow", "harbour"}
    assert directory.branches_below("south") == directory.branches_below("sub") == {"quay"}
    assert directory.branches_below("quay") == {"quay"}
    assert directory.branches_below("nowhere") == frozenset()
    assert directory.path_of("quay") == ["ho", "south", "sub", "quay"]
    await org.save_branch(msgspec.structs.replace(quay, unit="mb"), SYSTEM)
    assert directory.branches_below("south") == frozenset()
    assert "quay" in (directory.branches_below("mb") or ())


async def test_the_tree_cannot_be_broken(house: House) -> None:
    org = house.org
    await seed_demo_bank(org)
    a = Unit(id="a", kind=UnitKind.MANAGING_BRANCH, name=Text("甲"), parent="ho")
    b = Unit(id="b", kind=UnitKind.MANAGING_BRANCH, name=Text("乙"), parent="a")
    await org.save_unit(a, SYSTEM)
    await org.save_unit(b, SYSTEM)
    for unit, code in (
        (msgspec.structs.replace(a, parent="b"), "loop_in_tree"),
        (msgspec.structs.replace(a, parent="a"), "loop_in_tree"),
        (msgspec.structs.replace(a, parent="nowhere"), "broken_reference"),
        (Unit(id="x", kind=UnitKind.HEAD_OFFICE, name=Text("另一总行")), "one_head_office"),
    ):
        with pytest.raises(Refused) as refused:
            await org.save_unit(unit, SYSTEM)
        assert refused.value.code == code


async def test_references_codes_and_time_zones_are_checked(house: House) -> None:
    org, directory = house.org, house.directory
    await seed_demo_bank(org)
    east = directory.branch("east")
    counter = directory.counters("east")[0]
    replace = msgspec.structs.replace
    for attempt, code in (
        (org.save_branch(replace(east, unit="x"), SYSTEM), "broken_reference"),
        (org.save_branch(replace(east, code="0102"), SYSTEM), "code_taken"),
        (org.save_branch(replace(east, time_zone="Mars/Olympus"), SYSTEM), "bad_time_zone"),
        (org.save_branch(replace(east, services=("x",)), SYSTEM), "broken_reference"),
        (org.save_counter(replace(counter, zone="willow.zone.back"), SYSTEM), "broken_reference"),
        (org.save_counter(replace(counter, sign="02"), SYSTEM), "code_taken"),
        (org.remove_zone("east", counter.zone, SYSTEM), "in_use"),
        (org.remove_zone("willow", counter.zone, SYSTEM), "no_such_record"),
        (org.remove_counter("willow", counter.id, SYSTEM), "no_such_record"),
    ):
        with pytest.raises(Refused) as refused:
            await attempt
        assert refused.value.code == code


async def test_one_login_is_one_person_even_at_the_same_moment(house: House) -> None:
    bank = await seed_demo_bank(house.org)
    record = next(o for o in house.staff.list(SYSTEM) if o.id == bank.staff["chen.yutong"])
    twins = [
        msgspec.structs.replace(record, id=StaffId(f"twin-{i}"), login="twin.one", roles=())
        for i in range(4)
    ]
    outcomes = await asyncio.gather(
        *(house.staff.save(twin, SYSTEM) for twin in twins), return_exceptions=True
    )
    refused = [one for one in outcomes if isinstance(one, Refused)]
    assert len(refused) == 3
    assert {one.code for one in refused} == {"code_taken"}


@pytest.mark.shows("R011", part="roles and separated administrators")
async def test_roles_are_granted_by_others_and_administrators_are_apart(house: House) -> None:
    bank = await seed_demo_bank(house.org)
    from tingtang.org.sign_in.sessions import Sessions

    sessions = Sessions.__new__(Sessions)
    sessions._directory = house.directory
    security = sessions.staff_actor(bank.staff["wei.zhengyang"])
    system = sessions.staff_actor(bank.staff["tang.sijie"])
    assert security is not None
    assert system is not None
    teller = bank.staff["chen.yutong"]
    await house.staff.grant(teller, [Role.TELLER_HIGH, Role.LOBBY_MANAGER], security)
    assert set(house.directory.staff(teller).roles) == {Role.TELLER_HIGH, Role.LOBBY_MANAGER}
    told = [r.event for r in await house.log.read_after(0, 10_000) if r.type == "org.roles_granted"]
    assert [(one.granted, one.revoked) for one in told] == [(("lobby_manager",), ())]
    for actor, staff, roles, code in (
        (security, teller, [Role.TELLER_HIGH, Role.SYSTEM_ADMIN], "separated_roles"),
        (security, teller, [Role.AUDIT_ADMIN, Role.SYSTEM_ADMIN], "separated_roles"),
        (security, teller, [Role.KIOSK], "not_staff_role"),
        (security, security.id, [Role.HEAD_OFFICE], "not_to_oneself"),
        (system, teller, [Role.BRANCH_MANAGER], "forbidden"),
    ):
        with pytest.raises(Refused) as refused:
            await house.staff.grant(staff, roles, actor)
        assert refused.value.code == code


async def test_a_branch_manager_edits_their_own_staff_only(house: House) -> None:
    bank = await seed_demo_bank(house.org)
    from tingtang.org.sign_in.sessions import Sessions

    sessions = Sessions.__new__(Sessions)
    sessions._directory = house.directory
    manager = sessions.staff_actor(bank.staff["lin.xiaolan"])
    assert manager is not None
    people = {one.id: one for one in house.staff.list(SYSTEM)}
    own = people[bank.staff["chen.yutong"]]
    saved = await house.staff.save(
        msgspec.structs.replace(own, skills=("cash",), roles=(Role.HEAD_OFFICE,)), manager
    )
    assert saved.roles == own.roles  # roles are not changed on the side
    for login in ("lu.xinyue", "gao.mingyuan", "ye.wenbo"):
        with pytest.raises(Refused):
            await house.staff.save(people[bank.staff[login]], manager)
    with pytest.raises(Refused):  # nor moved out of reach, nor in from elsewhere
        await house.staff.save(msgspec.structs.replace(own, unit="willow"), manager)
    listed = {one.id for one in house.staff.list(manager)}
    assert bank.staff["lu.xinyue"] not in listed
    assert own.id in listed


async def test_switching_modules_changes_the_branch(house: House) -> None:
    await seed_demo_bank(house.org)
    assert house.directory.is_on("east", Module.ADVICE)
    await house.org.set_modules("east", [Module.HALL], SYSTEM)
    assert not house.directory.is_on("east", Module.ADVICE)
    assert house.directory.is_on("east", Module.HALL)


@pytest.mark.parametrize(
    "variables",
    [
        {"--x": "url(http://evil.test)"},
        {"--x": "red; } body { display: none"},
        {"--x": "expression(alert(1))"},
        {"color": "red"},
        {"--x": ""},
        {f"--v{i}": "1" for i in range(300)},
    ],
)
async def test_a_theme_can_colour_but_not_script(house: House, variables: dict[str, str]) -> None:
    with pytest.raises(Refused, match="theme"):
        await house.org.save_theme(Theme(id="t", name=Text("t"), variables=variables), SYSTEM)


def test_a_thousand_branches_take_little_memory() -> None:
    """What counts is how it grows: equal values are held once, so a branch costs its own ids."""
    directory = new_directory()
    # Decoded anew for each branch, as from a database: equal but separate objects.
    zone = msgspec.json.encode(
        Zone(
            id=ZoneId("z"), branch=BranchId("b"), kind=ZoneKind.WAITING,
            name=Text("客户等候区", "Waiting area"), about=Text("请在此等候叫号", "Wait here"),
        )
    )  # fmt: skip
    counter = msgspec.json.encode(
        Counter(
            id=CounterId("c"), branch=BranchId("b"), zone=ZoneId("z"), sign="01",
            level=CounterLevel.HIGH, services=tuple(f"svc-{i}" for i in range(10)),
        )
    )  # fmt: skip
    branch = msgspec.json.encode(
        Branch(
            id=BranchId("b"), code="1", name=Text("支行"), unit="mb",
            services=tuple(f"svc-{i}" for i in range(20)),
        )
    )  # fmt: skip
    tracemalloc.start()
    for i in range(1_000):
        one = msgspec.json.decode(branch, type=Branch)
        one = msgspec.structs.replace(one, id=BranchId(f"branch-{i:030}"), code=str(i))
        directory.apply(BranchSaved(branch=one))
        for j in range(8):
            z = msgspec.json.decode(zone, type=Zone)
            z = msgspec.structs.replace(z, id=ZoneId(f"zone-{i:030}-{j}"), branch=one.id)
            directory.apply(ZoneSaved(zone=z))
        for j in range(14):
            c = msgspec.json.decode(counter, type=Counter)
            c = msgspec.structs.replace(
                c, id=CounterId(f"counter-{i:030}-{j}"), branch=one.id, sign=f"{j:02}"
            )
            directory.apply(CounterSaved(counter=c))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 30_000_000


def test_readable_ids_are_the_branchs_own() -> None:
    assert readable_ids("east")("counter.01") == "east.counter.01"

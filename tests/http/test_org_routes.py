"""The organisation over HTTP: settings, guide and route, theme, modules, staff and roles."""

import pytest

from tests.http.world import World
from tingtang.org.sign_in.model.rules import TerminalKind

HEAD_OFFICE, MANAGER, MANAGING, TELLER = (
    "gao.mingyuan", "lin.xiaolan", "ye.wenbo", "chen.yutong",
)  # fmt: skip


@pytest.mark.shows("R010", part="over HTTP")
async def test_everyone_sees_their_part_of_the_tree(world: World) -> None:
    for login, seen in (
        (HEAD_OFFICE, {"east", "willow", "harbour"}),
        (MANAGING, {"east", "willow", "harbour"}),
        (MANAGER, {"east"}),
    ):
        client = await world.as_staff(login)
        branches = (await client.get("/api/branches")).json()["branches"]
        assert {one["id"] for one in branches} == seen
        tree = (await client.get("/api/org/tree")).json()["root"]
        assert tree["unit"]["id"] == "ho"
        below = tree["units"][0]["branches"]
        assert {one["id"] for one in below} == seen


async def test_a_managing_branch_does_not_reach_past_its_own(world: World) -> None:
    head = await world.as_staff(HEAD_OFFICE)
    unit = {"id": "north", "kind": "managing_branch", "name": {"zh": "北区"}, "parent": "ho"}
    assert (await head.put("/api/org/units/north", json=unit)).status_code == 200
    new = {"code": "0301", "name": {"zh": "北门支行"}, "unit": "north", "template": "silver_age"}
    made = await head.post("/api/branches", json=new)
    assert made.status_code == 201, made.text
    branch = made.json()["branch"]["id"]
    assert len(made.json()["counters"]) == 5
    managing = await world.as_staff(MANAGING)
    assert (await managing.get(f"/api/branches/{branch}")).status_code == 403
    assert (await head.get(f"/api/branches/{branch}")).status_code == 200
    assert (await head.post("/api/branches", json=new)).json()["error"]["code"] == "code_taken"


async def test_settings_are_read_with_their_schema_and_changed_with_their_revision(
    world: World,
) -> None:
    head, manager = await world.as_staff(HEAD_OFFICE), await world.as_staff(MANAGER)
    path = "/api/branches/east/settings/four_splits"
    answer = (await manager.get(path)).json()
    assert (answer["source"], answer["revision"]) == ("default", 0)
    assert answer["json_schema"]["$defs"]["FourSplits"]["properties"]["zoning"]
    change = {"values": {**answer["values"], "products": []}, "revision": 0}
    assert (await manager.put(path, json=change)).status_code == 403
    saved = await head.put(path, json=change)
    assert saved.status_code == 200, saved.text
    assert (saved.json()["source"], saved.json()["revision"]) == ("branch", 1)
    assert (await head.put(path, json=change)).json()["error"]["code"] == "stale_revision"
    wrong = await head.put(path, json={"values": {"zonning": []}})
    assert (wrong.status_code, "zonning" in wrong.text) == (400, True)
    history = (await manager.get(f"{path}/history")).json()["revisions"]
    staff = world.staff(HEAD_OFFICE)
    assert [(one["revision"], one["changed_by"]) for one in history] == [(1, f"staff:{staff}")]
    listed = (await manager.get("/api/branches/east/settings")).json()["sections"]
    rights = {one["section"]: one["may_edit"] for one in listed}
    assert (rights["access"], rights["four_splits"]) == (True, False)
    assert {"hall", "triage", "access", "four_splits"} <= set(rights)
    bank = await head.put("/api/settings/access", json={"values": {"remote_tickets": True}})
    assert bank.status_code == 200
    willow = (await head.get("/api/branches/willow/settings/access")).json()
    assert (willow["source"], willow["values"]) == ("bank", {"remote_tickets": True})


@pytest.mark.shows("R005", part="each template's own settings")
async def test_templates_set_sections_of_other_features(world: World) -> None:
    head = await world.as_staff(HEAD_OFFICE)
    willow = (await head.get("/api/branches/willow/settings/hall")).json()
    assert willow["source"] == "template"
    assert willow["values"]["policy"]["bound_minutes"] == 25
    templates = (await head.get("/api/templates")).json()["templates"]
    assert {one["id"] for one in templates} == {"flagship", "silver_age", "enterprise_merchant"}


@pytest.mark.shows("R048")
@pytest.mark.shows("R047", part="the route from a kiosk to a zone")
async def test_a_kiosk_guides_to_a_zone_and_says_what_to_bring(world: World) -> None:
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    guide = (await kiosk.get("/api/branches/east/guide")).json()
    assert (guide["is_open"], guide["open_today"]) == (True, ["09:00-17:00"])
    card = next(one for one in guide["services"] if one["code"] == "card_open")
    assert [one["zh"] for one in card["materials"]][:2] == ["本人身份证", "手机号码"]
    assert len(card["steps"]) == 3
    plan = (await kiosk.get("/api/branches/east/plan")).json()
    here = next(
        f for f in plan["features"] if f["properties"].get("name", {}).get("zh") == "取号机"
    )["geometry"]["coordinates"]
    place = {"x": here[0], "y": here[1], "zone": "east.zone.wealth"}
    route = (await kiosk.get("/api/branches/east/route", params=place)).json()
    assert [part["floor"] for part in route["parts"]] == [1, 2]
    assert route["steps"][-1] == {"zh": "到达贵宾理财室", "en": "You have arrived at Wealth rooms"}
    assert route["parts"][0]["line"][0] == here
    for wrong, code in (
        ({**place, "zone": "willow.zone.back"}, "no_such_record"),
        ({**place, "x": 400}, "no_route_there"),
        ({**place, "x": -5}, "bad_input"),
        ({"zone": "east.zone.wealth"}, "bad_input"),
    ):
        answer = await kiosk.get("/api/branches/east/route", params=wrong)
        assert answer.json()["error"]["code"] == code


async def test_head_office_draws_a_plan_and_is_told_what_is_wrong(world: World) -> None:
    head = await world.as_staff(HEAD_OFFICE)
    path = "/api/branches/east/plan"
    plan = (await head.get(path)).json()
    without = {**plan, "features": [
        f for f in plan["features"] if f["properties"]["kind"] != "walkway"
    ]}  # fmt: skip
    assert "east.zone.salon" in (await head.put(path, json=without)).json()["unreachable"]
    assert (await head.put(path, json=plan)).json()["unreachable"] == []
    broken = {**plan, "features": [*plan["features"], plan["features"][1]]}
    answer = await head.put(path, json=broken)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_plan")
    answer = await head.put(path, json={"type": "FeatureCollection"})
    assert answer.status_code == 400
    manager = await world.as_staff(MANAGER)
    assert (await manager.put(path, json=plan)).status_code == 403


@pytest.mark.shows("R012")
async def test_a_theme_pack_colours_every_screen_of_the_bank_or_of_a_branch(world: World) -> None:
    head, stranger = await world.as_staff(HEAD_OFFICE), world.client()
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    bank = {"id": "bank", "name": {"zh": "海棠"}, "variables": {"--accent": "#b3261e"}}
    assert (await head.put("/api/themes/bank", json=bank)).status_code == 200
    for client in (stranger, kiosk):
        sheet = await client.get("/theme.css")
        assert sheet.headers["content-type"].startswith("text/css")
        light = ':root:not([data-theme="dark"], [data-contrast="high"])'
        assert sheet.text == f"{light} {{\n  --accent: #b3261e;\n}}\n"
    spring = {
        "id": "spring", "name": {"zh": "春"},
        "variables": {"--accent": "oklch(0.7 0.1 20)", "--radius": "2px"}, "dark": {"--accent": "#fff"},
    }  # fmt: skip
    await head.put("/api/themes/spring", json=spring)
    branch = (await head.get("/api/branches/east")).json()["branch"]
    assert (await head.put("/api/branches/east", json={**branch, "theme": "spring"})).is_success
    sheet = await kiosk.get("/theme.css")
    assert "oklch(0.7 0.1 20)" in sheet.text
    dark = sheet.text.partition(':root[data-theme="dark"]')[2]
    assert "--accent: #fff" in dark
    assert "--radius" not in dark
    assert ":root {\n  --radius: 2px;\n}" in sheet.text
    assert (await stranger.get("/theme.css?branch=east")).text == sheet.text
    assert (await stranger.get("/theme.css")).text != sheet.text
    again = await kiosk.get("/theme.css", headers={"if-none-match": sheet.headers["etag"]})
    assert again.status_code == 304


async def test_modules_zones_and_counters_are_changed_where_one_may(world: World) -> None:
    manager = await world.as_staff(MANAGER)
    on = (await manager.put("/api/branches/east/modules", json={"on": ["hall", "advice"]})).json()
    assert [m["module"] for m in on["modules"] if m["on"]] == ["hall", "advice"]
    platforms = (await manager.get("/api/branches/east/platforms")).json()["platforms"]
    assert [one["on"] for one in platforms] == [True, True, False, True]
    detail = (await manager.get("/api/branches/east")).json()
    counter = {**detail["counters"][0], "sign": "88"}
    path = f"/api/branches/east/counters/{counter['id']}"
    assert (await manager.put(path, json=counter)).status_code == 200
    wrong = await manager.put(path, json={**counter, "branch": "willow"})
    assert wrong.json()["error"]["code"] == "broken_reference"
    assert (await manager.delete(path)).status_code == 204
    assert (await manager.delete(path)).status_code == 404
    zone = {**detail["zones"][0], "capacity": 5}
    path = f"/api/branches/east/zones/{zone['id']}"
    assert (await manager.put(path, json=zone)).json()["capacity"] == 5
    report = (await manager.get("/api/branches/east/staffing")).json()
    levels = {row["level"]: (row["planned"], row["actual"]) for row in report["counters"]}
    assert levels["high"] == (6, 5)


async def test_new_staff_get_roles_from_the_security_administrator_only(world: World) -> None:
    manager, security = await world.as_staff(MANAGER), await world.as_staff("wei.zhengyang")
    new = {"name": "新同事", "login": "new.one", "unit": "east", "skills": ["cash"]}
    added = await manager.post("/api/staff", json=new)
    assert added.status_code == 201, added.text
    staff = added.json()["id"]
    assert added.json()["roles"] == []
    roles = {"roles": ["teller_high"]}
    assert (await manager.put(f"/api/staff/{staff}/roles", json=roles)).status_code == 403
    assert (await security.put(f"/api/staff/{staff}/roles", json=roles)).status_code == 204
    given = (await manager.post(f"/api/staff/{staff}/password")).json()["password"]
    client = world.client()
    answer = await client.post("/api/session", json={"name": "new.one", "password": given})
    assert answer.json()["error"]["code"] == "password_change_required"
    elsewhere = {**new, "login": "new.two", "unit": "willow"}
    assert (await manager.post("/api/staff", json=elsewhere)).status_code == 403
    assert (await manager.post("/api/staff", json={**new, "login": "Bad Name"})).status_code == 400


async def test_a_granted_role_counts_at_once(world: World) -> None:
    teller, security = await world.as_staff(TELLER), await world.as_staff("wei.zhengyang")
    path = "/api/branches/east/settings"
    assert (await teller.get(path)).status_code == 403
    staff = world.staff(TELLER)
    await security.put(f"/api/staff/{staff}/roles", json={"roles": ["branch_manager"]})
    assert (await teller.get(path)).status_code == 200
    await security.put(f"/api/staff/{staff}/roles", json={"roles": ["teller_high"]})
    assert (await teller.get(path)).status_code == 403


async def test_a_customers_link_reaches_only_its_own_ticket(world: World) -> None:
    kiosk = await world.as_terminal(TerminalKind.KIOSK)
    manager = await world.as_staff(MANAGER)
    opened = await manager.post("/api/branches/east/day/open")
    assert opened.status_code < 300, opened.text
    tickets = []
    for _ in range(2):
        taken = await kiosk.post(
            "/api/branches/east/tickets", json={"services": ["svc.cash_deposit"]}
        )
        assert taken.status_code == 201, taken.text
        tickets.append(taken.json()["ticket"])
    phone = world.bearer(taken.json()["link"])
    tickets.reverse()  # the link is that of the ticket taken last
    assert (await phone.get(f"/api/branches/east/tickets/{tickets[0]}")).status_code == 200
    other = await phone.get(f"/api/branches/east/tickets/{tickets[1]}")
    assert other.status_code in {403, 404}
    abandon = await phone.post(f"/api/branches/east/tickets/{tickets[1]}/abandon", json={})
    assert abandon.status_code in {403, 404}
    assert (await kiosk.get(f"/api/branches/east/tickets/{tickets[1]}")).json()[
        "state"
    ] == "waiting"

"""The PAD: the hall on its floor plan, tasks by urgency, and all of it through a dropped link."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Accessible, Screens
from tests.browser.hall_server import EAST, HallServer, service_id
from tingtang.hall.complaints import ComplaintService
from tingtang.hall.model import commands as c
from tingtang.hall.model.complaints import ComplaintState
from tingtang.hall.model.state import Care, CounterState, Source, TicketState
from tingtang.hall.model.tasks.state import Grade, TaskKind, TaskState
from tingtang.hall.tasks import TaskService
from tingtang.kernel.ids import CounterId, TaskId, VisitId
from tingtang.kernel.permissions import GRANTS, Actor, ActorKind, Role

pytestmark = pytest.mark.browser
SIZE = (1180, 820)
MANAGER = "zhou.qihang"


@pytest.fixture(scope="module", autouse=True)
def busy_hall(server: HallServer) -> None:
    server.fill()


def pad(screens: Screens, path: str = "/pad", login: str = MANAGER) -> Page:
    page = screens.as_staff(login, "pad", path, SIZE)
    expect(page.get_by_text(re.compile("东城支行|Dongcheng Branch")).first).to_be_visible()
    return page


def tasks_of(server: HallServer) -> TaskService:
    return server.app.parts.service("tasks", TaskService)


def raise_task(server: HallServer, note: str, grade: Grade = Grade.RED) -> TaskId:
    teller = server.bank.staff["chen.yutong"]
    actor = Actor(ActorKind.STAFF, teller, frozenset(), GRANTS[Role.TELLER_HIGH], None)
    made = tasks_of(server).raise_by_hand(EAST, TaskKind.OTHER, actor, grade=grade, note=note)
    return server.run(made).task


def task_state(server: HallServer, task: TaskId) -> TaskState:
    return server.run(tasks_of(server).board(EAST)).tasks[task].state


@pytest.mark.shows("R035", part="people and queues on the floor plan")
@pytest.mark.shows("R036", part="how long everybody waits, on the PAD")
def test_the_floor_plan_shows_people_queues_and_counters(
    screens: Screens, server: HallServer
) -> None:
    page = pad(screens)
    expect(page.get_by_role("button", name=re.compile("客户等候区.*等候"))).to_be_visible()
    expect(page.get_by_role("button", name="01 号窗口 办理中")).to_be_visible()
    page.get_by_role("button", name="二层").click()
    expect(page.get_by_role("button", name=re.compile("^12 号窗口"))).to_be_visible()
    visits = server.run(server.hall.state(EAST)).visits.values()
    visit = next(one for one in visits if one.customer and not one.left_ms)
    server.command(c.Move(visit=visit.id, zone=server_zone(server, "wealth")))
    # Known people of a zone are one mark with their number; a touch names them.
    mark = page.get_by_role("button", name=re.compile(r"^已识别 1 位：.\*"))
    expect(mark).to_have_text("1人")
    mark.click()
    dialog = page.get_by_role("dialog", name="贵宾理财室")
    expect(dialog.get_by_text(re.compile(r"\*")).first).to_be_visible()


def server_zone(server: HallServer, kind: str) -> str:
    zones = server.hall.directory.zones(EAST)
    return next(zone.id for zone in zones if zone.kind == kind)


@pytest.mark.shows("R028")
def test_a_ticket_is_issued_with_care_on_the_pad(screens: Screens, server: HallServer) -> None:
    page = pad(screens)
    page.get_by_role("button", name="取号", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("查找业务").fill("取钱")
    dialog.get_by_role("button", name=re.compile("现金取款")).click()
    dialog.get_by_role("button", name="老年客户").click()
    dialog.get_by_role("button", name="取号", exact=True).click()
    expect(dialog.get_by_text("取号成功")).to_be_visible()
    number = dialog.locator(".tt-number .tt-hidden").inner_text().split()[-1]
    state = server.run(server.hall.state(EAST))
    issued = state.tickets[state.ticket_ids[number]]
    assert (issued.service, issued.care) == (service_id("cash_withdrawal"), (Care.ELDER,))
    expect(dialog.get_by_role("img", name=re.compile("扫码"))).to_be_visible()


@pytest.mark.shows("R024", part="by phone number on the PAD")
@pytest.mark.shows("R045", part="the tier gives the ticket its place")
def test_a_guest_is_known_by_the_phone_number(screens: Screens, server: HallServer) -> None:
    server.customer("孙玉兰", "13800000077", 3)
    page = pad(screens)
    page.get_by_role("button", name="取号", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("手机号", exact=True).fill("13800000077")
    dialog.get_by_role("button", name="识别", exact=True).click()
    expect(dialog.get_by_text("孙*兰 · 总行级贵宾")).to_be_visible()
    dialog.get_by_role("button", name=re.compile("现金取款")).click()
    dialog.get_by_role("button", name="取号", exact=True).click()
    expect(dialog.locator(".tt-number .tt-hidden")).to_have_text(re.compile("V"))


@pytest.mark.shows("R032", part="every waiting ticket with filters, wait and estimate")
def test_the_queue_is_filtered_and_a_ticket_handled(screens: Screens, server: HallServer) -> None:
    ticket, number = server.issue("statement", care=(Care.PREGNANT,))
    page = pad(screens, "/pad/queue")
    page.get_by_label("查号码").fill(number)
    expect(page.get_by_text("1 张号票")).to_be_visible()
    page.get_by_role("button", name=re.compile(number)).click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_text("孕妇")).to_be_visible()
    sheet.get_by_role("button", name="转移").click()
    transfer = page.get_by_role("dialog", name=re.compile("转移"))
    transfer.get_by_role("button", name="现金存款").click()
    transfer.get_by_role("button", name="排在最后").click()
    transfer.get_by_role("button", name="转移", exact=True).click()
    expect(sheet.get_by_role("definition").filter(has_text="现金存款")).to_be_visible()
    held = server.run(server.hall.ticket(EAST, ticket))
    assert (held.service, held.number) == (service_id("cash_deposit"), number)
    sheet.get_by_role("button", name="弃号").first.click()
    sheet.get_by_role("button", name="弃号").last.click()
    expect(page.get_by_text("没有符合条件的号票")).to_be_visible()
    assert server.run(server.hall.ticket(EAST, ticket)).state is TicketState.ABANDONED


@pytest.mark.shows("R040", part="counters opened, paused and staffed from the PAD")
def test_a_counter_is_staffed_paused_and_closed(screens: Screens, server: HallServer) -> None:
    page = pad(screens, "/pad/counters")
    page.get_by_role("button", name=re.compile("^06")).click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name=re.compile("潘俊杰")).click()
    expect(sheet.get_by_text("空闲")).to_be_visible()
    counter = CounterId("east.counter.06")
    assert server.run(server.hall.state(EAST)).counters[counter].state is CounterState.OPEN
    sheet.get_by_role("button", name="暂停").click()
    sheet.get_by_role("button", name="用餐").click()
    expect(sheet.get_by_text("用餐")).to_be_visible()
    sheet.get_by_role("button", name="恢复").click()
    expect(sheet.get_by_text("空闲")).to_be_visible()
    sheet.get_by_role("button", name="关闭", exact=True).last.click()
    expect(sheet.get_by_text("未开放")).to_be_visible()


@pytest.mark.shows("R040", part="a suggested change is done with one tap")
def test_a_suggestion_is_applied_with_one_tap(screens: Screens, server: HallServer) -> None:
    page = pad(screens, "/pad/counters")
    row = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="采用"))
    title = row.first.locator("strong").inner_text()
    row.first.get_by_role("button", name="采用").click()
    expect(page.get_by_text(f"已调整：{title}")).to_be_visible()


def test_a_message_goes_to_all_who_wait_and_is_withdrawn(
    screens: Screens, server: HallServer
) -> None:
    page = pad(screens, "/pad/notices")
    page.get_by_label("中文内容").fill("对公业务请到 11 号窗口")
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="对公业务请到 11 号窗口")).to_be_visible()
    assert len(server.run(server.hall.state(EAST)).notices) == 1
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_text("没有正在显示的通知")).to_be_visible()


@pytest.mark.shows("R039", part="duty, accept, hand over and close on the PAD")
def test_a_task_is_accepted_and_closed_with_an_outcome(
    screens: Screens, server: HallServer
) -> None:
    page = pad(screens)
    page.get_by_role("button", name="不在岗").click()
    page.get_by_role("dialog").get_by_role("button", name="咨询引导区").click()
    expect(page.get_by_role("button", name="在岗", exact=True)).to_be_visible()
    task = raise_task(server, "更换打印纸")
    mine = page.get_by_role("article").filter(has_text="更换打印纸")
    mine.get_by_role("button", name="接单", exact=True).click()
    expect(mine.get_by_text("我在处理")).to_be_visible()
    mine.get_by_role("button", name="完成").click()
    page.get_by_label("处理结果").fill("已更换")
    page.get_by_role("dialog").get_by_role("button", name="完成", exact=True).click()
    expect(mine).to_have_count(0)
    assert task_state(server, task) is TaskState.DONE


@pytest.mark.shows("R039", part="noted and handed over on the PAD")
def test_a_task_is_noted_and_handed_over_to_a_colleague(
    screens: Screens, server: HallServer
) -> None:
    other = server.bank.staff["su.nianzhen"]
    colleague = Actor(ActorKind.STAFF, other, frozenset(), GRANTS[Role.LOBBY_MANAGER], None)
    server.run(tasks_of(server).take_duty(EAST, "", colleague))
    page = pad(screens)
    task = raise_task(server, "轮椅推到门口")
    mine = page.get_by_role("article").filter(has_text="轮椅推到门口")
    mine.get_by_role("button", name="接单", exact=True).click()
    expect(mine.get_by_text("我在处理")).to_be_visible()
    mine.get_by_role("button", name=re.compile("轮椅推到门口")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("处理结果").fill("客户在西门")
    dialog.get_by_role("button", name="备注", exact=True).click()
    expect(dialog.get_by_label("处理结果")).to_have_value("")
    dialog.get_by_label("处理结果").fill("请带到低柜")
    dialog.get_by_role("button", name="转交").click()
    dialog.get_by_role("button", name=re.compile("苏念真")).click()
    handed = page.get_by_role("article").filter(has_text="请带到低柜")
    expect(handed.get_by_text(re.compile("派给 苏念真"))).to_be_visible()
    held = server.run(tasks_of(server).board(EAST)).tasks[task]
    assert (held.state, held.offered_to) == (TaskState.OFFERED, other)
    events = server.run(server.app.parts.log.read_stream(tasks_of(server).stream(EAST)))
    notes = [getattr(r.event, "note", "") for r in events if getattr(r.event, "task", "") == task]
    assert [note for note in notes if note] == ["轮椅推到门口", "客户在西门", "请带到低柜"]


@pytest.mark.shows("R044", part="taken down, assigned, noted and answered on the PAD")
def test_a_complaint_is_taken_down_at_a_ticket_and_answered(
    screens: Screens, server: HallServer, accessible: Accessible
) -> None:
    ticket, number = server.issue("pension")
    page = pad(screens, f"/pad/queue?search={number}")
    page.get_by_role("button", name=re.compile(number)).click()
    page.get_by_role("dialog").get_by_role("button", name="登记投诉").click()
    form = page.get_by_role("dialog", name="登记投诉")
    expect(form.get_by_text(f"关联号票 {number}")).to_be_visible()
    form.get_by_role("button", name="排队等候").click()
    form.get_by_label("客户怎么说").fill("等了很久没有人说明")
    form.get_by_label(re.compile("手机号")).fill("13900000009")
    form.get_by_role("button", name="登记投诉").click()
    expect(page.get_by_text(re.compile("已登记，.*前答复"))).to_be_visible()
    # Its task leads to it, in the list of those that wait for an answer.
    page.goto(f"{server.url}/pad/complaints")
    row = page.get_by_role("main").get_by_role("button", name=re.compile("等了很久没有人说明"))
    expect(row).to_contain_text("待处理")
    page.get_by_role("article").filter(has_text="投诉处理").get_by_role(
        "button", name=re.compile("投诉处理")
    ).first.click()
    page.get_by_role("button", name="查看投诉").click()
    sheet = page.get_by_role("dialog", name="投诉：排队等候")
    expect(sheet.get_by_text("139****0009")).to_be_visible()
    accessible(page)
    sheet.get_by_role("button", name="我来处理").click()
    expect(sheet.get_by_text("处理中")).to_be_visible()
    sheet.get_by_role("button", name="记下").click()
    sheet.get_by_label(re.compile("处理记录")).fill("低柜少开一个窗口")
    sheet.get_by_role("button", name="记下").last.click()
    expect(sheet.get_by_role("listitem").filter(has_text="低柜少开一个窗口")).to_be_visible()
    sheet.get_by_role("button", name="答复客户").click()
    sheet.get_by_label("答复客户").fill("已增开窗口，向您致歉。")
    sheet.get_by_role("button", name="发出答复").click()
    expect(sheet.get_by_text("客户还没有评价答复")).to_be_visible()
    expect(sheet.get_by_role("button", name="我来处理")).to_have_count(0)
    complaints = server.app.parts.service("complaints", ComplaintService)
    newest = server.run(complaints.book.newest(EAST, unsettled_only=False))[0]
    assert (newest.subject, newest.state, newest.text) == (
        ticket, ComplaintState.ANSWERED, "等了很久没有人说明",
    )  # fmt: skip
    sheet.get_by_role("button", name="关闭").first.click()
    expect(row).to_have_count(0)
    page.get_by_role("button", name="全部", exact=True).click()
    expect(row).to_contain_text("已答复")


@pytest.mark.shows("R013", part="arrival, queue and service are one traceable visit")
@pytest.mark.shows("R007", part="the visit's stations, from the PAD to the counter")
def test_a_visit_is_one_thing_from_the_door_to_the_end_of_service(
    screens: Screens, server: HallServer
) -> None:
    visit = VisitId("a-visit-to-trace")
    server.command(c.Arrive(visit=visit, source=Source.PAD))
    ticket, number = server.issue("wealth", visit=visit)
    page = pad(screens, f"/pad/queue?search={number}")
    counter = CounterId("east.counter.12")
    seat = server.run(server.hall.state(EAST)).counters[counter]
    if seat.ticket:
        server.command(c.FinishService(ticket=seat.ticket))
    page.get_by_role("button", name=re.compile(number)).click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="由窗口叫号").click()
    sheet.get_by_role("button", name=re.compile("12 号窗口")).click()
    expect(sheet.get_by_text(re.compile("叫号中|呼叫中|叫号")).first).to_be_visible()
    server.command(c.StartService(ticket=ticket))
    expect(sheet.get_by_text("办理中")).to_be_visible()
    server.command(c.FinishService(ticket=ticket))
    expect(sheet.get_by_text("这张号票已办结或弃号。")).to_be_visible()
    state = server.run(server.hall.state(EAST))
    assert state.visits[visit].tickets == (ticket,)
    assert [stage for stage, _ in state.visits[visit].stages][-1] == "counter"
    events = server.run(server.app.parts.log.read_stream(server.hall.stream_now(EAST)))
    trace = [
        type(r.event).__name__
        for r in events
        if visit == getattr(r.event, "visit", "") or ticket == getattr(r.event, "ticket", "")
    ]
    path = [
        "VisitArrived", "TicketIssued", "TicketCalled", "ServiceStarted", "ServiceFinished",
    ]  # fmt: skip
    assert [name for name in trace if name in path] == path


@pytest.mark.shows("R131", part="the entry to the five modules, with the hall and its analysis")
@pytest.mark.shows(
    "R002", part="customers identified, the hall run, bookings and the service monitor on the PAD"
)
def test_the_branch_is_run_from_one_pad(screens: Screens, server: HallServer) -> None:
    server.customer("周海棠", "13800000088", 1)
    page = pad(screens)
    page.get_by_role("button", name="取号", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("手机号", exact=True).fill("13800000088")
    dialog.get_by_role("button", name="识别", exact=True).click()
    expect(dialog.get_by_text("周*棠 · 支行级贵宾")).to_be_visible()
    dialog.get_by_role("button", name="关闭").first.click()
    for tab, shown in (
        ("排队", re.compile(r"\d+ 张号票")),
        ("窗口", "调整建议"),
        ("预约", "今日预约"),
        ("通知", "正在显示"),
    ):
        page.get_by_role("link", name=tab, exact=True).click()
        expect(page.get_by_role("main").get_by_text(shown).first).to_be_visible()
    modules = page.get_by_role("navigation", name="模块").get_by_role("link")
    expect(modules).to_have_text(["厅堂", "设备", "分析", "产品", "社交"])
    modules.nth(2).click()
    expect(page.get_by_text("服务监测")).to_be_visible()
    expect(page.get_by_text("平均等候（已叫号）")).to_be_visible()


@pytest.mark.shows("R038", part="alerts stand on the PAD in the order of urgency")
def test_the_gravest_task_stands_on_top(screens: Screens, server: HallServer) -> None:
    raise_task(server, "不急", Grade.NOTE)
    raise_task(server, "十万火急", Grade.RED)
    page = pad(screens)
    cards = page.get_by_role("article")
    expect(cards.first).to_contain_text("紧急")
    notes = cards.all_inner_texts()
    urgent = next(i for i, text in enumerate(notes) if "十万火急" in text)
    calm = next(i for i, text in enumerate(notes) if "不急" in text)
    assert urgent < calm


@pytest.mark.shows("R021", part="the PAD through a dropped link")
def test_through_a_dropped_link(screens: Screens, server: HallServer) -> None:
    page = pad(screens)
    task = raise_task(server, "断线时接的任务")
    mine = page.get_by_role("article").filter(has_text="断线时接的任务")
    expect(mine).to_be_visible()
    waiting = page.get_by_text(re.compile(r"等候 \d+ 人")).first.inner_text()
    page.context.set_offline(True)
    expect(page.get_by_text("与服务器的连接已断开")).to_be_visible()
    expect(page.get_by_text(re.compile("以下为 .* 的内容"))).to_be_visible()
    # The last state stays.
    expect(page.get_by_text(waiting, exact=True).first).to_be_visible()
    # What can wait is kept and shown as such.
    mine.get_by_role("button", name="接单", exact=True).click()
    expect(mine.get_by_text("接单待发送")).to_be_visible()
    expect(page.get_by_role("button", name="待发送 1")).to_be_visible()
    assert task_state(server, task) is not TaskState.ACCEPTED
    # What cannot wait is refused in words.
    page.get_by_role("button", name="取号", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("现金取款")).click()
    dialog.get_by_role("button", name="取号", exact=True).click()
    expect(dialog.get_by_text(re.compile("这项操作不能等待"))).to_be_visible()
    issued = server.run(server.hall.state(EAST)).issued
    dialog.get_by_role("button", name="关闭").first.click()
    # And back: the task goes out by itself, once, and the view is current again.
    page.context.set_offline(False)
    expect(page.get_by_text("与服务器的连接已断开")).to_have_count(0)
    expect(mine.get_by_text("我在处理")).to_be_visible()
    assert task_state(server, task) is TaskState.ACCEPTED
    assert server.run(server.hall.state(EAST)).issued == issued
    server.issue("cash_withdrawal")
    expect(page.get_by_text(waiting, exact=True)).to_have_count(0)


def test_what_was_kept_is_refused_if_somebody_else_was_faster(
    screens: Screens, server: HallServer
) -> None:
    page = pad(screens)
    task = raise_task(server, "抢单")
    mine = page.get_by_role("article").filter(has_text="抢单")
    expect(mine).to_be_visible()
    page.context.set_offline(True)
    mine.get_by_role("button", name="接单", exact=True).click()
    expect(mine.get_by_text("接单待发送")).to_be_visible()
    other = server.bank.staff["su.nianzhen"]
    actor = Actor(ActorKind.STAFF, other, frozenset(), GRANTS[Role.LOBBY_MANAGER], None)
    server.run(tasks_of(server).take_duty(EAST, "", actor))
    server.run(tasks_of(server).accept(EAST, task, actor))
    page.context.set_offline(False)
    expect(mine.get_by_text("苏念真 处理中")).to_be_visible()
    page.get_by_role("button", name=re.compile("待发送")).click()
    expect(page.get_by_role("dialog").get_by_text("未被接受")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_text("该任务")).to_be_visible()


@pytest.mark.shows("R004", part="modules of the branch on the PAD, as the server has them")
def test_a_module_says_whether_the_branch_has_it(screens: Screens) -> None:
    page = pad(screens)
    page.get_by_role("link", name="产品").click()
    expect(page.get_by_text("本网点已开通“智慧营销”")).to_be_visible()


@pytest.mark.shows("R042", part="the day's figures against the branch's limits")
def test_the_service_monitor(screens: Screens, accessible: Accessible) -> None:
    page = pad(screens, "/pad/analysis")
    for name in ("正在等候", "最长等候", "开放窗口", "满意率", "合成满意度"):
        expect(page.get_by_text(name, exact=True)).to_be_visible()
    expect(page.get_by_text("等候估计准不准")).to_be_visible()
    page.get_by_role("button", name="查看数据").first.click()
    expect(page.get_by_role("cell", name="10 分钟内")).to_be_visible()
    accessible(page)


PAGES = ("/queue", "/counters", "/bookings", "/complaints", "/notices", "/products", "/")


@pytest.mark.parametrize("look", ["lang=zh-CN", "lang=en", "lang=zh-CN&theme=dark&type=large"])
def test_every_page_is_accessible(screens: Screens, accessible: Accessible, look: str) -> None:
    page = pad(screens, f"/pad/?{look}")
    for path in PAGES:
        link = page.locator(f'a[href="/pad{path}"]').first
        link.click()
        expect(link).to_have_attribute("aria-current", "page")
        page.wait_for_load_state("networkidle")
        accessible(page)


@pytest.mark.shows("R021", part="the PAD opens without a link, with the last state and since when")
def test_it_opens_without_a_link(screens: Screens) -> None:
    page = pad(screens)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    expect(page.get_by_role("button", name=re.compile("客户等候区.*等候"))).to_be_visible()
    # The newest snapshot is written every two seconds.
    page.wait_for_timeout(2_500)
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("与服务器的连接已断开")).to_be_visible()
    expect(page.get_by_text(re.compile("以下为 .* 的内容"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("客户等候区.*等候"))).to_be_visible()

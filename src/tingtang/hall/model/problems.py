"""Every way in which a hall says no."""

from tingtang.hall.model.state import CounterState, TicketState
from tingtang.kernel.errors import Problem
from tingtang.kernel.text import Text

DAY_NOT_OPEN = Problem("day_not_open", 409, "网点今日尚未营业", "The branch is not open today")
DAY_ALREADY_OPEN = Problem("day_already_open", 409, "今日已经开门营业", "The day is already open")
DAY_CLOSED = Problem("day_closed", 409, "今日营业已结束", "The day is closed")
STILL_SERVING = Problem(
    "still_serving",
    409,
    "窗口 {counter} 还在办理 {number}，请先办结再打烊",
    "Counter {counter} still has {number}: finish it before closing the day",
)
TAKING_STOPPED = Problem(
    "taking_stopped", 409, "今日已停止取号", "No more tickets are given out today"
)
QUOTA_REACHED = Problem(
    "quota_reached",
    409,
    "今日此类号票已取完（每日 {quota} 张）",
    "Today's tickets of this kind are all taken ({quota} a day)",
)
NO_SERVICE = Problem("no_service", 422, "请至少选择一项业务", "Choose at least one service")
UNKNOWN_SERVICE = Problem(
    "unknown_service",
    422,
    "本网点不办理该业务（{service}）",
    "This branch does not offer that service ({service})",
)
UNKNOWN_TICKET = Problem("unknown_ticket", 404, "没有这张号票", "There is no such ticket")
UNKNOWN_COUNTER = Problem(
    "unknown_counter", 404, "本网点没有这个窗口", "This branch has no such counter"
)
UNKNOWN_VISIT = Problem("unknown_visit", 404, "没有这次到店记录", "There is no such visit")
VISIT_EXISTS = Problem("visit_exists", 409, "该到店记录已存在", "That visit is already known")
TICKET_EXISTS = Problem("ticket_exists", 409, "该号票已存在", "That ticket already exists")
WRONG_STATE = Problem(
    "wrong_state",
    409,
    "号票 {number} {state}，不能{action}",
    "Ticket {number} is {state}: it cannot be {action}",
)
NOT_YOUR_COUNTER = Problem(
    "not_your_counter",
    403,
    "窗口 {counter} 不是您签到的窗口",
    "You are not signed on at counter {counter}",
)
COUNTER_WRONG_STATE = Problem(
    "counter_wrong_state",
    409,
    "窗口 {counter} {state}，不能{action}",
    "Counter {counter} is {state}: it cannot {action}",
)
COUNTER_BUSY = Problem(
    "counter_busy",
    409,
    "窗口 {counter} 还有 {number}，请先办结、过号或暂挂",
    "Counter {counter} still has {number}: finish, pass or hold it first",
)
STAFF_ELSEWHERE = Problem(
    "staff_elsewhere",
    409,
    "该员工已在窗口 {counter} 签到",
    "This person is already signed on at counter {counter}",
)
SIGN_ON_NOT_ALLOWED = Problem(
    "sign_on_not_allowed",
    403,
    "该员工的签到规则不允许在窗口 {counter} 签到",
    "This person's sign-on rules do not allow counter {counter}",
)
NO_SKILL = Problem(
    "no_skill",
    422,
    "该员工不具备窗口 {counter} 所选业务的技能",
    "This person has the skill for none of the services chosen at counter {counter}",
)
NOT_AT_COUNTER = Problem(
    "not_at_this_counter",
    422,
    "窗口 {counter} 不能办理该业务（{service}）",
    "Counter {counter} cannot do that service ({service})",
)
NOBODY_WAITING = Problem(
    "nobody_waiting",
    409,
    "目前没有窗口 {counter} 可以办理的客户在等候",
    "Nobody waits for what counter {counter} can do",
)
CANNOT_SERVE = Problem(
    "cannot_serve",
    409,
    "没有窗口能办理这项业务：目标窗口或员工不具备该业务",
    "The counter or person chosen cannot do this service",
)
UNKNOWN_REASON = Problem(
    "unknown_reason", 422, "没有这个原因选项（{reason}）", "There is no such reason ({reason})"
)
BAD_SCORE = Problem("bad_score", 422, "评分须在 1 到 5 之间", "A score is from 1 to 5")
ALREADY_RATED = Problem("already_rated", 409, "此项服务已评价", "This service was rated already")
NOT_RATED_YET = Problem(
    "not_finished_yet", 409, "此项服务尚未办结，暂不能评价", "This service is not finished yet"
)
STILL_WAITS = Problem(
    "still_waits",
    409,
    "该客户还有未办结的号票 {number}",
    "This visitor still holds ticket {number}",
)
OPEN_MATTERS = Problem(
    "open_matters",
    409,
    "还不能关闭营业日：{open}",
    "The day cannot be closed yet: {open}",
)
NO_NOTICE = Problem("unknown_notice", 404, "没有这条通知", "There is no such notice")
EMPTY_NOTICE = Problem("empty_notice", 422, "通知内容不能为空", "The message is empty")

TICKET_STATES = {
    TicketState.WAITING: Text("正在等候", "waiting"),
    TicketState.CALLED: Text("已被叫号", "called"),
    TicketState.SERVING: Text("正在办理", "being served"),
    TicketState.HELD: Text("已暂挂", "on hold"),
    TicketState.PASSED: Text("已过号", "passed"),
    TicketState.FINISHED: Text("已办结", "finished"),
    TicketState.ABANDONED: Text("已弃号", "abandoned"),
}
COUNTER_STATES = {
    CounterState.CLOSED: Text("未开放", "closed"),
    CounterState.OPEN: Text("空闲", "open"),
    CounterState.CALLING: Text("正在叫号", "calling"),
    CounterState.SERVING: Text("正在办理", "serving"),
    CounterState.PAUSED: Text("暂停服务", "paused"),
}

"""What journeys refuse, in the customer's words."""

from tingtang.kernel.errors import Problem

UNKNOWN_SCENARIO = Problem(
    "unknown_scenario", 404, "没有这项业务（{scenario}）", "There is no such business ({scenario})"
)
UNKNOWN_JOURNEY = Problem(
    "unknown_journey",
    404,
    "没有这笔业务，或不在本终端办理",
    "There is no such journey on this terminal",
)
NOT_HERE = Problem(
    "not_on_this_channel",
    409,
    "{name}不能在这里办理，请选择其他方式",
    "{name} cannot be done here; choose another way",
)
NOT_IN_HALL = Problem(
    "visit_not_here",
    409,
    "本网点今天没有这次到店记录，请按叫到的号重新开始",
    "This branch has no such visit today; begin with the ticket that was called",
)
STEP_PASSED = Problem(
    "step_passed",
    409,
    "这一步已经办过，页面将更新",
    "This step has been passed already; the page is brought up to date",
)
NOT_NEXT = Problem(
    "not_next",
    409,
    "请重新核验身份后办理",
    "Identify yourself once more to go on with this",
)
FOR_STAFF = Problem(
    "step_for_staff",
    403,
    "这一步由工作人员办理",
    "Our staff do this step",
)
FIELD_WRONG = Problem("field_wrong", 422, "{label}：{reason}", "{label}: {reason}")
NO_WAY_BACK = Problem(
    "no_way_back", 409, "业务已经生效，不能返回上一步", "It has taken effect; there is no way back"
)
JOURNEY_OVER = Problem("journey_over", 409, "这笔业务已经结束", "This journey is over")
STILL_AT_WORK = Problem(
    "still_at_work",
    409,
    "正在处理上一步，请稍候",
    "The step before is still under way; wait a moment",
)
HELD_HERE = Problem(
    "held_here",
    409,
    "机器里还有您的卡、存折或现金，请先在本机办完，或退出取回后再换地方",
    "Your card, book or cash is in this machine: finish here, or leave and take it out first",
)
CODE_WRONG = Problem(
    "handover_code_wrong",
    404,
    "交接码无效或已过期，请在原终端重新显示",
    "The code is wrong or too old; show a new one on the other terminal",
)
TOO_MANY_CODES = Problem(
    "too_many_codes",
    429,
    "交接码多次输入有误，请 {minutes} 分钟后再试",
    "Too many wrong codes: try again in {minutes} minutes",
)
TOO_MANY_OPEN = Problem(
    "too_many_journeys",
    429,
    "您有多笔业务尚未办完，请先办完或退出",
    "Several journeys are under way on this phone: finish or leave one first",
)
DATA_ERASED = Problem(
    "journey_data_erased",
    410,
    "这笔业务的资料已按规定删除",
    "What was entered in this journey has been erased as the rules ask",
)
DATA_LOCKED = Problem(
    "journey_locked",
    503,
    "这笔业务的资料暂时打不开，请联系工作人员；其他业务可以照常办理",
    "What was entered in this journey cannot be opened now; ask our staff. All else goes on",
)
"""Its key is not in the key file: it may be put back."""
BAD_SCENARIO = Problem(
    "bad_scenario", 422, "流程图有误：{reason}", "The scenario is not valid: {reason}"
)

"""What is refused about alarms, repairs and maintenance, in words."""

from tingtang.kernel.errors import Problem

UNKNOWN_ALARM = Problem("unknown_alarm", 404, "没有这条告警", "There is no such alarm")
ALARM_OVER = Problem("alarm_over", 409, "告警已关闭", "The alarm is over")
NOT_YOUR_ALARM = Problem(
    "not_your_alarm",
    409,
    "已由他人处理，请先与其交接",
    "Somebody else sees to it: let them hand it over",
)
NO_SUCH_OWNER = Problem(
    "no_such_owner",
    422,
    "此人不负责这个网点的设备",
    "This person does not look after devices of this branch",
)
SUSPENDED_TOO_LONG = Problem(
    "suspended_too_long",
    422,
    "挂起须到将来的某个时刻，且不超过 {days} 天",
    "It can be put off to a moment to come, at most {days} days away",
)
UNKNOWN_REPAIR = Problem("unknown_repair", 404, "没有这张报修单", "There is no such repair")
REPAIR_OPEN = Problem(
    "repair_open",
    409,
    "这个部件已有未完成的报修单",
    "A repair of this part is under way already",
)
NOT_NOW = Problem(
    "repair_step_not_now",
    409,
    "报修单处于“{state}”，不能{step}",
    "The repair is {state}: it cannot be {step} now",
)
CAUSE_MISSING = Problem("repair_cause_missing", 422, "完成维修须填写原因", "Say what the cause was")
NOBODY_ASSIGNED = Problem(
    "repair_nobody_assigned",
    422,
    "请填写维修人员或服务商",
    "Say who repairs it: somebody of the staff, or a vendor",
)
VERIFY_OTHERS = Problem(
    "verify_others",
    409,
    "验收须由维修者以外的人进行",
    "Somebody other than who repaired it has to verify it",
)
PERSONAL_NOTE = Problem(
    "personal_words",
    422,
    "请勿填写手机号、证件号或卡号",
    "Leave out phone, ID and card numbers",
)
UNKNOWN_WINDOW = Problem("unknown_window", 404, "没有这个维护时段", "There is no such window")
BAD_WINDOW = Problem(
    "bad_window",
    422,
    "维护时段须在将来结束，且不超过 {days} 天",
    "A window must end in the future and last {days} days at most",
)
TOO_MANY_WINDOWS = Problem(
    "too_many_windows",
    409,
    "维护时段最多 {most} 个",
    "There can be {most} windows at most",
)

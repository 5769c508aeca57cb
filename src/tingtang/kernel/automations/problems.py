"""Why an automation cannot be saved or run, in words."""

from tingtang.kernel.errors import Problem

UNKNOWN_AUTOMATION = Problem(
    "unknown_automation", 404, "没有这项自动化", "There is no such automation"
)
BAD_AUTOMATION = Problem("bad_automation", 422, "{where}：{reason}", "{where}: {reason}")
TOO_MANY = Problem(
    "too_many_automations", 409, "最多 {most} 项自动化", "There may be at most {most} automations"
)
NOT_RUNNING_HERE = Problem(
    "automations_off",
    409,
    "本网点未启用智能网控模块，自动化不运行",
    "The smart control module of this branch is off, so its automations do not run",
)
IS_RUNNING = Problem(
    "automation_running", 409, "该自动化正在运行", "This automation is running already"
)
BAD_DAY = Problem("bad_day", 422, "日期无效：{date}", "{date} is not a date that can be tried")

"""Every way in which a step of a task is refused."""

from tingtang.kernel.errors import Problem

UNKNOWN_TASK = Problem("unknown_task", 404, "没有这项任务", "There is no such task")
TASK_STATE = Problem(
    "task_state",
    409,
    "该任务{state}，不能{action}",
    "This task is {state} and cannot be {action}",
)
NOT_YOUR_TASK = Problem(
    "not_your_task", 409, "该任务已由他人处理", "Somebody else has taken this task"
)
ACCEPT_FIRST = Problem(
    "accept_first", 409, "请先接单，再完成任务", "Accept the task before you close it"
)
NOT_ON_DUTY = Problem(
    "not_on_duty", 409, "该员工不在岗，无法接收任务", "This person is not on duty in the hall"
)
UNKNOWN_KIND = Problem(
    "task_kind", 422, "不能手动发起这类任务（{kind}）", "Tasks of kind {kind} raise themselves"
)
UNKNOWN_ZONE = Problem("unknown_zone", 422, "本网点没有这个功能区", "This branch has no such zone")
PERSONAL_NOTE = Problem(
    "personal_note",
    422,
    "备注中请勿填写手机号、证件号、卡号",
    "Leave phone, ID and card numbers out of notes",
)

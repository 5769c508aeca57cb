"""What is refused about devices, in words."""

from tingtang.kernel.errors import Problem

UNKNOWN_DEVICE = Problem("unknown_device", 404, "没有这台设备", "There is no such device")
UNKNOWN_TYPE = Problem(
    "unknown_device_type", 422, "没有设备类型 {type}", "There is no device type {type}"
)
UNKNOWN_MODULE = Problem(
    "unknown_module", 422, "{type}没有模块 {module}", "A {type} has no module {module}"
)
UNKNOWN_COMMAND = Problem(
    "unknown_command", 422, "{type}没有命令 {command}", "A {type} knows no command {command}"
)
BAD_PARAMETER = Problem(
    "bad_parameter", 422, "{name} 的值无效", "The value of {name} is not one it can have"
)
MISSING_PARAMETER = Problem("missing_parameter", 422, "缺少 {name}", "{name} is missing")
NOT_REACHABLE = Problem(
    "device_not_reachable",
    409,
    "设备不在线，命令未发送",
    "The device cannot be reached: nothing was sent",
)
CANNOT_WAKE = Problem(
    "cannot_be_woken",
    409,
    "未登记唤醒{device}的方式（网卡地址或智能插座）",
    "How to wake {device} is not registered: its network card's address, or its plug",
)
UNKNOWN_PLUG = Problem(
    "unknown_plug",
    422,
    "智能插座 {plug} 不在本网点，或没有开关",
    "The plug {plug} is not in this branch, or has no switch",
)
BAD_FILE = Problem(
    "bad_device_file",
    422,
    "须为不超过 1 MB 的 PNG、JPEG 图片或纯文本日志",
    "It must be a PNG or JPEG picture, or a log of plain text, of at most 1 MB",
)
NO_FILE = Problem(
    "no_device_file",
    404,
    "图片或日志不存在，或已过保存期",
    "There is no such picture or log any more",
)
BAD_CREDENTIALS = Problem(
    "bad_device_credentials", 401, "设备编号或密钥不正确", "The device's id or secret is wrong"
)
MAINTENANCE_ONLY = Problem(
    "maintenance_only",
    403,
    "{command}仅限设备维护人员",
    "Only those who maintain devices may do this: {command}",
)

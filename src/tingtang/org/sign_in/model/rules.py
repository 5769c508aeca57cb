"""Passwords, lockout, session times: what is allowed, as pure functions and named figures."""

from enum import StrEnum

from tingtang.kernel.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from tingtang.kernel.errors import Problem
from tingtang.kernel.permissions import GRANTS, Permission, Role
from tingtang.kernel.text import Text

PASSWORD_LENGTH_MIN = 10
PASSWORD_LENGTH_MAX = 200
PASSPHRASE_LENGTH = 16
"""From this length on a password may be of one kind of character."""

FAILURES_FREE = 5
"""Failures before waiting begins (GB/T 22239 asks for a limit; five leaves room for a typing slip)."""
LOCK_FIRST_MS = 30 * SECOND_MS
LOCK_MAX_MS = HOUR_MS

STAFF_IDLE_MS = 30 * MINUTE_MS
STAFF_LONGEST_MS = 12 * HOUR_MS
"""A working day: nobody stays signed in over night."""
LIMITED_MS = 10 * MINUTE_MS
"""To set a new password or a second factor."""
TERMINAL_LONGEST_MS = 400 * DAY_MS
"""The longest a browser keeps a cookie."""
INVITATION_MS = 30 * MINUTE_MS
INVITATION_MAX_MS = 7 * DAY_MS

DOOR_STEP_MS = 30 * SECOND_MS
DOOR_STEPS_ACCEPTED = 10
"""A code is good for the step it was shown in and the nine after: five minutes to read a notice."""
DOOR_SESSION_MS = 30 * MINUTE_MS
WEB_SESSION_MS = 60 * MINUTE_MS
DEMO_LINK_MS = 12 * HOUR_MS

WRONG_CREDENTIALS = Problem(
    "wrong_credentials", 401, "用户名或密码不正确", "The name or the password is not right"
)
SECOND_FACTOR_REQUIRED = Problem(
    "second_factor_required", 401, "请输入动态验证码", "Enter the code of your second factor"
)
SECOND_FACTOR_SETUP_REQUIRED = Problem(
    "second_factor_setup_required",
    401,
    "管理员须先绑定动态验证码",
    "Administrators must set up a second factor first",
)
PASSWORD_CHANGE_REQUIRED = Problem(
    "password_change_required", 401, "首次登录请修改密码", "Choose a new password first"
)
LOCKED = Problem(
    "locked",
    401,
    "尝试次数过多，请 {seconds} 秒后再试",
    "Too many attempts: try again in {seconds} s",
)
WEAK_PASSWORD = Problem(
    "weak_password", 422, "密码不符合要求：{reason}", "That password will not do: {reason}"
)
WRONG_CODE = Problem(
    "wrong_code", 422, "验证码不正确或已使用", "The code is wrong or was used before"
)
BAD_INVITATION = Problem(
    "bad_invitation", 401, "注册码无效、已使用或已过期", "The code is wrong, used or out of date"
)
BAD_LINK = Problem("bad_link", 401, "链接无效或已过期", "The link is wrong or out of date")
NOT_ONESELF = Problem("not_oneself", 403, "不能对自己执行此操作", "You cannot do this to yourself")
MAY_DO_MORE = Problem(
    "may_do_more", 403, "对方的权限高于您", "That person may do things that you may not"
)
NO_SUCH = Problem("no_such_record", 404, "找不到{what} {id}", "There is no {what} {id}")
OIDC_OFF = Problem("oidc_off", 404, "未启用统一身份认证", "Sign-in through the bank is not set up")
OIDC_FAILED = Problem(
    "oidc_failed", 401, "统一身份认证失败：{reason}", "Sign-in through the bank failed: {reason}"
)
REMOTE_OFF = Problem(
    "remote_off", 403, "本网点不提供远程取号", "This branch gives tickets only at its door"
)


class TerminalKind(StrEnum):
    """What a machine is enrolled as."""

    KIOSK = "kiosk"
    BOARD = "board"
    COUNTER_SCREEN = "counter_screen"
    PAD = "pad"


PAD_PERMISSIONS = frozenset({Permission.SESSION_OWN, Permission.GUIDE_SEE})
"""A PAD by itself shows its sign-in page; the person who signs in on it brings the rest."""


def terminal_permissions(kind: TerminalKind) -> frozenset[Permission]:
    """What a machine of this kind may do."""
    return PAD_PERMISSIONS if kind is TerminalKind.PAD else GRANTS[Role(kind)]


def terminal_roles(kind: TerminalKind) -> frozenset[Role]:
    """The role of a machine of this kind."""
    return frozenset() if kind is TerminalKind.PAD else frozenset({Role(kind)})


def lock_ms(failures: int) -> int:
    """How long to wait after this many failures in a row: 30 s, doubling up to an hour."""
    if failures < FAILURES_FREE:
        return 0
    doublings = min(failures - FAILURES_FREE, 20)
    return min(LOCK_FIRST_MS << doublings, LOCK_MAX_MS)


COMMON = frozenset(
    [
        "password",
        "passw0rd",
        "qwertyuiop",
        "1234567890",
        "0123456789",
        "administrator",
        "letmein123",
        "welcome123",
        "iloveyou12",
        "woaini1314",
        "abcd123456",
        "abc1234567",
        "1q2w3e4r5t",
        "asdfghjkl1",
        "qwerty12345",
        "a123456789",
        "aa12345678",
        "admin12345",
        "tingtang12",
        "1qaz2wsx3edc",
    ]
)


def password_trouble(password: str, login: str, name: str) -> Text | None:
    """What is wrong with a password; None if it will do."""
    lowered = password.casefold()
    if len(password) < PASSWORD_LENGTH_MIN:
        return Text(
            f"至少 {PASSWORD_LENGTH_MIN} 个字符", f"at least {PASSWORD_LENGTH_MIN} characters"
        )
    if len(password) > PASSWORD_LENGTH_MAX:
        return Text(
            f"最多 {PASSWORD_LENGTH_MAX} 个字符", f"at most {PASSWORD_LENGTH_MAX} characters"
        )
    if lowered in COMMON or len(set(password)) < 5:
        return Text("过于常见", "it is too common")
    if (login and login.casefold() in lowered) or (name and name.casefold() in lowered):
        return Text("不能包含用户名或姓名", "it contains the name")
    kinds = (
        any(c.islower() for c in password)
        + any(c.isupper() for c in password)
        + any(c.isdigit() for c in password)
        + any(not c.isalnum() for c in password)
    )
    if kinds < 3 and len(password) < PASSPHRASE_LENGTH:
        return Text(
            f"须含大写、小写、数字、符号中的三种，或不少于 {PASSPHRASE_LENGTH} 个字符",
            f"use three of upper case, lower case, digits and signs, or {PASSPHRASE_LENGTH} characters",
        )
    return None

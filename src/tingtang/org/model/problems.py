"""What the organisation refuses, in words."""

from tingtang.kernel.errors import Problem

NO_SUCH_BRANCH = Problem(
    "no_such_branch", 404, "找不到网点 {branch}", "There is no branch {branch}"
)
NO_SUCH_RECORD = Problem("no_such_record", 404, "找不到{what} {id}", "There is no {what} {id}")
CODE_TAKEN = Problem("code_taken", 409, "编号 {code} 已被使用", "The code {code} is already taken")
BROKEN_REFERENCE = Problem(
    "broken_reference",
    422,
    "{field} 指向不存在的 {id}",
    "{field} refers to {id}, which does not exist",
)
IN_USE = Problem("in_use", 409, "{what} 仍被 {user} 使用", "{what} is still used by {user}")
BAD_TIME_ZONE = Problem(
    "bad_time_zone", 422, "时区 {zone} 无效", "{zone} is not the name of a time zone"
)
LOOP_IN_TREE = Problem(
    "loop_in_tree", 422, "机构不能隶属于自身或其下级", "A unit cannot stand below itself"
)
ONE_HEAD_OFFICE = Problem(
    "one_head_office", 409, "只能有一个总行", "There is one head office, and it exists already"
)
SEPARATED_ROLES = Problem(
    "separated_roles",
    422,
    "三员分立：{role} 不得兼任其他角色",
    "Separation of duties: {role} may hold no other role",
)
NOT_TO_ONESELF = Problem(
    "not_to_oneself", 403, "不能为自己授权", "Nobody may grant roles to themselves"
)
NOT_STAFF_ROLE = Problem(
    "not_staff_role", 422, "{role} 不是员工角色", "{role} is not a role that staff can hold"
)
NO_SUCH_SECTION = Problem(
    "no_such_section", 404, "没有名为 {section} 的设置", "There are no settings called {section}"
)
STALE_REVISION = Problem(
    "stale_revision",
    409,
    "设置已被他人修改（当前版本 {revision}），请刷新后再保存",
    "Somebody changed this since (it is at revision {revision}): reload and try again",
)
BAD_PLAN = Problem("bad_plan", 422, "平面图有误：{reason}", "The floor plan is not valid: {reason}")
PLAN_CHANGED = Problem(
    "plan_changed",
    409,
    "平面图已被他人修改。请重新打开后再画，您的图可先导出保存",
    "Somebody has changed the plan since you opened it: open it again; you may export yours first",
)
NO_ROUTE_THERE = Problem(
    "no_route_there", 422, "无法从此处走到该区域", "There is no way from here to that zone"
)
NO_SUCH_TEMPLATE = Problem(
    "no_such_template", 404, "没有名为 {template} 的模板", "There is no template called {template}"
)
BAD_THEME = Problem(
    "bad_theme",
    422,
    "主题变量 {name} 的值不允许",
    "The value of theme variable {name} is not allowed",
)
MODULE_OFF = Problem(
    "module_off", 409, "本网点未启用模块：{module}", "This branch has not switched on {module}"
)

"""Who may do what: every permission and every role of the platform, on one page.

A route names the permission it needs beside itself; what names none is refused. Staff hold roles in
one part of the organisation and may act in the branches below it. Terminals and customers hold the
fixed roles of their kind; a customer's link moreover reaches only its own ticket or booking.
"""

from enum import StrEnum

import msgspec

from tingtang.kernel.errors import Problem, Refused

FORBIDDEN = Problem(
    "forbidden", 403, "您没有此操作的权限（{permission}）", "You may not do this ({permission})"
)
SIGN_IN_FIRST = Problem("sign_in_first", 401, "请先登录", "Sign in first")


class Permission(StrEnum):
    """What can be allowed. The value is what audit trails and refusals say."""

    # organisation
    ORG_SEE = "org.see"
    ORG_EDIT = "org.edit"
    BRANCH_CONFIGURE = "branch.configure"
    STAFF_SEE = "staff.see"
    STAFF_EDIT = "staff.edit"
    ROLES_GRANT = "roles.grant"
    TERMINAL_ENROL = "terminal.enrol"
    # customers
    CUSTOMER_IDENTIFY = "customer.identify"
    CUSTOMER_SEE = "customer.see"
    CUSTOMER_REVEAL = "customer.reveal"
    CUSTOMER_EDIT = "customer.edit"
    CONSENT_RECORD = "consent.record"
    # hall
    HALL_SEE = "hall.see"
    BOARD_SEE = "board.see"
    GUIDE_SEE = "guide.see"
    TICKET_ISSUE = "ticket.issue"
    TICKET_FOLLOW = "ticket.follow"
    TICKET_HANDLE = "ticket.handle"
    TICKET_ABANDON = "ticket.abandon"
    COUNTER_WORK = "counter.work"
    COUNTER_ASSIGN = "counter.assign"
    DAY_CONTROL = "day.control"
    MESSAGE_WAITING = "message.waiting"
    BOOKING_MAKE = "booking.make"
    BOOKING_SEE = "booking.see"
    BOOKING_HANDLE = "booking.handle"
    TASK_RAISE = "task.raise"
    TASK_WORK = "task.work"
    TASK_SEE = "task.see"
    RATING_GIVE = "rating.give"
    COMPLAINT_RAISE = "complaint.raise"
    COMPLAINT_HANDLE = "complaint.handle"
    RULES_SEE = "rules.see"
    RULES_EDIT = "rules.edit"
    MONITOR_SEE = "monitor.see"
    REPORT_SEE = "report.see"
    # devices
    DEVICE_SEE = "device.see"
    DEVICE_OPERATE = "device.operate"
    DEVICE_MAINTAIN = "device.maintain"
    DEVICE_ENROL = "device.enrol"
    # business
    JOURNEY_RUN = "journey.run"
    JOURNEY_SERVE = "journey.serve"
    AUTHORISATION_GIVE = "authorisation.give"
    SCENARIO_SEE = "scenario.see"
    SCENARIO_EDIT = "scenario.edit"
    SCENARIO_RELEASE = "scenario.release"
    # physical items
    ITEM_SEE = "item.see"
    ITEM_HANDLE = "item.handle"
    CLEARING_WORK = "clearing.work"
    CLEARING_APPROVE = "clearing.approve"
    # the system itself
    SYSTEM_SEE = "system.see"
    SYSTEM_OPERATE = "system.operate"
    AUDIT_SEE = "audit.see"
    SESSION_OWN = "session.own"


class Role(StrEnum):
    """A post that people, terminals and links hold."""

    TELLER_HIGH = "teller_high"
    TELLER_LOW = "teller_low"
    LOBBY_MANAGER = "lobby_manager"
    ACCOUNT_MANAGER = "account_manager"
    WEALTH_MANAGER = "wealth_manager"
    BRANCH_MANAGER = "branch_manager"
    MANAGING_BRANCH = "managing_branch"
    HEAD_OFFICE = "head_office"
    AUTHORISER = "authoriser"
    DEVICE_ENGINEER = "device_engineer"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    # not people
    KIOSK = "kiosk"
    BOARD = "board"
    COUNTER_SCREEN = "counter_screen"
    DOOR_QR = "door_qr"
    CUSTOMER_LINK = "customer_link"


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""The three separated administrators (GB/T 22239): nobody holds two of these, nor a business role
beside one, and all need a second factor."""

_P = Permission
_STAFF = frozenset({_P.SESSION_OWN, _P.ORG_SEE, _P.GUIDE_SEE, _P.BOARD_SEE})
_IN_HALL = _STAFF | {_P.HALL_SEE, _P.TASK_RAISE, _P.TASK_WORK, _P.TASK_SEE, _P.TICKET_FOLLOW}
_TELLER = _IN_HALL | {
    _P.TICKET_ISSUE, _P.TICKET_HANDLE, _P.COUNTER_WORK, _P.CUSTOMER_IDENTIFY, _P.CUSTOMER_SEE,
    _P.COMPLAINT_RAISE, _P.BOOKING_SEE, _P.TICKET_ABANDON, _P.JOURNEY_RUN, _P.JOURNEY_SERVE,
    _P.ITEM_SEE, _P.ITEM_HANDLE, _P.CLEARING_WORK,
}  # fmt: skip
_MANAGER = _TELLER | {
    _P.MESSAGE_WAITING, _P.BOOKING_MAKE, _P.BOOKING_HANDLE, _P.COUNTER_ASSIGN,
    _P.CUSTOMER_EDIT, _P.CONSENT_RECORD, _P.MONITOR_SEE, _P.COMPLAINT_HANDLE, _P.CUSTOMER_REVEAL,
    _P.RULES_SEE, _P.STAFF_SEE, _P.DEVICE_SEE, _P.DEVICE_OPERATE, _P.AUTHORISATION_GIVE,
    _P.CLEARING_APPROVE,
}  # fmt: skip

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.TELLER_HIGH: _TELLER,
    Role.TELLER_LOW: _TELLER,
    Role.LOBBY_MANAGER: _MANAGER | {_P.DAY_CONTROL, _P.REPORT_SEE},
    Role.ACCOUNT_MANAGER: _TELLER
    | {_P.BOOKING_MAKE, _P.BOOKING_HANDLE, _P.CUSTOMER_EDIT, _P.CONSENT_RECORD, _P.MONITOR_SEE},
    Role.WEALTH_MANAGER: _TELLER
    | {_P.BOOKING_MAKE, _P.BOOKING_HANDLE, _P.CUSTOMER_EDIT, _P.CONSENT_RECORD, _P.MONITOR_SEE},
    Role.BRANCH_MANAGER: _MANAGER
    | {
        _P.DAY_CONTROL, _P.REPORT_SEE, _P.BRANCH_CONFIGURE, _P.STAFF_EDIT, _P.TERMINAL_ENROL,
        _P.DEVICE_ENROL,
    },
    Role.MANAGING_BRANCH: _STAFF
    | {
        _P.HALL_SEE, _P.MONITOR_SEE, _P.REPORT_SEE, _P.RULES_SEE, _P.STAFF_SEE, _P.BOOKING_SEE,
        _P.TASK_SEE, _P.BRANCH_CONFIGURE, _P.COMPLAINT_RAISE, _P.COMPLAINT_HANDLE, _P.DEVICE_SEE,
        _P.ITEM_SEE,
    },
    Role.HEAD_OFFICE: _STAFF
    | {
        _P.HALL_SEE, _P.MONITOR_SEE, _P.REPORT_SEE, _P.RULES_SEE, _P.RULES_EDIT, _P.ORG_EDIT,
        _P.BRANCH_CONFIGURE, _P.STAFF_SEE, _P.STAFF_EDIT, _P.BOOKING_SEE, _P.TASK_SEE,
        _P.COMPLAINT_RAISE, _P.COMPLAINT_HANDLE, _P.DEVICE_SEE, _P.SCENARIO_SEE, _P.SCENARIO_EDIT,
        _P.SCENARIO_RELEASE, _P.ITEM_SEE,
    },
    Role.AUTHORISER: _STAFF | {_P.AUTHORISATION_GIVE},
    Role.DEVICE_ENGINEER: _STAFF
    | {
        _P.TASK_WORK, _P.TASK_SEE, _P.HALL_SEE, _P.DEVICE_SEE, _P.DEVICE_OPERATE,
        _P.DEVICE_MAINTAIN, _P.DEVICE_ENROL,
    },
    Role.SYSTEM_ADMIN: _STAFF | {_P.SYSTEM_SEE, _P.SYSTEM_OPERATE, _P.TERMINAL_ENROL},
    Role.SECURITY_ADMIN: _STAFF | {_P.STAFF_SEE, _P.STAFF_EDIT, _P.ROLES_GRANT},
    Role.AUDIT_ADMIN: _STAFF | {_P.AUDIT_SEE, _P.SYSTEM_SEE},
    Role.KIOSK: frozenset(
        {
            _P.SESSION_OWN, _P.GUIDE_SEE, _P.BOARD_SEE, _P.TICKET_ISSUE, _P.TICKET_FOLLOW,
            _P.BOOKING_MAKE, _P.TASK_RAISE, _P.RATING_GIVE, _P.COMPLAINT_RAISE,
            _P.CUSTOMER_IDENTIFY, _P.JOURNEY_RUN,
        }
    ),
    Role.BOARD: frozenset({_P.SESSION_OWN, _P.GUIDE_SEE, _P.BOARD_SEE}),
    Role.COUNTER_SCREEN: frozenset({_P.SESSION_OWN, _P.BOARD_SEE, _P.RATING_GIVE, _P.TASK_RAISE}),
    Role.DOOR_QR: frozenset({_P.GUIDE_SEE, _P.TICKET_ISSUE, _P.BOOKING_MAKE, _P.BOARD_SEE}),
    Role.CUSTOMER_LINK: frozenset(
        {_P.GUIDE_SEE, _P.TICKET_FOLLOW, _P.RATING_GIVE, _P.COMPLAINT_RAISE, _P.TASK_RAISE,
         _P.TICKET_ABANDON, _P.BOOKING_MAKE, _P.JOURNEY_RUN}
    ),
}  # fmt: skip


class ActorKind(StrEnum):
    STAFF = "staff"
    TERMINAL = "terminal"
    CUSTOMER = "customer"
    SYSTEM = "system"
    NOBODY = "nobody"


class Actor(msgspec.Struct, frozen=True):
    """Who is asking. ``branches`` is None where all branches are in reach."""

    kind: ActorKind
    id: str
    roles: frozenset[Role] = frozenset()
    permissions: frozenset[Permission] = frozenset()
    branches: frozenset[str] | None = frozenset()
    subject: str = ""
    """For a customer's link: the one ticket or booking it is about."""

    @property
    def name(self) -> str:
        """How the log names the actor."""
        return f"{self.kind}:{self.id}"

    def may(self, permission: Permission, branch: str | None = None) -> bool:
        """True if the actor holds ``permission`` and, where given, ``branch`` is in reach."""
        if permission not in self.permissions:
            return False
        return branch is None or self.branches is None or branch in self.branches

    def require(self, permission: Permission, branch: str | None = None) -> None:
        """Refuse with ``sign_in_first`` or ``forbidden`` unless :meth:`may`."""
        if not self.may(permission, branch):
            raise Refused(
                SIGN_IN_FIRST if self.kind is ActorKind.NOBODY else FORBIDDEN,
                permission=permission.value,
            )


NOBODY = Actor(ActorKind.NOBODY, "")
SYSTEM = Actor(ActorKind.SYSTEM, "tingtang", permissions=frozenset(Permission), branches=None)


def granted(roles: frozenset[Role]) -> frozenset[Permission]:
    """All that these roles together allow."""
    return frozenset().union(*(GRANTS[role] for role in roles))

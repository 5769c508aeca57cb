"""The organisation as two features: what it is, and who may come in."""

from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.permissions import Permission
from tingtang.kernel.text import Text
from tingtang.org import routes
from tingtang.org.directory import Directory
from tingtang.org.founding import Founding
from tingtang.org.model.events import ORG_EVENTS
from tingtang.org.model.splits import FourSplits
from tingtang.org.people import StaffRecords
from tingtang.org.plans import Plans
from tingtang.org.sections import Sections
from tingtang.org.sign_in import routes as sign_in_routes
from tingtang.org.sign_in.model.answers import Access
from tingtang.org.sign_in.model.events import SIGN_IN_EVENTS
from tingtang.org.sign_in.options import SignInOptions
from tingtang.org.sign_in.service import SignIn
from tingtang.org.structure import OrgService
from tingtang.org.templates import all_templates


def wire_org(parts: Parts) -> None:
    sections = Sections()
    directory = Directory(sections)
    directory.template_sections = {one.id: one.sections for one in all_templates().values()}
    service = OrgService(parts.log, parts.clock, parts.ids, directory)
    sections.register("four_splits", FourSplits, Text("四分原则", "The four splits"))
    parts.offer("sections", sections)
    parts.offer("directory", directory)
    parts.offer("org", service)
    parts.offer("staff_records", StaffRecords(service))
    parts.offer("plans", Plans(service, parts.database))
    parts.offer("founding", Founding(service))
    parts.on_start(service.start)


def wire_sign_in(parts: Parts) -> None:
    directory = parts.service("directory", Directory)
    service = SignIn(parts, directory, parts.option(SignInOptions))
    directory.sections.register(
        "access",
        Access,
        Text("手机取号与预约", "Phones"),
        edit=Permission.BRANCH_CONFIGURE,
    )
    parts.offer("sign_in", service)
    parts.offer("links", service.links)
    parts.offer("identifier", service.sessions)
    parts.on_start(service.start)
    parts.on_stop(service.stop)


ORG = Feature(
    name="organisation",
    about=Text(
        "机构、网点、功能区、窗口、业务、员工", "Units, branches, zones, counters, services, staff"
    ),
    events=ORG_EVENTS,
    routes=routes.ROUTES,
    wire=wire_org,
)
SIGN_IN = Feature(
    name="sign-in",
    about=Text("登录、终端注册、客户链接", "Signing in, terminals, customers' links"),
    events=SIGN_IN_EVENTS,
    routes=sign_in_routes.ROUTES,
    wire=wire_sign_in,
)

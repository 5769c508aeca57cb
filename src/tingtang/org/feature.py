"""The organisation as a feature."""

from tingtang.kernel.feature import Feature, Parts
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory
from tingtang.org.model.events import ORG_EVENTS
from tingtang.org.routes import ROUTES
from tingtang.org.sections import Sections
from tingtang.org.service import OrgService


def wire(parts: Parts) -> None:
    sections = Sections()
    directory = Directory(sections)
    service = OrgService(parts.log, parts.clock, parts.ids, directory)
    parts.offer("sections", sections)
    parts.offer("directory", directory)
    parts.offer("org", service)
    parts.on_start(service.start)


FEATURE = Feature(
    name="organisation",
    about=Text(
        "机构、网点、功能区、窗口、业务、员工", "Units, branches, zones, counters, services, staff"
    ),
    events=ORG_EVENTS,
    routes=ROUTES,
    wire=wire,
)

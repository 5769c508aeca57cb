"""An organisation without the web: log, directory, services."""

from typing import Annotated

import msgspec

from tingtang.kernel.clock import ManualClock, moment_ms
from tingtang.kernel.database import Database
from tingtang.kernel.ids import CountingIds
from tingtang.kernel.log import EventLog
from tingtang.kernel.permissions import Permission
from tingtang.kernel.text import Text
from tingtang.org.directory import Directory
from tingtang.org.founding import Founding
from tingtang.org.loading import fill, read_all
from tingtang.org.model.events import ORG_EVENTS
from tingtang.org.model.splits import FourSplits
from tingtang.org.people import StaffRecords
from tingtang.org.plans import Plans
from tingtang.org.sections import Sections
from tingtang.org.structure import OrgService
from tingtang.org.templates import all_templates


class Opening(msgspec.Struct, frozen=True):
    """A section as some feature would register it."""

    greeting: str = "您好"
    seats: Annotated[int, msgspec.Meta(ge=0, le=50)] = 10
    rules: tuple[Text, ...] = ()


class House:
    """The organisation's parts on one log."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = ManualClock(moment_ms("2026-11-18", "10:00", "Asia/Shanghai"))
        self.log = EventLog(database, ORG_EVENTS)
        self.directory = new_directory()
        self.org = OrgService(self.log, self.clock, CountingIds(), self.directory)
        self.staff = StaffRecords(self.org)
        self.plans = Plans(self.org, database)
        self.founding = Founding(self.org)

    async def start(self) -> None:
        await self.log.start()
        await self.org.start()

    async def stop(self) -> None:
        await self.log.stop()

    async def fresh(self) -> Directory:
        """A directory read from the tables alone."""
        directory = new_directory()
        fill(directory, *await self.database.read(read_all))
        return directory


def new_directory() -> Directory:
    sections = Sections()
    sections.register("four_splits", FourSplits, Text("四分原则"))
    sections.register("opening", Opening, Text("开门"), edit=Permission.BRANCH_CONFIGURE)
    directory = Directory(sections)
    directory.template_sections = {one.id: one.sections for one in all_templates().values()}
    return directory


def make_house(database: Database) -> House:
    return House(database)

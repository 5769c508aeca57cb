"""From the organisation's records to what a hall needs for its day. Pure."""

from tingtang.hall.model.settings import HallSettings
from tingtang.hall.model.state import CounterSetup, DaySetup, ServiceSetup
from tingtang.kernel.clock import local_date, moment_ms
from tingtang.kernel.ids import BranchId, ServiceId
from tingtang.org.directory import Directory
from tingtang.org.model.hours import WEEKDAY, opening_ms
from tingtang.org.model.records import CounterLevel, StaffFacts


def day_stream(branch: str, date: str) -> str:
    """The stream of a branch's business day."""
    return f"hall/{branch}/{date}"


def day_setup(directory: Directory, branch: BranchId, date: str) -> DaySetup:
    """The branch as the organisation describes it for ``date``.

    A day that the timetable calls closed, yet a manager opens, has a usual work day's hours.
    """
    record = directory.branch(branch)
    offered = {service.id: service for service in directory.services_of(branch)}

    def can(services: tuple[ServiceId, ...], level: CounterLevel) -> frozenset[ServiceId]:
        return frozenset(s for s in services if s in offered and level in offered[s].levels)

    opens_ms, closes_ms = opening_ms(record.hours, date, record.time_zone) or (
        moment_ms(date, WEEKDAY[0].opens, record.time_zone),
        moment_ms(date, WEEKDAY[-1].closes, record.time_zone),
    )
    return DaySetup(
        services={
            s.id: ServiceSetup(s.id, s.prefix, s.standard_ms, s.quota) for s in offered.values()
        },
        counters={
            c.id: CounterSetup(
                c.id,
                c.sign,
                c.zone,
                can(c.services, c.level),
                can(c.elastic, c.level),
                c.level is CounterLevel.HIGH,
            )
            for c in directory.counters(branch)
            if c.active
        },
        settings=directory.section(branch, HallSettings),
        opens_ms=opens_ms,
        closes_ms=closes_ms,
    )


def skills_of(directory: Directory, staff: StaffFacts, branch: BranchId) -> frozenset[ServiceId]:
    """The services of the branch for which this person has every skill."""
    have = set(staff.skills)
    return frozenset(s.id for s in directory.services_of(branch) if have.issuperset(s.skills))


class BusinessDates:
    """The business date of each branch now. Looking up a time zone costs more than a command."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._known: dict[str, tuple[int, int, str]] = {}

    def at(self, branch: str, now_ms: int) -> str:
        """The local date of ``branch`` at ``now_ms``; refused where there is no such branch."""
        known = self._known.get(branch)
        if known is not None and known[0] <= now_ms < known[1]:
            return known[2]
        zone = self._directory.branch(branch).time_zone
        date = local_date(now_ms, zone)
        start = moment_ms(date, "00:00", zone)
        # Ends within the hour, so that a change of the branch's time zone is noticed soon.
        end = min(now_ms + 3_600_000, start + 86_400_000)
        self._known[branch] = (start, end, date)
        return date

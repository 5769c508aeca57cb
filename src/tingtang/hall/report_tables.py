"""Reports as tables, in either language: what a spreadsheet or a CSV file holds. Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tingtang.hall.model.dispatch import SEGMENT_NAMES
from tingtang.hall.model.kpis import Rate, Waits
from tingtang.hall.model.tasks.state import TaskKind
from tingtang.hall.model.triage import Busy
from tingtang.hall.reports import DayReport, RangeReport
from tingtang.kernel.clock import MINUTE_MS
from tingtang.kernel.text import Text


class Share(float):
    """A number shown as a percentage."""


class Minutes(float):
    """A number of minutes, shown with one decimal."""


Cell = str | int | float | None


class Table(NamedTuple):
    """One sheet. ``name`` is what an address calls it."""

    name: str
    title: Text
    headings: tuple[Text, ...]
    rows: list[tuple[Cell, ...]]


BUSY_WORDS = {
    Busy.CLOSED: Text("未营业", "closed"),
    Busy.IDLE: Text("空闲", "idle"),
    Busy.NORMAL: Text("正常", "normal"),
    Busy.BUSY: Text("忙碌", "busy"),
    Busy.SATURATED: Text("饱和", "saturated"),
}
KIND_WORDS = {
    TaskKind.CALL_MANAGER: Text("呼叫大堂经理", "Calls for the lobby manager"),
    TaskKind.VIP_RECEPTION: Text("贵宾接待", "VIP reception"),
    TaskKind.LONG_WAIT: Text("等候超时", "Long waits"),
    TaskKind.CARE: Text("关怀客户久等", "Long waits of customers with care needs"),
    TaskKind.STUCK: Text("设备操作受阻", "Stuck at a machine"),
    TaskKind.HOLD_ENDED: Text("暂挂到时", "Holds that ran out"),
    TaskKind.SERVICE_LONG: Text("办理超时", "Long services"),
    TaskKind.CROWDED: Text("大厅拥挤", "Crowding"),
    TaskKind.COMPLAINT: Text("投诉与不满", "Complaints and bad ratings"),
    TaskKind.OTHER: Text("其他任务", "Other"),
}
BANDS = (
    Text("等候 10 分钟以内（人）", "Waited under 10 min"),
    Text("10–20 分钟", "10-20 min"),
    Text("20–30 分钟", "20-30 min"),
    Text("30 分钟以上", "Over 30 min"),
)


def day_tables(report: DayReport, language: str) -> list[Table]:
    """The day's report: overview, services, staff, counters, hours, tasks."""
    return [
        Table(
            "overview",
            Text("概览", "Overview"),
            (Text("指标", "Figure"), Text("数值", "Value")),
            [(name.in_language(language), value) for name, value in _overview(report, language)],
        ),
        _services(report, language),
        _staff(report),
        _counters(report),
        _hours(report),
        Table(
            "tasks",
            Text("厅堂任务", "Tasks"),
            (Text("类别", "Kind"), Text("次数", "Count")),
            [
                (KIND_WORDS[kind].in_language(language), count)
                for kind, count in sorted(report.tasks.by_kind.items())
            ],
        ),
    ]


def _overview(report: DayReport, language: str) -> Iterator[tuple[Text, Cell]]:
    day, k = report.day, report.day.kpis
    yield Text("网点", "Branch"), day.branch.in_language(language)
    yield Text("日期", "Date"), day.date
    yield Text("取号（张）", "Tickets issued"), k.issued
    yield Text("办结（张）", "Tickets finished"), k.finished
    yield Text("弃号（张）", "Tickets given up"), k.abandoned
    yield Text("弃号率", "Share given up"), _share(k.abandon_rate)
    yield Text("平均等候（分钟）", "Mean wait, min"), _minutes(k.waits.mean_ms)
    yield Text("P90 等候（分钟）", "90th percentile of waits, min"), _minutes(k.waits.p90_ms)
    yield Text("最长等候（分钟）", "Longest wait, min"), _minutes(k.waits.max_ms)
    yield from zip(BANDS, k.waits.bands, strict=True)
    yield Text("超时办结率", "Services over standard time"), _share(k.over_standard)
    yield Text("评价率", "Services rated"), _share(k.rating_rate)
    yield Text("好评率", "Good ratings"), _share(k.good_rate)
    yield Text("满意率", "Satisfied"), _share(k.satisfied_rate)
    yield Text("差评率", "Bad ratings"), _share(k.bad_rate)
    composite = k.composite_satisfaction
    yield (
        Text("合成满意度", "Composite satisfaction"),
        None if composite is None else Share(composite),
    )
    yield Text("分流率", "Diverted from the counters"), _share(k.diverted_rate)
    yield Text("繁忙度", "How busy"), BUSY_WORDS[k.busy].in_language(language)
    for segment, count in sorted(k.by_segment.items()):
        name = SEGMENT_NAMES[segment]
        yield Text(f"取号：{name.zh}", f"Tickets: {name.en}"), count
    b, tasks = report.bookings, report.tasks
    yield Text("预约（单）", "Bookings"), b.confirmed
    yield Text("预约到店", "Booked customers who came"), b.came
    yield Text("其中迟到", "of these late"), b.late
    yield Text("预约爽约", "Did not come"), b.missed
    yield Text("预约取消", "Cancelled"), b.cancelled
    yield Text("厅堂任务（项）", "Tasks"), tasks.raised
    yield Text("任务完成", "Tasks done"), tasks.done
    yield (
        Text("接单中位用时（分钟）", "Median time to accept, min"),
        _minutes(tasks.median_accept_ms),
    )
    yield Text("投诉（件）", "Complaints"), report.complaints
    c = day.calibration
    yield Text("等候预估：次数", "Waiting times judged"), c.count
    yield (
        Text("等候预估：90% 区间覆盖率", "Waiting times: covered by the 90 % interval"),
        None if c.coverage is None else Share(c.coverage),
    )
    yield (
        Text("等候预估：平均误差（分钟）", "Waiting times: mean error, min"),
        _minutes(c.mean_error_ms),
    )
    yield (
        Text("等候预估：区间平均宽度（分钟）", "Waiting times: mean width, min"),
        _minutes(c.mean_width_ms),
    )


def _services(report: DayReport, language: str) -> Table:
    names = report.day.services
    return Table(
        "services",
        Text("业务", "Services"),
        (
            Text("业务", "Service"), Text("取号", "Issued"), Text("办结", "Finished"),
            Text("等候中", "Waiting"), Text("平均等候（分钟）", "Mean wait, min"),
            Text("平均办理（分钟）", "Mean service, min"),
        ),
        [
            (
                names[service].in_language(language), one.issued, one.finished, one.waiting,
                _minutes(one.mean_wait_ms), _minutes(one.mean_service_ms),
            )
            for service, one in sorted(
                report.day.kpis.by_service.items(), key=lambda item: -item[1].issued
            )
        ],
    )  # fmt: skip


def _staff(report: DayReport) -> Table:
    return Table(
        "staff",
        Text("员工", "Staff"),
        (
            Text("员工", "Name"), Text("办结（笔）", "Services finished"),
            Text("办理时长（分钟）", "Busy, min"), Text("平均评分", "Mean score"),
        ),
        [
            (report.day.staff.get(staff, ""), one.finished, Minutes(one.busy_ms / MINUTE_MS), one.mean_score)
            for staff, one in sorted(
                report.day.kpis.by_staff.items(), key=lambda item: -item[1].finished
            )
        ],
    )  # fmt: skip


def _counters(report: DayReport) -> Table:
    return Table(
        "counters",
        Text("窗口", "Counters"),
        (
            Text("窗口", "Counter"), Text("办结（笔）", "Served"), Text("开放（分钟）", "Open, min"),
            Text("暂停（分钟）", "Paused, min"), Text("办理（分钟）", "Busy, min"),
            Text("柜员饱和度", "Saturation"),
        ),
        [
            (
                report.day.counters.get(counter, ""), one.served, _minutes(one.open_ms),
                _minutes(one.paused_ms), _minutes(one.busy_ms),
                None if one.saturation is None else Share(one.saturation),
            )
            for counter, one in report.day.kpis.by_counter.items()
        ],
    )  # fmt: skip


def _hours(report: DayReport) -> Table:
    arrivals = report.day.kpis.arrivals_by_hour
    return Table(
        "hours",
        Text("时段", "Hours"),
        (Text("开门后第几小时", "Hour since opening"), Text("取号", "Tickets")),
        [(hour + 1, arrivals[hour]) for hour in sorted(arrivals)],
    )


def range_tables(report: RangeReport, _language: str) -> list[Table]:
    """One row a day."""
    headings = (
        Text("日期", "Date"), Text("取号", "Issued"), Text("办结", "Finished"),
        Text("弃号", "Given up"), Text("弃号率", "Share given up"), Text("预约", "Booked"),
        Text("平均等候（分钟）", "Mean wait, min"), Text("P90 等候（分钟）", "P90 wait, min"),
        Text("最长等候（分钟）", "Longest wait, min"), *BANDS,
        Text("平均办理（分钟）", "Mean service, min"), Text("评价率", "Rated"),
        Text("好评率", "Good"), Text("满意率", "Satisfied"), Text("差评率", "Bad"),
        Text("合成满意度", "Composite satisfaction"),
        Text("等候预估覆盖率", "Interval coverage"),
        Text("等候预估误差（分钟）", "Mean error, min"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for day in report.days:
        f, c = day.figures, day.calibration
        rows.append(
            (
                f.date, f.issued, f.finished, f.abandoned, _share(f.abandon_rate), f.booked,
                *_waits(f.waits), _minutes(f.mean_service_ms), _share(f.rating_rate),
                _share(f.good_rate), _share(f.satisfied_rate), _share(f.bad_rate),
                None if f.composite_satisfaction is None else Share(f.composite_satisfaction),
                None if c.coverage is None else Share(c.coverage), _minutes(c.mean_error_ms),
            )
        )  # fmt: skip
    return [Table("days", Text("每日", "Days"), headings, rows)]


def _waits(waits: Waits) -> Sequence[Cell]:
    return (_minutes(waits.mean_ms), _minutes(waits.p90_ms), _minutes(waits.max_ms), *waits.bands)


def _share(rate: Rate) -> Share | None:
    return None if rate.value is None else Share(rate.value)


def _minutes(ms: float | None) -> Minutes | None:
    return None if ms is None else Minutes(ms / MINUTE_MS)

"""The twin's reports as tables for people and JSON for machines."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from rich.table import Table

from tingtang.kernel.clock import MINUTE_MS
from tingtang.twin.replay import Estimates, PolicyReport
from tingtang.twin.simulate import Result
from tingtang.twin.statistics import Mean

RULE_NAMES = {
    "last_to_enter": "上一位的等候 · last to enter",
    "head_of_line": "队首已等候 · head of line",
    "queue_over_servers": "队长×办理÷窗口 · queue ÷ servers",
    "usual_at_hour": "往日同时段 · usual at hour",
}


def write_json(file: Path, body: Any) -> None:
    """Write a report for machines: NaN becomes null."""
    plain = _plain(msgspec.to_builtins(body, str_keys=True))
    file.write_bytes(msgspec.json.format(msgspec.json.encode(plain)))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def of_simulation(results: Sequence[Result]) -> Table:
    """One row a scenario."""
    table = Table(title="模拟 · simulation（均值 ± 95 %）", title_justify="left")
    for name in (
        "场景\nscenario", "客户/日\na day", "等候\nwait, min", "P90\nmin",
        "达标\n≤ 20 min", "弃号\ngave up", "忙碌\nbusy", "加权等候\nweighted",
    ):  # fmt: skip
        is_name = name.startswith("场景")
        table.add_column(name, justify="left" if is_name else "right", no_wrap=True)
    for r in results:
        table.add_row(
            r.scenario.name,
            _number(r.customers, 0),
            _number(r.wait_minutes),
            _number(r.wait_p90_minutes),
            _percent(r.within_20_minutes),
            _percent(r.gave_up),
            _percent(r.saturation),
            _number(r.weighted_wait),
        )
    return table


def of_estimates(found: Estimates) -> Table:
    """Ours against the four plain rules."""
    table = Table(
        title=f"预计等候 · estimates：{found.waits} 次等候，{found.days} 天", title_justify="left"
    )
    table.add_column("")
    for name in ("误差\nerror, s", "覆盖\ncovers", "宽度\nwidth, s"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_row(
        "厅堂 · Tingtang",
        f"{found.error_ms / 1000:.1f}",
        f"{found.coverage:.1%}",
        f"{found.mean_width_ms / 1000:.0f}",
    )
    for rule, error_ms in found.rules_error_ms.items():
        table.add_row(RULE_NAMES[rule], f"{error_ms / 1000:.1f}", "", "")
    table.caption = f"误差比最好的简单规则低 {found.below_best:.1%} · below the best plain rule"
    return table


def of_policies(found: PolicyReport) -> Table:
    """What happened against what production dispatch would have made of it."""
    table = Table(title=f"叫号策略 · policy：{found.customers} 位客户", title_justify="left")
    for name in (
        "",
        "平均等候 · mean wait (s)",
        "P90 (s)",
        "弃号 · gave up",
        "按优先级 · by priority (s)",
    ):
        table.add_column(name, justify="right" if name else "left")
    for name, flow in {"实际 · what happened": found.real, **found.policies}.items():
        by_priority = "  ".join(f"{p}: {w * 60:.0f}" for p, w in flow.mean_by_priority.items())
        table.add_row(
            name,
            f"{flow.mean_wait_minutes * MINUTE_MS / 1000:.0f}",
            f"{flow.p90_wait_minutes * MINUTE_MS / 1000:.0f}",
            f"{flow.gave_up:.1%}",
            by_priority,
        )
    return table


def _number(mean: Mean, digits: int = 1) -> str:
    return f"{mean.value:.{digits}f}" + _spread(f"{mean.half_width:.{digits}f}", mean)


def _percent(mean: Mean) -> str:
    return f"{mean.value:.0%}" + _spread(f"{mean.half_width:.0%}", mean)


def _spread(text: str, mean: Mean) -> str:
    return "" if math.isnan(mean.half_width) else f" ± {text}"

"""Pictures of what was simulated: waits by scenario with their intervals."""

import math
from collections.abc import Sequence
from pathlib import Path

from tingtang.twin.simulate import Result

ACCENT, MUTED, INK = "#0f766e", "#94a3b8", "#12312f"


def waits(results: Sequence[Result], file: Path) -> None:
    """Mean and 90th percentile of the wait by scenario, written as SVG, PNG or PDF by the ending."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 0.6 * len(results) + 1.6))  # type: ignore[no-untyped-call,unused-ignore]
    rows = range(len(results))
    for offset, colour, label, pick in (
        (-0.17, ACCENT, "mean", lambda r: r.wait_minutes),
        (0.17, MUTED, "90th percentile", lambda r: r.wait_p90_minutes),
    ):
        means = [pick(r) for r in results]  # type: ignore[no-untyped-call]
        axes.barh(
            [row + offset for row in rows],
            [m.value for m in means],
            height=0.32,
            color=colour,
            label=label,
            xerr=[0 if math.isnan(m.half_width) else m.half_width for m in means],
            error_kw={"ecolor": INK, "capsize": 3},
        )
    axes.set_yticks(list(rows), [_latin(r.scenario.name) for r in results])
    axes.invert_yaxis()
    best = min(results, key=lambda r: r.wait_minutes.value)
    axes.set_title(
        f"Shortest mean wait: {_latin(best.scenario.name)} ({best.wait_minutes.value:.1f} min)",
        loc="left",
    )
    axes.set_xlabel(f"minutes, {results[0].days} days, 95 % confidence")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(file)
    plt.close(figure)


def _latin(text: str) -> str:
    """The plot's font has no Chinese characters: scenario names use template names instead."""
    return text.encode("ascii", "ignore").decode().replace("  ", " ").strip(" -")

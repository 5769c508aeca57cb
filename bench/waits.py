"""Wait estimates against real waits: needs real traffic, found through TINGTANG_DATA."""

import os
from pathlib import Path

from bench.report import Figure
from tingtang.twin import replay
from tingtang.twin.traffic import read_traffic

FILE = Path("anonymous_bank") / "calls_feb_01_14.csv"


def _file() -> Path | None:
    for base in (os.environ.get("TINGTANG_DATA", ""), "../shared"):
        for path in (Path(base) / FILE, Path(base) / "data" / FILE):
            if base and path.exists():
                return path
    return None


def estimates() -> list[Figure]:
    """The production hall follows fourteen real days, learning only from what is past."""
    file = _file()
    if file is None:
        print("waits: skipped; set TINGTANG_DATA to the folder with anonymous_bank/")
        return []
    found = replay.summary(replay.estimates(read_traffic(file)).values())
    rules = ", ".join(f"{n} {e / 1000:.0f} s" for n, e in found.rules_error_ms.items())
    return [
        Figure(
            "mean absolute error below the best of four plain rules",
            found.below_best,
            at_least=0.15,
            detail=f"{found.error_ms / 1000:.1f} s over {found.waits} waits; {rules}",
        ),
        Figure(
            "share of waits inside the 90 % interval (at least)",
            found.coverage,
            at_least=0.85,
            detail=f"mean width {found.mean_width_ms / 1000:.0f} s",
        ),
        Figure("share of waits inside the 90 % interval (at most)", found.coverage, at_most=0.95),
        Figure(
            "the same of the time left, told to who still waits when the median has passed",
            found.revised_coverage or 0.0,
            at_least=0.85,
        ),
    ]

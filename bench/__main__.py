"""``python -m bench [NAME ...]``: measure, print a table, write bench/results.json."""

import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench import devices, journeys, scale, tickets, twin, waits
from bench.report import Figure

BENCHES: dict[str, Callable[[], list[Figure]]] = {
    "tickets": tickets.speed,
    "invariants": tickets.invariants,
    "branches": scale.branches,
    "growth": scale.growth,
    "screens": scale.screens,
    "twin": twin.speed,
    "waits": waits.estimates,
    "devices": devices.speed,
    "journeys": journeys.speed,
}
RESULTS = Path(__file__).parent / "results.json"


def main() -> int:
    chosen = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in chosen if name not in BENCHES]
    if unknown:
        print(f"no such measurement: {', '.join(unknown)}; there are {', '.join(BENCHES)}")
        return 2
    console = Console()
    figures: dict[str, list[Figure]] = {}
    for name in chosen:
        began = time.monotonic()
        with console.status(f"measuring {name} …"):
            figures[name] = BENCHES[name]()
        console.print(f"{name}: {time.monotonic() - began:.0f} s", style="dim")
    table = Table("figure", "measured", "required", "aim", "", "in numbers")
    for rows in figures.values():
        for figure in rows:
            required = (
                f"≥ {figure.at_least:g}" if figure.at_least is not None
                else f"≤ {figure.at_most:g}" if figure.at_most is not None
                else ""
            )  # fmt: skip
            aim = f"{figure.aim:g}" if figure.aim is not None else ""
            mark = "✓" if figure.holds else "✗"
            table.add_row(figure.what, f"{figure.value:.3g}", required, aim, mark, figure.detail)
    console.print(table)
    body = {
        "python": platform.python_version(),
        "figures": {name: msgspec.to_builtins(rows) for name, rows in figures.items()},
    }
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(body)))
    return 0 if all(figure.holds for rows in figures.values() for figure in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Running test programs as processes of their own."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def start(module: str, *arguments: str, **options: object) -> "subprocess.Popen[str]":
    """Start ``python -m module arguments``, its output to be read line by line."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


def acknowledged(line: str) -> tuple[str, int, int]:
    """Stream, sequence and position of a line that the appender printed."""
    _, stream, sequence, position = line.split()
    return stream, int(sequence), int(position)

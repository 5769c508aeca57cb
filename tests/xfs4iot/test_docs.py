"""What docs/xfs4iot.md shows is so."""

import re
import subprocess
import sys
from pathlib import Path

from xfs4iot.virtual import DEVICES, build

TEXT = (Path(__file__).parents[2] / "docs" / "xfs4iot.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_the_example_runs_and_prints_what_is_said() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BLOCKS[0]], capture_output=True, text=True, timeout=60, check=True
    )
    lines = done.stdout.splitlines()
    assert [lines[0], lines[1][:3], *lines[2:]] == ["no card", "ok ", "mediaJam", "hardwareError"]


def test_the_example_of_a_service_is_one() -> None:
    space: dict[str, object] = {}
    exec(BLOCKS[1], space)  # it is ours
    made = space["TextTerminal"]("Terminal")  # type: ignore[operator]
    assert "TextTerminal.Beep" in made.commands


def test_the_table_of_commands_is_complete() -> None:
    rows = dict(re.findall(r"^\| (\w+) \| ([\w, ]+) \| [\w, –]+ \|$", TEXT, re.MULTILINE))
    written = {f"{i}.{name}" for i, names in rows.items() for name in names.split(", ")}
    supported = {name for device in build(DEVICES) for name in device.commands}
    assert written == supported | {"ServicePublisher.GetServices"}

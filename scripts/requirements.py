"""Write docs/requirements.md: every requirement, and the tests that show it.

The words come from docs/requirements.toml, the tests from their ``shows`` marks, gathered by
pytest's own collection. ``--check`` writes nothing and fails when the table is out of date.
"""

import contextlib
import io
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WORDS = ROOT / "docs" / "requirements.toml"
TABLE = ROOT / "docs" / "requirements.md"

HEAD = """# Requirements 需求

What Tingtang must do, and the tests that show that it does. This table is written by
`make requirements` from the words in `docs/requirements.toml` and the `shows` marks of the tests;
do not edit it. A test that shows a part of a requirement names that part.

本表由 `make requirements` 根据 `docs/requirements.toml` 与各测试的 `shows` 标记生成，请勿手工修改。
"""


class Marks:
    """A pytest plugin that notes which test shows which requirement."""

    def __init__(self) -> None:
        self.shown: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            name = item.nodeid.partition("[")[0]
            for mark in item.iter_markers("shows"):
                self.shown[mark.args[0]][name].add(mark.kwargs.get("part") or "")


def collect() -> dict[str, dict[str, set[str]]]:
    """The tests of each requirement, with the parts that they show."""
    marks, words = Marks(), io.StringIO()
    with contextlib.redirect_stdout(words), contextlib.redirect_stderr(words):
        status = pytest.main(
            ["--collect-only", "-q", "--rootdir", str(ROOT), str(ROOT / "tests")], plugins=[marks]
        )
    if status not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        sys.exit(f"the tests could not be collected:\n{words.getvalue()}")
    return marks.shown


def table(shown: dict[str, dict[str, set[str]]]) -> str:
    """The whole document."""
    rows = tomllib.loads(WORDS.read_text("utf-8"))["requirement"]
    met = sum(1 for row in rows if row["id"] in shown)
    parts = [HEAD, f"\n{met} of {len(rows)} are shown by at least one test.\n"]
    section = ""
    for row in rows:
        if row["section"] != section:
            section = row["section"]
            parts.append(
                f"\n## {section}\n\n| # | term | must do | shown by |\n|---|---|---|---|\n"
            )
        name = f"{row['term']}<br>{row['name']}" if row["name"] else row["term"]
        tests = "<br>".join(_test(*test) for test in sorted(shown[row["id"]].items()))
        if row["id"] not in shown or not tests:
            tests = "not yet"
        parts.append(f"| {row['id']} | {name} | {row['words']} | {tests} |\n")
    return "".join(parts)


def _test(name: str, parts: set[str]) -> str:
    file, _, test = name.partition("::")
    what = ", ".join(sorted(part for part in parts if part))
    return f"[{test}](../{file})" + (f" ({what})" if what else "")


def main() -> None:
    """Write the table, or with ``--check`` compare it."""
    new = table(collect())
    if "--check" not in sys.argv:
        TABLE.write_text(new, "utf-8")
    elif not TABLE.exists() or TABLE.read_text("utf-8") != new:
        sys.exit("docs/requirements.md is out of date: run `make requirements` and commit it")


if __name__ == "__main__":
    main()

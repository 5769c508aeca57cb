"""Rules of the house that neither the linter nor the import rules can say."""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "tingtang"
PURE = ("model", "views")
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter", "uuid4"}
DOORS = ("service", "directory", "model", "feature")
"""What other features may import of a feature: its use cases, their read side in memory, its events
and types, and its declaration."""
ABOVE = {"http", "cli", "twin"}
"""What puts the whole application together; the twin's demo runs all of it."""


def modules() -> Iterator[tuple[str, tuple[str, ...], ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        yield str(path.relative_to(SOURCE)), parts, ast.parse(path.read_text("utf-8"))


def test_models_and_views_ask_no_clock() -> None:
    asked = [
        f"{name}:{node.lineno} {node.func.attr}()"
        for name, parts, tree in modules()
        if len(parts) > 1 and parts[1] in PURE
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
    ]
    assert asked == []


def test_a_feature_is_reached_through_its_service_and_its_model_only() -> None:
    reached = []
    for name, parts, tree in modules():
        if parts[0] in ABOVE or len(parts) == 1:
            continue
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            target = node.module.split(".")
            if len(target) < 3 or target[0] != "tingtang" or target[1] in {parts[0], "kernel"}:
                continue
            if not set(target[2:]) & set(DOORS):
                reached.append(f"{name}:{node.lineno} imports {node.module}")
    assert reached == []

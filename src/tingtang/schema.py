"""All tables of the application in one metadata: for migrations, backup and tests.

A feature's tables live in a module ``tables``, in a package of that name, or in a module whose name
ends with ``_tables``; whatever follows this convention is found.
"""

import importlib
from functools import cache
from pathlib import Path

import sqlalchemy as sa

import tingtang
from tingtang.kernel.database import metadata


@cache
def complete_metadata() -> sa.MetaData:
    """The metadata with the tables of every feature in it."""
    root = Path(tingtang.__file__).parent
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if parts[-1] == "__init__":
            parts = parts[:-1]
        if "tables" in parts or (parts and parts[-1].endswith("_tables")):
            importlib.import_module(".".join(("tingtang", *parts)))
    return metadata

"""All tables of the application in one metadata: for migrations, backup and tests.

A feature's tables live in a module ``tables``, in a package of that name, or in a module whose name
ends with ``_tables``; whatever follows this convention is found.
"""

import importlib
import pkgutil
from functools import cache

import sqlalchemy as sa

import tingtang
from tingtang.kernel.database import metadata


@cache
def complete_metadata() -> sa.MetaData:
    """The metadata with the tables of every feature in it."""
    for module in pkgutil.walk_packages(tingtang.__path__, "tingtang."):
        parts = module.name.split(".")
        if "tables" in parts or parts[-1].endswith("_tables"):
            importlib.import_module(module.name)
    return metadata

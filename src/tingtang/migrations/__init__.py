"""The database's schema through time: Alembic, with its scripts inside the package."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from tingtang.kernel.errors import Problem, Refused

NO_TABLES = Problem(
    "database_not_prepared",
    503,
    "数据库中还没有表：请运行 tingtang migrate",
    "The database has no tables yet: run `tingtang migrate`",
)
OLD_TABLES = Problem(
    "database_old",
    503,
    "数据库版本为 {found}，本程序需要 {wanted}：请先备份，再运行 tingtang migrate",
    "The database is at revision {found} and this program needs {wanted}: back it up, then run `tingtang migrate`",
)
NEW_TABLES = Problem(
    "database_new",
    503,
    "数据库版本 {found} 由更新版本的程序建立：请安装该版本，或恢复到另一个数据库",
    "The database is at revision {found}, made by a newer program: install that one, or restore into another database",
)


def config(connection: sa.Connection) -> Config:
    """Alembic's configuration for work on ``connection``, inside the caller's transaction."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["connection"] = connection
    return settings


def upgrade(connection: sa.Connection, revision: str = "head") -> None:
    """Bring the schema to ``revision``; the caller commits."""
    command.upgrade(config(connection), revision)


def head() -> str:
    """The revision that this program needs."""
    scripts = ScriptDirectory(str(Path(__file__).parent))
    return scripts.get_current_head() or ""


def knows(revision: str) -> bool:
    """True if this program can migrate from ``revision``."""
    scripts = ScriptDirectory(str(Path(__file__).parent))
    return revision in {script.revision for script in scripts.walk_revisions()}


def revision_of(connection: sa.Connection) -> str:
    """The revision at which the database stands; "" where it has none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def require_head(connection: sa.Connection) -> None:
    """Refuse, saying what to do, unless the database stands where this program needs it."""
    found, wanted = revision_of(connection), head()
    if found == wanted:
        return
    if not found:
        raise Refused(NO_TABLES)
    raise Refused(OLD_TABLES if knows(found) else NEW_TABLES, found=found, wanted=wanted)

"""Cut the first migration again from the tables as they are now.

Only while nothing is released: afterwards a change of tables gets a revision of its own, with
``alembic revision --autogenerate`` through the same configuration and a look at what it wrote.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from tingtang import migrations
from tingtang.kernel.database import Database

VERSIONS = Path(migrations.__file__).parent / "versions"


def main() -> None:
    """Write versions/0001_first.py."""
    for old in VERSIONS.glob("0*.py"):
        if not old.name.startswith("0001"):
            sys.exit(f"{old.name} follows the first migration: write the next one instead")
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.db")
        with database.writer.begin() as connection:
            command.revision(
                migrations.config(connection), "First", autogenerate=True, rev_id="0001"
            )
        database.close()
    ruff = Path(sys.executable).with_name("ruff")
    for step in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
        subprocess.run([ruff, *step, str(VERSIONS)], check=True)


if __name__ == "__main__":
    main()

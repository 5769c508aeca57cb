"""Write docs/settings.md; with ``--check`` only fail when it is out of date."""

import sys
from pathlib import Path

from tingtang.kernel.setting_sources import document

TARGET = Path(__file__).parent.parent / "docs" / "settings.md"

if __name__ == "__main__":
    if "--check" not in sys.argv:
        TARGET.write_text(document(), "utf-8")
    elif not TARGET.exists() or TARGET.read_text("utf-8") != document():
        sys.exit("docs/settings.md is out of date: run `make settings` and commit it")

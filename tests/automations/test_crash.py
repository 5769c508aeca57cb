"""Automations whose process is killed with runs under way."""

from collections import Counter
from pathlib import Path

import sqlalchemy as sa

from tests.kernel.processes import start
from tingtang.kernel import log_tables as t
from tingtang.kernel.database import open_for_reading

COUNT = 150
KILLED_AFTER = (3, 20, 35, 50)
"""Lines that are read before each kill: what is under way then is at another place each time."""


def test_every_run_of_a_process_that_is_killed_is_carried_out_once(tmp_path: Path) -> None:
    arguments = ("tests.automations.worker", str(tmp_path), str(COUNT))
    for seen in KILLED_AFTER:
        with start(*arguments) as process:
            assert process.stdout is not None
            for _ in range(seen):
                assert process.stdout.readline(), process.stderr and process.stderr.read()
            process.kill()
    with start(*arguments) as process:
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    engine = open_for_reading(f"sqlite:///{tmp_path / 'tingtang.db'}")
    with engine.begin() as connection:
        query = sa.select(t.events.c.stream, t.events.c.type)
        found = Counter(tuple(row) for row in connection.execute(query))
    engine.dispose()
    runs = "automations/b1"
    assert found == {
        ("in", "ledger.taken"): COUNT,
        (runs, "automations.automation_saved"): 1,
        (runs, "automations.run_started"): COUNT,
        ("first", "ledger.given"): COUNT,
        ("second", "ledger.given"): COUNT,
        (runs, "automations.run_ended"): COUNT,
    }

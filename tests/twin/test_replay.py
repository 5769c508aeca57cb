"""Real days through the production hall: estimates against waits, policies against what happened."""

import json
import os
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from tingtang.twin import replay
from tingtang.twin.commands import app
from tingtang.twin.traffic import parse_traffic, read_traffic

DATA = os.environ.get("TINGTANG_DATA", "")


def made_up(days: int = 4) -> list[str]:
    """A branch with two clerks and one line, busy enough that people wait; some give up."""
    random = Random(11)
    rows = ["date,arrived,called,finished,left,service,priority,server"]

    def clock(seconds: float) -> str:
        whole = int(seconds)
        return f"{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}"

    for day in range(1, days + 1):
        free = [9 * 3600.0, 9 * 3600.0]
        now = 9 * 3600.0
        while now < 15 * 3600:
            now += random.expovariate(1 / 130)
            clerk = 0 if free[0] <= free[1] else 1
            called = max(now, free[clerk])
            date, server = f"2026-03-{day:02}", f"clerk{clerk + 1}"
            patience = random.expovariate(1 / 2400)
            if called - now > patience:
                rows.append(f"{date},{clock(now)},,,{clock(now + patience)},cash,0,")
                continue
            free[clerk] = called + max(30.0, random.expovariate(1 / 240))
            rows.append(
                f"{date},{clock(now)},{clock(called)},{clock(free[clerk])},,cash,0,{server}"
            )
    return rows


def test_estimates_follow_the_production_hall_and_beat_the_plain_rules() -> None:
    reports = replay.estimates(parse_traffic(made_up()))
    found = replay.summary(reports.values())
    assert found.days == 4
    assert found.waits > 200
    assert found.below_best > 0
    assert 0.8 <= found.coverage <= 0.97
    again = replay.summary(replay.estimates(parse_traffic(made_up())).values())
    assert again == found


def test_nothing_is_learned_from_the_future() -> None:
    """The first two days' figures are the same whatever follows them."""
    short = replay.estimates(parse_traffic(made_up(2)))
    long = replay.estimates(parse_traffic(made_up(4)))
    for day, report in short.items():
        assert long[day] == report


def test_the_policy_report_comes_near_to_what_happened_under_the_files_own_rule() -> None:
    found = replay.policies(parse_traffic(made_up()))
    assert found.servers == 2
    assert set(found.policies) == {"as_in_file", "first_come", "generalised_cmu"}
    own = found.policies["as_in_file"]
    assert own.mean_wait_minutes == pytest.approx(found.real.mean_wait_minutes, rel=0.25)
    assert own.gave_up == pytest.approx(found.real.gave_up, abs=0.05)


def test_the_command_writes_both_reports_and_refuses_other_files_in_words(tmp_path: Path) -> None:
    file, out = tmp_path / "days.csv", tmp_path / "out.json"
    file.write_text("\n".join(made_up(2)))
    ran = CliRunner().invoke(app, ["replay", str(file), "--json", str(out)])
    assert ran.exit_code == 0, ran.output
    body = json.loads(out.read_text())
    assert body["estimates"]["waits"] > 0
    assert set(body["days"]) == {"2026-03-01", "2026-03-02"}
    assert body["policy"]["real"]["mean_wait_minutes"] > 0
    file.write_text("name,phone\nx,1\n")
    assert CliRunner().invoke(app, ["replay", str(file)]).exit_code == 2


@pytest.mark.skipif(not DATA, reason="TINGTANG_DATA does not say where real traffic is")
def test_a_real_fortnight_meets_what_is_asked_of_estimates() -> None:
    file = Path(DATA) / "data" / "anonymous_bank" / "calls_feb_01_14.csv"
    found = replay.summary(replay.estimates(read_traffic(file)).values())
    assert found.waits > 6000
    assert found.below_best >= 0.15
    assert 0.85 <= found.coverage <= 0.95

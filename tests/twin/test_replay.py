"""Real days through the production hall: estimates against waits, policies against what happened."""

import heapq
import json
import os
import random
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from tingtang.hall.model.settings import HeadStart, Segment, StrictPriority
from tingtang.hall.model.waiting import Situation
from tingtang.twin import replay
from tingtang.twin.commands import app
from tingtang.twin.plain_rules import RULES
from tingtang.twin.replayed_hall import ReplayedHall, policy_of
from tingtang.twin.traffic import Kind, Traffic, happenings, parse_traffic, read_traffic

CATALOGUE_MS = {"cash": 240_000, "account": 900_000}
BOTH = frozenset({"cash", "account"})
SKILLS = {"W0": frozenset({"cash"}), "W1": BOTH, "W2": BOTH, "W3": frozenset({"account"})}


def clock(second: float) -> str:
    second = round(second)
    return f"{second // 3600}:{second // 60 % 60:02}:{second % 60:02}"


def made_up_branch(seed: int, days: int) -> list[str]:
    """Rows of a small branch: two services, four counters of which one does one service only,
    two classes, a morning peak, services that take longer than the catalogue says."""
    draw = random.Random(seed)
    desks = list(SKILLS.values())
    rows = ["date,arrived,called,finished,left,service,priority,server\n"]
    for day in range(1, days + 1):
        second = 9.0 * 3600
        arrivals: list[tuple[float, int, str, float]] = []
        while (second := second + draw.expovariate(1 / 105)) < 16 * 3600:
            if draw.random() < (1.0 if 10 * 3600 < second < 12 * 3600 else 0.75):
                service = "cash" if draw.random() < 0.75 else "account"
                took = draw.lognormvariate(0, 0.6) * (220 if service == "cash" else 700)
                arrivals.append((second, int(draw.random() < 0.15), service, took))
        free: list[tuple[float, int]] = [(9.0 * 3600, desk) for desk in range(4)]
        heapq.heapify(free)
        todo = arrivals[:]
        while todo:
            at, desk = heapq.heappop(free)
            mine = [v for v in todo if v[2] in desks[desk]]
            if not mine:
                continue
            here = [v for v in mine if v[0] <= at]
            if not here:
                heapq.heappush(free, (min(v[0] for v in mine), desk))
                continue
            visit = min(here, key=lambda v: (-v[1], v[0]))
            todo.remove(visit)
            arrived, priority, service, took = visit
            end = at + took + 10
            rows.append(
                f"2024-05-{day:02},{clock(arrived)},{clock(at)},{clock(end)},,"
                f"{service},{priority},W{desk}\n"
            )
            heapq.heappush(free, (end, desk))
    return rows


def made_up(days: int = 4) -> list[str]:
    """A branch with two clerks and one line, busy enough that people wait; some give up."""
    draw = random.Random(11)
    rows = ["date,arrived,called,finished,left,service,priority,server"]

    for day in range(1, days + 1):
        free = [9 * 3600.0, 9 * 3600.0]
        now = 9 * 3600.0
        while now < 15 * 3600:
            now += draw.expovariate(1 / 130)
            clerk = 0 if free[0] <= free[1] else 1
            called = max(now, free[clerk])
            date, server = f"2026-03-{day:02}", f"clerk{clerk + 1}"
            patience = draw.expovariate(1 / 2400)
            if called - now > patience:
                rows.append(f"{date},{clock(now)},,,{clock(now + patience)},cash,0,")
                continue
            free[clerk] = called + max(30.0, draw.expovariate(1 / 240))
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


Days = list[replay.DayEstimates]


def branch_days(seed: int, days: int) -> Days:
    traffic = parse_traffic(made_up_branch(seed, days))
    assert not traffic.set_aside
    return list(replay.estimates(traffic, standards_ms=CATALOGUE_MS, skills=SKILLS).values())


@pytest.mark.shows("R036", part="estimates beat plain rules")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_made_up_branch_is_told_better_than_by_any_plain_rule(seed: int) -> None:
    found = replay.summary(branch_days(seed, days=8)[1:])
    assert found.below_best > 0.15
    assert 0.85 < found.coverage < 0.95
    assert found.revised_coverage is not None
    assert 0.85 < found.revised_coverage < 0.95


@pytest.mark.shows("R036", part="estimates on the first day")
def test_the_first_days_of_new_branches_are_told_better_too() -> None:
    first_days = [replay.summary(branch_days(seed, days=1)) for seed in range(10)]
    waits = sum(day.waits for day in first_days)
    ours = sum(day.error_ms * day.waits for day in first_days)
    for rule in RULES:
        assert ours < 0.95 * sum(day.rules_error_ms[rule] * day.waits for day in first_days)
    assert sum(day.coverage * day.waits for day in first_days) / waits > 0.85


def test_the_hall_knows_only_what_has_happened() -> None:
    """Whatever comes later, and whoever, what is known of a wait at a moment is the same."""
    everything = parse_traffic(made_up_branch(3, days=2))
    first, second = everything.days.values()
    cut_ms = second[len(second) // 2].arrived_ms
    past = [
        msgspec.structs.replace(
            visit,
            called_ms=visit.called_ms if (visit.called_ms or 0) < cut_ms else cut_ms + 1,
            finished_ms=visit.finished_ms if (visit.finished_ms or 0) < cut_ms else cut_ms + 2,
        )
        for visit in (*first, *second)
        if visit.arrived_ms < cut_ms
    ]
    assert past != everything.visits[: len(past)]

    def known(traffic: Traffic) -> dict[int, Situation]:
        hall, seen = ReplayedHall(traffic, CATALOGUE_MS), {}
        for day, visits in traffic.days.items():
            hall.start_day(day, visits[0].arrived_ms)
            for happening in happenings(visits):
                if happening.at_ms >= cut_ms:
                    break
                hall.follow(happening)
                if happening.kind is Kind.ARRIVED and happening.visit.wait_ms > 0:
                    seen[happening.visit.row] = hall.told(happening.visit).ask.situation
        return seen

    with_future, without = known(everything), known(Traffic(past, []))
    assert with_future == without
    assert len(without) > 100


def test_greater_priority_goes_first_unless_the_file_is_known_to_weigh_waiting() -> None:
    traffic = parse_traffic(made_up_branch(1, days=1))
    policy = policy_of(traffic)
    assert policy == StrictPriority((Segment.VIP_BRANCH, Segment.CARE, Segment.ORDINARY))
    assert isinstance(policy_of(Traffic(traffic.visits, [], head_start_ms=90_000)), HeadStart)


def test_a_replay_gives_the_same_figures_every_time() -> None:
    rows = made_up_branch(4, days=2)
    one, two = (replay.estimates(parse_traffic(rows)) for _ in range(2))
    assert one == two


def test_a_day_without_waits_has_no_figures() -> None:
    rows = [
        "date,arrived,called,finished,left,service,priority,server\n",
        "2024-05-06,9:00:00,9:00:00,9:05:00,,cash,,W1\n",
    ]
    reports = replay.estimates(parse_traffic(rows))
    with pytest.raises(ValueError, match="nobody who had to queue"):
        replay.summary(reports.values())


@pytest.mark.shows("R036", part="estimates against a real bank's waits")
def test_a_real_banks_fortnight_is_told_well() -> None:
    folder = os.environ.get("TINGTANG_DATA")
    if not folder:
        pytest.skip("TINGTANG_DATA is not set: the call centre's file is not part of the project")
    path = Path(folder) / "data" / "anonymous_bank" / "calls_feb_01_14.csv"
    if not path.exists():
        pytest.skip(f"the call centre's file is not in {path.parent}")
    traffic = read_traffic(path)
    assert len(traffic.visits) + len(traffic.set_aside) == 17_456
    days = list(replay.estimates(traffic).values())
    for part in (days, days[:7], days[7:]):
        found = replay.summary(part)
        assert found.below_best > 0.15, found
        assert 0.85 < found.coverage < 0.95, found
        assert found.revised_coverage is not None
        assert 0.87 < found.revised_coverage < 0.93, found
    overall = replay.summary(days)
    assert overall.waits + overall.untold > 6_900


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
